//! What a person does with the dashboard, from the first page to signing out.

use admit_testkit::azure_devops::{Fault, Stage};
use reqwest::StatusCode;

use super::folder::Folder;
use super::running::Running;

const PAGES: [&str; 5] = [
    "/dashboard",
    "/org/fabrikam/projects",
    "/org/fabrikam/project/Harbor/workitems",
    "/org/fabrikam/project/Field%20Notes/builds",
    "/org/lamplight/project/Lantern/repos",
];

#[tokio::test]
async fn a_person_signs_in_looks_at_every_page_and_signs_out() {
    let running = Running::start(&[]).await;
    let mut browser = running.browser();

    browser.open(&running.url).await;
    assert_eq!(browser.page.heading(), "Your Azure DevOps at a glance");
    assert!(browser.page.shows("Nothing leaves this machine."));
    browser.click("See your organisations").await;
    browser.sign_in_as("norma").await;

    assert_eq!(
        (browser.page.heading(), browser.page.url.as_str()),
        ("Organisations", &*format!("{}/dashboard", running.url))
    );
    assert!(browser.page.shows("Signed in as <strong>Norma Paulk</strong>"));
    assert!(browser.page.shows(">fabrikam</a>") && browser.page.shows(">lamplight</a>"));

    browser.click("fabrikam").await;
    assert!(browser.page.shows(">Harbor</a>") && browser.page.shows(">Field Notes</a>"), "{:?}", browser.page);
    browser.click("Field Notes").await;
    assert_eq!(browser.page.heading(), "Work items");
    assert!(browser.page.shows("A photo taken upside down stays upside down"));
    browser.click("Builds").await;
    assert!(browser.page.shows("field-notes-ci") && browser.page.shows("offline-first"));
    browser.click("Repositories").await;
    assert!(browser.page.shows("field-notes"));
    assert!(browser.page.url.ends_with("/org/fabrikam/project/Field%20Notes/repos"));

    browser.click("Sign out").await;
    browser.press("Sign out").await;
    assert_eq!(browser.page.heading(), "Your Azure DevOps at a glance");
    browser.open(&format!("{}/dashboard", running.url)).await;
    assert!(browser.page.url.contains("/api/auth/signin?"));
    assert_eq!(running.azure().violations(), [""; 0]);
}

/// Signing in is a part of the dashboard, and it looks like one: in light and in dark.
#[tokio::test]
async fn the_pages_on_the_way_in_have_the_colours_of_the_dashboard() {
    let running = Running::start(&[]).await;
    let mut browser = running.browser();
    browser.open(&running.url).await;
    let dashboard = browser.page.html.clone();
    browser.click("Sign in").await;
    for (ours, admits) in [
        ("ground", "ground"),
        ("paper", "card"),
        ("ink", "text"),
        ("soft", "muted"),
        ("line", "line"),
        ("edge", "edge"),
        ("accent", "link"),
        ("accent", "brand"),
        ("on-accent", "brand-text"),
        ("tint", "note"),
    ] {
        let colors = colors(&dashboard, ours);
        assert_eq!(colors.len(), 2, "{ours}");
        assert_eq!(colors, self::colors(&browser.page.html, admits), "{ours}");
    }
    assert!(browser.page.shows("<img class=\"logo\" src=\"data:image/svg+xml,"));
}

/// What the style sheet of a page sets that variable to.
fn colors<'a>(html: &'a str, variable: &str) -> Vec<&'a str> {
    let name = format!("--{variable}:");
    let set = html.split(&name).skip(1);
    set.filter_map(|rest| rest.split([';', '}']).next()).map(str::trim).collect()
}

#[tokio::test]
async fn every_page_but_the_first_needs_a_sign_in_and_is_come_back_to() {
    let running = Running::start(&[("PRETEND_AUTO", "norma")]).await;
    for path in PAGES {
        let mut browser = running.browser();
        let page = format!("{}{path}", running.url);
        browser.open(&page).await;
        assert!(browser.page.url.contains("/api/auth/signin?callbackUrl="), "{path}: {}", browser.page.url);
        browser.press("Sign in with Azure DevOps").await;
        assert_eq!((browser.page.url.as_str(), browser.page.status), (page.as_str(), 200));
    }
}

#[tokio::test]
async fn whoever_denies_consent_is_told_so_and_stays_out() {
    let running = Running::start(&[]).await;
    let mut browser = running.browser();
    browser.open(&format!("{}/dashboard", running.url)).await;
    browser.press("Sign in with Azure DevOps").await;
    browser.press("value=\"bo\"").await;
    browser.press("Deny").await;
    assert!(browser.page.url.contains("code=access_denied"), "{}", browser.page.url);
    assert!(browser.page.shows("role=\"alert\""));
    browser.open(&running.url).await;
    assert!(!browser.page.shows("Signed in as"));
}

