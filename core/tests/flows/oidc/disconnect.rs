//! `current.disconnect(…)`: tokens go from here and are voided at the provider (RFC 7009). Account and session stay.

use std::sync::Arc;
use std::time::Duration;

use admit::store::{AccountKey, TokenStore};
use admit::{AccessTokenError, AuthBuilder, Client, Disconnected, MemoryStore, OAuthProvider};
use admit_testkit::oidc::{Builder, Fault, Stage};
use admit_testkit::{Faulty, FixedClock, PretendOidc, render};
use bytes::Bytes;
use http::StatusCode;

use super::{CLIENT_SECRET, sign_in, site_and, site_as};
use crate::support::rules::Heard;
use crate::support::{Browser, Site, log};

const PAGE: &str = "https://id.example/permissions";
const ADA: &str = "248289761001";

type Home = (&'static str, fn(AuthBuilder) -> AuthBuilder);

/// Where sessions and their tokens live.
const HOMES: [Home; 4] = [
    ("all in the cookie", |builder| builder),
    ("all in the session store", |builder| builder.session_store(MemoryStore::new())),
    ("session in the cookie, tokens in their store", |builder| builder.token_store(MemoryStore::new())),
    ("session and tokens in stores", |builder| {
        builder.session_store(MemoryStore::new()).token_store(MemoryStore::new())
    }),
];

/// A provider that voids tokens.
fn site(configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> (Site, PretendOidc, Heard) {
    let heard = Heard::default();
    let ears = heard.clone();
    let describe = |provider: OAuthProvider| provider.authorizations_page(PAGE);
    let (site, company) = site_and(Builder::offers_revocation, describe, |builder| configure(builder.events(ears)));
    (site, company, heard)
}

async fn token(browser: &Browser<'_>) -> Result<String, AccessTokenError> {
    browser.current("/").access_token("company").await.map(|token| token.expose().to_owned())
}

async fn disconnect(browser: &mut Browser<'_>) -> Result<Disconnected, AccessTokenError> {
    let current = browser.current("/");
    let disconnected = current.disconnect("company").await;
    browser.finish(&current).await;
    disconnected
}

/// The refresh token that the person's session has, as the provider gave it.
fn refresh_token(company: &PretendOidc) -> String {
    let request = &company.requests(Stage::Revoke)[0];
    let form = url::form_urlencoded::parse(request.body()).into_owned().collect::<Vec<_>>();
    crate::support::standard::field(&form, "token").unwrap().to_owned()
}

fn told(heard: &Heard) -> Vec<String> {
    heard.all().into_iter().filter(|event| event.contains("revoked")).collect()
}

#[tokio::test]
async fn the_tokens_are_gone_here_and_there_and_the_person_stays_signed_in() {
    for (home, configure) in HOMES {
        let (site, company, heard) = site(configure);
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        let before = token(&browser).await.unwrap();
        assert!(company.accepts(&before));

        let disconnected = disconnect(&mut browser).await.unwrap();
        assert!(matches!(disconnected, Disconnected::Revoked), "{home}: {disconnected:?}");
        assert_eq!(company.count(Stage::Revoke), 1, "{home}");
        assert!(!company.accepts(&before) && !company.accepts(&refresh_token(&company)), "{home}");
        let error = token(&browser).await.unwrap_err();
        assert!(matches!(error, AccessTokenError::NotConnected { .. }), "{home}: {error:?}");
        assert_eq!(browser.session().await["user"]["name"], "Ada Byron", "{home}");
        let accounts = browser.current("/").accounts().await.unwrap();
        assert_eq!(accounts[0].subject, ADA, "{home}: the account stays theirs");
        assert_eq!(told(&heard), ["tokens_revoked"], "{home}");
        let again = disconnect(&mut browser).await.unwrap();
        assert!(matches!(again, Disconnected::NotConnected), "{home}: {again:?}");

        sign_in(&mut browser, &company).await;
        assert!(company.accepts(&token(&browser).await.unwrap()), "{home}: after a new sign-in it is whole again");
        assert_eq!((company.count(Stage::Revoke), company.violations()), (1, vec![]), "{home}");
    }
}

#[tokio::test]
async fn the_request_is_that_of_the_standard() {
    let (site, company, _) = site(|builder| builder);
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    disconnect(&mut browser).await.unwrap();
    insta::assert_snapshot!("revoke", render::request(&company.requests(Stage::Revoke)[0]));
}

#[tokio::test]
async fn a_copy_of_the_cookie_brings_no_token_back() {
    let (site, company, _) = site(|builder| builder);
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let mut copy = site.browser();
    copy.jar = browser.jar.clone();
    disconnect(&mut browser).await.unwrap();
    for _ in 0..2 {
        let error = token(&copy).await.unwrap_err();
        assert!(matches!(error, AccessTokenError::NeedsReauthentication { .. }), "{error:?}");
    }
    let again = disconnect(&mut copy).await.unwrap();
    assert!(matches!(again, Disconnected::NotConnected), "{again:?}");
    assert_eq!((company.count(Stage::Token), company.count(Stage::Revoke)), (1, 1));
}

#[tokio::test]
async fn a_refresh_under_way_brings_nothing_back() {
    for (home, configure) in HOMES {
        let (site, company, _) = site(configure);
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        let old = token(&browser).await.unwrap();
        site.clock.advance(Duration::from_secs(3500));
        let (tokens, revocations) = (company.hold(Stage::Token), company.hold(Stage::Revoke));
        let asking = browser.current("/");
        let asking = tokio::spawn(async move { asking.access_token("company").await });
        until(|| company.count(Stage::Token) == 2).await;
        let current = browser.current("/");
        let leaving = {
            let current = current.clone();
            tokio::spawn(async move { current.disconnect("company").await })
        };
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        drop(tokens);
        let brought = asking.await.unwrap();
        drop(revocations);
        let disconnected = leaving.await.unwrap().unwrap();
        browser.finish(&current).await;
        assert!(matches!(disconnected, Disconnected::Revoked), "{home}: {disconnected:?}");
        // With a token store, what the refresh brought is voided by whoever refreshed.
        if home.contains("tokens in") {
            until(|| company.count(Stage::Revoke) == 2).await;
            assert!(matches!(brought, Err(AccessTokenError::NeedsReauthentication { .. })), "{home}: {brought:?}");
        } else {
            assert_ne!(brought.as_ref().unwrap().expose(), old, "{home}");
        }
        if let Ok(brought) = &brought {
            assert!(!company.accepts(brought.expose()), "{home}");
        }
        until(|| !company.accepts(&old)).await;
        let error = token(&browser).await.unwrap_err();
        assert!(matches!(error, AccessTokenError::NotConnected { .. }), "{home}: {error:?}");
    }
}

#[tokio::test]
async fn whatever_the_provider_answers_the_tokens_are_gone_from_here() {
    let answer = |status: u16, body: &'static str| Fault::Answer {
        status: StatusCode::from_u16(status).unwrap(),
        body: Bytes::from_static(body.as_bytes()),
    };
    for (fault, expected, asked) in [
        (answer(200, ""), "revoked", 1),
        (answer(200, "<html>"), "revoked", 1),
        (answer(400, r#"{"error":"invalid_token"}"#), "revoked", 1),
        (answer(400, r#"{"error":"unsupported_token_type"}"#), "not_offered", 1),
        (answer(400, r#"{"error":"invalid_request"}"#), "refused", 1),
        (answer(404, "<html>"), "refused", 1),
        (answer(302, ""), "refused", 1),
        (answer(401, r#"{"error":"invalid_client"}"#), "misconfigured", 1),
        // What passes is tried once more.
        (answer(503, ""), "unavailable", 2),
        (answer(429, ""), "unavailable", 2),
        (answer(400, r#"{"error":"temporarily_unavailable"}"#), "unavailable", 2),
        (Fault::DroppedConnection, "unavailable", 2),
        (Fault::Busy(Duration::from_secs(2)), "unavailable", 2),
        // But nobody waits longer than that.
        (Fault::Busy(Duration::from_secs(30)), "unavailable", 1),
    ] {
        let log = log::Heard::default();
        let listening = log.listen();
        let (site, company, heard) = site(|builder| builder.token_store(MemoryStore::new()));
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        let access = token(&browser).await.unwrap();
        company.fail_always(Stage::Revoke, fault.clone());
        let waiting = pass_the_time(&site.clock);
        let disconnected = disconnect(&mut browser).await.unwrap();
        waiting.abort();
        let found = match (&disconnected, told(&heard).as_slice()) {
            (Disconnected::Revoked, [event]) if event == "tokens_revoked" => "revoked",
            (Disconnected::HereOnly { authorizations_page: Some(page), cause }, [event])
                if event == "tokens_not_revoked" && page == PAGE =>
            {
                match cause {
                    None => "not_offered",
                    Some(error) => match error.fault() {
                        admit::provider::Fault::Temporary => "unavailable",
                        admit::provider::Fault::Configuration => "misconfigured",
                        _ => "refused",
                    },
                }
            }
            other => panic!("{fault:?}: {other:?}"),
        };
        assert_eq!((found, company.count(Stage::Revoke)), (expected, asked), "{fault:?}");
        let error = token(&browser).await.unwrap_err();
        assert!(matches!(error, AccessTokenError::NotConnected { .. }), "{fault:?}: {error:?}");
        drop(listening);
        let spent = [access, refresh_token(&company)];
        assert!(spent.iter().all(|secret| !log.text().contains(secret)), "{fault:?}: {}", log.text());
    }
}

#[tokio::test]
async fn a_fault_that_passes_is_no_obstacle() {
    for fault in [Fault::DroppedConnection, Fault::Busy(Duration::from_secs(1))] {
        let (site, company, _) = site(|builder| builder);
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        company.fail_once(Stage::Revoke, fault);
        let waiting = pass_the_time(&site.clock);
        let disconnected = disconnect(&mut browser).await.unwrap();
        waiting.abort();
        assert!(matches!(disconnected, Disconnected::Revoked), "{disconnected:?}");
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_waited_for_five_seconds() {
    let (site, company, _) = site(|builder| builder);
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let _held = company.hold(Stage::Revoke);
    let started = admit::Clock::now(&site.clock);
    let waiting = pass_the_time(&site.clock);
    let disconnected = disconnect(&mut browser).await.unwrap();
    waiting.abort();
    assert!(matches!(disconnected, Disconnected::HereOnly { cause: Some(_), .. }), "{disconnected:?}");
    let waited = admit::Clock::now(&site.clock).since(started);
    assert!((5_000..5_300).contains(&waited.as_millis()), "{waited:?}");
}

#[tokio::test]
async fn without_an_endpoint_the_person_is_told_where_to_do_the_rest() {
    for page in [None, Some(PAGE)] {
        let describe = |provider: OAuthProvider| match page {
            Some(page) => provider.authorizations_page(page),
            None => provider,
        };
        let (site, company) = site_and(|company| company, describe, |builder| builder);
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        let disconnected = disconnect(&mut browser).await.unwrap();
        let Disconnected::HereOnly { authorizations_page, cause: None } = disconnected else {
            panic!("{disconnected:?}")
        };
        assert_eq!(authorizations_page.as_deref(), page);
        assert!(token(&browser).await.is_err());
        assert_eq!((company.count(Stage::Revoke), company.violations()), (0, vec![]));
    }
}

#[tokio::test]
async fn an_undocumented_endpoint_is_asked_and_not_relied_on() {
    let heard = Heard::default();
    let ears = heard.clone();
    let describe = |provider: OAuthProvider| {
        let provider = provider.danger_undocumented_revocation_endpoint("https://id.example/revoke");
        provider.authorizations_page(PAGE)
    };
    let (site, company) = site_and(Builder::offers_revocation, describe, |builder| builder.events(ears));
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let disconnected = disconnect(&mut browser).await.unwrap();
    assert!(
        matches!(&disconnected, Disconnected::HereOnly { authorizations_page: Some(page), cause: None } if page == PAGE),
        "{disconnected:?}"
    );
    assert_eq!((company.count(Stage::Revoke), told(&heard)), (1, vec!["tokens_not_revoked".to_owned()]));
}

#[tokio::test]
async fn an_endpoint_of_the_descriptions_own_needs_no_issuer_that_answers() {
    let describe = |provider: OAuthProvider| provider.revocation_endpoint("https://id.example/revoke");
    let build = |company: Builder| company.offers_revocation().documents_live(Duration::from_secs(60));
    let (site, company) = site_and(build, describe, |builder| builder);
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    // Longer than the document is used beyond its time.
    site.clock.advance(Duration::from_secs(100_000));
    company.fail_always(Stage::Discovery, Fault::DroppedConnection);
    let disconnected = disconnect(&mut browser).await.unwrap();
    assert!(matches!(disconnected, Disconnected::Revoked), "{disconnected:?}");
}

#[tokio::test]
async fn each_credential_is_tried_in_turn() {
    let client = Client::new("app-id", "a secret that was replaced").secret(CLIENT_SECRET);
    let (site, company) = site_as(client, Builder::offers_revocation, |provider| provider, |builder| builder);
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let disconnected = disconnect(&mut browser).await.unwrap();
    assert!(matches!(disconnected, Disconnected::Revoked), "{disconnected:?}");
    assert_eq!(company.count(Stage::Revoke), 2);
}

#[tokio::test]
async fn the_tokens_are_shown_that_the_description_names() {
    use admit::provider::RevokedTokens;
    for (tokens, expected) in [
        (RevokedTokens::Refresh, vec!["refresh_token"]),
        (RevokedTokens::Access, vec!["access_token"]),
        (RevokedTokens::Both, vec!["refresh_token", "access_token"]),
    ] {
        let describe = |provider: OAuthProvider| provider.revoked_tokens(tokens);
        let (site, company) = site_and(Builder::offers_revocation, describe, |builder| builder);
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        disconnect(&mut browser).await.unwrap();
        let hints: Vec<_> = company.requests(Stage::Revoke);
        let hints = hints.iter().map(|request| {
            let form: Vec<_> = url::form_urlencoded::parse(request.body()).into_owned().collect();
            crate::support::standard::field(&form, "token_type_hint").unwrap().to_owned()
        });
        assert_eq!(hints.collect::<Vec<_>>(), expected, "{tokens:?}");
    }
}

#[tokio::test]
async fn a_store_that_is_away_is_an_error_and_a_second_call_does_it() {
    let store = Faulty::new(MemoryStore::new());
    let kept = store.clone();
    let (site, company, _) = site(|builder| builder.token_store(kept));
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    store.fail_next("tokens.delete", 1);
    let error = disconnect(&mut browser).await.unwrap_err();
    assert!(matches!(error, AccessTokenError::Session(_)), "{error:?}");
    let disconnected = disconnect(&mut browser).await.unwrap();
    assert!(matches!(disconnected, Disconnected::Revoked), "{disconnected:?}");
    let key = AccountKey { provider: "company".to_owned(), subject: ADA.to_owned() };
    assert_eq!(TokenStore::load(store.inner(), &key).await.unwrap(), None);
}

#[tokio::test]
async fn who_has_nothing_to_disconnect_is_told_so() {
    let (site, company, _) = site(|builder| builder);
    let mut browser = site.browser();
    assert!(matches!(disconnect(&mut browser).await, Err(AccessTokenError::SignedOut)));
    sign_in(&mut browser, &company).await;
    let current = browser.current("/");
    assert!(matches!(current.disconnect("azure-devops").await, Ok(Disconnected::NotConnected)));
    assert!(matches!(current.disconnect("pigeon").await, Err(AccessTokenError::UnknownProvider(_))));
}

/// Waits for what tasks do that nobody waits for.
pub(super) async fn until(condition: impl Fn() -> bool) {
    for _ in 0..10_000 {
        if condition() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it does not come to that");
}

/// Moves the clock on whenever somebody waits for it.
fn pass_the_time(clock: &FixedClock) -> tokio::task::JoinHandle<()> {
    let clock = Arc::new(clock.clone());
    tokio::spawn(async move {
        loop {
            clock.until_sleepers(1).await;
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            clock.advance(Duration::from_millis(100));
        }
    })
}
