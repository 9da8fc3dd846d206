//! Somebody who is signed in proves it once more, or better.

use std::time::Duration;

use admit::{AuthBuilder, Decision, JwtCause};
use admit_testkit::PretendOidc;
use admit_testkit::oidc::{Fault, Stage};
use http::Response;
use serde_json::{Value, json};

use super::{sign_in, site, site_and};
use crate::support::rules::Rules;
use crate::support::{Browser, ORIGIN, Site, location, parameter, refusal};

/// Ada, who is signed in.
async fn ada<'a>(site: &'a Site, company: &PretendOidc) -> Browser<'a> {
    let mut browser = site.browser();
    sign_in(&mut browser, company).await;
    browser
}

/// Goes from the page's form to the provider, and comes back as that person.
async fn again(browser: &mut Browser<'_>, company: &PretendOidc, url: &str, login: &str) -> Response<bytes::Bytes> {
    let page = browser.get(url.strip_prefix(ORIGIN).unwrap()).await;
    let page = String::from_utf8(page.body().to_vec()).unwrap();
    let form = page.split("action=\"").find(|part| part.contains("/signin/company")).unwrap();
    let action = form.split('"').next().unwrap().replace("&amp;", "&");
    let token = browser.csrf_token().await;
    let action = action.strip_prefix(ORIGIN).unwrap();
    let there = location(&browser.post(action, &[("csrfToken", &token), ("callbackUrl", "/pay")]).await);
    let back = company.authorize_as(login, &there).await.unwrap().path_and_query();
    browser.get(&back).await
}

/// An application that remembers in the session how the person proved who they are.
fn remembering(builder: AuthBuilder) -> AuthBuilder {
    let rules = Rules::default().jwt(|mut token, cause| {
        if let JwtCause::SignIn { claims, .. } = cause {
            let proof = claims.authentication();
            token.insert("proof", json!([proof.at.map(|at| at.unix_seconds()), proof.context, proof.methods]));
        }
        Ok(Some(token))
    });
    builder.callbacks(rules.session(|mut session, cause| {
        session.extra.insert("proof".to_owned(), cause.token.value("proof").cloned().unwrap_or_default());
        Ok(session)
    }))
}

#[tokio::test]
async fn whoever_proves_it_once_more_gets_a_session_that_says_so_and_the_old_one_is_over() {
    // STP-001, STP-006
    let (site, company) = site_and(|company| company, |provider| provider, remembering);
    let mut browser = ada(&site, &company).await;
    let first = browser.session().await["proof"].clone();
    let mut copy = site.browser();
    copy.jar = browser.jar.clone();
    site.clock.advance(Duration::from_secs(3600));

    let url = browser.current("/pay").sign_in_again().max_age(Duration::from_secs(60)).context(["phr"]).url();
    insta::assert_snapshot!(url, @"https://app.example/api/auth/signin?callbackUrl=%2Fpay&reauthenticate=1&max_age=60&claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22essential%22%3Atrue%2C%22values%22%3A%5B%22phr%22%5D%7D%7D%7D");
    let stronger = json!({ "acr": "phr", "amr": ["pwd", "hwk"] });
    company.fail_once(Stage::Token, Fault::Claims(stronger));
    assert_eq!(location(&again(&mut browser, &company, &url, "ada").await), format!("{ORIGIN}/pay"));
    let asked = company.requests(Stage::Authorize).pop().unwrap().uri().to_string();
    assert_eq!(parameter(&asked, "max_age").as_deref(), Some("60"));
    assert_eq!(parameter(&asked, "reauthenticate"), None, "that is between the browser and us");

    let proof = &browser.session().await["proof"];
    assert_eq!(proof, &json!([first[0].as_i64().unwrap() + 3600, "phr", ["pwd", "hwk"]]));
    assert_eq!(copy.session().await, Value::Null);
    assert_eq!(company.violations(), [""; 0]);
}

