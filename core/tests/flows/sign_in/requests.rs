//! What is a request at all: methods, paths, bodies.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde_json::json;

use crate::support::{Browser, Site, location, refusal, set_cookies, shown};

const SIGN_IN: &str = "/api/auth/signin/azure-devops";
const ACTIONS: &[&str] = &[
    "providers",
    "session",
    "csrf",
    "signin",
    "signin/azure-devops",
    "signout",
    "callback",
    "callback/azure-devops",
    "verify-request",
    "error",
    "webauthn-options",
    "webauthn-options/azure-devops",
];

#[tokio::test]
async fn every_action_answers_get_and_post_as_the_wire_says() {
    let site = Site::new();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    let mut table = String::new();
    for action in ACTIONS {
        let path = format!("/api/auth/{action}");
        let answers = [browser.get(&path).await, browser.post(&path, &[("csrfToken", &token)]).await];
        for (method, answer) in ["GET", "POST"].into_iter().zip(answers) {
            let address = location(&answer);
            let address = address.split("&ref=").next().unwrap().split("authorize?").next().unwrap();
            let line = format!("{method} {action}: {} {address}", answer.status().as_u16());
            table.push_str(line.trim_end());
            table.push('\n');
        }
    }
    insta::assert_snapshot!(table, @r"
    GET providers: 200
    POST providers: 302 https://app.example/api/auth/error?error=Configuration&code=action_unsupported
    GET session: 200
    POST session: 200
    GET csrf: 200
    POST csrf: 302 https://app.example/api/auth/error?error=Configuration&code=action_unsupported
    GET signin: 200
    POST signin: 302 https://app.example/api/auth/signin
    GET signin/azure-devops: 302 https://app.example/api/auth/error?error=Configuration&code=action_unsupported
    POST signin/azure-devops: 302 https://app.vssps.visualstudio.com/oauth2/
    GET signout: 200
    POST signout: 302 https://app.example
    GET callback: 302 https://app.example/api/auth/error?error=Configuration&code=provider_unknown
    POST callback: 302 https://app.example/api/auth/error?error=Configuration&code=provider_unknown
    GET callback/azure-devops: 302 https://app.example/api/auth/error?error=Configuration&code=state_missing
    POST callback/azure-devops: 302 https://app.example/api/auth/error?error=Configuration&code=action_unsupported
    GET verify-request: 200
    POST verify-request: 302 https://app.example/api/auth/error?error=Configuration&code=action_unsupported
    GET error: 200
    POST error: 302 https://app.example/api/auth/error?error=Configuration&code=action_unsupported
    GET webauthn-options: 302 https://app.example/api/auth/error?error=Configuration&code=action_unsupported
    POST webauthn-options: 302 https://app.example/api/auth/error?error=Configuration&code=action_unsupported
    GET webauthn-options/azure-devops: 302 https://app.example/api/auth/error?error=Configuration&code=action_unsupported
    POST webauthn-options/azure-devops: 302 https://app.example/api/auth/error?error=Configuration&code=action_unsupported
    ");
}

#[tokio::test]
async fn other_methods_are_bad_requests_and_leave_no_trace() {
    let site = Site::new();
    let bad = |method: Method, action: &str| {
        Request::builder().method(method).uri(format!("/api/auth/{action}")).body(Bytes::new()).unwrap()
    };
    insta::assert_snapshot!(shown(&site.send(bad(Method::OPTIONS, "session")).await), @r#"
    400 Bad Request
    content-type: application/json

    "Bad request."
    "#);
    for method in [Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
        for action in ACTIONS {
            let answer = site.send(bad(method.clone(), action)).await;
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{method} {action}");
            assert_eq!(answer.body(), r#""Bad request.""#);
            assert_eq!(answer.headers().len(), 1);
        }
    }
}

#[tokio::test]
async fn only_whole_segments_name_an_action() {
    // FLW-047
    let site = Site::new();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    for path in [
        "/api/authsignin",
        "/api/auth",
        "/api/auth/",
        "/api/auth/SIGNIN",
        "/api/auth/signin/azure-devops///",
        "/api/auth/signin/azure-devops/x",
        "/api/auth//signin",
        "/api/auth/session/azure-devops",
        "/api/auth/get-session",
        "/api/auth/..",
        "/auth/signin/azure-devops",
        "/",
    ] {
        let answers = [browser.get(path).await, browser.post(path, &[("csrfToken", &token)]).await];
        for answer in answers {
            assert_eq!((answer.status(), answer.body().as_ref()), (StatusCode::BAD_REQUEST, &b"\"Bad request.\""[..]));
            assert_eq!(set_cookies(&answer), [""; 0], "{path}");
        }
    }
    let encoded = browser.post("/api/auth/signin/azure%2ddevops", &[("csrfToken", &token)]).await;
    assert_eq!(refusal(&encoded).2, "provider_unknown");
}

/// Whether a body of that kind begins a sign-in.
async fn begins(browser: &mut Browser<'_>, kind: Option<&str>, body: String) -> bool {
    let answer = browser.request(Method::POST, SIGN_IN, kind, body.into()).await;
    location(&answer).starts_with("https://app.vssps.visualstudio.com/")
}

#[tokio::test]
async fn a_form_and_json_are_read_and_nothing_else() {
    // FLW-028: another kind counts as no body, as on the wire, so that it carries no token.
    let site = Site::new();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    let form = format!("csrfToken={token}&callbackUrl=%2Fin");
    let object = json!({ "csrfToken": token, "callbackUrl": "/in", "more": [1, { "a": null }] }).to_string();
    let multipart = format!("--b\r\nContent-Disposition: form-data; name=\"csrfToken\"\r\n\r\n{token}\r\n--b--\r\n");

    assert!(begins(&mut browser, Some("application/x-www-form-urlencoded"), form.clone()).await);
    assert!(begins(&mut browser, Some("application/x-www-form-urlencoded; charset=UTF-8"), form.clone()).await);
    assert!(begins(&mut browser, Some("application/json"), object.clone()).await);
    assert!(begins(&mut browser, Some("Application/JSON; charset=utf-8"), object.clone()).await);
    for (kind, body) in [
        (Some("multipart/form-data; boundary=b"), multipart),
        (Some("text/plain"), form.clone()),
        (Some("text/plain"), object),
        (Some("application/octet-stream"), form.clone()),
        (None, form.clone()),
        (Some("application/x-www-form-urlencoded"), String::new()),
    ] {
        assert!(!begins(&mut browser, kind, body).await, "{kind:?}");
    }
    // Of two fields with one name the last counts, as on the wire.
    assert!(begins(&mut browser, Some("application/x-www-form-urlencoded"), format!("csrfToken=x&{form}")).await);
    assert!(!begins(&mut browser, Some("application/x-www-form-urlencoded"), format!("{form}&csrfToken=x")).await);
}

#[tokio::test]
async fn json_that_is_none_is_a_bad_request() {
    // RED-033
    let site = Site::new();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    for body in [
        "",
        "{",
        "null",
        "[]",
        "\"text\"",
        "{\"csrfToken\":7}",
        "{\"callbackUrl\":[\"//evil.example\"]}",
        "{\"callbackUrl\":{\"a\":1}}",
        "{\"callbackUrl\":7}",
        "{\"callbackUrl\":null}",
        &format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000)),
    ] {
        for path in [SIGN_IN, "/api/auth/signout", "/api/auth/session", "/api/auth/callback/azure-devops"] {
            let answer = browser.request(Method::POST, path, Some("application/json"), body.to_owned().into()).await;
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{body:.40} {path}");
            assert_eq!(answer.body(), r#""Bad request.""#);
        }
    }
    // A form that only looks like a list is a field of another name.
    let form = [("csrfToken", token.as_str()), ("callbackUrl[]", "//evil.example")];
    assert!(location(&browser.post(SIGN_IN, &form).await).starts_with("https://app.vssps.visualstudio.com/"));
    assert_eq!(browser.jar.get("__Secure-authjs.callback-url"), Some("https%3A%2F%2Fapp.example"));
}

#[tokio::test]
async fn a_body_longer_than_64_kib_is_not_looked_at() {
    let site = Site::new();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    let form = |length: usize| {
        let start = format!("csrfToken={token}&x=");
        format!("{start}{}", "y".repeat(length - start.len()))
    };
    let kind = Some("application/x-www-form-urlencoded");
    assert!(begins(&mut browser, kind, form(64 * 1024)).await);
    let answer = browser.request(Method::POST, SIGN_IN, kind, form(64 * 1024 + 1).into()).await;
    insta::assert_snapshot!(shown(&answer), @r#"
    413 Payload Too Large
    content-type: application/json

    "Bad request."
    "#);
}
