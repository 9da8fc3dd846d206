//! `admit doctor`: each thing that may be wrong is found, nothing is changed, and no secret is shown.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod support;

use std::collections::BTreeMap;

use admit_sqlite::SqliteStore;
use admit_testkit::azure_devops::{Fault, Stage};
use admit_testkit::{PretendAzureDevOps, PretendEntra, PretendOidc};
use serde_json::Value;
use support::{Folder, Ran};

/// A whole environment, in which nothing is wrong but that Azure DevOps retires.
fn sound() -> BTreeMap<&'static str, String> {
    let variables = [
        ("AUTH_URL", "https://app.example"),
        ("AUTH_SECRET", SECRET),
        ("AUTH_AZURE_DEVOPS_ID", "ff5d6b0f-1c6a-4c1e-93a5-5e7f5a0a5b6d"),
        ("AUTH_AZURE_DEVOPS_SECRET", "eyJ0eXAi.eyJjaWQi.c2ln-_"),
        ("AUTH_AZURE_DEVOPS_SECRET_ENDS", "2999-01-01"),
        ("AUTH_MICROSOFT_ENTRA_ID_ID", "6731de76-14a6-49ae-97bc-6eba6914391e"),
        ("AUTH_MICROSOFT_ENTRA_ID_SECRET", "aBc8Q~0123456789-abcdefghijklmnopqrstuv"),
        ("AUTH_MICROSOFT_ENTRA_ID_SECRET_ENDS", "2999-01-01"),
        ("DATABASE_URL", "postgres://app:hush@db.example/app"),
    ];
    variables.map(|(name, value)| (name, value.to_owned())).into()
}

async fn doctor(arguments: &[&str], environment: &BTreeMap<&'static str, String>) -> Ran {
    let environment: Vec<(&str, &str)> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let ran = Ran::of(&[&["doctor"], arguments].concat(), &environment).await;
    for (name, value) in environment
        .iter()
        .filter(|(name, value)| name.contains("_SECRET") && !name.ends_with("_ENDS") && !value.is_empty())
    {
        assert!(!ran.out.contains(value) && !ran.err.contains(value), "{name} is shown: {}", ran.out);
    }
    assert!(!ran.out.contains("hush") && !ran.err.contains("hush"), "{}{}", ran.out, ran.err);
    ran
}

