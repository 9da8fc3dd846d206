//! Access tokens that are renewed at the pretend Entra ID, and what stops that.

use std::time::Duration;

use admit::{AccessTokenError, Client};
use admit_testkit::FixedClock;
use admit_testkit::entra::{Fault, Stage};
use serde_json::{Value, json};

use super::{Meeting, meet, meet_as, meeting};
use crate::browser::parameter;
use crate::{CLIENT_ID, SECRET, Site};

/// The values of a field in the forms that came to the token endpoint.
pub(super) fn sent(site: &Meeting, name: &str) -> Vec<String> {
    let forms = site.entra.requests(Stage::Token);
    let pairs = forms.iter().flat_map(|request| url::form_urlencoded::parse(request.body()).into_owned());
    pairs.filter(|(known, _)| known == name).map(|(_, value)| value).collect()
}

fn an_hour(clock: &FixedClock) {
    clock.advance(Duration::from_secs(3600));
}

#[tokio::test]
async fn each_refresh_brings_a_new_refresh_token_and_uses_the_one_before_it() {
    // azure.md §3.6
    let site = meeting();
    let mut browser = site.browser();
    browser.sign_in_as("norma").await;
    let mut seen = vec![browser.access_token().await.unwrap()];
    for _ in 0..3 {
        an_hour(&site.clock);
        seen.push(browser.access_token().await.unwrap());
    }
    let mut spent = sent(&site, "refresh_token");
    assert_eq!((seen.len(), spent.len()), (4, 3));
    seen.sort();
    seen.dedup();
    spent.sort();
    spent.dedup();
    assert_eq!((seen.len(), spent.len()), (4, 3));
    assert_eq!(site.entra.violations(), [""; 0]);
}

#[tokio::test]
async fn a_refresh_token_that_was_replaced_lives_on_for_a_process_that_did_not_hear_of_it() {
    // azure.md §3.6: the old one is not revoked.
    let site = meeting();
    let mut browser = site.browser();
    browser.sign_in_as("norma").await;
    let provider = admit_providers::microsoft_entra_id(Client::new(CLIENT_ID, SECRET));
    let other = Site::at(site.entra.clone(), site.clock.clone(), provider, |builder| builder);
    let mut before = browser.at(&other);
    an_hour(&site.clock);
    browser.access_token().await.unwrap();
    before.access_token().await.unwrap();
    let spent = sent(&site, "refresh_token");
    assert_eq!((spent.len(), &spent[0]), (2, &spent[1]));
}

#[tokio::test]
async fn a_token_that_lives_for_a_day_is_renewed_at_half_of_it() {
    let site = meet(|entra| entra.access_token_lifetime(Duration::from_secs(86_400)), |provider| provider);
    let mut browser = site.browser();
    browser.sign_in_as("norma").await;
    let first = browser.access_token().await.unwrap();
    site.clock.advance(Duration::from_secs(43_199));
    assert_eq!(browser.access_token().await.unwrap(), first);
    site.clock.advance(Duration::from_secs(1));
    assert_ne!(browser.access_token().await.unwrap(), first);
}

#[tokio::test]
async fn a_claims_challenge_sends_the_person_back_with_what_is_wanted_and_then_all_is_well() {
    // azure.md T79, §3.8
    let site = meet(|entra| entra, |provider| provider.client_capabilities(["cp1"]));
    let mut browser = site.browser();
    browser.sign_in_as("norma").await;
    let wanted = json!({ "access_token": { "acrs": { "essential": true, "value": "c1" } } });
    site.entra.require_claims(wanted.clone());
    an_hour(&site.clock);
    match browser.access_token().await.unwrap_err() {
        AccessTokenError::NeedsReauthentication { claims: Some(claims), .. } => {
            assert_eq!(serde_json::from_str::<Value>(&claims).unwrap(), wanted);
        }
        other => panic!("{other:?}"),
    }
    let page = browser.turned_away().await;
    let there = browser.begin_with(&format!("?{}", page.split_once('?').unwrap().1)).await;
    let asked: Value = serde_json::from_str(&parameter(&there, "claims").unwrap()).unwrap();
    assert_eq!(asked["access_token"]["acrs"], wanted["access_token"]["acrs"]);
    let back = browser.accept_as("norma", &there).await;
    browser.get(&back).await;
    browser.access_token().await.unwrap();
    an_hour(&site.clock);
    browser.access_token().await.unwrap();
    assert_eq!(site.entra.violations(), [""; 0]);
}

