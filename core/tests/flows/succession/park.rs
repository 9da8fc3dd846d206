//! Grants that are set aside: kept, minted anew, and not handed out.

use std::time::Duration;

use admit::store::{AccountKey, TokenStore};
use admit::{AccessTokenError, Auth, AuthError, Client, Environment, MemoryStore, Parking, Reminted};
use admit_providers::azure_devops;
use admit_testkit::azure_devops::Stage;
use admit_testkit::{Faulty, FixedRandom};
use http::StatusCode;
use serde_json::json;

use super::Move;
use crate::linking::key;
use crate::refresh::plain_oauth;
use crate::support::standard::field;
use crate::support::{Browser, CLIENT_SECRET, ORIGIN, SECRET, Site, json as body};

const AZURE: &str = "azure-devops";
const NEW: &str = "newer.payload.signature";

/// A site that keeps grants, the browser of somebody who has one, and which account that is.
struct Kept {
    site: Site,
    store: Faulty<MemoryStore>,
}

impl Kept {
    fn new() -> Self {
        let store = Faulty::new(MemoryStore::new());
        let all = store.clone();
        Self { site: Site::with(|builder| builder.store(all).succession(Move::nothing())), store }
    }

    async fn norma(&self) -> (Browser<'_>, AccountKey) {
        let mut browser = self.site.browser();
        browser.sign_in().await;
        let account = TokenStore::page(&self.store, AZURE, None, 1).await.unwrap().remove(0).account;
        (browser, account)
    }
}

async fn token(browser: &Browser<'_>) -> Result<admit::Secret, AccessTokenError> {
    browser.current("/").access_token(AZURE).await
}

