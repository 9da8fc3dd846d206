//! A token store under several processes, and under its own failures.

use std::time::Duration;

use admit::store::{AccountKey, Lease, StoredTokens, Swap, TokenStore};
use admit::{AccessTokenError, Auth, MemoryStore};
use admit_testkit::Faulty;
use admit_testkit::azure_devops::{Fault, Stage};
use tokio::task::JoinSet;

use super::grants::{at, auth_at, azure};
use super::{AZURE, Heard, advance, ask, leave, token, works};
use crate::support::{CLIENT_SECRET, ORIGIN, Site};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_processes_one_refreshes_and_the_other_adopts() {
    // REF-002, REF-019
    let (site, store) = site();
    let mut browser = site.browser();
    browser.sign_in().await;
    let other = process(&site, &store);
    let old = token(&browser).await;
    leave(&site, 60);
    let mut asking = JoinSet::new();
    for n in 0..50 {
        let current = if n % 2 == 0 { browser.current("/") } else { at(&other, &browser) };
        asking.spawn(async move { current.access_token(AZURE).await.unwrap().expose().to_owned() });
    }
    // The one who refreshes needs no time. Whoever waits for another process waits on the clock.
    let mut tokens = vec![asking.join_next().await.unwrap().unwrap()];
    while !asking.is_empty() {
        tokio::select! {
            biased;
            token = asking.join_next() => tokens.extend(token.map(Result::unwrap)),
            () = tokio::task::yield_now() => if site.clock.sleepers() > 0 {
                site.clock.advance(Duration::from_millis(1));
            },
        }
    }
    assert_eq!(site.azure.refreshes(), 1);
    assert!(tokens.iter().all(|token| *token == tokens[0] && *token != old));
    assert!(works(&site, &tokens[0]).await);
}

#[tokio::test]
async fn who_finds_an_account_taken_waits_and_takes_what_comes() {
    // REF-003, azure.md T31
    let heard = Heard::default();
    let store = MemoryStore::new();
    let site = Site::with(|builder| builder.token_store(store.clone()).events(heard.clone()));
    let mut browser = site.browser();
    browser.sign_in().await;
    advance(&site, 4000);
    site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(5)));
    let first = ask_in_a_task(browser.current("/"));
    site.clock.until_sleepers(3).await;
    let second = ask_in_a_task(at(&process(&site, &store), &browser));
    site.clock.until_sleepers(4).await;
    assert_eq!(site.azure.refreshes(), 1);
    advance(&site, 5);
    let first = first.await.unwrap().unwrap();
    let (second, _) = pass_the_time(&site, second).await;
    assert_eq!(second.unwrap(), first);
    assert_eq!((site.azure.refreshes(), heard.count("needs_reauth")), (1, 0));
}

#[tokio::test]
async fn while_its_token_lives_nobody_waits_long_for_another_process() {
    let (site, store) = site();
    let mut browser = site.browser();
    browser.sign_in().await;
    let old = token(&browser).await;
    leave(&site, 60);
    // A process took the account and died.
    hold(&site, &store).await;
    let (asked, waited) = pass_the_time(&site, ask_in_a_task(browser.current("/"))).await;
    assert_eq!(asked.unwrap(), old);
    assert!((2_000..=2_300).contains(&waited), "{waited} ms");
    assert_eq!(site.azure.refreshes(), 0);
}

#[tokio::test]
async fn when_the_process_that_took_an_account_dies_another_goes_on_within_ten_seconds() {
    // REF-020
    let (site, store) = site();
    let mut browser = site.browser();
    browser.sign_in().await;
    advance(&site, 4000);
    let dead = hold(&site, &store).await;
    let (asked, waited) = pass_the_time(&site, ask_in_a_task(browser.current("/"))).await;
    let new = asked.unwrap();
    assert!(works(&site, &new).await);
    assert!(waited <= 10_300, "{waited} ms");

    // The dead one was only asleep: its late write counts for nothing.
    let stored = TokenStore::load(&store, &account(&store).await).await.unwrap().unwrap();
    let late = store.swap(StoredTokens { sealed: Vec::new(), ..stored.clone() }, stored.version, &dead).await.unwrap();
    assert_eq!(late, Swap::Lost(Some(stored)));
    assert_eq!(token(&browser).await, new);
}

