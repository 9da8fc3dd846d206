//! Authorization requests that are sent ahead of the browser (RFC 9126).

use std::time::Duration;

use admit::http::{HttpClient, HttpError, HttpRequest, HttpResponse};
use admit::provider::{PrivateKeyJwt, PushedRequests};
use admit::{Auth, Client, Environment, OAuthProvider};
use admit_testkit::oidc::{Builder, ClientAuth, Fault, Stage};
use admit_testkit::{PretendOidc, render};
use async_trait::async_trait;
use bytes::Bytes;
use http::StatusCode;
use serde_json::json;

use super::assertion::{pair, shown};
use super::{CLIENT_SECRET, held_back, sign_in, site_as, site_with};
use crate::support::log::Heard;
use crate::support::{Site, location, parameter};

fn offered() -> (Site, PretendOidc) {
    site_with(Builder::offers_pushed_requests, |provider| provider)
}

#[tokio::test]
async fn the_browser_takes_a_reference_along_and_nothing_of_what_it_refers_to() {
    let (site, company) = offered();
    let mut browser = site.browser();
    let csrf = browser.csrf_token().await;
    let form = [("csrfToken", csrf.as_str()), ("callbackUrl", "/dashboard")];
    let answer = browser.post("/api/auth/signin/company?login_hint=ada%40id.example", &form).await;
    let there = location(&answer);
    assert_eq!(
        there,
        "https://id.example/authorize?client_id=app-id&request_uri=\
         urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Apushed-d70d3259e4e1cb631c663cf4d73c4c04"
    );
    insta::assert_snapshot!("push", render::request(&company.requests(Stage::Pushed)[0]));
    let back = company.authorize_as("ada", &there).await.unwrap().path_and_query();
    assert_eq!(location(&browser.get(&back).await), "https://app.example/dashboard");
    assert_eq!(browser.session().await["user"]["name"], "Ada Byron");
    assert_eq!(company.violations(), [""; 0]);
    // The reference counts once, and the trip too.
    assert!(company.authorize_as("ada", &there).await.is_err());
}

#[tokio::test]
async fn where_it_is_offered_required_or_wanted_it_is_done_and_else_not() {
    let required = Builder::requires_pushed_requests;
    let offered = Builder::offers_pushed_requests;
    let neither = |builder: Builder| builder;
    for (build, pushed, expected) in [
        (required as fn(Builder) -> Builder, PushedRequests::WhereOffered, 1),
        (required, PushedRequests::Always, 1),
        (offered, PushedRequests::WhereOffered, 1),
        (offered, PushedRequests::Always, 1),
        (offered, PushedRequests::Never, 0),
        (neither, PushedRequests::WhereOffered, 0),
        (neither, PushedRequests::Never, 0),
    ] {
        let (site, company) = site_with(build, |provider| provider.pushed_requests(pushed));
        sign_in(&mut site.browser(), &company).await;
        assert_eq!(company.count(Stage::Pushed), expected, "{pushed:?}");
        assert_eq!(company.violations(), [""; 0]);
    }
}

#[tokio::test]
async fn a_push_that_must_be_and_has_no_endpoint_sends_nobody_anywhere() {
    for (members, pushed, who) in [
        (json!({}), PushedRequests::Always, "the description"),
        (json!({ "require_pushed_authorization_requests": true }), PushedRequests::WhereOffered, "the issuer"),
    ] {
        let heard = Heard::default();
        let listening = heard.listen();
        let (site, company) = site_with(|company| company, |provider| provider.pushed_requests(pushed));
        company.publish(&members);
        assert_eq!(held_back(&site).await, "configuration");
        drop(listening);
        assert!(heard.text().contains(&format!("{who} wants authorization requests pushed")), "{}", heard.text());
    }
}

