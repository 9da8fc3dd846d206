//! The authorization endpoint: who may sign in where, what is refused, and what comes back.

use admit_testkit::azure_devops::NoCallback;
use admit_testkit::entra::{FABRIKAM, Fault, LAMPLIGHT, Refusal, Stage};
use http::StatusCode;

use super::app::{App, REDIRECT_URI, USUAL, authorization_url};

async fn page(app: &App, login: &str, authority: &str, changes: &[(&str, &str)]) -> String {
    match app.entra.authorize_as(login, &authorization_url(authority, changes)).await {
        Err(NoCallback::Page { status: StatusCode::BAD_REQUEST, page }) => page,
        other => panic!("{changes:?}: {other:?}"),
    }
}

#[tokio::test]
async fn what_a_correct_application_never_asks_is_refused_and_kept() {
    for (changes, expected) in [
        (&[("nonce", "")][..], "the parameter `nonce` is missing"),
        (&[("state", "")], "the parameter `state` is missing"),
        (&[("code_challenge", "")], "the parameter `code_challenge` is missing"),
        (&[("code_challenge_method", "plain")], "the parameter `code_challenge_method` is not `S256`"),
        (&[("response_type", "id_token")], "the parameter `response_type` is not `code`"),
        (&[("response_mode", "fragment")], "the parameter `response_mode` is `fragment`, which no server reads"),
        (
            &[("prompt", "select_account"), ("login_hint", "norma@fabrikam.example")],
            "`login_hint` makes no choice of `prompt=select_account`",
        ),
        (&[("claims", "{")], "the parameter `claims` is no JSON object"),
    ] {
        let app = App::new();
        assert!(page(&app, "norma", "common", changes).await.contains("role=\"alert\""), "{changes:?}");
        assert_eq!(app.entra.violations(), [format!("authorize: {expected}")]);
    }
}

#[tokio::test]
async fn what_entra_does_not_answer_ends_on_its_own_page() {
    let multi = App::new();
    let single = App::with(|builder| builder.single_tenant(FABRIKAM));
    for (app, authority, changes, number) in [
        (&multi, "common", ("client_id", "another"), 700_016),
        (&multi, "common", ("redirect_uri", "https://app.example/"), 50_011),
        (&multi, "common", ("client_id", ""), 900_144),
        (&multi, "contoso.example", ("state", "s1"), 90_002),
        (&single, "common", ("state", "s1"), 50_194),
        (&single, "consumers", ("state", "s1"), 700_016),
        (&single, LAMPLIGHT, ("state", "s1"), 700_016),
    ] {
        let page = page(app, "norma", authority, &[changes]).await;
        assert!(page.contains(&format!("AADSTS{number}: ")), "{changes:?}: {page}");
    }
    assert!(single.go("bo", FABRIKAM, &[]).await.parameter("code").is_some());
    assert_eq!(multi.entra.violations(), [""; 0]);
}

#[tokio::test]
async fn an_authority_admits_its_own_people() {
    let app = App::new();
    for (login, authority, admitted) in [
        ("norma", "common", true),
        ("pia", "common", true),
        ("norma", "organizations", true),
        ("pia", "organizations", false),
        ("pia", "consumers", true),
        ("norma", "consumers", false),
        ("norma", LAMPLIGHT, true),
        ("pia", LAMPLIGHT, true),
        ("bo", LAMPLIGHT, false),
        ("pia", FABRIKAM, false),
    ] {
        let result = app.entra.authorize_as(login, &authorization_url(authority, &[])).await;
        assert_eq!(result.is_ok(), admitted, "{login} at {authority}: {result:?}");
    }
    assert!(page(&app, "bo@fabrikam.example", LAMPLIGHT, &[]).await.contains("AADSTS50020: "));
    assert!(page(&app, "nobody", "common", &[]).await.contains("AADSTS50034: "));
}

