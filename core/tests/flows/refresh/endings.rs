//! Every ending has a name: one event, one log line, and a page with the next step.

use std::time::Duration;

use admit::store::{Lease, TokenStore};
use admit::{AccessTokenError, AuthBuilder, Client, Clock, MemoryStore, ReauthenticationReason, RefreshEnding};
use admit_providers::azure_devops;
use admit_testkit::azure_devops::{Fault, Stage};
use http::header::ACCEPT;
use tokio::task::JoinSet;

use super::grants::{at, auth_at, azure};
use super::{AZURE, HOMES, Heard, advance, ask, leave, token, works};
use crate::support::{CLIENT_SECRET, ORIGIN, Site, log};

#[tokio::test]
async fn of_a_hundred_callers_of_a_dead_account_one_asks_and_one_event_tells() {
    // ADO-018
    for home in HOMES {
        let heard = Heard::default();
        let site = Site::with(|builder| (home.configure)(builder).events(heard.clone()));
        let mut browser = site.browser();
        browser.sign_in().await;
        site.azure.revoke_grants("norma");
        leave(&site, 60);
        let mut asking = JoinSet::new();
        for _ in 0..100 {
            let current = browser.current("/");
            asking.spawn(async move { current.access_token(AZURE).await.is_err() });
        }
        assert!(asking.join_all().await.into_iter().all(|refused| refused), "{}", home.name);
        assert_eq!(site.azure.refreshes(), 1, "{}", home.name);
        assert_eq!(heard.reasons(), [ReauthenticationReason::Refused], "{}", home.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn five_hundred_callers_make_one_refresh() {
    // REF-001
    for home in HOMES {
        let site = Site::with(home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        leave(&site, 60);
        let currents: Vec<_> = (0..500).map(|_| browser.current("/")).collect();
        let asking: JoinSet<_> = currents
            .into_iter()
            .map(|current| async move { current.access_token(AZURE).await.unwrap().expose().to_owned() })
            .collect();
        let tokens = asking.join_all().await;
        assert!(tokens.iter().all(|token| *token == tokens[0]), "{}", home.name);
        assert_eq!(site.azure.refreshes(), 1, "{}", home.name);
        assert!(works(&site, &tokens[0]).await, "{}", home.name);
    }
}

#[tokio::test]
async fn whoever_is_refused_looks_whether_somebody_was_faster_before_the_account_is_marked() {
    // REF-003, REF-019, azure.md T31: another node refreshes, though this one holds the lease.
    let (store, heard) = (MemoryStore::new(), Heard::default());
    let site = Site::with(|builder| builder.token_store(store.clone()).events(heard.clone()));
    let mut browser = site.browser();
    browser.sign_in().await;
    leave(&site, 60);
    let account = TokenStore::page(&store, AZURE, None, 1).await.unwrap().remove(0).account;
    site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(5)));
    let current = browser.current("/");
    let late = tokio::spawn(async move { current.access_token(AZURE).await.unwrap().expose().to_owned() });
    site.clock.until_sleepers(3).await;
    let holder = TokenStore::holder(&store, &account).await.unwrap().unwrap();
    let lease = Lease { fence: holder.fence, until: holder.until, lapsed: false };
    TokenStore::release(&store, &account, &lease).await.unwrap();
    let other = auth_at(&site, ORIGIN, azure(CLIENT_SECRET), |builder| builder.token_store(store.clone()));
    let new = at(&other, &browser).access_token(AZURE).await.unwrap();
    advance(&site, 5);
    assert_eq!(late.await.unwrap(), new.expose());
    assert_eq!(site.azure.refreshes(), 2, "the lock was broken, and the second was refused");
    assert_eq!((heard.count("needs_reauth"), heard.count("tokens_refreshed")), (0, 0), "nothing of it is told");
    assert_eq!(token(&browser).await, new.expose());
}

#[tokio::test]
async fn a_set_up_that_the_provider_does_not_take_calls_an_administrator_and_passes() {
    for home in HOMES {
        let heard = Heard::default();
        let site = Site::with(|builder| (home.configure)(builder).events(heard.clone()));
        let mut browser = site.browser();
        browser.sign_in().await;
        let old = token(&browser).await;
        leave(&site, 60);
        site.azure.fail_always(Stage::Token, invalid_client());
        assert_eq!(token(&browser).await, old, "{}: what is at hand still lives", home.name);
        advance(&site, 66);
        let error = ask(&browser).await.unwrap_err();
        assert!(matches!(&error, AccessTokenError::Misconfigured { .. }), "{}: {error:?}", home.name);
        assert!(ask(&browser).await.is_err());
        assert_eq!((site.azure.refreshes(), heard.count("refresh_misconfigured")), (2, 2), "{}", home.name);
        site.azure.clear_faults();
        advance(&site, 11);
        assert!(works(&site, &token(&browser).await).await, "{}: nobody had to sign in again", home.name);
        assert_eq!(heard.count("needs_reauth"), 0);
    }
}

#[tokio::test]
async fn from_the_day_a_service_ends_a_failure_is_its_end_and_a_success_still_counts() {
    let store = MemoryStore::new();
    let homes: [&dyn Fn(AuthBuilder) -> AuthBuilder; 2] =
        [&AuthBuilder::danger_single_process_refresh, &|builder| builder.token_store(store.clone())];
    for configure in homes {
        let heard = Heard::default();
        let site = Site::with(configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        let ended = azure_devops(Client::new("app-id", CLIENT_SECRET)).retires_on(site.clock.now());
        let auth = auth_at(&site, ORIGIN, ended, |builder| configure(builder).events(heard.clone()));
        leave(&site, 60);
        let current = at(&auth, &browser);
        assert!(works(&site, current.access_token(AZURE).await.unwrap().expose()).await, "it is asked all the same");
        browser.finish(&current).await;
        site.azure.revoke_grants("norma");
        advance(&site, 4_000);
        for _ in 0..5 {
            let error = at(&auth, &browser).access_token(AZURE).await.unwrap_err();
            assert!(matches!(&error, AccessTokenError::ProviderRetired { .. }), "{error:?}");
        }
        assert_eq!((site.azure.refreshes(), heard.count("provider_retired"), heard.count("needs_reauth")), (2, 1, 0));
    }
}

#[tokio::test]
async fn each_ending_leads_to_a_page_with_the_next_step() {
    let mut shown = Vec::new();
    for (name, fault) in [
        ("not now", Some(Fault::TooManyRequests { retry_after: "30".to_owned() })),
        ("misconfigured", Some(invalid_client())),
        ("answer lost", Some(Fault::LostAnswer)),
        ("refused", None),
    ] {
        let site = Site::new();
        let mut browser = site.browser();
        browser.sign_in().await;
        advance(&site, 4_000);
        match fault {
            Some(Fault::LostAnswer) => site.azure.fail_once(Stage::Token, Fault::LostAnswer),
            Some(fault) => site.azure.fail_always(Stage::Token, fault),
            None => site.azure.revoke_grants("norma"),
        }
        for accept in ["text/html", "application/json"] {
            browser.headers.insert(ACCEPT, accept.parse().unwrap());
            let current = browser.current("/projects");
            let error = current.access_token(AZURE).await.unwrap_err();
            let answer = current.without_token(&error);
            let body = String::from_utf8(answer.body().to_vec()).unwrap();
            let text = match body.split_once("<main>") {
                Some((_, rest)) => rest.split_once("</main>").unwrap().0.replace("><", ">\n<"),
                None => body,
            };
            let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            let (location, wait) = (header("location"), header("retry-after"));
            shown.push(format!("{name}, {accept}: {}\n{location:?} {wait:?}\n{text}\n", answer.status()));
        }
    }
    insta::assert_snapshot!("pages", shown.join("\n"));
}

#[tokio::test]
async fn each_ending_is_logged_once_with_provider_and_reason_and_no_secret() {
    let printed = log::Heard::default();
    let _guard = printed.listen();
    let mut secrets = Vec::new();
    for (fault, ending) in [
        (None, RefreshEnding::Refreshed),
        (Some(Fault::Status(http::StatusCode::BAD_GATEWAY)), RefreshEnding::TemporarilyFailed),
        (Some(Fault::ErrorWith200), RefreshEnding::Refused),
        (Some(Fault::LostAnswer), RefreshEnding::AnswerLost),
        (Some(invalid_client()), RefreshEnding::Misconfigured),
    ] {
        let site = Site::new();
        let mut browser = site.browser();
        browser.sign_in().await;
        secrets.push(token(&browser).await);
        leave(&site, 60);
        if let Some(fault) = fault {
            site.azure.fail_once(Stage::Token, fault);
        }
        let before = printed.text().len();
        secrets.extend(ask(&browser).await.ok());
        drop(ask(&browser).await);
        let text = printed.text()[before..].to_owned();
        let named = format!(" ending={ending}");
        // A span stands before each line that is printed within, in braces.
        let lines = text.lines().filter(|line| line.rsplit('}').next().unwrap().contains(&named));
        let lines: Vec<_> = lines.collect();
        assert_eq!(lines.len(), 1, "{ending}: {text}");
        assert!(lines[0].contains("refresh{provider=\"azure-devops\" attempt=1"), "{}", lines[0]);
        assert!(lines[0].rsplit('}').next().unwrap().contains("provider=\"azure-devops\""), "{}", lines[0]);
        for request in site.azure.requests() {
            secrets.extend(request.parameter("assertion").map(str::to_owned));
        }
    }
    let text = printed.text();
    assert!(secrets.len() > 10 && !text.contains(CLIENT_SECRET));
    assert!(secrets.iter().all(|secret| !text.contains(secret)));
}

#[tokio::test]
async fn neither_a_clock_an_hour_off_nor_nodes_ninety_seconds_apart_make_a_storm() {
    // FLT-018: the provider's clock and ours, then those of two nodes.
    for (ours, theirs) in [(3_600, 0), (0, 3_600)] {
        let store = MemoryStore::new();
        let site = Site::with(|builder| builder.token_store(store.clone()));
        let start = site.clock.now();
        let clock = admit_testkit::FixedClock::at(start + Duration::from_secs(ours));
        site.clock.advance(Duration::from_secs(theirs));
        let auth = auth_at(&site, ORIGIN, azure(CLIENT_SECRET), |b| b.token_store(store.clone()).clock(clock.clone()));
        let site = Site { auth, ..site };
        let mut browser = site.browser();
        browser.sign_in().await;
        for _ in 0..(6 * 60) {
            clock.advance(Duration::from_secs(60));
            advance(&site, 60);
            let current = browser.current("/");
            assert!(works(&site, current.access_token(AZURE).await.unwrap().expose()).await);
            browser.finish(&current).await;
        }
        assert!((6..=8).contains(&site.azure.refreshes()), "{} refreshes in six hours", site.azure.refreshes());
    }

    let (store, heard) = (MemoryStore::new(), Heard::default());
    let configure = |builder: AuthBuilder| builder.token_store(store.clone()).events(heard.clone());
    let site = Site::with(configure);
    let clock = admit_testkit::FixedClock::at(site.clock.now() + Duration::from_secs(90));
    let ahead = auth_at(&site, ORIGIN, azure(CLIENT_SECRET), |builder| configure(builder).clock(clock.clone()));
    let mut browser = site.browser();
    browser.sign_in().await;
    for _ in 0..(6 * 60) {
        clock.advance(Duration::from_secs(60));
        advance(&site, 60);
        for current in [browser.current("/"), at(&ahead, &browser)] {
            assert!(works(&site, current.access_token(AZURE).await.unwrap().expose()).await);
        }
    }
    assert!((6..=8).contains(&site.azure.refreshes()), "{} refreshes in six hours", site.azure.refreshes());
    assert_eq!(heard.count("needs_reauth"), 0);
}

#[tokio::test]
async fn a_node_whose_clock_is_ahead_leaves_a_lease_to_its_holder() {
    // REF-002, FLT-018: by its own clock the lease has ended eighty seconds ago.
    let (store, heard) = (MemoryStore::new(), Heard::default());
    let configure = |builder: AuthBuilder| builder.token_store(store.clone()).events(heard.clone());
    let site = Site::with(configure);
    let mut browser = site.browser();
    browser.sign_in().await;
    advance(&site, 4_000);
    let clock = admit_testkit::FixedClock::at(site.clock.now() + Duration::from_secs(90));
    let ahead = auth_at(&site, ORIGIN, azure(CLIENT_SECRET), |builder| configure(builder).clock(clock.clone()));
    site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(7)));
    let (slow, fast) = (browser.current("/"), at(&ahead, &browser));
    let slow = tokio::spawn(async move { slow.access_token(AZURE).await.unwrap().expose().to_owned() });
    site.clock.until_sleepers(3).await;
    let fast = tokio::spawn(async move { fast.access_token(AZURE).await.unwrap().expose().to_owned() });
    for _ in 0..70 {
        clock.until_sleepers(1).await;
        assert_eq!(site.azure.refreshes(), 1);
        clock.advance(Duration::from_millis(100));
        site.clock.advance(Duration::from_millis(100));
    }
    let slow = slow.await.unwrap();
    clock.until_sleepers(1).await;
    clock.advance(Duration::from_millis(100));
    assert_eq!(fast.await.unwrap(), slow);
    assert_eq!((site.azure.refreshes(), heard.count("needs_reauth")), (1, 0));
}

fn invalid_client() -> Fault {
    let body = r#"{"Error":"invalid_client","ErrorDescription":"unknown"}"#;
    Fault::Answer {
        status: http::StatusCode::BAD_REQUEST,
        media_type: "application/json".to_owned(),
        body: body.into(),
    }
}
