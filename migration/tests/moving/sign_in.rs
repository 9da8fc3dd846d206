//! Who comes by Microsoft Entra ID, and was here by Azure DevOps before.

use admit::GrantState;
use admit_migration::{AzureMove, Origin};
use admit_testkit::azure_devops::{Fault, Stage};
use admit_testkit::entra::{Account, FABRIKAM, LAMPLIGHT};

use crate::site::{AZURE, ENTRA, Site};

/// Nobody is asked unless something speaks for it.
fn quiet() -> AzureMove {
    AzureMove::new().ask_newcomers(false)
}

#[tokio::test]
async fn a_member_is_recognised_and_stays_who_they_are() {
    // azure.md T98, ADO-008
    let site = Site::new(quiet());
    let norma = site.was_here("norma").await;
    let azure = site.azure_account(&norma).await;
    assert_eq!(site.comes(ENTRA, "norma").await, norma);
    assert_eq!(site.owner(&site.entra_account("norma", FABRIKAM)).await, Some(norma.clone()));
    assert_eq!(site.audit().await, ["sign-in link entra-object", "sign-in recognised entra-object"]);
    assert_eq!(site.auth.grant_of(&azure).await.unwrap(), GrantState::Parked);
    assert_eq!(site.comes(ENTRA, "norma").await, norma, "and again");
    assert_eq!(site.audit().await.len(), 2);
}

#[tokio::test]
async fn somebody_whom_azure_devops_wants_to_ask_later_comes_in_at_once_and_is_not_asked_about_twice() {
    // ADO-021: the clock stands still.
    let site = Site::new(quiet());
    site.comes(AZURE, "norma").await;
    site.azure.reset_log();
    site.azure.fail_once(Stage::Profile, Fault::Headers(vec![("retry-after", "5".to_owned())]));
    site.comes(AZURE, "norma").await;
    assert_eq!(site.azure.count(Stage::Profile), 1);
    assert_eq!(site.azure.violations(), [""; 0]);
}

#[tokio::test]
async fn a_guest_is_recognised_by_who_they_are_at_home() {
    // azure.md T99
    let site = Site::new(quiet());
    let norma = site.was_here("norma").await;
    let lamplight = site.with_entra(|entra| entra.tenant(LAMPLIGHT));
    assert_eq!(lamplight.comes(ENTRA, "norma").await, norma);
    assert_eq!(site.owner(&site.entra_account("norma", LAMPLIGHT)).await, Some(norma.clone()));
    assert_eq!(site.audit().await, ["sign-in link home-object", "sign-in recognised home-object"]);
    // And at home, as the same user.
    assert_eq!(site.comes(ENTRA, "norma").await, norma);
    assert_eq!(site.providers_of(&norma).await, [AZURE, ENTRA, ENTRA]);
}

