//! What people do while a job is at them, and what cannot be read.

use std::time::Duration;

use admit::store::{AccountKey, EvidenceStore, StoredEvidence, TokenStore, UserStore};
use admit::{Auth, AuthBuilder, Client, Environment, GrantState, Parking, Secret};
use admit_migration::{AzureMove, Doubt, Fate, LinkDone, Stage, UnlinkDone, capture_for, enrich, import_identities};
use admit_providers::{azure_devops, microsoft_entra_id};
use admit_testkit::Faulty;
use admit_testkit::entra::FABRIKAM;
use serde_json::json;

use crate::site::{AZURE, ENTRA, ORIGIN, SECRET, Site};

/// The same stores, for a job that is met by what a test holds back.
fn job_at(site: &Site, stores: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Auth {
    let builder = Auth::builder(ORIGIN)
        .secret("a secret for tests, thirty-two bytes or more")
        .environment(Environment::default())
        .clock(site.clock.clone())
        .http_client(site.azure.clone())
        .store(site.store.clone())
        .evidence_store(site.store.clone())
        .audit_store(site.store.clone())
        .provider(azure_devops(Client::new("app-id", SECRET)))
        .provider(microsoft_entra_id(Client::new("entra-app", SECRET)));
    stores(builder).build().unwrap()
}

fn quiet() -> AzureMove {
    AzureMove::new().ask_newcomers(false)
}

/// What happens to an account whose person takes it off.
async fn is_taken_off(site: &Site, user: &str, account: &AccountKey) {
    site.store.unlink(user, account, 0).await.unwrap();
    TokenStore::delete(&site.store, account).await.unwrap();
    EvidenceStore::delete(&site.store, account).await.unwrap();
}

#[tokio::test]
async fn an_account_that_is_taken_off_while_it_is_asked_about_leaves_nothing_behind() {
    for by_job in [true, false] {
        let site = Site::new(quiet());
        let norma = site.comes(AZURE, "norma").await;
        let account = site.azure_account(&norma).await;
        // Their first sign-in was asked about.
        assert!(EvidenceStore::delete(&site.store, &account).await.unwrap());
        let slow = Faulty::new(site.store.clone());
        let (auth, held) = (job_at(&site, |builder| builder.evidence_store(slow.clone())), slow.hold("evidence.put"));
        let (job, asked) = (auth.clone(), account.clone());
        let asking = tokio::spawn(async move {
            match by_job {
                true => drop(enrich(&job, AZURE).unwrap().all().next().await.unwrap()),
                false => drop(capture_for(&job, &asked, &Secret::new("a token")).await.unwrap()),
            }
        });
        held.until_waiting(1).await;
        is_taken_off(&site, &norma, &account).await;
        held.release();
        asking.await.unwrap();
        assert_eq!(EvidenceStore::load(&site.store, &account).await.unwrap(), None, "job: {by_job}");
    }
}

#[tokio::test]
async fn an_account_that_was_taken_off_meanwhile_links_nobody() {
    let site = Site::new(quiet());
    let norma = site.was_here("norma").await;
    let account = site.azure_account(&norma).await;
    let slow = Faulty::new(site.store.clone());
    let (auth, held) = (job_at(&site, |builder| builder.user_store(slow.clone())), slow.hold("users.link"));
    let mut job = site.to_entra.link(&auth).unwrap();
    let linking = tokio::spawn(async move { job.next().await.unwrap().unwrap().done });
    held.until_waiting(1).await;
    is_taken_off(&site, &norma, &account).await;
    held.release();
    assert_eq!(linking.await.unwrap(), LinkDone::Nothing);
    assert_eq!(site.owner(&site.entra_account("norma", FABRIKAM)).await, None);
    assert_eq!(site.audit().await, ["operator link entra-object", "operator unlink"], "and that is told");
}

#[tokio::test]
async fn whoever_came_by_a_link_that_is_undone_is_out() {
    let site = Site::new(quiet());
    let norma = site.was_here("norma").await;
    let mut by_entra = site.browser();
    by_entra.goes(ENTRA, "norma", &[]).await;
    assert_eq!(by_entra.user().await, Some(norma.clone()));
    let mut job = site.to_entra.unlink(&site.auth).unwrap();
    assert_eq!(job.next().await.unwrap().unwrap().done, UnlinkDone::Unlinked);
    assert_eq!(by_entra.user().await, None);
    assert_eq!(site.comes(AZURE, "norma").await, norma, "and nobody is lost by it");
}

#[tokio::test]
async fn a_link_whose_tokens_are_being_refreshed_is_undone_by_another_run() {
    let site = Site::new(quiet());
    let norma = site.was_here("norma").await;
    site.comes(ENTRA, "norma").await;
    let entra = site.entra_account("norma", FABRIKAM);
    let minute = Duration::from_secs(60);
    TokenStore::claim(&site.store, &entra, admit::Clock::now(&site.clock), minute).await.unwrap().unwrap();
    let undone = async || site.to_entra.unlink(&site.auth).unwrap().next().await.unwrap().map(|step| step.done);
    assert_eq!(undone().await, Some(UnlinkDone::Busy));
    assert_eq!(site.owner(&entra).await, Some(norma), "tokens of nobody's are not left behind");
    site.clock.advance(minute);
    assert_eq!(undone().await, Some(UnlinkDone::Unlinked));
    assert_eq!(site.auth.grant_of(&entra).await.unwrap(), GrantState::Absent);
}

#[tokio::test]
async fn what_is_anothers_by_now_is_not_taken_up() {
    let site = Site::new(quiet());
    let (norma, bo) = (site.was_here("norma").await, site.was_here("bo").await);
    site.comes(ENTRA, "norma").await;
    let azure = site.azure_account(&norma).await;
    site.store.unlink(&norma, &azure, 1).await.unwrap();
    site.store.link(&bo, &azure).await.unwrap();
    let second = AccountKey { provider: "another".to_owned(), subject: "norma".to_owned() };
    site.store.link(&norma, &second).await.unwrap();
    let mut job = site.to_entra.unlink(&site.auth).unwrap();
    assert_eq!(job.next().await.unwrap().unwrap().done, UnlinkDone::Unlinked);
    assert_eq!(site.auth.grant_of(&azure).await.unwrap(), GrantState::Parked);
}

#[tokio::test]
async fn what_is_anothers_by_now_is_not_parked() {
    let site = Site::new(quiet());
    let (norma, bo) = (site.was_here("norma").await, site.was_here("bo").await);
    let mut job = site.to_entra.link(&site.auth).unwrap();
    while job.next().await.unwrap().is_some() {}
    let azure = site.azure_account(&norma).await;
    site.store.unlink(&norma, &azure, 1).await.unwrap();
    site.store.link(&bo, &azure).await.unwrap();
    assert_eq!(site.comes(ENTRA, "norma").await, norma);
    assert_eq!(site.auth.grant_of(&azure).await.unwrap(), GrantState::InUse);
}

#[tokio::test]
async fn another_account_of_azure_devops_is_not_what_somebody_was_known_by() {
    let site = Site::new(quiet());
    let norma = site.was_here("norma").await;
    let mut browser = site.browser();
    browser.goes(ENTRA, "norma", &[]).await;
    site.clock.advance(Duration::from_millis(1));
    assert_eq!(browser.connects(AZURE, "bo").await, ORIGIN);
    assert_eq!(site.providers_of(&norma).await, [AZURE, AZURE, ENTRA]);
    assert_eq!(site.audit().await, ["sign-in link entra-object", "sign-in recognised entra-object"]);
    let mut job = site.to_entra.unlink(&site.auth).unwrap();
    assert_eq!(job.next().await.unwrap().unwrap().done, UnlinkDone::Unlinked, "nobody made it by hand");
}

#[tokio::test]
async fn a_row_that_opens_under_no_key_stops_no_job_and_keeps_nobody_out() {
    let site = Site::new(quiet());
    let (norma, bo) = (site.was_here("norma").await, site.was_here("bo").await);
    let account = site.azure_account(&norma).await;
    assert_eq!(site.auth.park(&account).await.unwrap(), Parking::Done);
    spoil(&site, &account).await;

    let (mut plan, mut fates) = (site.to_entra.plan(&site.auth).unwrap(), Vec::new());
    while let Some(planned) = plan.next().await.unwrap() {
        fates.push((planned.user == norma, planned.fate));
    }
    assert_eq!(fates.len(), 2);
    assert!(fates.contains(&(true, Fate::Review(Doubt::Unreadable))), "{fates:?}");
    let mut job = site.to_entra.link(&site.auth).unwrap();
    while job.next().await.unwrap().is_some() {}
    assert_eq!((job.counts().linked, job.counts().passed), (1, 1));
    assert_eq!(site.providers_of(&bo).await, [AZURE, ENTRA]);
    assert_eq!(site.to_entra.report(&site.auth).await.unwrap().total().grants.unreadable, 1);

    let row = |account: &AccountKey| {
        let (object, tenant) = (json!("55c8c7b6-7ace-43bc-918f-304dfa2b6317"), json!(FABRIKAM));
        json!({ "id": account.subject, "origin": "aad", "originId": object, "domain": tenant })
    };
    let bos = site.azure_account(&bo).await;
    let rows = json!([row(&account), row(&bos)]).to_string();
    let counts = import_identities(&site.auth, AZURE, rows.as_bytes(), false).await.unwrap();
    assert_eq!((counts.unreadable, counts.added), (1, 1));

    site.store.link(&norma, &AccountKey { provider: ENTRA.to_owned(), subject: "x.y".to_owned() }).await.unwrap();
    let mut job = site.to_entra.purge(&site.auth).unwrap().in_use_too().tenant(FABRIKAM);
    while job.next().await.unwrap().is_some() {}
    let mut job = site.to_entra.purge(&site.auth).unwrap().in_use_too();
    while job.next().await.unwrap().is_some() {}
    assert_eq!(site.auth.grant_of(&account).await.unwrap(), GrantState::Absent);

    site.to_entra.set_stage(None, Stage::Prefer);
    assert_eq!(site.comes(AZURE, "norma").await, norma, "by the account that is theirs");
}

/// Seals what is stored of an account with a key that nobody has.
async fn spoil(site: &Site, account: &AccountKey) {
    let known = EvidenceStore::load(&site.store, account).await.unwrap().unwrap();
    EvidenceStore::put(&site.store, StoredEvidence { sealed: vec![1; 64], ..known }).await.unwrap();
    let tokens = TokenStore::load(&site.store, account).await.unwrap().unwrap();
    let tokens = admit::store::StoredTokens { sealed: vec![1; 64], ..tokens };
    TokenStore::put(&site.store, tokens).await.unwrap();
}