#[tokio::test]
async fn a_process_that_slept_through_its_lease_does_not_spend_what_another_has_spent() {
    // REF-020
    let store = Faulty::new(MemoryStore::new());
    let site = Site::with(|builder| builder.token_store(store.clone()));
    let mut browser = site.browser();
    browser.sign_in().await;
    advance(&site, 4000);
    let claim = store.hold("tokens.claim");
    let asleep = ask_in_a_task(browser.current("/"));
    claim.until_waiting(1).await;
    let load = store.hold("tokens.load");
    claim.release();
    load.until_waiting(1).await;
    advance(&site, 11);
    let other = process(&site, store.inner());
    let new = at(&other, &browser).access_token(AZURE).await.unwrap().expose().to_owned();
    load.release();
    let (asked, _) = pass_the_time(&site, asleep).await;
    assert_eq!(asked.unwrap(), new);
    assert_eq!(site.azure.refreshes(), 1);
}

#[tokio::test]
async fn a_lease_is_given_back_whatever_became_of_the_refresh() {
    for fault in [Some(Fault::Status(http::StatusCode::BAD_GATEWAY)), Some(Fault::ErrorWith200), None] {
        let (site, store) = site();
        let mut browser = site.browser();
        browser.sign_in().await;
        leave(&site, 60);
        if let Some(fault) = fault {
            site.azure.fail_once(Stage::Token, fault);
        }
        drop(ask(&browser).await);
        assert_eq!(site.azure.refreshes(), 1);
        hold(&site, &store).await;
    }
}

#[tokio::test]
async fn a_sign_in_during_a_refresh_is_what_counts() {
    let (site, _) = site();
    let (mut browser, mut other) = (site.browser(), site.browser());
    browser.sign_in().await;
    leave(&site, 60);
    site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(5)));
    let asked = ask_in_a_task(browser.current("/"));
    site.clock.until_sleepers(3).await;
    other.sign_in().await;
    let new = token(&other).await;
    advance(&site, 5);
    assert_eq!(asked.await.unwrap().unwrap(), new);
    assert_eq!(token(&browser).await, new);
}

#[tokio::test]
async fn a_store_that_fails_when_tokens_are_to_be_written_is_asked_again_at_once() {
    // REF-006
    let store = Faulty::new(MemoryStore::new());
    let heard = Heard::default();
    let site = Site::with(|builder| builder.token_store(store.clone()).events(heard.clone()));
    let mut browser = site.browser();
    browser.sign_in().await;
    let old = token(&browser).await;
    leave(&site, 60);
    store.fail_next("tokens.swap", 3);
    let (asked, waited) = pass_the_time(&site, ask_in_a_task(browser.current("/"))).await;
    let new = asked.unwrap();
    assert!(new != old && works(&site, &new).await);
    assert!((1_300..=1_400).contains(&waited), "{waited} ms");
    assert_eq!((site.azure.refreshes(), store.calls("tokens.swap")), (1, 4));
    assert_eq!((heard.count("tokens_refreshed"), heard.count("tokens_not_stored")), (1, 0));
}

#[tokio::test]
async fn tokens_that_the_store_would_not_take_are_written_when_it_does() {
    // REF-006
    let store = Faulty::new(MemoryStore::new());
    let heard = Heard::default();
    let site = Site::with(|builder| builder.token_store(store.clone()).events(heard.clone()));
    let mut browser = site.browser();
    browser.sign_in().await;
    let old = token(&browser).await;
    leave(&site, 60);
    store.break_down_at("tokens.swap");
    let (asked, _) = pass_the_time(&site, ask_in_a_task(browser.current("/"))).await;
    assert_eq!(asked.unwrap(), old, "what is not stored is not used, and what is at hand lives");
    assert_eq!(heard.count("tokens_not_stored"), 1);
    advance(&site, 60);
    let (asked, _) = pass_the_time(&site, ask_in_a_task(browser.current("/"))).await;
    let error = asked.unwrap_err();
    let AccessTokenError::Unavailable { retry_after, .. } = error else { panic!("{error:?}") };
    assert!(!retry_after.is_zero());
    assert_eq!((heard.count("tokens_refreshed"), site.azure.refreshes()), (0, 1));

    store.mend();
    advance(&site, 2);
    let new = token(&browser).await;
    assert!(new != old && works(&site, &new).await);
    assert_eq!((site.azure.refreshes(), heard.count("tokens_refreshed")), (1, 1));

    let elsewhere = at(&auth_at(&site, ORIGIN, azure(CLIENT_SECRET), |b| b.token_store(store.clone())), &browser);
    assert_eq!(elsewhere.access_token(AZURE).await.unwrap().expose(), new);
    leave(&site, 60);
    assert!(works(&site, &token(&browser).await).await, "the successor is refreshed in its turn");
    assert_eq!((site.azure.refreshes(), heard.count("needs_reauth")), (2, 0));
}

