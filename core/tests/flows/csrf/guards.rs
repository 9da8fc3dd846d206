//! What is let through and what is not.

use http::header::{HeaderName, ORIGIN};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::support::{Browser, Site, json, location, refusal, shown};

/// `sec-fetch-site` and `origin`, each if it is there.
type From = (Option<&'static str>, Option<&'static str>);

fn headers((site, origin): From) -> HeaderMap {
    let fetch = site.map(|site| (HeaderName::from_static("sec-fetch-site"), HeaderValue::from_static(site)));
    let origin = origin.map(|origin| (ORIGIN, HeaderValue::from_static(origin)));
    fetch.into_iter().chain(origin).collect()
}

/// Why a sign-in with these headers is refused; nothing if it goes to the provider.
async fn refused(browser: &mut Browser<'_>, from: From, token: Option<&str>) -> Option<String> {
    browser.headers = headers(from);
    let form: Vec<_> = token.map(|token| ("csrfToken", token)).into_iter().collect();
    let answer = browser.post("/api/auth/signin/azure-devops", &form).await;
    browser.headers.clear();
    if location(&answer).starts_with("https://app.vssps.visualstudio.com/") {
        return None;
    }
    let (page, error, code) = refusal(&answer);
    assert_eq!((page.as_str(), error.as_str()), ("/api/auth/signin", "MissingCSRF"));
    Some(code)
}

const OURS: &[From] = &[
    (Some("same-origin"), Some("https://app.example")),
    (Some("same-origin"), None),
    (Some("none"), None),
    (None, Some("https://app.example")),
];
const SILENT: &[From] = &[(None, None), (None, Some("null"))];
const FOREIGN: &[From] = &[
    (None, Some("https://evil.example")), // FLW-024
    (None, Some("http://app.example")),   // FLW-027
    (None, Some("https://app.example:8443")),
    (None, Some("https://app.example.evil.example")),
    (Some("cross-site"), None), // FLW-026
    (Some("cross-site"), Some("https://app.example")),
    (Some("cross-site"), Some("null")),
    (Some("same-site"), None),
    (Some("same-site"), Some("https://app.example")),
    (Some("same-origin,cross-site"), None),
    (None, Some("http://localhost:5173")),
];

