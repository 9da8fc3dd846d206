//! What an operator does for the move.

use std::time::Duration;

use admit::store::{TokenStore, UserStore};
use admit::{Clock, GrantState};
use admit_migration::{
    AzureMove, Doubt, Fate, LinkCounts, LinkJob, Origin, Planned, PurgeCounts, PurgeJob, Stage, Stranding,
    UnlinkCounts, UnlinkJob,
};
use admit_testkit::entra::FABRIKAM;

use crate::site::{AZURE, ENTRA, Site};

async fn plan(site: &Site) -> Vec<Planned> {
    let (mut plan, mut all) = (site.to_entra.plan(&site.auth).unwrap(), Vec::new());
    while let Some(planned) = plan.next().await.unwrap() {
        all.push(planned);
    }
    assert_eq!(plan.counts().total(), all.len() as u64);
    all
}

async fn fate(site: &Site, user: &str) -> Fate {
    plan(site).await.into_iter().find(|planned| planned.user == user).unwrap().fate
}

async fn linked(mut job: LinkJob) -> LinkCounts {
    while job.next().await.unwrap().is_some() {}
    job.counts()
}

async fn unlinked(mut job: UnlinkJob) -> UnlinkCounts {
    while job.next().await.unwrap().is_some() {}
    job.counts()
}

async fn purged(mut job: PurgeJob) -> PurgeCounts {
    while job.next().await.unwrap().is_some() {}
    job.counts()
}

/// Norma, Bo and Pia, by Azure DevOps.
async fn site() -> (Site, [String; 3]) {
    let site = Site::new(AzureMove::new().ask_newcomers(false));
    let people = [site.was_here("norma").await, site.was_here("bo").await, site.was_here("pia").await];
    (site, people)
}

#[tokio::test]
async fn a_plan_tells_what_would_become_of_everybody_and_why() {
    let (site, [norma, bo, pia]) = site().await;
    let entra = site.entra_account("norma", FABRIKAM);
    assert!(matches!(fate(&site, &norma).await, Fate::Exact { entra: named, .. } if named == entra));
    assert_eq!(fate(&site, &pia).await, Fate::Stranded(Stranding::Personal));

    let bos = site.azure_account(&bo).await;
    site.auth.evidence().unwrap().delete(&bos).await.unwrap();
    assert_eq!(fate(&site, &bo).await, Fate::Stranded(Stranding::NoEvidence));
    site.told(&bos, |_| {}).await;
    assert_eq!(fate(&site, &bo).await, Fate::Stranded(Stranding::Unnamed));
    let object = site.entra.object_id("norma", FABRIKAM).unwrap();
    site.told(&bos, |facts| {
        facts.origin = Origin::EntraId;
        facts.origin_id = Some(object);
        facts.home_tenant = Some(FABRIKAM.to_owned());
    })
    .await;
    let both = Fate::Conflict([norma.clone(), bo.clone()].into());
    assert_eq!((fate(&site, &norma).await, fate(&site, &bo).await), (both.clone(), both));
    assert_eq!(linked(site.to_entra.link(&site.auth).unwrap()).await.linked, 0, "and nothing is linked");
}

#[tokio::test]
async fn what_is_exact_is_linked_beforehand_and_once() {
    let (site, [norma, bo, pia]) = site().await;
    let job = || site.to_entra.link(&site.auth).unwrap();
    assert_eq!(linked(job().dry_run()).await, counts(0, 2, 1));
    assert_eq!(site.owner(&site.entra_account("norma", FABRIKAM)).await, None, "a dry run writes nothing");
    assert!(site.audit().await.is_empty());
    assert_eq!(linked(job().actor("operator ada")).await, counts(2, 0, 1));
    assert_eq!(linked(job()).await, counts(0, 0, 3), "and again it does nothing");
    assert_eq!(site.audit().await, ["operator ada link entra-object"; 2]);
    assert_eq!(site.providers_of(&norma).await, [AZURE, ENTRA]);
    assert_eq!(site.providers_of(&pia).await, [AZURE]);

    // Nobody has shown yet that the new grant works.
    let azure = site.azure_account(&norma).await;
    assert_eq!(site.auth.grant_of(&azure).await.unwrap(), GrantState::InUse);
    assert_eq!(site.comes(ENTRA, "norma").await, norma);
    assert_eq!(site.auth.grant_of(&azure).await.unwrap(), GrantState::Parked, "now it does");
    assert_eq!(site.comes(ENTRA, "bo").await, bo);
}

