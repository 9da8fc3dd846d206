//! Which accounts there are: those whose tokens are stored, and those that are linked to users, each once.

use std::collections::VecDeque;

use admit::store::AccountKey;
use admit::{Auth, AuthError};

/// Goes through both in the order of their subjects, a page of each in memory at a time.
#[derive(Debug)]
pub(super) struct Accounts {
    auth: Auth,
    provider: String,
    stored: Pages,
    linked: Pages,
}

/// An account, and whether there are tokens to ask with.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) account: AccountKey,
    pub(super) has_tokens: bool,
}

#[derive(Debug)]
struct Pages {
    page: VecDeque<AccountKey>,
    /// After whom the next page begins; `None` once there is none.
    after: Option<Option<String>>,
}

impl Accounts {
    pub(super) fn new(auth: &Auth, provider: &str) -> Self {
        Self { auth: auth.clone(), provider: provider.to_owned(), stored: Pages::new(), linked: Pages::new() }
    }

    /// The next account, which stays the next until it is passed.
    pub(super) async fn front(&mut self) -> Result<Option<Listed>, AuthError> {
        if let Some(after) = self.stored.wanted() {
            let page = self.auth.stored_accounts(&self.provider, after.as_deref(), PAGE).await?;
            self.stored.turn(page);
        }
        if let (Some(after), Some(users)) = (self.linked.wanted(), self.auth.user_store()) {
            let page = users.accounts_of(&self.provider, after.as_deref(), PAGE).await?;
            self.linked.turn(page.into_iter().map(|(account, _)| account).collect());
        }
        let (stored, linked) = (self.stored.page.front(), self.linked.page.front());
        let has_tokens = match (stored, linked) {
            (Some(stored), Some(linked)) => stored.subject <= linked.subject,
            (stored, _) => stored.is_some(),
        };
        let next = if has_tokens { stored } else { linked };
        Ok(next.cloned().map(|account| Listed { account, has_tokens }))
    }

    /// It is done with.
    pub(super) fn pass(&mut self) {
        let (stored, linked) = (&mut self.stored.page, &mut self.linked.page);
        match (stored.front(), linked.front()) {
            (Some(one), Some(other)) if one == other => {
                stored.pop_front();
                linked.pop_front();
            }
            (Some(one), Some(other)) if one.subject > other.subject => drop(linked.pop_front()),
            (Some(_), _) => drop(stored.pop_front()),
            (None, _) => drop(linked.pop_front()),
        }
    }
}

impl Pages {
    fn new() -> Self {
        Self { page: VecDeque::new(), after: Some(None) }
    }

    /// After whom a page is wanted, if one is.
    fn wanted(&self) -> Option<Option<String>> {
        self.after.clone().filter(|_| self.page.is_empty())
    }

    fn turn(&mut self, page: Vec<AccountKey>) {
        self.after = page.last().filter(|_| page.len() >= PAGE).map(|account| Some(account.subject.clone()));
        self.page = page.into();
    }
}

const PAGE: usize = 100;
