//! `current.access_token_for(…)`: several tokens by one grant, with the one refresh token.

use std::time::Duration;

use admit::store::TokenStore;
use admit::{AccessTokenError, Auth, AuthBuilder, Current, MemoryStore};
use admit_testkit::Faulty;
use admit_testkit::azure_devops::{Fault, Stage};
use http::StatusCode;
use http::header::ACCEPT;
use serde_json::{Value, json};

use super::grants::{at, auth_at, azure};
use super::plain_oauth::{self, Acme, Say};
use super::token_store::pass_the_time;
use super::{AZURE, Heard, advance, ask, leave, token, works};
use crate::support::{Browser, CLIENT_SECRET, ORIGIN, Site, location};

const WORK: &[&str] = &["vso.work"];
const BUILD: &[&str] = &["vso.build", "vso.code"];

#[tokio::test]
async fn a_provider_that_replaces_its_refresh_tokens_gives_further_tokens_and_every_process_finds_them() {
    let store = MemoryStore::new();
    let site = site(store.clone());
    let mut browser = site.browser();
    browser.sign_in().await;
    let own = token(&browser).await;
    let (work, build) = (for_scopes(&browser, WORK).await, for_scopes(&browser, BUILD).await);
    assert!(work != own && build != own && work != build);
    for token in [&own, &work, &build] {
        assert!(works(&site, token).await);
    }
    let elsewhere = process(&site, store);
    for current in [browser.current("/"), at(&elsewhere, &browser)] {
        assert_eq!(current.access_token(AZURE).await.unwrap().expose(), own);
        assert_eq!(current.access_token_for(AZURE, WORK).await.unwrap().expose(), work);
        assert_eq!(current.access_token_for(AZURE, &["vso.code", "vso.build"]).await.unwrap().expose(), build);
    }
    assert_eq!(site.azure.refreshes(), 2);
}

#[tokio::test]
async fn a_refresh_leaves_the_other_tokens_and_goes_on_from_the_latest_refresh_token() {
    let (store, heard) = (MemoryStore::new(), Heard::default());
    let site = Site::with(|builder| builder.token_store(store.clone()).events(heard.clone()));
    let mut browser = site.browser();
    browser.sign_in().await;
    leave(&site, 600);
    let work = for_scopes(&browser, WORK).await;
    advance(&site, 540);
    let own = token(&browser).await;
    assert!(works(&site, &own).await);
    assert_eq!(for_scopes(&browser, WORK).await, work);
    assert_eq!((site.azure.refreshes(), heard.count("tokens_refreshed")), (2, 1));

    // That of the scopes ends before its successor's time comes.
    leave(&site, 600);
    assert_ne!(for_scopes(&browser, WORK).await, work);
    advance(&site, 540);
    assert!(works(&site, &token(&browser).await).await);
    assert_eq!((site.azure.refreshes(), heard.count("needs_reauth")), (4, 0));
}

#[tokio::test]
async fn exchanges_for_one_account_never_overlap_whoever_begins_them() {
    let store = MemoryStore::new();
    let site = site(store.clone());
    let elsewhere = process(&site, store);
    let mut browser = site.browser();
    browser.sign_in().await;
    advance(&site, 4000);
    site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(2)));
    let own = in_a_task(browser.current("/"), None);
    site.clock.until_sleepers(3).await;
    let others = [(browser.current("/"), WORK), (at(&elsewhere, &browser), WORK), (at(&elsewhere, &browser), BUILD)]
        .map(|(current, scopes)| in_a_task(current, Some(scopes)));
    let late = in_a_task(at(&elsewhere, &browser), None);
    site.clock.until_sleepers(7).await;
    assert_eq!(site.azure.refreshes(), 1, "the refresh token is being spent");

    let own = pass_the_time(&site, own).await.0;
    assert_eq!(pass_the_time(&site, late).await.0, own);
    let mut tokens = vec![own];
    for task in others {
        tokens.push(pass_the_time(&site, task).await.0);
    }
    assert_eq!(tokens[1], tokens[2], "one exchange for the same scopes");
    assert_eq!(site.azure.refreshes(), 3);
    for token in &tokens {
        assert!(works(&site, token).await, "none was revoked");
    }
    advance(&site, 4000);
    assert!(works(&site, &token(&browser).await).await, "nor was the grant");
}

