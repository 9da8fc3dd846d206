//! Several trips in one browser.

use serde_json::{Value, json};

use admit::Client;
use admit_providers::github;

use crate::support::standard::Standard;
use crate::support::{ORIGIN, Site, location, parameter};

const SESSION: &str = "__Secure-authjs.session-token";

#[tokio::test]
async fn two_tabs_each_land_where_they_wanted_to_go() {
    // FLW-012
    let site = Site::new();
    let mut browser = site.browser();
    let first = browser.consent("/one").await;
    let second = browser.consent("/two").await;
    assert_eq!(location(&browser.get(&second).await), format!("{ORIGIN}/two"));
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
    assert_eq!(location(&browser.get(&first).await), format!("{ORIGIN}/one"));
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
}

#[tokio::test]
async fn two_hundred_sign_ins_that_nobody_finishes_leave_eight_cookies() {
    // FLW-013
    let site = Site::new();
    let long = format!("/report?{}", "filter=warehouse&".repeat(40));
    for target in ["/", long.as_str()] {
        let mut browser = site.browser();
        let token = browser.csrf_token().await;
        for _ in 0..200 {
            let form = [("csrfToken", token.as_str()), ("callbackUrl", target)];
            browser.post("/api/auth/signin/azure-devops", &form).await;
            let pending = browser.jar.names().into_iter().filter(|name| name.contains("pending")).count();
            assert!(pending <= 8, "{pending}");
            let cookies = browser.jar.header(true).unwrap().len();
            assert!(cookies <= 8 * 1024, "{cookies}");
        }
        let callback = browser.consent(target).await;
        assert_eq!(location(&browser.get(&callback).await), format!("{ORIGIN}{target}"));
        assert_eq!(browser.jar.refused(), [""; 0]);
    }
}

#[tokio::test]
async fn planted_cookies_make_room_and_do_no_harm() {
    // COK-014
    let site = Site::new();
    let mut browser = site.browser();
    for index in 0..20 {
        browser.jar.set(&format!("__Host-admit.pending.{index:016x}"), "garbage");
    }
    browser.jar.set("__Host-authjs.csrf-token", "garbage");
    browser.jar.set("__Secure-authjs.callback-url", "%zz");
    browser.jar.set(SESSION, "garbage");
    for action in
        ["providers", "session", "csrf", "signin", "signout", "error", "verify-request", "callback/azure-devops"]
    {
        let answer = browser.get(&format!("/api/auth/{action}")).await;
        let explains = ["error"].contains(&action);
        assert!(answer.status().as_u16() < 500 || explains, "{action}: {}", answer.status());
    }
    browser.sign_in().await;
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
    assert!(browser.jar.names().iter().all(|name| !name.contains("pending")), "{:?}", browser.jar.names());
}

#[tokio::test]
async fn who_signs_in_as_somebody_else_is_somebody_else() {
    // FLW-046
    let server = Standard::new();
    let back_channel = server.clone();
    let site = Site::with(|builder| {
        builder.provider(github(Client::new("gh", "s"))).http_client(back_channel).danger_single_process_refresh()
    });
    let mut browser = site.browser();
    let sign_in = async |browser: &mut crate::support::Browser<'_>| {
        let state = parameter(&location(&browser.begin("github", "/").await), "state").unwrap();
        browser.get(&format!("/api/auth/callback/github?code=x&state={state}")).await
    };
    sign_in(&mut browser).await;
    let alice = browser.current("/").session().await.unwrap().unwrap().user.id;
    let mut copy = site.browser();
    copy.jar = browser.jar.clone();

    server.person(json!({ "id": 8, "login": "bob", "email": "mona@example.com" }));
    sign_in(&mut browser).await;
    let bob = browser.current("/").session().await.unwrap().unwrap();
    assert_ne!(bob.user.id, alice);
    assert_eq!(bob.user.name.as_deref(), Some("bob"));
    assert_eq!(browser.current("/").accounts().await.unwrap().len(), 1);
    // What the browser held before is over.
    assert_eq!(copy.session().await, Value::Null);
}
