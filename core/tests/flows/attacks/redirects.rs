//! The application's `redirect` callback fails, or is left alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use admit::AuthBuilder;
use http::StatusCode;
use serde_json::Value;

use crate::support::rules::Rules;
use crate::support::{ORIGIN, Site, location, refusal};

/// A site whose `redirect` callback fails while the flag is up.
fn failing() -> (Arc<AtomicBool>, Site) {
    let down = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&down);
    let rules = Rules::default().redirect(move |target, _| {
        if flag.load(Ordering::Relaxed) { Err("the directory is down".into()) } else { Ok(target) }
    });
    (down, Site::with(|builder: AuthBuilder| builder.callbacks(rules).danger_single_process_refresh()))
}

#[tokio::test]
async fn a_redirect_rule_that_fails_leads_to_an_error_page_and_not_round_in_circles() {
    // ERR-014
    let (down, site) = failing();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    browser.get("/api/auth/signin?callbackUrl=/in").await;
    down.store(true, Ordering::Relaxed);
    let refused = browser.post("/api/auth/signin/azure-devops", &[("csrfToken", &token)]).await;
    assert_eq!(refusal(&refused).2, "configuration");
    let page = browser.get(location(&refused).strip_prefix(ORIGIN).unwrap()).await;
    assert_eq!(page.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(location(&page), "");
}

#[tokio::test]
async fn a_redirect_rule_that_fails_takes_nobody_s_session() {
    let (down, site) = failing();
    let mut browser = site.browser();
    browser.sign_in().await;
    down.store(true, Ordering::Relaxed);
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
    assert_eq!(browser.get("/api/auth/sessions").await.status(), StatusCode::OK);
    // And nobody is kept from signing out.
    assert_eq!(location(&browser.sign_out().await), ORIGIN);
    assert_eq!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn a_sign_in_that_came_about_is_not_lost_for_want_of_a_place_to_go() {
    let (down, site) = failing();
    let mut browser = site.browser();
    let callback = browser.consent("/in").await;
    down.store(true, Ordering::Relaxed);
    assert_eq!(location(&browser.get(&callback).await), ORIGIN);
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
}

#[tokio::test]
async fn callbacks_that_say_nothing_of_redirects_leave_the_trusted_origins_trusted() {
    let trusted =
        |builder: AuthBuilder| builder.trusted_origins(["http://localhost:5173"]).danger_single_process_refresh();
    let with_callbacks = |builder| trusted(builder).callbacks(());
    for site in [Site::with(trusted), Site::with(with_callbacks)] {
        for (wanted, landed) in [
            ("http://localhost:5173/in", "http://localhost:5173/in"),
            ("https://evil.example/in", ORIGIN),
            ("/in", "https://app.example/in"),
        ] {
            let mut browser = site.browser();
            let callback = browser.consent(wanted).await;
            assert_eq!(location(&browser.get(&callback).await), landed);
        }
    }
}
