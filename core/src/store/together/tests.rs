use std::collections::HashMap;

use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, yield_now};

use super::*;

#[tokio::test]
async fn one_that_comes_alone_goes_at_once_and_alone() {
    let (together, table) = table(2);
    table.open(9);
    assert_eq!(together.find(1).await.unwrap(), Some("one"));
    assert_eq!(together.find(4).await.unwrap(), None);
    assert_eq!(table.asked(), [vec![1], vec![4]]);
}

#[tokio::test]
async fn those_who_come_meanwhile_are_asked_in_one_question_and_each_gets_their_own() {
    let (together, table) = table(2);
    let callers = callers(&together, [1, 2, 3, 4, 3, 1]).await;
    assert_eq!(table.asked(), [vec![1], vec![2]], "two are under way, the others wait");
    table.open(9);
    assert_eq!(
        answers(callers).await,
        [Some("one"), Some("two"), Some("three"), None, Some("three"), Some("one")].map(Ok)
    );
    assert_eq!(table.asked(), [vec![1], vec![2], vec![3, 4, 3, 1]]);
    // All places are free again.
    assert_eq!(together.queue().under_way, 0);
}

#[tokio::test]
async fn nobody_joins_a_question_that_was_put() {
    let (together, table) = table(1);
    let first = callers(&together, [1, 2]).await;
    table.open(1);
    settle().await;
    assert_eq!(table.asked(), [vec![1], vec![2]], "the second is under way");
    let late = callers(&together, [2]).await;
    table.rows.lock().unwrap().remove(&2);
    table.open(9);
    assert_eq!(answers(first).await.len(), 2);
    assert_eq!(answers(late).await, [Ok(None)], "who came after it was put is asked for anew");
    assert_eq!(table.asked().len(), 3);
}

#[tokio::test]
async fn who_goes_away_takes_nobody_along() {
    let (together, table) = table(1);
    let mut callers = callers(&together, [1, 2, 3]).await;
    callers[0].abort();
    settle().await;
    assert_eq!(table.asked(), [vec![1], vec![2, 3]], "its place went to those who waited");
    callers[1].abort();
    settle().await;
    table.open(9);
    assert_eq!(answers(vec![callers.remove(2)]).await, [Ok(Some("three"))]);
    assert_eq!(together.queue().under_way, 0);
}

#[tokio::test]
async fn who_went_away_is_not_asked_for() {
    let (together, table) = table(1);
    let callers = callers(&together, [1, 2, 3]).await;
    callers[1].abort();
    settle().await;
    table.open(9);
    settle().await;
    assert_eq!(table.asked(), [vec![1], vec![3]]);
}

#[tokio::test]
async fn one_question_asks_for_so_many_and_no_more() {
    let (together, table) = table(1);
    let callers = callers(&together, 0..u32::try_from(MOST).unwrap() + 2).await;
    table.open(9);
    assert_eq!(answers(callers).await.len(), MOST + 2);
    let sizes: Vec<_> = table.asked().iter().map(Vec::len).collect();
    assert_eq!(sizes, [1, MOST, 1]);
}

#[tokio::test]
async fn an_error_reaches_everybody_with_its_cause() {
    let (together, table) = table(1);
    *table.fault.lock().unwrap() = Some(|| StoreError::Unavailable(Box::new(Odd(Why))));
    let callers = callers(&together, [1, 2, 3]).await;
    table.open(9);
    let odd = "the store is unavailable: somebody pulled the plug: it was in the way".to_owned();
    assert_eq!(answers(callers).await, [odd.clone(), odd.clone(), odd].map(Err));
    assert_eq!(table.asked(), [vec![1], vec![2, 3]]);
    *table.fault.lock().unwrap() = None;
    assert_eq!(together.find(1).await.unwrap(), Some("one"), "and the next is asked anew");
}

#[tokio::test]
async fn a_row_too_few_is_nobodys_and_an_error() {
    let (together, table) = table(1);
    let callers = callers(&together, [UNANSWERED, 1, UNANSWERED, 3]).await;
    table.open(9);
    let odd = "the store is unavailable: a question about several keys was answered for more or fewer".to_owned();
    assert_eq!(answers(callers).await, [odd.clone(), odd.clone(), odd.clone(), odd].map(Err));
}

#[tokio::test]
async fn a_key_that_cannot_be_asked_for_harms_nobody_else() {
    let (together, table) = table(1);
    let callers = callers(&together, [1, 2, BAD, 3]).await;
    table.open(9);
    let refused = format!("the store is unavailable: {}", Spoilt);
    assert_eq!(answers(callers).await, [Ok(Some("one")), Ok(Some("two")), Err(refused), Ok(Some("three"))]);
}