#[tokio::test]
async fn a_parked_grant_is_kept_and_not_handed_out_until_it_is_taken_up_again() {
    let kept = Kept::new();
    let (mut browser, account) = kept.norma().await;
    let before = token(&browser).await.unwrap();
    let auth = &kept.site.auth;
    assert_eq!(auth.park(&account).await.unwrap(), Parking::Done);
    assert_eq!(auth.park(&account).await.unwrap(), Parking::Already);
    let error = token(&browser).await.unwrap_err();
    assert!(matches!(&error, AccessTokenError::Parked { provider, successor: None } if provider == AZURE), "{error:?}");
    let other = browser.current("/").access_token_for(AZURE, &["vso.code"]).await.unwrap_err();
    assert!(matches!(other, AccessTokenError::Parked { .. }), "{other:?}");
    assert_eq!(
        error.to_string(),
        "azure-devops: the grant is parked, and no token of it is handed out; ask for one of the provider that follows it"
    );
    let stored = TokenStore::load(&kept.store, &account).await.unwrap().unwrap();
    assert_eq!(stored.refresh_at, None, "no sweep has it on its list");

    let current = browser.current("/report");
    assert_eq!(current.without_token(&error).status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(body(&current.without_token(&error))["error"], "provider_retired");
    // The session goes on.
    assert!(browser.session().await["user"].is_object());

    assert_eq!(auth.unpark(&account).await.unwrap(), Parking::Done);
    assert_eq!(auth.unpark(&account).await.unwrap(), Parking::Already);
    assert_eq!(token(&browser).await.unwrap().expose(), before.expose());
    assert!(TokenStore::load(&kept.store, &account).await.unwrap().unwrap().refresh_at.is_some());
}

#[tokio::test]
async fn who_is_told_that_a_grant_is_parked_is_told_what_to_ask_for() {
    let house = Move::nothing().house();
    let browser = house.signed_in("acme", crate::linking::ada()).await;
    house.site.auth.park(&key("acme", "1")).await.unwrap();
    let error = browser.current("/").access_token("acme").await.unwrap_err();
    assert_eq!(error.to_string(), "acme: the grant is parked, and no token of it is handed out; ask for one of globex");
}

#[tokio::test]
async fn a_new_sign_in_brings_a_grant_that_is_not_parked() {
    let kept = Kept::new();
    let (mut browser, account) = kept.norma().await;
    kept.site.auth.park(&account).await.unwrap();
    browser.sign_in().await;
    assert!(token(&browser).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_refreshes_a_parked_grant_but_the_job_that_mints_anew() {
    // T107
    let kept = Kept::new();
    let (browser, account) = kept.norma().await;
    token(&browser).await.unwrap();
    kept.site.auth.park(&account).await.unwrap();
    let keeper = tokio::spawn(kept.site.auth.keep_fresh(10));
    kept.site.clock.advance(Duration::from_secs(7200));
    for _ in 0..3 {
        assert!(matches!(token(&browser).await, Err(AccessTokenError::Parked { .. })));
    }
    tokio::task::yield_now().await;
    keeper.abort();
    assert_eq!(kept.site.azure.refreshes(), 0);

    kept.site.azure.add_secret(NEW);
    let all = kept.store.clone();
    let rotated = Auth::builder(ORIGIN)
        .secret(SECRET)
        .environment(Environment::default())
        .clock(kept.site.clock.clone())
        .random(FixedRandom::new(3))
        .http_client(kept.site.azure.clone())
        .provider(azure_devops(Client::new("app-id", NEW).secret(CLIENT_SECRET)))
        .store(all)
        .build()
        .unwrap();
    let mut job = rotated.remint(AZURE).unwrap();
    assert_eq!(job.next().await.unwrap(), Some(Reminted::Done));
    assert_eq!(kept.site.azure.refreshes(), 1);
    // It is as parked as before, and alive.
    assert!(matches!(token(&browser).await, Err(AccessTokenError::Parked { .. })));
    rotated.unpark(&account).await.unwrap();
    assert!(token(&browser).await.is_ok());
    assert_eq!(kept.site.azure.reuses(), 0);
}

#[tokio::test]
async fn a_grant_that_somebody_refreshes_is_left_to_them() {
    // T106
    let kept = Kept::new();
    let (browser, account) = kept.norma().await;
    let now = admit::Clock::now(&kept.site.clock);
    let lease = TokenStore::claim(&kept.store, &account, now, Duration::from_secs(10)).await.unwrap().unwrap();
    let before = TokenStore::load(&kept.store, &account).await.unwrap();
    let auth = &kept.site.auth;
    assert_eq!(auth.park(&account).await.unwrap(), Parking::Busy);
    assert_eq!(auth.unpark(&account).await.unwrap(), Parking::Busy);
    assert_eq!(auth.purge_tokens(&account).await.unwrap(), Parking::Busy);
    assert_eq!(TokenStore::load(&kept.store, &account).await.unwrap(), before, "nothing changed");
    TokenStore::release(&kept.store, &account, &lease).await.unwrap();
    assert_eq!(auth.purge_tokens(&account).await.unwrap(), Parking::Done);
    assert_eq!(auth.purge_tokens(&account).await.unwrap(), Parking::Absent);
    assert!(matches!(token(&browser).await, Err(AccessTokenError::NotConnected { .. })));
    assert!(browser.current("/").is_signed_in().await.unwrap());
}

#[tokio::test]
async fn what_a_sign_in_brings_while_the_old_grant_is_purged_stays() {
    for (held, if_parked) in [("tokens.delete_under", false), ("tokens.delete_under", true), ("tokens.claim", true)] {
        let kept = Kept::new();
        let (mut browser, account) = kept.norma().await;
        let auth = kept.site.auth.clone();
        assert_eq!(auth.park(&account).await.unwrap(), Parking::Done);
        let (held, purged) = (kept.store.hold(held), account.clone());
        let purging = tokio::spawn(async move {
            if if_parked { auth.purge_parked_tokens(&purged).await } else { auth.purge_tokens(&purged).await }
        });
        held.until_waiting(1).await;
        browser.sign_in().await;
        held.release();
        assert_eq!(purging.await.unwrap().unwrap(), Parking::Busy);
        assert!(token(&browser).await.is_ok());
        let auth = &kept.site.auth;
        assert_eq!(auth.purge_parked_tokens(&account).await.unwrap(), Parking::Busy, "they are not parked");
        assert_eq!(auth.park(&account).await.unwrap(), Parking::Done, "and nobody holds them");
        assert_eq!(auth.purge_parked_tokens(&account).await.unwrap(), Parking::Done);
    }
}

#[tokio::test]
async fn tokens_that_could_not_be_written_yet_are_not_lost_by_parking() {
    // T106
    let kept = Kept::new();
    let (browser, account) = kept.norma().await;
    kept.site.clock.advance(Duration::from_secs(3600));
    kept.store.break_down_at("tokens.swap");
    let waiting = tokio::spawn({
        let current = browser.current("/");
        async move { current.access_token(AZURE).await.map(drop) }
    });
    // Through the pauses between its attempts to write.
    for _ in 0..200 {
        if waiting.is_finished() {
            break;
        }
        kept.site.clock.advance(Duration::from_millis(100));
        tokio::task::yield_now().await;
    }
    assert!(waiting.await.unwrap().is_err(), "what cannot be written is not handed out");
    assert_eq!(kept.site.azure.refreshes(), 1);
    // The lease that it was to be written under lapses.
    kept.site.clock.advance(Duration::from_secs(30));
    kept.store.mend();
    assert_eq!(kept.site.auth.park(&account).await.unwrap(), Parking::Done);
    kept.site.auth.unpark(&account).await.unwrap();
    assert!(token(&browser).await.is_ok());
    assert_eq!((kept.site.azure.refreshes(), kept.site.azure.reuses()), (1, 0), "nothing was spent twice");
}

#[tokio::test]
async fn without_a_grant_in_a_store_there_is_nothing_to_park_and_a_store_that_fails_says_so() {
    let plain = Site::new();
    plain.browser().sign_in().await;
    for auth in [&plain.auth, &Kept::new().site.auth] {
        assert_eq!(auth.park(&key(AZURE, "nobody")).await.unwrap(), Parking::Absent);
        assert_eq!(auth.purge_tokens(&key(AZURE, "nobody")).await.unwrap(), Parking::Absent);
    }
    let kept = Kept::new();
    let (browser, account) = kept.norma().await;
    kept.store.break_down();
    assert!(matches!(kept.site.auth.park(&account).await, Err(AuthError::Store(_))));
    kept.store.mend();
    assert!(token(&browser).await.is_ok());
}

#[tokio::test]
async fn each_grant_of_a_user_is_refreshed_the_way_it_was_made() {
    // ADO-011
    let store = MemoryStore::new();
    let all = store.clone();
    let (site, acme) = plain_oauth::site(|builder| builder.store(all));
    let mut browser = site.browser();
    browser.sign_in().await;
    acme.answer(&json!({ "access_token": "a1", "refresh_token": "r1", "expires_in": 3600 }));
    acme.answer(&json!({ "access_token": "a2", "refresh_token": "r2", "expires_in": 3600 }));
    let csrf = browser.csrf_token().await;
    let there = browser.post("/api/auth/link/acme", &[("csrfToken", &csrf), ("callbackUrl", "/")]).await;
    let state = crate::support::parameter(&crate::support::location(&there), "state").unwrap();
    browser.get(&format!("/api/auth/callback/acme?code=acme-code-0123456789&state={state}")).await;
    assert_eq!(browser.current("/").accounts().await.unwrap().len(), 2);

    site.clock.advance(Duration::from_secs(3600));
    site.azure.reset_log();
    assert!(token(&browser).await.is_ok());
    assert_eq!(browser.current("/").access_token("acme").await.unwrap().expose(), "a2");
    let azure: Vec<_> = site.azure.requests().into_iter().filter(|request| request.stage == Stage::Token).collect();
    assert_eq!(azure.len(), 1);
    assert!(azure[0].parameter("assertion").is_some() && azure[0].parameter("client_assertion").is_some());
    assert_eq!(azure[0].parameter("refresh_token"), None);
    let sent = acme.token_requests();
    let last = url::form_urlencoded::parse(sent.last().unwrap().as_bytes()).into_owned().collect::<Vec<_>>();
    assert_eq!(field(&last, "grant_type"), Some("refresh_token"));
    assert_eq!((field(&last, "refresh_token"), field(&last, "assertion")), (Some("r1"), None));
}
