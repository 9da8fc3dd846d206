//! GitLab: at gitlab.com or elsewhere, and refresh tokens that work once.

use std::time::Duration;

use admit::Client;
use admit_providers::gitlab;
use admit_testkit::oidc::Stage;
use serde_json::json;

use crate::{CLIENT_ID, SECRET, Site, environment};

const OWN: &str = "https://gitlab.example.com";

fn client() -> Client {
    Client::new(CLIENT_ID, SECRET)
}

#[tokio::test]
async fn the_name_and_the_picture_come_from_the_userinfo_endpoint() {
    let describe = |server: admit_testkit::oidc::Builder| {
        server.person(
            "ada",
            json!({ "sub": "7000001", "email": "ada@example.com", "email_verified": true }),
            json!({ "name": "Ada Byron", "picture": "https://gitlab.com/ada.png", "groups": ["engines"] }),
        )
    };
    let site = Site::and(gitlab(client()), "https://gitlab.com", describe, |builder| builder);
    let ada = site.sign_in().await;
    assert_eq!((ada.profile.subject.as_str(), ada.profile.name.as_deref()), ("7000001", Some("Ada Byron")));
    assert!(ada.profile.image.is_some() && ada.email_is_verified());
    assert_eq!(ada.claims.value("groups"), Some(&json!(["engines"])));
    assert_eq!(site.server.count(Stage::Userinfo), 1);
    assert_eq!(site.server.violations(), [""; 0]);
}

#[tokio::test]
async fn another_instance_is_named_in_code_or_in_the_environment() {
    let site = Site::new(gitlab(client()).issuer(OWN), OWN);
    site.sign_in().await;

    let named = || environment(&[("AUTH_GITLAB_ISSUER", OWN)]);
    let site = Site::and(gitlab(client()), OWN, |server| server, |builder| builder.environment(named()));
    site.sign_in().await;

    // What the code says stays.
    let other = "https://git.example.org";
    let provider = gitlab(client()).issuer(other);
    let site = Site::and(provider, other, |server| server, |builder| builder.environment(named()));
    site.sign_in().await;
}

#[tokio::test]
async fn the_refresh_token_that_came_last_is_the_one_that_is_used() {
    let site = Site::new(gitlab(client()), "https://gitlab.com");
    let mut browser = site.browser();
    browser.sign_in().await;
    let mut before = browser.access_token().await.unwrap();
    for _ in 0..3 {
        site.clock.advance(Duration::from_secs(3600));
        // The pretend one takes each refresh token once, as GitLab does.
        let next = browser.access_token().await.unwrap();
        assert_ne!(next, before);
        before = next;
    }
}

#[test]
fn without_a_place_for_the_next_refresh_token_the_site_does_not_start() {
    let builder = admit::Auth::builder(crate::ORIGIN)
        .secret("a secret for tests, thirty-two bytes or more")
        .environment(environment(&[]))
        .provider(gitlab(client()));
    assert!(crate::problems(builder).contains("gitlab: its refresh tokens are replaced at each use"));
}
