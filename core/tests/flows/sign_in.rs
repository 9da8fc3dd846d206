//! `GET …/signin` and `POST …/signin/{id}`.

mod last_used;
mod requests;
pub(crate) mod return_to;

use http::{Method, Request, StatusCode};

use crate::support::{ORIGIN, Site, location, parameter, refusal, set_cookies, shown};

#[tokio::test]
async fn a_sign_in_begins_with_a_redirect_and_one_cookie_of_its_own() {
    // FLW-014, SES-012
    let site = Site::new();
    let mut browser = site.browser();
    browser.csrf_token().await;
    let answer = browser.begin("azure-devops", "/dashboard").await;
    insta::assert_snapshot!(shown(&answer), @r"
    302 Found
    cache-control: private, no-cache, no-store
    expires: 0
    location: https://app.vssps.visualstudio.com/oauth2/authorize?response_type=Assertion&client_id=app-id&redirect_uri=https%3A%2F%2Fapp.example%2Fapi%2Fauth%2Fcallback%2Fazure-devops&scope=vso.profile%20vso.project&state=KfsXP7VGxE-zssd7szy8WIZlSq57T_K5g-UD9q7TNL0
    pragma: no-cache
    set-cookie: __Secure-authjs.callback-url=https%3A%2F%2Fapp.example%2Fdashboard; Path=/; HttpOnly; Secure; SameSite=Lax
    set-cookie: __Host-admit.pending.a08839eda7513e1a=(414 characters); Max-Age=900; Path=/; Expires=Sat, 21 Nov 2026 22:41:40 GMT; HttpOnly; Secure; SameSite=Lax
    ");
    assert_eq!(browser.jar.refused(), [""; 0]);
}

#[tokio::test]
async fn the_official_client_is_told_in_json_where_to_go() {
    let site = Site::new();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    let path = "/api/auth/signin/azure-devops?";
    // next-auth v4 asks in the form, v5 in a header.
    let v4 = browser.post(path, &[("csrfToken", &token), ("json", "true")]).await;
    assert_eq!(v4.status(), StatusCode::OK);
    assert_eq!(crate::support::json(&v4)["url"], location(&v4));
    assert!(location(&v4).starts_with("https://app.vssps.visualstudio.com/oauth2/authorize?"));
    browser.headers.insert("x-auth-return-redirect", "1".parse().unwrap());
    let v5 = browser.post(path, &[("csrfToken", &token), ("callbackUrl", "https://app.example/inbox")]).await;
    insta::assert_snapshot!(shown(&v5), @r#"
    200 OK
    cache-control: private, no-cache, no-store
    content-type: application/json
    expires: 0
    location: https://app.vssps.visualstudio.com/oauth2/authorize?response_type=Assertion&client_id=app-id&redirect_uri=https%3A%2F%2Fapp.example%2Fapi%2Fauth%2Fcallback%2Fazure-devops&scope=vso.profile%20vso.project&state=Neaw6JhE6FZ3mbsxrWAVcGEDsWG1WEiOrvHLuA6UsV8
    pragma: no-cache
    set-cookie: __Secure-authjs.callback-url=https%3A%2F%2Fapp.example%2Finbox; Path=/; HttpOnly; Secure; SameSite=Lax
    set-cookie: __Host-admit.pending.e5a110b5546c34f5=(408 characters); Max-Age=900; Path=/; Expires=Sat, 21 Nov 2026 22:41:40 GMT; HttpOnly; Secure; SameSite=Lax

    {
      "url": "https://app.vssps.visualstudio.com/oauth2/authorize?response_type=Assertion&client_id=app-id&redirect_uri=https%3A%2F%2Fapp.example%2Fapi%2Fauth%2Fcallback%2Fazure-devops&scope=vso.profile%20vso.project&state=Neaw6JhE6FZ3mbsxrWAVcGEDsWG1WEiOrvHLuA6UsV8"
    }
    "#);
    // A failure is told in the same way: the client reads `error` out of the address.
    let refused = browser.post(path, &[]).await;
    insta::assert_snapshot!(shown(&refused), @r#"
    200 OK
    cache-control: private, no-cache, no-store
    content-type: application/json
    expires: 0
    location: https://app.example/api/auth/signin?error=MissingCSRF&code=csrf&ref=EueaneAEPDPU
    pragma: no-cache

    {
      "url": "https://app.example/api/auth/signin?error=MissingCSRF&code=csrf&ref=EueaneAEPDPU"
    }
    "#);
}

#[tokio::test]
async fn what_a_caller_says_of_state_and_redirect_uri_counts_for_nothing() {
    // FLW-019
    let site = Site::new();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    let evil =
        "state=evil&redirect_uri=https://evil.example&client_id=evil&scope=evil&response_type=token&prompt=login";
    let form = [("csrfToken", token.as_str()), ("state", "evil"), ("redirect_uri", "https://evil.example")];
    let answer = browser.post(&format!("/api/auth/signin/azure-devops?{evil}"), &form).await;
    let address = location(&answer);
    assert!(!address.contains("evil"), "{address}");
    assert_eq!(parameter(&address, "prompt").as_deref(), Some("login"));
    assert_eq!(parameter(&address, "redirect_uri").unwrap(), format!("{ORIGIN}/api/auth/callback/azure-devops"));
}

#[tokio::test]
async fn every_sign_in_has_a_state_and_a_cookie_of_its_own() {
    let site = Site::new();
    let mut browser = site.browser();
    let mut states = std::collections::HashSet::new();
    for _ in 0..8 {
        let state = parameter(&browser.start("/").await, "state").unwrap();
        assert_eq!(state.len(), 43);
        states.insert(state);
    }
    assert_eq!(states.len(), 8);
    let pending = browser.jar.names().into_iter().filter(|name| name.starts_with("__Host-admit.pending."));
    assert_eq!(pending.count(), 8);
}

#[tokio::test]
async fn without_a_provider_the_page_is_shown_and_an_unknown_one_is_an_error() {
    // FLW-045
    let site = Site::new();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    for path in ["/api/auth/signin", "/api/auth/signin/", "/api/auth/signin/undefined"] {
        let answer = browser.post(path, &[("csrfToken", &token)]).await;
        assert_eq!((answer.status(), location(&answer)), (StatusCode::FOUND, format!("{ORIGIN}/api/auth/signin")));
    }
    let long = "x".repeat(5 * 1024);
    for id in ["nope", "..%2f", "%00", "%3Cscript%3E", "AZURE-DEVOPS", "azure%2Ddevops", &long] {
        for path in [format!("/api/auth/signin/{id}"), format!("/api/auth/callback/{id}?code=x&state=y")] {
            let answer = match path.contains("signin") {
                true => browser.post(&path, &[("csrfToken", &token)]).await,
                false => browser.get(&path).await,
            };
            let told = refusal(&answer);
            assert_eq!(told, ("/api/auth/error".into(), "Configuration".into(), "provider_unknown".into()), "{path}");
            assert!(!location(&answer).contains(id) && answer.body().is_empty(), "{path}");
        }
    }
}

#[tokio::test]
async fn no_header_moves_the_site_elsewhere() {
    // HST-002, HST-003, HST-005, HST-009
    let site = Site::new();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    let request = Request::builder()
        .method(Method::POST)
        .uri("http://evil.example/api/auth/signin/azure-devops")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("x-forwarded-proto", "http")
        .header("x-forwarded-port", "80")
        .header("forwarded", "host=evil.example;proto=http")
        .header("x-original-url", "/api/auth/signout")
        .header("x-rewrite-url", "/api/auth/signout")
        .header("x-forwarded-uri", "/api/auth/signout")
        .header("x-middleware-subrequest", "middleware")
        .header("x_forwarded_user", "norma")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("cookie", browser.jar.header(true).unwrap())
        .body(format!("csrfToken={token}&callbackUrl=/in").into())
        .unwrap();
    let answer = site.send(request).await;
    assert_eq!(
        parameter(&location(&answer), "redirect_uri").unwrap(),
        format!("{ORIGIN}/api/auth/callback/azure-devops")
    );
    let lines = set_cookies(&answer);
    assert!(lines.iter().any(|line| line.starts_with("__Secure-authjs.callback-url=https%3A%2F%2Fapp.example%2Fin;")));
    assert!(lines.iter().all(|line| line.contains("; Secure") && line.starts_with("__")), "{lines:?}");
    assert!(!format!("{answer:?}").contains("evil"));
}
