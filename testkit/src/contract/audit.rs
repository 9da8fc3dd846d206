//! What was done to accounts.

use std::sync::Arc;

use admit::Timestamp;
use admit::store::{AuditEntry, AuditPlace, AuditStore};
use serde_json::{Map, Value, json};

use super::{account, at, at_once, conflict, done};

/// Holds an [`AuditStore`] to its contract.
///
/// # Panics
/// At the first promise that is not kept.
pub async fn audit_store_contract(store: impl AuditStore) {
    let store: Arc<dyn AuditStore> = Arc::new(store);
    an_empty_one_tells_nothing(&*store).await;
    the_order_is_that_of_time_and_then_of_ids(&*store).await;
    an_entry_never_changes(&*store).await;
    about_an_account(&*store).await;
    pages_while_entries_come(&*store).await;
    whatever_is_told(&*store).await;
    at_the_same_time(store).await;
}

async fn an_empty_one_tells_nothing(store: &dyn AuditStore) {
    assert_eq!(done(store.page(None, 9).await), []);
    assert_eq!(done(store.page(Some(&AuditPlace { at: at(0), id: String::new() }), 9).await), []);
    assert_eq!(done(store.about(&account("acme", "ada")).await), []);
}

async fn the_order_is_that_of_time_and_then_of_ids(store: &dyn AuditStore) {
    for (id, second) in [("o-b", 1), ("o-B", 1), ("o-\u{e9}", 1), ("o-z", 0), ("o-a", 2), ("o-a2", 1), ("o-", 1)] {
        done(store.record(entry(id, second)).await);
    }
    let all = ["o-z", "o-", "o-B", "o-a2", "o-b", "o-\u{e9}", "o-a"];
    assert_eq!(page(store, None, 99).await, all, "the oldest first; of those at one instant by the bytes of their ids");
    assert_eq!(page(store, None, 3).await, all[..3], "no more than the limit");
    assert_eq!(page(store, None, 0).await, [""; 0], "which may be none");
    assert_eq!(page(store, None, usize::MAX).await, all, "or more than there can be");
    assert_eq!(page(store, Some((1, "o-B")), 2).await, ["o-a2", "o-b"], "a page begins after the place that is named");
    assert_eq!(page(store, Some((1, "o-C")), 1).await, ["o-a2"], "also if nothing is there");
    assert_eq!(page(store, Some((0, "p")), 1).await, ["o-"], "an id that comes later does not reach the next instant");
    assert_eq!(page(store, Some((2, "o-a")), 9).await, [""; 0]);
}

async fn an_entry_never_changes(store: &dyn AuditStore) {
    let first = entry("once", 3).account(account("once", "ada")).user("u-ada").detail("why", "a guest");
    done(store.record(first.clone()).await);
    let other = AuditEntry::new("once", at(4), "operator", "unlink").account(account("once", "bob"));
    conflict(store.record(other).await, "another entry of that id");
    conflict(store.record(first.clone()).await, "the same entry once more");
    assert_eq!(done(store.about(&account("once", "ada")).await), std::slice::from_ref(&first), "the first one stays");
    assert_eq!(done(store.about(&account("once", "bob")).await), []);
    let after = AuditPlace { at: at(2), id: "p".to_owned() };
    assert_eq!(done(store.page(Some(&after), 9).await), [first], "and is there once");
    done(store.record(entry("ONCE", 3)).await);
    assert_eq!(page(store, Some((2, "p")), 9).await, ["ONCE", "once"], "ids differ by case");
}

async fn about_an_account(store: &dyn AuditStore) {
    let rows = [
        ("a-3", 12, "acme", "ada"),
        ("a-1", 11, "acme", "ada"),
        ("a-2", 11, "acme", "ada"),
        ("a-4", 10, "acme", "Ada"),
        ("a-5", 10, "Acme", "ada"),
        ("a-6", 10, "acme", "ada "),
        ("a-7", 10, "acme:ada", ""),
    ];
    for (id, second, provider, subject) in rows {
        done(store.record(entry(id, second).account(account(provider, subject)).user("u-ada")).await);
    }
    done(store.record(entry("a-8", 10).user("u-ada")).await);
    let about = |provider, subject| async move { ids(&done(store.about(&account(provider, subject)).await)) };
    assert_eq!(about("acme", "ada").await, ["a-1", "a-2", "a-3"], "the oldest first, of that account only");
    assert_eq!(about("acme", "Ada").await, ["a-4"], "which is told from others by every byte");
    assert_eq!(about("acme", "").await, [""; 0]);
    assert_eq!(about("acme:ada", "").await, ["a-7"], "provider and subject are kept apart");
}

