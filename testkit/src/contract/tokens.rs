//! Stored tokens, and who may refresh them.

use std::sync::Arc;
use std::time::Duration;

use admit::Timestamp;
use admit::store::{Lease, StoredTokens, Swap, TokenStore};

use super::{account, at, at_once, done};

/// Holds a [`TokenStore`] to its contract. One that machines share has [`node_clocks_contract`] to keep as well.
///
/// # Panics
/// At the first promise that is not kept.
pub async fn token_store_contract(store: impl TokenStore) {
    let store: Arc<dyn TokenStore> = Arc::new(store);
    rows(&*store).await;
    leases(&*store).await;
    a_lease_tells_whether_the_one_before_lapsed(&*store).await;
    swapping(&*store).await;
    a_late_write_is_refused(&*store).await;
    a_new_grant_ends_a_lease(&*store).await;
    whoever_holds_it_deletes_what_they_took(&*store).await;
    what_is_due(&*store).await;
    pages(&*store).await;
    whatever_is_kept(&*store).await;
    at_the_same_time(store).await;
}

/// Holds a [`TokenStore`] that machines share to leases which are the same for all, however far apart their clocks are.
///
/// # Panics
/// At the first promise that is not kept.
pub async fn node_clocks_contract(store: impl TokenStore) {
    let ada = account("clocks", "ada");
    done(store.put(tokens("clocks", "ada")).await);
    let lease = claimed(&store, "clocks", "ada", LEASE).await;
    assert_eq!(lease.until, at(0) + LEASE, "the holder is told the end by its own clock");
    for ahead in [31, 90, 3_600] {
        let taken = done(store.claim(&ada, at(ahead), LEASE).await);
        assert_eq!(taken, None, "a node whose clock is {ahead} s ahead takes nothing from the holder");
    }
    done(store.release(&ada, &lease).await);

    let brief = done(store.claim(&ada, at(3_600), Duration::ZERO).await);
    assert_eq!(brief.map(|lease| lease.until), Some(at(3_600)));
    let behind = done(store.claim(&ada, at(-3_600), LEASE).await);
    assert!(behind.is_some(), "a lease that has ended has ended also for a node whose clock is behind");
    assert_eq!(done(store.claim(&ada, at(3_600), LEASE).await), None, "and what that node took is taken");
}

async fn rows(store: &dyn TokenStore) {
    let ada = account("rows", "Ada");
    assert_eq!(done(store.load(&ada).await), None, "an empty store knows no account");
    assert!(!done(store.delete(&ada).await));
    let given = StoredTokens { sealed: (0..=255).collect(), refresh_at: Some(at(60)), ..tokens("rows", "Ada") };
    let version = done(store.put(given.clone()).await);
    assert_eq!(done(store.load(&ada).await), Some(StoredTokens { version, ..given }), "tokens come back as given");
    assert_eq!(done(store.load(&account("rows", "ada")).await), None, "a subject is told from another by every byte");
    assert_eq!(done(store.load(&account("other", "Ada")).await), None, "and so is a provider");
    let next = done(store.put(tokens("rows", "Ada")).await);
    assert!(next > version, "the version counts up: {version}, {next}");
    assert!(done(store.delete(&ada).await), "an account that is there can be deleted");
    assert!(!done(store.delete(&ada).await), "but once");
    assert_eq!(done(store.load(&ada).await), None);
}

