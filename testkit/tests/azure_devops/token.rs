//! The token endpoint.

use std::time::Duration;

use crate::app::{Answer, App, REDIRECT_URI, SECRET, authorization_url, code_fields, refresh_fields, token_request};
use admit::HttpClient;
use admit_testkit::azure_devops::{BASE_URL, Stage};
use admit_testkit::render;

fn refused(code: &str, description: &str) -> (u16, String, String) {
    (400, code.to_owned(), description.to_owned())
}

fn dead_code() -> (u16, String, String) {
    refused("invalid_grant", "The authorization grant is not valid or has expired.")
}

fn dead_refresh_token() -> (u16, String, String) {
    refused("invalid_request", "The access token is not valid")
}

fn bad_secret() -> (u16, String, String) {
    refused("invalid_client", "Failed to deserialize the JsonWebToken object.")
}

#[tokio::test]
async fn a_code_becomes_tokens_whose_lifetime_is_text() {
    let app = App::new();
    let code = app.code("norma", "vso.profile").await;
    let answer = app.exchange(&code).await;
    assert_eq!(answer.status, 200);
    let mut names: Vec<_> = answer.json.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["access_token", "expires_in", "refresh_token", "token_type"]);
    assert_eq!(answer.json["expires_in"], "3599");
    assert_eq!(answer.json["token_type"], "jwt-bearer");
    assert_ne!(answer.json["access_token"], answer.json["refresh_token"]);
    assert_eq!((app.azure.code_exchanges(), app.azure.refreshes()), (1, 0));
    assert!(app.azure.violations().is_empty());
}

#[tokio::test]
async fn the_lifetime_can_be_another_and_a_number() {
    let app = App::with(|builder| builder.access_token_lifetime(Duration::from_secs(60)).expires_in_as_number());
    let code = app.code("norma", "vso.profile").await;
    assert_eq!(app.exchange(&code).await.json["expires_in"], 60);
}

#[tokio::test]
async fn a_code_works_once() {
    let app = App::new();
    let code = app.code("norma", "vso.profile").await;
    assert_eq!(app.exchange(&code).await.status, 200);
    assert_eq!(app.exchange(&code).await.error(), dead_code());
}

#[tokio::test]
async fn a_code_dies_after_fifteen_minutes_and_not_before() {
    for (age, status) in [(899, 200), (900, 400)] {
        let app = App::new();
        let code = app.code("norma", "vso.profile").await;
        app.clock.advance(Duration::from_secs(age));
        assert_eq!(app.exchange(&code).await.status, status, "{age}");
    }
}

#[tokio::test]
async fn code_and_refresh_token_are_bound_to_their_redirect_uri() {
    let other = "https://app.example/other";
    let app = App::with(|builder| builder.redirect_uri(other));
    let mut fields = code_fields(SECRET, "");
    let code = app.code("norma", "vso.profile").await;
    (fields[3].1, fields[4].1) = (&code, other);
    assert_eq!(app.post(&fields).await.error(), dead_code());

    let code = app.code("norma", "vso.profile").await;
    let token = app.exchange(&code).await.text("refresh_token");
    let mut fields = refresh_fields(SECRET, &token);
    fields[4].1 = other;
    assert_eq!(app.post(&fields).await.error(), dead_refresh_token());
}

#[tokio::test]
async fn refresh_tokens_rotate_and_the_old_one_is_dead() {
    // azure.md T09
    let app = App::new();
    let code = app.code("norma", "vso.profile").await;
    let first = app.exchange(&code).await.text("refresh_token");
    let second = app.refresh(&first).await.text("refresh_token");
    assert_ne!(first, second);
    assert_eq!(app.refresh(&first).await.error(), dead_refresh_token());
    assert_eq!(app.refresh(&second).await.status, 200);
    assert_eq!((app.azure.code_exchanges(), app.azure.refreshes()), (1, 3));
}

