//! Answers that are none, and tokens that are not to be had.

use std::time::Duration;

use admit::store::TokenStore;
use admit_migration::{EnrichError, Origin, enrich};
use admit_testkit::azure_devops::{Fault, Person, Stage};
use http::StatusCode;
use serde_json::json;

use crate::site::{AZURE, Site, crowd, key};

fn exception(user: &str) -> Fault {
    let why = format!("TF400813: The user '{user}' is not authorized to access this resource.");
    let body = json!({ "$id": "1", "message": why, "typeKey": "UnauthorizedRequestException", "eventId": 3000 });
    answer(StatusCode::UNAUTHORIZED, &body.to_string())
}

fn answer(status: StatusCode, body: &str) -> Fault {
    Fault::Answer { status, media_type: "application/json".to_owned(), body: body.to_owned().into() }
}

#[tokio::test]
async fn what_one_answer_lacks_another_gives_whichever_fails() {
    let broken = [
        Fault::Status(StatusCode::INTERNAL_SERVER_ERROR),
        Fault::DroppedConnection,
        Fault::HtmlWith203,
        Fault::HtmlWith200,
        Fault::RedirectTo("https://login.example/".to_owned()),
        Fault::HugeBody(2_000_000),
        exception("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"),
        answer(StatusCode::OK, "[]"),
        answer(StatusCode::OK, "{\"id\": 7, \"authenticatedUser\": null"),
    ];
    let ada = Person::new("ada", "Ada");
    let site = Site::of(vec![ada.clone()]).await;
    site.run(site.job()).await.1.unwrap();
    let whole = site.evidence(&ada).await.unwrap();
    for fault in broken {
        for stage in [Stage::ConnectionData, Stage::Identity] {
            site.auth.evidence().unwrap().delete(&key(&ada)).await.unwrap();
            site.azure.fail_once(stage, fault.clone());
            let (counts, end) = site.run(site.job()).await;
            end.unwrap();
            assert_eq!((counts.partial, counts.total()), (1, 1), "{stage:?} {fault:?}: {counts:?}");
            let known = site.evidence(&ada).await.unwrap();
            assert_eq!(
                (known.origin, &known.home_tenant),
                (Origin::EntraId, &whole.home_tenant),
                "{stage:?} {fault:?}"
            );
            let (origin_id, legacy) = match stage {
                Stage::Identity => (None, &whole.legacy_descriptor),
                _ => (whole.origin_id.clone(), &None),
            };
            assert_eq!((&known.origin_id, &known.legacy_descriptor), (&origin_id, legacy), "{stage:?} {fault:?}");
        }
    }
}

#[tokio::test]
async fn without_a_profile_another_answer_has_to_name_the_account() {
    let ada = Person::new("ada", "Ada");
    let site = Site::of(vec![ada.clone()]).await;
    site.azure.fail_once(Stage::Profile, Fault::Status(StatusCode::BAD_GATEWAY));
    let (counts, _) = site.run(site.job()).await;
    assert_eq!((counts.complete, counts.total()), (1, 1), "{counts:?}");

    site.azure.fail_once(Stage::Profile, Fault::Status(StatusCode::BAD_GATEWAY));
    let other = json!({ "id": "11111111-2222-4333-8444-555555555555", "origin": "aad" }).to_string();
    site.azure.fail_once(Stage::Identity, answer(StatusCode::OK, &other));
    site.azure.fail_once(Stage::ConnectionData, Fault::DroppedConnection);
    site.auth.evidence().unwrap().delete(&key(&ada)).await.unwrap();
    let (counts, _) = site.run(site.job()).await;
    assert_eq!((counts.failed, counts.total()), (1, 1), "{counts:?}");
    assert_eq!(site.evidence(&ada).await, None);
}

