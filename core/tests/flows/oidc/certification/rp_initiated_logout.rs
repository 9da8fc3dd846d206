//! Signing out at the provider, and coming back from there in every state.

use admit::OAuthProvider;
use admit_testkit::oidc::{Fault, Stage};
use http::StatusCode;
use serde_json::Value;

use super::{sign_in, site_with};
use crate::support::{ORIGIN, location};

/// Signs in and out, there and back; where the browser lands.
async fn lands(fault: Option<Fault>) -> String {
    let (site, company) = site_with(
        |company| company.post_logout_redirect_uri(format!("{ORIGIN}/api/auth/signout/company")),
        OAuthProvider::sign_out_at_provider,
    );
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let token = browser.csrf_token().await;
    let form = [("csrfToken", token.as_str()), ("callbackUrl", "/bye")];
    let there = location(&browser.post("/api/auth/signout", &form).await);
    if let Some(fault) = fault {
        company.fail_once(Stage::EndSession, fault);
    }
    let back = company.end_session(&there).await.unwrap().path_and_query();
    let answer = browser.get(&back).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    assert_eq!(browser.session().await, Value::Null);
    assert_eq!((company.count(Stage::EndSession), company.violations().len()), (1, 0));
    location(&answer)
}

#[tokio::test]
async fn oidcc_client_test_rp_init_logout() {
    assert_eq!(lands(None).await, format!("{ORIGIN}/bye"));
}

#[tokio::test]
async fn oidcc_client_test_rp_init_logout_no_state() {
    // LGO-004
    assert_eq!(lands(Some(Fault::NoState)).await, ORIGIN);
}

#[tokio::test]
async fn oidcc_client_test_rp_init_logout_other_state() {
    // LGO-003
    assert_eq!(lands(Some(Fault::WrongState("other".to_owned()))).await, ORIGIN);
}
