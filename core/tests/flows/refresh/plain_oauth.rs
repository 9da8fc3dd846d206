//! A provider that is only a description, behind answers that a test writes.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use admit::http::HttpError;
use admit::{AccessTokenError, AuthBuilder, Client, HttpClient, HttpRequest, HttpResponse, OAuthProvider};
use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{HOMES, Heard, advance};
use crate::support::{Browser, ORIGIN, Site, location};

#[tokio::test]
async fn a_token_without_an_end_and_without_a_refresh_token_is_good_for_ever() {
    // TOK-003
    for home in HOMES {
        let (site, acme) = site(home.configure);
        acme.answer(&json!({ "access_token": "a1" }));
        let mut browser = site.browser();
        sign_in(&mut browser).await;
        for _ in 0..5 {
            advance(&site, 86_400);
            assert_eq!(token(&browser).await.unwrap(), "a1", "{}", home.name);
        }
        assert_eq!(acme.token_requests().len(), 1);
    }
}

#[tokio::test]
async fn a_token_that_ended_and_cannot_be_refreshed_needs_a_sign_in_and_no_call() {
    for home in HOMES {
        let heard = Heard::default();
        let (site, acme) = site(|builder| (home.configure)(builder).events(heard.clone()));
        acme.answer(&json!({ "access_token": "a1", "expires_in": 600 }));
        let mut browser = site.browser();
        sign_in(&mut browser).await;
        advance(&site, 599);
        assert_eq!(token(&browser).await.unwrap(), "a1", "{}", home.name);
        advance(&site, 1);
        for _ in 0..3 {
            let error = token(&browser).await.unwrap_err();
            assert!(matches!(error, AccessTokenError::NeedsReauthentication { .. }), "{}: {error:?}", home.name);
        }
        assert_eq!(heard.reasons(), [admit::ReauthenticationReason::NoRefreshToken], "{}: told once", home.name);
        assert_eq!(acme.token_requests().len(), 1);
    }
}

