//! What is known of accounts, and what it is found by.

use std::sync::Arc;

use admit::Timestamp;
use admit::store::{AccountKey, EvidenceStore, Mark, StoredEvidence};

use super::{account, at, at_once, done};

/// Holds an [`EvidenceStore`] to its contract.
///
/// # Panics
/// At the first promise that is not kept.
pub async fn evidence_store_contract(store: impl EvidenceStore) {
    let store: Arc<dyn EvidenceStore> = Arc::new(store);
    rows(&*store).await;
    what_is_written_takes_the_place_of_what_was(&*store).await;
    finding(&*store).await;
    replacing(&*store).await;
    pages(&*store).await;
    pages_of_all(&*store).await;
    whatever_is_kept(&*store).await;
    writers_at_the_same_time(Arc::clone(&store)).await;
    readers_see_no_half(store).await;
}

async fn rows(store: &dyn EvidenceStore) {
    let ada = account("rows", "Ada");
    assert_eq!(done(store.load(&ada).await), None, "an empty store knows nothing");
    assert!(done(store.find(&[mark(1)], 9).await).is_empty());
    assert!(done(store.page_all(None, 9).await).is_empty());
    assert!(!done(store.delete(&ada).await));
    let given = StoredEvidence { sealed: (0..=255).collect(), ..known("rows", "Ada", &[1, 2, 3]) };
    done(store.put(given.clone()).await);
    assert_eq!(done(store.load(&ada).await), Some(given.clone()), "what is known comes back as given");
    assert_eq!(done(store.load(&account("rows", "ada")).await), None, "a subject is told from another by every byte");
    assert_eq!(done(store.load(&account("other", "Ada")).await), None, "and so is a provider");

    done(store.put(known("rows", "ada", &[3])).await);
    assert!(done(store.delete(&ada).await), "what is known can be forgotten");
    assert!(!done(store.delete(&ada).await), "but once");
    assert_eq!(done(store.load(&ada).await), None);
    assert_eq!(found(store, &[1, 2, 3], 9).await, ["rows ada"], "no mark finds what is forgotten, nor less of others");
    done(store.put(StoredEvidence { marks: vec![mark(4)], ..given }).await);
    assert_eq!(found(store, &[1, 2], 9).await, [""; 0], "nor when the account is back");
    assert_eq!(found(store, &[4], 9).await, ["rows Ada"]);
}

async fn what_is_written_takes_the_place_of_what_was(store: &dyn EvidenceStore) {
    done(store.put(known("put", "ada", &[10, 11, 12])).await);
    done(store.put(known("put", "bob", &[10])).await);
    let newer = StoredEvidence { sealed: b"newer".to_vec(), captured_at: at(9), ..known("put", "ada", &[11, 13]) };
    done(store.put(newer.clone()).await);
    assert_eq!(done(store.load(&newer.account).await), Some(newer.clone()));
    assert_eq!(found(store, &[10], 9).await, ["put bob"], "an old mark finds nothing any more, but for others");
    assert_eq!(found(store, &[12], 9).await, [""; 0]);
    assert_eq!(found(store, &[11], 9).await, ["put ada"], "a mark that stayed finds");
    assert_eq!(done(store.find(&[mark(13)], 9).await), std::slice::from_ref(&newer), "and a new one, as it is now");
    let bare = StoredEvidence { marks: Vec::new(), ..newer };
    done(store.put(bare.clone()).await);
    assert_eq!(found(store, &[11, 13], 9).await, [""; 0], "there may be none");
    assert_eq!(done(store.load(&bare.account).await), Some(bare));
}

