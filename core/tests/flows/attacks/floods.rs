//! What grows without bound, or is thrown away because it grew.

use admit::{AuthBuilder, Client};
use admit_providers::github;
use http::{Method, StatusCode};

use crate::support::standard::Standard;
use crate::support::{ORIGIN, Site, location, parameter, refusal};

#[tokio::test]
async fn a_trip_with_many_scopes_and_a_long_way_home_is_not_forgotten() {
    // Browsers throw away a cookie of more than 4096 bytes, and say nothing.
    let scopes: Vec<_> = (0..120).map(|number| format!("scope-number-{number}")).collect();
    let site = Site::with(|builder: AuthBuilder| {
        builder
            .provider(github(Client::new("gh", "gh-secret")).scopes(scopes))
            .http_client(Standard::new())
            .danger_single_process_refresh()
    });
    for (wanted, landed) in
        [(format!("/{}", "x".repeat(1_900)), ORIGIN.to_owned()), ("/in".into(), format!("{ORIGIN}/in"))]
    {
        let mut browser = site.browser();
        let address = location(&browser.begin("github", &wanted).await);
        assert_eq!(browser.jar.refused(), [""; 0]);
        let state = parameter(&address, "state").unwrap();
        let answer = browser.get(&format!("/api/auth/callback/github?code=x&state={state}")).await;
        assert_eq!(location(&answer), landed);
    }
}

#[tokio::test]
async fn json_that_says_it_is_text_is_not_read() {
    // FLW-028: a browser sends such a body to another site without asking it first.
    let site = Site::new();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    for kind in
        ["text/plain; x=application/json", "text/plain;application/x-www-form-urlencoded", "text/application/json"]
    {
        let body = format!(r#"{{"csrfToken":"{token}"}}"#);
        let answer = browser.request(Method::POST, "/api/auth/signin/azure-devops", Some(kind), body.into()).await;
        assert_eq!(refusal(&answer).2, "csrf", "{kind}");
    }
    for kind in ["application/json; charset=utf-8", "Application/JSON"] {
        let body = format!(r#"{{"csrfToken":"{token}"}}"#);
        let answer = browser.request(Method::POST, "/api/auth/signin/azure-devops", Some(kind), body.into()).await;
        assert_eq!(answer.status(), StatusCode::FOUND);
        assert!(location(&answer).starts_with("https://app.vssps.visualstudio.com/"), "{kind}");
    }
}