#[tokio::test]
async fn nobody_and_somebody_else_are_not_taken_for_the_person() {
    let ada = Person::new("ada", "Ada");
    let site = Site::of(vec![ada.clone()]).await;
    site.azure.fail_once(Stage::Profile, answer(StatusCode::OK, r#"{"id":"11111111-2222-4333-8444-555555555555"}"#));
    let (counts, _) = site.run(site.job()).await;
    assert_eq!((counts.conflict, counts.total()), (1, 1), "{counts:?}");
    assert_eq!(site.evidence(&ada).await, None);

    // A public organisation may answer with the anonymous user.
    let anonymous = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";
    let user = json!({ "id": anonymous, "subjectDescriptor": "aad.anon", "descriptor": "System:PublicAccess;x" });
    site.azure.fail_always(Stage::Profile, answer(StatusCode::OK, &json!({ "id": anonymous }).to_string()));
    let body = json!({ "authenticatedUser": user }).to_string();
    site.azure.fail_always(Stage::ConnectionData, answer(StatusCode::OK, &body));
    site.azure.fail_always(Stage::Identity, answer(StatusCode::OK, &user.to_string()));
    let (counts, _) = site.run(site.job()).await;
    assert_eq!((counts.failed, counts.total()), (1, 1), "{counts:?}");
    assert_eq!(site.evidence(&ada).await, None);
}

#[tokio::test]
async fn a_token_that_is_not_taken_a_policy_and_a_dead_grant_are_told_apart() {
    // ADO-018, ADO-020, azure.md T19
    let ada = Person::new("ada", "Ada");
    let site = Site::of(vec![ada.clone()]).await;
    for fault in [
        Fault::HtmlWith203,
        Fault::HtmlWith200,
        Fault::RedirectTo("https://evil.example/".to_owned()),
        exception("aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"),
    ] {
        site.azure.fail_once(Stage::Profile, fault.clone());
        let (counts, end) = site.run(site.job()).await;
        end.unwrap();
        assert_eq!((counts.not_accepted, counts.total()), (1, 1), "{fault:?}: {counts:?}");
    }
    site.azure.fail_once(Stage::Profile, exception(&ada.id));
    let (counts, _) = site.run(site.job()).await;
    assert_eq!((counts.refused, counts.total()), (1, 1), "{counts:?}");

    site.azure.revoke_grants("ada");
    site.clock.advance(Duration::from_secs(7200));
    site.azure.reset_log();
    for _ in 0..2 {
        let (counts, _) = site.run(site.job()).await;
        assert_eq!((counts.needs_reauthentication, counts.total()), (1, 1), "{counts:?}");
    }
    assert_eq!(site.azure.refreshes(), 1, "a dead grant is not tried again");
    assert_eq!(site.evidence(&ada).await, None);
}

#[tokio::test]
async fn a_grant_that_goes_while_its_page_is_read_is_none() {
    let people = crowd(3);
    let site = Site::of(people.clone()).await;
    let mut job = site.job();
    site.in_time(job.next()).await.unwrap();
    for person in &people {
        TokenStore::delete(&site.store, &key(person)).await.unwrap();
    }
    let (counts, end) = site.run(job).await;
    end.unwrap();
    assert_eq!((counts.complete, counts.no_grant, counts.total()), (1, 2, 3), "{counts:?}");
}

#[tokio::test]
async fn several_accounts_in_a_row_without_an_answer_stop_the_job() {
    let site = Site::of(crowd(20)).await;
    for stage in [Stage::Profile, Stage::ConnectionData, Stage::Identity] {
        site.azure.fail_always(stage, Fault::DroppedConnection);
    }
    let (counts, end) = site.run(site.job()).await;
    assert!(matches!(end, Err(EnrichError::Unavailable { accounts: 5 })), "{end:?}");
    assert_eq!((counts.failed, counts.total()), (5, 5));
}

#[tokio::test]
async fn a_client_that_is_not_taken_stops_the_job_at_once() {
    let site = Site::of(crowd(20)).await;
    site.azure.expire_secret("header.payload.signature");
    site.clock.advance(Duration::from_secs(7200));
    let (counts, end) = site.run(site.job()).await;
    assert!(matches!(end, Err(EnrichError::NoTokens(_))), "{end:?}");
    assert_eq!(counts.total(), 0);
}

#[tokio::test]
async fn a_store_that_fails_stops_the_job_which_can_go_on() {
    let people = crowd(5);
    let site = Site::of(people.clone()).await;
    let mut job = site.job();
    site.in_time(job.next()).await.unwrap();
    site.store.fail_next("tokens.load", 1);
    let error = site.in_time(job.next()).await.unwrap_err();
    assert!(matches!(error, EnrichError::Store(_)), "{error:?}");
    let (counts, end) = site.run(job).await;
    end.unwrap();
    assert_eq!((counts.complete, counts.total()), (5, 5), "nobody was passed over");
}

#[tokio::test]
async fn whoever_lacks_a_provider_is_told_so() {
    let site = Site::of(crowd(1)).await;
    assert!(matches!(enrich(&site.auth, "acme"), Err(EnrichError::UnknownProvider(_))));
    assert!(enrich(&site.auth, AZURE).is_ok());
}
