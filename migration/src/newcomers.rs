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
    is_done: bool,
}

impl Newcomers {
    /// Whether there may be accounts of the provider that ends whose users have none of the provider that follows.
    pub(crate) async fn may_be_known(&self, azure_move: &AzureMove, auth: &Auth) -> Result<bool, BoxError> {
        let Some(users) = auth.user_store() else { return Ok(false) };
        let place = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if place.is_done {
            return Ok(false);
        }
        let page = users.accounts_of(azure_move.from(), place.after.as_deref(), PAGE).await?;
        let mut after = place.after;
        for (account, user) in &page {
            if users.accounts(user).await?.iter().all(|other| other.provider != azure_move.to()) {
                self.go_on(after, false);
                return Ok(true);
            }
            after = Some(account.subject.clone());
        }
        let is_done = page.len() < PAGE;
        self.go_on(after, is_done);
        Ok(!is_done)
    }

    /// Looks from the beginning again, since somebody may be without once more.
    pub(crate) fn forget(&self) {
        self.go_on(None, false);
    }

    fn go_on(&self, after: Option<String>, is_done: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Place { after, is_done };
    }
}

const PAGE: usize = 50;
