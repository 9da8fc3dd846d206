//! Sessions that other servers of this wire have sealed.

use admit::{Auth, Client, Environment, Timestamp};
use admit_providers::github;
use serde_json::{Value, json};

use crate::support::standard::Standard;
use crate::support::{Site, set_cookies};

const OTHER: &str = "another secret for tests, thirty-two bytes too";

#[tokio::test]
async fn a_session_of_auth_js_is_read_and_goes_on() {
    // COK-002
    let vectors: Value = serde_json::from_str(include_str!("../../vectors/authjs-jwe-vectors.json")).unwrap();
    let minimal =
        vectors["decode"].as_array().unwrap().iter().find(|vector| vector["name"] == "session minimal").unwrap();
    let auth = Auth::builder("http://localhost:3000")
        .secret(minimal["secret"].as_str().unwrap())
        .environment(Environment::default())
        .http_client(Standard::new())
        .provider(github(Client::new("gh", "s")));
    let site = Site::new();
    let site = Site { auth: auth.clock(site.clock.clone()).build().unwrap(), ..site };
    let mut browser = site.browser();
    browser.jar.set("authjs.session-token", minimal["token"].as_str().unwrap());
    let answer = browser.get("/api/auth/session").await;
    let user =
        json!({ "name": "Fill Murray", "email": "fill@murray.com", "image": "https://www.fillmurray.com/460/300" });
    assert_eq!(crate::support::json(&answer)["user"], user);
    // On plain http no cookie has a prefix, and none asks for https.
    assert!(set_cookies(&answer).iter().all(|line| line.starts_with("authjs.") && !line.contains("Secure")));
    assert_eq!(browser.session().await["user"], user);
    let current = browser.current("/").session().await.unwrap().unwrap();
    assert_eq!(current.user.id, "3a98ec25-4ddd-4c12-9bd6-a22a6eaf277f");
    // It lacks our claim until a response writes it anew, and so it does when it was opened before.
    for _ in 0..2 {
        browser.jar.set("authjs.session-token", minimal["token"].as_str().unwrap());
        let current = browser.current("/");
        assert_eq!(current.session().await.unwrap().unwrap().user.id, "3a98ec25-4ddd-4c12-9bd6-a22a6eaf277f");
        assert!(current.may_set_cookies());
        assert_eq!(current.set_cookies().await.len(), 1);
    }
}

#[tokio::test]
async fn a_session_of_next_auth_v4_goes_on_under_the_new_name() {
    let vectors: Value = serde_json::from_str(include_str!("../../vectors/more-jwe-vectors.json")).unwrap();
    let v4 = &vectors["v4"];
    let site = Site::with_secrets(&[OTHER, v4["secret"].as_str().unwrap()]);
    site.clock.set(Timestamp::from_unix_seconds(v4["claims"]["iat"].as_i64().unwrap()));
    let mut browser = site.browser();
    browser.jar.set("__Secure-next-auth.session-token", v4["token"].as_str().unwrap());
    assert_eq!(browser.session().await["user"], json!({ "name": "Ada", "email": null }));
    assert!(browser.session_cookies().contains(&"__Secure-authjs.session-token".to_owned()));
    // It is one session under two names: signing out ends both.
    let mut copy = site.browser();
    copy.jar = browser.jar.clone();
    browser.sign_out().await;
    assert_eq!(browser.session_cookies(), [""; 0]);
    assert_eq!(copy.session().await, Value::Null);
}
