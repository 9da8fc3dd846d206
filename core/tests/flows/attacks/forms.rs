//! What is ours beside the wire: sessions, links and accounts, asked for in ways that no page of ours would.

use admit::MemoryStore;
use bytes::Bytes;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, COOKIE, ORIGIN as FROM};
use http::{Method, Request, Response, StatusCode};
use serde_json::Value;

use crate::support::{Browser, ORIGIN, Site, json, location, refusal};

fn site() -> Site {
    let store = MemoryStore::new();
    Site::with(|builder| builder.store(store))
}

const PATHS: [&str; 4] = ["sessions/all/end", "sessions/others/end", "link/azure-devops", "unlink/azure-devops"];

async fn post(browser: &Browser<'_>, path: &str, kind: &str, body: String) -> Response<Bytes> {
    let request = Request::post(path).header(COOKIE, browser.jar.header(true).unwrap()).header(CONTENT_TYPE, kind);
    browser.site.send(request.body(Bytes::from(body)).unwrap()).await
}

#[tokio::test]
async fn no_form_leads_to_another_site() {
    // What another site would post with a token of its visitor's, or put into a link to a page of ours.
    let site = site();
    for path in PATHS {
        for evil in
            ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"]
        {
            let mut browser = site.browser();
            browser.sign_in().await;
            let token = browser.csrf_token().await;
            let form = [("csrfToken", token.as_str()), ("callbackUrl", evil)];
            let answer = browser.post(&format!("/api/auth/{path}"), &form).await;
            let there = location(&answer);
            let is_ours =
                there.starts_with(&format!("{ORIGIN}/")) || there == ORIGIN || there.starts_with("/api/auth/");
            let is_provider = path.starts_with("link") && there.starts_with("https://app.vssps.visualstudio.com/");
            assert!(is_ours || is_provider, "{path} {evil:?}: {there}");
            assert!(!there.contains("evil.example"), "{path} {evil:?}: {there}");
        }
    }
}

#[tokio::test]
async fn a_method_or_a_kind_of_body_that_is_not_what_it_says_changes_nothing() {
    // LNK-010: a page elsewhere can send simple requests, and hope that something behind reads more into them.
    let site = site();
    let mut browser = site.browser();
    browser.sign_in().await;
    let token = browser.csrf_token().await;
    let cookie = browser.jar.header(true).unwrap();
    for path in PATHS.map(|path| format!("/api/auth/{path}")).into_iter().chain(["/api/auth/sessions/all".to_owned()]) {
        for method in [Method::HEAD, Method::OPTIONS, Method::PUT, Method::PATCH, Method::GET] {
            let request = Request::builder().method(&method).uri(format!("{path}?_method=DELETE&csrfToken={token}"));
            let request = request.header(COOKIE, &cookie).header("x-http-method-override", "DELETE");
            let answer = site.send(request.body(Bytes::new()).unwrap()).await;
            assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
        let body = format!(r#"{{"csrfToken":"{token}"}}"#);
        for kind in ["text/plain", "text/plain;application/json", "multipart/form-data; boundary=x", ""] {
            let answer = post(&browser, &path, kind, body.clone()).await;
            assert!(
                answer.status() == StatusCode::METHOD_NOT_ALLOWED || refusal(&answer).2 == "csrf",
                "{kind:?} {path}"
            );
        }
    }
    assert_ne!(browser.session().await, Value::Null);
    assert_eq!(json(&browser.get("/api/auth/accounts").await).as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn lists_of_a_person_are_for_nobody_elses_page_and_for_no_cache() {
    // SES-012, SES-026
    let site = site();
    let mut browser = site.browser();
    browser.sign_in().await;
    let cookie = browser.jar.header(true).unwrap();
    for path in ["/api/auth/sessions", "/api/auth/accounts"] {
        let request = Request::get(path).header(COOKIE, &cookie).header(FROM, "https://evil.example");
        let answer = site.send(request.body(Bytes::new()).unwrap()).await;
        assert_eq!(answer.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN), None);
        assert!(answer.headers()[CACHE_CONTROL].to_str().unwrap().contains("no-store"), "{path}");
    }
}
