//! What may happen once.

use std::sync::Arc;

use admit::store::Once;

use super::{at, at_once, done};

/// Holds an [`Once`] to its contract.
///
/// # Panics
/// At the first promise that is not kept.
pub async fn once_contract(once: impl Once) {
    let once: Arc<dyn Once> = Arc::new(once);
    assert!(done(once.claim("a", at(0), at(60)).await), "the first claim counts");
    assert!(!done(once.claim("a", at(1), at(61)).await), "the second does not");
    assert!(!done(once.claim("a", at(59), at(119)).await), "also shortly before the end");
    assert!(done(once.claim("b", at(1), at(61)).await), "another key is another matter");
    assert!(!done(once.claim("a", at(1), at(2)).await), "a later claim does not move the end of an earlier one");
    assert!(done(once.claim("A", at(1), at(61)).await), "keys differ by case");
    assert!(done(once.claim("a", at(60), at(120)).await), "a key whose end has come is free again");

    let first = at_once(20, |_| {
        let once = Arc::clone(&once);
        async move { done(once.claim("contested", at(0), at(60)).await) }
    });
    assert_eq!(first.await.into_iter().filter(|first| *first).count(), 1, "of twenty at once one is the first");
}