#[tokio::test]
async fn a_form_without_its_token_begins_no_sign_in() {
    // FLW-022
    let site = Site::new();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    let path = "/api/auth/signin/azure-devops";
    let wrong = token.replace('a', "b");
    insta::assert_snapshot!(shown(&browser.post(path, &[]).await), @r"
    302 Found
    cache-control: private, no-cache, no-store
    expires: 0
    location: https://app.example/api/auth/signin?error=MissingCSRF&code=csrf&ref=KfsXP7VGxE-z
    pragma: no-cache
    ");
    for form in [&[("csrfToken", "")][..], &[("csrfToken", wrong.as_str())], &[("csrftoken", token.as_str())]] {
        assert_eq!(refusal(&browser.post(path, form).await).2, "csrf", "{form:?}");
    }
    // The token counts in the body alone.
    assert_eq!(refusal(&browser.post(&format!("{path}?csrfToken={token}"), &[]).await).2, "csrf");
    browser.headers.insert("x-csrf-token", token.parse().unwrap());
    assert_eq!(refusal(&browser.post(path, &[]).await).2, "csrf");
    // And only beside its cookie.
    let mut stranger = site.browser();
    assert_eq!(refusal(&stranger.post(path, &[("csrfToken", &token)]).await).2, "csrf");
    assert_eq!(site.azure.requests().len(), 0);
}

#[tokio::test]
async fn a_request_from_elsewhere_is_refused_token_or_not() {
    // FLW-024, FLW-026, FLW-027
    let site = Site::new();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    for from in FOREIGN {
        assert_eq!(refused(&mut browser, *from, Some(&token)).await.as_deref(), Some("origin_rejected"), "{from:?}");
        assert_eq!(refused(&mut browser, *from, None).await.as_deref(), Some("origin_rejected"), "{from:?}");
        assert_eq!(refused(&mut site.browser(), *from, None).await.as_deref(), Some("origin_rejected"), "{from:?}");
    }
    for from in OURS.iter().chain(SILENT) {
        assert_eq!(refused(&mut browser, *from, Some(&token)).await, None, "{from:?}");
        assert_eq!(refused(&mut browser, *from, None).await.as_deref(), Some("csrf"), "{from:?}");
    }
}

#[tokio::test]
async fn where_headers_suffice_they_have_to_say_something() {
    let site = Site::with(|builder| builder.csrf_headers_suffice().danger_single_process_refresh());
    let mut browser = site.browser();
    for from in OURS {
        assert_eq!(refused(&mut browser, *from, None).await, None, "{from:?}");
    }
    for from in SILENT {
        assert_eq!(refused(&mut browser, *from, None).await.as_deref(), Some("csrf"), "{from:?}");
    }
    let token = browser.csrf_token().await;
    assert_eq!(refused(&mut browser, (None, None), Some(&token)).await, None);
    for from in FOREIGN {
        assert_eq!(refused(&mut browser, *from, Some(&token)).await.as_deref(), Some("origin_rejected"), "{from:?}");
    }
}

#[tokio::test]
async fn a_trusted_origin_may_post_and_be_returned_to() {
    let site = Site::with(|builder| builder.trusted_origins(["http://localhost:5173"]).danger_single_process_refresh());
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    for site in [None, Some("cross-site"), Some("same-site")] {
        assert_eq!(refused(&mut browser, (site, Some("http://localhost:5173")), Some(&token)).await, None, "{site:?}");
    }
    let other = (Some("cross-site"), Some("http://localhost:5174"));
    assert_eq!(refused(&mut browser, other, Some(&token)).await.as_deref(), Some("origin_rejected"));
    let callback = browser.consent("http://localhost:5173/in?x=1").await;
    assert_eq!(location(&browser.get(&callback).await), "http://localhost:5173/in?x=1");
}

#[tokio::test]
async fn callbacks_that_leave_the_redirect_alone_leave_trusted_origins_trusted() {
    #[derive(Debug)]
    struct Defaults;
    impl admit::Callbacks for Defaults {}

    let site = Site::with(|builder| {
        builder.trusted_origins(["http://localhost:5173"]).callbacks(Defaults).danger_single_process_refresh()
    });
    let mut browser = site.browser();
    let callback = browser.consent("http://localhost:5173/in").await;
    assert_eq!(location(&browser.get(&callback).await), "http://localhost:5173/in");
    let callback = browser.consent("http://localhost:5174/in").await;
    assert_eq!(location(&browser.get(&callback).await), crate::support::ORIGIN);
}

#[tokio::test]
async fn sign_out_and_update_are_guarded_alike() {
    // FLW-022, FLW-024
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    let token = browser.csrf_token().await;

    assert_eq!(refusal(&browser.post("/api/auth/signout", &[]).await).2, "csrf");
    let update = browser.post_json("/api/auth/session", &json!({ "data": {} })).await;
    assert_eq!((update.status(), json(&update)), (StatusCode::BAD_REQUEST, Value::Null));
    browser.headers = headers((None, Some("https://evil.example")));
    assert_eq!(refusal(&browser.post("/api/auth/signout", &[("csrfToken", &token)]).await).2, "origin_rejected");
    let update = browser.post_json("/api/auth/session", &json!({ "csrfToken": token, "data": {} })).await;
    assert_eq!((update.status(), json(&update)), (StatusCode::BAD_REQUEST, Value::Null));

    browser.headers.clear();
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
}

#[tokio::test]
async fn a_get_changes_nothing_whatever_method_it_claims_to_be() {
    // FLW-029
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    let token = browser.csrf_token().await;
    browser.headers.insert("x-http-method-override", HeaderValue::from_static("POST"));
    let page = browser.get(&format!("/api/auth/signout?_method=POST&csrfToken={token}")).await;
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(refusal(&browser.get("/api/auth/signin/azure-devops").await).2, "action_unsupported");
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
}
