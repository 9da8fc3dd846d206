//! `GET|POST …/callback/{id}`.

mod answers;
mod decisions;
mod form_post;
mod hang_up;
mod once;
mod several;
mod standard;
mod state;
mod stores;

use http::StatusCode;

use crate::support::{ORIGIN, Site, location, shown};

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
    assert_eq!(browser.jar.refused(), [""; 0]);
}

#[tokio::test]
async fn the_answer_takes_the_trip_s_cookie_away_and_sets_the_session() {
    // SES-012
    let site = Site::new();
    let mut browser = site.browser();
    let callback = browser.consent("/dashboard").await;
    insta::assert_snapshot!(shown(&browser.get(&callback).await), @r"
    302 Found
    cache-control: private, no-cache, no-store
    expires: 0
    location: https://app.example/dashboard
    pragma: no-cache
    set-cookie: __Host-admit.pending.a08839eda7513e1a=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax
    set-cookie: __Secure-authjs.session-token=(3059 characters); Path=/; Expires=Mon, 21 Dec 2026 22:26:40 GMT; HttpOnly; Secure; SameSite=Lax
    set-cookie: __Secure-admit.last-used=azure-devops; Max-Age=31536000; Path=/api/auth; Expires=Sun, 21 Nov 2027 22:26:40 GMT; HttpOnly; Secure; SameSite=Lax
    ");
    assert!(browser.jar.names().iter().all(|name| !name.contains("pending")));
}
