//! Signing keys come and go: between two sign-ins, and during one.

use std::time::Duration;

use admit_testkit::entra::{Fault, Stage};
use serde_json::Value;

use super::meeting;
use crate::browser::reason;

#[tokio::test]
async fn keys_that_change_between_two_sign_ins_are_fetched_again_once() {
    // azure.md T67
    for overlap in [true, false] {
        let site = meeting();
        for (turn, fetches) in [(0, 1), (1, 2), (2, 3)] {
            if turn > 0 {
                site.entra.rotate_keys(overlap);
                site.clock.advance(Duration::from_secs(301));
            }
            for login in ["norma", "vera", "pia"] {
                site.subject_of(login).await;
            }
            assert_eq!(site.entra.count(Stage::Keys), fetches, "turn {turn}, overlap {overlap}");
        }
    }
}

#[tokio::test]
async fn keys_that_change_during_a_sign_in_do_not_end_it() {
    let site = meeting();
    site.subject_of("vera").await;
    let mut browser = site.browser();
    let there = browser.begin().await;
    site.entra.rotate_keys(false);
    let back = browser.accept_as("norma", &there).await;
    browser.get(&back).await;
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
    assert_eq!(site.entra.count(Stage::Keys), 2);
}

#[tokio::test]
async fn keys_that_change_at_every_turn_are_fetched_out_of_turn_once_in_five_minutes() {
    // An authority in that state is no reason to ask it at each sign-in.
    let site = meeting();
    site.subject_of("norma").await;
    site.entra.rotate_keys(false);
    site.subject_of("norma").await;
    site.entra.rotate_keys(false);
    for _ in 0..3 {
        assert_eq!(site.refusal_of("norma").await, "id_token_invalid");
    }
    assert_eq!(site.entra.count(Stage::Keys), 2);
    site.clock.advance(Duration::from_secs(300));
    site.subject_of("norma").await;
    assert_eq!(site.entra.count(Stage::Keys), 3);
}

#[tokio::test]
async fn keys_are_used_for_a_day_and_outlive_an_authority_that_is_down() {
    let site = meeting();
    site.subject_of("norma").await;
    site.clock.advance(Duration::from_secs(86_399));
    site.subject_of("norma").await;
    assert_eq!((site.entra.count(Stage::Discovery), site.entra.count(Stage::Keys)), (1, 1));
    site.clock.advance(Duration::from_secs(1));
    for stage in [Stage::Discovery, Stage::Keys] {
        site.entra.fail_always(stage, Fault::DroppedConnection);
    }
    site.subject_of("norma").await;
    site.clock.advance(Duration::from_secs(86_400));
    let mut browser = site.browser();
    let answer = browser.trip_as("norma").await;
    assert_eq!((reason(&answer).as_str(), browser.session().await), ("provider_unavailable", Value::Null));
}