#[tokio::test]
async fn of_many_sets_of_scopes_the_oldest_is_forgotten() {
    let site = site(MemoryStore::new());
    let mut browser = site.browser();
    browser.sign_in().await;
    let scopes: Vec<_> = (0..9).map(|n| format!("scope.{n}")).collect();
    for scope in &scopes {
        for_scopes(&browser, &[scope]).await;
    }
    assert_eq!(site.azure.refreshes(), 9);
    for scope in &scopes[1..] {
        for_scopes(&browser, &[scope]).await;
    }
    assert_eq!(site.azure.refreshes(), 9, "eight are kept");
    for_scopes(&browser, &[&scopes[0]]).await;
    assert_eq!(site.azure.refreshes(), 10);
}

#[tokio::test]
async fn a_new_sign_in_forgets_them() {
    let site = site(MemoryStore::new());
    let mut browser = site.browser();
    browser.sign_in().await;
    let old = for_scopes(&browser, WORK).await;
    browser.sign_in().await;
    let new = for_scopes(&browser, WORK).await;
    assert!(new != old && works(&site, &new).await);
}

#[tokio::test]
async fn a_token_that_the_store_would_not_take_is_not_lost() {
    // REF-006
    let store = Faulty::new(MemoryStore::new());
    let site = site(store.clone());
    let mut browser = site.browser();
    browser.sign_in().await;
    store.break_down_at("tokens.swap");
    let current = browser.current("/");
    let asked = tokio::spawn(async move { current.access_token_for(AZURE, WORK).await });
    let error = pass_the_time(&site, asked).await.0.unwrap_err();
    assert!(matches!(error, AccessTokenError::Unavailable { .. }), "{error:?}");
    store.mend();
    advance(&site, 30);
    assert!(works(&site, &for_scopes(&browser, WORK).await).await);
    assert_eq!(site.azure.refreshes(), 1, "what was exchanged is what is stored");
    leave(&site, 60);
    assert!(works(&site, &token(&browser).await).await, "and so is the refresh token that came along");
}

