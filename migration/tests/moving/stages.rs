//! Who comes by Azure DevOps, at each stage of the move.

use std::time::Duration;

use admit::Clock;
use admit::store::UserStore;
use admit_migration::{AzureMove, PersonalAccounts, Stage};
use admit_testkit::FixedClock;
use admit_testkit::entra::FABRIKAM;

use crate::site::{AZURE, ENTRA, ORIGIN, Site};

#[tokio::test]
async fn whoever_is_required_to_connects_both_in_one_go() {
    let site = Site::new(AzureMove::new());
    let norma = site.comes(AZURE, "norma").await;
    site.to_entra.set_stage(Some(&FABRIKAM.to_uppercase()), Stage::Require);
    assert_eq!(site.comes(AZURE, "norma").await, norma);
    assert_eq!(site.providers_of(&norma).await, [AZURE, ENTRA]);
    assert_eq!(site.owner(&site.entra_account("norma", FABRIKAM)).await, Some(norma.clone()));
    assert_eq!(site.comes(AZURE, "norma").await, norma, "and then comes in by either");
}

#[tokio::test]
async fn a_stage_changes_while_the_site_runs_for_one_tenant_or_for_all_others() {
    let site = Site::new(AzureMove::new());
    let norma = site.was_here("norma").await;
    assert_eq!(site.providers_of(&norma).await, [AZURE]);

    site.to_entra.set_stage(Some(FABRIKAM), Stage::LinkOnly);
    let mut browser = site.browser();
    let there = browser.goes(AZURE, "norma", &[]).await;
    assert!(there.contains("code=provider_closed"), "{there}");
    assert_eq!(browser.user().await, None);
    // The way that they are told of is theirs.
    assert_eq!(site.comes(ENTRA, "norma").await, norma);
    assert!(site.browser().goes(AZURE, "norma", &[]).await.contains("code=provider_closed"), "linked or not");

    site.to_entra.set_stage(Some(FABRIKAM), Stage::Invite);
    assert_eq!(site.comes(AZURE, "norma").await, norma, "and back");
    site.to_entra.set_stage(None, Stage::LinkOnly);
    assert_eq!(site.comes(AZURE, "norma").await, norma, "what has a stage of its own keeps it");
    assert_eq!(site.to_entra.stage_of(None), Stage::LinkOnly);
}

#[tokio::test]
async fn whoever_is_to_be_asked_is_sent_to_the_question_with_a_session() {
    let site = Site::new(AzureMove::new());
    let norma = site.comes(AZURE, "norma").await;
    site.to_entra.set_stage(None, Stage::Prefer);
    let mut browser = site.browser();
    let there = browser.goes(AZURE, "norma", &[]).await;
    assert!(there.starts_with(&format!("{ORIGIN}/api/auth/signin?ask=")), "{there}");
    assert_eq!(browser.user().await, Some(norma));
}

#[tokio::test]
async fn from_prefer_on_nobody_new_comes_in_by_azure_devops_and_nothing_is_kept_of_them() {
    // azure.md §4.7, phase 2
    let users = async |site: &Site| site.store.accounts_of(AZURE, None, 9).await.unwrap().len();
    for stage in Stage::ALL {
        let site = Site::new(AzureMove::new().ask_newcomers(false).tenant(FABRIKAM, stage));
        let mut browser = site.browser();
        let there = browser.goes(AZURE, "norma", &[]).await;
        if stage == Stage::Invite {
            assert_eq!((there.as_str(), users(&site).await), (ORIGIN, 1));
            continue;
        }
        assert!(there.contains("code=provider_closed"), "{stage:?}: {there}");
        assert_eq!((browser.user().await, users(&site).await), (None, 0), "{stage:?}");
        let known = site.auth.evidence().unwrap().page::<admit_migration::AzureEvidence>(AZURE, None, 9).await.unwrap();
        assert!(known.is_empty() && site.auth.stored_accounts(AZURE, None, 9).await.unwrap().is_empty(), "{stage:?}");
        // The way that they are told of is open.
        assert_eq!(browser.goes(ENTRA, "norma", &[]).await, ORIGIN);
    }
}

