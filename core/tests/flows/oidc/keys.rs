//! The keys of an issuer, which change.

use std::time::Duration;

use admit_testkit::oidc::{Fault, Stage};
use http::StatusCode;
use serde_json::json;
use tokio::task::JoinSet;

use super::{counts, refused, sign_in, site, trip};
use crate::support::{Site, location, refusal};

fn unavailable() -> Fault {
    Fault::Answer { status: StatusCode::SERVICE_UNAVAILABLE, body: "<html>".into() }
}

#[tokio::test]
async fn a_new_key_costs_one_fetch_and_no_sign_in() {
    // IDT-039, FLT-019, FLT-020
    let (site, company) = site();
    sign_in(&mut site.browser(), &company).await;
    company.rotate_keys(false);
    for _ in 0..5 {
        sign_in(&mut site.browser(), &company).await;
    }
    assert_eq!(counts(&company), (1, 2, 6));
    // With an overlap the old tokens go on being good, too.
    site.clock.advance(Duration::from_secs(300));
    company.rotate_keys(true);
    for _ in 0..5 {
        sign_in(&mut site.browser(), &company).await;
    }
    assert_eq!(counts(&company), (1, 3, 11));
}

#[tokio::test]
async fn a_hundred_tokens_of_an_unknown_key_cost_one_fetch_in_five_minutes() {
    // azure.md T67
    let (site, company) = site();
    sign_in(&mut site.browser(), &company).await;
    company.fail_always(Stage::Token, Fault::UnknownKey);
    for _ in 0..100 {
        assert_eq!(refused(&site, &company).await, "id_token_invalid");
    }
    assert_eq!(company.count(Stage::Keys), 2);
    site.clock.advance(Duration::from_secs(299));
    refused(&site, &company).await;
    assert_eq!(company.count(Stage::Keys), 2);
    site.clock.advance(Duration::from_secs(1));
    refused(&site, &company).await;
    assert_eq!(company.count(Stage::Keys), 3);
    company.clear_faults();
    sign_in(&mut site.browser(), &company).await;
}

#[tokio::test]
async fn keys_that_were_fetched_for_a_token_are_not_fetched_twice_for_it() {
    let (site, company) = site();
    company.fail_once(Stage::Token, Fault::UnknownKey);
    assert_eq!(refused(&site, &company).await, "id_token_invalid");
    assert_eq!(company.count(Stage::Keys), 1);
}

#[tokio::test]
async fn fifty_who_need_the_new_key_share_one_fetch() {
    let (site, company) = site();
    let site: &'static Site = Box::leak(Box::new(site));
    sign_in(&mut site.browser(), &company).await;
    company.rotate_keys(false);
    let held = company.hold(Stage::Keys);
    let mut coming: JoinSet<_> = (0..50)
        .map(|_| {
            let company = company.clone();
            async move { location(&trip(&mut site.browser(), &company).await) }
        })
        .collect();
    held.until_waiting(1).await;
    for _ in 0..500 {
        tokio::task::yield_now().await;
    }
    held.release();
    while let Some(location) = coming.join_next().await {
        assert_eq!(location.unwrap(), "https://app.example/dashboard");
    }
    assert_eq!(company.count(Stage::Keys), 2);
}

#[tokio::test]
async fn known_keys_go_on_while_no_new_ones_can_be_had() {
    let (site, company) = site();
    sign_in(&mut site.browser(), &company).await;
    company.fail_always(Stage::Keys, unavailable());
    site.clock.advance(Duration::from_secs(36_000));
    sign_in(&mut site.browser(), &company).await;
    // A token by a key that nobody could fetch is not the person's fault, nor the token's.
    company.rotate_keys(false);
    assert_eq!(refused(&site, &company).await, "provider_unavailable");
    let before = company.count(Stage::Keys);
    assert_eq!(refused(&site, &company).await, "id_token_invalid");
    assert_eq!(company.count(Stage::Keys), before, "there is a pause");
    company.clear_faults();
    site.clock.advance(Duration::from_secs(30));
    sign_in(&mut site.browser(), &company).await;
}

#[tokio::test]
async fn a_set_without_a_usable_key_replaces_none_that_has_one() {
    // JOS-030, JOS-031
    let unusable =
        json!({ "keys": [{ "kty": "oct", "k": "AAAA", "kid": "rs256-1" }, { "kty": "RSA", "use": "enc" }, 7] });
    let answer = |body: String| Fault::Answer { status: StatusCode::OK, body: body.into() };
    for body in [unusable.to_string(), "{}".to_owned(), "<html>".to_owned(), "[".repeat(9999), String::new()] {
        let (site, company) = site();
        company.fail_once(Stage::Keys, answer(body.clone()));
        assert_eq!(refused(&site, &company).await, "discovery_invalid", "{body:.20}");
        site.clock.advance(Duration::from_secs(30));
        sign_in(&mut site.browser(), &company).await;
        site.clock.advance(Duration::from_secs(3600));
        company.fail_once(Stage::Keys, answer(body));
        sign_in(&mut site.browser(), &company).await;
    }
}

#[tokio::test]
async fn keys_that_moved_are_fetched_where_they_are_and_the_old_ones_forgotten() {
    let (site, company) = site();
    sign_in(&mut site.browser(), &company).await;
    site.clock.advance(Duration::from_secs(3600));
    company.publish(&json!({ "jwks_uri": "https://id.example/keys?v=2" }));
    let mut browser = site.browser();
    let there = location(&browser.begin("company", "/").await);
    let back = company.authorize_as("ada", &there).await.unwrap().path_and_query();
    assert_eq!(refusal(&browser.get(&back).await).2, "provider_unavailable");
    assert_eq!(company.violations(), ["back channel: this is not here: GET https://id.example/keys?v=2"]);
}
