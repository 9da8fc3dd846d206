//! A person who is nobody, and one who brings too much.

use admit::http::{HttpClient, HttpError, HttpRequest, HttpResponse};
use admit::{AuthBuilder, Claims, Client, OAuthProvider, Profile, ProfileError};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Response};
use serde_json::{Value, json};

use crate::support::standard::Standard;
use crate::support::{ORIGIN, Site, location, parameter, refusal};

fn acme(profile: impl Fn(&Claims) -> Result<Profile, ProfileError> + Send + Sync + 'static) -> OAuthProvider {
    OAuthProvider::oauth2("acme", "Acme", Client::new("acme-app", "acme-secret"))
        .authorization_endpoint("https://acme.example/authorize")
        .token_endpoint("https://acme.example/token")
        .userinfo_endpoint("https://acme.example/me")
        .profile(profile)
}

fn site(provider: OAuthProvider, back_channel: impl HttpClient) -> Site {
    let with =
        |builder: AuthBuilder| builder.provider(provider).http_client(back_channel).danger_single_process_refresh();
    Site::with(with)
}

#[tokio::test]
async fn a_mapper_that_finds_no_identifier_signs_nobody_in() {
    // Else everybody would be one and the same user.
    for subject in ["", " ", "\u{a0}\t"] {
        let site = site(acme(move |_| Ok(Profile::new(subject))), Standard::new());
        let mut browser = site.browser();
        let state = parameter(&location(&browser.begin("acme", "/").await), "state").unwrap();
        let answer = browser.get(&format!("/api/auth/callback/acme?code=x&state={state}")).await;
        assert_eq!(refusal(&answer), ("/api/auth/error".into(), "Configuration".into(), "profile_invalid".into()));
        assert_eq!(browser.session().await, Value::Null);
    }
}

#[tokio::test]
async fn a_picture_that_cannot_be_used_stops_no_sign_in() {
    // ADO-007
    let huge = format!("data:image/png;base64,{}", "A".repeat(100_000));
    let long = format!("https://pictures.example/{}", "x".repeat(30_000));
    for (picture, kept) in [
        (huge.as_str(), false),
        (long.as_str(), false),
        ("javascript:alert(1)", false),
        ("https://pictures.example/7.png", true),
    ] {
        let server = Standard::new();
        server.person(json!({ "id": 7, "name": "Mona", "picture": picture }));
        let person = |claims: &Claims| Ok(Profile::new(claims.id("id")?).image_url(claims.text("picture")));
        let site = site(acme(person), server);
        let mut browser = site.browser();
        let state = parameter(&location(&browser.begin("acme", "/").await), "state").unwrap();
        let answer = browser.get(&format!("/api/auth/callback/acme?code=x&state={state}")).await;
        assert_eq!(location(&answer), format!("{ORIGIN}/"), "{picture:.40}");
        let image = browser.session().await["user"]["image"].as_str().map(str::to_owned);
        assert_eq!(image.as_deref(), kept.then_some(picture));
    }
}

/// A token endpoint that takes no code.
#[derive(Clone, Copy, Debug)]
struct Refusing;

#[async_trait]
impl HttpClient for Refusing {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        assert_eq!(request.method(), Method::POST);
        let body = Bytes::from_static(br#"{"error":"invalid_grant","error_description":"expired"}"#);
        Ok(Response::builder().status(400).body(body).unwrap())
    }
}

#[tokio::test]
async fn a_code_that_the_provider_no_longer_takes_is_told_as_that() {
    // azure.md T10
    let site = site(acme(|claims| Ok(Profile::new(claims.id("id")?))), Refusing);
    let mut browser = site.browser();
    let state = parameter(&location(&browser.begin("acme", "/").await), "state").unwrap();
    let answer = browser.get(&format!("/api/auth/callback/acme?code=x&state={state}")).await;
    assert_eq!(refusal(&answer).2, "token_rejected");
}