#[tokio::test]
async fn where_families_are_revoked_a_refresh_token_that_comes_twice_ends_all_that_follow() {
    let app = App::with(admit_testkit::azure_devops::Builder::revoke_families_on_reuse);
    let code = app.code("norma", "vso.profile").await;
    let first = app.exchange(&code).await.text("refresh_token");
    let again = app.code("norma", "vso.profile").await;
    let other = app.exchange(&again).await.text("refresh_token");
    let second = app.refresh(&first).await;
    let profile = format!("{BASE_URL}/_apis/profile/profiles/me?api-version=7.1");
    assert_eq!(app.call(&profile, &second.text("access_token")).await.status, 200);
    assert_eq!((app.azure.rotations("norma"), app.azure.reuses()), (1, 0));

    assert_eq!(app.refresh(&first).await.error(), dead_refresh_token());
    assert_eq!(app.refresh(&second.text("refresh_token")).await.error(), dead_refresh_token());
    assert_ne!(app.call(&profile, &second.text("access_token")).await.status, 200);
    assert_eq!(app.azure.reuses(), 1);
    assert_eq!(app.azure.violations(), ["token: a refresh token was used a second time"]);
    // What descends from another consent lives on.
    assert_eq!(app.refresh(&other).await.status, 200);
}

#[tokio::test]
async fn of_fifty_refreshes_with_one_token_one_succeeds() {
    let app = App::new();
    let code = app.code("norma", "vso.profile").await;
    let token = app.exchange(&code).await.text("refresh_token");
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (azure, request) = (app.azure.clone(), token_request(&refresh_fields(SECRET, &token)));
            tokio::spawn(async move { azure.send(request).await.unwrap().status() })
        })
        .collect();
    let mut succeeded = 0;
    for task in tasks {
        succeeded += usize::from(task.await.unwrap() == 200);
    }
    assert_eq!(succeeded, 1);
}

#[tokio::test]
async fn a_field_missing_added_or_twice_is_a_violation() {
    // azure.md T35
    let app = App::new();
    let code = app.code("norma", "vso.profile").await;
    let good = code_fields(SECRET, &code);
    let mut bad = vec![];
    for place in 0..good.len() {
        let mut missing = good.to_vec();
        let (name, _) = missing.remove(place);
        bad.push((name, missing));
        let mut empty = good.to_vec();
        empty[place].1 = "";
        bad.push((name, empty));
        let mut twice = good.to_vec();
        twice.push(good[place]);
        bad.push((name, twice));
    }
    for name in ["client_id", "client_secret", "code", "refresh_token", "scope", "code_verifier"] {
        bad.push((name, [good.as_slice(), &[(name, "x")]].concat()));
    }
    for (place, value) in [(0, "urn:other"), (2, "authorization_code")] {
        let mut other = good.to_vec();
        other[place].1 = value;
        bad.push((good[place].0, other));
    }
    let count = bad.len();
    for (name, fields) in bad {
        let (status, error, description) = app.post(&fields).await.error();
        assert_eq!((status, error.as_str()), (400, "invalid_request"), "{fields:?}");
        assert!(description.contains(&format!("`{name}`")), "{description}");
    }
    assert_eq!(app.azure.violations().len(), count);
    // None of them has used the code up.
    assert_eq!(app.exchange(&code).await.status, 200);
}

#[tokio::test]
async fn an_authorization_header_or_a_query_is_a_violation() {
    let app = App::new();
    let code = app.code("norma", "vso.profile").await;
    let mut request = token_request(&code_fields(SECRET, &code));
    request.headers_mut().insert("authorization", "Basic YTpi".parse().unwrap());
    let answer = Answer::from(app.azure.send(request).await);
    assert_eq!(answer.error(), refused("invalid_request", "an Authorization header is present"));

    let mut request = token_request(&code_fields(SECRET, &code));
    *request.uri_mut() = format!("{BASE_URL}/oauth2/token?grant_type=x").parse().unwrap();
    let answer = Answer::from(app.azure.send(request).await);
    assert_eq!(answer.error(), refused("invalid_request", "parameters stand in the query"));
    assert_eq!(app.azure.violations().len(), 2);
}

#[tokio::test]
async fn another_method_and_another_body_are_refused_without_a_word() {
    let app = App::new();
    let get = http::Request::get(format!("{BASE_URL}/oauth2/token")).body(bytes::Bytes::new()).unwrap();
    let answer = app.azure.send(get).await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["allow"]), (405, &"POST".parse().unwrap()));

    for media_type in [None, Some("application/json"), Some("multipart/form-data")] {
        let mut request = token_request(&code_fields(SECRET, "x"));
        request.headers_mut().remove("content-type");
        if let Some(media_type) = media_type {
            request.headers_mut().insert("content-type", media_type.parse().unwrap());
        }
        let answer = app.azure.send(request).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.body().len()), (400, 0), "{media_type:?}");
    }
    assert_eq!(app.azure.violations().len(), 4);
}

