//! What followed a refresh token: the bridge for requests that still carry an older cookie.
//!
//! 1. The newest tokens win. Where a provider gives the same refresh token again, the later grant is the newer.
//! 2. A refused token is remembered like a successor: it is the same account, marked.
//! 3. Bounded in number and age; what was learned first is forgotten first.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::gate::{self, Key};
use crate::Timestamp;
use crate::account::{Extra, GrantedAccount};
use crate::kept_tokens::KeptTokens;

/// Refresh tokens that were spent or refused, by their digests, and the accounts as they were afterwards.
#[derive(Debug, Default)]
pub(crate) struct Successors(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    known: HashMap<Key, Known>,
    /// Every entry ever made and not yet forgotten, oldest first; those that were replaced since have another turn.
    order: VecDeque<(Timestamp, u64, Key)>,
    turn: u64,
}

#[derive(Debug)]
struct Known {
    account: Arc<GrantedAccount>,
    turn: u64,
}

impl Successors {
    /// Whether nothing is known to have followed anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.table().known.is_empty()
    }

    /// The newest tokens that are known to have followed those at hand, and whether they were refused.
    pub(crate) fn latest(&self, provider: &str, subject: &str, kept: KeptTokens) -> KeptTokens {
        if self.is_empty() {
            return kept;
        }
        let account = kept.account(provider, subject);
        let newest = self.follow(account.clone());
        if newest == account { kept } else { KeptTokens::of(&newest) }
    }

    /// The same for an account.
    pub(crate) fn follow(&self, mut account: GrantedAccount) -> GrantedAccount {
        let table = self.table();
        for _ in 0..LONGEST_CHAIN {
            let key = gate::key(&account, gate::spent(&account));
            let Some(Known { account: next, .. }) = table.known.get(&key) else { break };
            let same = next.tokens.refresh_token == account.tokens.refresh_token;
            if same && next.grant.granted_at < account.grant.granted_at {
                break;
            }
            account = GrantedAccount::clone(next);
            if same {
                break;
            }
        }
        account
    }

    /// Remembers what came of the refresh token under that key.
    pub(super) fn remember(&self, key: Key, account: &GrantedAccount, now: Timestamp) {
        let mut account = account.clone();
        // No session keeps these, so they need not lie about in memory.
        account.tokens.id_token = None;
        account.tokens.extra = Extra::default();

        let mut table = self.table();
        table.turn += 1;
        let turn = table.turn;
        table.known.insert(key, Known { account: Arc::new(account), turn });
        table.order.push_back((now, turn, key));
        let young = now.before(REMEMBERED);
        while let Some((at, turn, key)) = table.order.front().copied() {
            if table.order.len() <= MOST && at > young {
                break;
            }
            table.order.pop_front();
            if table.known.get(&key).is_some_and(|known| known.turn == turn) {
                table.known.remove(&key);
            }
        }
    }

    /// Held for a few lines at a time, and never over an `await`.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const REMEMBERED: Duration = Duration::from_secs(86_400);
const MOST: usize = 16_384;
/// More refreshes than a day has.
const LONGEST_CHAIN: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GrantRecord, TokenSet};

    fn account(access: &str, refresh: &str, granted_at: i64) -> GrantedAccount {
        let tokens = TokenSet::new(access).refresh_token(Some(refresh.into()));
        let grant = GrantRecord {
            client_id: "app".to_owned(),
            redirect_uri: "https://app.example/callback".to_owned(),
            scopes: Vec::new(),
            minted_by: None,
            granted_at: at(granted_at),
        };
        GrantedAccount::new("acme", "7", tokens, grant)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    fn learn(successors: &Successors, before: &GrantedAccount, after: &GrantedAccount, now: i64) {
        let spent = before.tokens.refresh_token.clone().unwrap();
        successors.remember(gate::key(before, &spent), after, at(now));
    }

    #[test]
    fn a_cookie_that_is_many_refreshes_behind_gets_the_newest_tokens() {
        let successors = Successors::default();
        for i in 0..30 {
            let (before, after) = (account("a", &format!("r{i}"), i), account("a", &format!("r{}", i + 1), i + 1));
            learn(&successors, &before, &after, i);
        }
        let newest = successors.follow(account("a", "r0", 0));
        assert_eq!(newest.tokens.refresh_token.unwrap().expose(), "r30");
    }

    #[test]
    fn of_the_same_refresh_token_the_later_grant_is_the_newer() {
        // azure.md T28
        let successors = Successors::default();
        let (old, new, newer) = (account("a0", "r", 0), account("a1", "r", 10), account("a2", "r", 20));
        learn(&successors, &old, &new, 10);
        assert_eq!(successors.follow(old).tokens, new.tokens);
        assert_eq!(successors.follow(newer.clone()).tokens, newer.tokens);
        let mut refused = new.clone();
        refused.needs_reauthentication = true;
        learn(&successors, &new, &refused, 30);
        assert!(successors.follow(new).needs_reauthentication);
        assert!(!successors.follow(newer).needs_reauthentication);
    }

    #[test]
    fn refresh_tokens_that_lead_in_a_circle_end_somewhere() {
        let successors = Successors::default();
        let (one, two) = (account("a1", "r1", 1), account("a2", "r2", 2));
        learn(&successors, &one, &two, 1);
        learn(&successors, &two, &one, 2);
        assert!([one.clone(), two].contains(&successors.follow(one)));
    }

    #[test]
    fn the_memory_is_bounded_in_age_and_number() {
        let successors = Successors::default();
        let last = account("a", "last", 1);
        for i in 0..20 {
            learn(&successors, &account("a", &format!("early {i}"), 0), &last, 0);
        }
        learn(&successors, &account("a", "late", 0), &last, 86_401);
        assert_eq!(successors.table().known.len(), 1);
        for i in 0..(MOST + 100) {
            learn(&successors, &account("a", &format!("{i}"), 0), &last, 86_402);
            learn(&successors, &account("a", "again", 0), &last, 86_402);
        }
        let table = successors.table();
        assert!(table.known.len() <= MOST && table.order.len() <= MOST);
        drop(table);
        assert_eq!(successors.follow(account("a", "again", 0)), last);
        assert_eq!(successors.follow(account("a", "late", 0)).tokens.refresh_token.unwrap().expose(), "late");
    }
}
