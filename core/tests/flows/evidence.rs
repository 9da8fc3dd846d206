//! What is known of accounts: sealed, found, sealed anew, and forgotten with them. And what was done to them.

use admit::store::{AccountKey, AuditStore, EvidenceStore, Mark, UserStore};
use admit::{Auth, AuthError, Client, Deed, Environment, MemoryStore, Reseal};
use admit_providers::azure_devops;
use admit_testkit::{Faulty, FixedClock, FixedRandom};
use serde_json::{Value, json};

use crate::support::{CLIENT_SECRET, ORIGIN, SECRET, Site};

const OLD: &str = "the older seal key, thirty-two bytes or more";
const NEW: &str = "the newer seal key, thirty-two bytes or more";

fn auth(store: &Faulty<MemoryStore>, keys: &[&str]) -> Auth {
    let builder = Auth::builder(ORIGIN).secret(SECRET).environment(Environment::default());
    keys.iter()
        .fold(builder, |builder, key| builder.seal_key(*key))
        .clock(FixedClock::default())
        .random(FixedRandom::new(keys.len() as u64))
        .provider(azure_devops(Client::new("app-id", CLIENT_SECRET)))
        .store(store.clone())
        .evidence_store(store.clone())
        .audit_store(store.clone())
        .build()
        .unwrap()
}

fn kept(keys: &[&str]) -> (Auth, Faulty<MemoryStore>) {
    let store = Faulty::new(MemoryStore::new());
    (auth(&store, keys), store)
}

fn account(subject: &str) -> AccountKey {
    AccountKey { provider: "azure-devops".to_owned(), subject: subject.to_owned() }
}

fn marks(marks: &[&str]) -> Vec<String> {
    marks.iter().map(|mark| (*mark).to_owned()).collect()
}

async fn put(auth: &Auth, subject: &str, known: &[&str]) {
    let facts = json!({ "subject": subject });
    auth.evidence().unwrap().put(&account(subject), &facts, &marks(known)).await.unwrap();
}

async fn found(auth: &Auth, known: &[&str]) -> Vec<String> {
    let found = auth.evidence().unwrap().find::<Value>(&marks(known), 9).await.unwrap();
    found.into_iter().map(|known| known.facts["subject"].as_str().unwrap().to_owned()).collect()
}

async fn run(auth: &Auth, mut progress: Reseal) -> Reseal {
    while !progress.is_done() {
        progress = auth.reseal(progress, 2).await.unwrap();
    }
    progress
}

#[tokio::test]
async fn what_is_known_is_found_by_each_of_its_marks_and_by_nothing_else() {
    let (auth, store) = kept(&[OLD]);
    put(&auth, "ada", &["aad:t/1", "name:ada"]).await;
    put(&auth, "bo", &["aad:t/2", "name:ada", "name:ada"]).await;
    assert_eq!(found(&auth, &["aad:t/1"]).await, ["ada"]);
    assert_eq!(found(&auth, &["name:ada", "aad:t/2"]).await, ["ada", "bo"]);
    assert_eq!(found(&auth, &["aad:t/3", "AAD:T/1", ""]).await, [""; 0]);
    let rows = EvidenceStore::page_all(&store, None, 9).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.marks.len()).collect::<Vec<_>>(), [2, 2], "none twice");
    let evidence = auth.evidence().unwrap();
    let known = evidence.load::<Value>(&account("bo")).await.unwrap().unwrap();
    assert_eq!((known.account, known.facts), (account("bo"), json!({ "subject": "bo" })));
    assert_eq!(evidence.page::<Value>("azure-devops", Some("ada"), 9).await.unwrap().len(), 1);
    assert!(evidence.delete(&account("bo")).await.unwrap() && !evidence.delete(&account("bo")).await.unwrap());
    assert_eq!(found(&auth, &["name:ada"]).await, ["ada"]);
}

