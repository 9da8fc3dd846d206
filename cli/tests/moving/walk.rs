//! The whole way: from evidence to a purge, and back.

use admit::GrantState;
use admit_testkit::azure_devops::Stage;
use admit_testkit::entra::FABRIKAM;
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
    insta::assert_snapshot!(dry.out, @r"
    applied                 false
    ended                   complete
    accounts                4
    complete                0
    partial                 0
    fresh                   0
    due                     4
    no grant                0
    needs reauthentication  0
    not accepted            0
    refused                 0
    conflict                0
    busy                    0
    failed                  0
    export added            0
    export known            0
    export strangers        0
    export unusable         0
    left                    4
    ");
    assert!(site.audit().await.is_empty());

    site.azure.fail_once(Stage::Profile, admit_testkit::azure_devops::Fault::Status(StatusCode::BAD_GATEWAY));
    let export = site.folder.file("identities.json");
    std::fs::write(&export, site.export(&["dora"])).unwrap();
    let asked = site.run(&["accounts", "enrich", "--apply", "--rate", "1000", "--format", "json"]).await;
    insta::assert_snapshot!(asked.out, @r#"
    {
      "applied": true,
      "ended": "complete",
      "accounts": 4,
      "complete": 3,
      "partial": 0,
      "fresh": 0,
      "due": 0,
      "no_grant": 0,
      "needs_reauthentication": 0,
      "not_accepted": 1,
      "refused": 0,
      "conflict": 0,
      "busy": 0,
      "failed": 0,
      "export_added": 0,
      "export_known": 0,
      "export_strangers": 0,
      "export_unusable": 0,
      "left": 1
    }
    "#);
    let again = ["accounts", "enrich", "--apply", "--rate", "1000", "--format", "csv", "--identities"];
    let added = site.run(&[&again[..], &[export.to_str().unwrap()]].concat()).await;
    insta::assert_snapshot!(added.out, @r"
    applied,ended,accounts,complete,partial,fresh,due,no_grant,needs_reauthentication,not_accepted,refused,conflict,busy,failed,export_added,export_known,export_strangers,export_unusable,left
    true,complete,4,0,0,3,0,0,0,1,0,0,0,0,1,0,0,0,1
    ");

    let tenant = site.run(&["accounts", "plan", "--tenant", FABRIKAM, "--format", "json"]).await;
    assert_eq!((count(&tenant, "accounts"), count(&tenant, "exact")), (3, 3), "an export tells a tenant, too");
    let plan = site.run(&["accounts", "plan"]).await;
    assert_eq!(plan.code, Some(1), "{}", plan.err);
    insta::assert_snapshot!(plan.out, @r"
    ended        complete
    accounts     4
    linked       0
    exact        3
    review       0
    conflict     0
    personal     1
    no evidence  0
    unnamed      0
    left         4
    ");

    let dry = site.run(&["accounts", "link"]).await;
    assert_eq!((dry.code, site.owner(&site.entra_account("norma")).await), (Some(1), None));
    insta::assert_snapshot!(dry.out, @r"
    applied            false
    ended              complete
    accounts           4
    linked             0
    due                3
    linked before      0
    changed meanwhile  0
    review             0
    conflict           0
    personal           1
    no evidence        0
    unnamed            0
    left               4
    ");
    let linked = site.run(&["accounts", "link", "--apply", "--format", "json"]).await;
    assert_eq!(linked.code, Some(1), "pia is left: {}", linked.err);
    insta::assert_snapshot!(linked.out, @r#"
    {
      "applied": true,
      "ended": "complete",
      "accounts": 4,
      "linked": 3,
      "due": 0,
      "linked_before": 0,
      "changed_meanwhile": 0,
      "review": 0,
      "conflict": 0,
      "personal": 1,
      "no_evidence": 0,
      "unnamed": 0,
      "left": 1
    }
    "#);
    let again = site.run(&["accounts", "link", "--apply", "--format", "csv", "--actor", "bo"]).await;
    insta::assert_snapshot!(again.out, @r"
    applied,ended,accounts,linked,due,linked_before,changed_meanwhile,review,conflict,personal,no_evidence,unnamed,left
    true,complete,4,0,0,3,0,0,0,1,0,0,1
    ");
    insta::assert_debug_snapshot!(site.deeds().await, @r#"
    [
        "2 operator ada: enrich",
        "2 operator ada: enriched",
        "3 operator ada: link",
    ]
    "#);

    // Norma comes by Entra ID for the first time.
    assert_eq!(site.comes(ENTRA, "norma").await, normas);
    assert_eq!(site.auth.grant_of(&site.azure_account("norma")).await.unwrap(), GrantState::Parked);
    let report = site.run(&["accounts", "report"]).await;
    assert_eq!(report.code, Some(1), "{}", report.err);
    insta::assert_snapshot!(report.out, @r"
    tenant                                accounts  linked  linked percent  exact  review  conflict  personal  unnamed  grants in use  grants parked  grants refused  grants absent  may close  may purge
    -                                     1         0       0               0      0       0         1         0        1              0              0               0              true       false
    7a394543-62fd-4274-a7d2-8fac775942b6  3         3       100             0      0       0         0         0        2              1              0               0              true       false
    all                                   4         3       75              0      0       0         1         0        3              1              0               0              true       false
    ");
    insta::assert_snapshot!(site.run(&["accounts", "report", "--format", "csv"]).await.out, @r"
    tenant,accounts,linked,linked_percent,exact,review,conflict,personal,unnamed,grants_in_use,grants_parked,grants_refused,grants_absent,may_close,may_purge
    ,1,0,0,0,0,0,1,0,1,0,0,0,true,false
    7a394543-62fd-4274-a7d2-8fac775942b6,3,3,100,0,0,0,0,0,2,1,0,0,true,false
    ");

    // The way back.
    let account = format!("{AZURE}/{}", site.azure_account("norma").subject);
    let dry = site.run(&["accounts", "unlink", "--account", &account]).await;
    insta::assert_snapshot!(dry.out, @r"
    applied      false
    ended        complete
    links        1
    unlinked     0
    due          1
    by hand      0
    last way in  0
    busy         0
    left         1
    ");
    let undone = site.run(&["accounts", "unlink", "--account", &account, "--apply", "--format", "json"]).await;
    assert_eq!((undone.code, site.owner(&site.entra_account("norma")).await), (Some(0), None), "{}", undone.err);
    insta::assert_snapshot!(undone.out, @r#"
    {
      "applied": true,
      "ended": "complete",
      "links": 1,
      "unlinked": 1,
      "due": 0,
      "by_hand": 0,
      "last_way_in": 0,
      "busy": 0,
      "left": 0
    }
    "#);
    assert_eq!(site.auth.grant_of(&site.azure_account("norma")).await.unwrap(), GrantState::InUse);
    let nothing = site.run(&["accounts", "unlink", "--account", &account, "--apply", "--format", "csv"]).await;
    assert_eq!(nothing.code, Some(0), "{}", nothing.err);
    insta::assert_snapshot!(nothing.out, @r"
    applied,ended,links,unlinked,due,by_hand,last_way_in,busy,left
    true,complete,0,0,0,0,0,0,0
    ");
    assert_eq!(site.comes(ENTRA, "norma").await, normas, "she is recognised all the same");

    // The end.
    let dry = site.run(&["tokens", "purge"]).await;
    assert_eq!(site.auth.grant_of(&site.azure_account("norma")).await.unwrap(), GrantState::Parked);
    insta::assert_snapshot!(dry.out, @r"
    applied     false
    ended       complete
    accounts    4
    purged      0
    due         1
    absent      0
    in use      2
    not linked  1
    busy        0
    left        4
    ");
    let purged = site.run(&["tokens", "purge", "--apply", "--format", "json"]).await;
    assert_eq!(site.auth.grant_of(&site.azure_account("norma")).await.unwrap(), GrantState::Absent);
    insta::assert_snapshot!(purged.out, @r#"
    {
      "applied": true,
      "ended": "complete",
      "accounts": 4,
      "purged": 1,
      "due": 0,
      "absent": 0,
      "in_use": 2,
      "not_linked": 1,
      "busy": 0,
      "left": 3
    }
    "#);
    let all = site.run(&["tokens", "purge", "--apply", "--in-use-too", "--format", "csv"]).await;
    assert_eq!(all.code, Some(1), "pia is not linked: {}", all.err);
    insta::assert_snapshot!(all.out, @r"
    applied,ended,accounts,purged,due,absent,in_use,not_linked,busy,left
    true,complete,4,2,0,1,0,1,0,1
    ");
    assert_eq!(site.owner(&site.entra_account("norma")).await, Some(normas), "links stay");
    insta::assert_debug_snapshot!(site.deeds().await, @r#"
    [
        "2 operator ada: enrich",
        "2 operator ada: enriched",
        "3 operator ada: link",
        "3 operator ada: purge",
        "1 operator ada: unlink",
        "1 sign-in: link",
        "1 sign-in: recognised",
    ]
    "#);
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
    insta::assert_debug_snapshot!(site.deeds().await, @r#"
    [
        "1 operator ada: enrich",
        "1 operator ada: enriched",
        "2 operator ada: link",
        "2 operator ada: purge",
        "2 operator ada: unlink",
    ]
    "#);
}
