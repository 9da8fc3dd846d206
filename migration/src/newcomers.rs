//! Whether somebody of whom nothing is known may have been here before.
//!
//! Looked at a page at a time, from where the last look ended, so that a newcomer waits for one page at most.

use std::sync::{Mutex, PoisonError};

use admit::{Auth, BoxError};

use crate::AzureMove;

/// Where the next look begins.
#[derive(Debug, Default)]
pub(crate) struct Newcomers(Mutex<Place>);

#[derive(Clone, Debug, Default)]
struct Place {
    after: Option<String>,
    /// All were looked at, and nobody was without. Others may have come since, so the looks go on.
    none_left: bool,
}

impl Newcomers {
    /// Whether there may be accounts of the provider that ends whose users have none of the provider that follows.
    pub(crate) async fn may_be_known(&self, azure_move: &AzureMove, auth: &Auth) -> Result<bool, BoxError> {
        let Some(users) = auth.user_store() else { return Ok(false) };
        let Place { mut after, none_left } = self.place();
        let page = users.accounts_of(azure_move.from(), after.as_deref(), PAGE).await?;
        for (account, user) in &page {
            if users.accounts(user).await?.iter().all(|other| other.provider != azure_move.to()) {
                // The next look begins with the same.
                self.go_on(Place { after, none_left: false });
                return Ok(true);
            }
            after = Some(account.subject.clone());
        }
        let place = if page.len() < PAGE { Place { after: None, none_left: true } } else { Place { after, none_left } };
        self.go_on(place.clone());
        Ok(!place.none_left)
    }

    /// Somebody is without once more.
    pub(crate) fn forget(&self) {
        self.go_on(Place::default());
    }

    fn place(&self) -> Place {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn go_on(&self, place: Place) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }
}

const PAGE: usize = 50;
