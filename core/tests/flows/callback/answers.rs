//! What a provider may send with the browser, and what it may not.

use http::StatusCode;
use serde_json::Value;

use crate::support::{ORIGIN, Site, location, parameter, refusal, shown};

/// The way back with these parameters, `STATE` being the right state.
async fn answered<'a>(site: &'a Site, query: &str) -> (crate::support::Browser<'a>, http::Response<bytes::Bytes>) {
    let mut browser = site.browser();
    let state = parameter(&browser.start("/in").await, "state").unwrap();
    let callback = format!("/api/auth/callback/azure-devops?{}", query.replace("STATE", &state));
    let answer = browser.get(&callback).await;
    (browser, answer)
}

#[tokio::test]
async fn a_person_who_says_no_is_told_so_and_the_trip_is_over() {
    // azure.md T40
    let site = Site::new();
    let mut browser = site.browser();
    let address = browser.start("/in").await;
    let callback = site.azure.deny(&address).await.unwrap().path_and_query();
    let answer = browser.get(&callback).await;
    insta::assert_snapshot!(shown(&answer), @r"
    302 Found
    cache-control: private, no-cache, no-store
    expires: 0
    location: https://app.example/api/auth/signin?error=OAuthCallbackError&code=access_denied&ref=Neaw6JhE6FZ3
    pragma: no-cache
    set-cookie: __Host-admit.pending.a08839eda7513e1a=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax
    ");
    assert_eq!(browser.session().await, Value::Null);
    assert!(browser.jar.names().iter().all(|name| !name.contains("pending")));
    assert_eq!(site.azure.code_exchanges(), 0);
}

#[tokio::test]
async fn an_error_is_known_in_whatever_spelling() {
    // ADO-017, azure.md T40
    let site = Site::new();
    for (word, reason) in [
        ("access_denied", "access_denied"),
        ("AccessDenied", "access_denied"),
        ("accessDenied", "access_denied"),
        ("ACCESS_DENIED", "access_denied"),
        ("server_error", "provider_unavailable"),
        ("TemporarilyUnavailable", "provider_unavailable"),
        ("InvalidScope", "token_rejected"),
        ("invalid_scope", "token_rejected"),
        ("whatever", "token_rejected"),
    ] {
        let (mut browser, answer) = answered(&site, &format!("error={word}&state=STATE")).await;
        let told = refusal(&answer);
        assert_eq!(told, ("/api/auth/signin".into(), "OAuthCallbackError".into(), reason.into()), "{word}");
        assert_eq!(browser.session().await, Value::Null);
    }
}

#[tokio::test]
async fn markup_in_an_error_reaches_nobody() {
    // ERR-001
    let site = Site::new();
    let evil = "error=%3Cscript%3Ealert(1)%3C/script%3E&error_description=%3Cimg%20onerror=x%3E\
                &error_uri=javascript:alert(1)&state=STATE";
    let (mut browser, answer) = answered(&site, evil).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    let address = location(&answer);
    for wrong in ["script", "img", "alert", "javascript"] {
        assert!(!address.contains(wrong), "{address}");
    }
    let page = browser.get(address.strip_prefix(ORIGIN).unwrap()).await;
    let html = String::from_utf8_lossy(page.body()).into_owned();
    assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("alert(1)"));
}

#[tokio::test]
async fn an_error_without_a_state_is_told_and_the_trip_goes_on() {
    // FLW-048
    let site = Site::new();
    let mut browser = site.browser();
    let callback = browser.consent("/in").await;
    for query in ["error=access_denied", "error=InvalidScope&state="] {
        let answer = browser.get(&format!("/api/auth/callback/azure-devops?{query}")).await;
        assert_eq!(refusal(&answer).1, "OAuthCallbackError");
        assert_eq!(browser.session().await, Value::Null);
    }
    assert_eq!(site.azure.code_exchanges(), 0);
    assert_eq!(location(&browser.get(&callback).await), format!("{ORIGIN}/in"));
}

#[tokio::test]
async fn what_is_no_code_is_sent_to_nobody() {
    // FLW-036, FLW-037, FLW-039, azure.md T41
    let site = Site::new();
    let huge = format!("code={}&state=STATE", "x".repeat(20 * 1024));
    for (query, reason) in [
        ("state=STATE", "code_missing"),
        ("code=&state=STATE", "code_missing"),
        ("access_token=t&id_token=j&state=STATE", "code_missing"),
        ("access_token=t&token_type=bearer&state=STATE", "code_missing"),
        (huge.as_str(), "code_missing"),
        ("code=x&error=access_denied&state=STATE", "token_response_invalid"),
    ] {
        let (mut browser, answer) = answered(&site, query).await;
        assert_eq!(refusal(&answer), ("/api/auth/error".into(), "Configuration".into(), reason.into()), "{query:.40}");
        assert_eq!(browser.session().await, Value::Null);
        assert!(browser.jar.names().iter().all(|name| !name.contains("pending")), "the trip is over");
    }
    assert_eq!(site.azure.code_exchanges(), 0);
}

#[tokio::test]
async fn tokens_in_the_address_are_not_looked_at() {
    // FLW-040
    let site = Site::new();
    let mut browser = site.browser();
    let callback = browser.consent("/in").await;
    let forged = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJldmlsIiwibmFtZSI6IkV2aWwifQ.";
    let answer = browser.get(&format!("{callback}&id_token={forged}&access_token=evil&name=Evil&user=Evil")).await;
    assert_eq!(location(&answer), format!("{ORIGIN}/in"));
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
    assert_eq!(site.azure.violations(), [""; 0]);
}

#[tokio::test]
async fn the_official_client_s_header_turns_every_ending_into_json() {
    let site = Site::new();
    let mut browser = site.browser();
    let callback = browser.consent("/in").await;
    browser.headers.insert("x-auth-return-redirect", "1".parse().unwrap());
    let answer = browser.get(&callback).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(crate::support::json(&answer)["url"], format!("{ORIGIN}/in"));
    let again = browser.get(&callback).await;
    assert_eq!(again.status(), StatusCode::OK);
    assert!(crate::support::json(&again)["url"].as_str().unwrap().contains("/api/auth/error?error=Configuration"));
}
