//! Requests that no page of ours made, bodies that no form makes, and what must not be printed.

use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use super::{HOMES, Members, PASSWORD, PATH, give, in_cookie, site};
use crate::support::log::Heard;
use crate::support::{Browser, json, location, refusal};

fn credentials(token: &str) -> Vec<(&str, &str)> {
    vec![("csrfToken", token), ("username", "ada"), ("password", PASSWORD)]
}

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
}

#[tokio::test]
async fn nobody_is_signed_in_by_another_sites_form() {
    // FLW-022, FLW-024, FLW-026, FLW-027: login CSRF would sign a victim in to the attacker's account.
    let members = Members::default();
    let site = site(&members, in_cookie);
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    let foreign: &[&[(&str, &str)]] = &[
        &[("origin", "https://evil.example")],
        &[("origin", "http://app.example")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "https://app.example")],
    ];
    for pairs in foreign {
        browser.headers = headers(pairs);
        let answer = browser.post(PATH, &credentials(&token)).await;
        assert_eq!(refusal(&answer), ("/api/auth/signin".into(), "MissingCSRF".into(), "origin_rejected".into()));
    }
    browser.headers.clear();
    let another = site.browser().csrf_token().await.replace('a', "b");
    for wrong in ["", "x", &another] {
        let answer = browser.post(PATH, &credentials(wrong)).await;
        assert_eq!(refusal(&answer), ("/api/auth/signin".into(), "MissingCSRF".into(), "csrf".into()));
    }
    let without_cookie = site.browser().post(PATH, &credentials(&token)).await;
    assert_eq!(refusal(&without_cookie).2, "csrf");
    assert_eq!(members.asked(), [""; 0], "the check was not asked");
    assert_eq!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn headers_stand_in_for_the_token_where_the_application_says_so() {
    let site = site(&Members::default(), |builder| in_cookie(builder.csrf_headers_suffice()));
    let mut browser = site.browser();
    let form = &credentials("")[1..];
    assert_eq!(refusal(&browser.post(PATH, form).await).1, "MissingCSRF");
    browser.headers = headers(&[("sec-fetch-site", "same-origin")]);
    browser.post(PATH, form).await;
    assert_eq!(browser.session().await["user"]["name"], "Ada");
}

#[tokio::test]
async fn a_body_of_another_kind_signs_nobody_in() {
    // FLW-028
    let members = Members::default();
    let site = site(&members, in_cookie);
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    let form = format!("csrfToken={token}&username=ada&password={PASSWORD}");
    let json = json!({ "csrfToken": token, "username": "ada", "password": PASSWORD }).to_string();
    for kind in ["text/plain", "text/plain;application/json", "multipart/form-data; boundary=x", "application/xml", ""]
    {
        for body in [&form, &json] {
            let answer = browser.request(Method::POST, PATH, Some(kind), body.clone().into()).await;
            assert_eq!(refusal(&answer).1, "MissingCSRF", "{kind}");
        }
    }
    assert_eq!(members.asked(), [""; 0]);
}

#[tokio::test]
async fn what_could_be_read_in_two_ways_reaches_no_check() {
    let members = Members::default();
    let site = site(&members, in_cookie);
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    let base = format!("csrfToken={token}&username=ada");
    let long = "x".repeat(4097);
    for rest in [
        String::new(),
        "&password=".to_owned(),
        format!("&password={PASSWORD}&password=x"),
        format!("&password=x&password={PASSWORD}"),
        format!("&password={PASSWORD}&username=bo"),
        format!("&password[]={PASSWORD}"),
        format!("&password={PASSWORD}%00"),
        "&password=%FF".to_owned(),
        format!("&password={long}"),
    ] {
        let body = format!("{base}{rest}");
        let kind = Some("application/x-www-form-urlencoded");
        let answer = browser.request(Method::POST, PATH, kind, body.into()).await;
        let (page, error, code) = refusal(&answer);
        assert_eq!(
            (page.as_str(), error.as_str(), code.as_str()),
            ("/api/auth/signin", "CredentialsSignin", "credentials")
        );
    }
    for password in [json!({ "$ne": null }), json!([PASSWORD]), json!(7), json!(true), json!("a\0b"), Value::Null] {
        let body = json!({ "csrfToken": token, "username": "ada", "password": password });
        assert_eq!(refusal(&browser.post_json(PATH, &body).await).1, "CredentialsSignin", "{password}");
    }
    assert_eq!(members.asked(), [""; 0]);
    assert_eq!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn a_body_that_is_not_what_it_says_is_a_bad_request() {
    // RED-033
    let members = Members::default();
    let site = site(&members, in_cookie);
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    for body in [
        format!(r#"{{"csrfToken":"{token}","username":"ada","password":"x","password":"{PASSWORD}"}}"#),
        format!(r#"{{"csrfToken":["{token}"],"username":"ada","password":"{PASSWORD}"}}"#),
        format!(r#"{{"csrfToken":"{token}","callbackUrl":{{}},"username":"ada","password":"{PASSWORD}"}}"#),
        "[]".to_owned(),
        "{".to_owned(),
        "[".repeat(10_000),
    ] {
        let answer = browser.request(Method::POST, PATH, Some("application/json"), body.clone().into()).await;
        assert_eq!((answer.status(), json(&answer)), (StatusCode::BAD_REQUEST, json!("Bad request.")), "{body}");
    }
    let huge = "x".repeat(admit::Auth::BODY_LIMIT + 1);
    let kind = Some("application/x-www-form-urlencoded");
    let answer = browser.request(Method::POST, PATH, kind, huge.into()).await;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(members.asked(), [""; 0]);
}

#[tokio::test]
async fn what_was_typed_is_printed_nowhere() {
    // OBS-001
    for home in HOMES {
        let heard = Heard::default();
        let _guard = heard.listen();
        let site = site(&Members::default(), home);
        let mut browser = site.browser();
        let wrong = "wrong-horse-9876543210";
        for (name, password) in [
            ("ada", wrong),
            ("a-stranger", wrong),
            ("cy", PASSWORD),
            ("down", PASSWORD),
            ("odd", PASSWORD),
            ("ada", PASSWORD),
        ] {
            give(&mut browser, name, password).await;
        }
        malformed(&mut browser).await;
        heard.print(&site.auth);
        let text = heard.text();
        assert!(text.contains("signed in") && text.contains("request refused") && text.contains("came twice"));
        for secret in [PASSWORD, wrong, "a-stranger", "correct-horse", "wrong-horse"] {
            assert!(!text.contains(secret), "{secret}");
        }
    }
}

async fn malformed(browser: &mut Browser<'_>) {
    let token = browser.csrf_token().await;
    let mut form = credentials(&token);
    form.push(("password", PASSWORD));
    let answer = browser.post(PATH, &form).await;
    assert!(!location(&answer).contains(PASSWORD));
}
