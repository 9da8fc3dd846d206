//! A provider that keeps to the RFCs: PKCE, `iss`, long codes.

use std::collections::HashSet;

use admit::Client;
use admit_providers::github;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::support::standard::{Standard, field};
use crate::support::{ORIGIN, Site, location, parameter, refusal};

fn site(server: &Standard) -> Site {
    let back_channel = server.clone();
    Site::with(|builder| {
        builder
            .provider(github(Client::new("gh", "gh-secret")))
            .http_client(back_channel)
            .danger_single_process_refresh()
    })
}

#[tokio::test]
async fn fifty_sign_ins_have_fifty_verifiers_and_each_is_the_challenge_s() {
    // FLW-015
    let server = Standard::new();
    let site = site(&server);
    let (mut verifiers, mut states) = (HashSet::new(), HashSet::new());
    for index in 0..50 {
        let mut browser = site.browser();
        let address = location(&browser.begin("github", "/").await);
        let state = parameter(&address, "state").unwrap();
        assert_eq!(parameter(&address, "code_challenge_method").as_deref(), Some("S256"));
        browser.get(&format!("/api/auth/callback/github?code=c{index}&state={state}")).await;

        let form = server.token_requests().pop().unwrap();
        let verifier = field(&form, "code_verifier").unwrap().to_owned();
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
        assert!((43..=128).contains(&verifier.len()) && verifier.bytes().all(unreserved), "{verifier}");
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        assert_eq!(parameter(&address, "code_challenge"), Some(challenge));
        assert_eq!(field(&form, "code"), Some(format!("c{index}").as_str()));
        assert_eq!(field(&form, "redirect_uri").unwrap(), format!("{ORIGIN}/api/auth/callback/github"));
        assert_ne!(verifier, state);
        verifiers.insert(verifier);
        states.insert(state);
    }
    assert_eq!((verifiers.len(), states.len()), (50, 50));
}

#[tokio::test]
async fn an_issuer_that_is_not_the_provider_s_is_refused() {
    // MIX-001, MIX-015
    let server = Standard::new();
    let site = site(&server);
    for iss in ["https://github.com/login/oauth1", "https://github.com/login/oauth/", "https://evil.example", "x"] {
        let mut browser = site.browser();
        let state = parameter(&location(&browser.begin("github", "/").await), "state").unwrap();
        let answer = browser.get(&format!("/api/auth/callback/github?code=c&state={state}&iss={iss}")).await;
        assert_eq!(refusal(&answer).2, "provider_mismatch", "{iss}");
        assert_eq!(browser.session().await, Value::Null);
    }
    assert_eq!(server.token_requests().len(), 0);
    for iss in ["", "&iss=https%3A%2F%2Fgithub.com%2Flogin%2Foauth"] {
        let mut browser = site.browser();
        let state = parameter(&location(&browser.begin("github", "/").await), "state").unwrap();
        let answer = browser.get(&format!("/api/auth/callback/github?code=c&state={state}{iss}")).await;
        assert_eq!(location(&answer), format!("{ORIGIN}/"), "{iss}");
    }
}

#[tokio::test]
async fn a_code_of_six_kilobytes_is_sent_as_it_came() {
    // azure.md T43
    let server = Standard::new();
    let site = site(&server);
    let mut browser = site.browser();
    let state = parameter(&location(&browser.begin("github", "/").await), "state").unwrap();
    let code = "eyJ0eXAiOiJKV1QifQ.".repeat(324);
    let answer = browser.get(&format!("/api/auth/callback/github?code={code}&state={state}")).await;
    assert_eq!(location(&answer), format!("{ORIGIN}/"));
    let form = server.token_requests().pop().unwrap();
    assert!(code.len() > 6 * 1024);
    assert_eq!(field(&form, "code"), Some(code.as_str()));
    assert_eq!(browser.session().await["user"]["name"], "Mona Octave");
}