#[tokio::test]
async fn a_short_token_is_refreshed_in_time_and_once_for_fifty_pages_at_a_time() {
    let running = Running::start(&[("PRETEND_TOKEN_SECONDS", "60")]).await;
    let mut browser = running.norma("/dashboard").await;
    running.advance(29);
    browser.open(&format!("{}/dashboard", running.url)).await;
    assert_eq!((browser.page.status, running.azure().refreshes()), (200, 0));

    running.advance(2);
    let pages: Vec<_> = PAGES
        .iter()
        .cycle()
        .take(50)
        .map(|path| {
            let (mut tab, url) = (browser.clone(), format!("{}{path}", running.url));
            tokio::spawn(async move { tab.open(&url).await.status })
        })
        .collect();
    for page in pages {
        assert_eq!(page.await.unwrap(), 200);
    }
    assert_eq!(running.azure().refreshes(), 1);

    // And on it goes: ten more lifetimes, ten more refreshes.
    for _ in 0..10 {
        running.advance(60);
        browser.open(&format!("{}/dashboard", running.url)).await;
        assert_eq!(browser.page.status, 200);
    }
    assert_eq!(running.azure().refreshes(), 11);
    assert_eq!(running.azure().violations(), [""; 0]);
}

#[tokio::test]
async fn what_azure_devops_cannot_show_is_explained() {
    let running = Running::start(&[]).await;
    let mut browser = running.norma("/dashboard").await;
    for (path, fault, heading, status) in [
        ("/dashboard", Fault::Status(StatusCode::SERVICE_UNAVAILABLE), "Azure DevOps is not answering", 503),
        ("/org/fabrikam/projects", Fault::Status(StatusCode::BAD_GATEWAY), "Azure DevOps is not answering", 502),
        ("/org/fabrikam/projects", Fault::DroppedConnection, "Azure DevOps is not answering", 502),
    ] {
        running.azure().fail_always(if path == "/dashboard" { Stage::Profile } else { Stage::Rest }, fault);
        browser.open(&format!("{}{path}", running.url)).await;
        assert_eq!((browser.page.heading(), browser.page.status), (heading, status), "{path}");
        assert!(browser.page.shows("Signed in as <strong>Norma Paulk</strong>"));
        running.azure().clear_faults();
    }
    for (path, heading, status) in [
        ("/org/unheard-of/projects", "This organisation does not let the dashboard in", 403),
        ("/org/fabrikam/project/Nowhere/builds", "Nothing by that name", 404),
        ("/org/%2e%2e/projects", "There is no such page", 404),
        ("/org/a%00b/project/c/repos", "There is no such page", 404),
        ("/org/%FF/projects", "There is no such page", 404),
        ("/nowhere", "There is no such page", 404),
    ] {
        browser.open(&format!("{}{path}", running.url)).await;
        assert_eq!((browser.page.heading(), browser.page.status), (heading, status), "{path}");
    }
}

#[tokio::test]
async fn while_tokens_cannot_be_refreshed_a_page_says_when_to_come_back() {
    let running = Running::start(&[]).await;
    let mut browser = running.norma("/dashboard").await;
    running.azure().fail_always(Stage::Token, Fault::Status(StatusCode::SERVICE_UNAVAILABLE));
    running.advance(3600);
    browser.open(&format!("{}/dashboard", running.url)).await;
    assert_eq!((browser.page.heading(), browser.page.status), ("Azure DevOps is not answering", 503));
    let wait: u64 = browser.page.retry_after.as_deref().unwrap().parse().unwrap();

    running.azure().clear_faults();
    running.advance(wait);
    browser.open(&format!("{}/dashboard", running.url)).await;
    assert_eq!(browser.page.status, 200);
}

#[tokio::test]
async fn whoever_withdrew_consent_is_asked_to_sign_in_and_goes_on() {
    let running = Running::start(&[]).await;
    let mut browser = running.norma("/dashboard").await;
    running.azure().revoke_grants("norma");
    running.advance(3600);
    browser.open(&format!("{}/org/fabrikam/projects", running.url)).await;
    assert!(browser.page.url.contains("/api/auth/signin?"), "{}", browser.page.url);
    browser.sign_in_as("norma").await;
    assert_eq!((browser.page.heading(), browser.page.status), ("fabrikam", 200));
}

