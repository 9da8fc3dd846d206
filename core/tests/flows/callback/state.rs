//! Whose trip it is: the state, the browser, the provider, the time.

use std::time::Duration;

use admit::Client;
use admit_providers::github;
use http::header::COOKIE;
use http::{Method, Request, StatusCode};
use serde_json::Value;

use crate::support::standard::Standard;
use crate::support::{Browser, ORIGIN, Site, location, parameter, refusal};

/// Asserts that a callback is refused before anybody is asked, and gives the reason.
async fn refused(browser: &mut Browser<'_>, callback: &str) -> String {
    let before = browser.site.azure.code_exchanges();
    let answer = browser.get(callback).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    let (page, error, code) = refusal(&answer);
    assert_eq!((page.as_str(), error.as_str()), ("/api/auth/error", "Configuration"), "{callback}");
    assert_eq!(browser.site.azure.code_exchanges(), before, "{callback}");
    assert_eq!(browser.session().await, Value::Null);
    code
}

fn without(callback: &str, name: &str) -> String {
    let (path, query) = callback.split_once('?').unwrap();
    let rest = query.split('&').filter(|pair| !pair.starts_with(&format!("{name}=")));
    format!("{path}?{}", rest.collect::<Vec<_>>().join("&"))
}

#[tokio::test]
async fn a_state_that_is_absent_empty_wrong_or_twice_there_is_refused_and_harms_nothing() {
    // FLW-001, FLW-002, FLW-003, FLW-004, FLW-014
    let site = Site::new();
    let mut browser = site.browser();
    let callback = browser.consent("/in").await;
    let state = parameter(&format!("{ORIGIN}{callback}"), "state").unwrap();
    let bare = without(&callback, "state");
    let flipped = format!("{}{}", &state[..42], if state.ends_with('A') { 'E' } else { 'A' });
    let long = "x".repeat(600);
    for (attempt, reason) in [
        (bare.clone(), "state_missing"),
        (format!("{bare}&state="), "state_missing"),
        (format!("{bare}&state={flipped}"), "state_mismatch"),
        (format!("{bare}&state={}", state.to_ascii_lowercase()), "state_mismatch"),
        (format!("{bare}&state={state}x"), "state_mismatch"),
        (format!("{bare}&state={long}"), "state_mismatch"),
        (format!("{callback}&state={flipped}"), "state_mismatch"),
        (format!("{bare}&state={flipped}&state={state}"), "state_mismatch"),
        (format!("{callback}&state={state}"), "state_mismatch"),
        (format!("{callback}&code=evil"), "state_mismatch"),
        (format!("{callback}&iss=a&iss=b"), "state_mismatch"), // MIX-005
    ] {
        assert_eq!(refused(&mut browser, &attempt).await, reason, "{attempt}");
    }
    // None of it has touched the trip.
    assert_eq!(location(&browser.get(&callback).await), format!("{ORIGIN}/in"));
    assert_eq!(site.azure.code_exchanges(), 1);
}

#[tokio::test]
async fn a_callback_counts_in_the_browser_that_began() {
    // FLW-005
    let site = Site::new();
    let (mut attacker, mut victim) = (site.browser(), site.browser());
    let callback = attacker.consent("/").await;
    assert_eq!(refused(&mut victim, &callback).await, "state_missing");
    victim.start("/").await;
    assert_eq!(refused(&mut victim, &callback).await, "state_mismatch");
    attacker.get(&callback).await;
    assert_eq!(attacker.session().await["user"]["name"], "Norma Paulk");
}

