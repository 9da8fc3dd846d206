//! A cookie that was opened before: nothing but the work of opening it is saved.

use std::sync::Arc;
use std::time::Duration;

use admit::store::UserStore;
use admit::{AuthBuilder, MemoryStore, Requirements};
use serde_json::{Value, json};

use crate::support::Site;
use crate::support::rules::Rules;

const SESSION: &str = "__Secure-authjs.session-token";

/// With a memory of opened cookies, and without.
fn sites(configure: impl Fn(AuthBuilder) -> AuthBuilder) -> [Site; 2] {
    [
        Site::with(|builder| configure(builder).danger_single_process_refresh()),
        Site::with(|builder| configure(builder).cookie_memory(0).danger_single_process_refresh()),
    ]
}

#[tokio::test]
async fn a_session_is_the_same_at_every_reading() {
    for site in sites(|builder| builder) {
        let mut browser = site.browser();
        browser.sign_in().await;
        let first = browser.current("/").session().await.unwrap().unwrap();
        for _ in 0..3 {
            let current = browser.current("/");
            assert_eq!(current.session().await.unwrap().as_ref(), Some(&first));
            assert_eq!(current.accounts().await.unwrap().len(), 1);
            assert!(!current.access_token("azure-devops").await.unwrap().is_empty());
            assert_eq!(current.set_cookies().await.len(), 0);
        }
        assert_eq!(browser.session().await["user"]["name"], json!(first.user.name));
    }
}

#[tokio::test]
async fn a_cookie_that_was_opened_before_ends_with_its_session() {
    for site in sites(|builder| builder.max_age(Duration::from_secs(3600))) {
        let mut browser = site.browser();
        browser.sign_in().await;
        let copy = browser.jar.get(SESSION).unwrap().to_owned();
        let reads = async || {
            let mut browser = site.browser();
            browser.jar.set(SESSION, &copy);
            browser.current("/").session().await.unwrap().is_some()
        };
        assert!(reads().await && reads().await);
        site.clock.advance(Duration::from_secs(3600 + 16));
        assert!(!reads().await && !reads().await);
    }
}

#[tokio::test]
async fn a_cookie_that_was_opened_before_is_dead_after_sign_out() {
    for site in sites(|builder| builder) {
        let mut browser = site.browser();
        browser.sign_in().await;
        let mut thief = site.browser();
        thief.jar = browser.jar.clone();
        assert!(thief.current("/").session().await.unwrap().is_some());
        browser.sign_out().await;
        assert!(thief.current("/").session().await.unwrap().is_none());
        assert_eq!(thief.session().await, Value::Null);
    }
}

