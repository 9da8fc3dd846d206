//! One grant and several resources: Azure DevOps takes the token that is for it, and Graph the other.

use std::sync::Arc;
use std::time::Duration;

use admit::provider::{Fault, ProviderContext};
use admit::{HttpClient as _, Image, Secret};
use admit_providers::azure_devops::Scope;
use admit_providers::microsoft_entra_id::{Cloud, PhotoSize, Resource, photo};
use admit_testkit::entra::{LAMPLIGHT, Stage};
use admit_testkit::{FixedRandom, PretendAzureDevOps};
use bytes::Bytes;
use http::Request;

use super::refresh::sent;
use super::{Meeting, meet};
use crate::CLIENT_ID;

fn site() -> Meeting {
    meet(
        |entra| entra,
        |provider| provider.more_scopes([Resource::AzureDevOps.scope(Scope::PROJECT), "User.Read".to_owned()]),
    )
}

/// The Azure DevOps that takes this Entra ID's tokens.
fn azure(site: &Meeting) -> PretendAzureDevOps {
    PretendAzureDevOps::builder("unused", "unused", "https://app.example/unused")
        .clock(Arc::new(site.clock.clone()))
        .random(Arc::new(FixedRandom::new(3)))
        .entra(site.entra.clone())
        .build()
}

/// The status with which projects are shown.
async fn projects(azure: &PretendAzureDevOps, token: &str) -> u16 {
    let request = Request::get("https://dev.azure.com/fabrikam/_apis/projects?api-version=7.1")
        .header("authorization", format!("Bearer {token}"))
        .header("x-tfs-fedauthredirect", "Suppress");
    azure.send(request.body(Bytes::new()).unwrap()).await.unwrap().status().as_u16()
}

async fn picture(site: &Meeting, token: &str) -> Result<Option<Image>, Fault> {
    let cx = ProviderContext::new("microsoft-entra-id", CLIENT_ID, &site.clock, &site.entra);
    let picture = photo(&cx, Cloud::Global.graph(), &Secret::new(token), PhotoSize::P96).await;
    picture.map_err(|error| error.fault())
}

#[tokio::test]
async fn one_grant_gives_a_token_for_azure_devops_and_one_for_graph_and_neither_takes_the_others() {
    // azure.md T86, T95
    let site = site();
    let azure = azure(&site);
    let mut browser = site.browser();
    browser.sign_in_as("norma").await;
    let for_azure = browser.access_token().await.unwrap();
    let for_graph = browser.access_token_for(&["User.Read"]).await.unwrap();
    let again = browser.access_token_for(&[&Resource::AzureDevOps.scope(Scope::PROJECT)]).await.unwrap();

    assert_eq!((projects(&azure, &for_azure).await, projects(&azure, &again).await), (200, 200));
    assert_eq!(projects(&azure, &for_graph).await, 401);
    assert!(matches!(picture(&site, &for_graph).await, Ok(Some(Image::Bytes { .. }))));
    assert_eq!(picture(&site, &for_azure).await, Err(Fault::Reauthenticate));

    // The person was asked once, and each token was fetched once.
    assert_eq!(site.entra.violations(), [""; 0]);
    let scopes = sent(&site, "scope");
    assert_eq!(scopes.iter().filter(|scope| scope.as_str() == "User.Read").count(), 1, "{scopes:?}");
}

#[tokio::test]
async fn both_tokens_are_renewed_from_the_one_grant() {
    let site = site();
    let azure = azure(&site);
    let mut browser = site.browser();
    browser.sign_in_as("norma").await;
    for _ in 0..3 {
        site.clock.advance(Duration::from_secs(3600));
        let for_azure = browser.access_token().await.unwrap();
        let for_graph = browser.access_token_for(&["User.Read"]).await.unwrap();
        assert_eq!(projects(&azure, &for_azure).await, 200);
        assert!(matches!(picture(&site, &for_graph).await, Ok(Some(_))));
    }
    assert_eq!((site.entra.count(Stage::Token), site.entra.violations()), (7, vec![]));
}

#[tokio::test]
async fn what_nobody_agreed_to_asks_the_person_back_and_leaves_the_rest() {
    let site = site();
    let mut browser = site.browser();
    browser.sign_in_as("norma").await;
    let error = browser.access_token_for(&["Mail.Read"]).await.unwrap_err();
    assert!(matches!(error, admit::AccessTokenError::ScopesRefused { .. }), "{error:?}");
    browser.access_token_for(&["User.Read"]).await.unwrap();
}

#[tokio::test]
async fn who_has_no_picture_has_none_at_home_as_a_guest_and_as_themselves() {
    // azure.md T95, §3.10
    let site = meet(|entra| entra, |provider| provider.more_scopes(["User.Read"]));
    let guests = meet(|entra| entra, |provider| provider.tenant(LAMPLIGHT).more_scopes(["User.Read"]));
    for (site, login, has_one) in
        [(&site, "norma", true), (&site, "bo", false), (&site, "pia", false), (&guests, "norma", true)]
    {
        let mut browser = site.browser();
        browser.sign_in_as(login).await;
        let token = browser.access_token().await.unwrap();
        let found = picture(site, &token).await.unwrap();
        assert_eq!(found.is_some(), has_one, "{login}");
    }
}
