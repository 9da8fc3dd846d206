//! Something an issuer publishes, fetched once in a while and kept.
//!
//! 1. One fetch at a time; who comes meanwhile waits for it and takes what it brings.
//! 2. When a fetch fails, what was there before goes on being used for a day. Whoever has something to go on with does
//!    not wait long for better.
//! 3. After a failure there is a pause before the next attempt, with or without something to go on with.
//! 4. Whoever finds that it is out of date may ask for a new one before its time, once in five minutes.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::failure::chain;
use crate::http::HttpError;
use crate::provider::{Endpoint, ProviderError};
use crate::{Clock, Timestamp};

/// A value and how long it is fresh, or why there is none.
pub(crate) type Fetched<T> = Result<(T, Duration), ProviderError>;

pub(crate) struct Cached<T> {
    /// Whose it is, for the log.
    provider: String,
    what: Endpoint,
    kept: Mutex<Kept<T>>,
    /// Held by whoever fetches.
    turn: tokio::sync::Mutex<()>,
}

struct Kept<T> {
    good: Option<Good<T>>,
    fault: Option<(Timestamp, Arc<ProviderError>)>,
    /// Before that, nobody gets a new one out of turn.
    renewal_from: Option<Timestamp>,
}

struct Good<T> {
    value: Arc<T>,
    /// Where it came from: what was fetched elsewhere is something else.
    from: String,
    fresh_until: Timestamp,
}

/// A value that is kept, and whether it was fetched for the one who asks.
#[derive(Debug)]
pub(crate) struct Had<T> {
    pub(crate) value: Arc<T>,
    pub(crate) is_new: bool,
}

impl<T> Cached<T> {
    pub(crate) fn new(provider: &str, what: Endpoint) -> Self {
        let kept = Kept { good: None, fault: None, renewal_from: None };
        Self { provider: provider.to_owned(), what, kept: Mutex::new(kept), turn: tokio::sync::Mutex::new(()) }
    }

    /// The value from that address. The fetch is not begun unless it is needed.
    pub(crate) async fn get(
        &self,
        clock: &dyn Clock,
        from: &str,
        fetch: impl Future<Output = Fetched<T>>,
    ) -> Result<Had<T>, ProviderError> {
        if let Some(settled) = self.settled(from, clock.now()) {
            return settled;
        }
        let Some(at_hand) = self.at_hand(from, clock.now()) else {
            return self.fetch_in_turn(clock, from, fetch).await;
        };
        tokio::select! {
            had = self.fetch_in_turn(clock, from, fetch) => had,
            () = clock.sleep(PATIENCE) => {
                // Of those who waited together one says it.
                if self.settled(from, clock.now()).is_none() {
                    let source = Some(HttpError::Timeout(PATIENCE));
                    let endpoint = self.what;
                    let late = ProviderError::Unavailable { endpoint, status: None, retry_after: None, source };
                    self.failed(late, clock.now());
                }
                Ok(Had { value: at_hand, is_new: false })
            }
        }
    }

    /// Another value than that one, which is out of date. `None` if it is too early for another fetch.
    pub(crate) async fn renew(
        &self,
        clock: &dyn Clock,
        from: &str,
        known: &Arc<T>,
        fetch: impl Future<Output = Fetched<T>>,
    ) -> Result<Option<Arc<T>>, ProviderError> {
        let _turn = self.turn.lock().await;
        let now = clock.now();
        {
            let kept = self.kept();
            // Somebody else was faster.
            if let Some(good) = kept.good.as_ref().filter(|good| good.from == from && !Arc::ptr_eq(&good.value, known))
            {
                return Ok(Some(Arc::clone(&good.value)));
            }
            if kept.renewal_from.is_some_and(|from| now < from) {
                return Ok(None);
            }
        }
        match fetch.await {
            Ok(fetched) => {
                self.kept().renewal_from = Some(clock.now() + COOLDOWN);
                Ok(Some(self.keep(from, fetched, clock.now())))
            }
            Err(error) => {
                self.kept().renewal_from = Some(clock.now() + PAUSE);
                Err(error)
            }
        }
    }

    async fn fetch_in_turn(
        &self,
        clock: &dyn Clock,
        from: &str,
        fetch: impl Future<Output = Fetched<T>>,
    ) -> Result<Had<T>, ProviderError> {
        let _turn = self.turn.lock().await;
        if let Some(settled) = self.settled(from, clock.now()) {
            return settled;
        }
        match fetch.await {
            Ok(fetched) => Ok(Had { value: self.keep(from, fetched, clock.now()), is_new: true }),
            Err(error) => {
                let error = self.failed(error, clock.now());
                let at_hand = self.at_hand(from, clock.now());
                at_hand.map(|value| Had { value, is_new: false }).ok_or(ProviderError::Shared(error))
            }
        }
    }

    /// What can be said without a fetch, if anything.
    fn settled(&self, from: &str, now: Timestamp) -> Option<Result<Had<T>, ProviderError>> {
        let kept = self.kept();
        let good = kept.good.as_ref().filter(|good| good.from == from);
        let had = |good: &Good<T>| Ok(Had { value: Arc::clone(&good.value), is_new: false });
        if let Some(good) = good.filter(|good| now < good.fresh_until) {
            return Some(had(good));
        }
        let (_, error) = kept.fault.as_ref().filter(|(until, _)| now < *until)?;
        let shared = || Err(ProviderError::Shared(Arc::clone(error)));
        Some(good.filter(|good| good.serves_at(now)).map_or_else(shared, had))
    }

    /// What there is to go on with.
    fn at_hand(&self, from: &str, now: Timestamp) -> Option<Arc<T>> {
        let kept = self.kept();
        let good = kept.good.as_ref().filter(|good| good.from == from && good.serves_at(now))?;
        Some(Arc::clone(&good.value))
    }

    fn keep(&self, from: &str, (value, life): (T, Duration), now: Timestamp) -> Arc<T> {
        let value = Arc::new(value);
        let mut kept = self.kept();
        let good = Good { value: Arc::clone(&value), from: from.to_owned(), fresh_until: now + life };
        kept.good = Some(good);
        kept.fault = None;
        value
    }

    fn failed(&self, error: ProviderError, now: Timestamp) -> Arc<ProviderError> {
        let (provider, what, cause) = (&self.provider, self.what, chain(&error));
        tracing::warn!(provider, %what, cause, "a fetch failed; what was there before is used, if anything was");
        let pause = error.retry_after().unwrap_or(PAUSE).clamp(PAUSE, COOLDOWN);
        let error = Arc::new(error);
        self.kept().fault = Some((now + pause, Arc::clone(&error)));
        error
    }

    /// Held for a few lines at a time, and never over an `await`.
    fn kept(&self) -> MutexGuard<'_, Kept<T>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Good<T> {
    fn serves_at(&self, now: Timestamp) -> bool {
        now < self.fresh_until + STALE
    }
}

impl<T> fmt::Debug for Cached<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached").field("what", &self.what).finish_non_exhaustive()
    }
}

/// How long something is used beyond its time, while no other can be had.
const STALE: Duration = Duration::from_secs(86_400);
/// How long one who has something to go on with waits for better.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between a failure and the next attempt.
const PAUSE: Duration = Duration::from_secs(30);
/// Between two fetches out of turn.
const COOLDOWN: Duration = Duration::from_secs(300);
