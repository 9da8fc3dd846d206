//! Runs that are killed, and begun anew.

use std::time::Duration;

use admit::{Clock as _, SystemClock};
use admit_testkit::azure_devops::{Fault, Stage};
use tokio::process::Command;

use crate::site::{Site, count, until};
use crate::support::Ran;

const PEOPLE: usize = 120;

#[tokio::test(flavor = "multi_thread")]
async fn an_enrichment_that_is_killed_again_and_again_asks_about_nobody_twice_but_who_was_at_hand() {
    let site = Site::crowd("killed-enrich", PEOPLE).await;
    let run = ["accounts", "enrich", "--apply", "--rate", "1000", "--format", "json"];
    let mut kills = 0;
    for point in [7, 29, 50, 88] {
        let mut child = site.registered(&run).spawn().unwrap();
        assert!(until(&mut child, async || site.azure.count(Stage::Profile) >= point).await, "it ended before that");
        child.kill().await.unwrap();
        kills += 1;
    }
    let last = site.run(&run).await;
    assert_eq!((last.code, count(&last, "complete") + count(&last, "fresh")), (Some(0), PEOPLE as u64), "{}", last.err);
    let asked = site.azure.count(Stage::Profile);
    assert!((PEOPLE..=PEOPLE + kills).contains(&asked), "{asked} questions, {kills} kills");
    assert_eq!(count(&site.run(&["accounts", "plan", "--format", "json"]).await, "exact"), PEOPLE as u64);
    let again = site.run(&run).await;
    assert_eq!((again.code, count(&again, "complete"), count(&again, "left")), (Some(0), 0, 0), "{}", again.out);
    assert_eq!(site.azure.count(Stage::Profile), asked, "nobody is asked about again");
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_are_killed_on_the_way_are_made_once_each_and_undone_once_each() {
    let site = Site::crowd("killed-link", PEOPLE).await;
    site.run(&["accounts", "enrich", "--apply", "--rate", "1000"]).await;
    for (action, run) in [
        ("link", ["accounts", "link", "--apply", "--format", "json"]),
        ("unlink", ["accounts", "unlink", "--apply", "--format", "json"]),
    ] {
        let done = async || site.audit().await.iter().filter(|entry| entry.action == action).count();
        let mut kills = 0_u64;
        for point in [3, 31, 70] {
            let mut child = site.admit(&run).spawn().unwrap();
            if until(&mut child, async || done().await >= point).await {
                child.kill().await.unwrap();
                kills += 1;
            }
        }
        assert!(kills > 0, "nothing was killed");
        let mut last = site.run(&run).await;
        // Whoever was at hand may be held for some seconds by a process that is no more: one each.
        while action == "unlink" && count(&last, "busy") > 0 {
            let busy = count(&last, "busy");
            assert!(busy <= kills, "{kills} kills: {}", last.out);
            assert_eq!((last.code, count(&last, "left")), (Some(1), busy), "{}", last.out);
            SystemClock.sleep(Duration::from_millis(500)).await;
            last = site.run(&run).await;
        }
        assert_eq!((last.code, count(&last, "left")), (Some(0), 0), "{}", last.err);
        let linked = count(&site.run(&["accounts", "plan", "--format", "json"]).await, "linked");
        assert_eq!(linked, if action == "link" { PEOPLE as u64 } else { 0 });
        // Whoever was at hand when it was killed is written down twice at most.
        let written = done().await;
        assert!(written >= PEOPLE && (written - PEOPLE) as u64 <= kills, "{written} {action}, {kills} kills");
        let again = site.run(&run).await;
        assert_eq!((again.code, count(&again, &format!("{action}ed")), done().await), (Some(0), 0, written));
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_between_two_accounts_and_what_was_asked_is_kept() {
    let site = Site::crowd("interrupt", 30).await;
    site.azure.fail_always(Stage::Profile, Fault::Slow(Duration::from_millis(20)));
    let run = ["accounts", "enrich", "--apply", "--rate", "1000", "--format", "json"];
    let mut child = site.registered(&run).spawn().unwrap();
    assert!(until(&mut child, async || site.azure.count(Stage::Profile) >= 5).await);
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
    let ran = Ran::from(child.wait_with_output().await.unwrap());
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    assert!(ran.out.contains(r#""ended": "interrupted""#), "{}", ran.out);
    assert_eq!(count(&ran, "complete") as usize, site.azure.count(Stage::Profile), "{}", ran.out);
    let rest = site.run(&run).await;
    assert_eq!((rest.code, count(&rest, "fresh"), count(&rest, "left")), (Some(0), count(&ran, "complete"), 0));
}
