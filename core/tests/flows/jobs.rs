//! Work that goes through a store by itself: purging, and sealing anew after a key was rotated.

use std::time::Duration;

use admit::store::{Once, SessionStore, TokenStore};
use admit::{Auth, AuthError, Client, Environment, MemoryStore, Reseal};
use admit_providers::azure_devops;
use admit_testkit::{Faulty, FixedRandom};
use http::StatusCode;

use crate::support::log::Heard;
use crate::support::{Browser, CLIENT_SECRET, ORIGIN, SECRET, Site};

const AZURE: &str = "azure-devops";
const OLD: &str = "the older seal key, thirty-two bytes or more";
const NEW: &str = "the newer seal key, thirty-two bytes or more";

fn first() -> (Site, Faulty<MemoryStore>) {
    let store = Faulty::new(MemoryStore::new());
    let kept = store.clone();
    (Site::with(|builder| builder.store(kept).seal_key(OLD)), store)
}

/// The same site after it was started again with these keys.
fn restarted(site: &Site, store: &Faulty<MemoryStore>, keys: &[&str]) -> Auth {
    let builder = Auth::builder(ORIGIN).secret(SECRET).environment(Environment::default());
    keys.iter()
        .fold(builder, |builder, key| builder.seal_key(*key))
        .clock(site.clock.clone())
        .random(FixedRandom::new(9))
        .http_client(site.azure.clone())
        .store(store.clone())
        .provider(azure_devops(Client::new("app-id", CLIENT_SECRET)).scopes(["vso.profile", "vso.project"]))
        .build()
        .expect("the configuration is in order")
}

async fn people(site: &Site) -> Vec<Browser<'_>> {
    let mut browsers = Vec::new();
    for login in ["norma", "bo", "norma", "norma", "bo"] {
        let mut browser = site.browser();
        let start = browser.start("/").await;
        let callback = site.azure.authorize_as(login, &start).await.unwrap().path_and_query();
        browser.get(&callback).await;
        browsers.push(browser);
    }
    browsers
}

/// The jar of a browser, at another site.
fn moved<'a>(browser: &Browser<'_>, site: &'a Site) -> Browser<'a> {
    let mut moved = site.browser();
    moved.jar = browser.jar.clone();
    moved
}

async fn run(auth: &Auth, mut progress: Reseal) -> Reseal {
    while !progress.is_done() {
        progress = auth.reseal(progress, 2).await.unwrap();
    }
    progress
}

#[tokio::test]
async fn what_has_ended_is_swept_at_each_sign_in_so_that_a_site_needs_no_job() {
    for in_store in [true, false] {
        let store = Faulty::new(MemoryStore::new());
        let kept = store.clone();
        let site = Site::with(|builder| {
            let builder = builder.danger_single_process_refresh();
            if in_store { builder.store(kept) } else { builder.once(kept) }
        });
        // A sweep that fails is no reason to keep somebody out.
        store.break_down_at("once.delete_expired");
        store.break_down_at("sessions.delete_expired");
        site.browser().sign_in().await;
        store.mend();
        site.browser().sign_in().await;
        assert_eq!(store.calls("once.delete_expired"), 2);
        assert_eq!(store.calls("sessions.delete_expired"), if in_store { 2 } else { 0 });
    }
}

#[tokio::test]
async fn after_a_rotation_everything_is_sealed_anew_and_the_older_key_can_go() {
    let (site, store) = first();
    let browsers = people(&site).await;
    let auth = restarted(&site, &store, &[NEW, OLD]);
    // The process dies several times on its way. What it noted last is where the next begins.
    let (mut noted, mut deaths) = (serde_json::to_string(&Reseal::default()).unwrap(), 0);
    let done = loop {
        let progress: Reseal = serde_json::from_str(&noted).unwrap();
        if progress.is_done() {
            break progress;
        }
        store.break_down_after("", 3 + deaths);
        match auth.reseal(progress, 2).await {
            Ok(progress) => noted = serde_json::to_string(&progress).unwrap(),
            Err(error) => {
                assert!(matches!(error, AuthError::Store(_)), "{error:?}");
                deaths += 1;
            }
        }
        store.mend();
    };
    assert!(deaths > 1, "{deaths}");
    assert_eq!(done.resealed + done.already + done.busy, 7, "two accounts and five sessions: {done:?}");
    // An account that was taken when the process died is free when its lease has lapsed.
    site.clock.advance(Duration::from_secs(10));
    assert!(run(&auth, Reseal::default()).await.is_complete());
    let again = run(&auth, Reseal::default()).await;
    assert_eq!((again.resealed, again.already, again.is_complete()), (0, 7, true), "{again:?}");

    let (clock, azure) = (site.clock.clone(), site.azure.clone());
    let after = Site { auth: restarted(&site, &store, &[NEW]), azure, clock };
    for browser in &browsers {
        let browser = moved(browser, &after);
        assert!(browser.current("/").is_signed_in().await.unwrap());
        assert!(browser.current("/").access_token(AZURE).await.is_ok());
    }
}