#[tokio::test]
async fn a_run_that_is_broken_off_is_begun_anew() {
    let (site, _) = site().await;
    let mut job = site.to_entra.link(&site.auth).unwrap();
    job.next().await.unwrap();
    drop(job);
    let done = linked(site.to_entra.link(&site.auth).unwrap()).await;
    assert_eq!(done.linked + 1, 2);
    assert_eq!(site.audit().await.len(), 2);
}

#[tokio::test]
async fn only_the_people_of_a_tenant_are_linked() {
    let (site, _) = site().await;
    let elsewhere = site.to_entra.link(&site.auth).unwrap().tenant("c4f1e0d2-5b3a-4e69-9d07-21b8a6f3e5c4");
    assert_eq!(linked(elsewhere).await, LinkCounts::default());
    assert_eq!(linked(site.to_entra.link(&site.auth).unwrap().tenant(FABRIKAM.to_uppercase())).await.linked, 2);
}

#[tokio::test]
async fn unlink_undoes_link_and_takes_up_what_was_parked() {
    let (site, [norma, bo, _]) = site().await;
    let before = plan(&site).await;
    linked(site.to_entra.link(&site.auth).unwrap()).await;
    site.comes(ENTRA, "norma").await;
    let job = || site.to_entra.unlink(&site.auth).unwrap();
    assert_eq!(unlinked(job().dry_run()).await.due, 2);
    assert_eq!(site.providers_of(&norma).await, [AZURE, ENTRA]);

    let normas = site.azure_account(&norma).await;
    assert_eq!(unlinked(job().account(normas.clone())).await.unlinked, 1);
    assert_eq!((site.providers_of(&norma).await, site.providers_of(&bo).await.len()), (vec![AZURE.to_owned()], 2));
    assert_eq!(site.auth.grant_of(&normas).await.unwrap(), GrantState::InUse);
    let entra = site.entra_account("norma", FABRIKAM);
    assert_eq!(site.auth.grant_of(&entra).await.unwrap(), GrantState::Absent, "tokens of nobody's are gone");

    assert_eq!(unlinked(job().tenant(FABRIKAM)).await.unlinked, 1);
    assert_eq!(plan(&site).await, before, "all is as it was");
    assert_eq!(unlinked(job()).await, UnlinkCounts::default(), "and undone once");
    assert_eq!(linked(site.to_entra.link(&site.auth).unwrap()).await.linked, 2, "and can be done again");
}

#[tokio::test]
async fn only_what_was_linked_since_is_undone() {
    let (site, [norma, bo, _]) = site().await;
    site.comes(ENTRA, "norma").await;
    site.clock.advance(Duration::from_secs(60));
    let since = site.clock.now();
    site.comes(ENTRA, "bo").await;
    assert_eq!(unlinked(site.to_entra.unlink(&site.auth).unwrap().since(since)).await.unlinked, 1);
    assert_eq!((site.providers_of(&norma).await.len(), site.providers_of(&bo).await.len()), (2, 1));
}