async fn finding(store: &dyn EvidenceStore) {
    for (provider, subject, marks) in [
        ("find-b", "a", [20, 21].as_slice()),
        ("find-a", "\u{e9}", &[20]),
        ("find-a", "b", &[20, 21, 22]),
        ("find-a", "B", &[22]),
        ("find-a", "c", &[23]),
    ] {
        done(store.put(known(provider, subject, marks)).await);
    }
    assert_eq!(found(store, &[], 9).await, [""; 0], "no mark finds nobody");
    assert_eq!(found(store, &[29], 9).await, [""; 0]);
    assert_eq!(found(store, &[20], 9).await, ["find-a b", "find-a \u{e9}", "find-b a"], "in the order of their keys");
    let several = ["find-a B", "find-a b", "find-a \u{e9}", "find-b a"];
    assert_eq!(found(store, &[22, 21, 20, 29, 20], 9).await, several, "each once, whatever it bears and was asked for");
    assert_eq!(found(store, &[20, 21, 22], 2).await, several[..2], "the first of them, up to the limit");
    assert_eq!(found(store, &[20], 0).await, [""; 0], "which may be none");
    assert_eq!(found(store, &[20, 21, 22], usize::MAX).await, several, "or more than there can be");
    let many: Vec<_> = (0..2_000_u32).map(|n| numbered(ASKED, n)).chain([mark(23)]).collect();
    let of_many = done(store.find(&many, 9).await);
    assert_eq!(of_many, [known("find-a", "c", &[23])], "thousands may be asked for");
    // Marks are told apart by every byte.
    let Mark(mut near) = mark(23);
    near[31] ^= 1;
    assert!(done(store.find(&[Mark(near)], 9).await).is_empty());
}

async fn replacing(store: &dyn EvidenceStore) {
    let first = known("replace", "ada", &[30, 31]);
    let anew = StoredEvidence { sealed: b"anew".to_vec(), ..known("replace", "ada", &[32]) };
    assert!(!done(store.replace(anew.clone(), b"sealed").await), "what is not there is not brought back");
    assert_eq!(done(store.load(&first.account).await), None);
    assert_eq!(found(store, &[32], 9).await, [""; 0]);

    done(store.put(first.clone()).await);
    for expected in [b"other".as_slice(), b"seale", b"sealed ", b"SEALED", b""] {
        assert!(!done(store.replace(anew.clone(), expected).await), "what was sealed anew meanwhile stays");
    }
    assert_eq!(done(store.load(&first.account).await), Some(first.clone()));
    assert_eq!(found(store, &[30], 9).await, ["replace ada"], "with its marks");
    assert_eq!(found(store, &[32], 9).await, [""; 0]);

    assert!(done(store.replace(anew.clone(), b"sealed").await));
    assert_eq!(done(store.load(&first.account).await), Some(anew.clone()));
    assert_eq!(found(store, &[30, 31], 9).await, [""; 0], "the old marks go with it");
    assert_eq!(found(store, &[32], 9).await, ["replace ada"]);
    assert!(!done(store.replace(first, b"sealed").await), "but once");
    assert!(done(store.replace(anew, b"anew").await), "what changes nothing is written as well");
}

async fn pages(store: &dyn EvidenceStore) {
    for subject in ["b", "a", "C", "d", "\u{e9}"] {
        done(store.put(known("page", subject, &[40])).await);
    }
    done(store.put(known("page-2", "a", &[40])).await);
    let page = |after: Option<&'static str>, limit| async move {
        let page = done(store.page("page", after, limit).await);
        page.into_iter().map(|known| known.account.subject).collect::<Vec<_>>()
    };
    assert_eq!(
        page(None, 9).await,
        ["C", "a", "b", "d", "\u{e9}"],
        "subjects go by their bytes, of that provider only"
    );
    assert_eq!(page(None, 2).await, ["C", "a"]);
    assert_eq!(page(None, 0).await, [""; 0]);
    assert_eq!(page(None, usize::MAX).await.len(), 5);
    let whole = done(store.page("page", None, 1).await);
    assert_eq!(whole, [known("page", "C", &[40])], "with all that is known");
    // Rows come and go while somebody pages: before the place, behind it, and the place itself.
    done(store.put(known("page", "A", &[40])).await);
    done(store.put(known("page", "bb", &[40])).await);
    done(store.delete(&account("page", "a")).await);
    assert_eq!(
        page(Some("a"), 2).await,
        ["b", "bb"],
        "a page begins after the one that is named, also if that is gone"
    );
    assert_eq!(page(Some("bb"), 9).await, ["d", "\u{e9}"], "and leaves nothing out");
    assert_eq!(page(Some("\u{e9}"), 9).await, [""; 0]);
}

