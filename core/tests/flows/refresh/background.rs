//! `auth.access_token_of(…)`: tokens for work without a request, by the way that requests take.

use admit::store::{AccountKey, TokenStore};
use admit::{AccessTokenError, Auth, Client, MemoryStore, ReauthenticationReason, Secret, Timestamp};
use admit_providers::azure_devops;
use admit_testkit::Faulty;
use admit_testkit::azure_devops::{Fault, Stage};
use http::StatusCode;
use tokio::task::JoinSet;

use super::grants::{auth_at, azure};
use super::{AZURE, Heard, advance, leave, token, works};
use crate::support::{CLIENT_SECRET, ORIGIN, Site};

#[tokio::test]
async fn a_job_gets_the_token_of_a_stored_account_and_refreshes_it_in_time() {
    let (site, store, heard) = site();
    site.browser().sign_in().await;
    let account = account(&store).await;
    let first = text(site.auth.access_token_of(&account).await);
    advance(&site, 3599 - 301);
    assert_eq!(text(site.auth.access_token_of(&account).await), first, "301 s are left");
    leave(&site, 300);
    let second = text(site.auth.access_token_of(&account).await);
    assert_ne!(second, first);
    assert!(works(&site, &second).await);
    assert_eq!((site.azure.refreshes(), heard.count("tokens_refreshed")), (1, 1));
    assert_eq!(site.auth.stored_accounts(AZURE, None, 10).await.unwrap(), std::slice::from_ref(&account));
    assert_eq!(site.auth.stored_accounts(AZURE, Some(&account.subject), 10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn jobs_and_requests_share_one_refresh() {
    // REF-001
    let (site, store, _) = site();
    let mut browser = site.browser();
    browser.sign_in().await;
    let account = account(&store).await;
    leave(&site, 60);
    let mut asking = JoinSet::new();
    for n in 0..100 {
        let (current, auth, account) = (browser.current("/"), site.auth.clone(), account.clone());
        asking.spawn(async move {
            text(if n % 2 == 0 { current.access_token(AZURE).await } else { auth.access_token_of(&account).await })
        });
    }
    let tokens = asking.join_all().await;
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(site.azure.refreshes(), 1);
    assert!(works(&site, &tokens[0]).await);
}

#[tokio::test]
async fn a_job_in_another_process_brings_the_token_that_a_request_finds() {
    // REF-003
    let (site, store, _) = site();
    let mut browser = site.browser();
    browser.sign_in().await;
    leave(&site, 60);
    let elsewhere = auth_at(&site, ORIGIN, azure(CLIENT_SECRET), |builder| builder.token_store(store.clone()));
    let brought = text(elsewhere.access_token_of(&account(&store).await).await);
    assert_eq!(token(&browser).await, brought);
    assert_eq!(site.azure.refreshes(), 1);
}

#[tokio::test]
async fn a_job_gets_tokens_for_other_scopes_by_the_same_grant() {
    let (site, store, _) = site();
    let mut browser = site.browser();
    browser.sign_in().await;
    let account = account(&store).await;
    let work = text(site.auth.access_token_of_for(&account, &["vso.work"]).await);
    assert_ne!(work, text(site.auth.access_token_of(&account).await));
    assert_eq!(work, text(browser.current("/").access_token_for(AZURE, &["vso.work"]).await));
    assert_eq!(site.azure.refreshes(), 1);
}

#[tokio::test]
async fn a_job_is_told_of_each_ending_by_its_type() {
    let (site, store, _) = site();
    site.browser().sign_in().await;
    let account = account(&store).await;
    let ask = |auth: &Auth| {
        let (auth, account) = (auth.clone(), account.clone());
        async move { auth.access_token_of(&account).await.unwrap_err() }
    };
    let other =
        |provider: &str, subject: &str| AccountKey { provider: provider.to_owned(), subject: subject.to_owned() };

    let unknown = site.auth.access_token_of(&other("gitlab", "7")).await.unwrap_err();
    assert!(matches!(&unknown, AccessTokenError::UnknownProvider(id) if id == "gitlab"), "{unknown:?}");
    let nobody = site.auth.access_token_of(&other(AZURE, "nobody")).await.unwrap_err();
    assert!(matches!(&nobody, AccessTokenError::NotConnected { provider } if provider == AZURE), "{nobody:?}");

    advance(&site, 4000);
    site.azure.fail_always(Stage::Token, Fault::Status(StatusCode::BAD_GATEWAY));
    assert!(matches!(ask(&site.auth).await, AccessTokenError::Unavailable { .. }));
    let asked = site.azure.refreshes();
    assert!(matches!(ask(&site.auth).await, AccessTokenError::Unavailable { .. }));
    assert_eq!(site.azure.refreshes(), asked, "the pause holds for jobs too");
    site.azure.clear_faults();
    advance(&site, 600);
    let ended = azure_devops(Client::new("app-id", CLIENT_SECRET)).retires_on(Timestamp::from_unix_seconds(1));
    let ended = auth_at(&site, ORIGIN, ended, |builder| builder.token_store(store.clone()));
    site.azure.fail_once(Stage::Token, Fault::Status(StatusCode::GONE));
    assert!(matches!(ask(&ended).await, AccessTokenError::ProviderRetired { .. }));

    let wrong = auth_at(&site, ORIGIN, azure("wrong.payload.signature"), |builder| builder.token_store(store.clone()));
    assert!(matches!(ask(&wrong).await, AccessTokenError::Misconfigured { .. }));

    let faulty = Faulty::new(store.clone());
    let broken = auth_at(&site, ORIGIN, azure(CLIENT_SECRET), |builder| builder.token_store(faulty.clone()));
    faulty.break_down();
    assert!(matches!(ask(&broken).await, AccessTokenError::Session(_)));
}

#[tokio::test]
async fn a_dead_grant_is_told_to_every_job_and_by_one_event() {
    // ADO-018
    let (site, store, heard) = site();
    site.browser().sign_in().await;
    let account = account(&store).await;
    site.azure.revoke_grants("norma");
    advance(&site, 4000);
    for _ in 0..3 {
        let dead = site.auth.access_token_of(&account).await.unwrap_err();
        let reason = match &dead {
            AccessTokenError::NeedsReauthentication { reason, .. } => Some(*reason),
            _ => None,
        };
        assert_eq!(reason, Some(ReauthenticationReason::Refused), "{dead:?}");
    }
    assert_eq!((site.azure.refreshes(), heard.count("needs_reauth")), (1, 1));
}

#[tokio::test]
async fn without_a_token_store_a_job_is_told_what_is_missing() {
    let site = Site::new();
    site.browser().sign_in().await;
    let account = AccountKey { provider: AZURE.to_owned(), subject: "7".to_owned() };
    let error = site.auth.access_token_of(&account).await.unwrap_err();
    assert!(matches!(&error, AccessTokenError::NoTokenStore { provider } if provider == AZURE), "{error:?}");
    insta::assert_snapshot!(error, @"azure-devops: tokens are kept in sessions, where no background work can reach them; give a token_store");
    assert_eq!(
        site.auth.access_token_of_for(&account, &["vso.work"]).await.unwrap_err().to_string(),
        error.to_string()
    );
    assert_eq!(site.auth.stored_accounts(AZURE, None, 10).await.unwrap(), []);
    assert!(!site.auth.has_token_store());
    assert_eq!(site.browser().current("/").without_token(&error).status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn an_account_is_known_by_its_user_or_by_its_tokens() {
    let (site, store, _) = site();
    site.browser().sign_in().await;
    let account = account(&store).await;
    assert!(site.auth.knows_account(&account).await.unwrap());
    TokenStore::delete(&store, &account).await.unwrap();
    assert!(!site.auth.knows_account(&account).await.unwrap());

    let all = MemoryStore::new();
    let site = Site::with(|builder| builder.store(all.clone()));
    site.browser().sign_in().await;
    TokenStore::delete(&all, &account).await.unwrap();
    assert!(site.auth.knows_account(&account).await.unwrap(), "by the user that it is linked to");
}

fn site() -> (Site, MemoryStore, Heard) {
    let (store, heard) = (MemoryStore::new(), Heard::default());
    (Site::with(|builder| builder.token_store(store.clone()).events(heard.clone())), store, heard)
}

async fn account(store: &MemoryStore) -> AccountKey {
    store.page(AZURE, None, 1).await.unwrap().remove(0).account
}

fn text(token: Result<Secret, AccessTokenError>) -> String {
    token.unwrap().expose().to_owned()
}
