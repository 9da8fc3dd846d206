//! What may happen once, in Redis.

use std::time::Duration;

use admit::Timestamp;
use admit::store::{Once, StoreError};
use async_trait::async_trait;

use crate::RedisStore;
use crate::keys::forget;
use crate::script::script;

#[async_trait]
impl Once for RedisStore {
    async fn claim(&self, key: &str, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        let mut script = CLAIM.key(self.keys.once(key));
        script.arg(now.unix_millis()).arg(until.unix_millis()).arg(forget(until, GRACE));
        self.connection.run(&script).await
    }
}

/// How long after its end Redis keeps a key. A node's clock may be that far behind; there are too many keys for a day.
const GRACE: Duration = Duration::from_secs(60 * 60);

script!(CLAIM, "once.lua");
