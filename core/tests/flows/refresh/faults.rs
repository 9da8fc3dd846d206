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
    // TOK-015, TOK-016, TOK-017, TOK-011, TOK-009, REF-010, FLT-002, azure.md T14, T17, T24, T25
    let now = admit_testkit::FixedClock::default().now();
    let limited = |retry_after: String| Fault::TooManyRequests { retry_after };
    // The date is 90 s after the moment at which the fault is met.
    let date = (now + Duration::from_secs(super::LIFE - 200 + 90)).to_http_date();
    let guessed = 2_500..=5_000;
    for home in HOMES {
        for (fault, pause, calls) in [
            (Fault::Status(StatusCode::INTERNAL_SERVER_ERROR), guessed.clone(), 1),
            (Fault::Status(StatusCode::BAD_GATEWAY), guessed.clone(), 1),
            (Fault::Status(StatusCode::SERVICE_UNAVAILABLE), guessed.clone(), 1),
            (Fault::Status(StatusCode::GATEWAY_TIMEOUT), guessed.clone(), 1),
            (Fault::Status(StatusCode::BAD_REQUEST), guessed.clone(), 1),
            (limited("2".to_owned()), 2_000..=2_200, 1),
            (limited(date.clone()), 90_000..=99_000, 1),
            (limited("999999".to_owned()), 3_600_000..=3_960_000, 1),
            (limited("soon".to_owned()), guessed.clone(), 1),
            // Here the refresh token may have been taken, so it is sent once more at once.
            (Fault::HtmlWith200, guessed.clone(), 2),
            (Fault::HtmlWith203, guessed.clone(), 2),
            (Fault::DroppedConnection, guessed.clone(), 2),
            (Fault::HugeBody(BODY_LIMIT + 1), guessed.clone(), 2),
            (Fault::RedirectTo("https://canary.example/token".to_owned()), guessed.clone(), 1),
            (Fault::RedirectTo("//canary.example/token".to_owned()), guessed.clone(), 1),
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
            assert_eq!(site.azure.refreshes(), calls, "{what}: no hot loop");
            site.clock.advance(Duration::from_millis(pause.start() - 1));
            assert_eq!(ask(&browser).await.ok().as_ref(), (*pause.start() < 200_000).then_some(&old), "{what}");
            assert_eq!(site.azure.refreshes(), calls, "{what}: the pause is kept");

            site.clock.advance(Duration::from_millis(pause.end() + 200_000 - pause.start()));
            let error = ask(&browser).await.unwrap_err();
            let AccessTokenError::Unavailable { retry_after, .. } = error else { panic!("{what}: {error:?}") };
            assert!(retry_after <= Duration::from_secs(3_960) && !retry_after.is_zero(), "{what}: {retry_after:?}");
            assert!(ask(&browser).await.is_err());
            assert_eq!(
                site.azure.refreshes(),
                calls + 1,
                "{what}: what was sent twice is sent once at a time from now on"
            );
            assert!(browser.session().await["user"].is_object(), "{what}: the session lives on");

            site.azure.clear_faults();
            advance(&site, 3_961);
            let new = token(&browser).await;
            assert!(new != old && works(&site, &new).await, "{what}: the refresh token was not lost");
            assert_eq!(site.azure.refreshes(), calls + 2, "{what}");
            let events = ["needs_reauth", "tokens_refreshed", "refresh_failed"].map(|code| heard.count(code));
            assert_eq!(events, [0, 1, 2], "{what}: an event for each ending");
            assert_eq!(site.azure.violations(), [""; 0], "{what}: nothing was followed");
        }
    }
}

#[tokio::test]
async fn pauses_grow_with_each_attempt_up_to_five_minutes_and_a_success_begins_anew() {
    // REF-010, TOK-015
    for home in HOMES {
        let site = Site::with(home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        let mut attempts = Vec::new();
        for round in 0..2 {
            advance(&site, 4_000);
            site.azure.fail_always(Stage::Token, Fault::Status(StatusCode::INTERNAL_SERVER_ERROR));
            let before = site.azure.refreshes();
            let mut pauses = Vec::new();
            for attempt in 1..=8 {
                let Err(AccessTokenError::Unavailable { retry_after, .. }) = ask(&browser).await else { panic!() };
                assert_eq!(site.azure.refreshes() - before, attempt, "{}", home.name);
                pauses.push(retry_after);
                site.clock.advance(retry_after);
            }
            for (pause, whole) in pauses.iter().zip([5, 10, 20, 40, 80, 160, 300, 300]) {
                let whole = Duration::from_secs(whole);
                assert!(*pause > whole / 2 && *pause <= whole, "{}, round {round}: {pauses:?}", home.name);
            }
            attempts.push(pauses);
            site.azure.clear_faults();
            let current = browser.current("/");
            current.access_token(AZURE).await.unwrap();
            browser.finish(&current).await;
        }
        assert_ne!(attempts[0], attempts[1], "{}: chance has a part in it", home.name);
    }
}

#[tokio::test]
async fn thousands_who_meet_one_outage_do_not_come_back_at_one_moment() {
    // REF-011
    let site = Site::with(|builder| builder.danger_single_process_refresh());
    let mut seconds = [0; 6];
    for _ in 0..200 {
        let mut browser = site.browser();
        browser.sign_in().await;
        site.azure.fail_once(Stage::Token, Fault::Status(StatusCode::SERVICE_UNAVAILABLE));
        let before = site.clock.now();
        advance(&site, 4_000);
        let Err(AccessTokenError::Unavailable { retry_after, .. }) = ask(&browser).await else { panic!() };
        seconds[usize::try_from(retry_after.as_millis() / 1_000).unwrap()] += 1;
        site.clock.set(before);
    }
    assert_eq!(seconds[..3], [0; 3], "{seconds:?}");
    assert!(seconds[3..].iter().all(|count| (20..120).contains(count)), "{seconds:?}");
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
        site.clock.until_sleepers(3).await;
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