#[tokio::test]
async fn what_a_person_connected_and_the_last_way_in_stay() {
    let site = Site::new(AzureMove::new());
    let norma = site.comes(AZURE, "norma").await;
    site.to_entra.set_stage(None, Stage::Require);
    site.comes(AZURE, "norma").await;
    let job = || site.to_entra.unlink(&site.auth).unwrap();
    assert_eq!(unlinked(job()).await.by_hand, 1);
    assert_eq!(site.providers_of(&norma).await, [AZURE, ENTRA]);

    let azure = site.azure_account(&norma).await;
    site.store.unlink(&norma, &azure, 1).await.unwrap();
    assert_eq!(unlinked(job().by_hand_too()).await.last_way_in, 1);
    assert_eq!(site.providers_of(&norma).await, [ENTRA]);
    assert_eq!(site.store.link(&norma, &azure).await.unwrap(), admit::store::LinkOutcome::Linked);
    assert_eq!(unlinked(job().by_hand_too()).await.unlinked, 1);
    assert_eq!(site.providers_of(&norma).await, [AZURE]);
}

#[tokio::test]
async fn a_link_that_was_changed_since_is_left() {
    let (site, [norma, bo, _]) = site().await;
    linked(site.to_entra.link(&site.auth).unwrap()).await;
    // An operator gave it to somebody else by other means.
    let entra = site.entra_account("norma", FABRIKAM);
    site.store.unlink(&norma, &entra, 1).await.unwrap();
    site.store.link(&bo, &entra).await.unwrap();
    assert_eq!(
        unlinked(site.to_entra.unlink(&site.auth).unwrap().account(entra.clone())).await,
        UnlinkCounts::default()
    );
    assert_eq!(site.owner(&entra).await, Some(bo));
}

#[tokio::test]
async fn a_purge_deletes_what_is_parked_and_leaves_what_is_held() {
    // azure.md T106
    let (site, [norma, ..]) = site().await;
    site.comes(ENTRA, "norma").await;
    let azure = site.azure_account(&norma).await;
    let job = || site.to_entra.purge(&site.auth).unwrap();
    let dry = purged(job().dry_run()).await;
    assert_eq!((dry.due, dry.not_linked, dry.purged), (1, 2, 0));
    assert_eq!(site.auth.grant_of(&azure).await.unwrap(), GrantState::Parked);

    let lease =
        TokenStore::claim(&site.store, &azure, site.clock.now(), Duration::from_secs(60)).await.unwrap().unwrap();
    assert_eq!(purged(job()).await.busy, 1, "somebody refreshes it");
    assert_eq!(site.auth.grant_of(&azure).await.unwrap(), GrantState::Parked);
    site.store.release(&azure, &lease).await.unwrap();

    assert_eq!(purged(job().tenant("c4f1e0d2-5b3a-4e69-9d07-21b8a6f3e5c4")).await, PurgeCounts::default());
    assert_eq!(purged(job().tenant(FABRIKAM)).await.purged, 1);
    assert_eq!(purged(job()).await.absent, 1);
    assert_eq!(site.auth.grant_of(&azure).await.unwrap(), GrantState::Absent);
    assert_eq!(site.owner(&azure).await, Some(norma), "the account stays linked");
    assert_eq!(site.audit().await.iter().filter(|line| *line == "operator purge").count(), 1);
}

#[tokio::test]
async fn what_is_not_parked_goes_at_the_end_only_and_never_of_whoever_is_not_linked() {
    let (site, [_, bo, _]) = site().await;
    linked(site.to_entra.link(&site.auth).unwrap()).await;
    assert_eq!(purged(site.to_entra.purge(&site.auth).unwrap()).await.in_use, 2);
    let done = purged(site.to_entra.purge(&site.auth).unwrap().in_use_too()).await;
    assert_eq!((done.purged, done.not_linked), (2, 1));
    let bos = site.azure_account(&bo).await;
    assert_eq!(site.auth.grant_of(&bos).await.unwrap(), GrantState::Absent);
}