#[tokio::test]
async fn whom_it_is_closed_to_can_be_set_and_personal_accounts_keep_their_own_rule() {
    let site = Site::new(AzureMove::new().stage(Stage::Prefer).closed_to_newcomers(Stage::Require));
    let there = site.browser().goes(AZURE, "norma", &[]).await;
    assert!(there.starts_with(&format!("{ORIGIN}/api/auth/signin?ask=connect")), "as anybody at that stage: {there}");
    site.to_entra.set_stage(None, Stage::Require);
    assert!(site.browser().goes(AZURE, "bo", &[]).await.contains("code=provider_closed"));
    site.comes(AZURE, "pia").await;

    let site = Site::new(AzureMove::new().stage(Stage::Require).closed_to_newcomers(None));
    let norma = site.comes(AZURE, "norma").await;
    assert_eq!(site.providers_of(&norma).await, [AZURE, ENTRA], "both in one go, at the very first sign-in");

    let as_everybody = AzureMove::new().stage(Stage::Prefer).personal_accounts(PersonalAccounts::AsEverybody);
    assert!(Site::new(as_everybody).browser().goes(AZURE, "pia", &[]).await.contains("code=provider_closed"));
}

#[tokio::test]
async fn evidence_is_there_from_the_first_sign_in_on() {
    let site = Site::new(AzureMove::new().ask_newcomers(false));
    let norma = site.comes(AZURE, "norma").await;
    assert_eq!(site.comes(ENTRA, "norma").await, norma, "recognised by it");
}

#[tokio::test]
async fn evidence_that_opens_under_no_key_keeps_nobody_out() {
    let site = Site::new(AzureMove::new());
    let norma = site.was_here("norma").await;
    site.spoils(&site.azure_account(&norma).await).await;
    assert_eq!(site.comes(AZURE, "norma").await, norma);
}

#[tokio::test]
async fn a_personal_account_comes_in_until_it_is_told_otherwise() {
    let closed = async |site: &Site| site.browser().goes(AZURE, "pia", &[]).await.contains("code=provider_closed");
    let site = Site::new(AzureMove::new());
    let pia = site.was_here("pia").await;
    for stage in Stage::ALL {
        site.to_entra.set_stage(None, stage);
        assert_eq!(site.comes(AZURE, "pia").await, pia, "{stage:?}");
    }

    let end = Clock::now(&FixedClock::default()) + Duration::from_secs(3600);
    let site = Site::new(AzureMove::new().personal_accounts(PersonalAccounts::ComeInUntil(end)));
    site.was_here("pia").await;
    site.to_entra.set_stage(None, Stage::LinkOnly);
    site.comes(AZURE, "pia").await;
    site.clock.advance(Duration::from_secs(3600));
    assert!(closed(&site).await);

    let site = Site::new(AzureMove::new().personal_accounts(PersonalAccounts::AsEverybody));
    site.was_here("pia").await;
    site.to_entra.set_stage(None, Stage::LinkOnly);
    assert!(closed(&site).await);
}

#[tokio::test]
async fn newcomers_are_asked_as_long_as_somebody_is_without() {
    let site = Site::new(AzureMove::new());
    site.comes(ENTRA, "vera").await;
    site.was_here("norma").await;
    let there = site.browser().goes(ENTRA, "bo", &[]).await;
    assert!(there.contains("ask=used_before"), "{there}");
    site.comes(ENTRA, "norma").await;
    site.comes(ENTRA, "bo").await;
}

#[test]
fn stages_are_found_by_their_names() {
    assert_eq!(Stage::ALL.map(|stage| Stage::named(stage.name())), Stage::ALL.map(Some));
    assert_eq!(Stage::named("Require"), None);
}
