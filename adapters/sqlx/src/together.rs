//! Look-ups that travel together: while some are under way, those that come wait and are then asked in one question.
//!
//! 1. One that finds a place free goes at once, alone: without load nobody waits for company.
//! 2. Nobody joins a question that was put already. So what was written before a look-up began, it finds.
//! 3. A question of several runs in a task of its own: who goes away takes nobody along.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use admit::store::StoreError;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::Unkeepable;
use crate::ask::in_time;

/// A question about one key that can be asked about many.
pub(crate) trait LookUp: Clone + Send + Sync + 'static {
    type Key: Clone + Eq + Hash + Send + Sync + 'static;
    type Row: Clone + Send + 'static;

    /// The rows that are there, each with its key, in any order.
    fn ask(&self, keys: &[Self::Key]) -> impl Future<Output = Result<Vec<(Self::Key, Self::Row)>, StoreError>> + Send;
}

/// Puts questions of one kind. Clones share their places.
#[derive(Clone)]
pub(crate) struct Together<L: LookUp> {
    look_up: L,
    queue: Arc<Mutex<Queue<L>>>,
    places: usize,
}

struct Queue<L: LookUp> {
    under_way: usize,
    waiting: Vec<Waiting<L>>,
}

struct Waiting<L: LookUp> {
    key: L::Key,
    answer: oneshot::Sender<Answer<L>>,
}

type Answer<L> = Result<Option<<L as LookUp>::Row>, StoreError>;

impl<L: LookUp> Together<L> {
    /// Up to `places` questions are under way at once.
    pub(crate) fn new(look_up: L, places: usize) -> Self {
        Self { look_up, queue: Arc::new(Mutex::new(Queue { under_way: 0, waiting: Vec::new() })), places }
    }

    /// The row of a key, if there is one.
    pub(crate) async fn find(&self, key: L::Key) -> Answer<L> {
        let (place, answer) = self.enter(&key);
        if place.is_some() {
            return alone(&self.look_up, key).await;
        }
        // The question before may use up the time, and then this one would double it.
        match in_time(async { Ok(answer.await) }).await? {
            Ok(answer) => answer,
            // The task ended with its runtime, which need not be this one's.
            Err(_) => alone(&self.look_up, key).await,
        }
    }

    /// A place, if one is free; otherwise the key waits.
    fn enter(&self, key: &L::Key) -> (Option<Place<L>>, oneshot::Receiver<Answer<L>>) {
        let (sender, answer) = oneshot::channel();
        let mut queue = self.queue();
        if queue.under_way < self.places {
            queue.under_way += 1;
            return (Some(Place(self.clone())), answer);
        }
        queue.waiting.push(Waiting { key: key.clone(), answer: sender });
        (None, answer)
    }

    /// Those who are asked next. If nobody waits, the place is free.
    fn next(&self) -> Vec<Waiting<L>> {
        let mut queue = self.queue();
        // Who went away is not asked for.
        queue.waiting.retain(|waiting| !waiting.answer.is_closed());
        if queue.waiting.is_empty() {
            queue.under_way -= 1;
            return Vec::new();
        }
        let most = queue.waiting.len().min(MOST);
        queue.waiting.drain(..most).collect()
    }

    fn queue(&self) -> MutexGuard<'_, Queue<L>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<L: LookUp> fmt::Debug for Together<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Together").field("places", &self.places).finish_non_exhaustive()
    }
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
        let place = Place(self.0.clone());
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move { answer_all(&place.0.look_up, next).await });
        }
    }
}

async fn alone<L: LookUp>(look_up: &L, key: L::Key) -> Answer<L> {
    let rows = look_up.ask(&[key]).await?;
    Ok(rows.into_iter().next().map(|(_, row)| row))
}

async fn answer_all<L: LookUp>(look_up: &L, waiting: Vec<Waiting<L>>) {
    let keys: Vec<_> = waiting.iter().map(|waiting| waiting.key.clone()).collect();
    match look_up.ask(&keys).await {
        Ok(rows) => {
            let rows: HashMap<_, _> = rows.into_iter().collect();
            for Waiting { key, answer } in waiting {
                // Who went away meanwhile needs none.
                let _ = answer.send(Ok(rows.get(&key).cloned()));
            }
        }
        // One of them is at fault, and the others shall not bear it.
        Err(StoreError::Unavailable(cause)) if cause.is::<Unkeepable>() && keys.len() > 1 => {
            for Waiting { key, answer } in waiting {
                let _ = answer.send(alone(look_up, key).await);
            }
        }
        Err(error) => {
            let again = shared(error);
            for Waiting { answer, .. } in waiting {
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
    move || StoreError::Unavailable(Box::new(cause.clone()))
}

#[derive(Clone, Debug)]
struct Shared(Arc<dyn std::error::Error + Send + Sync>);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Shared {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

/// As many as one question asks for.
const MOST: usize = 256;

#[cfg(test)]
mod tests;