#[tokio::test]
async fn what_opens_under_no_key_is_counted_and_the_others_go_on() {
    let (site, [norma, bo, pia]) = site().await;
    site.spoils(&site.azure_account(&norma).await).await;
    assert_eq!(fate(&site, &norma).await, Fate::Review(Doubt::Unreadable));
    assert!(matches!(fate(&site, &bo).await, Fate::Exact { .. }));
    assert_eq!(fate(&site, &pia).await, Fate::Stranded(Stranding::Personal));
    assert_eq!(linked(site.to_entra.link(&site.auth).unwrap()).await, counts(1, 0, 2));
    assert_eq!(site.providers_of(&bo).await, [AZURE, ENTRA]);
    assert_eq!(site.providers_of(&norma).await, [AZURE]);

    let report = site.to_entra.report(&site.auth).await.unwrap().total();
    assert_eq!((report.accounts.review, report.accounts.linked, report.grants.unreadable), (1, 1, 0));
    site.spoils_tokens(&site.azure_account(&norma).await).await;
    let report = site.to_entra.report(&site.auth).await.unwrap().total();
    assert_eq!((report.grants.unreadable, report.grants.in_use), (1, 2));
    let purge = purged(site.to_entra.purge(&site.auth).unwrap().tenant(FABRIKAM)).await;
    assert_eq!((purge.in_use, purge.not_linked), (1, 0), "of whom no tenant is known is passed");
}

#[tokio::test]
async fn whoever_may_be_the_same_person_as_one_that_cannot_be_read_is_looked_at() {
    let (site, [norma, bo, _]) = site().await;
    let (object, bos) = (site.entra.object_id("norma", FABRIKAM).unwrap(), site.azure_account(&bo).await);
    site.told(&bos, |facts| facts.origin_id = Some(object)).await;
    assert!(matches!(fate(&site, &norma).await, Fate::Conflict(_)));
    site.spoils(&bos).await;
    assert_eq!(fate(&site, &norma).await, Fate::Review(Doubt::Unreadable), "and not linked, as if there were no other");
}

#[tokio::test]
async fn what_is_connected_from_a_session_is_written_down_as_that() {
    let (site, [norma, ..]) = site().await;
    let mut browser = site.browser();
    browser.goes(AZURE, "norma", &[]).await;
    browser.connects(ENTRA, "norma").await;
    assert_eq!(site.providers_of(&norma).await, [AZURE, ENTRA]);
    // Whether somebody else is known by it was asked first, and the answer is written down as well.
    let mut audit = site.audit().await;
    audit.sort();
    assert_eq!(audit, ["sign-in link connected", "sign-in recognised entra-object"]);
    assert_eq!(unlinked(site.to_entra.unlink(&site.auth).unwrap()).await.by_hand, 1, "theirs to undo");
}

#[tokio::test]
async fn a_report_says_how_far_each_tenant_is() {
    let (site, _) = site().await;
    site.to_entra.set_stage(Some(FABRIKAM), Stage::Prefer);
    site.comes(ENTRA, "norma").await;
    let report = site.to_entra.report(&site.auth).await.unwrap();
    let fabrikam = report.tenants[&Some(FABRIKAM.to_owned())];
    assert_eq!((fabrikam.stage, fabrikam.linked_percent(), fabrikam.may_close()), (Stage::Prefer, 50, false));
    assert_eq!((fabrikam.grants.parked, fabrikam.grants.in_use), (1, 1));
    let none = report.tenants[&None];
    assert_eq!((none.stage, none.accounts.personal, none.may_close()), (Stage::Invite, 1, true));
    assert_eq!((report.total().accounts.total(), report.total().grants.parked), (3, 1));

    site.comes(ENTRA, "bo").await;
    let report = site.to_entra.report(&site.auth).await.unwrap();
    let fabrikam = report.tenants[&Some(FABRIKAM.to_owned())];
    assert_eq!((fabrikam.linked_percent(), fabrikam.may_close(), fabrikam.may_purge()), (100, true, true));
}

fn counts(linked: u64, due: u64, passed: u64) -> LinkCounts {
    let mut counts = LinkCounts::default();
    (counts.linked, counts.due, counts.passed) = (linked, due, passed);
    counts
}
