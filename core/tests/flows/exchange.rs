//! The code exchange and the profile, when the provider does not answer as it should.

use std::time::Duration;

use admit::http::BODY_LIMIT;
use admit_testkit::azure_devops::{Fault, Stage};
use http::StatusCode;

use crate::support::{Browser, Site, location, refusal};

#[tokio::test]
async fn a_lifetime_written_as_a_string_is_a_lifetime() {
    // TOK-004
    for as_number in [false, true] {
        let site = Site::with_azure(
            |azure| if as_number { azure.expires_in_as_number() } else { azure },
            admit::AuthBuilder::danger_single_process_refresh,
        );
        let mut browser = site.browser();
        browser.sign_in().await;
        site.clock.advance(Duration::from_secs(3599 - 301));
        browser.current("/").access_token("azure-devops").await.unwrap();
        assert_eq!(site.azure.refreshes(), 0);
        site.clock.advance(Duration::from_secs(1));
        browser.current("/").access_token("azure-devops").await.unwrap();
        assert_eq!(site.azure.refreshes(), 1);
    }
}

#[tokio::test]
async fn a_token_endpoint_that_fails_signs_nobody_in_and_is_asked_once() {
    // TOK-007, TOK-009, TOK-011, TOK-015, TOK-016, TOK-017, azure.md T11, T14, T24
    let limited = |retry_after: &str| Fault::TooManyRequests { retry_after: retry_after.to_owned() };
    let away = |url: &str| Fault::RedirectTo(url.to_owned());
    for (fault, code) in [
        (Fault::Status(StatusCode::INTERNAL_SERVER_ERROR), "provider_unavailable"),
        (Fault::Status(StatusCode::BAD_GATEWAY), "provider_unavailable"),
        (Fault::Status(StatusCode::SERVICE_UNAVAILABLE), "provider_unavailable"),
        (Fault::Status(StatusCode::GATEWAY_TIMEOUT), "provider_unavailable"),
        (limited("2"), "provider_unavailable"),
        (limited("Sat, 21 Nov 2026 22:27:40 GMT"), "provider_unavailable"),
        (limited("999999"), "provider_unavailable"),
        (Fault::DroppedConnection, "provider_unavailable"),
        (Fault::LostAnswer, "provider_unavailable"),
        (Fault::HugeBody(BODY_LIMIT + 1), "provider_unavailable"),
        (Fault::ErrorWith200, "token_rejected"),
        (Fault::HtmlWith200, "token_response_invalid"),
        (Fault::HtmlWith203, "token_response_invalid"),
        (Fault::Status(StatusCode::BAD_REQUEST), "token_response_invalid"),
        (away("https://canary.example/token"), "token_response_invalid"),
        (away("//canary.example/token"), "token_response_invalid"),
        (away("http://app.vssps.visualstudio.com/oauth2/token"), "token_response_invalid"),
    ] {
        let site = Site::new();
        let mut browser = site.browser();
        let callback = browser.consent("/dashboard").await;
        site.azure.fail_always(Stage::Token, fault.clone());
        refused(&mut browser, &callback, code, &format!("{fault:?}")).await;
        assert_eq!(site.azure.count(Stage::Token), 1, "{fault:?}: a code that was sent may have been spent");
        assert_eq!(site.azure.count(Stage::Profile), 0, "{fault:?}");
        assert_eq!(site.azure.violations(), [""; 0], "{fault:?}: nothing was followed");

        site.azure.clear_faults();
        browser.sign_in().await;
        assert!(browser.session().await["user"].is_object(), "{fault:?}: the next trip is a new one");
    }
}