async fn pages_of_all(store: &dyn EvidenceStore) {
    for (provider, subject) in [("zz-all", "b"), ("zz", "z"), ("zz-all", "a"), ("zz-all-2", "0")] {
        done(store.put(known(provider, subject, &[50])).await);
    }
    let page = |provider, subject, limit| async move {
        names(&done(store.page_all(Some(&account(provider, subject)), limit).await))
    };
    assert_eq!(page("zz", "", 9).await, ["zz z", "zz-all a", "zz-all b", "zz-all-2 0"], "provider by provider");
    assert_eq!(page("zz", "z", 2).await, ["zz-all a", "zz-all b"]);
    assert_eq!(page("zz-all", "aa", 1).await, ["zz-all b"], "also after one that is not there");
    assert_eq!(page("zz-all-2", "0", 9).await, [""; 0]);
    assert_eq!(page("zz", "", 0).await, [""; 0]);
    let (mut after, mut all) = (None, Vec::new());
    while let [.., last] = done(store.page_all(after.as_ref(), 3).await).as_slice() {
        all.extend(done(store.page_all(after.as_ref(), 3).await));
        after = Some(last.account.clone());
    }
    assert_eq!(all, done(store.page_all(None, usize::MAX).await), "page by page it is all that there is");
    assert!(all.is_sorted_by(|a, b| a.account < b.account), "in the order of the keys");
}

async fn whatever_is_kept(store: &dyn EvidenceStore) {
    let odd =
        ["", " a ", "a|b", "a:b", "A", "\u{e9}", "e\u{301}", "'; drop table users; --", "% _ * ? [a]", "\u{1f980}"];
    for (subject, n) in odd.into_iter().zip(60_u8..) {
        done(store.put(StoredEvidence { sealed: vec![n; 2], ..known("odd", subject, &[n]) }).await);
    }
    for (subject, n) in odd.into_iter().zip(60_u8..) {
        let of_mark = done(store.find(&[mark(n)], 9).await);
        assert_eq!(of_mark, [StoredEvidence { sealed: vec![n; 2], ..known("odd", subject, &[n]) }], "{subject:?}");
        assert_eq!(done(store.load(&account("odd", subject)).await).as_ref(), of_mark.first(), "{subject:?}");
    }
    // `a|b` at `c` is not `a` at `b|c`, however a store joins the two.
    done(store.put(known("j", "k:l", &[70])).await);
    assert_eq!(done(store.load(&account("j:k", "l")).await), None, "provider and subject are kept apart");

    let mut marks: Vec<_> = (0..200).map(|n| numbered(LARGE, n)).collect();
    marks.sort();
    let sealed = (0..4_194_304_u32).map(|n| n.to_le_bytes()[0]).collect();
    let large = StoredEvidence { sealed, marks, ..known("large", &"s".repeat(1024), &[]) };
    done(store.put(large.clone()).await);
    assert!(done(store.load(&large.account).await).as_ref() == Some(&large), "four mebibytes come back as given");
    assert!(done(store.find(&[numbered(LARGE, 99)], 9).await) == [large], "by any of two hundred marks");
    for edge in [i64::MIN, -1, 0, 253_402_300_799_999, i64::MAX] {
        let edge = StoredEvidence { captured_at: Timestamp::from_unix_millis(edge), ..known("edge", "ada", &[71]) };
        done(store.put(edge.clone()).await);
        assert_eq!(done(store.load(&edge.account).await), Some(edge), "an instant comes back to the millisecond");
    }
}

