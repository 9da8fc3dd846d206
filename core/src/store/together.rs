//! Look-ups that travel together: while some are under way, those that come wait and are then asked in one question.
//!
//! 1. One that finds a place free goes at once, alone: without load nobody waits for company.
//! 2. Nobody joins a question that was put already. So what was written before a look-up began, it finds.
//! 3. A question of several runs in a task of its own: who goes away takes nobody along.

use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, mem};

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::StoreError;

/// A question about one key that can be asked about many: what [`Together`] puts.
pub trait LookUp: Send + Sync + 'static {
    /// What is looked for.
    type Key: Clone + Send + Sync + 'static;
    /// What is found.
    type Row: Send + 'static;

    /// The row of each key, in the order of the keys, of which one may be there twice. Has to end: this says how long it
    /// may take.
    fn ask(&self, keys: &[Self::Key]) -> impl Future<Output = Result<Vec<Option<Self::Row>>, StoreError>> + Send;

    /// Whether the question failed over one of its keys, so that the others are to be asked for without it.
    fn is_over_one_key(&self, error: &StoreError) -> bool {
        let _ = error;
        false
    }
}

/// For authors of stores that ask a server: look-ups by key that travel together.
///
/// A look-up goes at once if a place is free. Others wait, and when the place is free again they are asked in one
/// question, of up to 256 keys: so a server under load answers fewer questions than there are requests. Nobody joins a
/// question that was put already, so what was written before a look-up began, it finds. Clones share their places.
///
/// ```
/// use std::time::Duration;
///
/// use admit::store::{LookUp, SessionKey, SessionRecord, StoreError, Together};
///
/// struct Sessions {
///     // A connection.
/// }
///
/// impl LookUp for Sessions {
///     type Key = SessionKey;
///     type Row = SessionRecord;
///
///     async fn ask(&self, keys: &[SessionKey]) -> Result<Vec<Option<SessionRecord>>, StoreError> {
///         // MGET …
///         # Ok(vec![None; keys.len()])
///     }
/// }
///
/// # async fn load(key: SessionKey) -> Result<(), StoreError> {
/// let sessions = Together::new(Sessions {}, 2, Duration::from_secs(5));
/// let found: Option<SessionRecord> = sessions.find(key).await?;
/// # Ok(())
/// # }
/// ```
pub struct Together<L: LookUp>(Arc<Inner<L>>);

struct Inner<L: LookUp> {
    look_up: L,
    places: usize,
    patience: Duration,
    queue: Mutex<Queue<L>>,
}

struct Queue<L: LookUp> {
    under_way: usize,
    waiting: Vec<Waiting<L>>,
}

/// What is asked for, and whom to tell.
type Waiting<L> = (<L as LookUp>::Key, oneshot::Sender<Answer<L>>);

type Answer<L> = Result<Option<<L as LookUp>::Row>, StoreError>;

impl<L: LookUp> Together<L> {
    /// Up to `places` questions are under way at once, and one at least. Who has to wait for a place has `patience`, for
    /// that and for the answer.
    pub fn new(look_up: L, places: usize, patience: Duration) -> Self {
        let queue = Mutex::new(Queue { under_way: 0, waiting: Vec::new() });
        Self(Arc::new(Inner { look_up, places: places.max(1), patience, queue }))
    }

    /// The row of a key, if there is one. Needs a runtime of tokio's.
    ///
    /// # Errors
    /// What the question comes to, or [`StoreError::Unavailable`] after too long a wait.
    pub async fn find(&self, key: L::Key) -> Result<Option<L::Row>, StoreError> {
        let Inner { look_up, patience, .. } = &*self.0;
        let waiting = match self.enter(&key) {
            Entered::Place(_place) => return alone(look_up, key).await,
            Entered::Queue(waiting) => waiting,
        };
        let answered = async {
            match waiting.await {
                Ok(answer) => answer,
                // The task ended with its runtime, which need not be this one's.
                Err(_) => alone(look_up, key).await,
            }
        };
        // The question before may use up the time, and then this one would double it.
        let answered = tokio::time::timeout(*patience, answered).await;
        answered.unwrap_or_else(|_| Err(unavailable(TookTooLong(*patience))))
    }

