//! A person's sessions in a store, as they are shown and ended: to themselves at `…/sessions`, to an operator by
//! [`Auth::users`](crate::Auth::users).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::live::{self, Home, Live};
use crate::realm::Realm;
use crate::store::{SessionKey, SessionRecord, SessionStore, StoreError};
use crate::{SessionOrigin, Timestamp};

/// A session of a user's, in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserSession {
    /// The name under which it is ended. It opens nothing.
    pub id: String,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When it was last used, to within `update_age`.
    pub last_used_at: Timestamp,
    /// When it ends unless it is used.
    pub expires_at: Timestamp,
    /// From where the person signed in, as the application said.
    pub origin: SessionOrigin,
    /// Whether it is the session of the request at hand. An operator's list has none.
    pub is_current: bool,
}

/// All that are known of whoever has this session, newest first.
pub(crate) async fn of_whoever_has(realm: &Realm, live: &Live) -> Result<Vec<UserSession>, StoreError> {
    let own = own_id(live);
    if let (Some(store), Some(user)) = (&realm.sessions, owner(live)) {
        let mut sessions = list(realm, &**store, user).await?;
        sessions.iter_mut().for_each(|session| session.is_current = session.id == own);
        return Ok(sessions);
    }
    Ok(vec![UserSession {
        id: own,
        created_at: live.private.started_at,
        last_used_at: live.renewed_at,
        expires_at: live.expires_at,
        origin: live.private.origin.clone(),
        is_current: true,
    }])
}

/// Those that are alive, newest first. Sessions that name nobody are not one person's.
pub(crate) async fn list(realm: &Realm, store: &dyn SessionStore, user: &str) -> Result<Vec<UserSession>, StoreError> {
    if user.is_empty() {
        return Ok(Vec::new());
    }
    let now = realm.clock.now();
    let records = store.list(user).await?;
    Ok(records.into_iter().filter(|record| record.expires_at > now).map(|record| describe(realm, record)).collect())
}

/// Ends one; whether it was there. That of another user is as good as none.
pub(crate) async fn end(store: &dyn SessionStore, user: &str, id: &str) -> Result<bool, StoreError> {
    let Some(key) = URL_SAFE_NO_PAD.decode(id).ok().and_then(|bytes| bytes.try_into().ok()).map(SessionKey) else {
        return Ok(false);
    };
    match store.load(&key).await?.filter(|record| record.user == user && !user.is_empty()) {
        Some(record) => store.delete(&record.key).await,
        None => Ok(false),
    }
}

/// Whose session it is, if it says so. Sessions that name nobody are not one person's.
pub(crate) fn owner(live: &Live) -> Option<&str> {
    live.token.subject.as_deref().filter(|subject| !subject.is_empty())
}

/// The name under which a session is ended. It opens nothing.
pub(crate) fn own_id(live: &Live) -> String {
    match &live.home {
        Home::Cookie { .. } => live.private.sid.replace('.', "-"),
        Home::Store { record, .. } => id(&record.key),
    }
}

/// The name of a stored session: the digest it is found by.
fn id(key: &SessionKey) -> String {
    URL_SAFE_NO_PAD.encode(key.0)
}

/// One that cannot be opened is shown all the same: it can be ended.
fn describe(realm: &Realm, record: SessionRecord) -> UserSession {
    let (id, created_at, expires_at) = (id(&record.key), record.created_at, record.expires_at);
    let (origin, renewed_at) = match live::open_record(realm, record, "") {
        Ok(live) => (live.private.origin.clone(), live.renewed_at),
        Err(error) => {
            tracing::warn!(cause = crate::failure::chain(&error), "a session in the list cannot be opened");
            (SessionOrigin::default(), created_at)
        }
    };
    let last_used_at = renewed_at.max(created_at);
    UserSession { id, created_at, last_used_at, expires_at, origin, is_current: false }
}
