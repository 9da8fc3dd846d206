//! A store that fails, dawdles or waits when a test says so.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use admit::store::{
    AccountKey, AuditEntry, AuditPlace, AuditStore, EmailProof, EvidenceStore, Lease, LinkOutcome, Mark, NewUser, Once,
    SecurityState, SessionKey, SessionRecord, SessionStore, StoreError, StoredEvidence, StoredTokens, Swap, TokenStore,
    UnlinkOutcome, User, UserStore,
};
use admit::{Clock, Timestamp};
use async_trait::async_trait;
use tokio::sync::watch;

use crate::held::{Gate, Held};

/// Any store, with faults on demand. Clones are the same store, and share its faults.
///
/// A call is named for its port and method, such as `sessions.load`, `tokens.swap`, `users.create`, `once.claim`,
/// `evidence.find` or `audit.record`;
/// the start of a name stands for all that begin so.
///
/// ```
/// use admit::MemoryStore;
/// use admit::store::UserStore;
/// use admit_testkit::Faulty;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let store = Faulty::new(MemoryStore::new());
/// store.break_down_at("users.");
/// assert!(store.user("ada").await.is_err());
/// store.mend();
/// assert!(store.user("ada").await.is_ok());
/// assert_eq!(store.calls("users.user"), 2);
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faulty<S> {
    store: S,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    faults: Vec<Fault>,
    holds: Vec<(String, Gate)>,
    delay: Option<(Arc<dyn Clock>, Duration)>,
    /// Whether bad news takes a while.
    is_slow: bool,
    calls: Vec<&'static str>,
    refusals: usize,
    /// How many calls the process lives for, and whether the last is done.
    life: Option<(usize, bool)>,
    is_dead: watch::Sender<bool>,
}

#[derive(Debug)]
struct Fault {
    calls: String,
    /// How many go well before.
    after: usize,
    /// How many fail then.
    times: usize,
    /// Whether they are done all the same, and only the answer is lost.
    is_done: bool,
}

impl<S> Faulty<S> {
    /// That store, with no faults yet.
    pub fn new(store: S) -> Self {
        Self { store, state: Arc::default() }
    }

    /// The store behind it.
    pub fn inner(&self) -> &S {
        &self.store
    }

    /// Every call fails from now on.
    pub fn break_down(&self) {
        self.break_down_at("");
    }

    /// The same, and it takes a while until that is known: whoever waits is polled several times.
    pub fn break_down_slowly(&self) {
        self.state().is_slow = true;
        self.break_down();
    }

    /// These calls fail from now on.
    pub fn break_down_at(&self, calls: &str) {
        self.fault(calls, 0, usize::MAX, false);
    }

    /// So many of these calls go well; those that follow fail.
    pub fn break_down_after(&self, calls: &str, after: usize) {
        self.fault(calls, after, usize::MAX, false);
    }

    /// The next so many of these calls fail.
    pub fn fail_next(&self, calls: &str, times: usize) {
        self.fault(calls, 0, times, false);
    }

    /// These calls are done, but nobody hears of it: the connection ends before the answer.
    pub fn lose_answers(&self, calls: &str) {
        self.fault(calls, 0, usize::MAX, true);
    }

    /// These calls wait until what is returned is dropped.
    pub fn hold(&self, calls: &str) -> Held {
        let gate = Gate::default();
        self.state().holds.push((calls.to_owned(), gate.clone()));
        Held::new(gate)
    }

    /// Every call takes that long from now on, by that clock.
    pub fn slow_down(&self, clock: impl Clock, delay: Duration) {
        self.state().delay = Some((Arc::new(clock), delay));
    }

    /// The process that asks dies at a call: so many go well before it. Neither that call nor any after it is answered,
    /// though that one may be done. Whoever waits has to give up: see [`until_dead`](Self::until_dead).
    pub fn die_after(&self, calls: usize, is_done: bool) {
        self.state().life = Some((calls, is_done));
    }

    /// Returns once the process that asks is dead.
    pub async fn until_dead(&self) {
        let mut is_dead = self.state().is_dead.subscribe();
        // The sender lives as long as this store, so the channel cannot be closed here.
        let _ = is_dead.wait_for(|is_dead| *is_dead).await;
    }

    /// Another process asks from now on, and lives. Whether the one before had died.
    pub fn revive(&self) -> bool {
        let mut state = self.state();
        state.life = None;
        state.is_dead.send_replace(false)
    }

    /// Nothing fails any more, and nothing takes longer than it must.
    pub fn mend(&self) {
        let mut state = self.state();
        (state.faults, state.is_slow, state.delay) = (Vec::new(), false, None);
    }

    /// How many of these calls there were.
    pub fn calls(&self, calls: &str) -> usize {
        self.state().calls.iter().filter(|call| call.starts_with(calls)).count()
    }

    /// How many calls failed by now.
    pub fn refusals(&self) -> usize {
        self.state().refusals
    }

