//! What of evidence can be read in the file by whoever has it.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod support;

use admit::credentials::{Credentials, Field, GivenCredentials, Verdict};
use admit::{Auth, Environment};
use admit_testkit::{FixedClock, FixedRandom, PretendAzureDevOps};
use serde_json::json;

use support::{Folder, account};

/// The subject of the account stands in the clear, as in the table of accounts; nothing else that is known does.
#[tokio::test]
async fn the_file_tells_nothing_of_what_is_known() {
    let folder = Folder::new("sealed");
    let auth = auth(&folder).await;
    let evidence = auth.evidence().unwrap();
    for round in 0..2 {
        for n in 0..20 {
            let facts = json!({
                "profile_id": format!("{PROFILE}{n:02}"), "tenant": TENANT, "user_name": NAME, "round": round,
            });
            let marks = [format!("profile:{PROFILE}{n:02}"), format!("aad:{TENANT}/{n}"), format!("name:{NAME}")];
            evidence.put(&account(&format!("subject-{n}")), &facts, &marks).await.unwrap();
        }
        let found = evidence.find::<serde_json::Value>(&[format!("profile:{PROFILE}07")], 9).await.unwrap();
        assert_eq!((found.len(), &found[0].facts["tenant"]), (1, &TENANT.into()), "it is there, for who has the key");
        assert_eq!(evidence.find::<serde_json::Value>(&[format!("name:{NAME}")], 99).await.unwrap().len(), 20);
    }
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()));
    assert!(holds("subject-7"), "the rows are there");
    for secret in [PROFILE, TENANT, NAME, "profile_id", "profile:", "aad:"] {
        assert!(!holds(secret), "{secret}");
    }
}

async fn auth(folder: &Folder) -> Auth {
    let provider = Credentials::new("Acme", |_given: GivenCredentials| async move { Ok(Verdict::Refused) })
        .field(Field::username("username", "User name"));
    Auth::builder("https://app.example")
        .environment(Environment::default())
        .secret("a secret for tests, thirty-two bytes or more")
        .clock(FixedClock::default())
        .random(FixedRandom::new(1))
        .http_client(PretendAzureDevOps::builder("app-id", "a-secret", CALLBACK).build())
        .provider(provider)
        .evidence_store(folder.store().await)
        .build()
        .unwrap()
}

/// Nobody goes there: an `Auth` wants a client for requests, whoever signs people in.
const CALLBACK: &str = "https://app.example/api/auth/callback/azure-devops";
const PROFILE: &str = "4f2d9a31-5b0e-4f0c-8f4e-0a6d5c1e77";
const TENANT: &str = "9a2c1f7e-33d4-4a51-bd0c-6c1be7a2d9e0";
const NAME: &str = "norma@fabrikam.example";
