//! What an issuer says of itself: fetched once in a while, kept, and not believed if it cannot be right.

use std::time::Duration;

use admit_testkit::oidc::{Fault, Stage};
use http::StatusCode;
use serde_json::json;
use tokio::task::JoinSet;

use super::{counts, held_back, sign_in, site, site_with};
use crate::support::log::Heard;
use crate::support::{Site, location, refusal};

fn unavailable() -> Fault {
    Fault::Answer { status: StatusCode::SERVICE_UNAVAILABLE, body: "<html>".into() }
}

fn advance(site: &Site, seconds: u64) {
    site.clock.advance(Duration::from_secs(seconds));
}

#[tokio::test]
async fn a_document_of_another_issuer_sends_nobody_anywhere() {
    // MIX-008, MIX-009, azure.md T59
    for other in
        ["https://evil.example", "https://id.example/", "https://ID.example", "https://id.example/{tenantid}", ""]
    {
        let heard = Heard::default();
        let listening = heard.listen();
        let (site, company) = site();
        company.publish(&json!({ "issuer": other, "authorization_endpoint": "https://evil.example/authorize" }));
        assert_eq!(held_back(&site).await, "discovery_invalid", "{other}");
        assert_eq!(counts(&company), (1, 0, 0));
        drop(listening);
        let log = heard.text();
        let both = other.is_empty() || (log.contains(other) && log.contains("https://id.example"));
        assert!(both, "the log names both: {log}");
    }
}

#[tokio::test]
async fn a_document_that_cannot_be_right_is_refused_and_one_with_more_in_it_is_not() {
    // MIX-011, SRF-003
    for members in [
        json!({ "issuer": null }),
        json!({ "authorization_endpoint": null }),
        json!({ "token_endpoint": null }),
        json!({ "jwks_uri": null }),
        json!({ "jwks_uri": 7 }),
        json!({ "token_endpoint": "http://169.254.169.254/" }),
        json!({ "token_endpoint": "http://localhost/token" }),
        json!({ "authorization_endpoint": "javascript:alert(1)" }),
        json!({ "userinfo_endpoint": "http://id.example/userinfo" }),
        json!({ "jwks_uri": "file:///etc/passwd" }),
    ] {
        let (site, company) = site();
        company.publish(&members);
        assert_eq!(held_back(&site).await, "discovery_invalid", "{members}");
    }
    let (site, company) = site();
    company.publish(&json!({ "scopes_supported": 7, "mtls_endpoint_aliases": { "a": [] }, "userinfo_endpoint": null }));
    sign_in(&mut site.browser(), &company).await;
}

#[tokio::test]
async fn what_is_no_document_is_no_document() {
    // SRF-006, TOK-011
    let many = format!("{{{}\"issuer\":\"x\"}}", (0..50_000).map(|n| format!("\"k{n}\":0,")).collect::<String>());
    for (status, body, expected) in [
        (200, String::new(), "discovery_invalid"),
        (200, "<html>".to_owned(), "discovery_invalid"),
        (200, "[]".to_owned(), "discovery_invalid"),
        (200, "[".repeat(100_000), "discovery_invalid"),
        (200, many, "discovery_invalid"),
        (200, "x".repeat(1024 * 1024 + 1), "provider_unavailable"),
        (302, String::new(), "discovery_invalid"),
        (404, "{}".to_owned(), "discovery_invalid"),
        (429, "{}".to_owned(), "provider_unavailable"),
        (500, "{}".to_owned(), "provider_unavailable"),
    ] {
        let (site, company) = site();
        let (status, size) = (StatusCode::from_u16(status).unwrap(), body.len());
        company.fail_always(Stage::Discovery, Fault::Answer { status, body: body.into() });
        assert_eq!(held_back(&site).await, expected, "{status} with {size} bytes");
    }
}

#[tokio::test]
async fn a_site_whose_issuer_is_down_starts_and_its_other_providers_work() {
    // SRF-009
    let (site, company) = site();
    company.fail_always(Stage::Discovery, Fault::DroppedConnection);
    assert_eq!(held_back(&site).await, "provider_unavailable");
    let mut browser = site.browser();
    assert_eq!(browser.get("/api/auth/signin").await.status(), StatusCode::OK);
    assert!(location(&browser.begin("azure-devops", "/").await).starts_with("https://app.vssps.visualstudio.com/"));
    company.clear_faults();
    advance(&site, 30);
    sign_in(&mut browser, &company).await;
}

#[tokio::test]
async fn a_fault_that_passes_is_tried_once_more_at_once() {
    // TOK-015, FLT-004
    let (site, company) = site();
    company.fail_once(Stage::Discovery, unavailable());
    company.fail_once(Stage::Keys, unavailable());
    sign_in(&mut site.browser(), &company).await;
    assert_eq!(counts(&company), (2, 2, 1));
}

