//! Tokens that are voided at the provider because somebody leaves: at sign-out, when an account is taken off, and when an
//! operator shuts a user out.

use admit::store::{TokenStore, UserStore};
use admit::{AuthBuilder, BoxError, Callbacks, MemoryStore, OAuthProvider, User};
use admit_testkit::PretendOidc;
use admit_testkit::oidc::{Builder, Fault, Stage};
use async_trait::async_trait;
use serde_json::Value;

use super::disconnect::until;
use super::{sign_in, site_and};
use crate::support::rules::Heard;
use crate::support::{Browser, Site};

fn site(
    describe: impl FnOnce(OAuthProvider) -> OAuthProvider,
    configure: impl FnOnce(AuthBuilder) -> AuthBuilder,
) -> (Site, PretendOidc, Heard) {
    let heard = Heard::default();
    let ears = heard.clone();
    let (site, company) = site_and(Builder::offers_revocation, describe, |builder| configure(builder.events(ears)));
    (site, company, heard)
}

async fn token(browser: &Browser<'_>) -> String {
    browser.current("/").access_token("company").await.unwrap().expose().to_owned()
}

/// Lets those have their turn whom nobody waits for.
async fn settle() {
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn signing_out_voids_what_only_that_session_had() {
    // LGO-007
    let homes: [fn(AuthBuilder) -> AuthBuilder; 2] =
        [|builder| builder, |builder| builder.session_store(MemoryStore::new())];
    for configure in homes {
        let (site, company, heard) = site(|provider| provider, configure);
        let (mut desk, mut phone) = (site.browser(), site.browser());
        sign_in(&mut desk, &company).await;
        sign_in(&mut phone, &company).await;
        let (on_desk, on_phone) = (token(&desk).await, token(&phone).await);
        desk.sign_out().await;
        until(|| company.count(Stage::Revoke) == 1).await;
        until(|| !company.accepts(&on_desk)).await;
        assert!(company.accepts(&on_phone));
        assert_eq!(
            (desk.session().await, phone.session().await["user"]["name"].clone()),
            (Value::Null, "Ada Byron".into())
        );
        settle().await;
        assert_eq!(heard.all().iter().filter(|event| *event == "tokens_revoked").count(), 1);
        assert_eq!(company.violations(), [""; 0]);
    }
}

#[tokio::test]
async fn what_other_sessions_use_is_left_alone_unless_the_description_says_otherwise() {
    type Describe = fn(OAuthProvider) -> OAuthProvider;
    let of_all: Describe = |provider| provider.revocation_ends_all(true);
    let plain: Describe = |provider| provider;
    let yes: Describe = |provider| provider.revocation_ends_all(true).revoke_at_sign_out(true);
    let no: Describe = |provider| provider.revoke_at_sign_out(false);
    for (in_store, describe, expected) in [
        (false, plain, 1),
        (false, of_all, 0),
        (false, yes, 1),
        (false, no, 0),
        (true, plain, 0),
        (true, of_all, 0),
        (true, yes, 1),
        (true, no, 0),
    ] {
        let store = MemoryStore::new();
        let kept = store.clone();
        let (site, company, _) = site(describe, |builder| if in_store { builder.token_store(kept) } else { builder });
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        browser.sign_out().await;
        settle().await;
        assert_eq!(company.count(Stage::Revoke), expected, "{in_store}");
        let left = TokenStore::page(&store, "company", None, 9).await.unwrap().len();
        assert_eq!(left, usize::from(in_store && expected == 0));
    }
}

#[tokio::test]
async fn nobody_waits_for_the_provider_to_sign_out() {
    // LGO-007
    for fault in [Some(Fault::DroppedConnection), None] {
        let (site, company, heard) =
            site(|provider| provider.revoke_at_sign_out(true), |builder| builder.token_store(MemoryStore::new()));
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        let held = company.hold(Stage::Revoke);
        if let Some(fault) = fault {
            company.fail_always(Stage::Revoke, fault);
        }
        // The clock stands still: whoever waited would wait for ever.
        assert_eq!(browser.sign_out().await.status(), 302);
        assert_eq!(browser.session().await, Value::Null);
        assert!(heard.all().contains(&"sign_out".to_owned()));
        drop(held);
    }
}

#[tokio::test]
async fn a_store_that_is_away_does_not_keep_anybody_signed_in() {
    let store = admit_testkit::Faulty::new(MemoryStore::new());
    let kept = store.clone();
    let (site, company, _) = site(|provider| provider.revoke_at_sign_out(true), |builder| builder.token_store(kept));
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    store.fail_next("tokens.delete", 1);
    assert_eq!(browser.sign_out().await.status(), 302);
    assert_eq!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn an_operator_who_shuts_a_user_out_has_all_their_tokens_voided() {
    for act in ["disable", "delete", "sign_out"] {
        for tokens_apart in [false, true] {
            let store = MemoryStore::new();
            let all = store.clone();
            let (site, company, heard) = site(
                |provider| provider.revocation_ends_all(true),
                |builder| {
                    let builder = builder.user_store(all.clone()).session_store(all.clone());
                    if tokens_apart { builder.token_store(all) } else { builder }
                },
            );
            let (mut desk, mut phone) = (site.browser(), site.browser());
            sign_in(&mut desk, &company).await;
            sign_in(&mut phone, &company).await;
            let held = [token(&desk).await, token(&phone).await];
            let id = desk.current("/").session().await.unwrap().unwrap().user.id;
            let users = site.auth.users();
            match act {
                "disable" => drop(users.disable(&id).await.unwrap()),
                "delete" => users.delete(&id).await.unwrap(),
                _ => drop(users.sign_out(&id).await.unwrap()),
            }
            assert!(held.iter().all(|token| !company.accepts(token)), "{act}");
            assert!(TokenStore::page(&store, "company", None, 9).await.unwrap().is_empty(), "{act}");
            assert!(heard.all().contains(&"tokens_revoked".to_owned()), "{act}");
        }
    }
}

#[tokio::test]
async fn an_operator_who_signs_a_user_out_leaves_tokens_that_the_description_wants_left() {
    let store = MemoryStore::new();
    let all = store.clone();
    let (site, company, _) = site(|provider| provider.revoke_at_sign_out(false), |builder| builder.store(all));
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let id = browser.current("/").session().await.unwrap().unwrap().user.id;
    site.auth.users().sign_out(&id).await.unwrap();
    assert_eq!(company.count(Stage::Revoke), 0);
    assert_eq!(TokenStore::page(&store, "company", None, 9).await.unwrap().len(), 1);
    site.auth.users().delete(&id).await.unwrap();
    assert_eq!(company.count(Stage::Revoke), 1);
}

/// An application whose people have another way in.
#[derive(Debug)]
struct Passwords;

#[async_trait]
impl Callbacks for Passwords {
    async fn has_another_way_in(&self, _: &User) -> Result<bool, BoxError> {
        Ok(true)
    }
}

#[tokio::test]
async fn an_account_that_is_taken_off_has_its_tokens_voided() {
    for tokens_apart in [false, true] {
        let store = MemoryStore::new();
        let all = store.clone();
        let (site, company, heard) = site(
            |provider| provider,
            |builder| {
                let builder = builder.user_store(all.clone()).callbacks(Passwords);
                if tokens_apart { builder.token_store(all) } else { builder }
            },
        );
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        let (held, id) = (token(&browser).await, browser.current("/").session().await.unwrap().unwrap().user.id);
        let csrf = browser.csrf_token().await;
        let answer = browser.post("/api/auth/unlink/company", &[("csrfToken", &csrf)]).await;
        assert_eq!(answer.status(), 303);
        until(|| !company.accepts(&held)).await;
        assert!(store.accounts(&id).await.unwrap().is_empty());
        assert!(TokenStore::page(&store, "company", None, 9).await.unwrap().is_empty());
        until(|| heard.all().contains(&"tokens_revoked".to_owned())).await;
        assert_eq!(company.count(Stage::Revoke), 1);
    }
}