async fn leases(store: &dyn TokenStore) {
    let ada = account("leases", "ada");
    assert_eq!(done(store.claim(&ada, at(0), LEASE).await), None, "an account that is not there cannot be taken");
    done(store.put(tokens("leases", "ada")).await);
    done(store.put(tokens("leases", "bob")).await);
    let first = claimed(store, "leases", "ada", Duration::ZERO).await;
    let second = claimed(store, "leases", "ada", LEASE).await;
    assert!(second.fence > first.fence, "a lease that has ended makes room for one with a higher number");
    assert_eq!(second.until, at(0) + LEASE, "the holder is told when its lease ends");
    assert_eq!(done(store.claim(&ada, at(0), LEASE).await), None, "what is taken cannot be taken");
    claimed(store, "leases", "bob", LEASE).await;

    done(store.release(&ada, &first).await);
    assert_eq!(done(store.claim(&ada, at(0), LEASE).await), None, "who holds an older lease gives nothing free");
    done(store.release(&ada, &second).await);
    let third = claimed(store, "leases", "ada", LEASE).await;
    assert!(third.fence > second.fence, "numbers rise after a release, too");

    done(store.delete(&ada).await);
    done(store.release(&ada, &third).await);
    done(store.put(tokens("leases", "ada")).await);
    let fourth = claimed(store, "leases", "ada", LEASE).await;
    assert!(fourth.fence > third.fence, "numbers rise also for an account that was gone and is back");
}

async fn a_lease_tells_whether_the_one_before_lapsed(store: &dyn TokenStore) {
    let ada = account("lapsed", "ada");
    let version = done(store.put(tokens("lapsed", "ada")).await);
    assert!(!claimed(store, "lapsed", "ada", Duration::ZERO).await.lapsed, "nobody held it before");
    let second = claimed(store, "lapsed", "ada", LEASE).await;
    assert!(second.lapsed, "the holder before was not heard of again");
    done(store.release(&ada, &second).await);
    let third = claimed(store, "lapsed", "ada", LEASE).await;
    assert!(!third.lapsed, "the holder before gave it back, and that is all that counts");
    assert_eq!(done(store.swap(tokens("lapsed", "ada"), version, &third).await), Swap::Done(version + 1));
    let fourth = claimed(store, "lapsed", "ada", LEASE).await;
    assert!(!fourth.lapsed && fourth.fence > third.fence, "who wrote is done, and need not give it back");
    done(store.release(&ada, &third).await);
    assert_eq!(done(store.claim(&ada, at(0), LEASE).await), None, "and gives nothing free that is another's by now");
    done(store.put(tokens("lapsed", "ada")).await);
    assert!(!claimed(store, "lapsed", "ada", LEASE).await.lapsed, "of a new grant nothing lapsed");
}

async fn swapping(store: &dyn TokenStore) {
    let ada = account("swap", "ada");
    let version = done(store.put(tokens("swap", "ada")).await);
    let lease = claimed(store, "swap", "ada", LEASE).await;
    let next = StoredTokens { sealed: b"next".to_vec(), refresh_at: Some(at(99)), ..tokens("swap", "ada") };
    let swap = done(store.swap(next.clone(), version, &lease).await);
    assert_eq!(swap, Swap::Done(version + 1), "who holds the lease and knows the version writes");
    let stored = StoredTokens { version: version + 1, ..next };
    assert_eq!(done(store.load(&ada).await), Some(stored.clone()));

    let again = done(store.swap(tokens("swap", "ada"), version, &lease).await);
    assert_eq!(again, Swap::Lost(Some(stored.clone())), "an old version is lost, and what is there is told");
    let forged = Lease { fence: lease.fence + 1, ..lease };
    let swap = done(store.swap(tokens("swap", "ada"), version + 1, &forged).await);
    assert_eq!(swap, Swap::Lost(Some(stored.clone())), "a lease that nobody gave counts for nothing");
    assert_eq!(done(store.load(&ada).await), Some(stored), "what is lost changes nothing");

    done(store.delete(&ada).await);
    let swap = done(store.swap(tokens("swap", "ada"), version + 1, &lease).await);
    assert_eq!(swap, Swap::Lost(None), "a deleted account is not brought back");
    assert_eq!(done(store.load(&ada).await), None);
}

async fn a_late_write_is_refused(store: &dyn TokenStore) {
    let version = done(store.put(tokens("late", "ada")).await);
    let slow = claimed(store, "late", "ada", Duration::ZERO).await;
    let fast = claimed(store, "late", "ada", LEASE).await;
    let theirs = done(store.load(&account("late", "ada")).await);
    let late = done(store.swap(tokens("late", "ada"), version, &slow).await);
    assert_eq!(late, Swap::Lost(theirs), "who lost the account to another cannot write, though the version still fits");
    assert_eq!(done(store.swap(tokens("late", "ada"), version, &fast).await), Swap::Done(version + 1));
}