#[tokio::test]
async fn what_is_in_order_is_told_and_what_is_to_be_registered() {
    let ran = doctor(&["--offline", "--format", "csv"], &sound()).await;
    insta::assert_snapshot!(ran.out, @r#"
    level,about,finding
    ok,AUTH_SECRET,it seals
    ok,AUTH_URL,"people reach https://app.example, and sign-in is below /api/auth"
    warn,azure-devops,"Azure DevOps ends its OAuth service in 2026, on a day not yet named; move to Microsoft Entra ID, and set retires_on() when the day is known"
    ok,azure-devops,"register this callback there, to the letter: https://app.example/api/auth/callback/azure-devops"
    ok,azure-devops,asks for vso.profile
    ok,azure-devops,the client secret ends on 2999-01-01
    ok,microsoft-entra-id,"register this callback there, to the letter: https://app.example/api/auth/callback/microsoft-entra-id"
    ok,microsoft-entra-id,asks for openid profile email offline_access
    ok,microsoft-entra-id,the client secret ends on 2999-01-01
    ok,cookies,"a session takes some 1136 bytes, one cookie of the four that it may have"
    ok,DATABASE_URL,PostgreSQL was not asked
    "#);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
}

#[tokio::test]
async fn each_mistake_is_found_with_its_remedy() {
    for (variable, value, level, about, words) in [
        ("AUTH_URL", "", "fail", "AUTH_URL", "set it to where people reach the application"),
        ("AUTH_URL", "http://app.example", "fail", "AUTH_URL", "is plain http"),
        ("AUTH_URL", "app.example", "fail", "AUTH_URL", "write it as \"https://app.example\""),
        // azure.md T45
        ("AUTH_URL", "http://localhost:3000", "fail", "azure-devops", "answers to https only, on localhost too"),
        ("AUTH_SECRET", "", "fail", "AUTH_SECRET", "AUTH_SECRET is not set"),
        ("AUTH_SECRET", "Zx9", "fail", "AUTH_SECRET", "32 needed"),
        ("AUTH_SECRET", "secretsecretsecretsecretsecretsecret", "warn", "AUTH_SECRET", "make another by admit secret"),
        ("AUTH_SECRET_2", SECRET, "warn", "AUTH_SECRET", "there twice"),
        ("AUTH_SECRET_2", OTHER, "ok", "AUTH_SECRET_2", "AUTH_SECRET is still read"),
        ("AUTH_AZURE_DEVOPS_SECRET", "x4k2", "warn", "azure-devops", "is it the App Secret?"),
        ("AUTH_AZURE_DEVOPS_SECRET", "", "fail", "azure-devops", "set AUTH_AZURE_DEVOPS_SECRET"),
        ("AUTH_AZURE_DEVOPS_SECRET_ENDS", "", "warn", "azure-devops", "it lives 60 days"),
        ("AUTH_AZURE_DEVOPS_SECRET_ENDS", "2026-01-01", "fail", "azure-devops", "ended on 2026-01-01"),
        ("AUTH_AZURE_DEVOPS_SECRET_ENDS", "soon", "fail", "azure-devops", "which is no date"),
        ("AUTH_AZURE_DEVOPS_SCOPE", "vso.profile vso.wrok", "warn", "azure-devops", "is it vso.work?"),
        ("AUTH_AZURE_DEVOPS_SCOPE", "vso.profile vso.security_manage", "warn", "azure-devops", "high privilege"),
        // azure.md T88
        ("AUTH_MICROSOFT_ENTRA_ID_SECRET", OTHER_GUID, "warn", "microsoft-entra-id", "take the Value"),
        // azure.md T85
        ("AUTH_MICROSOFT_ENTRA_ID_SCOPE", "openid profile vso.code", "fail", "microsoft-entra-id", "/vso.code\""),
        // azure.md T87
        ("AUTH_MICROSOFT_ENTRA_ID_SCOPE", "openid profile", "warn", "microsoft-entra-id", "no refresh token"),
        (
            "AUTH_MICROSOFT_ENTRA_ID_SCOPE",
            "openid profile offline_access 499b84ac-1321-427f-aa17-267ca6975798/.default \
             499b84ac-1321-427f-aa17-267ca6975798/vso.code",
            "fail",
            "microsoft-entra-id",
            "stands alone there",
        ),
        ("AUTH_MICROSOFT_ENTRA_ID", "6731de76", "warn", "AUTH_MICROSOFT_ENTRA_ID", "with ID twice"),
        ("AUTH_FOO_ID", "foo", "warn", "AUTH_FOO_ID", "was not looked at"),
        ("DATABASE_URL", "", "warn", "stores", "live in cookies"),
        ("DATABASE_URL", "mysql://root:hush@db", "warn", "DATABASE_URL", "neither sqlite:FILE nor postgres://"),
        ("DATABASE_URL", "sqlite:/nowhere/app.sqlite", "warn", "DATABASE_URL", "there is no /nowhere/app.sqlite"),
    ] {
        let mut environment = sound();
        environment.insert(variable, value.to_owned());
        let ran = doctor(&["--offline", "--format", "json"], &environment).await;
        let findings: Vec<Value> = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        let found = findings.iter().find(|check| check["finding"].as_str().unwrap().contains(words));
        let found = found.unwrap_or_else(|| panic!("{variable}={value}: {words}: {}", ran.out));
        assert_eq!(
            (found["level"].as_str(), found["about"].as_str()),
            (Some(level), Some(about)),
            "{variable}={value}"
        );
        let fails = findings.iter().any(|check| check["level"] == "fail");
        assert_eq!((ran.code, fails), (Some(if level == "fail" { 2 } else { 1 }), level == "fail"), "{}", ran.out);
    }
}

/// An environment whose providers are on this machine.
async fn here() -> (PretendAzureDevOps, Vec<admit_testkit::Served>, BTreeMap<&'static str, String>) {
    let mut environment = sound();
    let azure = PretendAzureDevOps::builder("app", "s", "https://app.example/api/auth/callback/azure-devops").build();
    let served = azure.clone().serve().await.unwrap();
    let entra = PretendEntra::builder("app", "s", "https://app.example/api/auth/callback/microsoft-entra-id");
    let (_, entra) = entra.serve_on(0).await.unwrap();
    let openid = PretendOidc::builder("app", "s", "https://app.example/api/auth/callback/company");
    let (_, openid) = openid.serve_on(0).await.unwrap();
    environment.insert("AUTH_AZURE_DEVOPS_ENDPOINTS", served.base_url());
    environment.insert("AUTH_MICROSOFT_ENTRA_ID_ISSUER", format!("{}/organizations/v2.0", entra.base_url()));
    environment.insert("AUTH_COMPANY_ISSUER", openid.base_url());
    environment.insert("AUTH_COMPANY_ID", "app".to_owned());
    environment.insert("AUTH_COMPANY_SECRET", "Vb7sXq".to_owned());
    environment.insert("AUTH_COMPANY_SECRET_ENDS", "2999-01-01".to_owned());
    (azure, vec![served, entra, openid], environment)
}

#[tokio::test(flavor = "multi_thread")]
async fn where_all_is_well_it_ends_with_0_and_nothing_was_changed() {
    let folder = Folder::new("doctor-well");
    let file = folder.file("app.sqlite");
    drop(SqliteStore::open(&file).await.unwrap());
    // A thread of its own closes it, and takes the log away then.
    while folder.file("app.sqlite-wal").exists() {
        tokio::task::yield_now().await;
    }
    let before = std::fs::read(&file).unwrap();
    let (azure, _served, mut environment) = here().await;
    environment.insert("DATABASE_URL", format!("sqlite:{}", file.display()));
    let ran = doctor(&["--format", "csv"], &environment).await;
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    for words in ["azure-devops,its clock and this machine's agree", "company,people are sent to http", "is the newest"]
    {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
    assert!(std::fs::read(&file).unwrap() == before, "the file was changed");
    assert_eq!(azure.refreshes() + azure.code_exchanges(), 0);

    // A file without tables keeps being one.
    let empty = folder.file("empty.sqlite");
    std::fs::write(&empty, "").unwrap();
    environment.insert("DATABASE_URL", format!("sqlite:{}", empty.display()));
    let ran = doctor(&[], &environment).await;
    assert!(ran.out.contains("has no tables of admit") && ran.code == Some(1), "{}", ran.out);
    assert_eq!(std::fs::read(&empty).unwrap(), b"");
    std::fs::write(
        &empty,
        "this is no database, and it is longer than a hundred bytes, which is what SQLite reads of a file to tell",
    )
    .unwrap();
    let ran = doctor(&[], &environment).await;
    assert!(ran.out.contains("is not an SQLite database") && ran.code == Some(2), "{}", ran.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_is_found_and_a_provider_that_does_not_answer_and_an_issuer_that_is_another() {
    let (azure, mut served, mut environment) = here().await;
    environment.remove("DATABASE_URL");
    azure.fail_always(Stage::Token, Fault::Headers(vec![("date", "Sat, 01 Jan 2000 00:00:00 GMT".to_owned())]));
    let ran = doctor(&[], &environment).await;
    assert!(ran.out.contains("set this one by NTP") && ran.code == Some(2), "{}", ran.out);

    drop(served.remove(0));
    let issuer = environment["AUTH_COMPANY_ISSUER"].clone();
    environment.insert("AUTH_COMPANY_ISSUER", format!("{issuer}/realms/none"));
    let ran = doctor(&["--format", "csv"], &environment).await;
    assert_eq!(ran.code, Some(2), "{}", ran.out);
    assert!(ran.out.contains("does not answer"), "{}", ran.out);
    assert!(ran.out.contains("fail,company,") && ran.out.contains("nobody can be sent there: "), "{}", ran.out);
    assert!(ran.out.contains("ok,microsoft-entra-id,people are sent to "), "{}", ran.out);

    // Without the network none of them is asked.
    let ran = doctor(&["--offline"], &environment).await;
    assert_eq!(ran.code, Some(1), "{}", ran.out);
}

const SECRET: &str = "zvJIRcJ1rkhbq1PPAB2X6lk6KX0Tv4dIoHcPN5dGQ0Yv";
const OTHER: &str = "O65B9hHZyBIdbj1pyhoro+5626xFp718q49JrYH3tyiu";
const OTHER_GUID: &str = "3f2504e0-4f89-11d3-9a0c-0305e82c3301";
