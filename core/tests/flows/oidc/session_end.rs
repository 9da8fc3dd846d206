//! A provider that says how long a session may live: `session_expiry` of IPSIE.

use std::time::Duration;

use admit::MemoryStore;
use admit::store::{SessionStore, UserStore};
use admit_testkit::oidc::{Fault, Stage};
use serde_json::{Value, json};

use super::{sign_in, site_and};

const NOW: i64 = 1_795_300_000;

#[tokio::test]
async fn the_cookie_and_the_record_end_when_the_provider_says_and_no_use_moves_that() {
    // SES-011
    for in_store in [false, true] {
        let store = MemoryStore::new();
        let kept = store.clone();
        let (site, company) = site_and(
            |company| company,
            |provider| provider,
            |builder| if in_store { builder.store(kept) } else { builder },
        );
        company.fail_once(Stage::Token, Fault::Claims(json!({ "session_expiry": NOW + 600 })));
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        let end = admit::Timestamp::from_unix_seconds(NOW + 600);
        if in_store {
            let id = browser.current("/").session().await.unwrap().unwrap().user.id;
            assert!(store.user(&id).await.unwrap().is_some());
            assert_eq!(SessionStore::list(&store, &id).await.unwrap()[0].expires_at, end);
        }
        site.clock.advance(Duration::from_secs(590));
        assert_eq!(browser.session().await["expires"], end.to_string(), "in store: {in_store}");
        let copy = browser.jar.clone();
        site.clock.advance(Duration::from_secs(10));
        let mut late = site.browser();
        late.jar = copy;
        assert!(!late.current("/").is_signed_in().await.unwrap());
        assert_eq!(late.session().await, Value::Null);
    }
}
