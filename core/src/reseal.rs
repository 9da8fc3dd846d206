//! Sealing anew, after a key was rotated: what stores keep is brought under the newest key, batch by batch, so that the
//! older one can be dropped.
//!
//! 1. Each row is written by compare-and-swap. One that somebody else is writing is left to them, and counted.
//! 2. What opens under the newest key is skipped, so that the job can be run again, and by several at once.
//! 3. What opens under no key is counted and left as it is.
//! 4. What is known of accounts is gone through whatever its provider: it is kept for the day when that is configured
//!    no more.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::realm::{Realm, Registered};
use crate::seal::SealError;
use crate::store::{
    AccountKey, EvidenceStore, Lease, SessionKey, SessionRecord, SessionStore, StoredEvidence, StoredTokens, Swap,
    TokenStore,
};
use crate::{Auth, AuthError, evidence, refresh};

/// How far the job has come. Keep it after each batch, as JSON say, and a job that was interrupted goes on from there.
///
/// It holds subjects and digests of sessions, which open nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reseal {
    next: Place,
    /// Rows that were sealed anew.
    pub resealed: u64,
    /// Rows that the newest key had sealed.
    pub already: u64,
    /// Rows that somebody else was writing. If there are any, run the job once more from the start.
    pub busy: u64,
    /// Rows that open under no key: it was dropped too early, or they were altered.
    pub unreadable: u64,
}

/// Where the next batch begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    #[default]
    Start,
    Tokens {
        provider: String,
        after: Option<String>,
    },
    Sessions {
        after: Option<String>,
    },
    Evidence {
        /// Provider and subject.
        after: Option<(String, String)>,
    },
    Done,
}

/// What became of a row.
enum Row {
    Resealed,
    Already,
    Busy,
    Unreadable,
}

impl Reseal {
    /// Whether everything was gone through.
    pub fn is_done(&self) -> bool {
        self.next == Place::Done
    }

    /// Whether the older keys can be dropped: everything was gone through, and nothing was left under them.
    pub fn is_complete(&self) -> bool {
        self.is_done() && self.busy == 0 && self.unreadable == 0
    }

    fn count(&mut self, row: &Row) {
        *match row {
            Row::Resealed => &mut self.resealed,
            Row::Already => &mut self.already,
            Row::Busy => &mut self.busy,
            Row::Unreadable => &mut self.unreadable,
        } += 1;
    }
}

impl Auth {
    /// Goes on with sealing anew for up to `limit` rows: tokens of each configured provider, then sessions, then
    /// what is known of accounts.
    ///
    /// ```
    /// use admit::{Auth, AuthError, Reseal};
    ///
    /// async fn rotate(auth: &Auth) -> Result<(), AuthError> {
    ///     let mut progress = Reseal::default(); // or what was kept when the job was interrupted
    ///     while !progress.is_done() {
    ///         progress = auth.reseal(progress, 100).await?;
    ///     }
    ///     println!("the older key can be dropped: {}", progress.is_complete());
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// When a store fails. What was sealed anew stays so; go on from the progress before.
    pub async fn reseal(&self, progress: Reseal, limit: usize) -> Result<Reseal, AuthError> {
        let (realm, limit, mut progress) = (self.realm(), limit.max(1), progress);
        match progress.next.clone() {
            Place::Start => progress.next = first(realm),
            Place::Tokens { provider, after } => {
                let Some(store) = &realm.tokens else {
                    progress.next = Place::Sessions { after: None };
                    return Ok(progress);
                };
                let page = store.page(&provider, after.as_deref(), limit).await?;
                for stored in &page {
                    progress.count(&tokens(realm, &**store, stored).await?);
                }
                progress.next = match page.last().filter(|_| page.len() >= limit) {
                    Some(last) => Place::Tokens { provider, after: Some(last.account.subject.clone()) },
                    None => next_provider(realm, &provider),
                };
            }
            Place::Sessions { after } => {
                let Some(store) = &realm.sessions else {
                    progress.next = Place::Evidence { after: None };
                    return Ok(progress);
                };
                let after = after.as_deref().and_then(session_key);
                let page = store.page(after.as_ref(), limit).await?;
                for record in &page {
                    progress.count(&session(realm, &**store, record).await?);
                }
                progress.next = match page.last().filter(|_| page.len() >= limit) {
                    Some(last) => Place::Sessions { after: Some(URL_SAFE_NO_PAD.encode(last.key.0)) },
                    None => Place::Evidence { after: None },
                };
            }
            Place::Evidence { after } => {
                let Some(store) = &realm.evidence else {
                    progress.next = Place::Done;
                    return Ok(progress);
                };
                let after = after.map(|(provider, subject)| AccountKey { provider, subject });
                let page = store.page_all(after.as_ref(), limit).await?;
                for stored in &page {
                    progress.count(&known(realm, &**store, stored).await?);
                }
                progress.next = match page.last().filter(|_| page.len() >= limit) {
                    Some(last) => {
                        let AccountKey { provider, subject } = last.account.clone();
                        Place::Evidence { after: Some((provider, subject)) }
                    }
                    None => Place::Done,
                };
            }
            Place::Done => {}
        }
        Ok(progress)
    }
}

