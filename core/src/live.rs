//! Finding the session that a request carries, in the cookie or in the store, and deciding whether it is alive.

use std::sync::Arc;

use aws_lc_rs::digest::{self, SHA256};

use crate::cookie::{SessionCookies, text};
use crate::cookie_memory::Contents;
use crate::jwe;
use crate::private_claim::PrivateClaim;
use crate::realm::Realm;
use crate::store::{SessionKey, SessionRecord};
use crate::{AuthError, Timestamp, Token, standing};

/// A session that is alive.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    /// Its claims, without ours.
    pub(crate) token: Arc<Token>,
    pub(crate) private: Arc<PrivateClaim>,
    /// When it ends unless it is used.
    pub(crate) expires_at: Timestamp,
    /// When its cookie was sealed, or its record last moved.
    pub(crate) renewed_at: Timestamp,
    pub(crate) home: Home,
}

/// Where a session lives.
#[derive(Clone, Debug)]
pub(crate) enum Home {
    Cookie {
        /// Whether somebody else sealed it, so that it lacks our claim until it is written anew.
        adopted: bool,
    },
    Store {
        record: Box<SessionRecord>,
        value: String,
    },
}

/// What a request carries.
#[derive(Debug)]
pub(crate) enum Found {
    /// No session cookie.
    Nothing,
    /// Cookies that open to no living session: they can go.
    Dead,
    /// A session that was ended on this side. Its cookies are left alone, since newer ones may be on their way.
    Ended,
    /// A session, and what it was opened to.
    Live(Live, Arc<Contents>),
}

/// A record, what it holds, and whether that was found out just now.
type Kept = (SessionRecord, Arc<Contents>, bool);

/// Looks at each candidate; the first that is alive counts.
pub(crate) async fn find(realm: &Realm, own: &SessionCookies<'_>, v4: &SessionCookies<'_>) -> Result<Found, AuthError> {
    if own.is_empty() && v4.is_empty() {
        return Ok(Found::Nothing);
    }
    let now = realm.clock.now();
    let mut found = Found::Dead;
    if realm.sessions.is_some() {
        for value in own.candidates() {
            let Some(value) = text(&value) else { continue };
            let Some((record, contents, is_new)) = from_store(realm, value, now).await? else { continue };
            let live = stored(realm, record, value, &contents);
            found = judge(realm, live, &contents, now).await?;
            if let Found::Live(live, contents) = &found {
                if let (true, Home::Store { record, .. }) = (is_new, &live.home) {
                    realm.cookie_memory.remember_stored(&record.key.0, &record.data, Arc::clone(contents));
                }
                return Ok(found);
            }
        }
        return Ok(found);
    }
    for value in own.candidates() {
        let remembered = realm.cookie_memory.recall(&value);
        let is_new = remembered.is_none();
        let open = || Contents::parse(&realm.session_keys.open(text(&value)?).ok()?).map(Arc::new);
        let Some(contents) = remembered.or_else(open) else { continue };
        let Some(live) = from_contents(realm, &contents, now) else { continue };
        found = judge(realm, live, &contents, now).await?;
        if matches!(found, Found::Live(..)) {
            if is_new {
                realm.cookie_memory.remember(&value, contents);
            }
            return Ok(found);
        }
    }
    // Not remembered, for the next answer replaces them.
    for value in v4.candidates() {
        let open = |value| Contents::parse(&realm.session_keys_v4.open(value).ok()?).map(Arc::new);
        let Some(contents) = text(&value).and_then(open) else { continue };
        let Some(live) = from_contents(realm, &contents, now) else { continue };
        found = judge(realm, live, &contents, now).await?;
        if matches!(found, Found::Live(..)) {
            return Ok(found);
        }
    }
    Ok(found)
}

