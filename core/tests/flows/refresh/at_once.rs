//! Many requests at the same moment, and callers that go away.

use std::time::Duration;

use admit_testkit::azure_devops::{Fault, Stage};
use tokio::task::JoinSet;

use super::{AZURE, HOMES, Heard, advance, ask, leave, token, works};
use crate::support::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_requests_at_once_make_one_refresh_and_share_its_token() {
    // REF-001
    for home in HOMES {
        let heard = Heard::default();
        let site = Site::with(|builder| (home.configure)(builder).events(heard.clone()));
        let mut browser = site.browser();
        browser.sign_in().await;
        let old = token(&browser).await;
        for round in 1..=3 {
            leave(&site, 60);
            let requests: Vec<_> = (0..50).map(|_| browser.current("/")).collect();
            let asking: JoinSet<_> = requests
                .iter()
                .cloned()
                .map(|current| async move { current.access_token(AZURE).await.unwrap().expose().to_owned() })
                .collect();
            let tokens = asking.join_all().await;
            assert_eq!(site.azure.refreshes(), round, "{}", home.name);
            assert_eq!(heard.count("tokens_refreshed"), round, "{}", home.name);
            assert!(tokens.iter().all(|token| *token == tokens[0] && *token != old), "{}", home.name);
            assert!(works(&site, &tokens[0]).await, "{}", home.name);
            browser.finish(&requests[usize::from(round == 2) * 49]).await;
            assert_eq!(token(&browser).await, tokens[0], "{}: what was set carries the new token", home.name);
        }
        assert_eq!(site.azure.violations(), [""; 0]);
    }
}

#[tokio::test]
async fn a_refresh_ends_though_its_only_caller_has_gone() {
    for home in HOMES {
        let site = Site::with(home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        let old = token(&browser).await;
        leave(&site, 60);
        site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(5)));
        let current = browser.current("/");
        let caller = tokio::spawn(async move { current.access_token(AZURE).await });
        site.clock.until_sleepers(2).await;
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        advance(&site, 5);
        let new = token(&browser).await;
        assert!(new != old && works(&site, &new).await, "{}", home.name);
        assert_eq!(site.azure.refreshes(), 1, "{}", home.name);
    }
}

#[tokio::test]
async fn who_comes_while_a_refresh_is_under_way_waits_for_it() {
    for home in HOMES {
        let site = Site::with(home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        leave(&site, 60);
        site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(5)));
        let mut asking = JoinSet::new();
        for _ in 0..10 {
            let current = browser.current("/");
            asking.spawn(async move { current.access_token(AZURE).await.unwrap().expose().to_owned() });
        }
        site.clock.until_sleepers(2).await;
        let late = browser.current("/");
        asking.spawn(async move { late.access_token(AZURE).await.unwrap().expose().to_owned() });
        advance(&site, 5);
        let tokens = asking.join_all().await;
        assert!(tokens.iter().all(|token| *token == tokens[0]), "{}", home.name);
        assert!(works(&site, &tokens[0]).await);
        assert_eq!(site.azure.refreshes(), 1, "{}", home.name);
    }
}

#[tokio::test]
async fn one_persons_slow_refresh_holds_up_nobody_else() {
    // REF-021
    for home in HOMES {
        let site = Site::with(home.configure);
        let (mut norma, mut bo) = (site.browser(), site.browser());
        norma.sign_in().await;
        sign_in_as(&mut bo, "bo").await;
        leave(&site, 60);
        site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(5)));
        let current = norma.current("/");
        let slow = tokio::spawn(async move { current.access_token(AZURE).await.is_ok() });
        site.clock.until_sleepers(2).await;
        assert!(works(&site, &token(&bo).await).await, "{}", home.name);
        assert!(!slow.is_finished());
        advance(&site, 5);
        assert!(slow.await.unwrap());
        assert_eq!(site.azure.refreshes(), 2, "{}", home.name);
    }
}

#[tokio::test]
async fn cookies_set_while_a_refresh_is_under_way_wait_for_its_tokens() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    leave(&site, 60);
    site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(5)));
    let current = browser.current("/");
    let asking = current.clone();
    let asked = tokio::spawn(async move { asking.access_token(AZURE).await.unwrap().expose().to_owned() });
    site.clock.until_sleepers(2).await;
    let setting = current.clone();
    let set = tokio::spawn(async move { setting.set_cookies().await });
    tokio::task::yield_now().await;
    advance(&site, 5);
    let new = asked.await.unwrap();
    assert!(!set.await.unwrap().is_empty(), "the session changed");
    assert_eq!(ask(&browser).await.unwrap(), new);
}

async fn sign_in_as(browser: &mut crate::support::Browser<'_>, login: &str) {
    let location = browser.start("/").await;
    let callback = browser.site.azure.authorize_as(login, &location).await.unwrap().path_and_query();
    browser.get(&callback).await;
}