async fn pages_while_entries_come(store: &dyn AuditStore) {
    for n in 0..10 {
        done(store.record(entry(&format!("p-{n}"), 20 + n)).await);
    }
    let (mut after, mut seen, mut turn) = ((19, String::new()), Vec::new(), 0);
    loop {
        let place = AuditPlace { at: at(after.0), id: after.1.clone() };
        let page = done(store.page(Some(&place), 3).await);
        let Some(last) = page.last() else { break };
        after = (last.at.since(at(0)).as_secs().cast_signed(), last.id.clone());
        seen.extend(ids(&page));
        // One comes in behind the place, one before it.
        if turn < 2 {
            done(store.record(entry(&format!("p-late-{turn}"), 18)).await);
            done(store.record(entry(&format!("p-new-{turn}"), 40 + turn)).await);
        }
        turn += 1;
    }
    let expected: Vec<_> = (0..10).map(|n| format!("p-{n}")).chain((0..2).map(|n| format!("p-new-{n}"))).collect();
    assert_eq!(seen, expected, "nothing is left out or told twice, and what came ahead is met");
}

async fn whatever_is_told(store: &dyn AuditStore) {
    let deep = (0..50).fold(json!("the end"), |inner, n| json!({ "n": n, "inner": [inner] }));
    let detail = json!({
        "": "an empty name",
        "text": "Zo\u{eb} \u{1f980} e\u{301} '; drop table users; -- \" \\ / \u{8} \n \u{0}",
        "\u{1f980}": [null, true, false, [], {}],
        "floats": [0.1, -0.0, 1.0, 1e21, 1.5e-7, f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.1 + 0.2, 2.225_073_858_507_201e-308],
        "whole": [0, -1, i64::MIN, i64::MAX, u64::MAX],
        "deep": deep,
    });
    let Value::Object(detail) = detail else { panic!("an object") };
    let mut odd = entry("t-odd \u{1f980} % _ '", 60).account(account("told", " '\"\u{e9}")).user("");
    odd.detail = detail;
    (odd.actor, odd.action) = ("operator e\u{301}".to_owned(), String::new());
    done(store.record(odd.clone()).await);
    let told = done(store.about(&account("told", " '\"\u{e9}")).await);
    assert_eq!(told, [odd], "an entry comes back as given");

    let mut large = entry("t-large", 60).account(account("told", &"s".repeat(1024)));
    large.detail = Map::from_iter([("text".to_owned(), "\u{e9}".repeat(1_048_576).into())]);
    done(store.record(large.clone()).await);
    assert!(done(store.about(&account("told", &"s".repeat(1024))).await) == [large], "also one of two mebibytes");
    for (edge, n) in [i64::MIN, -1, 0, 253_402_300_799_999, i64::MAX].into_iter().zip(0..) {
        let edge = AuditEntry::new(format!("t-{n}"), Timestamp::from_unix_millis(edge), "sign-in", "link");
        let edge = edge.account(account("edge", &n.to_string()));
        done(store.record(edge.clone()).await);
        assert_eq!(done(store.about(&account("edge", &n.to_string())).await), [edge], "to the millisecond");
    }
    let first = done(store.page(None, 1).await);
    assert_eq!(ids(&first), ["t-0"], "the end of time and its beginning have their place in the order");
    let last = AuditPlace { at: Timestamp::from_unix_millis(i64::MAX), id: String::new() };
    assert_eq!(ids(&done(store.page(Some(&last), 9).await)), ["t-4"]);
}

async fn at_the_same_time(store: Arc<dyn AuditStore>) {
    let recorded = at_once(RECORDERS, |n| {
        let store = Arc::clone(&store);
        async move { store.record(entry(&format!("r-{n:03}"), 90).account(account("race", "ada"))).await }
    });
    recorded.await.into_iter().for_each(done);
    let about = done(store.about(&account("race", "ada")).await);
    assert_eq!(ids(&about), (0..RECORDERS).map(|n| format!("r-{n:03}")).collect::<Vec<_>>(), "none is lost");
    let same = at_once(RECORDERS, |n| {
        let store = Arc::clone(&store);
        async move { store.record(entry("r-one", 91).account(account("race", &n.to_string()))).await.is_ok() }
    });
    assert_eq!(same.await.into_iter().filter(|first| *first).count(), 1, "of a hundred with one id one is written");
}

fn entry(id: &str, second: i64) -> AuditEntry {
    AuditEntry::new(id, at(second), "sign-in", "link")
}

async fn page(store: &dyn AuditStore, after: Option<(i64, &str)>, limit: usize) -> Vec<String> {
    let after = after.map(|(second, id)| AuditPlace { at: at(second), id: id.to_owned() });
    ids(&done(store.page(after.as_ref(), limit).await))
}

fn ids(entries: &[AuditEntry]) -> Vec<String> {
    entries.iter().map(|entry| entry.id.clone()).collect()
}

const RECORDERS: usize = 100;
