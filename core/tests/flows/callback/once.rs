//! A callback counts once, also when it comes several times at once.

use admit::MemoryStore;
use admit::store::SessionStore;
use http::Request;
use http::header::COOKIE;
use tokio::task::JoinSet;

use crate::support::{ORIGIN, Site, location, refusal};

#[tokio::test]
async fn a_callback_counts_once() {
    // FLW-007
    let site = Site::new();
    let mut browser = site.browser();
    let callback = browser.consent("/").await;
    let mut twin = site.browser();
    twin.jar = browser.jar.clone();
    assert_eq!(location(&browser.get(&callback).await), format!("{ORIGIN}/"));
    let again = twin.get(&callback).await;
    assert_eq!(refusal(&again), ("/api/auth/error".into(), "Configuration".into(), "state_replayed".into()));
    assert_eq!(refusal(&browser.get(&callback).await).2, "state_missing");
    assert_eq!(site.azure.code_exchanges(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_callbacks_at_once_one_is_exchanged() {
    // FLW-008
    let sessions = MemoryStore::new();
    let store = sessions.clone();
    let site = Site::with(|builder| builder.session_store(store).danger_single_process_refresh());
    let mut browser = site.browser();
    let callback = browser.consent("/in").await;
    let cookies = browser.jar.header(true).unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..20 {
        let auth = site.auth.clone();
        let request = Request::get(&callback).header(COOKIE, &cookies).body(bytes::Bytes::new()).unwrap();
        tasks.spawn(async move { auth.handle(request).await });
    }
    let mut winners = Vec::new();
    for answer in tasks.join_all().await {
        if location(&answer) == format!("{ORIGIN}/in") {
            winners.push(answer);
        } else {
            assert_eq!(refusal(&answer).2, "state_replayed");
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(site.azure.code_exchanges(), 1);
    browser.jar.apply(winners[0].headers());
    let user = browser.current("/").session().await.unwrap().unwrap().user.id;
    assert_eq!(sessions.list(&user).await.unwrap().len(), 1);
}