#[tokio::test]
async fn rows_cannot_change_places_with_each_other_nor_with_tokens() {
    let (auth, store) = kept(&[OLD]);
    put(&auth, "ada", &["aad:t/1"]).await;
    let row = EvidenceStore::load(&store, &account("ada")).await.unwrap().unwrap();
    // Whoever can write to the table gives somebody the identity of another.
    let moved = admit::store::StoredEvidence { account: account("mallory"), ..row.clone() };
    EvidenceStore::put(&store, moved).await.unwrap();
    let evidence = auth.evidence().unwrap();
    for error in [
        evidence.load::<Value>(&account("mallory")).await.map(drop).unwrap_err(),
        evidence.find::<Value>(&marks(&["aad:t/1"]), 9).await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(error, AuthError::Unsealable), "{error:?}");
    }
    let page = evidence.page::<Value>("azure-devops", None, 9).await.unwrap();
    let read = page.iter().map(|row| row.as_ref().map(|known| &known.account).map_err(|unopened| &unopened.account));
    assert_eq!(read.collect::<Vec<_>>(), [Ok(&account("ada")), Err(&account("mallory"))], "who walks goes on");
    assert!(evidence.load::<Value>(&account("ada")).await.unwrap().is_some(), "the row itself is as good as before");

    // Tokens of the very account are no evidence.
    let site = Site::with(|builder| builder.store(store.clone()).seal_key(OLD));
    site.browser().sign_in().await;
    let tokens = admit::store::TokenStore::page(&store, "azure-devops", None, 1).await.unwrap().remove(0);
    let forged = admit::store::StoredEvidence { account: tokens.account.clone(), sealed: tokens.sealed, ..row };
    EvidenceStore::put(&store, forged).await.unwrap();
    let error = evidence.load::<Value>(&tokens.account).await.unwrap_err();
    assert!(matches!(error, AuthError::Unsealable), "{error:?}");
}

#[tokio::test]
async fn a_mark_that_was_written_beside_another_account_finds_nobody() {
    let (auth, store) = kept(&[OLD]);
    put(&auth, "mallory", &["aad:t/666"]).await;
    put(&auth, "ada", &["aad:t/1"]).await;
    // Whoever can write to the table wants to be taken for Ada: they know which mark is their own.
    let own = EvidenceStore::load(&store, &account("mallory")).await.unwrap().unwrap().marks;
    let ada = EvidenceStore::load(&store, &account("ada")).await.unwrap().unwrap();
    EvidenceStore::put(&store, admit::store::StoredEvidence { marks: own, ..ada }).await.unwrap();
    EvidenceStore::delete(&store, &account("mallory")).await.unwrap();
    let error = auth.evidence().unwrap().find::<Value>(&marks(&["aad:t/666"]), 9).await.unwrap_err();
    assert!(matches!(error, AuthError::Unsealable), "{error:?}");
}

#[tokio::test]
async fn a_store_that_fails_is_an_error_and_never_nobody() {
    let (auth, store) = kept(&[OLD]);
    put(&auth, "ada", &["aad:t/1"]).await;
    store.break_down();
    let evidence = auth.evidence().unwrap();
    let errors = [
        evidence.put(&account("ada"), &(), &[]).await.unwrap_err(),
        evidence.load::<Value>(&account("ada")).await.map(drop).unwrap_err(),
        evidence.find::<Value>(&marks(&["aad:t/1"]), 9).await.map(drop).unwrap_err(),
        evidence.page::<Value>("azure-devops", None, 9).await.map(drop).unwrap_err(),
        evidence.delete(&account("ada")).await.map(drop).unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, AuthError::Store(_)), "{error:?}");
    }
    assert!(auth.audit(Deed::new("sign-in", "link")).await.is_err());
    store.mend();
    assert_eq!(found(&auth, &["aad:t/1"]).await, ["ada"]);
}

#[tokio::test]
async fn without_stores_nothing_is_known_and_nothing_written_down() {
    let site = Site::new();
    assert!(site.auth.evidence().is_none() && site.auth.audit_store().is_none());
    assert!(!site.auth.audit(Deed::new("sign-in", "link")).await.unwrap());
}

