//! All accounts of the provider that ends, one after the other, a page in memory at a time.

use std::collections::VecDeque;

use admit::Auth;
use admit::store::{AccountKey, UserStore};

use crate::MoveError;

/// Where a job is among the accounts.
#[derive(Debug)]
pub(crate) struct Walk {
    auth: Auth,
    provider: String,
    page: VecDeque<(AccountKey, String)>,
    /// After whom the next page begins; `None` once there is none.
    after: Option<Option<String>>,
}

impl Walk {
    pub(crate) fn new(auth: &Auth, provider: &str) -> Result<Self, MoveError> {
        users(auth)?;
        let (auth, provider) = (auth.clone(), provider.to_owned());
        Ok(Self { auth, provider, page: VecDeque::new(), after: Some(None) })
    }

    /// The next account and the id of its user.
    pub(crate) async fn next(&mut self) -> Result<Option<(AccountKey, String)>, MoveError> {
        if self.page.is_empty()
            && let Some(after) = self.after.clone()
        {
            let page = users(&self.auth)?.accounts_of(&self.provider, after.as_deref(), PAGE).await?;
            let last = page.last().filter(|_| page.len() == PAGE);
            self.after = last.map(|(account, _)| Some(account.subject.clone()));
            self.page = page.into();
        }
        Ok(self.page.pop_front())
    }

    pub(crate) fn auth(&self) -> &Auth {
        &self.auth
    }
}

/// The store of users, without which nothing can be moved.
pub(crate) fn users(auth: &Auth) -> Result<&dyn UserStore, MoveError> {
    auth.user_store().ok_or(MoveError::NoUserStore)
}

const PAGE: usize = 100;
