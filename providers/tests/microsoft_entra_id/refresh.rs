//! What a refresh brings, and when there is one.

use std::time::Duration;

use admit::AccessTokenError;
use serde_json::json;

use crate::browser::parameter;
use crate::{CONTOSO, FABRIKAM, HOST, Site, ada_in};

#[tokio::test]
async fn a_token_is_renewed_when_the_authority_wants_it_though_it_lives_on() {
    for refresh_in in [json!(43_200), json!("43200")] {
        let site = Site::new();
        let more = json!({ "expires_in": "86399", "ext_expires_in": "86399", "refresh_in": refresh_in });
        site.entra.says_beside(more);
        let mut browser = site.browser();
        browser.sign_in().await;
        let first = browser.access_token().await.unwrap();
        site.clock.advance(Duration::from_secs(43_199));
        assert_eq!(browser.access_token().await.unwrap(), first);
        site.clock.advance(Duration::from_secs(1));
        let second = browser.access_token().await.unwrap();
        assert_ne!(second, first);
        assert_eq!(browser.access_token().await.unwrap(), second);
        assert_eq!(site.entra.token_requests().len(), 2);
    }
}

#[tokio::test]
async fn a_renewal_that_fails_leaves_the_token_that_lives_on() {
    let site = Site::new();
    site.entra.says_beside(json!({ "expires_in": 86_399, "refresh_in": 43_200 }));
    let mut browser = site.browser();
    browser.sign_in().await;
    let first = browser.access_token().await.unwrap();
    site.clock.advance(Duration::from_secs(50_000));
    site.entra.refuses(400, &json!({ "error": "temporarily_unavailable" }));
    for _ in 0..3 {
        assert_eq!(browser.access_token().await.unwrap(), first);
    }
    assert_eq!(site.entra.token_requests().len(), 2);
}

#[tokio::test]
async fn an_absurd_wish_does_not_have_a_token_renewed_at_every_request() {
    // azure.md T33
    let site = Site::new();
    site.entra.says_beside(json!({ "expires_in": 3600, "refresh_in": 1 }));
    let mut browser = site.browser();
    browser.sign_in().await;
    site.clock.advance(Duration::from_secs(1799));
    browser.access_token().await.unwrap();
    assert_eq!(site.entra.token_requests().len(), 1);
}

#[tokio::test]
async fn a_refusal_asks_the_person_back_once_and_is_not_repeated() {
    // azure.md T79, T82, ENT-012
    for body in [
        json!({ "error": "invalid_grant", "error_codes": [700_082] }),
        json!({ "error": "invalid_grant", "error_codes": [50196] }),
        json!({ "error": "interaction_required", "suberror": "basic_action", "claims": "{\"access_token\":{}}" }),
        json!({ "error": "invalid_grant", "suberror": "message_only" }),
        json!({ "error": "invalid_grant", "error_codes": [53003] }),
    ] {
        let site = Site::new();
        let mut browser = site.browser();
        browser.sign_in().await;
        site.clock.advance(Duration::from_secs(3600));
        site.entra.refuses(400, &body);
        for _ in 0..3 {
            let error = browser.access_token().await.unwrap_err();
            assert!(matches!(error, AccessTokenError::NeedsReauthentication { .. }), "{body}: {error:?}");
        }
        assert_eq!(site.entra.token_requests().len(), 2, "{body}");
    }
}

#[tokio::test]
async fn what_a_refresh_was_asked_for_goes_into_the_next_sign_in() {
    // azure.md T79, ENT-011
    let site = Site::with(&format!("{HOST}/common"), |entra| entra.client_capabilities(["cp1"]));
    let mut browser = site.browser();
    browser.sign_in().await;
    site.clock.advance(Duration::from_secs(3600));
    let wanted = json!({ "access_token": { "acrs": { "essential": true, "value": "c1" } } }).to_string();
    site.entra.refuses(400, &json!({ "error": "interaction_required", "suberror": "basic_action", "claims": wanted }));
    // It is kept: whoever asks later is told the same.
    for _ in 0..2 {
        match browser.access_token().await.unwrap_err() {
            AccessTokenError::NeedsReauthentication { claims, .. } => assert_eq!(claims.as_deref(), Some(&*wanted)),
            other => panic!("{other:?}"),
        }
    }
    let there = browser.turned_away().await;
    let query = there.split_once('?').unwrap().1;
    let there = browser.begin_with(&format!("?{query}")).await;
    let asked: serde_json::Value = serde_json::from_str(&parameter(&there, "claims").unwrap()).unwrap();
    let expected = json!({
        "access_token": { "acrs": { "essential": true, "value": "c1" }, "xms_cc": { "values": ["cp1"] } },
    });
    assert_eq!(asked, expected);

    // Once signed in, nothing is wanted any more.
    let back = site.entra.agree(&there).await;
    browser.get(&back).await;
    browser.access_token().await.unwrap();
}

#[tokio::test]
async fn a_set_up_that_is_not_taken_blames_the_set_up() {
    for body in [
        json!({ "error": "invalid_client", "error_codes": [7_000_222] }),
        json!({ "error": "invalid_request", "error_codes": [900_144] }),
        json!({ "error": "invalid_scope", "error_codes": [70_011] }),
    ] {
        let site = Site::new();
        let mut browser = site.browser();
        browser.sign_in().await;
        site.clock.advance(Duration::from_secs(3600));
        site.entra.refuses(400, &body);
        let error = browser.access_token().await.unwrap_err();
        assert!(matches!(error, AccessTokenError::Misconfigured { .. }), "{body}: {error:?}");
    }
}

#[tokio::test]
async fn a_refresh_that_speaks_of_another_tenant_gives_no_token() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    site.clock.advance(Duration::from_secs(3600));
    site.entra.says(ada_in(FABRIKAM));
    assert!(browser.access_token().await.is_err());
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    site.clock.advance(Duration::from_secs(3600));
    site.entra.says(ada_in(CONTOSO));
    browser.access_token().await.unwrap();
}