async fn writers_at_the_same_time(store: Arc<dyn EvidenceStore>) {
    at_once(WRITERS, |n| {
        let store = Arc::clone(&store);
        async move { done(store.put(written(n)).await) }
    })
    .await;
    let row = done(store.load(&ada()).await);
    let Some(row) = row else { panic!("an account that was written a hundred times is there") };
    assert_eq!(row, written(number_of(&row)), "it is as one of them wrote it");
    for n in 0..WRITERS {
        let by_their_own = done(store.find(&[numbered(RACE, small(n))], 9).await);
        let expected = if n == number_of(&row) { std::slice::from_ref(&row) } else { &[] };
        assert_eq!(by_their_own, expected, "the marks of the others find nothing");
    }
    assert_eq!(done(store.page("race", None, 9).await), std::slice::from_ref(&row), "and it is there once");

    let replaced = at_once(WRITERS, |n| {
        let (store, expected) = (Arc::clone(&store), row.sealed.clone());
        async move { done(store.replace(written(WRITERS + n), &expected).await) }
    });
    let replaced = replaced.await.into_iter().filter(|done| *done).count();
    assert_eq!(replaced, 1, "of a hundred who knew the row one replaces it");

    at_once(WRITERS, |n| {
        let store = Arc::clone(&store);
        async move {
            if n % 2 == 0 {
                done(store.put(written(n)).await);
            } else {
                done(store.delete(&ada()).await);
            }
        }
    })
    .await;
    let row = done(store.load(&ada()).await);
    let shared = done(store.find(&[mark(80)], 9).await);
    assert_eq!(shared, Vec::from_iter(row), "whoever was last, the account has its marks, or neither is there");
}

/// One who writes without a pause, and readers: whatever they find bears the marks that were written with it.
async fn readers_see_no_half(store: Arc<dyn EvidenceStore>) {
    done(store.put(written(0)).await);
    at_once(8, |task| {
        let store = Arc::clone(&store);
        async move {
            for n in 0..40 {
                match task {
                    0 => done(store.put(written(n)).await),
                    1 => {
                        done(store.replace(written(n + 1), &written(n).sealed).await);
                    }
                    _ => {
                        let found = done(store.find(&[mark(80)], 9).await);
                        let [found] = found.as_slice() else { panic!("it is there all the time, once: {found:?}") };
                        assert_eq!(*found, written(number_of(found)), "nobody finds a half of it");
                        let Some(loaded) = done(store.load(&ada()).await) else { panic!("nor is it gone") };
                        assert_eq!(loaded, written(number_of(&loaded)), "or reads one");
                    }
                }
            }
        }
    })
    .await;
}

/// What the writer of that number writes: a mark of its own, and one that all share.
fn written(n: usize) -> StoredEvidence {
    let mut marks = vec![numbered(RACE, small(n)), mark(80)];
    marks.sort();
    let captured_at = at(i64::from(small(n)));
    StoredEvidence { sealed: n.to_be_bytes().to_vec(), marks, captured_at, account: ada() }
}

fn ada() -> AccountKey {
    account("race", "ada")
}

fn number_of(row: &StoredEvidence) -> usize {
    row.sealed.as_slice().try_into().map(usize::from_be_bytes).unwrap_or(usize::MAX)
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

async fn found(store: &dyn EvidenceStore, marks: &[u8], limit: usize) -> Vec<String> {
    let marks: Vec<_> = marks.iter().map(|n| mark(*n)).collect();
    names(&done(store.find(&marks, limit).await))
}

fn names(rows: &[StoredEvidence]) -> Vec<String> {
    rows.iter().map(|row| format!("{} {}", row.account.provider, row.account.subject)).collect()
}

fn known(provider: &str, subject: &str, marks: &[u8]) -> StoredEvidence {
    let marks = marks.iter().map(|n| mark(*n)).collect();
    StoredEvidence { account: account(provider, subject), sealed: b"sealed".to_vec(), marks, captured_at: at(0) }
}

fn mark(n: u8) -> Mark {
    Mark([n; 32])
}

/// One of many marks, which are told apart by their last bytes.
fn numbered(kind: u8, n: u32) -> Mark {
    let mut bytes = [kind; 32];
    bytes[28..].copy_from_slice(&n.to_be_bytes());
    Mark(bytes)
}

const ASKED: u8 = 201;
const LARGE: u8 = 202;
const RACE: u8 = 203;
const WRITERS: usize = 100;
