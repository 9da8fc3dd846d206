//! The browser hangs up while the code is being exchanged.

use std::sync::Arc;
use std::time::Duration;

use admit::store::{SessionStore, TokenStore};
use admit::{Event, Events, MemoryStore};
use admit_testkit::azure_devops::{Fault, Stage};
use async_trait::async_trait;
use http::Request;
use http::header::COOKIE;
use tokio::sync::Notify;

use crate::support::Site;

/// Rings when somebody has signed in.
#[derive(Clone, Debug, Default)]
struct Bell(Arc<Notify>);

#[async_trait]
impl Events for Bell {
    async fn record(&self, event: &Event<'_>) {
        if matches!(event, Event::SignIn { .. }) {
            self.0.notify_one();
        }
    }
}

#[tokio::test]
async fn an_exchange_that_has_begun_runs_to_its_end() {
    let store = MemoryStore::new();
    let (sessions, tokens, bell) = (store.clone(), store.clone(), Bell::default());
    let ears = bell.clone();
    let site = Site::with(|builder| builder.session_store(sessions).token_store(tokens).events(ears));
    let mut browser = site.browser();
    let callback = browser.consent("/in").await;
    site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(5)));

    let auth = site.auth.clone();
    let request = Request::get(&callback).header(COOKIE, browser.jar.header(true).unwrap());
    let request = request.body(bytes::Bytes::new()).unwrap();
    let visit = tokio::spawn(async move { auth.handle(request).await });
    // The provider is busy, and the deadline runs.
    site.clock.until_sleepers(2).await;
    assert_eq!(site.azure.code_exchanges(), 1);
    visit.abort();
    assert!(visit.await.unwrap_err().is_cancelled());

    site.clock.advance(Duration::from_secs(5));
    bell.0.notified().await;
    let kept = TokenStore::page(&store, "azure-devops", None, 10).await.unwrap();
    assert_eq!(kept.len(), 1);
    // The session was begun as well; its cookie reached nobody, so it is for the store to forget.
    let mut later = site.browser();
    later.sign_in().await;
    let user = later.current("/").session().await.unwrap().unwrap().user.id;
    assert_eq!(store.list(&user).await.unwrap().len(), 2);
    assert_eq!(site.azure.code_exchanges(), 2);
}