#[tokio::test]
async fn what_proves_less_than_was_asked_leaves_the_session_as_it_was() {
    // STP-002, STP-003, STP-004, STP-008
    for (name, claims, expected) in [
        ("no auth_time", json!({ "auth_time": null, "acr": "phr" }), "id_token_invalid"),
        ("auth_time an hour ago", json!({ "auth_time": 1_000_000_000, "acr": "phr" }), "id_token_untimely"),
        ("another class", json!({ "acr": "0" }), "id_token_invalid"),
        ("no class", json!({}), "id_token_invalid"),
        ("a list", json!({ "acr": ["phr"] }), "id_token_invalid"),
    ] {
        let (site, company) = site_and(|company| company, |provider| provider, remembering);
        let mut browser = ada(&site, &company).await;
        let before = browser.session().await;
        let url = browser.current("/pay").sign_in_again().max_age(Duration::from_secs(300)).context(["phr"]).url();
        company.fail_once(Stage::Token, Fault::Claims(claims));
        assert_eq!(refusal(&again(&mut browser, &company, &url, "ada").await).2, expected, "{name}");
        assert_eq!(browser.session().await["proof"], before["proof"], "{name}");
        assert_eq!(browser.session().await["user"]["name"], "Ada Byron", "{name}");
    }
}

#[tokio::test]
async fn what_is_only_wished_for_is_for_the_application_to_judge() {
    // STP-004: `acr_values` is a voluntary claim (OpenID Connect Core §3.1.2.1).
    let strict = Rules::default().sign_in(|attempt| {
        let is_strong = attempt.claims.authentication().context == Some("phr");
        Ok(if is_strong { Decision::Allow } else { Decision::Deny })
    });
    let (site, company) = site_and(|company| company, |provider| provider, |builder| builder.callbacks(strict));
    let acr = |acr: &str| Fault::Claims(json!({ "acr": acr }));
    let mut browser = site.browser();
    company.fail_once(Stage::Token, acr("phr"));
    sign_in(&mut browser, &company).await;
    let url = browser.current("/pay").sign_in_again().parameter("acr_values", "phr").url();
    company.fail_once(Stage::Token, acr("0"));
    assert_eq!(refusal(&again(&mut browser, &company, &url, "ada").await).2, "access_denied");
    assert_eq!(browser.session().await["user"]["name"], "Ada Byron");
}

#[tokio::test]
async fn somebody_else_cannot_prove_it_for_whoever_is_signed_in() {
    // STP-005
    let (site, company) = site();
    let mut browser = ada(&site, &company).await;
    let url = browser.current("/pay").sign_in_again().url();
    let answer = again(&mut browser, &company, &url, "bo").await;
    let (page, error, code) = refusal(&answer);
    assert_eq!((page.as_str(), error.as_str(), code.as_str()), ("/api/auth/error", "AccessDenied", "another_person"));
    assert_eq!(browser.session().await["user"]["name"], "Ada Byron");

    // Of somebody who signed out meanwhile nothing is left to protect.
    browser.sign_out().await;
    assert_eq!(location(&again(&mut browser, &company, &url, "bo").await), format!("{ORIGIN}/pay"));
    assert_eq!(browser.session().await["user"]["name"], "Bo");
}

#[tokio::test]
async fn a_person_is_the_same_whatever_the_application_calls_them() {
    let renamed = Rules::default().jwt(|mut token, cause| {
        if let JwtCause::SignIn { profile, .. } = cause {
            token.subject = Some(format!("employee {}", profile.subject));
        }
        Ok(Some(token))
    });
    let (site, company) = site_and(|company| company, |provider| provider, |builder| builder.callbacks(renamed));
    let mut browser = ada(&site, &company).await;
    let url = browser.current("/pay").sign_in_again().url();
    assert_eq!(refusal(&again(&mut browser, &company, &url, "bo").await).2, "another_person");
    assert_eq!(location(&again(&mut browser, &company, &url, "ada").await), format!("{ORIGIN}/pay"));
}

#[tokio::test]
async fn a_silent_check_that_fails_changes_nothing_and_goes_round_in_no_circle() {
    // STP-007
    let (site, company) = site();
    let mut browser = ada(&site, &company).await;
    let url = browser.current("/pay").sign_in_again().parameter("prompt", "none").url();
    let answer = again(&mut browser, &company, &url, "ada").await;
    assert_eq!(
        refusal(&answer),
        ("/api/auth/signin".to_owned(), "OAuthCallbackError".to_owned(), "token_rejected".to_owned())
    );
    let page = browser.get(location(&answer).strip_prefix(ORIGIN).unwrap()).await;
    assert_eq!(page.status(), http::StatusCode::OK, "a page, and no further redirect");
    assert_eq!(browser.session().await["user"]["name"], "Ada Byron");
    assert_eq!(company.count(Stage::Token), 1);
}