#[tokio::test]
async fn while_the_provider_is_away_a_further_token_is_served_to_its_end() {
    let site = site(MemoryStore::new());
    let mut browser = site.browser();
    browser.sign_in().await;
    let work = for_scopes(&browser, WORK).await;
    leave(&site, 60);
    site.azure.fail_always(Stage::Token, Fault::Status(StatusCode::BAD_GATEWAY));
    assert_eq!(for_scopes(&browser, WORK).await, work);
    advance(&site, 60);
    let error = browser.current("/").access_token_for(AZURE, WORK).await.unwrap_err();
    assert!(matches!(error, AccessTokenError::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn what_is_refused_for_some_scopes_marks_nothing_and_names_the_sign_in_that_helps() {
    let in_a_store = |builder: AuthBuilder| builder.token_store(MemoryStore::new());
    for configure in [AuthBuilder::danger_single_process_refresh, in_a_store] {
        for refusal in ["invalid_scope", "consent_required", "interaction_required", "access_denied", "invalid_grant"] {
            let heard = Heard::default();
            let (site, acme) = plain_oauth::site(|builder| configure(builder).events(heard.clone()));
            let browser = signed_in(&site, &acme).await;
            let ask = async || browser.current("/").access_token_for("acme", &["mail", "files"]).await;
            acme.say(Say::Status(400, json!({ "error": refusal }).to_string().into()));
            for _ in 0..3 {
                let error = ask().await.unwrap_err();
                let AccessTokenError::ScopesRefused { provider, scopes, claims, .. } = &error else {
                    panic!("{refusal}: {error:?}")
                };
                assert_eq!(
                    (provider.as_str(), scopes.as_slice()),
                    ("acme", &["mail".to_owned(), "files".to_owned()][..])
                );
                assert_eq!(*claims, None);
            }
            assert_eq!(acme.token_requests().len(), 2, "{refusal}: nobody asks again at once");
            let own = browser.current("/").access_token("acme").await.unwrap();
            assert_eq!((own.expose(), heard.count("needs_reauth")), ("a1", 0), "{refusal}");
            advance(&site, 60);
            acme.answer(&json!({ "access_token": "for both", "expires_in": 3600 }));
            assert_eq!(ask().await.unwrap().expose(), "for both", "{refusal}: perhaps they agreed meanwhile");
        }
    }
}

#[tokio::test]
async fn who_lacks_scopes_is_sent_to_agree_to_them() {
    let (site, acme) = plain_oauth::site(|builder| builder.token_store(MemoryStore::new()));
    let mut browser = signed_in(&site, &acme).await;
    acme.say(Say::Status(400, json!({ "error": "invalid_scope" }).to_string().into()));
    let error = browser.current("/").access_token_for("acme", &["mail", "files"]).await.unwrap_err();
    let answer = browser.current("/inbox").without_token(&error);
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    let told = json!({
        "error": "reauthentication_required", "provider": "acme", "reason": "scopes_refused", "scope": "mail files",
    });
    assert_eq!((answer.status(), body), (StatusCode::UNAUTHORIZED, told));
    browser.headers.insert(ACCEPT, "text/html".parse().unwrap());
    let there = location(&browser.current("/inbox").without_token(&error));
    let asked = "reauthenticate=1&why=permission&provider=acme&scope=mail%20files";
    assert_eq!(there, format!("{ORIGIN}/api/auth/signin?callbackUrl=%2Finbox&{asked}"));
}

#[tokio::test]
async fn in_a_session_a_refresh_token_that_is_replaced_is_spent_for_nothing_else() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    let error = browser.current("/").access_token_for(AZURE, WORK).await.unwrap_err();
    let AccessTokenError::Misconfigured { source, .. } = &error else { panic!("{error:?}") };
    assert!(source.to_string().contains(".token_store(…)"), "{source}");
    assert_eq!(site.azure.count(Stage::Token), 1);
    assert!(ask(&browser).await.is_ok());
}

#[tokio::test]
async fn in_a_session_the_refresh_token_at_hand_is_used_on_though_another_came() {
    let (site, acme) = plain_oauth::site(|builder| builder.danger_single_process_refresh());
    let browser = signed_in(&site, &acme).await;
    for (scope, access) in [("mail", "a2"), ("files", "a3")] {
        acme.answer(&json!({ "access_token": access, "refresh_token": "r2", "expires_in": 3600 }));
        for _ in 0..2 {
            let token = browser.current("/").access_token_for("acme", &[scope]).await.unwrap();
            assert_eq!(token.expose(), access);
        }
    }
    assert!(acme.token_requests()[1..].iter().all(|form| form.contains("refresh_token=r1")));
}

/// A site whose tokens are in that store.
fn site(store: impl TokenStore) -> Site {
    Site::with(|builder| builder.token_store(store))
}

fn process(site: &Site, store: MemoryStore) -> Auth {
    auth_at(site, ORIGIN, azure(CLIENT_SECRET), |builder| builder.token_store(store))
}

async fn for_scopes(browser: &Browser<'_>, scopes: &[&str]) -> String {
    browser.current("/").access_token_for(AZURE, scopes).await.unwrap().expose().to_owned()
}

fn in_a_task(current: Current, scopes: Option<&'static [&'static str]>) -> tokio::task::JoinHandle<String> {
    tokio::spawn(async move {
        let token = match scopes {
            Some(scopes) => current.access_token_for(AZURE, scopes).await,
            None => current.access_token(AZURE).await,
        };
        token.unwrap().expose().to_owned()
    })
}

/// Signs in at Acme, for an hour.
async fn signed_in<'a>(site: &'a Site, acme: &Acme) -> Browser<'a> {
    acme.answer(&json!({ "access_token": "a1", "refresh_token": "r1", "expires_in": 3600 }));
    let mut browser = site.browser();
    plain_oauth::sign_in(&mut browser).await;
    browser
}