#[tokio::test]
async fn a_wrong_secret_is_told_in_the_words_of_the_wire_and_leaves_the_code_good() {
    let app = App::new();
    let code = app.code("norma", "vso.profile").await;
    assert_eq!(app.post(&code_fields("wrong", &code)).await.error(), bad_secret());
    assert_eq!(app.exchange(&code).await.status, 200);
    assert!(app.azure.violations().is_empty(), "a wrong secret is a mistake of set-up, not of the protocol");
}

#[tokio::test]
async fn tokens_die_with_the_secret_that_minted_them_and_live_on_under_another() {
    let app = App::with(|builder| builder.secret("older"));
    let me = format!("{BASE_URL}/_apis/profile/profiles/me");
    let code = app.code("norma", "vso.profile").await;
    let minted = app.post(&code_fields("older", &code)).await;
    let moved = app.refresh(&minted.text("refresh_token")).await;

    app.azure.expire_secret("older");
    assert_eq!(
        app.post(&refresh_fields("older", &moved.text("refresh_token"))).await.error(),
        refused("invalid_client", "The client secret has expired.")
    );
    assert_eq!(app.call(&me, &minted.text("access_token")).await.status, 203);
    assert_eq!(app.call(&me, &moved.text("access_token")).await.status, 200);

    app.azure.add_secret("newer");
    app.azure.revoke_secret(SECRET);
    assert_eq!(app.call(&me, &moved.text("access_token")).await.status, 203);
    let refresh = moved.text("refresh_token");
    assert_eq!(app.post(&refresh_fields("newer", &refresh)).await.error(), dead_refresh_token());
    assert_eq!(app.refresh(&refresh).await.error(), bad_secret());
}

#[tokio::test]
async fn a_person_can_take_back_all_they_granted() {
    let app = App::new();
    let code = app.code("norma", "vso.profile").await;
    let tokens = app.exchange(&code).await;
    let of_bo = app.access_token("bo", "vso.profile").await;
    app.azure.revoke_grants("norma");
    let me = format!("{BASE_URL}/_apis/profile/profiles/me");
    assert_eq!(app.call(&me, &tokens.text("access_token")).await.status, 203);
    assert_eq!(app.refresh(&tokens.text("refresh_token")).await.error(), dead_refresh_token());
    assert_eq!(app.call(&me, &of_bo).await.status, 200);
}

#[tokio::test]
async fn the_log_hides_secrets_from_debug_and_hands_them_to_those_who_ask() {
    // azure.md T36, T108
    let app = App::new();
    let code = app.code("norma", "vso.profile").await;
    app.exchange(&code).await;
    let request = app.azure.requests().into_iter().find(|request| request.stage == Stage::Token).unwrap();
    assert_eq!((request.method(), request.path()), ("POST", "/oauth2/token"));
    assert_eq!(request.parameter("client_assertion"), Some(SECRET));
    assert_eq!(request.parameter("assertion"), Some(code.as_str()));
    assert_eq!(request.parameter_names(), code_fields("", "").map(|(name, _)| name));
    let text = format!("{:?}", app.azure.requests());
    assert!(!text.contains(SECRET) && !text.contains(&code) && !text.contains("the-state"), "{text}");
    assert!(text.contains(REDIRECT_URI));

    app.azure.reset_log();
    assert_eq!((app.azure.count(Stage::Token), app.azure.requests().len()), (0, 0));
}

#[tokio::test]
async fn with_fixed_clock_and_randomness_every_run_is_the_same() {
    let mut runs = vec![];
    for _ in 0..2 {
        let app = App::new();
        let code = app.code("norma", "vso.profile").await;
        runs.push(render::response(&app.exchange(&code).await.response));
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn the_back_channel_reaches_azure_devops_and_nothing_else() {
    let app = App::new();
    let me = "/_apis/profile/profiles/me";
    for url in [
        authorization_url(&[]),
        format!("http://app.vssps.visualstudio.com{me}"),
        format!("https://dev.azure.com{me}"),
        format!("https://evil.example{me}"),
        format!("{BASE_URL}/fabrikam/_apis/projects"),
        format!("{BASE_URL}/_pretend/log"),
    ] {
        let request = http::Request::get(&url).body(bytes::Bytes::new()).unwrap();
        assert!(matches!(app.azure.send(request).await, Err(admit::http::HttpError::Refused(_))), "{url}");
    }
    assert_eq!(app.azure.violations().len(), 6);
    assert_eq!(app.azure.requests().len(), 0);
}
