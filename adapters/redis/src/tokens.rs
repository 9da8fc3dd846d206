//! Tokens in Redis.
//!
//! They have no time to live. An account's entry in an index and its tokens come and go in one script.

use std::time::Duration;

use admit::Timestamp;
use admit::store::{AccountKey, Lease, StoreError, StoredTokens, Swap, TokenStore};
use async_trait::async_trait;
use redis::{Cmd, Script, ScriptInvocation};

use crate::RedisStore;
use crate::keys::{account_name, account_of, limit, score};
use crate::nonsense::nonsense;
use crate::script::script;

#[async_trait]
impl TokenStore for RedisStore {
    async fn load(&self, account: &AccountKey) -> Result<Option<StoredTokens>, StoreError> {
        let mut command = Cmd::new();
        command.arg("HMGET").arg(self.keys.tokens(account)).arg("sealed").arg("version").arg("refresh_at");
        let row: (Option<Vec<u8>>, Option<u64>, Option<i64>) = self.connection.ask(&command).await?;
        match row {
            (Some(sealed), Some(version), refresh_at) => {
                Ok(Some(stored(account.clone(), (sealed, version, refresh_at))))
            }
            (None, None, _) => Ok(None),
            _ => Err(nonsense("tokens are there in part only")),
        }
    }

    async fn put(&self, tokens: StoredTokens) -> Result<u64, StoreError> {
        let mut script = self.token_script(&PUT);
        write(&mut script, &tokens).arg(&tokens.account.provider).arg(&tokens.account.subject);
        self.connection.run(&script).await
    }

    async fn claim(&self, account: &AccountKey, now: Timestamp, lease: Duration) -> Result<Option<Lease>, StoreError> {
        let mut script = self.token_script(&CLAIM);
        script.arg(account_name(account)).arg(u64::try_from(lease.as_millis()).unwrap_or(u64::MAX));
        let taken: Option<(u64, bool)> = self.connection.run(&script).await?;
        Ok(taken.map(|(fence, lapsed)| Lease { fence, until: now + lease, lapsed }))
    }

    async fn swap(&self, tokens: StoredTokens, expected: u64, lease: &Lease) -> Result<Swap, StoreError> {
        let mut script = self.token_script(&SWAP);
        write(&mut script, &tokens).arg(expected).arg(lease.fence);
        let (done, row): (bool, Option<Row>) = self.connection.run(&script).await?;
        match (done, row) {
            (true, Some((_, version, _))) => Ok(Swap::Done(version)),
            (_, row) => Ok(Swap::Lost(row.map(|row| stored(tokens.account, row)))),
        }
    }

    async fn release(&self, account: &AccountKey, lease: &Lease) -> Result<(), StoreError> {
        self.connection.run(self.token_script(&RELEASE).arg(account_name(account)).arg(lease.fence)).await
    }

    async fn delete(&self, account: &AccountKey) -> Result<bool, StoreError> {
        let mut script = self.token_script(&DELETE);
        script.arg(account_name(account)).arg(&account.provider).arg(&account.subject);
        self.connection.run(&script).await
    }

    async fn delete_under(&self, account: &AccountKey, lease: &Lease) -> Result<bool, StoreError> {
        let mut script = self.token_script(&DELETE_UNDER);
        script.arg(account_name(account)).arg(&account.provider).arg(&account.subject).arg(lease.fence);
        self.connection.run(&script).await
    }

    async fn due(&self, before: Timestamp, most: usize) -> Result<Vec<AccountKey>, StoreError> {
        let names: Vec<String> =
            self.connection.run(self.token_script(&DUE).arg(score(before)).arg(limit(most))).await?;
        names
            .iter()
            .map(|name| account_of(name).ok_or_else(|| nonsense("the index of what is due holds something else")))
            .collect()
    }

    async fn page(&self, provider: &str, after: Option<&str>, most: usize) -> Result<Vec<StoredTokens>, StoreError> {
        // An empty subject is a subject.
        let from = after.map_or_else(|| "-".to_owned(), |subject| format!("({subject}"));
        let mut script = self.token_script(&PAGE);
        script.arg(provider).arg(from).arg(limit(most));
        let rows: Vec<(String, Row)> = self.connection.run(&script).await?;
        let account = |subject| AccountKey { provider: provider.to_owned(), subject };
        Ok(rows.into_iter().map(|(subject, row)| stored(account(subject), row)).collect())
    }
}

impl RedisStore {
    fn token_script(&self, script: &'static Script) -> ScriptInvocation<'static> {
        script.key(self.keys.prefix())
    }
}

/// The arguments that every script takes which writes tokens.
fn write<'a>(script: &'a mut ScriptInvocation<'static>, tokens: &StoredTokens) -> &'a mut ScriptInvocation<'static> {
    let (refresh_at, due) = match tokens.refresh_at {
        Some(at) => (at.unix_millis().to_string(), score(at)),
        None => (String::new(), 0),
    };
    script.arg(account_name(&tokens.account)).arg(&tokens.sealed).arg(refresh_at).arg(due)
}

fn stored(account: AccountKey, (sealed, version, refresh_at): Row) -> StoredTokens {
    StoredTokens { account, sealed, refresh_at: refresh_at.map(Timestamp::from_unix_millis), version }
}

/// Sealed, version, refresh_at.
type Row = (Vec<u8>, u64, Option<i64>);

script!(PUT, "tokens/common.lua", "tokens/put.lua");
script!(CLAIM, "tokens/common.lua", "tokens/claim.lua");
script!(SWAP, "tokens/common.lua", "tokens/swap.lua");
script!(RELEASE, "tokens/common.lua", "tokens/release.lua");
script!(DELETE, "tokens/common.lua", "tokens/delete.lua");
script!(DELETE_UNDER, "tokens/common.lua", "tokens/delete_under.lua");
script!(DUE, "tokens/common.lua", "tokens/due.lua");
script!(PAGE, "tokens/common.lua", "tokens/page.lua");
