//! ID tokens that are not as they should be.

use admit_testkit::oidc::{Fault, Stage};
use serde_json::{Value, json};

use super::{refused, sign_in, site, site_with, trip};
use crate::support::log::Heard;
use crate::support::{location, parameter, refusal};

/// A fault at the token endpoint, with the reason that the browser is told.
fn faults() -> Vec<(&'static str, Fault, &'static str)> {
    vec![
        ("IDT-027 no id token", Fault::NoIdToken, "id_token_missing"),
        ("another issuer", Fault::WrongIssuer, "id_token_invalid"),
        ("IDT-003 no issuer", Fault::Claims(json!({ "iss": null })), "id_token_invalid"),
        ("IDT-004 another audience", Fault::WrongAudience, "id_token_invalid"),
        ("IDT-006 no audience", Fault::Claims(json!({ "aud": [] })), "id_token_invalid"),
        ("two audiences", Fault::Claims(json!({ "aud": ["app-id", "b"], "azp": "app-id" })), "id_token_invalid"),
        ("IDT-009 another party", Fault::Claims(json!({ "azp": "other" })), "id_token_invalid"),
        ("IDT-010 no subject", Fault::Claims(json!({ "sub": null })), "id_token_invalid"),
        ("IDT-010 a number for a subject", Fault::Claims(json!({ "sub": 7 })), "id_token_invalid"),
        ("IDT-012 from the future", Fault::Claims(json!({ "iat": 1_795_300_600 })), "id_token_untimely"),
        ("IDT-015 expired", Fault::Expired, "id_token_untimely"),
        ("IDT-018 an absurd end", Fault::Claims(json!({ "exp": 1e308 })), "id_token_invalid"),
        ("IDT-019 not yet", Fault::Claims(json!({ "nbf": 1_795_300_600 })), "id_token_untimely"),
        ("IDT-020 another nonce", Fault::WrongNonce, "id_token_invalid"),
        (
            "IDT-023 no nonce needed",
            Fault::Claims(json!({ "nonce": null, "nonce_supported": false })),
            "id_token_invalid",
        ),
        ("IDT-028 another access token", Fault::WrongAccessTokenHash, "id_token_invalid"),
        (
            "SES-011 a session that is over",
            Fault::Claims(json!({ "session_expiry": 1_795_299_999 })),
            "id_token_untimely",
        ),
        ("SES-011 milliseconds", Fault::Claims(json!({ "session_expiry": 1_795_300_600_000_u64 })), "id_token_invalid"),
        ("JOS-001 not signed", Fault::AlgNone, "id_token_invalid"),
        ("forged", Fault::Forged, "id_token_invalid"),
        ("the public key as a secret", Fault::HmacWithPublicKey, "id_token_invalid"),
        ("an unknown key", Fault::UnknownKey, "id_token_invalid"),
        ("JOS-017 an extension", Fault::Header(json!({ "crit": ["bork"] })), "id_token_invalid"),
        ("JOS-019 an access token", Fault::Header(json!({ "typ": "at+jwt" })), "id_token_invalid"),
        ("azure.md T66 another algorithm", Fault::Header(json!({ "alg": "RS384" })), "id_token_invalid"),
    ]
}

#[tokio::test]
async fn no_faulty_id_token_signs_anybody_in_and_the_log_says_why() {
    let mut causes = String::new();
    for (name, fault, expected) in faults() {
        let heard = Heard::default();
        let listening = heard.listen();
        let (site, company) = site();
        company.fail_once(Stage::Token, fault);
        assert_eq!(refused(&site, &company).await, expected, "{name}");
        drop(listening);
        let log = heard.text();
        let line = log.lines().find(|line| line.contains("request refused")).unwrap();
        let (_, cause) = line.split_once("cause=").unwrap();
        causes += &format!("{name}\n    {expected}\n    {cause}\n");
        // Nothing of a token, and no code, is in the log.
        for secret in ["eyJ", "access-", "refresh-", "code-", "ada@", "Ada", "248289761001"] {
            assert!(!log.contains(secret), "{name}: {secret} in {log}");
        }
    }
    insta::assert_snapshot!("causes", causes);
}

