//! Many people: what a job costs for one does not grow with how many there are.

use admit::store::{AccountKey, NewUser, UserStore};
use admit::{Auth, Environment, MemoryStore, Profile};
use admit_migration::{AzureEvidence, AzureMove, Origin};
use admit_testkit::{Faulty, FixedClock, FixedRandom, PretendAzureDevOps};

use crate::site::{AZURE, ENTRA, ORIGIN};

const TENANT: &str = "7a394543-62fd-4274-a7d2-8fac775942b6";

/// What each job asked of the stores for so many people, of whom all are members of one tenant.
async fn asked(people: usize) -> [usize; 4] {
    let memory = MemoryStore::new();
    let counted = Faulty::new(memory.clone());
    let auth = Auth::builder(ORIGIN)
        .secret("a secret for tests, thirty-two bytes or more")
        .environment(Environment::default())
        .clock(FixedClock::default())
        .random(FixedRandom::new(2))
        .http_client(PretendAzureDevOps::builder("app-id", "secret", ORIGIN).build())
        .provider(admit_providers::azure_devops(admit::Client::new("app-id", "header.payload.signature")))
        .user_store(counted.clone())
        .token_store(counted.clone())
        .evidence_store(counted.clone())
        .audit_store(counted.clone())
        .build()
        .unwrap();
    for n in 0..people {
        let account = AccountKey { provider: AZURE.to_owned(), subject: format!("{n:08x}") };
        let user = NewUser { id: format!("user-{n}"), profile: Profile::new(&account.subject) };
        UserStore::create(&memory, user, &account).await.unwrap();
        let mut facts = AzureEvidence::default();
        facts.profile_id.clone_from(&account.subject);
        facts.origin = Origin::EntraId;
        facts.home_tenant = Some(TENANT.to_owned());
        facts.origin_id = Some(format!("{n:08x}-7ace-43bc-918f-304dfa2b6317"));
        auth.evidence().unwrap().put(&account, &facts, &facts.marks()).await.unwrap();
    }
    let to_entra = AzureMove::new();
    let so_far = || counted.calls("");
    let mut before = so_far();
    let mut since = || {
        let (now, last) = (so_far(), before);
        before = now;
        now - last
    };

    let report = to_entra.report(&auth).await.unwrap();
    assert_eq!(report.total().accounts.exact, people as u64);
    let planned = since();
    let mut link = to_entra.link(&auth).unwrap();
    while link.next().await.unwrap().is_some() {}
    assert_eq!(link.counts().linked, people as u64);
    let linked = since();
    assert_eq!(to_entra.report(&auth).await.unwrap().total().linked_percent(), 100);
    let reported = since();
    let mut unlink = to_entra.unlink(&auth).unwrap();
    while unlink.next().await.unwrap().is_some() {}
    assert_eq!(unlink.counts().unlinked, people as u64);
    assert_eq!(memory.accounts_of(ENTRA, None, 1).await.unwrap(), []);
    [planned, linked, reported, since()]
}

#[tokio::test]
async fn ten_thousand_people_cost_each_what_a_hundred_do() {
    let (few, many) = (asked(100).await, asked(10_000).await);
    for (few, many) in few.into_iter().zip(many) {
        // One question more or less for a page.
        let (few, many) = (few as f64 / 100.0, many as f64 / 10_000.0);
        assert!((few - many).abs() < 0.1, "{few} questions for each of a hundred, {many} for each of ten thousand");
    }
}
