//! What the official clients send, and what they are answered.

use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::{HOMES, Members, PASSWORD, PATH, give, in_cookie, in_store, site};
use crate::support::{Browser, ORIGIN, json, location, refusal, shown};

/// As next-auth v5's `signIn("credentials", { username, password, redirect: false })` posts it.
async fn v5(browser: &mut Browser<'_>, name: &str, password: &str) -> http::Response<bytes::Bytes> {
    let token = browser.csrf_token().await;
    browser.headers.insert("x-auth-return-redirect", HeaderValue::from_static("1"));
    let callback = format!("{ORIGIN}/in");
    let form = [("username", name), ("password", password), ("csrfToken", &token), ("callbackUrl", &callback)];
    let answer = browser.post(&format!("{PATH}?"), &form).await;
    browser.headers.clear();
    answer
}

/// As next-auth v4's does.
async fn v4(browser: &mut Browser<'_>, name: &str, password: &str) -> http::Response<bytes::Bytes> {
    let token = browser.csrf_token().await;
    let callback = format!("{ORIGIN}/in");
    let form = [
        ("username", name),
        ("password", password),
        ("redirect", "false"),
        ("csrfToken", &token),
        ("callbackUrl", &callback),
        ("json", "true"),
    ];
    browser.post(&format!("{PATH}?"), &form).await
}