#[tokio::test]
async fn a_token_without_an_end_is_refreshed_after_an_hour_if_it_can_be() {
    // TOK-003, TOK-005, azure.md T04
    for life in [json!(null), json!("abc"), json!(-1), json!(0), json!(1e18), json!("")] {
        let (site, acme) = site(AuthBuilder::danger_single_process_refresh);
        acme.answer(&json!({ "access_token": "a1", "refresh_token": "r1", "expires_in": life }));
        acme.answer(&json!({ "access_token": "a2", "refresh_token": "r2", "expires_in": 3600 }));
        let mut browser = site.browser();
        sign_in(&mut browser).await;
        advance(&site, 3299);
        assert_eq!(token(&browser).await.unwrap(), "a1", "{life}");
        advance(&site, 1);
        assert_eq!(token(&browser).await.unwrap(), "a2", "{life}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_refresh_token_may_come_back_and_the_newest_access_token_counts() {
    // azure.md T28, REF-008
    for home in HOMES {
        let (site, acme) = site(home.configure);
        for turn in 0..4 {
            acme.answer(&json!({ "access_token": format!("a{turn}"), "refresh_token": "same", "expires_in": 3600 }));
        }
        let mut browser = site.browser();
        sign_in(&mut browser).await;
        let first = browser.jar.clone();
        for turn in 1..4 {
            advance(&site, 3500);
            let asking: JoinSet<_> = (0..50)
                .map(|_| browser.current("/"))
                .map(|current| async move { current.access_token("acme").await.unwrap().expose().to_owned() })
                .collect();
            let tokens = asking.join_all().await;
            assert!(tokens.iter().all(|token| *token == format!("a{turn}")), "{}: {tokens:?}", home.name);
            assert_eq!(acme.token_requests().len(), turn + 1, "{}", home.name);
        }
        let mut late = site.browser();
        late.jar = first;
        assert_eq!(token(&late).await.unwrap(), "a3", "{}", home.name);
        assert!(acme.token_requests()[1..].iter().all(|form| form.contains("refresh_token=same")));
    }
}

#[tokio::test]
async fn a_fault_does_not_hide_a_newer_token_from_an_older_cookie() {
    let (site, acme) = site(AuthBuilder::danger_single_process_refresh);
    for turn in 0..2 {
        acme.answer(&json!({ "access_token": format!("a{turn}"), "refresh_token": "same", "expires_in": 3600 }));
    }
    let mut browser = site.browser();
    sign_in(&mut browser).await;
    let older = browser.jar.clone();
    advance(&site, 3500);
    assert_eq!(token(&browser).await.unwrap(), "a1");
    advance(&site, 3500);
    acme.say(Say::Status(503, Bytes::new()));
    assert_eq!(token(&browser).await.unwrap(), "a1", "100 s are left of it");
    let mut late = site.browser();
    late.jar = older;
    assert_eq!(token(&late).await.unwrap(), "a1", "though the refresh token is in a pause");
    assert_eq!(acme.token_requests().len(), 3);
}

#[tokio::test]
async fn a_refresh_that_panics_is_a_fault_that_passes() {
    for home in HOMES {
        let (site, acme) = site(home.configure);
        acme.answer(&json!({ "access_token": "a1", "refresh_token": "r1", "expires_in": 3600 }));
        let mut browser = site.browser();
        sign_in(&mut browser).await;
        advance(&site, 3400);
        acme.say(Say::Panic);
        for _ in 0..5 {
            assert_eq!(token(&browser).await.unwrap(), "a1", "{}", home.name);
        }
        assert_eq!(acme.token_requests().len(), 2, "{}: no hot loop", home.name);
        // A process that dies in the middle of a refresh holds its lease a while longer.
        advance(&site, 11);
        acme.answer(&json!({ "access_token": "a2", "refresh_token": "r2", "expires_in": 3600 }));
        assert_eq!(token(&browser).await.unwrap(), "a2", "{}", home.name);
    }
}

#[tokio::test]
async fn an_empty_body_and_broken_json_are_faults_that_pass() {
    // azure.md T13, TOK-019, TOK-020
    for body in [
        "",
        "null",
        "[]",
        "\"text\"",
        "{",
        "{\"access_token\":1}",
        "\0",
        "{\"access_token\":\"a\",\"access_token\":\"b\"}",
    ] {
        let (site, acme) = site(AuthBuilder::danger_single_process_refresh);
        acme.answer(&json!({ "access_token": "a1", "refresh_token": "r1", "expires_in": 3600 }));
        let mut browser = site.browser();
        sign_in(&mut browser).await;
        advance(&site, 3400);
        acme.say(Say::Status(200, Bytes::copy_from_slice(body.as_bytes())));
        assert_eq!(token(&browser).await.unwrap(), "a1", "{body}");
        advance(&site, 5);
        acme.answer(&json!({ "access_token": "a2", "expires_in": 3600 }));
        assert_eq!(token(&browser).await.unwrap(), "a2", "{body}");
        advance(&site, 3400);
        acme.answer(&json!({ "access_token": "a3" }));
        assert_eq!(token(&browser).await.unwrap(), "a3", "{body}: the refresh token was not lost");
    }
}

#[tokio::test]
async fn a_grant_is_refreshed_as_the_client_it_was_given_to() {
    // ADO-011: what is recorded counts, not what the configuration says by now.
    let (mut site, acme) = site(AuthBuilder::danger_single_process_refresh);
    acme.answer(&json!({ "access_token": "a1", "refresh_token": "r1", "expires_in": 3600 }));
    let mut browser = site.browser();
    sign_in(&mut browser).await;
    let jar = browser.jar.clone();
    let provider = description(Client::new("another-client", "another secret"));
    site.auth = super::grants::auth_at(&site, ORIGIN, provider, |builder| {
        builder.http_client(acme.clone()).danger_single_process_refresh()
    });
    advance(&site, 3400);
    acme.answer(&json!({ "access_token": "a2", "refresh_token": "r2", "expires_in": 3600 }));
    let mut browser = site.browser();
    browser.jar = jar;
    assert_eq!(token(&browser).await.unwrap(), "a2");
    let form = acme.token_requests().pop().unwrap();
    assert_eq!(form, "grant_type=refresh_token&refresh_token=r1&client_id=acme-client&client_secret=another%20secret");
}

#[tokio::test]
async fn a_denied_refresh_is_a_refusal_and_an_odd_one_is_not() {
    for (answer, dies) in [
        (json!({ "error": "invalid_grant" }), true),
        (json!({ "error": "access_denied" }), true),
        (json!({ "error": "temporarily_unavailable" }), false),
        (json!({ "error": "invalid_scope" }), false),
        (json!({ "error": "something_new" }), false),
    ] {
        let heard = Heard::default();
        let (site, acme) = site(|builder| builder.danger_single_process_refresh().events(heard.clone()));
        acme.answer(&json!({ "access_token": "a1", "refresh_token": "r1", "expires_in": 3600 }));
        let mut browser = site.browser();
        sign_in(&mut browser).await;
        advance(&site, 3400);
        acme.say(Say::Status(400, answer.to_string().into()));
        assert_eq!(token(&browser).await.is_err(), dies, "{answer}");
        assert_eq!(heard.count("needs_reauth"), usize::from(dies), "{answer}");
    }
}

/// A site with two providers: Azure DevOps, and Acme, which answers what it is told to.
pub(crate) fn site(configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> (Site, Acme) {
    let acme = Acme::default();
    let site = Site::with(|builder| {
        let builder = builder.provider(description(Client::new("acme-client", "acme secret")));
        configure(builder.http_client(acme.clone()))
    });
    acme.0.lock().unwrap().azure = Some(site.azure.clone());
    (site, acme)
}

fn description(client: Client) -> OAuthProvider {
    OAuthProvider::oauth2("acme", "Acme", client)
        .authorization_endpoint("https://acme.example/authorize")
        .token_endpoint("https://acme.example/token")
        .userinfo_endpoint("https://acme.example/me")
        .client_auth(admit::provider::ClientAuthMethod::Post)
}

/// Goes to Acme and comes back.
pub(crate) async fn sign_in(browser: &mut Browser<'_>) {
    let csrf = browser.csrf_token().await;
    let answer = browser.post("/api/auth/signin/acme", &[("csrfToken", &csrf), ("callbackUrl", "/")]).await;
    let url = url::Url::parse(&location(&answer)).unwrap();
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let answer = browser.get(&format!("/api/auth/callback/acme?code=acme-code-0123456789&state={state}")).await;
    assert_eq!(location(&answer), format!("{ORIGIN}/"));
}

async fn token(browser: &Browser<'_>) -> Result<String, AccessTokenError> {
    browser.current("/").access_token("acme").await.map(|token| token.expose().to_owned())
}

/// Acme's token endpoint, one answer after the other, and its userinfo endpoint.
#[derive(Clone, Default)]
pub(crate) struct Acme(Arc<Mutex<Desk>>);

#[derive(Default)]
struct Desk {
    person: usize,
    answers: VecDeque<Say>,
    seen: Vec<HttpRequest>,
    azure: Option<admit_testkit::PretendAzureDevOps>,
}

pub(crate) enum Say {
    Status(u16, Bytes),
    Panic,
}

impl Acme {
    pub(crate) fn answer(&self, tokens: &Value) {
        self.say(Say::Status(200, tokens.to_string().into()));
    }

    pub(crate) fn say(&self, answer: Say) {
        self.0.lock().unwrap().answers.push_back(answer);
    }

    /// Who stands at the browser from now on, in the place of person 7.
    pub(crate) fn person(&self, number: usize) {
        self.0.lock().unwrap().person = number;
    }

    /// How many forms came to the token endpoint.
    pub(crate) fn token_requests_made(&self) -> usize {
        let desk = self.0.lock().unwrap();
        desk.seen.iter().filter(|request| request.uri().path() == "/token").count()
    }

    /// The forms that came to the token endpoint.
    pub(crate) fn token_requests(&self) -> Vec<String> {
        let desk = self.0.lock().unwrap();
        let tokens = desk.seen.iter().filter(|request| request.uri().path() == "/token");
        tokens.map(|request| String::from_utf8(request.body().to_vec()).unwrap()).collect()
    }
}

impl fmt::Debug for Acme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Acme")
    }
}

#[async_trait]
impl HttpClient for Acme {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let azure = self.0.lock().unwrap().azure.clone();
        if request.uri().host() != Some("acme.example") {
            return azure.unwrap().send(request).await;
        }
        let path = request.uri().path().to_owned();
        let answer = {
            let mut desk = self.0.lock().unwrap();
            desk.seen.push(request);
            match path.as_str() {
                "/token" => desk.answers.pop_front().expect("an answer for every token request"),
                _ => {
                    let body =
                        json!({ "sub": (7 + desk.person).to_string(), "name": "Ada", "email": "ada@acme.example" })
                            .to_string();
                    Say::Status(200, body.into())
                }
            }
        };
        match answer {
            Say::Status(status, body) => Ok(http::Response::builder().status(status).body(body).unwrap()),
            Say::Panic => panic!("acme's client breaks, as it was told to"),
        }
    }
}
