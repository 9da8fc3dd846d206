//! Sessions in Redis.
//!
//! What a method changes, one script changes. An index never lacks a session that is there; it may name one that Redis
//! has dropped, by age or for want of memory, and whoever comes across such a name removes it. `create` also looks for
//! two that have aged, so that the indexes do not grow where nobody calls `delete_expired`.

mod record;

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use admit::Timestamp;
use admit::store::{LookUp, SessionKey, SessionRecord, SessionStore, StoreError};
use async_trait::async_trait;
use redis::{Cmd, Script, ScriptInvocation};

use self::record::{instant, number, pack, unpack};
use crate::RedisStore;
use crate::connection::Connection;
use crate::keys::{Keys, forget, limit, score};
use crate::nonsense::nonsense;
use crate::script::script;

#[async_trait]
impl SessionStore for RedisStore {
    async fn create(&self, record: SessionRecord) -> Result<(), StoreError> {
        let mut script = self.session_script(&CREATE);
        put(&mut script, &record)?.arg(millis(GRACE));
        match self.connection.run(&script).await? {
            true => Ok(()),
            false => Err(StoreError::Conflict),
        }
    }

    async fn load(&self, key: &SessionKey) -> Result<Option<SessionRecord>, StoreError> {
        self.sessions.find(*key).await?.map(|packed| read(*key, &packed)).transpose()
    }

    async fn replace(&self, record: SessionRecord, expected: u64) -> Result<bool, StoreError> {
        let Some(version) = expected.checked_add(1) else { return Ok(false) };
        let mut script = self.session_script(&REPLACE);
        put(&mut script, &SessionRecord { version, ..record })?.arg(&number(expected));
        self.connection.run(&script).await
    }

    async fn touch(&self, key: &SessionKey, expires_at: Timestamp) -> Result<bool, StoreError> {
        let mut script = self.session_script(&TOUCH);
        script.arg(&key.0).arg(&instant(expires_at)).arg(score(expires_at)).arg(forget(expires_at, GRACE));
        self.connection.run(&script).await
    }

    async fn rotate(&self, old: &SessionKey, record: SessionRecord) -> Result<bool, StoreError> {
        let mut script = self.session_script(&ROTATE);
        put(&mut script, &record)?.arg(&old.0);
        match self.connection.run(&script).await? {
            1 => Ok(true),
            0 => Ok(false),
            _ => Err(StoreError::Conflict),
        }
    }

    async fn delete(&self, key: &SessionKey) -> Result<bool, StoreError> {
        self.connection.run(self.session_script(&DELETE).arg(&key.0)).await
    }

    async fn delete_all(&self, user: &str, except: Option<&SessionKey>) -> Result<u64, StoreError> {
        self.connection.run(self.session_script(&DELETE_ALL).arg(user).arg(bytes(except))).await
    }

    async fn list(&self, user: &str) -> Result<Vec<SessionRecord>, StoreError> {
        let mut found = records(self.connection.run(self.session_script(&LIST).arg(user)).await?)?;
        found.sort_by_key(|record| (Reverse(record.created_at), record.key));
        Ok(found)
    }

    async fn page(&self, after: Option<&SessionKey>, most: usize) -> Result<Vec<SessionRecord>, StoreError> {
        records(self.connection.run(self.session_script(&PAGE).arg(bytes(after)).arg(limit(most))).await?)
    }

    async fn delete_expired(&self, now: Timestamp, most: usize) -> Result<u64, StoreError> {
        self.connection.run(self.session_script(&DELETE_EXPIRED).arg(score(now)).arg(limit(most))).await
    }
}

impl RedisStore {
    fn session_script(&self, script: &'static Script) -> ScriptInvocation<'static> {
        script.key(self.keys.prefix())
    }
}

/// Sessions, asked for at requests: as they are packed, so that one that is none of ours is its reader's trouble alone.
pub(crate) struct Sessions {
    pub(crate) connection: Arc<Connection>,
    pub(crate) keys: Keys,
}

impl LookUp for Sessions {
    type Key = SessionKey;
    type Row = Vec<u8>;

    async fn ask(&self, keys: &[SessionKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        if let [key] = keys {
            return Ok(vec![self.connection.ask(Cmd::new().arg("GET").arg(self.keys.session(key))).await?]);
        }
        let mut question = Cmd::new();
        question.arg("MGET");
        for key in keys {
            question.arg(self.keys.session(key));
        }
        self.connection.ask(&question).await
    }
}

/// The arguments that every script takes which writes a session.
fn put<'a>(
    script: &'a mut ScriptInvocation<'static>,
    record: &SessionRecord,
) -> Result<&'a mut ScriptInvocation<'static>, StoreError> {
    let packed = pack(record).ok_or_else(|| nonsense("the name of a user has more than four gigabytes"))?;
    let ends = record.expires_at;
    Ok(script.arg(&record.key.0).arg(&record.user).arg(packed).arg(score(ends)).arg(forget(ends, GRACE)))
}

fn records(found: Vec<(Vec<u8>, Vec<u8>)>) -> Result<Vec<SessionRecord>, StoreError> {
    found
        .into_iter()
        .map(|(key, packed)| {
            let key = key.try_into().map_err(|_| nonsense("an index of sessions holds something else"))?;
            read(SessionKey(key), &packed)
        })
        .collect()
}

fn read(key: SessionKey, packed: &[u8]) -> Result<SessionRecord, StoreError> {
    unpack(key, packed).ok_or_else(|| nonsense("a session is not in the form that this version of admit writes"))
}

/// Nothing for no key; a key is never empty.
fn bytes(key: Option<&SessionKey>) -> &[u8] {
    key.map_or(&[], |key| &key.0)
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// How long after its end Redis keeps a session. The engine compares by its own clock, which may be behind.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

script!(CREATE, "sessions/common.lua", "sessions/create.lua");
script!(REPLACE, "sessions/common.lua", "sessions/replace.lua");
script!(TOUCH, "sessions/common.lua", "sessions/touch.lua");
script!(ROTATE, "sessions/common.lua", "sessions/rotate.lua");
script!(DELETE, "sessions/common.lua", "sessions/delete.lua");
script!(DELETE_ALL, "sessions/common.lua", "sessions/delete_all.lua");
script!(LIST, "sessions/common.lua", "sessions/list.lua");
script!(PAGE, "sessions/common.lua", "sessions/page.lua");
script!(DELETE_EXPIRED, "sessions/common.lua", "sessions/delete_expired.lua");
