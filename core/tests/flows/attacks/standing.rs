//! Sessions that say not whose they are, and a store that fails when somebody leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use admit::store::{SessionKey, SessionRecord, SessionStore, StoreError};
use admit::{AuthBuilder, MemoryStore, Timestamp};
use async_trait::async_trait;
use http::{Method, StatusCode};
use serde_json::Value;

use crate::support::rules::Rules;
use crate::support::{Browser, Site, json, refusal};

/// A rule that keeps the user's id out of the session.
fn nameless(builder: AuthBuilder) -> AuthBuilder {
    builder.danger_single_process_refresh().callbacks(Rules::default().jwt(|mut token, _| {
        token.subject = None;
        Ok(Some(token))
    }))
}

async fn sign_in(browser: &mut Browser<'_>, login: &str) {
    let address = browser.start("/").await;
    let callback = browser.site.azure.authorize_as(login, &address).await.unwrap().path_and_query();
    browser.get(&callback).await;
}

#[tokio::test]
async fn sessions_that_name_nobody_are_not_one_person_s() {
    // SES-016
    let site = Site::with(|builder| nameless(builder).session_store(MemoryStore::new()));
    let (mut norma, mut bo) = (site.browser(), site.browser());
    sign_in(&mut norma, "norma").await;
    sign_in(&mut bo, "bo").await;
    assert_eq!(json(&norma.get("/api/auth/sessions").await).as_array().unwrap().len(), 1);
    for which in ["others", "all"] {
        norma.request(Method::DELETE, &format!("/api/auth/sessions/{which}"), None, bytes::Bytes::new()).await;
        assert_ne!(bo.session().await, Value::Null, "{which}");
    }
    assert_eq!(norma.session().await, Value::Null);
}

#[tokio::test]
async fn where_users_are_kept_a_session_that_names_nobody_is_dead() {
    // SES-018: nobody could shut its owner out.
    let site = Site::with(|builder| nameless(builder).user_store(MemoryStore::new()));
    let mut browser = site.browser();
    sign_in(&mut browser, "norma").await;
    assert_eq!(browser.session().await, Value::Null);
}

/// A store that answers until it is taken down.
#[derive(Clone, Debug, Default)]
struct Fragile {
    store: MemoryStore,
    down: Arc<AtomicBool>,
}

impl Fragile {
    fn up(&self) -> Result<&dyn SessionStore, StoreError> {
        match self.down.load(Ordering::Relaxed) {
            true => Err(StoreError::Unavailable("connection refused".into())),
            false => Ok(&self.store),
        }
    }
}

#[async_trait]
impl SessionStore for Fragile {
    async fn create(&self, record: SessionRecord) -> Result<(), StoreError> {
        self.up()?.create(record).await
    }

    async fn load(&self, key: &SessionKey) -> Result<Option<SessionRecord>, StoreError> {
        self.up()?.load(key).await
    }

    async fn replace(&self, record: SessionRecord, expected: u64) -> Result<bool, StoreError> {
        self.up()?.replace(record, expected).await
    }

    async fn touch(&self, key: &SessionKey, expires_at: Timestamp) -> Result<bool, StoreError> {
        self.up()?.touch(key, expires_at).await
    }

    async fn rotate(&self, old: &SessionKey, record: SessionRecord) -> Result<bool, StoreError> {
        self.up()?.rotate(old, record).await
    }

    async fn delete(&self, key: &SessionKey) -> Result<bool, StoreError> {
        self.up()?.delete(key).await
    }

    async fn delete_all(&self, user: &str, except: Option<&SessionKey>) -> Result<u64, StoreError> {
        self.up()?.delete_all(user, except).await
    }

    async fn list(&self, user: &str) -> Result<Vec<SessionRecord>, StoreError> {
        self.up()?.list(user).await
    }

    async fn page(&self, after: Option<&SessionKey>, limit: usize) -> Result<Vec<SessionRecord>, StoreError> {
        self.up()?.page(after, limit).await
    }

    async fn delete_expired(&self, now: Timestamp, limit: usize) -> Result<u64, StoreError> {
        self.up()?.delete_expired(now, limit).await
    }
}

#[tokio::test]
async fn who_leaves_while_the_store_is_down_leaves_no_cookie_behind_and_is_told() {
    let store = Fragile::default();
    let kept = store.clone();
    let site = Site::with(|builder| builder.session_store(kept).danger_single_process_refresh());
    let mut browser = site.browser();
    browser.sign_in().await;
    store.down.store(true, Ordering::Relaxed);
    // A failing store alone ends nothing.
    assert_eq!(browser.get("/api/auth/session").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(browser.session_cookies().len(), 1);
    let answer = browser.sign_out().await;
    assert_eq!(refusal(&answer).2, "session_store_unavailable");
    assert_eq!(browser.session_cookies(), [""; 0]);
}
