//! What followed a refresh token: the bridge for requests that still carry an older cookie.
//!
//! 1. The newest tokens win. Where a provider gives the same refresh token again, the later grant is the newer.
//! 2. A refused token is remembered like a successor: it is the same account, marked.
//! 3. In shards by account, so that one that is looked up waits for no other's refresh. While nothing was refreshed no
//!    lock is taken at all.
//! 4. Each shard is bounded in number and age; what was learned first is forgotten first.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::gate::{self, Key};
use super::sharded::{Sharded, share_of};
use crate::Timestamp;
use crate::account::{Extra, GrantedAccount};
use crate::kept_tokens::KeptTokens;

/// Refresh tokens that were spent or refused, by their digests, and the accounts as they were afterwards.
#[derive(Debug, Default)]
pub(crate) struct Successors {
    tables: Sharded<Table>,
    /// How many there are in all.
    count: AtomicUsize,
}

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
        self.count.load(Ordering::Acquire) == 0
    }

    /// Whether something is known that followed the tokens at hand, or a mark that they lack.
    pub(super) fn follow_on(&self, provider: &str, subject: &str, kept: &KeptTokens) -> bool {
        let Some(refresh_token) = kept.refresh_token().filter(|_| !self.is_empty()) else { return false };
        let table = self.tables.read(&(provider, subject));
        // Before the digest, which takes longer than all else here.
        if table.known.is_empty() {
            return false;
        }
        let next = table.known.get(&gate::key_of(provider, subject, refresh_token));
        next.is_some_and(|Known { account, .. }| {
            let same = account.tokens.refresh_token.as_ref() == Some(refresh_token);
            !same || account.grant.granted_at >= kept.granted_at() && KeptTokens::of(account) != *kept
        })
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

    /// The same for an account. Whether it is parked is not a matter of its tokens, and stays as it was.
    pub(crate) fn follow(&self, mut account: GrantedAccount) -> GrantedAccount {
        let is_parked = account.is_parked;
        let table = self.tables.read(&(account.provider.as_str(), account.subject.as_str()));
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
        account.is_parked = is_parked;
        account
    }

    /// Remembers what came of the refresh token under that key.
    pub(super) fn remember(&self, key: Key, account: &GrantedAccount, now: Timestamp) {
        let mut account = account.clone();
        // No session keeps these, so they need not lie about in memory.
        account.tokens.id_token = None;
        account.tokens.extra = Extra::default();

        let mut table = self.tables.write(&(account.provider.as_str(), account.subject.as_str()));
        let before = table.known.len();
        table.turn += 1;
        let turn = table.turn;
        table.known.insert(key, Known { account: Arc::new(account), turn });
        table.order.push_back((now, turn, key));
        let young = now.before(REMEMBERED);
        while let Some((at, turn, key)) = table.order.front().copied() {
            if table.order.len() <= share_of(MOST) && at > young {
                break;
            }
            table.order.pop_front();
            if table.known.get(&key).is_some_and(|known| known.turn == turn) {
                table.known.remove(&key);
            }
        }
        match table.known.len() {
            after if after > before => self.count.fetch_add(after - before, Ordering::Release),
            after => self.count.fetch_sub(before - after, Ordering::Release),
        };
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
        assert_eq!(successors.count.load(Ordering::Relaxed), 1);
        for i in 0..(MOST + 100) {
            learn(&successors, &account("a", &format!("{i}"), 0), &last, 86_402);
            learn(&successors, &account("a", "again", 0), &last, 86_402);
        }
        // One account has no more than a shard has, and all together no more than all shards.
        let counted = successors.count.load(Ordering::Relaxed);
        assert_eq!(counted, successors.tables.each().map(|table| table.known.len()).sum::<usize>());
        assert!(0 < counted && counted <= share_of(MOST));
        assert!(successors.tables.each().all(|table| table.order.len() <= share_of(MOST)));
        assert_eq!(successors.follow(account("a", "again", 0)), last);
        assert_eq!(successors.follow(account("a", "late", 0)).tokens.refresh_token.unwrap().expose(), "late");
    }

    #[test]
    fn while_nothing_was_refreshed_a_look_takes_no_lock() {
        let successors = Successors::default();
        let held: Vec<_> = successors.tables.each().collect();
        let kept = KeptTokens::of(&account("a", "r", 0));
        assert!(successors.is_empty() && !successors.follow_on("acme", "7", &kept));
        assert_eq!(successors.latest("acme", "7", kept.clone()), kept);
        drop(held);
    }

    #[test]
    fn whoever_holds_one_account_is_not_in_the_way_of_another() {
        let successors = Successors::default();
        learn(&successors, &account("a", "r", 0), &account("a1", "r1", 1), 1);
        let other = |subject: String| {
            let apart = !successors.tables.has_together(&("acme", "7"), &("acme", subject.as_str()));
            apart.then(|| GrantedAccount { subject, ..account("b", "s", 0) })
        };
        let before = (8..1_000).map(|number| number.to_string()).find_map(other).expect("somebody in another shard");
        let after = GrantedAccount { subject: before.subject.clone(), ..account("b1", "s1", 1) };

        let held = successors.tables.write(&("acme", "7"));
        learn(&successors, &before, &after, 1);
        assert!(successors.follow_on("acme", &before.subject, &KeptTokens::of(&before)));
        assert_eq!(successors.follow(before), after);
        drop(held);
    }

    #[test]
    fn tokens_are_followed_on_where_they_or_their_mark_would_change() {
        let successors = Successors::default();
        let follow_on = |account: &GrantedAccount| {
            let kept = KeptTokens::of(account);
            let would_change = successors.latest("acme", "7", kept.clone()) != kept;
            assert_eq!(successors.follow_on("acme", "7", &kept), would_change);
            would_change
        };
        let (old, new, newer) = (account("a0", "r", 0), account("a1", "r", 10), account("a2", "r", 20));
        assert!(!follow_on(&old));
        learn(&successors, &old, &new, 10);
        assert!(follow_on(&old) && !follow_on(&new) && !follow_on(&newer));
        let marked = GrantedAccount { is_unanswered: true, ..new.clone() };
        learn(&successors, &new, &marked, 30);
        assert!(follow_on(&new) && !follow_on(&marked) && !follow_on(&newer));
        learn(&successors, &marked, &account("a3", "r3", 40), 40);
        assert!(follow_on(&old) && follow_on(&newer) && !follow_on(&account("a3", "r3", 40)));
    }
}
