//! The issuer in the answer to the browser (RFC 9207).

use admit_testkit::oidc::{Fault, Stage};

use super::{refused, sign_in, site, site_with};

#[tokio::test]
async fn an_answer_of_another_issuer_sends_no_code_anywhere() {
    // MIX-001, MIX-006
    for wrong in ["https://id.example1", "https://id.example/", "https://ID.example", "https://evil.example", "x", ""] {
        let (site, company) = site();
        company.fail_once(Stage::Authorize, Fault::WrongIss(wrong.to_owned()));
        assert_eq!(refused(&site, &company).await, "provider_mismatch", "{wrong}");
        assert_eq!(company.count(Stage::Token), 0, "{wrong}");
    }
}

#[tokio::test]
async fn an_issuer_that_promised_to_name_itself_has_to() {
    let (site, company) = site();
    company.fail_once(Stage::Authorize, Fault::NoIss);
    assert_eq!(refused(&site, &company).await, "provider_mismatch");
    assert_eq!(company.count(Stage::Token), 0);

    // One that promised nothing need not, and must not lie.
    let (site, company) = site_with(|company| company.sends_iss(false), |provider| provider);
    sign_in(&mut site.browser(), &company).await;
    company.fail_once(Stage::Authorize, Fault::WrongIss("https://evil.example".to_owned()));
    assert_eq!(refused(&site, &company).await, "provider_mismatch");
}

#[tokio::test]
async fn an_error_of_another_issuer_is_not_believed_either() {
    let (site, _) = site();
    let mut browser = site.browser();
    let state = |there: &str| crate::support::parameter(there, "state").unwrap();
    for (iss, expected) in [
        ("&iss=https://evil.example", "provider_mismatch"),
        ("", "provider_mismatch"),
        ("&iss=https://id.example", "access_denied"),
    ] {
        let there = crate::support::location(&browser.begin("company", "/").await);
        let path = format!("/api/auth/callback/company?error=access_denied&state={}{iss}", state(&there));
        assert_eq!(crate::support::refusal(&browser.get(&path).await).2, expected, "{iss}");
    }
}

#[tokio::test]
async fn an_issuer_with_a_path_or_a_slash_at_its_end_is_that_issuer() {
    // MIX-009
    for issuer in ["https://id.example/realms/one", "https://id.example/", "http://localhost:8080/realms/one"] {
        let (site, company) = site_with(|company| company.issuer(issuer), |provider| provider);
        sign_in(&mut site.browser(), &company).await;
        assert_eq!(company.violations(), [""; 0], "{issuer}");
    }
}
