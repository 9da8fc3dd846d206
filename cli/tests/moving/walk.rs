//! The whole way: from evidence to a purge, and back.

use admit::GrantState;
use admit_testkit::azure_devops::Stage;
use admit_testkit::servers::Postgres;
use http::StatusCode;

use crate::site::{AZURE, ENTRA, Site, count};

#[tokio::test(flavor = "multi_thread")]
async fn everybody_whom_something_proves_comes_over_and_stays_who_they_are() {
    let site = Site::of_all_kinds("walk").await;
    let normas = site.owner(&site.azure_account("norma")).await.unwrap();

    // A dry run asks nobody and writes nothing.
    let dry = site.run(&["accounts", "enrich"]).await;
    assert_eq!((dry.code, site.azure.requests().len()), (Some(1), 0), "{}", dry.err);
    insta::assert_snapshot!(dry.out, @"");
    assert!(site.audit().await.is_empty());

    site.azure.fail_once(Stage::Profile, admit_testkit::azure_devops::Fault::Status(StatusCode::BAD_GATEWAY));
    let export = site.folder.file("identities.json");
    std::fs::write(&export, site.export(&["dora"])).unwrap();
    let asked = site.run(&["accounts", "enrich", "--apply", "--rate", "1000", "--format", "json"]).await;
    insta::assert_snapshot!(asked.out, @"");
    let again = ["accounts", "enrich", "--apply", "--rate", "1000", "--format", "csv", "--identities"];
    let added = site.run(&[&again[..], &[export.to_str().unwrap()]].concat()).await;
    insta::assert_snapshot!(added.out, @"");

    let plan = site.run(&["accounts", "plan"]).await;
    assert_eq!(plan.code, Some(1), "{}", plan.err);
    insta::assert_snapshot!(plan.out, @"");

    let dry = site.run(&["accounts", "link"]).await;
    assert_eq!((dry.code, site.owner(&site.entra_account("norma")).await), (Some(1), None));
    insta::assert_snapshot!(dry.out, @"");
    let linked = site.run(&["accounts", "link", "--apply", "--format", "json"]).await;
    assert_eq!(linked.code, Some(1), "pia is left: {}", linked.err);
    insta::assert_snapshot!(linked.out, @"");
    let again = site.run(&["accounts", "link", "--apply", "--format", "csv", "--actor", "bo"]).await;
    insta::assert_snapshot!(again.out, @"");
    insta::assert_debug_snapshot!(site.deeds().await, @"");

    // Norma comes by Entra ID for the first time.
    assert_eq!(site.comes(ENTRA, "norma").await, normas);
    assert_eq!(site.auth.grant_of(&site.azure_account("norma")).await.unwrap(), GrantState::Parked);
    let report = site.run(&["accounts", "report"]).await;
    assert_eq!(report.code, Some(1), "{}", report.err);
    insta::assert_snapshot!(report.out, @"");
    insta::assert_snapshot!(site.run(&["accounts", "report", "--format", "csv"]).await.out, @"");

    // The way back.
    let account = format!("{AZURE}/{}", site.azure_account("norma").subject);
    let dry = site.run(&["accounts", "unlink", "--account", &account]).await;
    insta::assert_snapshot!(dry.out, @"");
    let undone = site.run(&["accounts", "unlink", "--account", &account, "--apply", "--format", "json"]).await;
    assert_eq!((undone.code, site.owner(&site.entra_account("norma")).await), (Some(0), None), "{}", undone.err);
    insta::assert_snapshot!(undone.out, @"");
    assert_eq!(site.auth.grant_of(&site.azure_account("norma")).await.unwrap(), GrantState::InUse);
    let nothing = site.run(&["accounts", "unlink", "--account", &account, "--apply", "--format", "csv"]).await;
    assert_eq!(nothing.code, Some(0), "{}", nothing.err);
    insta::assert_snapshot!(nothing.out, @"");
    assert_eq!(site.comes(ENTRA, "norma").await, normas, "she is recognised all the same");

    // The end.
    let dry = site.run(&["tokens", "purge"]).await;
    assert_eq!(site.auth.grant_of(&site.azure_account("norma")).await.unwrap(), GrantState::Parked);
    insta::assert_snapshot!(dry.out, @"");
    let purged = site.run(&["tokens", "purge", "--apply", "--format", "json"]).await;
    assert_eq!(site.auth.grant_of(&site.azure_account("norma")).await.unwrap(), GrantState::Absent);
    insta::assert_snapshot!(purged.out, @"");
    let all = site.run(&["tokens", "purge", "--apply", "--in-use-too", "--format", "csv"]).await;
    assert_eq!(all.code, Some(1), "pia is not linked: {}", all.err);
    insta::assert_snapshot!(all.out, @"");
    assert_eq!(site.owner(&site.entra_account("norma")).await, Some(normas), "links stay");
    insta::assert_debug_snapshot!(site.deeds().await, @"");
    assert_eq!(site.azure.violations(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgresql_does_as_well() {
    let url = Postgres::shared().await.unwrap().database("moving").await.unwrap();
    let site = Site::peopled("postgres", Some(url), &["norma", "bo"]).await;
    let normas = site.owner(&site.azure_account("norma")).await.unwrap();
    let run = async |arguments: &[&str]| site.run(&[arguments, &["--format", "json"]].concat()).await;
    let enriched = run(&["accounts", "enrich", "--apply", "--rate", "1000"]).await;
    assert_eq!((enriched.code, count(&enriched, "complete")), (Some(0), 2), "{}", enriched.err);
    assert_eq!(count(&run(&["accounts", "plan"]).await, "exact"), 2);
    let linked = run(&["accounts", "link", "--apply"]).await;
    assert_eq!((linked.code, count(&linked, "linked")), (Some(0), 2), "{}", linked.err);
    assert_eq!(site.comes(ENTRA, "norma").await, normas);
    assert_eq!(run(&["accounts", "report"]).await.code, Some(1), "bo's grant is in use");
    let purged = run(&["tokens", "purge", "--apply", "--in-use-too"]).await;
    assert_eq!((purged.code, count(&purged, "purged")), (Some(0), 2), "{}", purged.err);
    assert_eq!(run(&["accounts", "report"]).await.code, Some(0), "the move is over");
    let undone = run(&["accounts", "unlink", "--apply"]).await;
    assert_eq!((undone.code, count(&undone, "unlinked")), (Some(0), 2), "{}", undone.err);
    assert_eq!(site.owner(&site.entra_account("norma")).await, None);
    insta::assert_debug_snapshot!(site.deeds().await, @"");
}