#[tokio::test]
async fn fifteen_minutes_later_it_is_too_late_and_the_way_is_not_forgotten() {
    // FLW-009
    let site = Site::new();
    let mut browser = site.browser();
    let callback = browser.consent("/in").await;
    site.clock.advance(Duration::from_secs(900));
    // The browser has let go of the cookie by itself.
    assert_eq!(refused(&mut browser, &callback).await, "state_missing");
    let page = browser.get("/api/auth/signin").await;
    assert!(String::from_utf8_lossy(page.body()).contains(r#"name="callbackUrl" value="https://app.example/in""#));
}

#[tokio::test]
async fn a_browser_that_keeps_a_cookie_too_long_is_refused() {
    // FLW-009
    let site = Site::new();
    let mut browser = site.browser();
    let callback = browser.consent("/in").await;
    let cookies = browser.jar.header(true).unwrap();
    let send = |cookies: String| {
        let request = Request::builder().method(Method::GET).uri(&callback).header(COOKIE, cookies);
        site.send(request.body(bytes::Bytes::new()).unwrap())
    };
    site.clock.advance(Duration::from_secs(900));
    let late = send(cookies.clone()).await;
    assert_eq!(refusal(&late).2, "state_expired");
    assert_eq!(site.azure.code_exchanges(), 0);
    // A second before it would have been in time.
    site.clock.set(admit::Timestamp::from_unix_seconds(1_795_300_899));
    assert_eq!(location(&send(cookies).await), format!("{ORIGIN}/in"));
}

#[tokio::test]
async fn a_trip_whose_cookie_was_tampered_with_is_nobody_s() {
    // FLW-010
    let site = Site::new();
    let mut browser = site.browser();
    let callback = browser.consent("/").await;
    let name = browser.jar.names().into_iter().find(|name| name.contains("pending")).unwrap().to_owned();
    let value = browser.jar.get(&name).unwrap().to_owned();
    for place in 0..16 {
        let mut bytes = value.clone().into_bytes();
        let offset = place * (bytes.len() - 1) / 15;
        // Another letter of the same alphabet. The last one of base64url may carry no bits, so its neighbour goes too.
        for byte in bytes.iter_mut().skip(offset.saturating_sub(1)).take(2) {
            *byte = if *byte == b'A' { b'Q' } else { b'A' };
        }
        browser.jar.set(&name, std::str::from_utf8(&bytes).unwrap());
        assert_eq!(refused(&mut browser, &callback).await, "state_mismatch", "offset {offset}");
    }
    // Neither does it open under the name of another trip.
    browser.jar.remove(&name);
    browser.start("/").await;
    let other = browser.jar.names().into_iter().find(|name| name.contains("pending")).unwrap().to_owned();
    browser.jar.set(&other, &value);
    assert_eq!(refused(&mut browser, &callback).await, "state_mismatch");
}

#[tokio::test]
async fn a_trip_to_one_provider_does_not_end_at_another() {
    // FLW-011, MIX-007
    let server = Standard::new();
    let back_channel = server.clone();
    let site = Site::with(|builder| {
        builder
            .provider(github(Client::new("gh", "gh-secret")))
            .http_client(back_channel)
            .danger_single_process_refresh()
    });
    let mut browser = site.browser();
    let azure = location(&browser.begin("azure-devops", "/").await);
    let octo = location(&browser.begin("github", "/").await);
    let (azure_state, octo_state) = (parameter(&azure, "state").unwrap(), parameter(&octo, "state").unwrap());
    assert_ne!(parameter(&azure, "redirect_uri"), parameter(&octo, "redirect_uri"));
    for (id, state) in [("github", &azure_state), ("azure-devops", &octo_state)] {
        let callback = format!("/api/auth/callback/{id}?code=x&state={state}");
        assert_eq!(refused(&mut browser, &callback).await, "provider_mismatch");
    }
    assert_eq!(server.token_requests().len(), 0);
    let callback = format!("/api/auth/callback/github?code=x&state={octo_state}");
    assert_eq!(location(&browser.get(&callback).await), format!("{ORIGIN}/"));
}

#[tokio::test]
async fn only_a_get_redeems_the_code() {
    // FLW-030
    let site = Site::new();
    let mut browser = site.browser();
    let callback = browser.consent("/in").await;
    for method in [Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE] {
        let answer = browser.request(method, &callback, None, bytes::Bytes::new()).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    }
    assert_eq!(refusal(&browser.post(&callback, &[]).await).2, "action_unsupported");
    let form = callback.split_once('?').unwrap().1;
    let kind = Some("application/x-www-form-urlencoded");
    let posted = browser.request(Method::POST, "/api/auth/callback/azure-devops", kind, form.to_owned().into()).await;
    assert_eq!(refusal(&posted).2, "action_unsupported");
    assert_eq!(site.azure.code_exchanges(), 0);
    assert_eq!(location(&browser.get(&callback).await), format!("{ORIGIN}/in"));
    assert_eq!(site.azure.code_exchanges(), 1);
}
