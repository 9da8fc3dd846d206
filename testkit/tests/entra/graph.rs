//! The slice of Graph: for tokens of its own only.

use std::time::Duration;

use admit_testkit::entra::{Fault, LAMPLIGHT, Stage};
use admit_testkit::render;
use serde_json::json;

use super::app::{App, GRAPH, USUAL};

const DEVOPS: &str = "openid 499b84ac-1321-427f-aa17-267ca6975798/vso.profile";

#[tokio::test]
async fn it_tells_who_somebody_is() {
    let app = App::new();
    let token = app.sign_in("norma", LAMPLIGHT, USUAL).await.text("access_token");
    insta::assert_snapshot!(render::response(&app.get(&format!("{GRAPH}/v1.0/me"), Some(&token)).await.response));
    let userinfo = app.get(&format!("{GRAPH}/oidc/userinfo"), Some(&token)).await.json;
    assert_eq!(
        (userinfo["name"].as_str(), userinfo["email"].as_str()),
        (Some("Norma Paulk"), Some("norma@fabrikam.example"))
    );
}

#[tokio::test]
async fn a_picture_is_bytes_or_not_found() {
    // T95
    let app = App::new();
    let norma = app.sign_in("norma", "common", USUAL).await.text("access_token");
    for path in ["photo/$value", "photos/48x48/$value", "photos/648x648/$value"] {
        let answer = app.get(&format!("{GRAPH}/v1.0/me/{path}"), Some(&norma)).await;
        assert_eq!((answer.status, &answer.response.headers()["content-type"]), (200, &"image/png".parse().unwrap()));
        assert!(answer.response.body().starts_with(b"\x89PNG"));
    }
    for login in ["bo", "pia"] {
        let token = app.sign_in(login, "common", USUAL).await.text("access_token");
        let answer = app.get(&format!("{GRAPH}/v1.0/me/photo/$value"), Some(&token)).await;
        assert_eq!((answer.status, answer.json["error"]["code"].as_str()), (404, Some("ImageNotFound")));
    }
    assert_eq!((app.entra.count(Stage::Photo), app.entra.count(Stage::Graph)), (5, 0));
}

#[tokio::test]
async fn tokens_of_others_and_old_ones_are_refused() {
    let app = App::new();
    let me = format!("{GRAPH}/v1.0/me");
    let why =
        |answer: &super::app::Answer| (answer.status, answer.json["error"]["message"].as_str().unwrap().to_owned());
    let other = app.sign_in("norma", "common", DEVOPS).await.text("access_token");
    let audience = (401, "Access token validation failure. Invalid audience.".to_owned());
    assert_eq!(why(&app.get(&me, Some(&other)).await), audience);
    let missing = app.get(&me, None).await;
    assert_eq!(why(&missing), (401, "Access token is empty.".to_owned()));
    assert!(missing.response.headers()["www-authenticate"].to_str().unwrap().contains("authorization_uri="));

    let narrow = app.sign_in("bo", "common", "openid profile").await.text("access_token");
    assert_eq!(app.get(&me, Some(&narrow)).await.status, 403);
    assert_eq!(app.get(&format!("{GRAPH}/oidc/userinfo"), Some(&narrow)).await.status, 200);
    app.clock.advance(Duration::from_secs(3599));
    assert_eq!(app.get(&format!("{GRAPH}/oidc/userinfo"), Some(&narrow)).await.status, 401);
}

#[tokio::test]
async fn it_can_ask_for_more_claims() {
    // ENT-011
    let app = App::new();
    let token = app.sign_in("norma", "common", USUAL).await.text("access_token");
    app.entra.fail_once(
        Stage::Graph,
        Fault::InsufficientClaims(json!({ "access_token": { "nbf": { "essential": true } } })),
    );
    let answer = app.get(&format!("{GRAPH}/v1.0/me"), Some(&token)).await;
    assert_eq!(
        (answer.status, &answer.response.headers()["www-authenticate"]),
        (
            401,
            &"Bearer realm=\"\", error=\"insufficient_claims\", \
              claims=\"eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZX19fQ==\""
                .parse()
                .unwrap()
        )
    );
}
