//! What things are called in Redis, and numbers and instants as Redis has them.
//!
//! ```text
//! admit:s:<key>            a session, with a time to live
//! admit:sessions           the keys of all sessions, in their order
//! admit:sessions:ending    key and user of all sessions, by the instant at which they end
//! admit:u:<user>           the keys of a user's sessions
//! admit:t:<account>        an account's tokens
//! admit:a:<provider>       the subjects of a provider's accounts, in their order
//! admit:tokens:due         accounts by the instant at which their tokens are due
//! admit:fence              counts leases
//! admit:o:<key>            what may happen once, with a time to live
//! ```
//!
//! Scripts are handed the prefix as their one key, and make all names from it.

use std::time::Duration;

use admit::Timestamp;
use admit::store::{AccountKey, SessionKey};

#[derive(Clone, Debug)]
pub(crate) struct Keys {
    prefix: String,
}

impl Keys {
    pub(crate) fn new(prefix: String) -> Self {
        Self { prefix }
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(crate) fn session(&self, key: &SessionKey) -> Vec<u8> {
        [self.prefix.as_bytes(), b"s:", &key.0].concat()
    }

    pub(crate) fn tokens(&self, account: &AccountKey) -> String {
        format!("{}t:{}", self.prefix, account_name(account))
    }

    pub(crate) fn once(&self, key: &str) -> String {
        format!("{}o:{key}", self.prefix)
    }
}

/// Both parts in one word. The length tells where the first ends, whatever they are made of.
pub(crate) fn account_name(account: &AccountKey) -> String {
    format!("{}:{}{}", account.provider.len(), account.provider, account.subject)
}

pub(crate) fn account_of(name: &str) -> Option<AccountKey> {
    let (length, parts) = name.split_once(':')?;
    let (provider, subject) = parts.split_at_checked(length.parse().ok()?)?;
    Some(AccountKey { provider: provider.to_owned(), subject: subject.to_owned() })
}

/// An instant as the score of a sorted set, which is a double: exact within 285,000 years of 1970.
pub(crate) fn score(at: Timestamp) -> i64 {
    at.unix_millis().clamp(-EXACT, EXACT)
}

/// When Redis may forget what ended at an instant, by its own clock: later, since clocks differ.
pub(crate) fn forget(end: Timestamp, grace: Duration) -> i64 {
    // Zero and less are refused.
    score(end + grace).max(1)
}

/// How many to ask for. No script can hold more, and Lua writes such a number without an exponent.
pub(crate) fn limit(limit: usize) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX)
}

/// Up to here every integer is a double.
const EXACT: i64 = 1 << 53;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_read_from_its_name_whatever_it_is_made_of() {
        for (provider, subject) in [("a", "b"), ("", ""), ("", "1:a"), ("a:b", "c"), ("é", "\u{1f980}:"), ("7:", ":")]
        {
            let account = AccountKey { provider: provider.to_owned(), subject: subject.to_owned() };
            assert_eq!(account_of(&account_name(&account)), Some(account));
        }
        for broken in ["", "a", "1", "9:a", ":a", "-1:a", "1:é"] {
            assert_eq!(account_of(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn an_instant_beyond_all_calendars_is_one_that_redis_takes() {
        let end = Timestamp::from_unix_millis(i64::MAX);
        assert_eq!((score(end), forget(end, Duration::from_secs(1))), (EXACT, EXACT));
        let start = Timestamp::from_unix_millis(i64::MIN);
        assert_eq!((score(start), forget(start, Duration::from_secs(1))), (-EXACT, 1));
    }
}
