//! The authorization endpoint and its pages.

use crate::app::{App, REDIRECT_URI, authorization_url};
use admit_testkit::azure_devops::{NoCallback, Person, Stage};
use bytes::Bytes;

async fn page(app: &App, url: &str) -> (u16, String) {
    match app.azure.authorize(url).await {
        Err(NoCallback::Page { status, page }) => (status.as_u16(), page),
        other => panic!("{other:?}"),
    }
}

async fn shown(app: &App, request: http::Request<Bytes>) -> String {
    let response = app.azure.handle(request).await.unwrap();
    assert_eq!(response.status(), 200);
    String::from_utf8(response.body().to_vec()).unwrap()
}

fn form(path: &str, pairs: &[(&str, &str)]) -> http::Request<Bytes> {
    http::Request::post(path)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into())
        .unwrap()
}

#[tokio::test]
async fn consent_sends_a_long_code_and_the_state_to_the_registered_address() {
    let app = App::new();
    let callback = app.azure.authorize(&authorization_url(&[("state", Some("a b&c"))])).await.unwrap();
    assert!(callback.url().starts_with(&format!("{REDIRECT_URI}?code=")));
    assert!(callback.path_and_query().starts_with("/api/auth/callback/azure-devops?code="));
    assert_eq!(callback.parameter("state"), Some("a b&c"));
    let code = callback.parameter("code").unwrap();
    assert!(code.len() > 600 && code.split('.').count() == 3, "{} bytes", code.len());
    assert!(!format!("{callback:?}").contains(code));
}

#[tokio::test]
async fn denial_comes_back_with_the_state_and_no_code() {
    // azure.md T40
    let callback = App::new().azure.deny(&authorization_url(&[])).await.unwrap();
    assert_eq!(callback.path_and_query(), "/api/auth/callback/azure-devops?error=access_denied&state=the-state");
}

#[tokio::test]
async fn a_scope_that_is_not_registered_comes_back_without_state() {
    for scope in ["vso.profile vso.tokens", "vso.profile  vso.work", "VSO.PROFILE"] {
        let callback = App::new().azure.authorize(&authorization_url(&[("scope", Some(scope))])).await.unwrap();
        assert_eq!(callback.path_and_query(), "/api/auth/callback/azure-devops?error=InvalidScope", "{scope}");
    }
}

#[tokio::test]
async fn what_azure_devops_does_not_know_is_a_violation_and_goes_nowhere() {
    for (name, value) in [
        ("code_challenge", Some("x")),
        ("nonce", Some("x")),
        ("prompt", Some("login")),
        ("response_type", Some("code")),
        ("response_type", Some("assertion")),
        ("client_id", Some("other")),
        ("redirect_uri", Some("https://app.example/api/auth/callback/azure-devops/")),
        ("redirect_uri", Some("https://evil.example/")),
        ("redirect_uri", None),
        ("state", None),
        ("state", Some("")),
        ("scope", None),
        ("scope", Some("")),
    ] {
        let app = App::new();
        let (status, html) = page(&app, &authorization_url(&[(name, value)])).await;
        assert_eq!(status, 400, "{name}={value:?}");
        assert!(html.contains(&format!("<code>{name}</code>")), "{name}: {html}");
        assert_eq!(app.azure.violations().len(), 1, "{name}");
        assert!(app.azure.violations()[0].contains(name), "{:?}", app.azure.violations());
    }
}

#[tokio::test]
async fn a_parameter_that_stands_twice_is_refused() {
    let app = App::new();
    let (status, html) = page(&app, &format!("{}&state=again", authorization_url(&[]))).await;
    assert_eq!(status, 400);
    assert!(html.contains("<code>state</code> stands twice"), "{html}");
}

#[tokio::test]
async fn a_callback_over_http_is_refused_unless_loopback_was_allowed() {
    // azure.md T45
    let local = "http://localhost:3000/callback";
    let url = authorization_url(&[("redirect_uri", Some(local))]);
    let strict = App::with(|builder| builder.redirect_uri(local));
    assert!(page(&strict, &url).await.1.contains("is not https"));

    let lenient = App::with(|builder| builder.redirect_uri(local).allow_http_on_loopback());
    assert!(lenient.azure.authorize(&url).await.unwrap().url().starts_with(local));

    let elsewhere = "http://localhost.evil.example/callback";
    let lenient = App::with(|builder| builder.redirect_uri(elsewhere).allow_http_on_loopback());
    let url = authorization_url(&[("redirect_uri", Some(elsewhere))]);
    assert!(page(&lenient, &url).await.1.contains("is not https"));
}