    fn fault(&self, calls: &str, after: usize, times: usize, is_done: bool) {
        self.state().faults.push(Fault { calls: calls.to_owned(), after, times, is_done });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn meet<T>(
        &self,
        call: &'static str,
        doing: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let (fault, gates, is_slow, delay, death) = {
            let mut state = self.state();
            state.calls.push(call);
            let death = state.dies();
            let gates: Vec<_> = state.holds.iter().filter(|(calls, _)| call.starts_with(calls.as_str())).collect();
            let gates: Vec<_> = gates.into_iter().map(|(_, gate)| gate.clone()).collect();
            let fault = state.faults.iter_mut().filter(|fault| call.starts_with(fault.calls.as_str()));
            let fault = fault.fold(None, |met, fault| fault.meets().or(met));
            (fault, gates, state.is_slow, state.delay.clone(), death)
        };
        if let Some(is_done) = death {
            if is_done {
                doing.await?;
            }
            self.state().is_dead.send_replace(true);
            return std::future::pending().await;
        }
        for gate in gates {
            gate.pass().await;
        }
        if let Some((clock, delay)) = delay {
            clock.sleep(delay).await;
        }
        if is_slow {
            for _ in 0..POLLS {
                tokio::task::yield_now().await;
            }
        }
        match fault {
            None => doing.await,
            Some(is_done) => {
                if is_done {
                    doing.await?;
                }
                self.state().refusals += 1;
                Err(StoreError::Unavailable("the cable was cut".into()))
            }
        }
    }
}

impl State {
    /// Whether the process dies at this call, and if so whether the call is done all the same.
    fn dies(&mut self) -> Option<bool> {
        let (left, is_done) = self.life.as_mut()?;
        match left.checked_sub(1) {
            Some(fewer) => {
                *left = fewer;
                None
            }
            // Those that come after it are another matter.
            None => Some(std::mem::take(is_done)),
        }
    }
}

impl Fault {
    /// Whether it strikes this time, and if so whether the call is done all the same.
    fn meets(&mut self) -> Option<bool> {
        if self.after > 0 {
            self.after -= 1;
            return None;
        }
        self.times = self.times.checked_sub(1)?;
        Some(self.is_done)
    }
}

/// Each method goes on to the store, unless a fault is met.
macro_rules! faulty {
    ($port:ident $name:literal { $(fn $method:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)* }) => {
        #[async_trait]
        impl<S: $port> $port for Faulty<S> {
            $(async fn $method(&self, $($argument: $kind),*) -> Result<$answer, StoreError> {
                let call = concat!($name, ".", stringify!($method));
                self.meet(call, $port::$method(&self.store, $($argument),*)).await
            })*
        }
    };
}

faulty! { SessionStore "sessions" {
    fn create(record: SessionRecord) -> ();
    fn load(key: &SessionKey) -> Option<SessionRecord>;
    fn replace(record: SessionRecord, expected: u64) -> bool;
    fn touch(key: &SessionKey, expires_at: Timestamp) -> bool;
    fn rotate(old: &SessionKey, record: SessionRecord) -> bool;
    fn delete(key: &SessionKey) -> bool;
    fn delete_all(user: &str, except: Option<&SessionKey>) -> u64;
    fn list(user: &str) -> Vec<SessionRecord>;
    fn page(after: Option<&SessionKey>, limit: usize) -> Vec<SessionRecord>;
    fn delete_expired(now: Timestamp, limit: usize) -> u64;
} }

faulty! { TokenStore "tokens" {
    fn load(account: &AccountKey) -> Option<StoredTokens>;
    fn put(tokens: StoredTokens) -> u64;
    fn claim(account: &AccountKey, now: Timestamp, lease: Duration) -> Option<Lease>;
    fn swap(tokens: StoredTokens, expected: u64, lease: &Lease) -> Swap;
    fn release(account: &AccountKey, lease: &Lease) -> ();
    fn delete(account: &AccountKey) -> bool;
    fn delete_under(account: &AccountKey, lease: &Lease) -> bool;
    fn due(before: Timestamp, limit: usize) -> Vec<AccountKey>;
    fn page(provider: &str, after: Option<&str>, limit: usize) -> Vec<StoredTokens>;
} }

faulty! { UserStore "users" {
    fn user(id: &str) -> Option<User>;
    fn user_by_email(address: &str) -> Option<User>;
    fn user_by_account(account: &AccountKey) -> Option<User>;
    fn create(user: NewUser, account: &AccountKey) -> User;
    fn update(user: &User) -> bool;
    fn delete(user: &str) -> bool;
    fn link(user: &str, account: &AccountKey) -> LinkOutcome;
    fn unlink(user: &str, account: &AccountKey, leave: usize) -> UnlinkOutcome;
    fn prove_email(user: &str, address: &str, keep: Option<&AccountKey>) -> EmailProof;
    fn accounts(user: &str) -> Vec<AccountKey>;
    fn accounts_of(provider: &str, after: Option<&str>, limit: usize) -> Vec<(AccountKey, String)>;
    fn security_state(user: &str) -> Option<SecurityState>;
    fn bump_epoch(user: &str) -> u64;
    fn set_disabled(user: &str, disabled: bool) -> ();
} }

faulty! { Once "once" {
    fn claim(key: &str, now: Timestamp, until: Timestamp) -> bool;
    fn delete_expired(now: Timestamp, limit: usize) -> u64;
} }

faulty! { EvidenceStore "evidence" {
    fn put(evidence: StoredEvidence) -> ();
    fn load(account: &AccountKey) -> Option<StoredEvidence>;
    fn find(marks: &[Mark], limit: usize) -> Vec<StoredEvidence>;
    fn page(provider: &str, after: Option<&str>, limit: usize) -> Vec<StoredEvidence>;
    fn page_all(after: Option<&AccountKey>, limit: usize) -> Vec<StoredEvidence>;
    fn replace(evidence: StoredEvidence, expected: &[u8]) -> bool;
    fn delete(account: &AccountKey) -> bool;
} }

faulty! { AuditStore "audit" {
    fn record(entry: AuditEntry) -> ();
    fn about(account: &AccountKey) -> Vec<AuditEntry>;
    fn page(after: Option<&AuditPlace>, limit: usize) -> Vec<AuditEntry>;
} }

const POLLS: usize = 3;