#[tokio::test]
async fn what_is_done_is_written_down_with_the_time_and_an_id_of_its_own() {
    let (auth, _) = kept(&[OLD]);
    let ada = account("ada");
    for action in ["link", "unlink"] {
        let deed = Deed::new("operator norma", action).account(&ada).user("u-ada").detail("rule", 1);
        assert!(auth.audit(deed).await.unwrap());
    }
    let mut entries = auth.audit_store().unwrap().about(&ada).await.unwrap();
    // Both at one instant, so it is their ids that put them in order.
    entries.sort_by(|a, b| a.action.cmp(&b.action));
    let [link, unlink] = entries.as_slice() else { panic!("{entries:?}") };
    assert_ne!(link.id, unlink.id);
    assert_eq!((link.at, link.actor.as_str()), (admit::Clock::now(&FixedClock::default()), "operator norma"));
    assert_eq!((link.user.as_deref(), &link.detail["rule"]), (Some("u-ada"), &1.into()));
}

#[tokio::test]
async fn what_an_older_key_sealed_opens_and_is_found_and_is_brought_under_the_newer_one() {
    let (before, store) = kept(&[OLD]);
    for (subject, mark) in [("a", "aad:t/1"), ("b", "aad:t/2"), ("c", "aad:t/3"), ("d", "aad:t/4"), ("e", "aad:t/5")] {
        put(&before, subject, &[mark, "all"]).await;
    }
    // Its provider is configured no more: that is what it is kept for.
    let bygone = AccountKey { provider: "bygone".to_owned(), subject: "z".to_owned() };
    before.evidence().unwrap().put(&bygone, &json!({ "subject": "z" }), &marks(&["all"])).await.unwrap();
    let old_rows = EvidenceStore::page_all(&store, None, 9).await.unwrap();

    let rotated = auth(&store, &[NEW, OLD]);
    assert_eq!(found(&rotated, &["all"]).await, ["a", "b", "c", "d", "e", "z"]);
    put(&rotated, "f", &["aad:t/6", "all"]).await;
    assert_eq!(found(&rotated, &["aad:t/6", "aad:t/1"]).await, ["a", "f"], "marks of both keys are looked for");

    // The process dies at every step of its way. What it noted last is where the next begins.
    let (mut noted, mut deaths) = (serde_json::to_string(&Reseal::default()).unwrap(), 0);
    let done = loop {
        let progress: Reseal = serde_json::from_str(&noted).unwrap();
        if progress.is_done() {
            break progress;
        }
        store.break_down_after("evidence.", deaths % 3);
        match rotated.reseal(progress, 2).await {
            Ok(progress) => noted = serde_json::to_string(&progress).unwrap(),
            Err(error) => {
                assert!(matches!(error, AuthError::Store(_)), "{error:?}");
                deaths += 1;
            }
        }
        store.mend();
        if deaths % 3 == 2 {
            // And once in three times the next one is spared.
            let progress = serde_json::from_str(&noted).unwrap();
            noted = serde_json::to_string(&rotated.reseal(progress, 2).await.unwrap()).unwrap();
            deaths += 1;
        }
    };
    assert!(deaths > 3 && done.is_complete(), "{deaths}, {done:?}");
    assert_eq!(done.resealed + done.already, 7, "{done:?}");
    let again = run(&rotated, Reseal::default()).await;
    assert_eq!((again.resealed, again.already), (0, 7));

    let after = auth(&store, &[NEW]);
    assert_eq!(found(&after, &["all"]).await, ["a", "b", "c", "d", "e", "f", "z"], "the older key can go");
    assert_eq!(found(&after, &["aad:t/3"]).await, ["c"]);
    let rows = EvidenceStore::page_all(&store, None, 9).await.unwrap();
    for (old, new) in old_rows.iter().zip(rows.iter().filter(|row| row.account.subject != "f")) {
        assert_eq!((&old.account, old.captured_at), (&new.account, new.captured_at));
        assert_eq!(old.marks.len(), new.marks.len());
        let kept: Vec<&Mark> = old.marks.iter().filter(|mark| new.marks.contains(mark)).collect();
        assert!(kept.is_empty() && old.sealed != new.sealed, "nothing is left of the older key");
    }
}

