//! A provider that lets the browser post its answer.

use admit::{Client, OAuthProvider};
use http::header::COOKIE;
use http::{Method, Request, Response};
use serde_json::Value;

use crate::support::standard::{Standard, field};
use crate::support::{Browser, ORIGIN, Site, json, location, parameter, refusal, set_cookies};

const CALLBACK: &str = "/api/auth/callback/acme";

fn site(server: &Standard) -> Site {
    let back_channel = server.clone();
    Site::with(|builder| {
        let acme = OAuthProvider::oauth2("acme", "Acme", Client::new("acme-app", "s"))
            .authorization_endpoint("https://acme.example/authorize")
            .token_endpoint("https://acme.example/token")
            .userinfo_endpoint("https://acme.example/me")
            .authorization_parameter("response_mode", "form_post")
            .form_post(true);
        builder.provider(acme).http_client(back_channel).danger_single_process_refresh()
    })
}

/// The post as a browser makes it for a page of the provider's: with the cookies that are `SameSite=None`, no others.
async fn posted(browser: &mut Browser<'_>, kind: &str, body: String) -> Response<bytes::Bytes> {
    let pending: Vec<_> = browser.jar.names().into_iter().filter(|name| name.contains("pending")).collect();
    let cookies: Vec<_> = pending.iter().map(|name| format!("{name}={}", browser.jar.get(name).unwrap())).collect();
    let request = Request::post(CALLBACK)
        .header(COOKIE, cookies.join("; "))
        .header("origin", "https://acme.example")
        .header("sec-fetch-site", "cross-site")
        .header("content-type", kind)
        .body(body.into())
        .unwrap();
    let answer = browser.site.send(request).await;
    browser.jar.apply(answer.headers());
    answer
}

#[tokio::test]
async fn an_answer_in_a_form_signs_in_and_only_the_trip_s_cookie_crosses_sites() {
    // FLW-032
    let server = Standard::new();
    let site = site(&server);
    let mut browser = site.browser();
    let begun = browser.begin("acme", "/in").await;
    let pending: Vec<_> = set_cookies(&begun).into_iter().filter(|line| line.contains("pending")).collect();
    assert_eq!(pending.len(), 1);
    assert!(pending[0].contains("; HttpOnly; Secure; SameSite=None"), "{pending:?}");
    let state = parameter(&location(&begun), "state").unwrap();

    // Where a form is promised, nothing else is taken, and the trip is not touched by it.
    assert_eq!(refusal(&browser.get(&format!("{CALLBACK}?code=x&state={state}")).await).2, "action_unsupported");
    let object = serde_json::json!({ "code": "x", "state": state }).to_string();
    assert_eq!(refusal(&posted(&mut browser, "application/json", object).await).2, "action_unsupported");
    assert_eq!(server.token_requests().len(), 0);

    let form = format!("code=c-1&state={state}");
    let answer = posted(&mut browser, "application/x-www-form-urlencoded", form.clone()).await;
    assert_eq!(location(&answer), format!("{ORIGIN}/in"));
    let session: Vec<_> = set_cookies(&answer).into_iter().filter(|line| line.contains("session-token")).collect();
    assert!(session.iter().all(|line| line.ends_with("; HttpOnly; Secure; SameSite=Lax")), "{session:?}");
    // A cookie goes as it came.
    let gone = set_cookies(&answer).into_iter().find(|line| line.contains("pending")).unwrap();
    assert!(gone.contains("Max-Age=0") && gone.ends_with("SameSite=None"), "{gone}");
    assert_eq!(field(&server.token_requests().pop().unwrap(), "code"), Some("c-1"));
    assert!(browser.jar.names().iter().all(|name| !name.contains("pending")));

    // The id comes from `id` where there is no `sub`.
    assert_eq!(browser.session().await["user"]["name"], "Mona Octave");
    let again = posted(&mut browser, "application/x-www-form-urlencoded", form).await;
    assert_eq!(refusal(&again).2, "state_missing");
}

#[tokio::test]
async fn a_post_without_the_trip_s_cookie_is_nobody_s() {
    // FLW-005
    let server = Standard::new();
    let site = site(&server);
    let mut browser = site.browser();
    let state = parameter(&location(&browser.begin("acme", "/in").await), "state").unwrap();
    let mut victim = site.browser();
    let answer = posted(&mut victim, "application/x-www-form-urlencoded", format!("code=x&state={state}")).await;
    assert_eq!(refusal(&answer).2, "state_missing");
    let probe = victim.request(Method::GET, "/api/auth/session", None, bytes::Bytes::new()).await;
    assert_eq!(json(&probe), Value::Null);
    assert_eq!(server.token_requests().len(), 0);
}
