//! Faults that pass.

use std::time::Duration;

use admit::http::BODY_LIMIT;
use admit::{AccessTokenError, Clock};
use admit_testkit::azure_devops::{Fault, Stage};
use http::StatusCode;

use super::{AZURE, HOMES, Heard, advance, ask, leave, token, works};
use crate::support::Site;

#[tokio::test]
async fn through_a_fault_that_passes_the_token_at_hand_is_served_while_it_lives() {
    // TOK-015, TOK-016, TOK-017, TOK-011, TOK-009, REF-010, azure.md T14, T17, T24, T25
    let now = admit_testkit::FixedClock::default().now();
    let limited = |retry_after: String| Fault::TooManyRequests { retry_after };
    // The date is 90 s after the moment at which the fault is met.
    let date = (now + Duration::from_secs(super::LIFE - 200 + 90)).to_http_date();
    for home in HOMES {
        for (fault, pause) in [
            (Fault::Status(StatusCode::INTERNAL_SERVER_ERROR), 5),
            (Fault::Status(StatusCode::BAD_GATEWAY), 5),
            (Fault::Status(StatusCode::SERVICE_UNAVAILABLE), 5),
            (Fault::Status(StatusCode::GATEWAY_TIMEOUT), 5),
            (Fault::Status(StatusCode::BAD_REQUEST), 5),
            (limited("2".to_owned()), 2),
            (limited(date.clone()), 90),
            (limited("999999".to_owned()), 300),
            (limited("soon".to_owned()), 5),
            (Fault::HtmlWith200, 5),
            (Fault::HtmlWith203, 5),
            (Fault::DroppedConnection, 5),
            (Fault::RedirectTo("https://canary.example/token".to_owned()), 5),
            (Fault::RedirectTo("//canary.example/token".to_owned()), 5),
            (Fault::HugeBody(BODY_LIMIT + 1), 5),
        ] {
            let what = format!("{}, {fault:?}", home.name);
            let heard = Heard::default();
            let site = Site::with(|builder| (home.configure)(builder).events(heard.clone()));
            let mut browser = site.browser();
            browser.sign_in().await;
            let old = token(&browser).await;
            leave(&site, 200);
            site.azure.fail_always(Stage::Token, fault);
            for _ in 0..10 {
                assert_eq!(ask(&browser).await.unwrap(), old, "{what}");
            }
            assert_eq!(site.azure.refreshes(), 1, "{what}: no hot loop");
            site.clock.advance(Duration::from_secs(pause) - Duration::from_millis(1));
            assert_eq!(ask(&browser).await.ok().as_ref(), (pause < 200).then_some(&old), "{what}");
            assert_eq!(site.azure.refreshes(), 1, "{what}: the pause is kept");

            advance(&site, 201);
            let error = ask(&browser).await.unwrap_err();
            let AccessTokenError::Unavailable { retry_after, .. } = error else { panic!("{what}: {error:?}") };
            assert!(retry_after <= Duration::from_secs(300) && !retry_after.is_zero(), "{what}: {retry_after:?}");
            assert!(ask(&browser).await.is_err());
            assert_eq!(site.azure.refreshes(), 2, "{what}");
            assert!(browser.session().await["user"].is_object(), "{what}: the session lives on");

            site.azure.clear_faults();
            advance(&site, 301);
            let new = token(&browser).await;
            assert!(new != old && works(&site, &new).await, "{what}: the refresh token was not lost");
            assert_eq!(site.azure.refreshes(), 3, "{what}");
            assert_eq!((heard.count("needs_reauth"), heard.count("tokens_refreshed")), (0, 1), "{what}");
            assert_eq!(site.azure.violations(), [""; 0], "{what}: nothing was followed");
        }
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_a_fault_that_passes() {
    // azure.md T24: whoever is slow is given up; with a token store, before the lease ends.
    for home in HOMES {
        let site = Site::with(home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        let old = token(&browser).await;
        leave(&site, 60);
        site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(600)));
        let current = browser.current("/");
        let asked = tokio::spawn(async move { current.access_token(AZURE).await.unwrap().expose().to_owned() });
        site.clock.until_sleepers(2).await;
        advance(&site, 10);
        assert_eq!(asked.await.unwrap(), old, "{}", home.name);
        advance(&site, 5);
        assert!(works(&site, &token(&browser).await).await, "{}: given up before it was answered", home.name);
        assert_eq!(site.azure.refreshes(), 2, "{}", home.name);
    }
}

#[tokio::test]
async fn a_token_that_ends_while_its_refresh_is_awaited_is_not_handed_out() {
    for home in HOMES {
        let site = Site::with(home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        leave(&site, 5);
        site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(600)));
        let current = browser.current("/");
        let asked = tokio::spawn(async move { current.access_token(AZURE).await });
        site.clock.until_sleepers(2).await;
        advance(&site, 10);
        let error = asked.await.unwrap().unwrap_err();
        assert!(matches!(error, AccessTokenError::Unavailable { .. }), "{}: {error:?}", home.name);
    }
}

#[tokio::test]
async fn an_error_keeps_its_cause() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    advance(&site, 4000);
    site.azure.fail_always(Stage::Token, Fault::DroppedConnection);
    let error = ask(&browser).await.unwrap_err();
    let mut chain = vec![error.to_string()];
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        chain.push(cause.to_string());
        source = cause.source();
    }
    assert_eq!(
        chain,
        [
            "azure-devops: the access token cannot be refreshed now",
            "token endpoint is unavailable",
            "connection failed",
            "the pretend server dropped the connection",
        ]
    );
}
