//! A refresh token that the provider does not take any more.

use admit::{AccessTokenError, AuthBuilder, ReauthenticationReason};
use admit_testkit::azure_devops::{Fault, Stage};

use super::grants::{at, auth_at, azure};
use super::{AZURE, HOMES, Heard, ask, leave, token, works};
use crate::support::{CLIENT_SECRET, ORIGIN, Site};

#[tokio::test]
async fn a_dead_grant_is_told_once_and_asked_for_once() {
    // ADO-018, azure.md T09
    for home in HOMES {
        let heard = Heard::default();
        let site = Site::with(|builder| (home.configure)(builder).events(heard.clone()));
        let mut browser = site.browser();
        browser.sign_in().await;
        let user = browser.session().await["user"].clone();
        assert!(user["name"].is_string());
        site.azure.revoke_grants("norma");
        leave(&site, 60);
        let before = browser.jar.clone();
        for _ in 0..20 {
            let current = browser.current("/");
            let error = current.access_token(AZURE).await.unwrap_err();
            assert!(
                matches!(
                    &error,
                    AccessTokenError::NeedsReauthentication {
                        provider,
                        reason: ReauthenticationReason::Refused,
                        claims: None
                    } if provider == AZURE
                ),
                "{}: {error:?}",
                home.name
            );
            browser.finish(&current).await;
        }
        let mut late = site.browser();
        late.jar = before;
        assert!(matches!(ask(&late).await, Err(AccessTokenError::NeedsReauthentication { .. })));
        assert_eq!(site.azure.refreshes(), 1, "{}", home.name);
        assert_eq!(heard.count("needs_reauth"), 1, "{}", home.name);
        assert_eq!(heard.count("tokens_refreshed"), 0);

        assert_eq!(browser.session().await["user"], user, "{}: the session of the application lives on", home.name);
        assert!(browser.current("/").session().await.unwrap().is_some());

        browser.sign_in().await;
        assert!(works(&site, &token(&browser).await).await, "{}: a new sign-in heals it", home.name);
        leave(&site, 60);
        assert!(works(&site, &token(&browser).await).await, "{}: and its tokens are refreshed", home.name);
        assert_eq!(site.azure.refreshes(), 2);
    }
}

#[tokio::test]
async fn a_dead_grant_is_remembered_by_the_session_and_not_only_by_the_process() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    site.azure.revoke_grants("norma");
    leave(&site, 60);
    let current = browser.current("/");
    assert!(current.access_token(AZURE).await.is_err());
    browser.finish(&current).await;

    let restarted = auth_at(&site, ORIGIN, azure(CLIENT_SECRET), AuthBuilder::danger_single_process_refresh);
    let error = at(&restarted, &browser).access_token(AZURE).await.unwrap_err();
    assert!(matches!(error, AccessTokenError::NeedsReauthentication { .. }), "{error:?}");
    assert_eq!(site.azure.refreshes(), 1);
}

#[tokio::test]
async fn an_error_with_status_200_is_a_refusal_and_no_token() {
    // TOK-007, azure.md T11
    for home in HOMES {
        let site = Site::with(home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        leave(&site, 60);
        site.azure.fail_always(Stage::Token, Fault::ErrorWith200);
        for _ in 0..3 {
            assert!(matches!(ask(&browser).await, Err(AccessTokenError::NeedsReauthentication { .. })));
        }
        assert_eq!(site.azure.refreshes(), 1, "{}", home.name);
    }
}