#[tokio::test]
async fn a_form_signs_in_by_a_redirect_with_the_session_in_the_cookie() {
    let site = site(&Members::default(), in_cookie);
    insta::assert_snapshot!(shown(&give(&mut site.browser(), "ada", PASSWORD).await), @r"
    302 Found
    cache-control: private, no-cache, no-store
    expires: 0
    location: https://app.example/in
    pragma: no-cache
    set-cookie: __Secure-authjs.callback-url=https%3A%2F%2Fapp.example%2Fin; Path=/; HttpOnly; Secure; SameSite=Lax
    set-cookie: __Secure-authjs.session-token=(585 characters); Path=/; Expires=Mon, 21 Dec 2026 22:26:40 GMT; HttpOnly; Secure; SameSite=Lax
    set-cookie: __Secure-admit.last-used=credentials; Max-Age=31536000; Path=/api/auth; Expires=Sun, 21 Nov 2027 22:26:40 GMT; HttpOnly; Secure; SameSite=Lax
    ");
}

#[tokio::test]
async fn a_form_signs_in_by_a_redirect_with_the_session_in_the_store() {
    let site = site(&Members::default(), in_store);
    insta::assert_snapshot!(shown(&give(&mut site.browser(), "ada", PASSWORD).await), @r"
    302 Found
    cache-control: private, no-cache, no-store
    expires: 0
    location: https://app.example/in
    pragma: no-cache
    set-cookie: __Secure-authjs.callback-url=https%3A%2F%2Fapp.example%2Fin; Path=/; HttpOnly; Secure; SameSite=Lax
    set-cookie: __Secure-authjs.session-token=_8yHWLx4FEBs-G_vMwpFujXmsOiYROhWd5m7Ma1gFXA; Path=/; Expires=Mon, 21 Dec 2026 22:26:40 GMT; HttpOnly; Secure; SameSite=Lax
    set-cookie: __Secure-admit.last-used=credentials; Max-Age=31536000; Path=/api/auth; Expires=Sun, 21 Nov 2027 22:26:40 GMT; HttpOnly; Secure; SameSite=Lax
    ");
}

#[tokio::test]
async fn a_form_is_refused_by_a_redirect_to_the_sign_in_page() {
    for home in HOMES {
        let site = site(&Members::default(), home);
        let refused = give(&mut site.browser(), "ada", "wrong").await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(shown(&refused), @r"
            302 Found
            cache-control: private, no-cache, no-store
            expires: 0
            location: https://app.example/api/auth/signin?error=CredentialsSignin&code=credentials
            pragma: no-cache
            set-cookie: __Secure-authjs.callback-url=https%3A%2F%2Fapp.example%2Fin; Path=/; HttpOnly; Secure; SameSite=Lax
            ");
        }
    }
}

#[tokio::test]
async fn the_client_of_v5_is_told_in_json_and_always_with_200() {
    for home in HOMES {
        let site = site(&Members::default(), home);
        let mut browser = site.browser();
        let refused = v5(&mut browser, "ada", "wrong").await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(shown(&refused), @r#"
            200 OK
            cache-control: private, no-cache, no-store
            content-type: application/json
            expires: 0
            location: https://app.example/api/auth/signin?error=CredentialsSignin&code=credentials
            pragma: no-cache
            set-cookie: __Secure-authjs.callback-url=https%3A%2F%2Fapp.example%2Fin; Path=/; HttpOnly; Secure; SameSite=Lax

            {
              "url": "https://app.example/api/auth/signin?error=CredentialsSignin&code=credentials"
            }
            "#);
        }
        let done = v5(&mut browser, "ada", PASSWORD).await;
        assert_eq!((done.status(), json(&done)), (StatusCode::OK, json!({ "url": "https://app.example/in" })));
        assert_eq!(browser.session().await["user"]["name"], "Ada");
    }
}

#[tokio::test]
async fn the_client_of_v4_reads_the_refusal_from_the_status() {
    for home in HOMES {
        let site = site(&Members::default(), home);
        let mut browser = site.browser();
        let refused = v4(&mut browser, "ada", "wrong").await;
        insta::allow_duplicates! {
            insta::assert_snapshot!(shown(&refused), @r#"
            401 Unauthorized
            cache-control: private, no-cache, no-store
            content-type: application/json
            expires: 0
            location: https://app.example/api/auth/signin?error=CredentialsSignin&code=credentials
            pragma: no-cache
            set-cookie: __Secure-authjs.callback-url=https%3A%2F%2Fapp.example%2Fin; Path=/; HttpOnly; Secure; SameSite=Lax

            {
              "url": "https://app.example/api/auth/signin?error=CredentialsSignin&code=credentials"
            }
            "#);
        }
        let done = v4(&mut browser, "ada", PASSWORD).await;
        assert_eq!((done.status(), json(&done)), (StatusCode::OK, json!({ "url": "https://app.example/in" })));
        assert_eq!(browser.session().await["user"]["name"], "Ada");
    }
}

#[tokio::test]
async fn who_asks_in_both_ways_is_of_v5() {
    let site = site(&Members::default(), in_cookie);
    let mut browser = site.browser();
    browser.headers.insert("x-auth-return-redirect", HeaderValue::from_static("1"));
    assert_eq!(v4(&mut browser, "ada", "wrong").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn json_is_as_good_as_a_form() {
    let site = site(&Members::default(), in_cookie);
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    let body = |password: &str, json: Value| json!({ "username": "ada", "password": password, "csrfToken": token, "callbackUrl": "/in", "json": json });
    let refused = browser.post_json(PATH, &body("wrong", Value::Null)).await;
    assert_eq!((refused.status(), refusal(&refused).1.as_str()), (StatusCode::FOUND, "CredentialsSignin"));
    for wanted in [json!(true), json!("true")] {
        let refused = browser.post_json(PATH, &body("wrong", wanted)).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(location(&browser.post_json(PATH, &body(PASSWORD, json!(false))).await), format!("{ORIGIN}/in"));
    assert_eq!(browser.session().await["user"]["name"], "Ada");
}

#[tokio::test]
async fn a_code_of_the_applications_reaches_the_client() {
    let site = site(&Members::default(), in_cookie);
    let refused = v5(&mut site.browser(), "cy", PASSWORD).await;
    let url = "https://app.example/api/auth/signin?error=CredentialsSignin&code=totp_required";
    assert_eq!(json(&refused), json!({ "url": url }));
    // One that would be something else in an address is not sent.
    let odd = v5(&mut site.browser(), "odd", PASSWORD).await;
    let url = "https://app.example/api/auth/signin?error=CredentialsSignin&code=credentials";
    assert_eq!(json(&odd), json!({ "url": url }));
}

#[tokio::test]
async fn the_list_says_how_the_client_shall_sign_in() {
    let members = Members::default();
    let site = site(&members, |builder| in_cookie(builder.provider(members.provider().id("staff"))));
    let list = json(&site.browser().get("/api/auth/providers").await);
    assert_eq!(list["azure-devops"]["type"], "oauth");
    let entry = |id: &str| {
        json!({ "id": id, "name": "Acme", "type": "credentials",
            "signinUrl": format!("{ORIGIN}/api/auth/signin/{id}"),
            "callbackUrl": format!("{ORIGIN}/api/auth/callback/{id}") })
    };
    assert_eq!((&list["credentials"], &list["staff"]), (&entry("credentials"), &entry("staff")));
}

#[tokio::test]
async fn there_is_no_trip_to_begin_and_a_get_is_none() {
    let members = Members::default();
    let site = site(&members, in_cookie);
    let mut browser = site.browser();
    // As Auth.js: the page has the form.
    let begun = browser.begin("credentials", "/in").await;
    assert_eq!((begun.status(), location(&begun)), (StatusCode::FOUND, format!("{ORIGIN}/api/auth/signin")));
    let token = browser.csrf_token().await;
    let unasked = browser.get(&format!("{PATH}?username=ada&password={PASSWORD}&csrfToken={token}")).await;
    assert_eq!(refusal(&unasked), ("/api/auth/error".into(), "Configuration".into(), "action_unsupported".into()));
    assert_eq!(browser.session().await, Value::Null);
    // What is asked for in the address does not count in a POST, either.
    let form = [("csrfToken", token.as_str())];
    let elsewhere = browser.post(&format!("{PATH}?username=ada&password={PASSWORD}"), &form).await;
    assert_eq!(refusal(&elsewhere).1, "CredentialsSignin");
    assert_eq!(members.asked(), [""; 0]);
}

#[tokio::test]
async fn a_page_of_the_applications_own_is_told_the_same() {
    let pages = admit::Pages::default().sign_in("/welcome");
    let site = site(&Members::default(), |builder| in_cookie(builder.pages(pages)));
    let refused = give(&mut site.browser(), "ada", "wrong").await;
    assert_eq!(location(&refused), format!("{ORIGIN}/welcome?error=CredentialsSignin&code=credentials"));
}

#[tokio::test]
async fn several_checks_stand_side_by_side() {
    let (members, staff) = (Members::default(), Members::default());
    let site = site(&members, |builder| in_cookie(builder.provider(staff.provider().id("staff").name("Staff"))));
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    let form = [("csrfToken", token.as_str()), ("username", "bo"), ("password", PASSWORD)];
    browser.post("/api/auth/callback/staff", &form).await;
    assert_eq!((members.asked().len(), staff.asked()), (0, vec!["bo".to_owned()]));
    assert_eq!(browser.current("/").accounts().await.unwrap()[0].provider, "staff");
    let nowhere = browser.post("/api/auth/callback/guests", &form).await;
    assert_eq!(refusal(&nowhere).2, "provider_unknown");
}
