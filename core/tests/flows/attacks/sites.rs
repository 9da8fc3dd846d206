//! Two sites with one secret, as two mounts of one process are.

use admit::{Auth, Client, Environment};
use admit_providers::azure_devops;
use serde_json::Value;

use crate::support::{CLIENT_SECRET, ORIGIN, SECRET, Site, refusal};

#[tokio::test]
async fn a_trip_that_began_at_one_site_does_not_end_at_another() {
    let site = Site::new();
    let other = Auth::builder(format!("{ORIGIN}/other/auth"))
        .secret(SECRET)
        .environment(Environment::default())
        .clock(site.clock.clone())
        .http_client(site.azure.clone())
        .provider(azure_devops(Client::new("app-id", CLIENT_SECRET)))
        .danger_single_process_refresh()
        .build()
        .unwrap();
    let other = Site { auth: other, azure: site.azure.clone(), clock: site.clock.clone() };
    let mut browser = site.browser();
    let callback = browser.consent("/in").await;

    let mut astray = other.browser();
    astray.jar = browser.jar.clone();
    let answer = astray.get(&callback.replace("/api/auth/", "/other/auth/")).await;
    assert_eq!(refusal(&answer).2, "provider_mismatch");
    assert_eq!(site.azure.code_exchanges(), 0);
    assert_eq!(astray.session_cookies(), [""; 0]);
    // Where it began it still counts.
    browser.get(&callback).await;
    assert_ne!(browser.session().await, Value::Null);
}
