//! What is known of accounts: sealed when it is written, opened when it is read, found by what was known.
//!
//! 1. What is known is JSON, sealed for the account it is about.
//! 2. A mark is a keyed digest of one thing that is known, such as `aad:<tenant>/<object>`. Whoever reads the table can
//!    neither read it nor guess it.
//! 3. The newest key seals and marks; all keys open and find, so that rotating a key loses nothing. What was marked is
//!    sealed beside what is known, so that `Auth::reseal` can mark it anew, and
//!    that a mark which somebody else wrote proves nothing.
//! 4. An account that is taken off, and one whose user is deleted, is forgotten.

mod marker;

use std::sync::Arc;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use crate::realm::Realm;
use crate::refresh;
use crate::seal::SealError;
use crate::store::{AccountKey, EvidenceStore, Mark, StoreError, StoredEvidence};
use crate::{Auth, AuthError, Timestamp};

pub(crate) use marker::Marker;

/// What is known of accounts. Made by [`Auth::evidence`].
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    realm: &'a Realm,
    store: &'a dyn EvidenceStore,
}

/// What is known of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Known<T> {
    /// Of whom.
    pub account: AccountKey,
    /// What is known.
    pub facts: T,
    /// When it was found out.
    pub captured_at: Timestamp,
}

/// Something is known of an account, and cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "what is known of an account opens under no key, or is of another shape: was the key it was sealed with dropped?"
)]
#[non_exhaustive]
pub struct Unopened {
    /// Of whom.
    pub account: AccountKey,
}

impl Auth {
    /// What is known of accounts: `None` if there is no [`evidence_store`](crate::AuthBuilder::evidence_store).
    pub fn evidence(&self) -> Option<Evidence<'_>> {
        let realm = self.realm();
        Some(Evidence { realm, store: realm.evidence.as_deref()? })
    }
}

impl Evidence<'_> {
    /// Writes what is known of an account, in the place of what was known. `marks` are what it can be found by.
    ///
    /// # Errors
    /// When it is no JSON, or the store fails.
    pub async fn put(&self, account: &AccountKey, facts: &impl Serialize, marks: &[String]) -> Result<(), AuthError> {
        let plain = serde_json::to_vec(&Plain { facts, marks: marks.to_vec() });
        let plain = plain.map_err(|error| AuthError::Unwritable(Arc::new(error)))?;
        let sealed = self.realm.store_sealer.seal(&plain, &bound(account), &*self.realm.random);
        let (marks, captured_at) = (marked(self.realm, marks), self.realm.clock.now());
        Ok(self.store.put(StoredEvidence { account: account.clone(), sealed, marks, captured_at }).await?)
    }

    /// What is known of an account.
    ///
    /// # Errors
    /// When it opens under no key, or the store fails.
    pub async fn load<T: DeserializeOwned>(&self, account: &AccountKey) -> Result<Option<Known<T>>, AuthError> {
        self.store.load(account).await?.map(|stored| Ok(self.open(&stored)?.0)).transpose()
    }

    /// All accounts of which one of these things is known; up to `limit`.
    ///
    /// # Errors
    /// When one opens under no key or was not sealed with any of these marks, or the store fails.
    pub async fn find<T: DeserializeOwned>(&self, marks: &[String], limit: usize) -> Result<Vec<Known<T>>, AuthError> {
        let looked_for: Vec<_> = marks.iter().flat_map(|mark| self.realm.marker.all(mark)).collect();
        let found = self.store.find(&looked_for, limit).await?;
        let opened = found.iter().map(|stored| {
            let (known, bears) = self.open(stored)?;
            // Whoever writes to the table may give an account a mark of somebody else's, but cannot seal it.
            if bears.iter().any(|mark| marks.contains(mark)) { Ok(known) } else { Err(AuthError::Unsealable) }
        });
        opened.collect()
    }

    /// Up to `limit` accounts of a provider in the order of their subjects, after one of them. One that opens under no key
    /// is told beside the others, which are as good as before: whoever walks counts it, and goes on behind it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn page<T: DeserializeOwned>(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Result<Known<T>, Unopened>>, AuthError> {
        let page = self.store.page(provider, after, limit).await?;
        let opened = page.into_iter().map(|stored| match self.open(&stored) {
            Ok((known, _)) => Ok(known),
            Err(_) => Err(Unopened { account: stored.account }),
        });
        Ok(opened.collect())
    }

    /// Forgets what is known of an account; whether anything was.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete(&self, account: &AccountKey) -> Result<bool, AuthError> {
        Ok(self.store.delete(account).await?)
    }

    /// What is known, and what it was marked with.
    fn open<T: DeserializeOwned>(&self, stored: &StoredEvidence) -> Result<(Known<T>, Vec<String>), AuthError> {
        let plain = self.realm.store_sealer.open(&stored.sealed, &bound(&stored.account));
        let plain = plain.map_err(|_| AuthError::Unsealable)?;
        let Plain { facts, marks } = serde_json::from_slice(&plain).map_err(|_| AuthError::Unsealable)?;
        Ok((Known { account: stored.account.clone(), facts, captured_at: stored.captured_at }, marks))
    }
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Plain<T> {
    facts: T,
    /// What it can be found by, as it was before it became marks.
    marks: Vec<String>,
}

/// Forgets what is known of an account, if anything is.
pub(crate) async fn forget(realm: &Realm, account: &AccountKey) -> Result<(), StoreError> {
    match &realm.evidence {
        Some(store) => store.delete(account).await.map(drop),
        None => Ok(()),
    }
}

/// The same under the newest key, its marks too. `None` if that is what sealed it.
pub(crate) fn anew(realm: &Realm, stored: &StoredEvidence) -> Result<Option<StoredEvidence>, SealError> {
    let place = bound(&stored.account);
    let Some(sealed) = realm.store_sealer.reseal(&stored.sealed, &place, &*realm.random)? else { return Ok(None) };
    let plain = realm.store_sealer.open(&sealed, &place)?;
    let Plain { marks, .. } = serde_json::from_slice::<Plain<IgnoredAny>>(&plain).map_err(|_| SealError::Forged)?;
    Ok(Some(StoredEvidence { sealed, marks: marked(realm, &marks), ..stored.clone() }))
}

fn marked(realm: &Realm, known: &[String]) -> Vec<Mark> {
    let mut marks: Vec<_> = known.iter().map(|known| realm.marker.newest(known)).collect();
    marks.sort_unstable();
    marks.dedup();
    marks
}

/// Binds evidence to its account, and keeps it apart from the account's tokens.
fn bound(account: &AccountKey) -> Vec<u8> {
    [b"evidence ".as_slice(), &refresh::bound(account)].concat()
}