#[tokio::test]
async fn whose_sessions_were_revoked_signs_in_again() {
    let site = meeting();
    let mut browser = site.browser();
    browser.sign_in_as("norma").await;
    site.entra.revoke_sessions("norma");
    an_hour(&site.clock);
    for _ in 0..3 {
        let error = browser.access_token().await.unwrap_err();
        assert!(matches!(error, AccessTokenError::NeedsReauthentication { claims: None, .. }), "{error:?}");
    }
    // Once at the sign-in, and once to hear of it.
    assert_eq!(site.entra.count(Stage::Token), 2);
    browser.sign_in_as("norma").await;
    browser.access_token().await.unwrap();
}

#[tokio::test]
async fn a_refresh_token_that_nobody_used_for_three_months_has_ended() {
    // azure.md §3.6, AADSTS700082
    let Site { entra, clock, .. } = meeting();
    let provider = admit_providers::microsoft_entra_id(Client::new(CLIENT_ID, SECRET));
    let days = |count: u64| Duration::from_secs(count * 86_400);
    let site = Site::at(entra, clock, provider, |builder| builder.max_age(days(365)).absolute_lifetime(days(365)));
    let mut browser = site.browser();
    browser.sign_in_as("norma").await;
    // Each use brings one that lives for as long again.
    for _ in 0..2 {
        site.clock.advance(days(89));
        browser.access_token().await.unwrap();
    }
    site.clock.advance(days(90));
    let error = browser.access_token().await.unwrap_err();
    assert!(matches!(error, AccessTokenError::NeedsReauthentication { .. }), "{error:?}");
    assert_ne!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn when_a_secret_ends_the_next_in_the_list_is_used_and_remembered() {
    // azure.md T77, AADSTS7000222
    let client = Client::new(CLIENT_ID, SECRET).secret("the other secret");
    let site = meet_as(client, |entra| entra.secret("the other secret"), |provider| provider);
    let mut browser = site.browser();
    browser.sign_in_as("norma").await;
    assert_eq!(sent(&site, "client_secret"), [SECRET]);
    site.entra.expire_secret(SECRET);
    an_hour(&site.clock);
    browser.access_token().await.unwrap();
    assert_eq!(sent(&site, "client_secret"), [SECRET, SECRET, "the other secret"]);
    // A sign-in gets through as well, and its code is not lost to the secret that was refused.
    site.browser().sign_in_as("vera").await;
    assert_eq!(site.entra.violations(), [""; 0]);
}

#[tokio::test]
async fn when_the_only_secret_has_ended_the_set_up_is_to_blame() {
    let site = meeting();
    let mut browser = site.browser();
    browser.sign_in_as("norma").await;
    site.entra.expire_secret(SECRET);
    an_hour(&site.clock);
    let error = browser.access_token().await.unwrap_err();
    assert!(matches!(error, AccessTokenError::Misconfigured { .. }), "{error:?}");
    assert_eq!(site.refusal_of("norma").await, "configuration");
    // A new secret under the old name, and the person need not do anything.
    site.entra.add_secret(SECRET);
    site.clock.advance(Duration::from_secs(60));
    browser.access_token().await.unwrap();
}

#[tokio::test]
async fn whoever_is_told_to_wait_waits_as_long_as_told() {
    // azure.md T82
    let site = meeting();
    let mut browser = site.browser();
    browser.sign_in_as("norma").await;
    an_hour(&site.clock);
    site.entra.fail_once(Stage::Token, Fault::TooManyRequests { retry_after: "120".to_owned() });
    for _ in 0..3 {
        match browser.access_token().await.unwrap_err() {
            // As long as it was told, and by chance up to a tenth more.
            AccessTokenError::Unavailable { retry_after, .. } => {
                assert!((120..132).contains(&retry_after.as_secs()), "{retry_after:?}");
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(site.entra.count(Stage::Token), 2);
    site.clock.advance(Duration::from_secs(132));
    browser.access_token().await.unwrap();
    assert_eq!(site.entra.count(Stage::Token), 3);
}
