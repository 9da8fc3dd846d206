//! Refreshing before anybody has to wait for it.

use std::time::Duration;

use admit::store::TokenStore;
use admit::{Auth, MemoryStore};
use admit_testkit::Faulty;
use admit_testkit::azure_devops::{Fault, Stage};
use serde_json::json;
use tokio::task::JoinHandle;

use super::grants::{auth_at, azure};
use super::{AZURE, HOMES, LIFE, advance, leave, plain_oauth, token, works};
use crate::support::{Browser, CLIENT_SECRET, ORIGIN, Site};

#[tokio::test]
async fn whoever_comes_when_its_time_has_come_is_served_at_once_and_the_next_has_the_new_token() {
    let site = site(MemoryStore::new());
    let mut browser = site.browser();
    browser.sign_in().await;
    let old = token(&browser).await;
    leave(&site, 601);
    assert_eq!(token(&browser).await, old);
    settle().await;
    assert_eq!(site.azure.refreshes(), 0);

    advance(&site, 1);
    site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(5)));
    for _ in 0..3 {
        assert_eq!(token(&browser).await, old, "nobody waits");
    }
    site.clock.until_sleepers(3).await;
    advance(&site, 5);
    settle().await;
    let new = token(&browser).await;
    assert!(new != old && works(&site, &new).await);
    assert_eq!(site.azure.refreshes(), 1);
}

#[tokio::test]
async fn a_cookie_is_not_refreshed_behind_the_back_of_whoever_has_it() {
    for home in &HOMES[..2] {
        let site = Site::with(home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        let keeper = tokio::spawn(site.auth.keep_fresh(10));
        leave(&site, 301);
        token(&browser).await;
        keeper.await.unwrap();
        settle().await;
        assert_eq!(site.azure.refreshes(), 0, "{}", home.name);
    }
}

#[tokio::test]
async fn a_token_that_its_provider_wants_renewed_is_served_until_it_is() {
    let (site, acme) = plain_oauth::site(|builder| builder.token_store(MemoryStore::new()));
    acme.answer(&json!({ "access_token": "a1", "refresh_token": "r1", "expires_in": 86400, "refresh_in": 43200 }));
    let mut browser = site.browser();
    plain_oauth::sign_in(&mut browser).await;
    let ask = async || browser.current("/").access_token("acme").await.unwrap().expose().to_owned();
    advance(&site, 43_199);
    assert_eq!(ask().await, "a1");
    settle().await;
    assert_eq!(acme.token_requests().len(), 1);
    advance(&site, 1);
    acme.answer(&json!({ "access_token": "a2", "refresh_token": "r2", "expires_in": 86400, "refresh_in": 43200 }));
    assert_eq!(ask().await, "a1");
    settle().await;
    assert_eq!(ask().await, "a2");
    assert_eq!(acme.token_requests().len(), 2);
}

#[tokio::test]
async fn a_keeper_refreshes_who_was_used_and_leaves_who_was_not() {
    let site = site(MemoryStore::new());
    let keeper = keep(&site, 10).await;
    let (mut norma, mut bo) = (site.browser(), site.browser());
    norma.sign_in().await;
    sign_in_as(&mut bo, "bo").await;
    let old = token(&norma).await;
    leave(&site, 600);
    pass(&site, 300).await;
    assert_eq!(site.azure.refreshes(), 1, "bo has not asked for a token");
    let new = token(&norma).await;
    assert!(new != old && works(&site, &new).await);
    assert_eq!(site.azure.refreshes(), 1, "and norma does not wait");

    leave(&site, 600);
    pass(&site, 300).await;
    assert_eq!(site.azure.refreshes(), 2, "norma was there once more");
    leave(&site, 600);
    pass(&site, 300).await;
    assert_eq!(site.azure.refreshes(), 2, "and not since");
    keeper.abort();
}

#[tokio::test]
async fn of_several_keepers_one_refreshes() {
    let store = MemoryStore::new();
    let site = site(store.clone());
    let elsewhere = auth_at(&site, ORIGIN, azure(CLIENT_SECRET), |builder| builder.token_store(store));
    let keepers = [tokio::spawn(site.auth.keep_fresh(10)), tokio::spawn(elsewhere.keep_fresh(10))];
    site.clock.until_sleepers(2).await;
    let mut browser = site.browser();
    browser.sign_in().await;
    token(&browser).await;
    super::grants::at(&elsewhere, &browser).access_token(AZURE).await.unwrap();
    leave(&site, 600);
    pass(&site, 300).await;
    assert_eq!(site.azure.refreshes(), 1);
    assert!(works(&site, &token(&browser).await).await);
    for keeper in keepers {
        keeper.abort();
    }
}

#[tokio::test]
async fn a_thousand_accounts_that_end_together_are_spread_and_the_pace_is_kept() {
    // REF-011
    for (accounts, pace, peak) in [(1000, 50, 20), (300, 1, 1)] {
        let (site, acme) = plain_oauth::site(|builder| builder.token_store(MemoryStore::new()));
        let keeper = tokio::spawn(site.auth.keep_fresh(pace));
        site.clock.until_sleepers(1).await;
        for n in 0..accounts {
            let grant =
                json!({ "access_token": format!("a{n}"), "refresh_token": format!("r{n}"), "expires_in": 3600 });
            acme.person(n);
            acme.answer(&grant);
            let mut browser = site.browser();
            plain_oauth::sign_in(&mut browser).await;
            browser.current("/").access_token("acme").await.unwrap();
        }
        for n in 0..accounts {
            acme.answer(&json!({ "access_token": format!("b{n}"), "expires_in": 3600 }));
        }
        advance(&site, 3600 - 600);
        let mut each_second = Vec::new();
        for _ in 0..330 {
            let before = acme.token_requests_made();
            pass(&site, 1).await;
            each_second.push(acme.token_requests_made() - before);
        }
        assert_eq!(each_second.iter().sum::<usize>(), accounts);
        let highest = each_second.iter().max().unwrap();
        assert!(*highest <= peak, "{highest} in a second");
        keeper.abort();
    }
}

#[tokio::test]
async fn a_provider_that_hangs_has_no_more_under_way_than_the_pace() {
    let site = site(MemoryStore::new());
    let keeper = keep(&site, 1).await;
    let (mut norma, mut bo) = (site.browser(), site.browser());
    norma.sign_in().await;
    sign_in_as(&mut bo, "bo").await;
    for browser in [&norma, &bo] {
        token(browser).await;
    }
    leave(&site, 301);
    site.azure.fail_always(Stage::Token, Fault::Slow(Duration::from_secs(4)));
    pass(&site, 3).await;
    assert_eq!(site.azure.refreshes(), 1);
    pass(&site, 10).await;
    assert_eq!(site.azure.refreshes(), 2);
    keeper.abort();
}

#[tokio::test]
async fn a_keeper_that_is_gone_is_not_counted_on_and_what_it_began_ends_well() {
    let site = site(MemoryStore::new());
    let keeper = keep(&site, 10).await;
    let mut browser = site.browser();
    browser.sign_in().await;
    let old = token(&browser).await;
    leave(&site, 301);
    site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(5)));
    pass(&site, 1).await;
    assert_eq!(site.azure.refreshes(), 1);
    keeper.abort();
    assert!(keeper.await.unwrap_err().is_cancelled());
    advance(&site, 5);
    settle().await;
    let new = token(&browser).await;
    assert!(new != old && works(&site, &new).await);

    leave(&site, 301);
    assert_eq!(token(&browser).await, new);
    settle().await;
    assert_ne!(token(&browser).await, new, "who asks begins the refresh again");
    assert_eq!(site.azure.refreshes(), 2);
}

