//! A stored session that was opened before: it is read from the store each time, and nothing but the work of opening it
//! is saved.

use std::sync::Arc;
use std::time::Duration;

use admit::store::{SessionRecord, SessionStore};
use admit::{AuthBuilder, AuthError, Clock as _, MemoryStore};

use crate::support::{Browser, Site};

/// With a memory of what was opened, and without; each with its store.
fn sites() -> [(Site, MemoryStore); 2] {
    [1024 * 1024, 0].map(|memory| {
        let store = MemoryStore::new();
        let home = |builder: AuthBuilder| builder.session_store(store.clone()).token_store(store.clone());
        (Site::with(|builder| home(builder).cookie_memory(memory)), store)
    })
}

async fn signed_in(site: &Site) -> Browser<'_> {
    let mut browser = site.browser();
    browser.sign_in().await;
    browser
}

/// The one that was created last.
async fn record(store: &MemoryStore, browser: &Browser<'_>) -> SessionRecord {
    let user = browser.current("/").session().await.unwrap().unwrap().user.id;
    store.list(&user).await.unwrap().remove(0)
}

#[tokio::test]
async fn what_is_shown_is_made_once_for_all_requests_unless_nothing_is_remembered() {
    for ((site, _store), is_remembered) in sites().into_iter().zip([true, false]) {
        let browser = signed_in(&site).await;
        let read = async || browser.current("/").shared_session().await.unwrap().unwrap();
        let (first, second) = (read().await, read().await);
        assert_eq!(first, second);
        assert_eq!(Arc::ptr_eq(&first, &second), is_remembered);
    }
}

#[tokio::test]
async fn it_ends_when_its_record_is_gone_and_when_its_time_has_come() {
    for (site, store) in sites() {
        let browser = signed_in(&site).await;
        let kept = record(&store, &browser).await;
        assert!(store.delete(&kept.key).await.unwrap());
        assert!(browser.current("/").session().await.unwrap().is_none());

        let browser = signed_in(&site).await;
        let kept = record(&store, &browser).await;
        let sooner = site.clock.now() + Duration::from_secs(60);
        assert!(store.touch(&kept.key, sooner).await.unwrap());
        assert_eq!(browser.current("/").session().await.unwrap().unwrap().expires, sooner);
        site.clock.advance(Duration::from_secs(60));
        assert!(browser.current("/").session().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_record_that_was_altered_is_refused_however_often_it_was_opened_before() {
    for (site, store) in sites() {
        let browser = signed_in(&site).await;
        let kept = record(&store, &browser).await;
        for place in 0..kept.data.len() {
            let mut altered = store.load(&kept.key).await.unwrap().unwrap();
            let version = altered.version;
            altered.data[place] ^= 1;
            assert!(store.replace(altered, version).await.unwrap());
            let read = browser.current("/").session().await;
            assert!(matches!(read, Err(AuthError::Unsealable)), "byte {place}");
            assert!(store.replace(kept.clone(), version + 1).await.unwrap());
            assert!(browser.current("/").session().await.unwrap().is_some());
        }
    }
}

#[tokio::test]
async fn the_bytes_of_another_session_hold_nothing_though_they_were_opened_in_their_own_place() {
    for (site, store) in sites() {
        let owner = signed_in(&site).await;
        let theirs = record(&store, &owner).await;
        site.clock.advance(Duration::from_secs(1));
        let thief = signed_in(&site).await;
        let own = record(&store, &thief).await;
        assert_ne!(own.key, theirs.key);
        let version = own.version;
        assert!(store.replace(SessionRecord { data: theirs.data, ..own }, version).await.unwrap());
        assert!(matches!(thief.current("/").session().await, Err(AuthError::Unsealable)));
        assert!(owner.current("/").session().await.unwrap().is_some());
    }
}