#[tokio::test]
async fn a_profile_that_cannot_be_read_signs_nobody_in() {
    // ADO-020, TOK-026, azure.md T15, T17
    let away = |url: &str| Fault::RedirectTo(url.to_owned());
    for (fault, code) in [
        (Fault::HtmlWith203, "token_rejected"),
        (away("https://canary.example/_signin"), "token_rejected"),
        (Fault::Status(StatusCode::UNAUTHORIZED), "token_rejected"),
        (Fault::Status(StatusCode::FORBIDDEN), "token_rejected"),
        (Fault::HtmlWith200, "token_response_invalid"),
        (Fault::Status(StatusCode::NOT_FOUND), "token_response_invalid"),
        (Fault::Status(StatusCode::SERVICE_UNAVAILABLE), "provider_unavailable"),
        (Fault::DroppedConnection, "provider_unavailable"),
        (Fault::HugeBody(BODY_LIMIT + 1), "provider_unavailable"),
    ] {
        let site = Site::new();
        let mut browser = site.browser();
        let callback = browser.consent("/dashboard").await;
        site.azure.fail_always(Stage::Profile, fault.clone());
        refused(&mut browser, &callback, code, &format!("{fault:?}")).await;
        assert!(site.azure.count(Stage::Profile) <= 2, "{fault:?}");
        assert_eq!(site.azure.violations(), [""; 0], "{fault:?}: nothing was followed");
    }
}

#[tokio::test]
async fn a_wish_to_slow_down_that_comes_with_a_profile_holds_nobody_up() {
    // ADO-021
    let site = Site::new();
    let mut browser = site.browser();
    let callback = browser.consent("/dashboard").await;
    let slower = [("retry-after", "5"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795300090")];
    let slower = slower.map(|(name, value)| (name, value.to_owned())).to_vec();
    site.azure.fail_once(Stage::Profile, Fault::Headers(slower));
    // The clock stands still: whoever waited would wait for ever.
    let answer = browser.get(&callback).await;
    assert_eq!(location(&answer), format!("{}/dashboard", crate::support::ORIGIN));
    assert!(browser.session().await["user"].is_object());
    assert_eq!(site.azure.count(Stage::Profile), 1);
}

#[tokio::test]
async fn a_provider_that_does_not_answer_in_time_is_given_up() {
    // azure.md T24
    for stage in [Stage::Token, Stage::Profile] {
        let site = Site::new();
        let mut browser = site.browser();
        let callback = browser.consent("/").await;
        site.azure.fail_once(stage, Fault::Slow(Duration::from_secs(600)));
        let (answer, ()) = tokio::join!(browser.get(&callback), async {
            site.clock.until_sleepers(2).await;
            site.clock.advance(Duration::from_secs(10));
        });
        assert_eq!(refusal(&answer).2, "provider_unavailable", "{stage:?}");
    }
}

#[tokio::test]
async fn an_exchange_ends_though_the_browser_has_hung_up() {
    let site = Site::new();
    let mut browser = site.browser();
    let callback = browser.consent("/").await;
    site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(5)));
    {
        let request = browser.get(&callback);
        tokio::pin!(request);
        tokio::select! {
            _ = &mut request => panic!("the provider has not answered yet"),
            () = site.clock.until_sleepers(2) => {}
        }
    }
    site.clock.advance(Duration::from_secs(5));
    while site.azure.count(Stage::Profile) == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(site.azure.code_exchanges(), 1);
}

async fn refused(browser: &mut Browser<'_>, callback: &str, code: &str, what: &str) {
    let answer = browser.get(callback).await;
    let (page, error, found) = refusal(&answer);
    assert_eq!((page.as_str(), error.as_str(), found.as_str()), ("/api/auth/error", "Configuration", code), "{what}");
    let target = location(&answer);
    let page = browser.get(target.strip_prefix(crate::support::ORIGIN).unwrap()).await;
    let page = std::str::from_utf8(page.body()).unwrap();
    assert!(page.contains("<html"), "{what}");
    for told in ["canary.example", "TF400733", "_signin", "The grant is not valid", "Bad Gateway"] {
        assert!(!page.contains(told) && !target.contains(told), "{what}: the provider's words stay in the log");
    }
    assert_eq!(browser.session().await, serde_json::Value::Null, "{what}");
}
