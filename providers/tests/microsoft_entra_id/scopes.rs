//! Scopes of several resources, and the tokens that come of them.

use std::time::Duration;

use admit::{AccessTokenError, MemoryStore};
use admit_providers::azure_devops::Scope;
use admit_providers::microsoft_entra_id::Resource;
use serde_json::json;

use crate::browser::parameter;
use crate::{HOST, Site};

fn site() -> Site {
    Site::with(&format!("{HOST}/common"), |entra| {
        entra.more_scopes([Resource::AzureDevOps.scope(Scope::CODE), "User.Read".to_owned()])
    })
}

fn scope(form: &[(String, String)]) -> Option<&str> {
    form.iter().find(|(name, _)| name == "scope").map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn consent_is_asked_for_all_resources_and_the_code_is_exchanged_for_the_first() {
    // azure.md T86
    let site = site();
    let mut browser = site.browser();
    let there = browser.begin().await;
    let azure = "499b84ac-1321-427f-aa17-267ca6975798/vso.code";
    let sign_in = "openid profile email offline_access";
    assert_eq!(parameter(&there, "scope"), Some(format!("{sign_in} {azure} User.Read")));
    let back = site.entra.agree(&there).await;
    browser.get(&back).await;
    assert_eq!(scope(&site.entra.token_requests()[0]), Some(format!("{sign_in} {azure}").as_str()));
}

#[tokio::test]
async fn a_refresh_names_its_scopes_and_asks_for_the_same_resource() {
    let site = site();
    let mut browser = site.browser();
    browser.sign_in().await;
    site.clock.advance(Duration::from_secs(3600));
    browser.access_token().await.unwrap();
    let forms = site.entra.token_requests();
    assert_eq!(forms.len(), 2);
    assert_eq!(scope(&forms[1]), scope(&forms[0]));
    assert!(forms[1].contains(&("grant_type".to_owned(), "refresh_token".to_owned())));
    assert!(forms[1].contains(&("client_info".to_owned(), "1".to_owned())));
}

#[tokio::test]
async fn one_grant_gives_a_token_for_each_resource_and_each_is_kept() {
    // azure.md T86
    let site = site();
    let mut browser = site.browser();
    browser.sign_in().await;
    let azure = browser.access_token().await.unwrap();
    // Who asks at once shares one exchange.
    let ask = || browser.access_token_for(&["User.Read"]);
    let (graph, same) = tokio::join!(ask(), ask());
    assert_eq!(graph.unwrap(), same.unwrap());
    let graph = browser.access_token_for(&["User.Read"]).await.unwrap();
    assert_ne!(graph, azure);
    assert_eq!(browser.access_token().await.unwrap(), azure);
    let forms = site.entra.token_requests();
    assert_eq!(forms.len(), 2);
    assert_eq!(scope(&forms[1]), Some("User.Read"));
    // Another set of scopes is another token, in whichever order it is named.
    let both = browser.access_token_for(&["User.Read", "Mail.Read"]).await.unwrap();
    assert_eq!(browser.access_token_for(&["Mail.Read", "User.Read"]).await.unwrap(), both);
    assert_eq!(site.entra.token_requests().len(), 3);
    assert_eq!(scope(&site.entra.token_requests()[2]), Some("User.Read Mail.Read"));
}

#[tokio::test]
async fn a_token_for_another_resource_is_renewed_before_it_ends() {
    let site = site();
    let mut browser = site.browser();
    browser.sign_in().await;
    let first = browser.access_token_for(&["User.Read"]).await.unwrap();
    site.clock.advance(Duration::from_secs(3299));
    assert_eq!(browser.access_token_for(&["User.Read"]).await.unwrap(), first);
    site.clock.advance(Duration::from_secs(2));
    assert_ne!(browser.access_token_for(&["User.Read"]).await.unwrap(), first);
    assert_eq!(site.entra.token_requests().len(), 3);
}

#[tokio::test]
async fn what_is_refused_for_one_resource_leaves_the_token_of_the_other() {
    let site = site();
    let mut browser = site.browser();
    browser.sign_in().await;
    let azure = browser.access_token().await.unwrap();
    let refusal = json!({ "error": "invalid_grant", "suberror": "consent_required", "error_codes": [65001] });
    site.entra.refuses(400, &refusal);
    for _ in 0..3 {
        let error = browser.access_token_for(&["Mail.Read"]).await.unwrap_err();
        assert!(matches!(error, AccessTokenError::ScopesRefused { claims: None, .. }), "{error:?}");
    }
    assert_eq!(site.entra.token_requests().len(), 2);
    assert_eq!(browser.access_token().await.unwrap(), azure);
    site.clock.advance(Duration::from_secs(60));
    browser.access_token_for(&["Mail.Read"]).await.unwrap();
}

#[tokio::test]
async fn claims_that_one_resource_wants_are_told_and_do_not_mark_the_account() {
    let site = site();
    let mut browser = site.browser();
    browser.sign_in().await;
    let claims = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
    site.entra.refuses(400, &json!({ "error": "interaction_required", "claims": claims }));
    let error = browser.access_token_for(&["Mail.Read"]).await.unwrap_err();
    let AccessTokenError::ScopesRefused { scopes, claims: Some(told), .. } = &error else { panic!("{error:?}") };
    assert_eq!((scopes.as_slice(), told.as_str()), (&["Mail.Read".to_owned()][..], claims));
    assert!(browser.access_token().await.is_ok());
}

#[tokio::test]
async fn in_a_token_store_the_refresh_token_that_comes_with_another_resource_is_the_next_to_be_used() {
    let site = Site::and(
        &format!("{HOST}/common"),
        |entra| entra.more_scopes(["User.Read".to_owned()]),
        |builder| builder.token_store(MemoryStore::new()),
    );
    let mut browser = site.browser();
    browser.sign_in().await;
    for _ in 0..2 {
        browser.access_token_for(&["User.Read"]).await.unwrap();
    }
    browser.access_token_for(&["Mail.Read"]).await.unwrap();
    site.clock.advance(Duration::from_secs(3600));
    browser.access_token().await.unwrap();
    let forms = site.entra.token_requests();
    let sent: Vec<_> =
        forms.iter().flatten().filter(|(name, _)| name == "refresh_token").map(|(_, sent)| sent).collect();
    assert_eq!(sent.len(), 3);
    assert!(sent[0] != sent[1] && sent[1] != sent[2], "{sent:?}");
}
