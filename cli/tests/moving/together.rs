//! Several processes at once.

use crate::site::{Site, count};

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_that_link_at_once_link_each_once_and_one_undoes_all() {
    const PEOPLE: u64 = 80;
    let site = Site::crowd("together", PEOPLE as usize).await;
    site.run(&["accounts", "enrich", "--apply", "--rate", "1000"]).await;
    let before = site.run(&["accounts", "plan", "--list", "--format", "csv"]).await.out;
    let link = ["accounts", "link", "--apply", "--format", "json"];
    let (one, other) = tokio::join!(site.run(&link), site.run(&link));
    for ran in [&one, &other] {
        assert_eq!(
            (ran.code, count(ran, "accounts"), count(ran, "left")),
            (Some(0), PEOPLE, 0),
            "{}{}",
            ran.out,
            ran.err
        );
    }
    assert_eq!(count(&one, "linked") + count(&other, "linked"), PEOPLE, "{}{}", one.out, other.out);
    for login in ["person000", "person079"] {
        let user = site.owner(&site.azure_account(login)).await;
        assert!(user.is_some() && site.owner(&site.entra_account(login)).await == user);
    }
    let unlink = ["accounts", "unlink", "--apply", "--format", "json"];
    let (one, other) = tokio::join!(site.run(&unlink), site.run(&unlink));
    for ran in [&one, &other] {
        // Whoever met the other at one account leaves it to them, and says so.
        assert_eq!(
            (ran.code, count(ran, "left")),
            (Some(i32::from(count(ran, "busy") > 0)), count(ran, "busy")),
            "{}",
            ran.out
        );
    }
    let rest = site.run(&unlink).await;
    assert_eq!((rest.code, count(&rest, "left")), (Some(0), 0), "{}", rest.err);
    assert_eq!(site.run(&["accounts", "plan", "--list", "--format", "csv"]).await.out, before, "all is as it was");
}
