//! The sign-in page of somebody who has signed in before. Cases: UIX-007.

use std::time::Duration;

use admit::credentials::{Credentials, Field, GivenCredentials, Verdict};
use admit::{AuthBuilder, MemoryStore, Profile};

use crate::linking::{House, ada, nameless};
use crate::support::{Browser, Site, location, refusal, set_cookies};

const NAME: &str = "__Secure-admit.last-used";
const DAY: Duration = Duration::from_secs(86_400);

/// The names of the ways that the page marks.
async fn marked(browser: &mut Browser<'_>) -> Vec<String> {
    let page = String::from_utf8(browser.get("/api/auth/signin").await.body().to_vec()).unwrap();
    let before = page.split(r#"</span> <span class="last">Last used</span></span></button>"#).collect::<Vec<_>>();
    let (_, before) = before.split_last().unwrap();
    before.iter().map(|form| form.rsplit("<span>Sign in with ").next().unwrap().to_owned()).collect()
}

fn remembered(lines: &[String]) -> Vec<&str> {
    lines.iter().filter(|line| line.contains("last-used")).map(String::as_str).collect()
}

#[tokio::test]
async fn the_way_that_was_used_last_is_marked_on_the_next_visit() {
    let house = House::in_store();
    let mut browser = house.site.browser();
    assert_eq!(marked(&mut browser).await, [""; 0]);
    let answer = house.sign_in(&mut browser, "globex", nameless(9)).await;
    assert_eq!(
        remembered(&set_cookies(&answer)),
        ["__Secure-admit.last-used=globex; Max-Age=31536000; Path=/api/auth; Expires=Sun, 21 Nov 2027 22:26:40 GMT; \
          HttpOnly; Secure; SameSite=Lax"]
    );
    assert_eq!(browser.jar.refused(), [""; 0]);
    assert_eq!(marked(&mut browser).await, ["Globex"]);
    // Signing out is what comes before the next visit.
    browser.sign_out().await;
    assert_eq!(marked(&mut browser).await, ["Globex"]);

    house.sign_in(&mut browser, "acme", ada()).await;
    assert_eq!(marked(&mut browser).await, ["Acme"]);
    house.site.clock.advance(364 * DAY);
    assert_eq!(marked(&mut browser).await, ["Acme"]);
    house.site.clock.advance(2 * DAY);
    assert_eq!(marked(&mut browser).await, [""; 0]);
}

#[tokio::test]
async fn it_is_written_when_it_changes_and_goes_to_no_page_of_the_application() {
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    for path in ["/", "/api/authors", "/projects"] {
        let sent = browser.jar.header_for(path, true).unwrap();
        assert!(!sent.contains(NAME) && sent.contains("session-token"), "{path}: {sent}");
    }
    assert!(browser.jar.header_for("/api/auth/signin", true).unwrap().contains("last-used=acme"));
    let again = house.sign_in(&mut browser, "acme", ada()).await;
    assert_eq!(remembered(&set_cookies(&again)), [""; 0]);
    let other = house.sign_in(&mut browser, "globex", nameless(9)).await;
    assert_eq!(remembered(&set_cookies(&other)).len(), 1);
}

#[tokio::test]
async fn only_a_sign_in_that_was_completed_counts() {
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    // Connecting an account is none,
    house.connect(&mut browser, "globex", nameless(9)).await;
    assert_eq!(browser.jar.get(NAME), Some("acme"));
    // and neither is one that was begun, or cancelled.
    let there = browser.begin("globex", "/").await;
    let state = crate::support::parameter(&location(&there), "state").unwrap();
    let cancelled = browser.get(&format!("/api/auth/callback/globex?error=access_denied&state={state}")).await;
    assert_eq!(refusal(&cancelled).2, "access_denied");
    assert_eq!(browser.jar.get(NAME), Some("acme"));
}

#[tokio::test]
async fn what_names_no_provider_of_this_site_marks_nothing() {
    let house = House::in_store();
    for planted in ["", "nobody", "ACME", "acme%20", "%61cme", "<script>", "../acme", "acme,globex"] {
        let mut browser = house.site.browser();
        browser.jar.set(NAME, planted);
        assert_eq!(marked(&mut browser).await, [""; 0], "{planted}");
        // It is put right by the next sign-in.
        house.sign_in(&mut browser, "acme", ada()).await;
        assert!(browser.jar.header_for("/api/auth/signin", true).unwrap().starts_with(&format!("{NAME}=acme")));
    }
}

#[tokio::test]
async fn a_page_with_one_way_marks_none() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    assert_eq!(browser.jar.get(NAME), Some("azure-devops"));
    assert_eq!(marked(&mut browser).await, [""; 0]);
}

#[tokio::test]
async fn a_form_of_this_site_is_a_way_like_any_other() {
    let members = Credentials::new("Acme", |_: GivenCredentials| async { Ok(Verdict::Accepted(Profile::new("7"))) });
    let members = members.field(Field::username("username", "User name"));
    let site = Site::with(|builder: AuthBuilder| builder.provider(members).danger_single_process_refresh());
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    browser.post("/api/auth/callback/credentials", &[("csrfToken", &token), ("username", "ada")]).await;
    assert_eq!(browser.jar.get(NAME), Some("credentials"));
    assert_eq!(marked(&mut browser).await, ["Acme"]);
}

#[tokio::test]
async fn a_site_that_wants_none_has_none() {
    let house = House::over(MemoryStore::new(), |builder| builder.danger_single_process_refresh().without_last_used());
    let mut browser = house.site.browser();
    let answer = house.sign_in(&mut browser, "globex", nameless(9)).await;
    assert_eq!(remembered(&set_cookies(&answer)), [""; 0]);
    // One that is left from before is not looked at.
    browser.jar.set(NAME, "globex");
    assert_eq!(marked(&mut browser).await, [""; 0]);
}