#[tokio::test]
async fn a_row_that_is_being_written_is_left_to_the_next_run() {
    let (site, store) = first();
    people(&site).await;
    let auth = restarted(&site, &store, &[NEW, OLD]);
    let account = TokenStore::page(&store, AZURE, None, 1).await.unwrap().remove(0).account;
    let now = admit::Clock::now(&site.clock);
    TokenStore::claim(&store, &account, now, Duration::from_secs(10)).await.unwrap().unwrap();
    let progress = run(&auth, Reseal::default()).await;
    assert_eq!((progress.resealed, progress.busy, progress.is_complete()), (6, 1, false));
    site.clock.advance(Duration::from_secs(11));
    let progress = run(&auth, Reseal::default()).await;
    assert_eq!((progress.resealed, progress.already, progress.is_complete()), (1, 6, true));
}

#[tokio::test]
async fn a_key_that_is_dropped_too_early_is_an_error_that_says_so_and_signs_nobody_out() {
    let (site, store) = first();
    let browsers = people(&site).await;
    let (clock, azure) = (site.clock.clone(), site.azure.clone());
    let hasty = Site { auth: restarted(&site, &store, &[NEW]), azure, clock };
    let mut browser = moved(&browsers[0], &hasty);
    let current = browser.current("/");
    let error = current.session().await.unwrap_err();
    assert!(matches!(error, AuthError::Unsealable) && error.to_string().contains("AUTH_SEAL_KEY"), "{error}");
    assert_eq!(current.unavailable(&error).status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(current.set_cookies().await.is_empty());
    assert_eq!(browser.get("/api/auth/session").await.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(browser.session_cookies().len(), 1, "the session is still there");

    let rows = SessionStore::page(&store, None, 99).await.unwrap();
    let progress = run(&hasty.auth, Reseal::default()).await;
    assert_eq!((progress.unreadable, progress.is_done(), progress.is_complete()), (7, true, false));
    assert_eq!(SessionStore::page(&store, None, 99).await.unwrap(), rows, "nothing was touched");
    // With the key back, so are they.
    assert!(browsers[0].current("/").is_signed_in().await.unwrap());
}

#[tokio::test]
async fn the_log_tells_what_opens_under_no_key_and_no_secret() {
    let (site, store) = first();
    people(&site).await;
    let heard = Heard::default();
    let listening = heard.listen();
    run(&restarted(&site, &store, &[NEW]), Reseal::default()).await;
    drop(listening);
    let text = heard.text();
    assert!(text.contains("opens under no key") && text.contains(AZURE), "{text}");
    assert!(!text.contains(OLD) && !text.contains(NEW), "{text}");
}

#[tokio::test]
async fn what_has_ended_is_purged_in_batches_and_nothing_else() {
    let (site, store) = first();
    people(&site).await;
    let at = |seconds| admit::Clock::now(&site.clock) + Duration::from_secs(seconds);
    assert_eq!(site.auth.purge_all_expired(2).await.unwrap(), 0);
    site.clock.advance(Duration::from_secs(31 * 86_400));
    let mut late = site.browser();
    let before = store.calls("sessions.delete_expired");
    assert_eq!(site.auth.purge_expired(2).await.unwrap(), 2);
    assert_eq!(site.auth.purge_all_expired(2).await.unwrap(), 3);
    assert_eq!(store.calls("sessions.delete_expired") - before, 3);
    late.sign_in().await;
    assert_eq!(site.auth.purge_all_expired(0).await.unwrap(), 0);
    assert!(late.current("/").is_signed_in().await.unwrap());
    assert!(Once::claim(&store, "a key", at(0), at(9)).await.unwrap());
}