#[tokio::test]
async fn what_comes_instead_of_a_token_is_refused_without_a_panic() {
    let (site, company) = site();
    for id_token in ["", "a", "..", "a.b.c", "....", "e30.e30.", "{}", "null", "é.é.é", "\0", &"a.".repeat(40_000)] {
        let body = json!({ "access_token": "a", "token_type": "Bearer", "id_token": id_token }).to_string().into();
        company.fail_once(Stage::Token, Fault::Answer { status: http::StatusCode::OK, body });
        let expected = if id_token.is_empty() { "id_token_missing" } else { "id_token_invalid" };
        assert_eq!(refused(&site, &company).await, expected, "{id_token:?}");
    }
    sign_in(&mut site.browser(), &company).await;
}

#[tokio::test]
async fn a_token_of_one_trip_does_not_end_another() {
    // IDT-024
    let (site, company) = site();
    let mut browser = site.browser();
    let first = parameter(&location(&browser.begin("company", "/").await), "nonce").unwrap();
    company.fail_once(Stage::Token, Fault::Claims(json!({ "nonce": first })));
    assert_eq!(refusal(&trip(&mut browser, &company).await).2, "id_token_invalid");
}

#[tokio::test]
async fn tokens_that_come_with_the_browser_count_for_nothing() {
    // FLW-039, FLW-040
    let (site, company) = site();
    let mut browser = site.browser();
    let there = location(&browser.begin("company", "/").await);
    let state = parameter(&there, "state").unwrap();
    let answer = browser
        .get(&format!("/api/auth/callback/company?state={state}&iss=https://id.example&access_token=t&id_token=j"))
        .await;
    assert_eq!(refusal(&answer).2, "code_missing");

    let there = location(&browser.begin("company", "/").await);
    let back = company.authorize_as("ada", &there).await.unwrap().path_and_query();
    browser.get(&format!("{back}&id_token=eyJhbGciOiJub25lIn0.eyJzdWIiOiJldmUifQ.")).await;
    assert_eq!(browser.session().await["user"]["name"], "Ada Byron");
}

#[tokio::test]
async fn whoever_asks_for_a_max_age_gets_somebody_who_was_asked_within_it() {
    let (site, company) = site();
    let trip = async |max_age: &str, fault: Option<Fault>| {
        let mut browser = site.browser();
        let token = browser.csrf_token().await;
        let path = format!("/api/auth/signin/company?max_age={max_age}");
        let there = location(&browser.post(&path, &[("csrfToken", &token)]).await);
        assert_eq!(parameter(&there, "max_age").as_deref(), Some(max_age));
        if let Some(fault) = fault {
            company.fail_once(Stage::Token, fault);
        }
        let back = company.authorize_as("ada", &there).await.unwrap().path_and_query();
        let answer = browser.get(&back).await;
        if browser.session().await == Value::Null { refusal(&answer).2 } else { "signed in".to_owned() }
    };
    let earlier = |seconds: i64| Some(Fault::Claims(json!({ "auth_time": 1_795_300_000 - seconds })));
    assert_eq!(trip("300", None).await, "signed in");
    assert_eq!(trip("300", earlier(300)).await, "signed in");
    assert_eq!(trip("300", earlier(400)).await, "id_token_untimely");
    assert_eq!(trip("0", earlier(61)).await, "id_token_untimely");
    assert_eq!(trip("300", Some(Fault::Claims(json!({ "auth_time": null })))).await, "id_token_invalid");
    let mut browser = site.browser();
    company.fail_once(Stage::Token, Fault::Claims(json!({ "auth_time": 0 })));
    sign_in(&mut browser, &company).await;
}

#[tokio::test]
async fn an_audience_that_the_description_trusts_may_stand_beside_the_client() {
    let (site, company) = site_with(|company| company, |provider| provider.trusted_audiences(["api"]));
    let two = json!({ "aud": ["api", "app-id"], "azp": "app-id" });
    company.fail_once(Stage::Token, Fault::Claims(two));
    sign_in(&mut site.browser(), &company).await;
    company.fail_once(Stage::Token, Fault::Claims(json!({ "aud": ["api", "app-id"] })));
    assert_eq!(refused(&site, &company).await, "id_token_invalid");
}