#[tokio::test]
async fn a_registered_address_with_a_query_keeps_it() {
    let uri = "https://app.example/callback?tenant=7";
    let app = App::with(|builder| builder.redirect_uri(uri));
    let callback = app.azure.deny(&authorization_url(&[("redirect_uri", Some(uri))])).await.unwrap();
    assert_eq!(callback.path_and_query(), "/callback?tenant=7&error=access_denied&state=the-state");
}

#[tokio::test]
async fn two_pages_lead_from_the_people_to_the_scopes_in_plain_words() {
    let app = App::with(|builder| builder.app_name("<Harbour & Co>"));
    let url = authorization_url(&[]);
    let query = url.split_once('?').unwrap().1;

    let first = shown(&app, http::Request::get(&url).body(Bytes::new()).unwrap()).await;
    assert!(first.contains("Pretend Azure DevOps") && first.contains("nothing leaves this machine"));
    assert!(first.contains("Norma Paulk") && first.contains("Bo Lindqvist"));
    assert!(first.contains("&lt;Harbour &amp; Co&gt;") && !first.contains("<Harbour"));
    assert!(!first.contains("<script"));

    let second = shown(&app, form("/_pretend/sign-in", &[("request", query), ("login", "bo")])).await;
    assert!(second.contains("Bo Lindqvist") && !second.contains("Norma Paulk"));
    assert!(second.contains("See your projects and teams") && second.contains("vso.project"));
    assert!(second.contains(">Accept<") && second.contains(">Deny<"));
    assert_eq!(app.azure.count(Stage::Authorize), 1);
}

#[tokio::test]
async fn the_forms_check_again_what_the_first_page_checked() {
    let app = App::new();
    let url = authorization_url(&[("redirect_uri", Some("https://evil.example/"))]);
    let query = url.split_once('?').unwrap().1;
    let good = authorization_url(&[]);
    let good = good.split_once('?').unwrap().1;
    for pairs in [
        vec![("request", query), ("login", "norma"), ("decision", "accept")],
        vec![("request", good), ("login", "mallory"), ("decision", "accept")],
        vec![("request", good), ("login", "norma")],
        vec![("login", "norma"), ("decision", "accept")],
    ] {
        let response = app.azure.handle(form("/_pretend/consent", &pairs)).await.unwrap();
        assert_eq!(response.status(), 400, "{pairs:?}");
    }
    let by_link = http::Request::get("/_pretend/consent").body(Bytes::new()).unwrap();
    assert_eq!(app.azure.handle(by_link).await.unwrap().status(), 400);
}

#[tokio::test]
async fn with_auto_consent_nobody_is_asked_until_it_ends() {
    let app = App::with(|builder| builder.auto_consent("bo"));
    let get = || http::Request::get(authorization_url(&[])).body(Bytes::new()).unwrap();
    assert_eq!(app.azure.handle(get()).await.unwrap().status(), 302);
    app.azure.auto_consent(None);
    assert_eq!(app.azure.handle(get()).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_login_that_nobody_has_is_a_newcomers() {
    let app = App::with(|builder| builder.auto_consent("alice"));
    let get = || http::Request::get(authorization_url(&[])).body(Bytes::new()).unwrap();
    assert_eq!(app.azure.handle(get()).await.unwrap().status(), 302);
    app.azure.auto_consent(None);
    let people = shown(&app, get()).await;
    assert!(people.contains("Alice") && people.contains("alice@fabrikam.example") && people.contains("Norma Paulk"));
}

#[tokio::test]
async fn a_person_of_ones_own_takes_the_place_of_the_sample_people() {
    let app = App::with(|builder| builder.person(Person::new("ada", "Ada Example")));
    let html = shown(&app, http::Request::get(authorization_url(&[])).body(Bytes::new()).unwrap()).await;
    assert!(html.contains("Ada Example") && !html.contains("Norma"));
}

#[tokio::test]
async fn a_picture_is_shown_as_what_it_is_and_svg_not_at_all() {
    // azure.md T50
    for (picture, expected) in [
        (b"GIF89a".as_slice(), r#"src="data:image/gif;base64,"#),
        (b"\xff\xd8\xff\xe0", r#"src="data:image/jpeg;base64,"#),
        (b"<svg onload=alert(1)>", r#"<span class="face" aria-hidden="true">A</span>"#),
    ] {
        let app = App::with(|builder| builder.person(Person::new("ada", "Ada").avatar(picture)));
        let html = shown(&app, http::Request::get(authorization_url(&[])).body(Bytes::new()).unwrap()).await;
        assert!(html.contains(expected), "{html}");
    }
}