#[tokio::test]
async fn what_the_address_of_a_callback_says_of_somebodys_home_is_ignored() {
    // azure.md T100
    let site = Site::new(quiet());
    let norma = site.was_here("norma").await;
    let object = site.entra.object_id("norma", FABRIKAM).unwrap();
    let forged = base64_of(&format!(r#"{{"uid":"{object}","utid":"{FABRIKAM}"}}"#));
    let mut vera = site.browser();
    let there = vera.begins(ENTRA, &[]).await;
    let back = site.entra.authorize_as("vera", &there).await.unwrap().path_and_query();
    vera.get(&format!("{back}&client_info={forged}")).await;
    let user = vera.user().await;
    assert!(user.is_some_and(|user| user != norma));
    assert_eq!(site.providers_of(&norma).await, [AZURE]);
}

#[tokio::test]
async fn two_users_with_one_identity_are_a_contradiction_and_nothing_is_linked() {
    // azure.md T101
    let site = Site::new(quiet());
    let (norma, bo) = (site.was_here("norma").await, site.was_here("bo").await);
    let object = site.entra.object_id("norma", FABRIKAM).unwrap();
    site.told(&site.azure_account(&bo).await, |facts| facts.origin_id = Some(object)).await;
    let mut browser = site.browser();
    let there = browser.goes(ENTRA, "norma", &[]).await;
    assert!(there.contains("code=identity_contradicted"), "{there}");
    assert_eq!(browser.user().await, None);
    assert_eq!(site.providers_of(&norma).await, [AZURE]);
    assert_eq!(site.providers_of(&bo).await, [AZURE]);
    assert_eq!(site.audit().await, ["sign-in conflict"]);
}

#[tokio::test]
async fn a_personal_account_is_connected_by_whoever_signs_in_to_both() {
    // azure.md T102, rule 5
    let site = Site::new(AzureMove::new());
    let pia = site.was_here("pia").await;
    let azure = site.azure_account(&pia).await;
    let known = site.auth.evidence().unwrap().load::<admit_migration::AzureEvidence>(&azure).await.unwrap().unwrap();
    assert_eq!(known.facts.origin, Origin::Personal);

    let personal = site.with_entra(|entra| entra.scopes(["openid", "profile"]));
    let mut browser = personal.browser();
    let there = browser.goes(ENTRA, "pia", &[]).await;
    assert!(there.contains("ask=used_before"), "{there}");
    assert_eq!(browser.user().await, None);
    browser.goes(AZURE, "pia", &[("connect", ENTRA)]).await;
    assert_eq!(browser.user().await, Some(pia.clone()));
    assert_eq!(site.providers_of(&pia).await, [AZURE, ENTRA]);
    assert_eq!(site.audit().await, ["sign-in link both-proven"]);
    assert_eq!(personal.comes(ENTRA, "pia").await, pia);
    assert_eq!(site.auth.grant_of(&azure).await.unwrap(), GrantState::InUse, "the new grant is for signing in alone");
}

#[tokio::test]
async fn an_equal_descriptor_is_not_enough_where_the_object_differs() {
    // azure.md T103
    let site = Site::new(quiet());
    let norma = site.was_here("norma").await;
    let other = "11111111-2222-4333-8444-555555555555".to_owned();
    site.told(&site.azure_account(&norma).await, |facts| facts.origin_id = Some(other)).await;
    let mut browser = site.browser();
    let there = browser.goes(ENTRA, "norma", &[]).await;
    assert!(there.contains("ask=used_before"), "{there}");
    assert_eq!((browser.user().await, site.providers_of(&norma).await), (None, vec![AZURE.to_owned()]));
}

#[tokio::test]
async fn the_profile_that_azure_devops_sees_in_the_new_token_is_enough_where_no_more_is_known() {
    // azure.md §4.5 rule 4
    let site = Site::new(quiet());
    let norma = site.was_here("norma").await;
    let only_profile = |facts: &mut admit_migration::AzureEvidence| {
        (facts.origin, facts.origin_id, facts.home_tenant) = (Origin::Unknown, None, None);
        (facts.legacy_descriptor, facts.subject_descriptor) = (None, None);
    };
    site.told(&site.azure_account(&norma).await, only_profile).await;
    assert_eq!(site.comes(ENTRA, "norma").await, norma);
    assert_eq!(site.audit().await, ["sign-in link azure-profile", "sign-in recognised azure-profile"]);
}

#[tokio::test]
async fn an_equal_address_links_nobody() {
    // azure.md T104, ADO-009, LNK-007: a tenant's administrator can write any address.
    let mallory = Account::member("mallory", "Mallory", LAMPLIGHT, "norma@fabrikam.example")
        .verified_email("norma@fabrikam.example");
    let site = Site::of(quiet(), vec![mallory]);
    let norma = site.was_here("norma").await;
    let with_email = site.with_entra(|entra| entra.scopes(["openid", "profile", "email"]));
    let mut browser = with_email.browser();
    let there = browser.goes(ENTRA, "mallory", &[]).await;
    assert!(there.contains("code=account_not_linked"), "{there}");
    assert_eq!((browser.user().await, site.providers_of(&norma).await), (None, vec![AZURE.to_owned()]));
}

#[tokio::test]
async fn whoever_was_given_a_user_name_is_not_who_had_it() {
    // LNK-008
    let mallory = Account::member("mallory", "Mallory", FABRIKAM, "norma@fabrikam.example");
    let site = Site::of(quiet(), vec![mallory]);
    let norma = site.was_here("norma").await;
    let mut browser = site.browser();
    let there = browser.goes(ENTRA, "mallory", &[]).await;
    assert!(there.contains("ask=used_before"), "{there}");
    browser.goes(ENTRA, "mallory", &[("newcomer", "1")]).await;
    assert!(browser.user().await.is_some_and(|user| user != norma), "they are somebody new");
    assert_eq!(site.providers_of(&norma).await, [AZURE]);
}

#[tokio::test]
async fn a_new_registration_makes_nobody_new() {
    // ENT-014: `sub` would be another for another application, and is no key here.
    let site = Site::new(quiet());
    let norma = site.was_here("norma").await;
    assert_eq!(site.comes(ENTRA, "norma").await, norma);
    let account = site.entra_account("norma", FABRIKAM);
    assert_eq!(account.subject.split_once('.').unwrap().1, FABRIKAM);
    assert_eq!(site.owner(&account).await, Some(norma));
}

#[tokio::test]
async fn a_way_back_leaves_everybody_who_they_are() {
    // ADO-012
    let site = Site::new(quiet());
    let norma = site.was_here("norma").await;
    assert_eq!(site.comes(ENTRA, "norma").await, norma);
    let vera = site.comes(ENTRA, "vera").await;
    // Azure DevOps for an hour, and Entra ID again.
    assert_eq!(site.comes(AZURE, "norma").await, norma);
    let azure = site.azure_account(&norma).await;
    assert_eq!(site.auth.grant_of(&azure).await.unwrap(), GrantState::InUse);
    assert_eq!(site.comes(ENTRA, "vera").await, vera);
    assert_eq!(site.comes(ENTRA, "norma").await, norma);
    assert_eq!(site.auth.grant_of(&azure).await.unwrap(), GrantState::Parked);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_sign_ins_at_once_by_both_are_one_user_with_two_accounts() {
    // ADO-014
    let site = Site::new(quiet());
    let norma = site.was_here("norma").await;
    let trips = (0..20).map(|turn| {
        let (site, provider) = (&site, if turn % 2 == 0 { AZURE } else { ENTRA });
        async move { site.comes(provider, "norma").await }
    });
    let users = futures_util::future::join_all(trips).await;
    assert!(users.iter().all(|user| *user == norma), "{users:?}");
    assert_eq!(site.providers_of(&norma).await, [AZURE, ENTRA]);
}

fn base64_of(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}
