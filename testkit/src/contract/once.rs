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

    forgetting(&*once).await;

    let first = at_once(20, |_| {
        let once = Arc::clone(&once);
        async move { done(once.claim("contested", at(0), at(60)).await) }
    });
    assert_eq!(first.await.into_iter().filter(|first| *first).count(), 1, "of twenty at once one is the first");
}

/// A store that forgets by itself has nothing to remove; one that does not removes what has ended, and no more.
async fn forgetting(once: &dyn Once) {
    for name in 0..10 {
        assert!(done(once.claim(&format!("over-{name}"), at(0), at(200 + name)).await));
    }
    assert!(done(once.claim(&"é".repeat(300), at(0), at(900)).await), "a key may be long, and of any letters");
    let mut removed = 0;
    loop {
        let batch = done(once.delete_expired(at(204), 2).await);
        assert!(batch <= 2, "no more than the limit go at once");
        removed += batch;
        if batch == 0 {
            break;
        }
    }
    // Five of these, and the three from before.
    assert!(removed <= 8, "what has not ended stays: {removed}");
    assert!(!done(once.claim("over-5", at(204), at(900)).await), "a key that has not ended is remembered");
    assert!(done(once.claim("over-4", at(204), at(900)).await), "one that has is not");
}
