//! `GET …/csrf`, and the two guards of every request that changes something.

mod guards;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::json;

use crate::support::{SECRET, Site, json, set_cookies, shown};

const COOKIE: &str = "__Host-authjs.csrf-token";
const TOKEN: &str = "da23521a3a872cdf9cb45d1fcd494dcb3f1eb7b3528883c9065cc689a4f02c0b";

/// What Auth.js writes into the cookie: the hash of the token and the secret.
fn made_by_js(token: &str, secret: &str) -> String {
    let hash = digest(&SHA256, format!("{token}{secret}").as_bytes());
    let hex: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{token}%7C{hex}")
}

#[tokio::test]
async fn a_stranger_is_given_a_token_and_two_cookies() {
    let site = Site::new();
    let mut browser = site.browser();
    let answer = browser.get("/api/auth/csrf").await;
    insta::assert_snapshot!(shown(&answer), @r#"
    200 OK
    cache-control: private, no-cache, no-store
    content-type: application/json
    expires: 0
    pragma: no-cache
    set-cookie: __Host-authjs.csrf-token=ce56971cde355897421efc0b1046c8bf2f537eddbfbc7b9864f6e7ff7a82f2c3%7C1d153339255ac1b8ada8aa41504a0467f44259ab5260a74111d01fbd4b0748eb; Path=/; HttpOnly; Secure; SameSite=Lax
    set-cookie: __Secure-authjs.callback-url=https%3A%2F%2Fapp.example; Path=/; HttpOnly; Secure; SameSite=Lax

    {
      "csrfToken": "ce56971cde355897421efc0b1046c8bf2f537eddbfbc7b9864f6e7ff7a82f2c3"
    }
    "#);
    let token = json(&answer)["csrfToken"].as_str().unwrap().to_owned();
    assert!(token.len() == 64 && token.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{token}");
    assert_eq!(browser.jar.get(COOKIE), Some(made_by_js(&token, SECRET).as_str()));
    assert_eq!(browser.jar.refused(), [""; 0]);
}

#[tokio::test]
async fn who_has_a_token_keeps_it_and_is_set_no_cookie() {
    let site = Site::new();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    let again = browser.get("/api/auth/csrf").await;
    assert_eq!(json(&again), json!({ "csrfToken": token }));
    assert_eq!(set_cookies(&again), [""; 0]);
}

#[tokio::test]
async fn a_cookie_that_auth_js_wrote_is_taken_as_it_is() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.jar.set(COOKIE, &made_by_js(TOKEN, SECRET));
    assert_eq!(browser.csrf_token().await, TOKEN);
    assert!(browser.begin("azure-devops", "/").await.headers()["location"].to_str().unwrap().contains("oauth2"));
}

#[tokio::test]
async fn of_several_secrets_the_hash_takes_the_joined_ones_as_auth_js_does() {
    let old = "an older secret, thirty-two bytes or more too";
    let site = Site::with(|builder| builder.secret(old).danger_single_process_refresh());
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    assert_eq!(browser.jar.get(COOKIE), Some(made_by_js(&token, &format!("{SECRET},{old}")).as_str()));
    for secret in [format!("{SECRET},{old}"), SECRET.to_owned(), old.to_owned()] {
        browser.jar.set(COOKIE, &made_by_js(TOKEN, &secret));
        assert_eq!(browser.csrf_token().await, TOKEN, "{secret}");
    }
}

#[tokio::test]
async fn a_cookie_that_is_not_ours_is_replaced() {
    // COK-014
    let site = Site::new();
    for planted in [made_by_js(TOKEN, "another secret"), TOKEN.to_owned(), "%7C".into(), "%zz".into(), "a|b|c".into()] {
        let mut browser = site.browser();
        browser.jar.set(COOKIE, &planted);
        assert_ne!(browser.csrf_token().await, TOKEN, "{planted}");
        assert_ne!(browser.jar.get(COOKIE), Some(planted.as_str()));
        browser.sign_in().await;
    }
}

#[tokio::test]
async fn a_form_of_the_applications_own_can_post_to_admit() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    let known = browser.csrf_token().await;
    let page = browser.current("/account");
    assert_eq!(page.csrf_token(), known, "the token that the browser has is the one that counts");
    assert_eq!(page.set_cookies().await.len(), 0);

    // Whose browser has none, or one that is not ours, is given one with the page.
    for planted in [None, Some("planted|by a neighbour")] {
        let mut stranger = site.browser();
        if let Some(value) = planted {
            stranger.jar.set(COOKIE, value);
        }
        let page = stranger.current("/");
        assert!(!page.may_set_cookies());
        let token = page.csrf_token().to_owned();
        assert!(page.may_set_cookies());
        assert_eq!(page.clone().csrf_token(), token);
        stranger.finish(&page).await;
        assert_eq!(stranger.csrf_token().await, token);
        let answer = stranger.post("/api/auth/signin/azure-devops", &[("csrfToken", &token)]).await;
        assert!(answer.headers()["location"].to_str().unwrap().contains("oauth2"));
    }
}