    fn enter(&self, key: &L::Key) -> Entered<L> {
        let mut queue = self.queue();
        if queue.under_way < self.0.places {
            queue.under_way += 1;
            return Entered::Place(Place(self.clone()));
        }
        let (answer, waiting) = oneshot::channel();
        queue.waiting.push((key.clone(), answer));
        Entered::Queue(waiting)
    }

    /// Those who are asked next. If nobody waits, the place is free.
    fn next(&self) -> Vec<Waiting<L>> {
        let mut queue = self.queue();
        // Who went away is not asked for.
        queue.waiting.retain(|(_, answer)| !answer.is_closed());
        if queue.waiting.is_empty() {
            queue.under_way -= 1;
            return Vec::new();
        }
        if queue.waiting.len() > MOST {
            return queue.waiting.drain(..MOST).collect();
        }
        // As many will come meanwhile.
        let room = Vec::with_capacity(queue.waiting.len());
        mem::replace(&mut queue.waiting, room)
    }

    fn queue(&self) -> MutexGuard<'_, Queue<L>> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<L: LookUp> Clone for Together<L> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<L: LookUp> fmt::Debug for Together<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Together").field("places", &self.0.places).finish_non_exhaustive()
    }
}

enum Entered<L: LookUp> {
    Place(Place<L>),
    Queue(oneshot::Receiver<Answer<L>>),
}

/// The right to put questions. Whoever gives it up, also by going away, sends those who wait on their way.
struct Place<L: LookUp>(Together<L>);

impl<L: LookUp> Drop for Place<L> {
    fn drop(&mut self) {
        let next = self.0.next();
        if next.is_empty() {
            return;
        }
        // Without a runtime they are dropped, and ask for themselves.
        let place = Self(self.0.clone());
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { answer_all(&place.0.0.look_up, next).await });
        }
    }
}

async fn alone<L: LookUp>(look_up: &L, key: L::Key) -> Answer<L> {
    let [row] = look_up.ask(&[key]).await?.try_into().map_err(|_| unavailable(Miscounted))?;
    Ok(row)
}

async fn answer_all<L: LookUp>(look_up: &L, waiting: Vec<Waiting<L>>) {
    let (keys, answers): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
    let rows = match look_up.ask(&keys).await {
        Ok(rows) if rows.len() == keys.len() => Ok(rows),
        Ok(_) => Err(unavailable(Miscounted)),
        Err(error) => Err(error),
    };
    // Who went away meanwhile needs no answer.
    match rows {
        Ok(rows) => {
            for (row, answer) in rows.into_iter().zip(answers) {
                let _ = answer.send(Ok(row));
            }
        }
        Err(error) if keys.len() > 1 && look_up.is_over_one_key(&error) => {
            for (key, answer) in keys.into_iter().zip(answers) {
                let _ = answer.send(alone(look_up, key).await);
            }
        }
        Err(error) => {
            let again = shared(error);
            for answer in answers {
                let _ = answer.send(Err(again()));
            }
        }
    }
}

/// The same error as often as it is needed.
fn shared(error: StoreError) -> impl Fn() -> StoreError {
    let cause = match error {
        StoreError::Unavailable(cause) => cause,
        other => Box::new(other),
    };
    let cause = Shared(cause.into());
    move || unavailable(cause.clone())
}

fn unavailable(cause: impl Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unavailable(Box::new(cause))
}

#[derive(Clone, Debug)]
struct Shared(Arc<dyn Error + Send + Sync>);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Shared {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a look-up was not answered within {} seconds", .0.as_secs_f32())]
struct TookTooLong(Duration);

#[derive(Debug, thiserror::Error)]
#[error("a question about several keys was answered for more or fewer")]
struct Miscounted;

/// As many as one question asks for.
const MOST: usize = 256;

#[cfg(test)]
mod tests;