fn first(realm: &Realm) -> Place {
    at(realm.providers.first())
}

/// A provider that is no longer configured has nobody behind it: the sessions follow.
fn next_provider(realm: &Realm, provider: &str) -> Place {
    at(realm.providers.iter().skip_while(|registered| registered.id() != provider).nth(1))
}

fn at(registered: Option<&Registered>) -> Place {
    match registered {
        Some(registered) => Place::Tokens { provider: registered.id().to_owned(), after: None },
        None => Place::Sessions { after: None },
    }
}

async fn tokens(realm: &Arc<Realm>, store: &dyn TokenStore, seen: &StoredTokens) -> Result<Row, AuthError> {
    let key = &seen.account;
    match anew(realm, seen) {
        Ok(None) => return Ok(Row::Already),
        Ok(Some(_)) => {}
        Err(error) => return Ok(unreadable("the tokens of an account", Some(&key.provider), &error)),
    }
    let Some(lease) = store.claim(key, realm.clock.now(), LEASE).await? else { return Ok(Row::Busy) };
    let row = under_lease(realm, store, key, &lease).await;
    // Also when it failed: nobody shall wait for a lease that does nothing any more.
    if let Err(error) = store.release(key, &lease).await {
        let cause = crate::failure::chain(&error);
        tracing::warn!(provider = key.provider, cause, "a lease could not be given back; it will lapse");
    }
    row
}

/// What was read before the account was taken may have been replaced since.
async fn under_lease(
    realm: &Arc<Realm>,
    store: &dyn TokenStore,
    key: &AccountKey,
    lease: &Lease,
) -> Result<Row, AuthError> {
    let Some(stored) = store.load(key).await? else { return Ok(Row::Already) };
    let sealed = match anew(realm, &stored) {
        // Only the first who takes the account is told that somebody died with it; the next refresh has to know.
        Ok(_) if lease.lapsed && refresh::rotates(realm, key) => {
            let mut account = refresh::unseal(realm, &stored)?;
            account.is_unanswered = true;
            refresh::seal(realm, &account, stored.version)?.sealed
        }
        Ok(Some(sealed)) => sealed,
        Ok(None) => return Ok(Row::Already),
        Err(error) => return Ok(unreadable("the tokens of an account", Some(&key.provider), &error)),
    };
    let version = stored.version;
    match store.swap(StoredTokens { sealed, ..stored }, version, lease).await? {
        Swap::Done(_) => Ok(Row::Resealed),
        Swap::Lost(_) => Ok(Row::Busy),
    }
}

fn anew(realm: &Realm, stored: &StoredTokens) -> Result<Option<Vec<u8>>, SealError> {
    realm.store_sealer.reseal(&stored.sealed, &refresh::bound(&stored.account), &*realm.random)
}

async fn session(realm: &Arc<Realm>, store: &dyn SessionStore, record: &SessionRecord) -> Result<Row, AuthError> {
    match realm.store_sealer.reseal(&record.data, &record.key.0, &*realm.random) {
        Ok(None) => Ok(Row::Already),
        Ok(Some(data)) => {
            let mut anew = record.clone();
            anew.data = data;
            let written = store.replace(anew, record.version).await?;
            Ok(if written { Row::Resealed } else { Row::Busy })
        }
        Err(error) => Ok(unreadable("a session", None, &error)),
    }
}

async fn known(realm: &Realm, store: &dyn EvidenceStore, stored: &StoredEvidence) -> Result<Row, AuthError> {
    match evidence::anew(realm, stored) {
        Ok(None) => Ok(Row::Already),
        Ok(Some(anew)) => {
            let written = store.replace(anew, &stored.sealed).await?;
            Ok(if written { Row::Resealed } else { Row::Busy })
        }
        Err(error) => Ok(unreadable("what is known of an account", Some(&stored.account.provider), &error)),
    }
}

fn unreadable(what: &str, provider: Option<&str>, error: &SealError) -> Row {
    tracing::warn!(provider = provider.unwrap_or("-"), cause = %error, "{what} opens under no key; it is left as it is");
    Row::Unreadable
}

fn session_key(text: &str) -> Option<SessionKey> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(SessionKey)
}

/// Longer than a write takes; a job that died keeps nobody from a refresh for long.
const LEASE: Duration = Duration::from_secs(5);