#[tokio::test]
async fn a_push_that_fails_ends_the_sign_in_and_is_not_gone_round() {
    // TOK-007, TOK-011
    let good = r#"{"request_uri":"urn:example:7","expires_in":60}"#;
    let long = format!(r#"{{"request_uri":"urn:{}","expires_in":60}}"#, "x".repeat(1024));
    for (status, body, expected) in [
        (400, r#"{"error":"invalid_request","error_description":"no"}"#, "configuration"),
        (400, r#"{"error":"invalid_scope"}"#, "configuration"),
        (403, r#"{"error":"unauthorized_client"}"#, "configuration"),
        (401, r#"{"error":"invalid_client"}"#, "configuration"),
        (201, r#"{"error":"invalid_request","request_uri":"urn:example:7","expires_in":60}"#, "configuration"),
        (400, r#"{"error":"temporarily_unavailable"}"#, "provider_unavailable"),
        (429, "", "provider_unavailable"),
        (500, r#"{"error":"server_error"}"#, "provider_unavailable"),
        (503, "<html>", "provider_unavailable"),
        (201, "", "token_response_invalid"),
        (201, "<html>secret-looking</html>", "token_response_invalid"),
        (201, "[]", "token_response_invalid"),
        (201, "{}", "token_response_invalid"),
        (201, r#"{"request_uri":"","expires_in":60}"#, "token_response_invalid"),
        (201, r#"{"request_uri":7,"expires_in":60}"#, "token_response_invalid"),
        (201, r#"{"request_uri":"urn:a b","expires_in":60}"#, "token_response_invalid"),
        (201, r#"{"request_uri":"urn:a\nb","expires_in":60}"#, "token_response_invalid"),
        (201, r#"{"request_uri":"urn:a","request_uri":"urn:b","expires_in":60}"#, "token_response_invalid"),
        (201, r#"{"request_uri":"urn:example:7"}"#, "token_response_invalid"),
        (201, r#"{"request_uri":"urn:example:7","expires_in":0}"#, "token_response_invalid"),
        (201, &long, "token_response_invalid"),
        (200, good, "token_response_invalid"),
        (302, good, "token_response_invalid"),
        (404, "not here", "token_response_invalid"),
    ] {
        let heard = Heard::default();
        let listening = heard.listen();
        let (site, company) = offered();
        let fault = Fault::Answer {
            status: StatusCode::from_u16(status).unwrap(),
            body: Bytes::copy_from_slice(body.as_bytes()),
        };
        company.fail_always(Stage::Pushed, fault);
        assert_eq!(held_back(&site).await, expected, "{status} {body}");
        assert_eq!(company.count(Stage::Pushed), 1, "{status} {body}");
        drop(listening);
        assert!(!heard.text().contains("secret-looking"));
        let is_refused = expected == "configuration";
        assert_eq!(heard.text().contains("say pushed_requests(PushedRequests::Never)"), is_refused, "{status} {body}");
        company.clear_faults();
        sign_in(&mut site.browser(), &company).await;
    }
    let (site, company) = offered();
    company.fail_always(Stage::Pushed, Fault::Answer { status: StatusCode::CREATED, body: good.into() });
    let there = location(&site.browser().begin("company", "/").await);
    assert_eq!(there, "https://id.example/authorize?client_id=app-id&request_uri=urn%3Aexample%3A7");
    company.clear_faults();
    company.fail_always(Stage::Pushed, Fault::DroppedConnection);
    assert_eq!(held_back(&site).await, "provider_unavailable");
}

#[tokio::test]
async fn an_endpoint_that_does_not_answer_is_given_up() {
    let (site, company) = offered();
    let held = company.hold(Stage::Pushed);
    let mut browser = site.browser();
    let (answer, ()) = tokio::join!(browser.begin("company", "/"), async {
        held.until_waiting(1).await;
        site.clock.advance(Duration::from_secs(10));
    });
    assert_eq!(crate::support::refusal(&answer).2, "provider_unavailable");
}

#[tokio::test]
async fn the_client_proves_itself_as_it_does_at_the_token_endpoint() {
    // TOK-022
    let (key, published) = pair("rsa");
    let assertion = Client::with_credential("app-id", PrivateKeyJwt::new(key));
    for (client, required) in [
        (Client::new("app-id", CLIENT_SECRET), ClientAuth::Basic),
        (Client::new("app-id", CLIENT_SECRET), ClientAuth::Post),
        (Client::public("app-id"), ClientAuth::None),
        (assertion, ClientAuth::PrivateKeyJwt(published)),
    ] {
        let build = |company: Builder| company.requires_pushed_requests().client_auth(required.clone());
        let (site, company) = site_as(client, build, |provider| provider, |builder| builder);
        sign_in(&mut site.browser(), &company).await;
        assert_eq!(company.violations(), [""; 0], "{required:?}");
        if let ClientAuth::PrivateKeyJwt(_) = required {
            insta::assert_snapshot!("push_private_key_jwt", shown(&company.requests(Stage::Pushed)[0]));
        }
    }
}

#[tokio::test]
async fn each_credential_is_tried_in_turn() {
    let client = Client::new("app-id", "an older secret").secret(CLIENT_SECRET);
    let (site, company) = site_as(client, Builder::offers_pushed_requests, |provider| provider, |builder| builder);
    sign_in(&mut site.browser(), &company).await;
    assert_eq!((company.count(Stage::Pushed), company.count(Stage::Token)), (2, 2));
}

#[tokio::test]
async fn a_reference_that_has_ended_costs_no_more_than_another_trip() {
    let (site, company) = offered();
    let mut browser = site.browser();
    let there = location(&browser.begin("company", "/").await);
    site.clock.advance(Duration::from_secs(61));
    assert!(company.authorize_as("ada", &there).await.is_err());
    sign_in(&mut browser, &company).await;
}

/// A server that keeps to RFC 9126 and has no discovery document.
#[derive(Debug)]
struct Plain;

#[async_trait]
impl HttpClient for Plain {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        assert_eq!(request.uri(), "https://acme.example/par");
        let answer = http::Response::builder().status(201);
        Ok(answer.body(r#"{"request_uri":"urn:acme:1","expires_in":"90"}"#.into()).unwrap())
    }
}

#[tokio::test]
async fn a_server_without_a_discovery_document_is_pushed_to_where_its_description_says() {
    let acme = OAuthProvider::oauth2("acme", "Acme", Client::new("acme-app", "secret"))
        .authorization_endpoint("https://acme.example/authorize?realm=a")
        .token_endpoint("https://acme.example/token")
        .userinfo_endpoint("https://acme.example/me");
    let build = |provider: OAuthProvider| {
        let builder = Auth::builder("https://app.example").secret(crate::support::SECRET);
        builder.environment(Environment::default()).provider(provider).http_client(Plain).build()
    };
    let auth = build(acme.clone().pushed_authorization_request_endpoint("https://acme.example/par")).unwrap();
    let site = Site { auth, ..Site::new() };
    let there = location(&site.browser().begin("acme", "/").await);
    assert_eq!(there, "https://acme.example/authorize?realm=a&client_id=acme-app&request_uri=urn%3Aacme%3A1");
    assert_eq!(parameter(&there, "state"), None);
    let problem = build(acme.clone().pushed_requests(PushedRequests::Always)).unwrap_err().to_string();
    assert!(problem.contains("acme: no pushed_authorization_request_endpoint; set it"), "{problem}");
    let problem = build(acme.pushed_authorization_request_endpoint("http://acme.example/par")).unwrap_err().to_string();
    assert!(problem.contains("pushed_authorization_request_endpoint is \"http://acme.example/par\""), "{problem}");
}