#[tokio::test]
async fn while_what_was_brought_is_being_written_no_other_process_spends_the_token_before_it() {
    // REF-006
    let store = Faulty::new(MemoryStore::new());
    let site = Site::with(|builder| builder.token_store(store.clone()));
    let mut browser = site.browser();
    browser.sign_in().await;
    advance(&site, 4_000);
    store.break_down_at("tokens.swap");
    let (asked, _) = pass_the_time(&site, ask_in_a_task(browser.current("/"))).await;
    assert!(matches!(asked, Err(AccessTokenError::Unavailable { .. })), "{asked:?}");
    store.mend();
    let other = process(&site, store.inner());
    let (asked, _) = pass_the_time(&site, ask_in_a_task(at(&other, &browser))).await;
    assert!(works(&site, &asked.unwrap()).await);
    assert_eq!(site.azure.refreshes(), 1);
}

#[tokio::test]
async fn what_a_store_would_not_take_for_minutes_is_written_once_it_does_though_nobody_asks() {
    // REF-006
    let store = Faulty::new(MemoryStore::new());
    let heard = Heard::default();
    let site = Site::with(|builder| builder.token_store(store.clone()).events(heard.clone()));
    let mut browser = site.browser();
    browser.sign_in().await;
    advance(&site, 4_000);
    let before = TokenStore::load(store.inner(), &account(store.inner()).await).await.unwrap().unwrap().version;
    store.break_down_at("tokens.swap");
    let (asked, _) = pass_the_time(&site, ask_in_a_task(browser.current("/"))).await;
    assert!(asked.is_err());
    store.break_down();
    pass(&site, 300).await;
    store.mend();
    pass(&site, 400).await;
    let after = TokenStore::load(store.inner(), &account(store.inner()).await).await.unwrap().unwrap().version;
    assert_eq!(after, before + 1);
    assert_eq!((heard.count("tokens_not_stored"), heard.count("tokens_refreshed")), (1, 1));
    let other = process(&site, store.inner());
    assert!(works(&site, at(&other, &browser).access_token(AZURE).await.unwrap().expose()).await);
    assert_eq!(site.azure.refreshes(), 1);
}

#[tokio::test]
async fn what_is_remembered_is_written_before_the_next_exchange() {
    let store = Faulty::new(MemoryStore::new());
    let site = Site::with(|builder| builder.token_store(store.clone()));
    let mut browser = site.browser();
    browser.sign_in().await;
    advance(&site, 4_000);
    store.break_down_at("tokens.swap");
    let (asked, _) = pass_the_time(&site, ask_in_a_task(browser.current("/"))).await;
    assert!(asked.is_err());
    advance(&site, 4_000);
    store.mend();
    // A refusal that leaves no mark, and so was no reason to write.
    site.azure.fail_once(Stage::Token, Fault::TooManyRequests { retry_after: "5".to_owned() });
    let (asked, _) = pass_the_time(&site, ask_in_a_task(browser.current("/"))).await;
    assert!(asked.is_err());
    assert_eq!(site.azure.refreshes(), 2);
    let other = process(&site, store.inner());
    let (asked, _) = pass_the_time(&site, ask_in_a_task(at(&other, &browser))).await;
    assert!(works(&site, &asked.unwrap()).await, "the other process has the latest refresh token");
}

#[tokio::test]
async fn who_is_refused_while_somebody_else_is_at_it_hands_out_no_token_that_has_ended() {
    let (site, store) = site();
    let mut browser = site.browser();
    browser.sign_in().await;
    advance(&site, 4_000);
    site.azure.revoke_grants("norma");
    site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(5)));
    let asked = ask_in_a_task(browser.current("/"));
    site.clock.until_sleepers(3).await;
    // By the clock of a store that is ahead, the lease is over.
    use admit::Clock;
    let later = site.clock.now() + Duration::from_secs(20);
    let taken = TokenStore::claim(&store, &account(&store).await, later, Duration::from_secs(10)).await.unwrap();
    assert!(taken.is_some());
    advance(&site, 5);
    let (asked, _) = pass_the_time(&site, asked).await;
    assert!(matches!(asked, Err(AccessTokenError::Unavailable { .. })), "{asked:?}");
}

