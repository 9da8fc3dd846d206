//! A store that is down when the browser comes back, and one that goes down while it is signed in.

use std::time::Duration;

use admit::MemoryStore;
use admit::store::{SessionStore, TokenStore, UserStore};
use admit_testkit::Faulty;
use admit_testkit::azure_devops::Stage;
use http::{StatusCode, header};
use serde_json::Value;

use crate::support::{Site, json};

fn stored() -> (Site, Faulty<MemoryStore>) {
    let store = Faulty::new(MemoryStore::new());
    let kept = store.clone();
    (Site::with(|builder| builder.store(kept)), store)
}

#[tokio::test]
async fn a_code_is_not_redeemed_while_any_store_is_down_and_the_same_address_works_afterwards() {
    // FLT-005
    for down in ["sessions.", "tokens.", "users.", "once.", ""] {
        let (site, store) = stored();
        let mut browser = site.browser();
        let callback = browser.consent("/dashboard").await;
        store.break_down_at(down);
        for page in [false, true] {
            if page {
                browser.headers.insert("accept", "text/html".parse().unwrap());
            }
            let answer = browser.get(&callback).await;
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{down}");
            assert_eq!(answer.headers()[header::RETRY_AFTER], "5");
            match page {
                false => assert_eq!(json(&answer)["error"], "session_store_unavailable"),
                true => assert!(String::from_utf8_lossy(answer.body()).contains("Reference: ")),
            }
        }
        assert_eq!(site.azure.count(Stage::Token), 0, "{down}");
        store.mend();
        assert_eq!(browser.get(&callback).await.status(), StatusCode::FOUND, "{down}");
        assert_ne!(browser.session().await, Value::Null, "{down}");
        assert_eq!(site.azure.count(Stage::Token), 1);
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_not_waited_for_longer_than_five_seconds() {
    // FLT-008
    for slow in ["sessions.load", "users.user", "once.claim"] {
        let (site, store) = stored();
        let mut browser = site.browser();
        let callback = browser.consent("/").await;
        let held = store.hold(slow);
        let (answer, ()) = tokio::join!(browser.get(&callback), async {
            held.until_waiting(1).await;
            site.clock.until_sleepers(1).await;
            site.clock.advance(Duration::from_secs(5));
        });
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{slow}");
        assert_eq!(site.azure.count(Stage::Token), 0, "{slow}");
        held.release();
    }
}

#[tokio::test]
async fn wherever_a_store_goes_down_after_the_code_was_redeemed_the_next_sign_in_is_clean() {
    // FLT-006
    let mut failed = 0;
    for lost in [false, true] {
        for calls in 0..20 {
            let (site, store) = stored();
            let mut browser = site.browser();
            let callback = browser.consent("/dashboard").await;
            // The probes, and the trip that is consumed.
            let before = if lost { 0 } else { 4 };
            match lost {
                false => store.break_down_after("", before + calls),
                true => {
                    let Some(call) = WRITES.get(calls) else { break };
                    store.lose_answers(call);
                }
            }
            let answer = browser.get(&callback).await;
            store.mend();
            if browser.session().await != Value::Null {
                continue;
            }
            failed += 1;
            assert_eq!(site.azure.count(Stage::Token), 1, "{calls}");
            let page = answer.headers()[header::LOCATION].to_str().unwrap().to_owned();
            assert!(page.contains("session_store_unavailable"), "{page}");
            let page = browser.get(page.strip_prefix(crate::support::ORIGIN).unwrap()).await;
            assert_eq!(
                (page.status(), &page.headers()[header::RETRY_AFTER]),
                (StatusCode::SERVICE_UNAVAILABLE, &"5".parse().unwrap())
            );
            browser.sign_in().await;
            assert_ne!(browser.session().await, Value::Null);
            let user = store.user_by_email("norma@fabrikam.example").await.unwrap().unwrap();
            assert_eq!(store.accounts(&user.id).await.unwrap().len(), 1, "{calls}");
            assert_eq!(TokenStore::page(&store, "azure-devops", None, 9).await.unwrap().len(), 1);
            assert!(SessionStore::page(&store, None, 9).await.unwrap().iter().all(|session| session.user == user.id));
        }
    }
    assert!(failed >= 6, "{failed}");
}

const WRITES: [&str; 3] = ["users.create", "tokens.put", "sessions.create"];