#[tokio::test]
async fn after_a_restart_people_are_signed_in_and_a_provider_that_forgot_them_is_asked_again() {
    let folder = Folder::new();
    let database = folder.sqlite();
    let before = Running::start(&[("DATABASE_URL", &database)]).await;
    let mut browser = before.norma("/dashboard").await;
    drop(before);
    let after = Running::start(&[("DATABASE_URL", &database)]).await;
    browser.open(&format!("{}/accounts", after.url)).await;
    assert!(browser.page.shows("Signed in as <strong>Norma Paulk</strong>"), "{:?}", browser.page);

    // The pretend Azure DevOps is another one, and knows none of its tokens.
    browser.open(&format!("{}/dashboard", after.url)).await;
    assert_eq!(browser.page.status, 401);
    browser.click("Sign in again").await;
    browser.sign_in_as("norma").await;
    assert_eq!((browser.page.heading(), browser.page.status), ("Organisations", 200));
}

#[tokio::test]
async fn a_person_connects_a_second_account_comes_by_either_and_takes_one_off() {
    // LNK-012, LNK-015
    let running = Running::start(&[]).await;
    let mut browser = running.norma("/accounts").await;
    assert!(browser.page.shows("It is your only way in"));
    browser.press("Connect Pretend OpenID").await;
    browser.press("value=\"ada\"").await;
    browser.press("Accept").await;
    assert_eq!((browser.page.heading(), browser.page.status), ("Your accounts", 200), "{:?}", browser.page);
    assert!(browser.page.shows("Signed in as <strong>Norma Paulk</strong>"));
    assert!(!browser.page.shows("Connect Pretend OpenID"));

    let mut elsewhere = running.browser();
    elsewhere.open(&format!("{}/accounts", running.url)).await;
    elsewhere.press("Sign in with Pretend OpenID").await;
    elsewhere.press("value=\"ada\"").await;
    elsewhere.press("Accept").await;
    assert!(elsewhere.page.shows("Signed in as <strong>Norma Paulk</strong>"), "{:?}", elsewhere.page);
    assert!(elsewhere.page.shows("2 sessions"));

    // Whoever has it already keeps it.
    let mut bo = running.browser();
    bo.open(&format!("{}/accounts", running.url)).await;
    bo.press("Sign in with Azure DevOps").await;
    bo.press("value=\"bo\"").await;
    bo.press("Accept").await;
    bo.press("Connect Pretend OpenID").await;
    bo.press("value=\"ada\"").await;
    bo.press("Accept").await;
    assert_eq!(bo.page.status, 409, "{:?}", bo.page);
    bo.open(&format!("{}/accounts", running.url)).await;
    assert!(bo.page.shows("It is your only way in"));

    browser.open(&format!("{}/accounts", running.url)).await;
    browser.press("/unlink/pretend-openid").await;
    assert!(browser.page.shows("It is your only way in"), "{:?}", browser.page);
    elsewhere.open(&format!("{}/accounts", running.url)).await;
    assert_eq!(elsewhere.page.heading(), "Sign in", "{:?}", elsewhere.page);
}

#[tokio::test]
async fn over_https_everything_is_as_before_and_cookies_are_for_https_only() {
    let running = Running::start(&[("TLS", "1")]).await;
    assert!(running.url.starts_with("https://localhost:"));
    let browser = running.norma("/org/lamplight/projects").await;
    assert_eq!((browser.page.heading(), browser.page.status), ("lamplight", 200));
    // Whoever speaks plain http to it gets no answer, and holds up nobody.
    let plain = running.url.replace("https", "http");
    assert!(reqwest::get(plain).await.is_err());
    assert_eq!(running.norma("/dashboard").await.page.status, 200);
}

#[tokio::test]
async fn whoever_azure_devops_does_not_know_is_told_so_and_may_come_another_way() {
    let running = Running::start(&[]).await;
    let mut browser = running.browser();
    browser.open(&format!("{}/dashboard", running.url)).await;
    browser.press("Sign in with Pretend OpenID").await;
    browser.press("value=\"ada\"").await;
    browser.press("Accept").await;
    assert_eq!((browser.page.heading(), browser.page.status), ("Azure DevOps does not know this account", 403));
    assert!(browser.page.shows("Signed in as <strong>Ada Byron</strong>"));

    browser.click("Sign in another way").await;
    browser.sign_in_as("norma").await;
    assert_eq!((browser.page.heading(), browser.page.status), ("Organisations", 200));
    assert_eq!((running.openid().violations(), running.azure().violations()), (vec![], vec![]));
}
