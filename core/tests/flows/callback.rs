//! `GET …/callback/{id}`.

use http::StatusCode;

use crate::support::{ORIGIN, Site, location, refusal};

#[tokio::test]
async fn a_person_signs_in_and_lands_where_they_wanted_to_go() {
    // ADO-005
    let site = Site::new();
    let mut browser = site.browser();
    let callback = browser.consent("/dashboard?tab=1#x").await;
    let answer = browser.get(&callback).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    assert_eq!(location(&answer), format!("{ORIGIN}/dashboard?tab=1#x"));
    let session = browser.session().await;
    assert_eq!(session["user"]["name"], "Norma Paulk", "{session}");
    assert_eq!(site.azure.violations(), [""; 0]);
    assert_eq!(refused(&browser), [""; 0]);
}

fn refused<'a>(browser: &'a crate::support::Browser<'_>) -> &'a [String] {
    browser.jar.refused()
}

#[tokio::test]
async fn a_callback_counts_once() {
    // FLW-007
    let site = Site::new();
    let mut browser = site.browser();
    let callback = browser.consent("/").await;
    let mut twin = site.browser();
    twin.jar = browser.jar.clone();
    assert_eq!(location(&browser.get(&callback).await), format!("{ORIGIN}/"));
    let again = twin.get(&callback).await;
    assert_eq!(refusal(&again), ("/api/auth/error".into(), "Configuration".into(), "state_replayed".into()));
    assert_eq!(site.azure.code_exchanges(), 1);
}
