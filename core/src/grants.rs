//! In what state the stored grant of an account is, for jobs that count and clear.

use crate::store::AccountKey;
use crate::{Auth, AuthError, refresh};

/// The state of a stored grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GrantState {
    /// The token store has no tokens of the account, or there is no token store.
    Absent,
    /// Its tokens are handed out.
    InUse,
    /// It is kept, and no token of it is handed out: see [`Auth::park`].
    Parked,
    /// The provider refused to refresh it.
    Refused,
}

impl Auth {
    /// In what state the stored grant of an account is.
    ///
    /// # Errors
    /// When the token store fails, or what it holds cannot be opened.
    pub async fn grant_of(&self, account: &AccountKey) -> Result<GrantState, AuthError> {
        let realm = self.realm();
        let Some(store) = &realm.tokens else { return Ok(GrantState::Absent) };
        let Some(stored) = store.load(account).await? else { return Ok(GrantState::Absent) };
        let granted = refresh::unseal(realm, &stored)?;
        Ok(match (granted.is_parked, granted.needs_reauthentication) {
            (true, _) => GrantState::Parked,
            (false, true) => GrantState::Refused,
            (false, false) => GrantState::InUse,
        })
    }
}