#[tokio::test]
async fn the_answer_comes_in_the_address_or_as_a_form() {
    let app = App::new();
    let callback = app.go("norma", "common", &[("client_info", "1")]).await;
    assert!(callback.url().starts_with(&format!("{REDIRECT_URI}?code=1.A")), "{}", callback.url());
    assert_eq!(callback.parameter("state"), Some("s1"));
    // T93
    assert!(callback.parameter("session_state").is_some() && callback.parameter("client_info").is_some());

    // ENT-018
    let callback = app.go("norma", "common", &[("response_mode", "form_post")]).await;
    assert_eq!(callback.path(), "/api/auth/callback/microsoft-entra-id");
    assert!(callback.form().starts_with("code=1.A"));
    assert_eq!((callback.parameter("state"), callback.parameter("client_info")), (Some("s1"), None));
}

#[tokio::test]
async fn a_scope_that_no_resource_has_comes_back_as_an_error() {
    let app = App::new();
    for (scope, error, number) in [
        ("openid vso.code", "invalid_scope", 650_053),
        ("openid api://unheard-of/read", "invalid_resource", 500_011),
        ("openid User.Read .default", "invalid_scope", 70_011),
    ] {
        let callback = app.go("norma", "common", &[("scope", scope)]).await;
        assert_eq!((callback.parameter("error"), callback.parameter("code")), (Some(error), None));
        let description = callback.parameter("error_description").unwrap();
        assert!(description.starts_with(&format!("AADSTS{number}: ")) && description.contains("\r\nTrace ID: "));
    }
    // Azure DevOps knows no personal accounts, but their guests.
    let scope = [("scope", "openid 499b84ac-1321-427f-aa17-267ca6975798/vso.code User.Read")];
    assert_eq!(app.go("pia", "common", &scope).await.parameter("error"), Some("invalid_scope"));
    assert!(app.go("pia", LAMPLIGHT, &scope).await.parameter("code").is_some());
}

#[tokio::test]
async fn whoever_cancels_is_sent_back_without_a_code() {
    let app = App::new();
    let callback = app.entra.cancel_as("bo", &authorization_url("common", &[])).await.unwrap();
    assert_eq!(callback.parameter("error"), Some("access_denied"));
    assert_eq!((callback.parameter("error_subcode"), callback.parameter("state")), (Some("cancel"), Some("s1")));
}

#[tokio::test]
async fn without_a_page_only_those_who_are_signed_in_come_back_with_a_code() {
    let app = App::new();
    let silent = [("prompt", "none")];
    assert_eq!(app.go("norma", "common", &silent).await.parameter("error"), Some("login_required"));
    app.entra.auto_consent(Some("norma"));
    assert!(app.go("norma", "common", &silent).await.parameter("code").is_some());
    assert_eq!(app.go("norma", "common", &[("prompt", "never")]).await.parameter("error"), Some("invalid_request"));
}

#[tokio::test]
async fn a_login_that_nobody_has_is_a_newcomer_s_in_the_first_tenant() {
    let app = App::with(|builder| builder.auto_consent("zoe"));
    let claims = app.sign_in("zoe", "organizations", USUAL).await.id_token();
    assert_eq!((claims["name"].as_str(), claims["tid"].as_str()), (Some("Zoe"), Some(FABRIKAM)));
    assert_eq!(claims["preferred_username"], "zoe@fabrikam.example");
}

#[tokio::test]
async fn a_refusal_or_another_answer_can_be_had_on_demand() {
    let app = App::new();
    for (number, error) in [(90_094, "access_denied"), (50_105, "access_denied"), (53_003, "interaction_required")] {
        app.entra.fail_once(Stage::Authorize, Fault::Refusal(Refusal::aadsts(number)));
        assert_eq!(app.go("norma", "common", &[]).await.parameter("error"), Some(error));
    }
    // T100
    let forged =
        Fault::Callback(vec![("client_info".to_owned(), "e30".to_owned()), ("state".to_owned(), "x".to_owned())]);
    app.entra.fail_once(Stage::Authorize, forged);
    let callback = app.go("norma", "common", &[]).await;
    assert_eq!((callback.parameter("client_info"), callback.parameter("state")), (Some("e30"), Some("x")));
    assert!(app.go("norma", "common", &[]).await.parameter("code").is_some());
    assert_eq!(app.counts(), (5, 0));
}