async fn a_new_grant_ends_a_lease(store: &dyn TokenStore) {
    let version = done(store.put(tokens("grant", "ada")).await);
    let lease = claimed(store, "grant", "ada", LEASE).await;
    let new = done(store.put(StoredTokens { sealed: b"new".to_vec(), ..tokens("grant", "ada") }).await);
    for version in [version, new] {
        let swap = done(store.swap(tokens("grant", "ada"), version, &lease).await);
        assert!(matches!(swap, Swap::Lost(Some(_))), "a refresh of the old grant does not overwrite the new one");
    }
    let sealed = done(store.load(&account("grant", "ada")).await).map(|stored| stored.sealed);
    assert_eq!(sealed, Some(b"new".to_vec()));
    claimed(store, "grant", "ada", LEASE).await;
}

async fn whoever_holds_it_deletes_what_they_took(store: &dyn TokenStore) {
    let ada = account("held", "ada");
    done(store.put(tokens("held", "ada")).await);
    let before = claimed(store, "held", "ada", LEASE).await;
    assert!(!done(store.delete_under(&account("held", "bob"), &before).await), "what is not there cannot be deleted");
    let new = done(store.put(tokens("held", "ada")).await);
    assert!(!done(store.delete_under(&ada, &before).await), "the tokens of a new grant stay");
    assert_eq!(done(store.load(&ada).await).map(|stored| stored.version), Some(new));

    let late = claimed(store, "held", "ada", Duration::ZERO).await;
    let holder = claimed(store, "held", "ada", LEASE).await;
    assert!(!done(store.delete_under(&ada, &late).await), "who lost the account to another deletes nothing");
    assert!(done(store.delete_under(&ada, &holder).await), "who holds it does");
    assert_eq!(done(store.load(&ada).await), None);
    assert!(done(store.due(at(1_000), 10).await).iter().all(|due| *due != ada), "and nothing of it is due");
    assert!(!done(store.delete_under(&ada, &holder).await), "but once");
}

async fn what_is_due(store: &dyn TokenStore) {
    for (subject, due) in [("c", Some(3)), ("a", Some(1)), ("n", None), ("b", Some(2)), ("d", Some(4))] {
        done(store.put(StoredTokens { refresh_at: due.map(|s| at(s - 1_000)), ..tokens("due", subject) }).await);
    }
    let due = |before: i64, limit| async move {
        let due = done(store.due(at(before - 1_000), limit).await);
        due.into_iter().map(|account| account.subject).collect::<Vec<_>>()
    };
    assert_eq!(due(1, 9).await, [""; 0], "what is due at an instant is not due before it");
    assert_eq!(due(4, 9).await, ["a", "b", "c"], "the earliest come first, and those without a time never");
    assert_eq!(due(9, 2).await, ["a", "b"], "no more than the limit");
    assert_eq!(due(9, 0).await, [""; 0], "which may be none");
    assert_eq!(due(9, usize::MAX).await, ["a", "b", "c", "d"], "or more than there can be");
}

async fn pages(store: &dyn TokenStore) {
    for subject in ["b", "a", "C", "d", "é"] {
        done(store.put(tokens("page", subject)).await);
    }
    done(store.put(tokens("page-2", "a")).await);
    let page = |after: Option<&'static str>, limit| async move {
        let page = done(store.page("page", after, limit).await);
        page.into_iter().map(|stored| stored.account.subject).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 9).await, ["C", "a", "b", "d", "é"], "subjects go by their bytes, of that provider only");
    assert_eq!(page(None, 2).await, ["C", "a"]);
    assert_eq!(page(None, 0).await, [""; 0]);
    assert_eq!(page(None, usize::MAX).await.len(), 5);
    assert_eq!(page(Some("a"), 2).await, ["b", "d"], "a page begins after the one that is named");
    assert_eq!(page(Some("aa"), 1).await, ["b"], "also if that one is gone");
    assert_eq!(page(Some("é"), 9).await, [""; 0]);
}

