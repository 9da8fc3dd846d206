//! What is listed, and of whom.

use admit_migration::Origin;
use admit_testkit::entra::{FABRIKAM, LAMPLIGHT};

use crate::site::{AZURE, Site, count};

/// Lines of a list, by the login of whoever they are about.
async fn listed(site: &Site, arguments: &[&str], login: &str) -> String {
    let ran = site.run(&[arguments, &["--list", "--format", "csv"]].concat()).await;
    let subject = site.azure_account(login).subject;
    let line = ran.out.lines().find(|line| line.starts_with(&subject));
    line.unwrap_or_else(|| panic!("{}{}", ran.out, ran.err)).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_of_everybody_what_there_is_to_do() {
    let site = Site::peopled("kinds", None, &["norma", "bo", "dora", "pia", "ada", "eve"]).await;
    site.azure.revoke_grants("dora");
    site.run(&["accounts", "enrich", "--apply", "--rate", "1000"]).await;
    let object = site.entra.object_id("norma", FABRIKAM).unwrap();
    let norma = object.clone();
    site.told("bo", |facts| facts.origin_id = Some(object)).await;
    site.told("eve", |facts| (facts.origin, facts.origin_id) = (Origin::Unknown, None)).await;

    let said = async |login| {
        let line = listed(&site, &["accounts", "plan"], login).await;
        let mut user = site.owner(&site.azure_account(login)).await.unwrap();
        user.insert(0, ',');
        assert!(line.contains(&user), "{line}");
        line.split_once(&user).unwrap().1.to_owned()
    };
    let mut users =
        [site.owner(&site.azure_account("norma")).await.unwrap(), site.owner(&site.azure_account("bo")).await.unwrap()];
    users.sort();
    let both = said("norma").await;
    assert_eq!(both, said("bo").await);
    assert!(both.contains(&users.join(" and ")), "{both}");
    insta::assert_snapshot!(both.replace(&users.join(" and "), "…"), @r#",7a394543-62fd-4274-a7d2-8fac775942b6,conflict,,,"the users … are known by one person of Entra ID, and none of them is linked; find out whose it is, join or delete the others in the application, and look again""#);
    insta::assert_snapshot!(said("ada").await, @r#",7a394543-62fd-4274-a7d2-8fac775942b6,exact,entra-object,ac24fb7c-82f4-4d7a-82da-99d713a6e2ad.7a394543-62fd-4274-a7d2-8fac775942b6,"link it by `link --apply`, or let the person come by Entra ID""#);
    insta::assert_snapshot!(said("dora").await, @r#",,no_evidence,,,"Azure DevOps has not said who it is; run `enrich --apply`, or add an administrator's export by `enrich --apply --identities FILE`; else let the person sign in to both in one go""#);
    insta::assert_snapshot!(said("pia").await, @r#",,personal,,,"a personal account, of which Entra ID says nothing; let the person sign in to both in one go, or tell them when Azure DevOps ends""#);
    insta::assert_snapshot!(said("eve").await, @r#",7a394543-62fd-4274-a7d2-8fac775942b6,unnamed,,,"Azure DevOps does not name the person in Entra ID; add an administrator's export by `enrich --apply --identities FILE`, or let the person come: they are recognised by a token for Azure DevOps, or sign in to both in one go""#);

    // Nobody of a conflict is linked, and of another tenant nobody either.
    let linked = site.run(&["accounts", "link", "--apply", "--tenant", LAMPLIGHT, "--format", "json"]).await;
    assert_eq!((linked.code, count(&linked, "accounts")), (Some(0), 0), "{}", linked.err);
    let upper = FABRIKAM.to_uppercase();
    let plan = site.run(&["accounts", "plan", "--tenant", &upper, "--format", "json"]).await;
    let linked = site.run(&["accounts", "link", "--apply", "--tenant", &upper, "--format", "json"]).await;
    assert_eq!(count(&plan, "accounts"), count(&linked, "accounts"));
    assert_eq!((count(&linked, "linked"), count(&linked, "conflict")), (1, 2), "{}", linked.out);
    assert!(said("ada").await.ends_with(",linked,,,nothing; it is done"));
    assert!(!linked.out.contains(&norma));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_tell_what_was_done_to_each() {
    let site = Site::peopled("lists", None, &["norma"]).await;
    site.run(&["accounts", "enrich", "--apply", "--rate", "1000"]).await;
    assert!(listed(&site, &["accounts", "link", "--apply"], "norma").await.contains(",linked,entra-object,"));
    let account = site.entra_account("norma").subject;
    let user = site.owner(&site.azure_account("norma")).await.unwrap();
    let unlink = ["accounts", "unlink", "--list", "--format", "csv", "--since"];
    let late = site.run(&[&unlink[..], &["2999-01-01T00:00:00Z", "--apply"]].concat()).await;
    assert_eq!((late.code, late.out.as_str()), (Some(0), "account,user,done\n"), "{}", late.err);
    let due = site.run(&[&unlink[..], &["2020-01-01T00:00:00+02:00"]].concat()).await;
    assert_eq!((due.code, due.out), (Some(1), format!("account,user,done\n{account},{user},due\n")), "{}", due.err);
    let in_use = site.run(&["tokens", "purge", "--list", "--format", "csv"]).await;
    let subject = site.azure_account("norma").subject;
    assert_eq!((in_use.code, in_use.out), (Some(1), format!("account,done\n{subject},in_use\n")), "{}", in_use.err);
    let table = site.run(&["accounts", "plan", "--list"]).await;
    assert!(table.out.starts_with("account ") && table.out.contains(&subject), "{}", table.out);
    // A move between providers that stand under other ids is another one.
    let elsewhere = site.run(&["accounts", "plan", "--from", "azure", "--format", "json"]).await;
    assert_eq!((elsewhere.code, count(&elsewhere, "accounts")), (Some(0), 0));
    assert_eq!(site.azure_account("norma").provider, AZURE);
}