#[tokio::test]
async fn who_has_to_wait_for_a_place_waits_no_longer_than_they_may() {
    let (_, table) = table(1);
    let together = Together::new(table.clone(), 1, Duration::ZERO);
    let callers = callers(&together, [1, 2, 3]).await;
    let late = callers.into_iter().skip(1).collect();
    let too_late = "the store is unavailable: a look-up was not answered within 0 seconds".to_owned();
    assert_eq!(answers(late).await, [too_late.clone(), too_late].map(Err));
    table.open(9);
    settle().await;
    assert_eq!(table.asked(), [vec![1]], "nobody waits any more");
    assert_eq!(together.queue().under_way, 0);
}

#[test]
fn who_waits_for_a_runtime_that_ends_asks_for_themselves() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (together, table) = table(1);
    let (one, other) = (runtime(), runtime());
    let first = one.block_on(async { callers(&together, [1]).await });
    let waiting = other.block_on(async { callers(&together, [2]).await });
    drop((first, one));
    table.open(9);
    assert_eq!(other.block_on(answers(waiting)), [Ok(Some("two"))]);
    assert_eq!(together.queue().under_way, 0);
}

/// A table that answers when it is let.
#[derive(Clone)]
struct Table {
    rows: Arc<Mutex<HashMap<u32, &'static str>>>,
    asked: Arc<Mutex<Vec<Vec<u32>>>>,
    fault: Arc<Mutex<Option<Fault>>>,
    gate: Arc<Semaphore>,
}

impl Table {
    /// Lets so many questions be answered.
    fn open(&self, questions: usize) {
        self.gate.add_permits(questions);
    }

    fn asked(&self) -> Vec<Vec<u32>> {
        self.asked.lock().unwrap().clone()
    }
}

impl LookUp for Table {
    type Key = u32;
    type Row = &'static str;

    async fn ask(&self, keys: &[u32]) -> Result<Vec<Option<&'static str>>, StoreError> {
        self.asked.lock().unwrap().push(keys.to_vec());
        self.gate.acquire().await.unwrap().forget();
        if let Some(fault) = *self.fault.lock().unwrap() {
            return Err(fault());
        }
        if keys.contains(&BAD) {
            return Err(StoreError::Unavailable(Box::new(Spoilt)));
        }
        let rows = self.rows.lock().unwrap();
        Ok(keys.iter().filter(|key| **key != UNANSWERED).map(|key| rows.get(key).copied()).collect())
    }

    fn is_over_one_key(&self, error: &StoreError) -> bool {
        matches!(error, StoreError::Unavailable(cause) if cause.is::<Spoilt>())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("somebody pulled the plug")]
struct Odd(#[source] Why);

#[derive(Debug, thiserror::Error)]
#[error("no such key can be asked for")]
struct Spoilt;

#[derive(Debug, thiserror::Error)]
#[error("it was in the way")]
struct Why;

fn table(places: usize) -> (Together<Table>, Table) {
    let table = Table {
        rows: Arc::new(Mutex::new([(1, "one"), (2, "two"), (3, "three")].into())),
        asked: Arc::default(),
        fault: Arc::default(),
        gate: Arc::new(Semaphore::new(0)),
    };
    (Together::new(table.clone(), places, PATIENCE), table)
}

type Fault = fn() -> StoreError;

type Caller = JoinHandle<Result<Option<&'static str>, StoreError>>;

/// Callers in this order, each of whom has asked or waits.
async fn callers(together: &Together<Table>, keys: impl IntoIterator<Item = u32>) -> Vec<Caller> {
    let mut callers = Vec::new();
    for key in keys {
        let together = together.clone();
        callers.push(tokio::spawn(async move { together.find(key).await }));
        settle().await;
    }
    callers
}

async fn answers(callers: Vec<Caller>) -> Vec<Result<Option<&'static str>, String>> {
    let mut answers = Vec::new();
    for caller in callers {
        answers.push(caller.await.unwrap().map_err(|error| {
            let causes = std::iter::successors(error.source(), |&cause| cause.source());
            causes.fold(error.to_string(), |told, cause| format!("{told}: {cause}"))
        }));
    }
    answers
}

/// Everybody has gone as far as they can.
async fn settle() {
    for _ in 0..5 {
        yield_now().await;
    }
}

const BAD: u32 = u32::MAX;
const UNANSWERED: u32 = u32::MAX - 1;
const PATIENCE: Duration = Duration::from_secs(5);