async fn whatever_is_kept(store: &dyn TokenStore) {
    let odd =
        ["", " a ", "a|b", "a:b", "A", "\u{e9}", "e\u{301}", "'; drop table users; --", "% _ * ? [a]", "\u{1f980}"];
    for (subject, n) in odd.into_iter().zip(0_u8..) {
        done(store.put(StoredTokens { sealed: vec![n; 2], ..tokens("odd", subject) }).await);
    }
    for (subject, n) in odd.into_iter().zip(0_u8..) {
        let stored = done(store.load(&account("odd", subject)).await).map(|stored| stored.sealed);
        assert_eq!(stored, Some(vec![n; 2]), "{subject:?} is told from its likes by every byte");
    }
    assert_eq!(done(store.page("odd", None, 99).await).len(), odd.len());
    // `a|b` at `c` is not `a` at `b|c`, however a store joins the two.
    done(store.put(tokens("j", "k:l")).await);
    assert_eq!(done(store.load(&account("j:k", "l")).await), None, "provider and subject are kept apart");

    let large = (0..1_048_576_u32).map(|n| n.to_le_bytes()[0]).collect();
    let given = StoredTokens { sealed: large, ..tokens("large", &"s".repeat(1024)) };
    let version = done(store.put(given.clone()).await);
    let stored = done(store.load(&given.account).await);
    assert!(stored == Some(StoredTokens { version, ..given }), "a mebibyte comes back as given");
    for edge in [-1, 0, 253_402_300_799_999] {
        let refresh_at = Some(Timestamp::from_unix_millis(edge));
        done(store.put(StoredTokens { refresh_at, ..tokens("edge", "ada") }).await);
        let stored = done(store.load(&account("edge", "ada")).await).map(|stored| stored.refresh_at);
        assert_eq!(stored, Some(refresh_at), "an instant comes back to the millisecond");
    }
}

async fn at_the_same_time(store: Arc<dyn TokenStore>) {
    let version = done(store.put(tokens("race", "ada")).await);
    let claims = at_once(20, |_| {
        let store = Arc::clone(&store);
        async move { done(store.claim(&account("race", "ada"), at(0), LEASE).await) }
    });
    let mut leases: Vec<_> = claims.await.into_iter().flatten().collect();
    assert_eq!(leases.len(), 1, "of twenty one takes the account");

    // Each lease ends before the next begins, so all of them believe to hold it; only the last may write.
    for lease in leases.clone() {
        done(store.release(&account("race", "ada"), &lease).await);
    }
    for _ in 1..20 {
        leases.push(claimed(&*store, "race", "ada", Duration::ZERO).await);
    }
    let swapped = at_once(20, |n| {
        let (store, lease) = (Arc::clone(&store), leases.get(n).copied());
        async move {
            let Some(lease) = lease else { return false };
            matches!(done(store.swap(tokens("race", "ada"), version, &lease).await), Swap::Done(_))
        }
    });
    assert_eq!(swapped.await.into_iter().filter(|done| *done).count(), 1, "of twenty writers the last holder writes");
}

/// A lease of no length at all has ended when it begins: nobody has to wait for that.
async fn claimed(store: &dyn TokenStore, provider: &str, subject: &str, lease: Duration) -> Lease {
    match done(store.claim(&account(provider, subject), at(0), lease).await) {
        Some(lease) => lease,
        None => panic!("{provider}/{subject}: an account that is free can be taken"),
    }
}

fn tokens(provider: &str, subject: &str) -> StoredTokens {
    StoredTokens { account: account(provider, subject), sealed: b"sealed".to_vec(), refresh_at: None, version: 0 }
}

const LEASE: Duration = Duration::from_secs(30);