#[tokio::test]
async fn a_user_who_was_disabled_is_not_remembered_as_one_who_was_not() {
    for with_memory in [true, false] {
        let users = MemoryStore::new();
        let [remembering, forgetting] = sites(|builder| builder.user_store(users.clone()));
        let site = if with_memory { remembering } else { forgetting };
        let mut browser = site.browser();
        browser.sign_in().await;
        let user = browser.current("/").session().await.unwrap().unwrap().user.id;
        let a_moment_passes = || site.clock.advance(Duration::from_secs(1));
        users.set_disabled(&user, true).await.unwrap();
        a_moment_passes();
        assert!(browser.current("/").session().await.unwrap().is_none());
        users.set_disabled(&user, false).await.unwrap();
        assert!(browser.current("/").session().await.unwrap().is_some());
        users.bump_epoch(&user).await.unwrap();
        a_moment_passes();
        assert!(browser.current("/").session().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn one_changed_character_is_another_cookie() {
    for site in sites(|builder| builder) {
        let mut browser = site.browser();
        browser.sign_in().await;
        assert!(browser.current("/").session().await.unwrap().is_some());
        let value = browser.jar.get(SESSION).unwrap().to_owned();
        for place in (0..value.len()).step_by(7) {
            let other = if value.as_bytes()[place] == b'A' { "B" } else { "A" };
            let mut changed = value.clone();
            changed.replace_range(place..=place, other);
            let mut forger = site.browser();
            forger.jar.set(SESSION, &changed);
            assert!(forger.current("/").session().await.unwrap().is_none(), "{place}");
        }
        assert!(browser.current("/").session().await.unwrap().is_some());
    }
}

#[tokio::test]
async fn callbacks_run_each_time_and_what_they_change_is_not_remembered() {
    let counted = || {
        Rules::default()
            .jwt(|mut token, _| {
                let before = token.value("reads").and_then(Value::as_u64).unwrap_or(0);
                token.insert("reads", before + 1);
                Ok(Some(token))
            })
            .session(|mut session, cause| {
                session.extra.insert("reads".to_owned(), cause.token.value("reads").cloned().unwrap_or_default());
                Ok(session)
            })
    };
    for site in sites(|builder| builder.callbacks(counted())) {
        let mut browser = site.browser();
        browser.sign_in().await;
        for _ in 0..3 {
            // The cookie says one, from the sign-in, until a response brings another.
            let session = browser.current("/").session().await.unwrap().unwrap();
            assert_eq!(session.extra["reads"], json!(2));
        }
        let current = browser.current("/");
        current.session().await.unwrap();
        browser.finish(&current).await;
        assert_eq!(browser.current("/").session().await.unwrap().unwrap().extra["reads"], json!(3));
    }
}

#[tokio::test]
async fn a_session_is_known_without_asking_once_its_cookie_was_opened_and_requests_share_it() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    let first = browser.current("/");
    assert!(first.known_session().is_none());
    let opened = first.shared_session().await.unwrap().unwrap();
    assert_eq!(first.known_session(), Some(opened.clone()));
    let (second, third) = (browser.current("/"), browser.current("/"));
    let known = second.known_session().unwrap();
    assert_eq!(known, opened);
    assert!(Arc::ptr_eq(&known, &third.shared_session().await.unwrap().unwrap()));
    assert!(!second.may_set_cookies() && second.set_cookies().await.is_empty());
    assert!(site.browser().current("/").known_session().is_none());
}

#[tokio::test]
async fn where_a_store_or_a_callback_has_a_say_nothing_is_known_before_it_is_asked() {
    let stores: [fn(AuthBuilder) -> AuthBuilder; 4] = [
        |builder| builder.callbacks(Rules::default()),
        |builder| builder.user_store(MemoryStore::new()).user_check_interval(Duration::ZERO),
        |builder| builder.session_store(MemoryStore::new()),
        |builder| builder.cookie_memory(0),
    ];
    for configure in stores {
        let site = Site::with(|builder| configure(builder).danger_single_process_refresh());
        let mut browser = site.browser();
        browser.sign_in().await;
        for _ in 0..2 {
            let current = browser.current("/");
            assert!(current.known_session().is_none() && !Requirements::default().are_known_to_hold(&current));
            assert!(current.session().await.unwrap().is_some());
            assert!(current.known_session().is_some() && Requirements::default().are_known_to_hold(&current));
        }
    }
}

#[tokio::test]
async fn what_is_known_ends_with_sign_out_with_its_time_and_with_another_cookie() {
    let site = Site::with(|builder| builder.max_age(Duration::from_secs(3600)).danger_single_process_refresh());
    let mut browser = site.browser();
    browser.sign_in().await;
    let copy = browser.jar.clone();
    browser.current("/").session().await.unwrap();
    assert!(browser.current("/").known_session().is_some());
    site.clock.advance(Duration::from_secs(3600 + 16));
    assert!(browser.current("/").known_session().is_none());
    browser.sign_in().await;
    browser.current("/").session().await.unwrap();
    assert!(browser.current("/").known_session().is_some());
    let mut thief = site.browser();
    thief.jar = browser.jar.clone();
    browser.sign_out().await;
    assert!(thief.current("/").known_session().is_none());
    thief.jar = copy;
    assert!(thief.current("/").known_session().is_none());
}

#[tokio::test]
async fn a_guard_that_asks_for_more_than_a_session_is_not_known_to_hold_without_it() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    let guard = |ask: fn(&mut Requirements)| {
        let mut requirements = Requirements::default();
        ask(&mut requirements);
        requirements
    };
    browser.current("/").session().await.unwrap();
    let current = browser.current("/");
    assert!(guard(|_| {}).are_known_to_hold(&current));
    assert!(!guard(|needed| needed.role("admin")).are_known_to_hold(&current));
    assert!(!guard(|needed| needed.fresh_token("azure-devops")).are_known_to_hold(&current));
    assert!(!guard(|_| {}).are_known_to_hold(&site.browser().current("/")));
}

#[tokio::test]
async fn a_session_that_is_known_and_old_is_written_anew_all_the_same() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    browser.current("/").session().await.unwrap();
    site.clock.advance(Duration::from_secs(25 * 3600));
    let current = browser.current("/");
    assert!(current.known_session().is_some() && current.may_set_cookies());
    assert_eq!(current.set_cookies().await.len(), 1);
}
