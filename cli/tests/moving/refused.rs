//! What cannot be done, and why.

use admit_testkit::azure_devops::{Fault, Stage};

use crate::site::{Site, count};

const ASK_NOBODY: [&[&str]; 5] = [
    &["accounts", "plan"],
    &["accounts", "link"],
    &["accounts", "unlink"],
    &["accounts", "report"],
    &["tokens", "purge"],
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_or_wrong_is_said_and_no_database_is_made() {
    let site = Site::peopled("missing", None, &["bo"]).await;
    site.run(&["accounts", "enrich", "--apply", "--rate", "1000"]).await;
    let (nowhere, empty) = (site.folder.file("nowhere.sqlite"), site.folder.file("empty.sqlite"));
    std::fs::write(&empty, "").unwrap();
    let (nowhere, empty) = (format!("sqlite:{}", nowhere.display()), format!("sqlite:{}", empty.display()));
    for arguments in ASK_NOBODY.into_iter().chain([&["accounts", "enrich"][..]]) {
        for (variable, value, said) in [
            ("AUTH_URL", "", "AUTH_URL is not set"),
            ("AUTH_SECRET", "", "AUTH_SECRET is not set"),
            ("DATABASE_URL", "", "DATABASE_URL is not set"),
            ("DATABASE_URL", "mysql://root:password@db", "neither sqlite:FILE nor postgres://"),
            ("DATABASE_URL", nowhere.as_str(), "there is no such file"),
            ("DATABASE_URL", empty.as_str(), "start the application once, or say --apply"),
        ] {
            let mut command = site.registered(arguments);
            let ran = site
                .ran(
                    {
                        command.env(variable, value);
                        command
                    },
                    false,
                )
                .await;
            assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments:?} {variable}: {}", ran.err);
            assert!(ran.err.contains(said) && !ran.err.contains("password"), "{arguments:?}: {}", ran.err);
        }
    }
    assert!(!site.folder.file("nowhere.sqlite").exists());
    assert_eq!(std::fs::read(site.folder.file("empty.sqlite")).unwrap(), b"");

    let mut other = site.admit(&["accounts", "plan"]);
    other.env("AUTH_SECRET", "quite another secret, of thirty-two bytes");
    let ran = site.ran(other, false).await;
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("was the key it was sealed with (AUTH_SEAL_KEY) dropped?"), "{}", ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_nobody_needs_no_registration_and_minds_no_broken_one() {
    // azure.md T107
    let site = Site::peopled("nobody", None, &["bo"]).await;
    for arguments in ASK_NOBODY {
        for (variable, value) in [
            ("AUTH_MICROSOFT_ENTRA_ID_ID", "entra-app"),
            ("AUTH_AZURE_DEVOPS_ID", "half-a-registration"),
            ("AUTH_AZURE_DEVOPS_ENDPOINTS", "no address"),
        ] {
            let mut command = site.admit(arguments);
            command.env(variable, value);
            let ran = site.ran(command, false).await;
            assert!(matches!(ran.code, Some(0 | 1)), "{arguments:?}: {}", ran.err);
        }
    }
    let ran = site.ran(site.admit(&["accounts", "enrich"]), false).await;
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("AUTH_AZURE_DEVOPS_ID"), "{}", ran.err);
    // But an export needs nobody to answer.
    let export = site.folder.file("identities.json");
    std::fs::write(&export, site.export(&["bo"])).unwrap();
    let add = ["accounts", "enrich", "--format", "json", "--without-asking", "--identities", export.to_str().unwrap()];
    let dry = site.run(&add).await;
    assert_eq!((dry.code, count(&dry, "export_added"), count(&dry, "accounts")), (Some(1), 1, 0), "{}", dry.err);
    assert_eq!(count(&site.run(&["accounts", "plan", "--format", "json"]).await, "exact"), 0);
    let added = site.run(&[&add[..], &["--apply"]].concat()).await;
    assert_eq!((added.code, count(&added, "export_added")), (Some(0), 1), "{}", added.err);
    assert_eq!(count(&site.run(&["accounts", "plan", "--format", "json"]).await, "exact"), 1);
    assert!(site.azure.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_is_none_is_refused_before_it_adds_anything() {
    let site = Site::peopled("export", None, &["bo"]).await;
    let file = site.folder.file("identities.json");
    let path = file.to_str().unwrap().to_owned();
    let add = ["accounts", "enrich", "--apply", "--without-asking", "--identities", path.as_str()];
    let missing = site.run(&add).await;
    assert_eq!(missing.code, Some(2), "{}", missing.err);
    assert!(missing.err.contains("cannot be read"), "{}", missing.err);
    std::fs::write(&file, "<html>").unwrap();
    let html = site.run(&add).await;
    assert_eq!((html.code, html.out.as_str()), (Some(2), ""), "{}", html.err);
    assert!(html.err.contains("is it the JSON that readidentities or the graph gave?"), "{}", html.err);
    assert_eq!(site.run(&["accounts", "enrich", "--without-asking"]).await.code, Some(2), "there is nothing to do");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_azure_devops_that_wants_to_be_asked_later_stops_it_and_the_next_run_goes_on() {
    // azure.md §2.5
    let site = Site::crowd("throttled", 12).await;
    let run = ["accounts", "enrich", "--apply", "--rate", "1000", "--format", "json"];
    site.azure.fail_once(Stage::Profile, Fault::TooManyRequests { retry_after: "1".to_owned() });
    let heeded = site.run(&run).await;
    assert_eq!((heeded.code, count(&heeded, "complete")), (Some(0), 12), "{}", heeded.err);

    site.azure.fail_always(Stage::Profile, Fault::TooManyRequests { retry_after: "0".to_owned() });
    let stopped = site.run(&[&run[..], &["--all"]].concat()).await;
    assert_eq!((stopped.code, count(&stopped, "complete")), (Some(3), 0), "{}", stopped.err);
    assert!(stopped.out.contains(r#""ended": "stopped""#), "{}", stopped.out);
    assert!(stopped.err.contains("azure devops wants to be asked later"), "{}", stopped.err);
    site.azure.clear_faults();
    let rest = site.run(&[&run[..], &["--all"]].concat()).await;
    assert_eq!((rest.code, count(&rest, "complete")), (Some(0), 12), "{}", rest.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn options_that_make_no_sense_are_refused_and_say_what_would() {
    let site = Site::peopled("options", None, &["bo"]).await;
    for (arguments, said) in [
        (&["accounts", "plan", "--tenant", "fabrikam.example"][..], "by its GUID"),
        (&["accounts", "unlink", "--account", "somebody"], "PROVIDER/SUBJECT"),
        (&["accounts", "unlink", "--since", "yesterday"], "with its offset"),
        (&["accounts", "enrich", "--all", "--refresh-after", "3"], "cannot be used with"),
        (&["accounts", "enrich", "--rate", "0"], "--rate"),
        (&["tokens", "purge", "--format", "yaml"], "--format"),
    ] {
        let ran = site.ran(site.admit(arguments), true).await;
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(ran.err.contains(said), "{arguments:?}: {}", ran.err);
    }
}