#[tokio::test]
async fn both_attempts_together_take_no_longer_than_one_may() {
    // FLT-001
    let (site, company) = site();
    company.fail_once(Stage::Discovery, unavailable());
    let first = company.hold(Stage::Discovery);
    let time_passes = async {
        first.until_waiting(1).await;
        advance(&site, 9);
        let second = company.hold(Stage::Discovery);
        first.release();
        second.until_waiting(1).await;
        advance(&site, 1);
        second
    };
    let (reason, _held) = tokio::join!(held_back(&site), time_passes);
    assert_eq!(reason, "provider_unavailable");
    assert_eq!(company.count(Stage::Discovery), 2);
}

#[tokio::test]
async fn after_a_failure_there_is_a_pause_for_everybody() {
    let (site, company) = site();
    company.fail_always(Stage::Discovery, unavailable());
    for _ in 0..20 {
        assert_eq!(held_back(&site).await, "provider_unavailable");
    }
    assert_eq!(company.count(Stage::Discovery), 2, "once, and once more");
    advance(&site, 29);
    held_back(&site).await;
    assert_eq!(company.count(Stage::Discovery), 2);
    advance(&site, 1);
    held_back(&site).await;
    assert_eq!(company.count(Stage::Discovery), 4);
}

#[tokio::test]
async fn a_thousand_sign_ins_ask_once() {
    // SRF-008. A hundred will do: the count does not depend on it.
    let (site, company) = site();
    for _ in 0..100 {
        sign_in(&mut site.browser(), &company).await;
    }
    assert_eq!(counts(&company), (1, 1, 100));
    advance(&site, 3599);
    sign_in(&mut site.browser(), &company).await;
    assert_eq!(counts(&company), (1, 1, 101));
    advance(&site, 1);
    sign_in(&mut site.browser(), &company).await;
    assert_eq!(counts(&company), (2, 2, 102));
}

#[tokio::test]
async fn fifty_at_once_share_one_fetch() {
    let (site, company) = site();
    let site: &'static Site = Box::leak(Box::new(site));
    let held = company.hold(Stage::Discovery);
    let mut coming: JoinSet<_> = (0..50)
        .map(|_| async move {
            let mut browser = site.browser();
            location(&browser.begin("company", "/").await)
        })
        .collect();
    held.until_waiting(1).await;
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
    held.release();
    while let Some(there) = coming.join_next().await {
        assert!(there.unwrap().starts_with("https://id.example/authorize?"));
    }
    assert_eq!(company.count(Stage::Discovery), 1);
}

#[tokio::test]
async fn what_was_known_serves_for_a_day_while_the_issuer_is_down() {
    // azure.md T68
    let (site, company) = site();
    sign_in(&mut site.browser(), &company).await;
    company.fail_always(Stage::Discovery, Fault::DroppedConnection);
    company.fail_always(Stage::Keys, unavailable());
    advance(&site, 3600 + 86_399);
    sign_in(&mut site.browser(), &company).await;
    advance(&site, 1);
    assert_eq!(held_back(&site).await, "provider_unavailable");
    company.clear_faults();
    advance(&site, 30);
    sign_in(&mut site.browser(), &company).await;
}

#[tokio::test]
async fn whoever_has_a_document_does_not_wait_long_for_the_next() {
    let (site, company) = site();
    let site: &'static Site = Box::leak(Box::new(site));
    sign_in(&mut site.browser(), &company).await;
    advance(site, 3600);
    let held = company.hold(Stage::Discovery);
    let coming = tokio::spawn(async move {
        let mut browser = site.browser();
        location(&browser.begin("company", "/").await)
    });
    held.until_waiting(1).await;
    advance(site, 2);
    assert!(coming.await.unwrap().starts_with("https://id.example/authorize?"));
    // Nor does the next one wait at all.
    assert!(location(&site.browser().begin("company", "/").await).starts_with("https://id.example/authorize?"));
    assert_eq!(company.count(Stage::Discovery), 2);
    held.release();
}

#[tokio::test]
async fn a_code_goes_where_it_went_when_the_trip_began_or_nowhere() {
    // MIX-014
    let short = Duration::from_secs(300);
    let (site, company) = site_with(|company| company.documents_live(short), |provider| provider);
    for (place, expected) in [("https://evil.example/token", "discovery_invalid"), ("https://id.example/token", "")] {
        let mut browser = site.browser();
        let there = location(&browser.begin("company", "/dashboard").await);
        company.publish(&json!({ "token_endpoint": place }));
        advance(&site, 300);
        let answer = browser.get(&company.authorize_as("ada", &there).await.unwrap().path_and_query()).await;
        match expected {
            "" => assert_eq!(browser.session().await["user"]["name"], "Ada Byron"),
            reason => assert_eq!(refusal(&answer).2, reason),
        }
        company.publish(&json!({ "token_endpoint": "https://id.example/token" }));
        advance(&site, 300);
    }
    assert_eq!((company.count(Stage::Token), company.violations().len()), (1, 0));
}

#[tokio::test]
async fn a_document_somewhere_else_is_read_there() {
    let elsewhere = |provider: admit::OAuthProvider| provider.discovery_url("https://id.example/keys");
    let (site, company) = site_with(|company| company, elsewhere);
    assert_eq!(held_back(&site).await, "discovery_invalid", "there are keys, and no document");
    assert_eq!(counts(&company), (0, 1, 0));
}
