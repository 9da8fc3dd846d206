//! Requests that still carry the cookie of before a refresh.

use http::header::SET_COOKIE;

use super::grants::{at, auth_at, azure};
use super::{AZURE, HOMES, advance, leave, token, works};
use crate::support::{Browser, CLIENT_SECRET, ORIGIN, Site};

#[tokio::test]
async fn an_older_cookie_gets_the_newest_token_and_spends_nothing() {
    for home in HOMES {
        let site = Site::with(home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        let mut cookies = vec![browser.jar.clone()];
        for _ in 0..2 {
            leave(&site, 60);
            refresh(&mut browser).await;
            cookies.push(browser.jar.clone());
        }
        let newest = token(&browser).await;
        assert_eq!(site.azure.refreshes(), 2);
        for jar in cookies {
            let mut late = site.browser();
            late.jar = jar;
            assert_eq!(token(&late).await, newest, "{}", home.name);
        }
        assert_eq!(site.azure.refreshes(), 2, "{}", home.name);
    }
}

#[tokio::test]
async fn a_session_read_with_an_older_cookie_brings_no_old_tokens_back() {
    for home in HOMES {
        let site = Site::with(home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        let before = browser.jar.clone();
        leave(&site, 60);
        refresh(&mut browser).await;
        let newest = token(&browser).await;

        let mut late = site.browser();
        late.jar = before;
        assert!(late.session().await["user"].is_object());
        // Another site with the same secrets has seen no refresh: it knows what the cookie says, and nothing else.
        if home.name == "all in the cookie" {
            let elsewhere = fresh_process(&site);
            let current = at(&elsewhere, &late);
            assert_eq!(current.access_token(AZURE).await.unwrap().expose(), newest);
        }
        assert_eq!(token(&late).await, newest, "{}", home.name);
        assert_eq!(site.azure.refreshes(), 1, "{}", home.name);
    }
}

#[tokio::test]
async fn the_cookies_of_a_response_carry_what_was_refreshed_for_it() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    leave(&site, 60);
    let current = browser.current("/");
    let new = current.access_token(AZURE).await.unwrap();
    assert!(!current.set_cookies().await.is_empty());
    assert!(current.set_cookies().await.is_empty(), "once is enough");

    let mut other = site.browser();
    other.jar = browser.jar.clone();
    refresh(&mut other).await;
    let elsewhere = fresh_process(&site);
    let current = at(&elsewhere, &other);
    assert_eq!(current.access_token(AZURE).await.unwrap(), new);
    assert_eq!(site.azure.refreshes(), 1);
}

#[tokio::test]
async fn a_stored_session_outlives_the_process_that_refreshed_it() {
    let store = admit::MemoryStore::new();
    let configure = |builder: admit::AuthBuilder| builder.session_store(store.clone()).danger_single_process_refresh();
    let site = Site::with(configure);
    let mut browser = site.browser();
    browser.sign_in().await;
    leave(&site, 60);
    let new = token(&browser).await;
    let elsewhere = build(&site, configure);
    let current = at(&elsewhere, &browser);
    assert_eq!(current.access_token(AZURE).await.unwrap().expose(), new, "stored before it was used");
    assert_eq!(site.azure.refreshes(), 1);
}

#[tokio::test]
async fn refreshes_do_not_keep_a_stored_sessions_cookie_from_rolling() {
    let site = Site::with(|builder| builder.session_store(admit::MemoryStore::new()).danger_single_process_refresh());
    let mut browser = site.browser();
    browser.sign_in().await;
    let mut rolled = 0;
    for _ in 0..(3 * 24) {
        advance(&site, 3600);
        let current = browser.current("/");
        current.access_token(AZURE).await.unwrap();
        rolled += usize::from(!current.set_cookies().await.is_empty());
        browser.finish(&current).await;
    }
    assert_eq!(rolled, 3, "once a day, though the tokens change each hour");
}

#[tokio::test]
async fn a_session_that_was_ended_is_not_brought_back_by_a_refresh() {
    // SES-006
    for home in HOMES {
        let site = Site::with(home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        leave(&site, 60);
        let slow = browser.current("/");
        assert!(slow.session().await.unwrap().is_some());
        let csrf = browser.csrf_token().await;
        let before = browser.jar.clone();
        browser.post("/api/auth/signout", &[("csrfToken", &csrf)]).await;
        drop(slow.access_token(AZURE).await);
        assert!(slow.set_cookies().await.is_empty(), "{}", home.name);
        let mut copy = site.browser();
        copy.jar = before;
        assert_eq!(copy.session().await, serde_json::Value::Null, "{}", home.name);
    }
}

#[tokio::test]
async fn tokens_never_reach_the_browser_in_the_clear() {
    // REF-018
    for home in HOMES {
        let site = Site::with(home.configure);
        let mut browser = site.browser();
        let answer = browser.sign_in().await;
        leave(&site, 60);
        let current = browser.current("/");
        let token = current.access_token(AZURE).await.unwrap();
        let mut seen = format!("{:?}", answer.headers());
        for cookie in current.set_cookies().await {
            seen.push_str(cookie.to_str().unwrap());
        }
        for path in ["/api/auth/session", "/api/auth/providers", "/api/auth/signout"] {
            let answer = browser.get(path).await;
            for value in answer.headers().get_all(SET_COOKIE) {
                seen.push_str(value.to_str().unwrap());
            }
            seen.push_str(std::str::from_utf8(answer.body()).unwrap());
        }
        assert!(!seen.contains(token.expose()), "{}", home.name);
        assert!(seen.contains("expires"), "something was seen");
    }
}

async fn refresh(browser: &mut Browser<'_>) {
    let current = browser.current("/");
    let token = current.access_token(AZURE).await.unwrap();
    assert!(works(browser.site, token.expose()).await);
    browser.finish(&current).await;
}

/// The same site after a restart.
fn fresh_process(site: &Site) -> admit::Auth {
    build(site, admit::AuthBuilder::danger_single_process_refresh)
}

fn build(site: &Site, configure: impl FnOnce(admit::AuthBuilder) -> admit::AuthBuilder) -> admit::Auth {
    auth_at(site, ORIGIN, azure(CLIENT_SECRET), configure)
}