#[tokio::test]
async fn a_store_that_never_answers_ends_a_refresh_all_the_same() {
    for call in ["tokens.claim", "tokens.release"] {
        let store = Faulty::new(MemoryStore::new());
        let site = Site::with(|builder| builder.token_store(store.clone()));
        let mut browser = site.browser();
        browser.sign_in().await;
        leave(&site, 60);
        let held = store.hold(call);
        let (asked, waited) = pass_the_time(&site, ask_in_a_task(browser.current("/"))).await;
        assert!(works(&site, &asked.unwrap()).await, "{call}");
        assert!(waited <= 15_200, "{call}: {waited} ms");
        held.release();
    }
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_known_for_what_it_is() {
    // REF-006
    let store = Faulty::new(MemoryStore::new());
    let heard = Heard::default();
    let site = Site::with(|builder| builder.token_store(store.clone()).events(heard.clone()));
    let mut browser = site.browser();
    browser.sign_in().await;
    leave(&site, 60);
    store.lose_answers("tokens.swap");
    let current = browser.current("/");
    let asked = ask_in_a_task(current);
    site.clock.until_sleepers(2).await;
    store.mend();
    let (asked, _) = pass_the_time(&site, asked).await;
    assert!(works(&site, &asked.unwrap()).await);
    assert_eq!((site.azure.refreshes(), heard.count("tokens_refreshed")), (1, 1));
}

#[tokio::test]
async fn a_store_that_is_away_is_an_error_and_no_missing_account() {
    let store = Faulty::new(MemoryStore::new());
    let site = Site::with(|builder| builder.token_store(store.clone()));
    let mut browser = site.browser();
    browser.sign_in().await;
    store.fail_next("tokens.load", 1);
    let error = ask(&browser).await.unwrap_err();
    assert!(matches!(error, AccessTokenError::Session(admit::AuthError::Store(_))), "{error:?}");
    assert!(ask(&browser).await.is_ok());

    TokenStore::delete(store.inner(), &account(store.inner()).await).await.unwrap();
    let error = ask(&browser).await.unwrap_err();
    assert!(matches!(error, AccessTokenError::NotConnected { .. }), "{error:?}");
}

#[tokio::test]
async fn tokens_in_a_store_are_sealed_and_bound_to_their_account() {
    // REF-017
    let (site, store) = site();
    let (mut norma, mut bo) = (site.browser(), site.browser());
    norma.sign_in().await;
    let location = bo.start("/").await;
    let callback = site.azure.authorize_as("bo", &location).await.unwrap().path_and_query();
    bo.get(&callback).await;
    let token = token(&norma).await;
    let rows = store.page(AZURE, None, 9).await.unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| !row.sealed.windows(16).any(|part| token.as_bytes().windows(16).any(|t| t == part))));

    let (one, two) = (rows[0].clone(), rows[1].clone());
    store.put(StoredTokens { sealed: two.sealed, ..one.clone() }).await.unwrap();
    store.put(StoredTokens { sealed: one.sealed, account: two.account, ..rows[1].clone() }).await.unwrap();
    for browser in [&norma, &bo] {
        let error = ask(browser).await.unwrap_err();
        assert!(matches!(error, AccessTokenError::Session(admit::AuthError::Unsealable)), "{error:?}");
    }
}

fn site() -> (Site, MemoryStore) {
    let store = MemoryStore::new();
    (Site::with(|builder| builder.token_store(store.clone())), store)
}

fn process(site: &Site, store: &MemoryStore) -> Auth {
    auth_at(site, ORIGIN, azure(CLIENT_SECRET), |builder| builder.token_store(store.clone()))
}

fn ask_in_a_task(current: admit::Current) -> tokio::task::JoinHandle<Result<String, AccessTokenError>> {
    tokio::spawn(async move { current.access_token(AZURE).await.map(|token| token.expose().to_owned()) })
}

/// Moves the clock on until the task is done, as often as somebody waits for it; how many milliseconds that took.
pub(super) async fn pass_the_time<T>(site: &Site, mut task: tokio::task::JoinHandle<T>) -> (T, u64) {
    let mut waited = 0;
    loop {
        tokio::select! {
            biased;
            done = &mut task => return (done.unwrap(), waited),
            () = site.clock.until_sleepers(1) => {
                site.clock.advance(Duration::from_millis(100));
                waited += 100;
            }
        }
        // Everybody who was woken has a turn before the clock moves on.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }
}

/// Lets so many seconds pass, in steps.
async fn pass(site: &Site, seconds: u64) {
    for _ in 0..seconds * 2 {
        site.clock.advance(Duration::from_millis(500));
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
}

/// Takes the first account as a process would, and does nothing with it.
async fn hold(site: &Site, store: &MemoryStore) -> Lease {
    use admit::Clock;
    TokenStore::claim(store, &account(store).await, site.clock.now(), Duration::from_secs(10))
        .await
        .unwrap()
        .expect("the account is free")
}

/// The one account that is there.
async fn account(store: &MemoryStore) -> AccountKey {
    store.page(AZURE, None, 1).await.unwrap().remove(0).account
}
