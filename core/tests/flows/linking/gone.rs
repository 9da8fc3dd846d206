//! A provider that has left the configuration.

use admit::AccessTokenError;
use http::StatusCode;
use serde_json::{Value, json};

use super::{House, ada, ask, callback, nameless};
use crate::support::{Site, json as body, refusal};

#[tokio::test]
async fn whoever_came_by_a_provider_that_is_gone_stays_signed_in_and_nothing_breaks() {
    // SES-024
    let before = House::in_store();
    let mut browser = before.signed_in("acme", ada()).await;
    before.connect(&mut browser, "globex", nameless(9)).await;
    let there = browser.begin("acme", "/home").await;

    let all = before.store.clone();
    let after = Site::with(|builder| builder.clock(before.site.clock.clone()).store(all));
    let mut late = after.browser();
    late.jar = browser.jar.clone();
    assert_eq!(late.session().await["user"]["name"], "Ada");
    let token = late.current("/").access_token("acme").await;
    assert!(matches!(token, Err(AccessTokenError::UnknownProvider(_))), "{token:?}");
    let answer = late.get(&callback("acme", &there)).await;
    assert_eq!(refusal(&answer).2, "provider_unknown");
    assert_eq!(late.get("/api/auth/error?code=provider_unknown").await.status(), StatusCode::NOT_FOUND);
    // Neither is a way in, and so neither can be taken off as if the other were.
    let accounts = body(&late.get("/api/auth/accounts").await);
    let told: Vec<_> = accounts.as_array().unwrap().iter().map(|account| &account["lastWayIn"]).collect();
    assert_eq!(told, [&json!(false), &json!(false)]);
    assert_eq!(refusal(&ask(&mut late, "unlink/acme", &[]).await).2, "last_way_in");
    late.sign_out().await;
    assert_eq!(late.session().await, Value::Null);
}