/// The session of a cookie that was opened before, with what is remembered of it, where nobody else is to be asked
/// whether it counts: the user store was, a moment ago. `None` says nothing.
pub(crate) fn recall(realm: &Realm, value: &[u8], now: Timestamp) -> Option<(Live, Arc<Contents>)> {
    if realm.sessions.is_some() || realm.callbacks.is_some() {
        return None;
    }
    let contents = realm.cookie_memory.recall(value)?;
    let live = from_contents(realm, &contents, now)?;
    let stands = |user: &String| realm.standing.holds(user, live.private.epoch, now);
    let is_alive = over(realm, &live, now).is_none();
    let stands = realm.users.is_none() || live.token.subject.as_ref().is_some_and(stands);
    (is_alive && stands).then_some((live, contents))
}

fn from_contents(realm: &Realm, contents: &Contents, now: Timestamp) -> Option<Live> {
    let token = Arc::clone(&contents.token);
    jwe::check_times(&token, now).ok()?;
    let adopted = contents.private.is_none();
    let private = contents.private.clone().unwrap_or_else(|| Arc::new(PrivateClaim::adopt(&token, now)));
    Some(Live {
        expires_at: token.expires_at.map_or(now + realm.lifetimes.max_age, Timestamp::from_unix_seconds),
        renewed_at: token.issued_at.map_or(private.started_at, Timestamp::from_unix_seconds),
        token,
        private,
        home: Home::Cookie { adopted },
    })
}

/// What the store keeps under that value, and what it holds.
async fn from_store(realm: &Realm, value: &str, now: Timestamp) -> Result<Option<Kept>, AuthError> {
    let Some(store) = realm.sessions.as_ref().filter(|_| value.len() <= LONGEST) else { return Ok(None) };
    match store.load(&key(value)).await? {
        Some(record) if record.expires_at > now => {
            // With its place, which is sealed into it: in another row the same bytes hold nothing.
            if let Some(contents) = realm.cookie_memory.recall_stored(&record.key.0, &record.data) {
                return Ok(Some((record, contents, false)));
            }
            let contents = open(realm, &record)?;
            Ok(Some((record, contents, true)))
        }
        Some(record) => {
            store.delete(&record.key).await?;
            Ok(None)
        }
        None => Ok(None),
    }
}

/// Opens what a store keeps.
pub(crate) fn open_record(realm: &Realm, record: SessionRecord, value: &str) -> Result<Live, AuthError> {
    let contents = open(realm, &record)?;
    Ok(stored(realm, record, value, &contents))
}

fn open(realm: &Realm, record: &SessionRecord) -> Result<Arc<Contents>, AuthError> {
    let plain = realm.store_sealer.open(&record.data, &record.key.0).map_err(|_| AuthError::Unsealable)?;
    Contents::parse(&plain).map(Arc::new).ok_or(AuthError::Unsealable)
}

/// All that may change without the contents is the record's.
fn stored(realm: &Realm, record: SessionRecord, value: &str, contents: &Contents) -> Live {
    let token = Arc::clone(&contents.token);
    let adopt = || Arc::new(PrivateClaim::adopt(&token, record.created_at));
    let private = contents.private.clone().unwrap_or_else(adopt);
    Live {
        expires_at: record.expires_at,
        renewed_at: record.expires_at.before(realm.lifetimes.max_age),
        token,
        private,
        home: Home::Store { record: Box::new(record), value: value.to_owned() },
    }
}

/// Whether a session that opened still counts: its absolute lifetime, sign-out, and the user's standing.
async fn judge(realm: &Realm, live: Live, contents: &Arc<Contents>, now: Timestamp) -> Result<Found, AuthError> {
    if let Some(found) = over(realm, &live, now) {
        return Ok(found);
    }
    if let Some(users) = &realm.users {
        // Whose session it is has to be known; one that names nobody is nobody's.
        let stands = match &live.token.subject {
            Some(user) => standing::lets_in(realm, &**users, user, live.private.epoch, now).await?,
            None => false,
        };
        if !stands {
            return Ok(Found::Dead);
        }
    }
    Ok(Found::Live(live, Arc::clone(contents)))
}

/// What nobody has to be asked for: whether its absolute lifetime has passed, or it was ended.
fn over(realm: &Realm, live: &Live, now: Timestamp) -> Option<Found> {
    let has_passed = |end: Timestamp| end <= now;
    if has_passed(live.private.started_at + realm.lifetimes.absolute) || live.private.ends_at.is_some_and(has_passed) {
        return Some(Found::Dead);
    }
    realm.tombstones.hold(&live.private.sid).then_some(Found::Ended)
}

