//! The built-in pages, and pages of the application's own.

use admit::{AuthBuilder, Pages};
use http::StatusCode;

use crate::support::{ORIGIN, Site, location, refusal, shown};

fn with(pages: Pages) -> Site {
    Site::with(|builder: AuthBuilder| builder.pages(pages).danger_single_process_refresh())
}

const PAGES: &[&str] = &[
    "/api/auth/signin",
    "/api/auth/signin?error=OAuthCallbackError",
    "/api/auth/signout",
    "/api/auth/verify-request",
    "/api/auth/error",
    "/api/auth/error?error=AccessDenied",
    "/api/auth/error?error=Configuration&code=state_missing&ref=abc",
];

#[tokio::test]
async fn every_page_carries_the_headers_that_guard_it() {
    // ERR-009, ERR-011, SES-012
    let site = Site::new();
    for path in PAGES {
        let page = site.browser().get(path).await;
        let header = |name: &str| page.headers()[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        for part in ["frame-ancestors 'none'", "base-uri 'none'", "style-src 'sha256-"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("form-action"), "{path}: {policy}");
        assert_eq!(header("referrer-policy"), "same-origin");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin");
        assert!(header("cache-control").contains("no-store"), "{path}");
        assert!(header("content-type").starts_with("text/html"), "{path}");
        assert!(!page.headers().contains_key("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn the_error_page_has_the_status_of_what_happened() {
    let site = Site::new();
    let mut table = String::new();
    for query in [
        "?",
        "?error=Configuration",
        "?error=AccessDenied",
        "?error=Verification",
        "?error=Nonsense",
        "?error=Configuration&code=state_expired",
        "?error=Configuration&code=session_store_unavailable",
        "?error=Configuration&code=provider_unknown",
        "?error=AccessDenied&code=user_disabled",
    ] {
        let page = site.browser().get(&format!("/api/auth/error{query}")).await;
        let html = String::from_utf8_lossy(page.body()).into_owned();
        let heading = html.split("<h1>").nth(1).unwrap().split("</h1>").next().unwrap();
        table.push_str(&format!("{query} -> {} {heading}\n", page.status().as_u16()));
    }
    insta::assert_snapshot!(table, @r"
    ? -> 200 Something went wrong
    ?error=Configuration -> 500 This site has a problem
    ?error=AccessDenied -> 403 You do not have access
    ?error=Verification -> 403 This link no longer works
    ?error=Nonsense -> 200 Something went wrong
    ?error=Configuration&code=state_expired -> 400 The sign-in took too long
    ?error=Configuration&code=session_store_unavailable -> 503 This site cannot tell who you are right now
    ?error=Configuration&code=provider_unknown -> 404 There is no such way to sign in
    ?error=AccessDenied&code=user_disabled -> 403 Your account is disabled
    ");
}

#[tokio::test]
async fn what_a_query_says_is_never_shown() {
    // ERR-001
    let site = Site::new();
    let evil = "%3Cscript%3Ealert('zebra')%3C/script%3E";
    for page in ["signin", "signout", "error", "verify-request"] {
        let query = format!("error={evil}&code={evil}&ref={evil}&callbackUrl={evil}&csrfToken={evil}&providers={evil}");
        let answer = site.browser().get(&format!("/api/auth/{page}?{query}")).await;
        let html = String::from_utf8_lossy(answer.body()).into_owned();
        assert!(html.starts_with("<!DOCTYPE html>"), "{page}");
        assert!(!html.contains("zebra") && !html.contains("<script"), "{page}: {html}");
    }
}

#[tokio::test]
async fn the_sign_in_page_posts_the_token_of_its_cookie() {
    let site = Site::new();
    let mut browser = site.browser();
    let page = browser.get("/api/auth/signin?callbackUrl=/inbox%3Fa%3D1%26b%3D2").await;
    let html = String::from_utf8_lossy(page.body()).into_owned();
    let token = browser.csrf_token().await;
    assert!(html.contains(&format!(r#"name="csrfToken" value="{token}""#)), "{html}");
    assert!(html.contains(r#"name="callbackUrl" value="https://app.example/inbox?a=1&amp;b=2""#), "{html}");
    assert!(html.contains(r#"action="https://app.example/api/auth/signin/azure-devops""#), "{html}");
    let form = [("csrfToken", token.as_str()), ("callbackUrl", "https://app.example/inbox?a=1&b=2")];
    let address = location(&browser.post("/api/auth/signin/azure-devops", &form).await);
    let callback = site.azure.authorize_as("norma", &address).await.unwrap().path_and_query();
    assert_eq!(location(&browser.get(&callback).await), format!("{ORIGIN}/inbox?a=1&b=2"));
}

#[tokio::test]
async fn pages_of_the_application_stand_in_for_ours() {
    let own = Pages::default().sign_in("/welcome").sign_out("/leave").error("/oops").verify_request("/check-mail");
    let site = with(own);
    let mut browser = site.browser();
    let mut table = String::new();
    for path in [
        "signin",
        "signin?callbackUrl=/inbox&error=SessionRequired",
        "signout",
        "signout?callbackUrl=/inbox",
        "error",
        "error?error=AccessDenied&other=x",
        "verify-request?provider=email&type=email",
    ] {
        let answer = browser.get(&format!("/api/auth/{path}")).await;
        assert_eq!(answer.status(), StatusCode::FOUND);
        table.push_str(&format!("{path} -> {}\n", location(&answer)));
    }
    insta::assert_snapshot!(table, @r"
    signin -> /welcome?callbackUrl=https%3A%2F%2Fapp.example
    signin?callbackUrl=/inbox&error=SessionRequired -> /welcome?callbackUrl=https%3A%2F%2Fapp.example%2Finbox&error=SessionRequired
    signout -> /leave
    signout?callbackUrl=/inbox -> /leave
    error -> /oops
    error?error=AccessDenied&other=x -> /oops?error=AccessDenied
    verify-request?provider=email&type=email -> /check-mail?provider=email&type=email
    ");

    let refused = browser.post("/api/auth/signin/azure-devops", &[]).await;
    let (page, error, code) = refusal(&refused);
    assert_eq!((page.as_str(), error.as_str(), code.as_str()), ("/welcome", "MissingCSRF", "csrf"));
    let unknown = browser.get("/api/auth/callback/nope").await;
    assert_eq!(refusal(&unknown).0, "/oops");
    insta::assert_snapshot!(shown(&unknown), @r"
    302 Found
    cache-control: private, no-cache, no-store
    expires: 0
    location: https://app.example/oops?error=Configuration&code=provider_unknown&ref=hmVKrntP8rmD
    pragma: no-cache
    ");
}

#[tokio::test]
async fn a_page_with_a_query_of_its_own_keeps_it() {
    let site = with(Pages::default().sign_in("/welcome?tab=in").error("/oops?tab=err").sign_out("/leave?now"));
    let mut browser = site.browser();
    assert_eq!(
        location(&browser.get("/api/auth/signin?callbackUrl=/inbox").await),
        "/welcome?tab=in&callbackUrl=https%3A%2F%2Fapp.example%2Finbox"
    );
    assert_eq!(location(&browser.get("/api/auth/signout").await), "/leave?now");
    assert_eq!(location(&browser.get("/api/auth/error?error=AccessDenied").await), "/oops?tab=err&error=AccessDenied");
    let unknown = location(&browser.get("/api/auth/callback/nope").await);
    assert!(unknown.starts_with("https://app.example/oops?tab=err&error=Configuration&code=provider_unknown&ref="));
    assert_eq!(unknown.matches('?').count(), 1);
}

#[tokio::test]
async fn an_error_is_told_on_a_page_that_leads_nowhere_by_itself() {
    // ERR-014
    let site = Site::new();
    let mut browser = site.browser();
    for error in ["login_required", "interaction_required", "temporarily_unavailable"] {
        let address = browser.start("/inbox").await;
        let state = crate::support::parameter(&address, "state").unwrap();
        let answer = browser.get(&format!("/api/auth/callback/azure-devops?error={error}&state={state}")).await;
        let page = browser.get(location(&answer).strip_prefix(ORIGIN).unwrap()).await;
        assert_eq!(page.status(), StatusCode::OK, "{error}");
        assert!(!page.headers().contains_key("location") && !page.headers().contains_key("refresh"));
    }
}