#[tokio::test]
async fn a_key_that_is_dropped_too_early_is_told_and_nothing_is_touched() {
    let (before, store) = kept(&[OLD]);
    put(&before, "ada", &["aad:t/1"]).await;
    let rows = EvidenceStore::page_all(&store, None, 9).await.unwrap();
    let progress = run(&auth(&store, &[NEW]), Reseal::default()).await;
    assert_eq!((progress.unreadable, progress.is_done(), progress.is_complete()), (1, true, false));
    assert_eq!(EvidenceStore::page_all(&store, None, 9).await.unwrap(), rows);
}

#[tokio::test]
async fn sealing_anew_does_not_undo_what_was_found_out_meanwhile_nor_bring_back_what_was_forgotten() {
    let (before, store) = kept(&[OLD]);
    put(&before, "ada", &["aad:t/1"]).await;
    put(&before, "bo", &["aad:t/2"]).await;
    let rotated = auth(&store, &[NEW, OLD]);
    let held = store.hold("evidence.replace");
    let job = tokio::spawn({
        let rotated = rotated.clone();
        async move { run(&rotated, Reseal::default()).await }
    });
    while store.calls("evidence.replace") == 0 {
        tokio::task::yield_now().await;
    }
    // At the very instant of the first one, so that no time tells them apart; by a node that has not got the newer key.
    put(&before, "ada", &["aad:t/9"]).await;
    rotated.evidence().unwrap().delete(&account("bo")).await.unwrap();
    drop(held);
    let progress = job.await.unwrap();
    assert_eq!((progress.resealed, progress.busy, progress.is_complete()), (0, 2, false), "{progress:?}");
    assert_eq!(found(&rotated, &["aad:t/1", "aad:t/2", "aad:t/9"]).await, ["ada"]);
    assert_eq!(found(&rotated, &["aad:t/9"]).await, ["ada"]);
    assert!(run(&rotated, Reseal::default()).await.is_complete());
}

#[tokio::test]
async fn progress_that_an_earlier_release_noted_is_gone_on_from() {
    let (before, store) = kept(&[OLD]);
    put(&before, "ada", &["aad:t/1"]).await;
    let counts = r#""resealed":4,"already":1,"busy":0,"unreadable":0"#;
    for place in [
        r#""start""#,
        r#"{"tokens":{"provider":"azure-devops","after":"x"}}"#,
        r#"{"tokens":{"provider":"azure-devops","after":null}}"#,
        r#"{"sessions":{"after":null}}"#,
        r#"{"sessions":{"after":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}"#,
    ] {
        let noted = serde_json::from_str(&format!(r#"{{"next":{place},{counts}}}"#)).unwrap();
        let done = run(&auth(&store, &[NEW, OLD]), noted).await;
        assert_eq!(done.resealed + done.already, 6, "{place}: {done:?}");
    }
    let done: Reseal = serde_json::from_str(&format!(r#"{{"next":"done",{counts}}}"#)).unwrap();
    assert!(done.is_done());
}

#[tokio::test]
async fn who_is_deleted_is_forgotten_and_what_was_done_stays_written_down() {
    let store = MemoryStore::new();
    let (all, evidence, audit) = (store.clone(), store.clone(), store.clone());
    let site = Site::with(|builder| builder.store(all).evidence_store(evidence).audit_store(audit));
    let mut browser = site.browser();
    browser.sign_in().await;
    let id = browser.current("/").session().await.unwrap().unwrap().user.id;
    let theirs = store.accounts(&id).await.unwrap().remove(0);
    put(&site.auth, "somebody else", &["all"]).await;
    let known = site.auth.evidence().unwrap();
    known.put(&theirs, &json!({ "subject": "theirs" }), &marks(&["all"])).await.unwrap();
    site.auth.audit(Deed::new("sign-in", "link").account(&theirs).user(&id)).await.unwrap();

    // Neither to be shut out nor to be signed out is to be forgotten.
    site.auth.users().sign_out(&id).await.unwrap();
    site.auth.users().disable(&id).await.unwrap();
    assert_eq!(found(&site.auth, &["all"]).await.len(), 2);
    site.auth.users().delete(&id).await.unwrap();
    assert_eq!(found(&site.auth, &["all"]).await, ["somebody else"]);
    assert_eq!(store.about(&theirs).await.unwrap().len(), 1);
}
