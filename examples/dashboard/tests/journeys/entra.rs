//! What a person does who comes by Microsoft Entra ID, in each way that an application can be set up for it.

use admit_testkit::entra::{FABRIKAM, LAMPLIGHT, Stage};

use super::browser::Browser;
use super::running::Running;

/// Signs somebody in from that page of the dashboard, and accepts what is asked for, if it comes to that.
async fn come(running: &Running, path: &str, login: &str) -> Browser {
    let mut browser = running.browser();
    browser.open(&format!("{}{path}", running.url)).await;
    browser.press("Sign in with Microsoft Entra ID").await;
    assert_eq!(browser.page.heading(), "Pick an account");
    browser.press(&format!("value=\"{login}\"")).await;
    if browser.page.heading() == "Permissions requested" {
        assert!(browser.page.shows("499b84ac-1321-427f-aa17-267ca6975798/vso.project"), "{:?}", browser.page);
        browser.press("Accept").await;
    }
    browser
}

#[tokio::test]
async fn a_person_of_any_kind_of_authority_reads_their_projects() {
    for (tenant, segment) in [
        ("", "organizations"),
        ("organizations", "organizations"),
        ("common", "common"),
        ("fabrikam.example", FABRIKAM),
        (FABRIKAM, FABRIKAM),
        ("Lamplight.Example", LAMPLIGHT),
    ] {
        let running = Running::start(&[("PRETEND_TENANT", tenant)]).await;
        let browser = come(&running, "/org/fabrikam/projects", "norma").await;
        assert_eq!((browser.page.heading(), browser.page.status), ("fabrikam", 200), "{tenant}");
        assert!(browser.page.shows("Signed in as <strong>Norma Paulk</strong>"), "{tenant}");
        assert!(browser.page.shows(">Harbor</a>"), "{tenant}");
        let asked = running.entra().requests(Stage::Authorize);
        let asked = asked[0].uri().path().to_owned();
        assert_eq!(asked, format!("/{segment}/oauth2/v2.0/authorize"));
        assert_eq!((running.azure().violations(), running.entra().violations()), (vec![], vec![]), "{tenant}");
    }
}

#[tokio::test]
async fn only_those_are_offered_who_belong_there() {
    for (tenant, offered) in [
        ("common", &["norma", "bo", "vera", "pia"][..]),
        ("organizations", &["norma", "bo", "vera"]),
        ("consumers", &["pia"]),
        ("fabrikam.example", &["norma", "bo"]),
        ("lamplight.example", &["norma", "vera", "pia"]),
    ] {
        let running = Running::start(&[("PRETEND_TENANT", tenant)]).await;
        let mut browser = running.browser();
        browser.open(&format!("{}/dashboard", running.url)).await;
        browser.press("Sign in with Microsoft Entra ID").await;
        for login in ["norma", "bo", "vera", "pia"] {
            let is_there = browser.page.shows(&format!("value=\"{login}\""));
            assert_eq!(is_there, offered.contains(&login), "{login} at {tenant}");
        }
    }
}

#[tokio::test]
async fn a_personal_account_comes_no_further_than_microsoft_unless_a_tenant_has_invited_it() {
    for tenant in ["common", "consumers"] {
        let running = Running::start(&[("PRETEND_TENANT", tenant)]).await;
        let browser = come(&running, "/dashboard", "pia").await;
        assert!(browser.page.url.contains("code=token_rejected"), "{tenant}: {}", browser.page.url);
        assert!(!browser.page.shows("Signed in as"), "{tenant}");
        assert_eq!(running.entra().violations(), [""; 0]);
    }
    let running = Running::start(&[("PRETEND_TENANT", "lamplight.example")]).await;
    let browser = come(&running, "/dashboard", "pia").await;
    assert_eq!((browser.page.heading(), browser.page.status), ("Organisations", 200));
    assert!(browser.page.shows("Signed in as <strong>Pia Holm</strong>"));
}

#[tokio::test]
async fn whoever_came_by_microsoft_entra_id_keeps_on_reading_while_tokens_are_renewed() {
    let running = Running::start(&[("PRETEND_TOKEN_SECONDS", "60")]).await;
    let mut browser = come(&running, "/org/fabrikam/projects", "norma").await;
    for _ in 0..2 {
        running.advance(60);
        browser.open(&format!("{}/org/fabrikam/project/Harbor/builds", running.url)).await;
        assert_eq!((browser.page.heading(), browser.page.status), ("Builds", 200));
    }
    assert_eq!(running.entra().count(Stage::Token), 3);
    assert_eq!((running.azure().violations(), running.entra().violations()), (vec![], vec![]));
}
