//! What an operator does to users, by `Auth::users`.

use std::time::Duration;

use admit::store::{EvidenceStore, SessionStore, TokenStore, UserStore};
use admit::{AccessTokenError, MemoryStore, UsersError};
use admit_testkit::Faulty;
use http::StatusCode;
use serde_json::Value;

use crate::support::rules::Heard;
use crate::support::{Browser, Site, refusal};

const AZURE: &str = "azure-devops";

/// With everything in a store that can be made to fail.
fn stored() -> (Site, Faulty<MemoryStore>, Heard) {
    let (store, heard) = (Faulty::new(MemoryStore::new()), Heard::default());
    let (kept, ears) = (store.clone(), heard.clone());
    (Site::with(|builder| builder.store(kept.clone()).evidence_store(kept).events(ears)), store, heard)
}

/// With users in a store, and sessions in the cookie.
fn in_cookies() -> (Site, MemoryStore) {
    let store = MemoryStore::new();
    let kept = store.clone();
    (Site::with(|builder| builder.user_store(kept.clone()).token_store(kept)), store)
}

async fn norma(site: &Site) -> (Browser<'_>, String) {
    let mut browser = site.browser();
    browser.sign_in().await;
    let id = browser.current("/").session().await.unwrap().unwrap().user.id;
    (browser, id)
}

#[tokio::test]
async fn a_user_who_is_disabled_is_out_at_once_and_gets_no_token_any_more() {
    // SES-018
    let (site, store, heard) = stored();
    let (mut desk, id) = norma(&site).await;
    let (mut phone, _) = norma(&site).await;
    let before = site.azure.count(admit_testkit::azure_devops::Stage::Token);
    assert_eq!(site.auth.users().disable(&id).await.unwrap(), 2);
    assert_eq!((desk.session().await, phone.session().await), (Value::Null, Value::Null));
    site.clock.advance(Duration::from_secs(3600));
    let token = desk.current("/").access_token(AZURE).await;
    assert!(matches!(token, Err(AccessTokenError::SignedOut)), "{token:?}");
    assert_eq!(site.azure.count(admit_testkit::azure_devops::Stage::Token), before, "nothing was refreshed");
    assert!(store.list(&id).await.unwrap().is_empty());
    let callback = desk.consent("/").await;
    assert_eq!(refusal(&desk.get(&callback).await).2, "user_disabled");

    site.auth.users().enable(&id).await.unwrap();
    assert_eq!(phone.session().await, Value::Null, "what ended stays ended");
    desk.sign_in().await;
    assert_ne!(desk.session().await, Value::Null);
    let heard = heard.all();
    assert!(heard.contains(&"user_disabled".to_owned()) && heard.contains(&"user_enabled".to_owned()), "{heard:?}");
}

#[tokio::test]
async fn whoever_came_by_a_way_in_that_is_gone_is_out_and_the_users_tokens_stay() {
    let (site, store, heard) = stored();
    let (mut desk, id) = norma(&site).await;
    assert_eq!(site.auth.users().end_sessions(&id).await.unwrap(), 1);
    assert_eq!(desk.session().await, Value::Null);
    let accounts = store.accounts(&id).await.unwrap();
    assert!(TokenStore::load(&store, &accounts[0]).await.unwrap().is_some());
    assert!(heard.all().contains(&"signed_out_everywhere".to_owned()));

    let (site, _) = in_cookies();
    let (mut desk, id) = norma(&site).await;
    assert_eq!(site.auth.users().end_sessions(&id).await.unwrap(), 0);
    assert_eq!(desk.session().await, Value::Null, "also where the session is a cookie");
}

#[tokio::test]
async fn sessions_in_cookies_end_at_once_where_it_was_done() {
    // SES-016, SES-018: in this process without the delay of `user_check_interval`.
    let (site, _) = in_cookies();
    let (desk, id) = norma(&site).await;
    let (phone, _) = norma(&site).await;
    assert!(desk.current("/").is_signed_in().await.unwrap() && phone.current("/").known_session().is_some());
    assert_eq!(site.auth.users().sign_out(&id).await.unwrap(), 0);
    assert!(!desk.current("/").is_signed_in().await.unwrap() && !phone.current("/").is_signed_in().await.unwrap());
    let (desk, _) = norma(&site).await;
    assert!(desk.current("/").is_signed_in().await.unwrap());
    site.auth.users().disable(&id).await.unwrap();
    assert!(!desk.current("/").is_signed_in().await.unwrap());
}

