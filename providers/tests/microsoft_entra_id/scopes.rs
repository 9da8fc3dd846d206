//! Scopes of several resources, and the tokens that come of them.

use admit_providers::azure_devops::Scope;
use admit_providers::microsoft_entra_id::Resource;

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
    site.clock.advance(std::time::Duration::from_secs(3600));
    browser.access_token().await.unwrap();
    let forms = site.entra.token_requests();
    assert_eq!(forms.len(), 2);
    assert_eq!(scope(&forms[1]), scope(&forms[0]));
    assert!(forms[1].contains(&("grant_type".to_owned(), "refresh_token".to_owned())));
    assert!(forms[1].contains(&("client_info".to_owned(), "1".to_owned())));
}