#[tokio::test]
async fn a_store_that_is_away_stops_no_keeper() {
    let store = Faulty::new(MemoryStore::new());
    let site = site(store.clone());
    let keeper = keep(&site, 10).await;
    let mut browser = site.browser();
    browser.sign_in().await;
    let old = token(&browser).await;
    leave(&site, 600);
    store.break_down_at("tokens.");
    pass(&site, 240).await;
    store.mend();
    assert!(!keeper.is_finished());
    // It was used in this moment, and is the keeper's again.
    token(&browser).await;
    pass(&site, 59).await;
    let new = token(&browser).await;
    assert!(new != old && works(&site, &new).await);
    keeper.abort();
}

fn site(store: impl TokenStore) -> Site {
    Site::with(|builder| builder.token_store(store))
}

/// A keeper at work.
async fn keep(site: &Site, per_second: usize) -> JoinHandle<()> {
    let auth: &Auth = &site.auth;
    let keeper = tokio::spawn(auth.keep_fresh(per_second));
    site.clock.until_sleepers(1).await;
    keeper
}

/// Lets so many seconds pass, and everybody do in each what there is to do.
async fn pass(site: &Site, seconds: u64) {
    assert!(seconds < LIFE);
    for _ in 0..seconds {
        advance(site, 1);
        settle().await;
    }
}

/// Everybody who can go on has a turn.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

async fn sign_in_as(browser: &mut Browser<'_>, login: &str) {
    let location = browser.start("/").await;
    let callback = browser.site.azure.authorize_as(login, &location).await.unwrap().path_and_query();
    browser.get(&callback).await;
}