#[tokio::test]
async fn wherever_it_fails_nobody_is_let_in_and_a_second_call_does_the_rest() {
    for deleting in [false, true] {
        for calls in 0.. {
            let (site, store, _) = stored();
            let (browser, id) = norma(&site).await;
            let account = store.accounts(&id).await.unwrap().remove(0);
            site.auth.evidence().unwrap().put(&account, &"a fact", &["a mark".to_owned()]).await.unwrap();
            store.break_down_after("", calls);
            let operate = async || match deleting {
                true => site.auth.users().delete(&id).await,
                false => site.auth.users().disable(&id).await.map(drop),
            };
            let done = operate().await;
            store.mend();
            if calls > 0 {
                assert!(!browser.current("/").is_signed_in().await.unwrap(), "after {calls} calls");
            }
            match done {
                Ok(()) => {
                    assert!(calls >= 3, "{calls}");
                    break;
                }
                Err(UsersError::Store(_)) => {}
                Err(error) => panic!("{error}"),
            }
            match operate().await {
                // The user was deleted, and only the answer to the very last step was lost.
                Ok(()) | Err(UsersError::UnknownUser(_)) => {}
                Err(error) => panic!("{error}"),
            }
            assert!(store.list(&id).await.unwrap().is_empty());
            assert_eq!(store.user(&id).await.unwrap().is_none(), deleting);
            assert_eq!(TokenStore::load(&store, &account).await.unwrap(), None, "{calls}");
            assert_eq!(EvidenceStore::load(&store, &account).await.unwrap().is_none(), deleting, "{calls}");
        }
    }
}

#[tokio::test]
async fn a_user_who_was_deleted_leaves_nothing_and_may_come_as_somebody_new() {
    // SES-018
    let (site, store, heard) = stored();
    let (mut browser, id) = norma(&site).await;
    site.auth.users().delete(&id).await.unwrap();
    assert_eq!(browser.session().await, Value::Null);
    assert!(store.user(&id).await.unwrap().is_none() && store.accounts(&id).await.unwrap().is_empty());
    assert!(TokenStore::page(&store, AZURE, None, 9).await.unwrap().is_empty());
    assert!(SessionStore::page(&store, None, 9).await.unwrap().is_empty());
    assert!(matches!(site.auth.users().delete(&id).await, Err(UsersError::UnknownUser(_))));
    browser.sign_in().await;
    assert_ne!(browser.current("/").session().await.unwrap().unwrap().user.id, id);
    assert!(heard.all().contains(&"user_deleted".to_owned()));
}

#[tokio::test]
async fn the_first_proof_of_an_address_ends_what_was_before_it() {
    // LNK: whoever typed the address first does not stay in.
    let (site, store, heard) = stored();
    let (mut browser, id) = norma(&site).await;
    let mut user = store.user(&id).await.unwrap().unwrap();
    user.email_verified = false;
    store.update(&user).await.unwrap();
    let account = store.accounts(&id).await.unwrap().remove(0);
    site.auth.evidence().unwrap().put(&account, &"a fact", &[]).await.unwrap();
    let users = site.auth.users();
    let other = users.email_proven(&id, "somebody@else.example").await;
    assert!(matches!(other, Err(UsersError::NotTheirAddress(_))), "{other:?}");
    assert_ne!(browser.session().await, Value::Null);
    assert!(EvidenceStore::load(&store, &account).await.unwrap().is_some());
    assert!(users.email_proven(&id, "NORMA@fabrikam.example").await.unwrap());
    assert_eq!(browser.session().await, Value::Null);
    assert!(store.accounts(&id).await.unwrap().is_empty());
    assert!(TokenStore::page(&store, AZURE, None, 9).await.unwrap().is_empty());
    assert!(EvidenceStore::load(&store, &account).await.unwrap().is_none());
    assert!(!users.email_proven(&id, "norma@fabrikam.example").await.unwrap(), "the second is none");
    assert_eq!(heard.all().iter().filter(|event| *event == "email_proven").count(), 1);
}

#[tokio::test]
async fn an_operator_sees_a_user_s_sessions_and_ends_one() {
    let (site, ..) = stored();
    let (mut desk, id) = norma(&site).await;
    site.clock.advance(Duration::from_secs(60));
    let (mut phone, _) = norma(&site).await;
    let users = site.auth.users();
    let sessions = users.sessions(&id).await.unwrap();
    assert_eq!(sessions.len(), 2);
    assert!(sessions[0].created_at > sessions[1].created_at, "newest first");
    assert!(!users.end_session("somebody else", &sessions[0].id).await.unwrap());
    assert!(users.end_session(&id, &sessions[0].id).await.unwrap());
    assert!(!users.end_session(&id, &sessions[0].id).await.unwrap());
    assert_eq!(phone.session().await, Value::Null);
    assert_ne!(desk.session().await, Value::Null);
}

#[tokio::test]
async fn what_cannot_be_done_says_what_is_missing() {
    let site = Site::new();
    let users = site.auth.users();
    insta::assert_snapshot!(users.disable("x").await.unwrap_err(), @"users cannot be changed: no store keeps them; give one with .user_store(…) or .store(…)");
    insta::assert_snapshot!(users.sessions("x").await.unwrap_err(), @"sessions cannot be listed: no store keeps them; give one with .session_store(…) or .store(…)");
    assert!(matches!(users.sign_out("x").await, Err(UsersError::NoUserStore)));
    let (site, ..) = stored();
    for error in [
        site.auth.users().disable("x").await.unwrap_err(),
        site.auth.users().enable("x").await.unwrap_err(),
        site.auth.users().sign_out("x").await.unwrap_err(),
        site.auth.users().email_proven("x", "x@y.example").await.unwrap_err(),
    ] {
        assert_eq!(error.to_string(), r#"there is no user "x""#);
    }
    assert_eq!(site.browser().get("/api/auth/session").await.status(), StatusCode::OK);
}
