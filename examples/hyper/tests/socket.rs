//! The program on a socket, as a browser meets it.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "these are tests")]

use admit_testkit::{CookieJar, PretendAzureDevOps};
use hyper_plain::{serve, sign_in};
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;

/// Keeps cookies, and follows nothing by itself.
struct Browser {
    client: Client,
    site: String,
    jar: CookieJar,
}

/// Status, where to, and what is shown.
type Answer = (StatusCode, String, String);

impl Browser {
    async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, String::new()).await
    }

    /// Posts a form, with the CSRF token that admit's pages would have in it.
    async fn post(&mut self, path: &str) -> Answer {
        let (_, _, csrf) = self.get("/api/auth/csrf").await;
        let csrf: Value = serde_json::from_str(&csrf).unwrap();
        self.send(Method::POST, path, format!("callbackUrl=/&csrfToken={}", csrf["csrfToken"].as_str().unwrap())).await
    }

    async fn send(&mut self, method: Method, path: &str, form: String) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.site)).body(form);
        request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(cookies) = self.jar.header(false) {
            request = request.header(COOKIE, cookies);
        }
        let answer = request.send().await.unwrap();
        self.jar.apply(answer.headers());
        let location = answer.headers().get(LOCATION).map(|value| value.to_str().unwrap().to_owned());
        (answer.status(), location.unwrap_or_default(), answer.text().await.unwrap())
    }
}

#[tokio::test]
async fn a_person_signs_in_is_greeted_and_signs_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let site = format!("http://{}", listener.local_addr().unwrap());
    let azure = PretendAzureDevOps::builder("harbor", "secret", format!("{site}/api/auth/callback/azure-devops"))
        .allow_http_on_loopback()
        .build();
    let served = azure.clone().serve().await.unwrap();
    let server = tokio::spawn(serve(listener, sign_in(&site, &served.base_url()).unwrap()));
    let client = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
    let mut browser = Browser { client, site: site.clone(), jar: CookieJar::default() };

    let (status, _, stranger) = browser.get("/").await;
    assert_eq!(status, 200);
    assert!(stranger.contains("Hello, stranger!") && stranger.contains("/api/auth/signin"), "{stranger}");
    assert_eq!(browser.get("/nowhere").await.0, 404);

    let (_, away, _) = browser.post("/api/auth/signin/azure-devops").await;
    assert!(away.starts_with(&served.base_url()), "{away}");
    let callback = azure.authorize_as("norma", &away).await.unwrap();
    let (status, back, _) = browser.get(&callback.path_and_query()).await;
    assert_eq!((status.as_u16(), back), (302, format!("{site}/")));
    let (_, _, known) = browser.get("/").await;
    assert!(known.contains("Hello, Norma Paulk!") && known.contains("/api/auth/signout"), "{known}");
    let (_, _, session) = browser.get("/api/auth/session").await;
    assert!(session.contains(r#""name":"Norma Paulk""#), "{session}");

    let (status, back, _) = browser.post("/api/auth/signout").await;
    assert_eq!((status.as_u16(), back), (302, format!("{site}/")));
    assert!(browser.get("/").await.2.contains("Hello, stranger!"));
    assert_eq!(azure.violations(), [""; 0]);
    server.abort();
}
