//! The provider is down: in the middle of a sign-in, and while people are signed in.

use std::time::Duration;

use admit::AccessTokenError;
use admit_testkit::PretendOidc;
use admit_testkit::oidc::{Fault, Stage};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde_json::{Value, json};

use super::{refused, sign_in, site};
use crate::support::{location, refusal};

const ALL: [Stage; 4] = [Stage::Discovery, Stage::Keys, Stage::Token, Stage::Userinfo];

fn goes_down(company: &PretendOidc) {
    for stage in ALL {
        company.fail_always(stage, Fault::DroppedConnection);
    }
}

#[tokio::test]
async fn one_that_goes_down_in_the_middle_of_a_sign_in_costs_that_sign_in_and_no_other() {
    // FLT-001
    for stage in [Stage::Token, Stage::Keys] {
        let (site, company) = site();
        let mut browser = site.browser();
        let there = location(&browser.begin("company", "/").await);
        let back = company.authorize_as("ada", &there).await.unwrap().path_and_query();
        company.fail_always(stage, Fault::DroppedConnection);
        let answer = browser.get(&back).await;
        assert_eq!(refusal(&answer).2, "provider_unavailable", "{stage:?}");
        assert_eq!(browser.session().await, Value::Null);
        assert!(browser.jar.names().iter().all(|name| !name.contains("pending")), "{stage:?}: no trip is left over");
        // Nor is what was sent sent again: the code may have been spent.
        assert_eq!(company.count(Stage::Token), 1);

        company.clear_faults();
        site.clock.advance(Duration::from_secs(30));
        sign_in(&mut browser, &company).await;
    }
}

#[tokio::test]
async fn one_that_hangs_in_the_middle_of_a_sign_in_is_waited_for_ten_seconds() {
    // FLT-001
    for stage in [Stage::Token, Stage::Keys] {
        let (site, company) = site();
        let mut browser = site.browser();
        let there = location(&browser.begin("company", "/").await);
        let back = company.authorize_as("ada", &there).await.unwrap().path_and_query();
        let held = company.hold(stage);
        let time_passes = async {
            held.until_waiting(1).await;
            site.clock.advance(Duration::from_secs(10));
        };
        let (answer, ()) = tokio::join!(browser.get(&back), time_passes);
        assert_eq!(refusal(&answer).2, "provider_unavailable", "{stage:?}");
    }
}

#[tokio::test]
async fn who_is_signed_in_stays_so_while_the_provider_is_down() {
    // FLT-002
    let (site, company) = site();
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    goes_down(&company);
    site.clock.advance(Duration::from_secs(3599));
    company.reset_log();
    assert_eq!(browser.session().await["user"]["name"], "Ada Byron");
    assert_eq!(ALL.map(|stage| company.count(stage)), [0; 4], "nobody is asked");

    // What needs a token is told that there is none now.
    site.clock.advance(Duration::from_secs(3600));
    let current = browser.current("/");
    let error = current.access_token("company").await.unwrap_err();
    assert!(matches!(error, AccessTokenError::Unavailable { .. }), "{error:?}");
    browser.finish(&current).await;
    assert_eq!(browser.session().await["user"]["name"], "Ada Byron");

    company.clear_faults();
    site.clock.advance(Duration::from_secs(30));
    let current = browser.current("/");
    current.access_token("company").await.unwrap();
    browser.finish(&current).await;
    assert_eq!(browser.session().await["user"]["name"], "Ada Byron");
}

#[tokio::test]
async fn a_token_that_asks_for_two_thousand_million_rounds_is_refused_at_once() {
    // JOS-023. That nothing is computed shows in that the test ends.
    let header = json!({
        "alg": "PBES2-HS256+A128KW", "enc": "A256CBC-HS512", "p2c": 2_147_483_648_u64, "p2s": "2WCTcJZ1Rvd_CJuJripQ1w",
    });
    let (site, company) = site();
    company.fail_once(Stage::Token, Fault::Header(header.clone()));
    assert_eq!(refused(&site, &company).await, "id_token_invalid");

    // Nor is a session opened by a key that somebody thought of.
    let mut browser = site.browser();
    let jwe = format!("{}.AAAA.AAAA.AAAA.AAAA", URL_SAFE_NO_PAD.encode(header.to_string()));
    browser.jar.set("__Secure-authjs.session-token", &jwe);
    let answer = browser.get("/api/auth/session").await;
    assert_eq!((answer.status(), crate::support::json(&answer)), (StatusCode::OK, Value::Null));
}