/// The digest under which a stored session is found.
pub(crate) fn key(value: &str) -> SessionKey {
    let mut key = [0; 32];
    key.copy_from_slice(digest::digest(&SHA256, value.as_bytes()).as_ref());
    SessionKey(key)
}

/// Longer than any value of ours.
pub(crate) const LONGEST: usize = 128;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;
    use http::header::COOKIE;
    use http::{Request, StatusCode};
    use serde_json::{Value, json};

    use super::*;
    use crate::credentials::{Credentials, Field, GivenCredentials, Verdict};
    use crate::store::SessionStore as _;
    use crate::{Auth, AuthBuilder, BoxError, Clock, Environment, MemoryStore, SystemRandom};

    #[derive(Debug)]
    struct Still;

    #[async_trait::async_trait]
    impl Clock for Still {
        fn now(&self) -> Timestamp {
            Timestamp::from_unix_seconds(NOW)
        }

        async fn sleep(&self, _: Duration) {
            std::future::pending().await
        }
    }

    fn node(configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Auth {
        let nobody = async |_: GivenCredentials| Ok::<_, BoxError>(Verdict::Refused);
        let builder = Auth::builder("https://app.example")
            .environment(Environment::default())
            .secret("a secret for tests, thirty-two bytes or more")
            .provider(Credentials::new("Name", nobody).field(Field::text("name", "Name")))
            .clock(Still);
        configure(builder).build().unwrap()
    }

    /// As a newer release may write it.
    fn newer() -> Value {
        let account = json!({ "p": "acme", "s": "1", "newer": true });
        let private = json!({ "sid": "s", "started_at": NOW * 1000, "newer": [1], "accounts": [account] });
        json!({
            "sub": "u", "name": "Ada", "newer": { "a": 1 }, "iat": NOW, "exp": NOW + 600, "jti": "j", "admit": private,
        })
    }

    async fn ask(auth: &Auth, value: &str) -> (StatusCode, Value) {
        let cookie = format!("{}={value}", auth.realm().cookies.session);
        let request = Request::get("/api/auth/session").header(COOKIE, cookie).body(Bytes::new()).unwrap();
        let answer = auth.handle(request).await;
        (answer.status(), serde_json::from_slice(answer.body()).unwrap())
    }

    // FLT-014
    #[tokio::test]
    async fn what_a_newer_release_added_to_a_cookie_is_no_obstacle_and_a_claim_it_changed_is_no_session() {
        let auth = node(|builder| builder);
        let sealed = |claims: &Value| auth.realm().session_keys.seal(claims.to_string().as_bytes(), &SystemRandom);
        let (status, session) = ask(&auth, &sealed(&newer())).await;
        assert_eq!((status, &session["user"]["name"]), (StatusCode::OK, &json!("Ada")));
        let contents = Contents::parse(newer().to_string().as_bytes()).unwrap();
        assert_eq!(contents.token.value("newer"), Some(&json!({ "a": 1 })), "it is in what is written anew");

        let mut changed = newer();
        changed["admit"] = json!("another format");
        assert_eq!(ask(&auth, &sealed(&changed)).await, (StatusCode::OK, Value::Null));
    }

    // FLT-014
    #[tokio::test]
    async fn what_a_newer_release_added_to_a_record_is_no_obstacle() {
        let store = MemoryStore::new();
        let auth = node(|builder| builder.session_store(store.clone()));
        let key = key("value");
        let data = auth.realm().store_sealer.seal(newer().to_string().as_bytes(), &key.0, &SystemRandom);
        let now = Timestamp::from_unix_seconds(NOW);
        let expires_at = now + Duration::from_secs(600);
        let record = SessionRecord { key, user: "u".to_owned(), data, created_at: now, expires_at, version: 1 };
        store.create(record).await.unwrap();
        let (status, session) = ask(&auth, "value").await;
        assert_eq!((status, &session["user"]["name"]), (StatusCode::OK, &json!("Ada")));
    }

    const NOW: i64 = 1_795_300_000;
}
