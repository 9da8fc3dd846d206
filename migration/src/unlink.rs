//! Undoing links, by what is written of them.
//!
//! 1. A link that the person made themselves is left, unless told otherwise. So is the last way in.
//! 2. What was parked is taken up again before the link goes, so that nobody is without tokens in between.
//! 3. The user's sessions end: somebody else may have come by the account.
//! 4. A link that has changed since its entry was written is another one's, and left to that entry.
//! 5. Each step may be taken twice, and the link goes last: a run that died in between is begun anew, and ends it.

use std::collections::VecDeque;

use admit::store::{AccountKey, AuditEntry, AuditPlace, UnlinkOutcome};
use admit::{Auth, AuthError, Parking, Timestamp, UsersError};

use crate::walk::users;
use crate::{AzureMove, EntraPerson, Method, MoveError, record};

/// A run that undoes links. Made by [`AzureMove::unlink`].
#[derive(Debug)]
pub struct UnlinkJob {
    azure_move: AzureMove,
    auth: Auth,
    actor: String,
    writes: bool,
    by_hand_too: bool,
    account: Option<AccountKey>,
    tenant: Option<String>,
    since: Option<Timestamp>,
    page: VecDeque<AuditEntry>,
    after: Option<AuditPlace>,
    is_last_page: bool,
    counts: UnlinkCounts,
}

/// What became of one link.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnlinkStep {
    /// The account of Entra ID.
    pub account: AccountKey,
    /// The id of the user to whom it was linked.
    pub user: String,
    /// What was done.
    pub done: UnlinkDone,
}

/// What was done. Not `non_exhaustive`: a job counts them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnlinkDone {
    /// It was taken off.
    Unlinked,
    /// A dry run: it would be.
    Due,
    /// The person made it themselves.
    ByHand,
    /// They would have no way in.
    LastWayIn,
    /// Somebody refreshes the grant that is to be taken up again. Run it once more.
    Busy,
}

/// What became of the links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnlinkCounts {
    /// Taken off.
    pub unlinked: u64,
    /// Would be taken off.
    pub due: u64,
    /// Left, since the person made them.
    pub by_hand: u64,
    /// Left, since they are the last way in.
    pub last_way_in: u64,
    /// Left, since they were busy.
    pub busy: u64,
}

impl AzureMove {
    /// Begins to undo links to Entra ID: all that were made without the person's doing, unless told which.
    ///
    /// # Errors
    /// Without a store of users or of the audit.
    pub fn unlink(&self, auth: &Auth) -> Result<UnlinkJob, MoveError> {
        users(auth)?;
        auth.audit_store().ok_or(MoveError::NoAuditStore)?;
        Ok(UnlinkJob {
            azure_move: self.clone(),
            auth: auth.clone(),
            actor: record::OPERATOR.to_owned(),
            writes: true,
            by_hand_too: false,
            account: None,
            tenant: None,
            since: None,
            page: VecDeque::new(),
            after: None,
            is_last_page: false,
            counts: UnlinkCounts::default(),
        })
    }
}

impl UnlinkJob {
    /// Looks, and writes nothing.
    #[must_use]
    pub fn dry_run(mut self) -> Self {
        self.writes = false;
        self
    }

    /// Only that account: of Entra ID, or of Azure DevOps if it is the one by which the user was known.
    #[must_use]
    pub fn account(mut self, account: AccountKey) -> Self {
        self.account = Some(account);
        self
    }

    /// Only accounts of Entra ID in that tenant.
    #[must_use]
    pub fn tenant(mut self, tenant: impl AsRef<str>) -> Self {
        self.tenant = Some(tenant.as_ref().to_ascii_lowercase());
        self
    }

    /// Only what was linked at that instant or later.
    #[must_use]
    pub fn since(mut self, instant: Timestamp) -> Self {
        self.since = Some(instant);
        self
    }

    /// Also links that people made themselves, by signing in to both.
    #[must_use]
    pub fn by_hand_too(mut self) -> Self {
        self.by_hand_too = true;
        self
    }

    /// Who does it, for the audit: `operator` unless told otherwise.
    #[must_use]
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = actor.into();
        self
    }

    /// Goes on with the next link; `None` after the last.
    ///
    /// # Errors
    /// When a store fails, or a grant cannot be opened.
    pub async fn next(&mut self) -> Result<Option<UnlinkStep>, MoveError> {
        while let Some(entry) = self.next_entry().await? {
            let (Some(account), Some(user)) = (entry.account.clone(), entry.user.clone()) else { continue };
            if !self.is_meant(&entry, &account) || !self.is_current(&entry, &account, &user).await? {
                continue;
            }
            let Some(done) = self.undo(&entry, &account, &user).await? else { continue };
            *match done {
                UnlinkDone::Unlinked => &mut self.counts.unlinked,
                UnlinkDone::Due => &mut self.counts.due,
                UnlinkDone::ByHand => &mut self.counts.by_hand,
                UnlinkDone::LastWayIn => &mut self.counts.last_way_in,
                UnlinkDone::Busy => &mut self.counts.busy,
            } += 1;
            return Ok(Some(UnlinkStep { account, user, done }));
        }
        Ok(None)
    }

    /// What became of the links so far.
    pub fn counts(&self) -> UnlinkCounts {
        self.counts
    }

    async fn next_entry(&mut self) -> Result<Option<AuditEntry>, MoveError> {
        if self.page.is_empty() && !self.is_last_page {
            let store = self.auth.audit_store().ok_or(MoveError::NoAuditStore)?;
            let page = store.page(self.after.as_ref(), PAGE).await?;
            self.is_last_page = page.len() < PAGE;
            self.after = page.last().map(AuditEntry::place).or_else(|| self.after.take());
            self.page = page.into();
        }
        Ok(self.page.pop_front())
    }

    fn is_meant(&self, entry: &AuditEntry, account: &AccountKey) -> bool {
        let is_link = [record::LINK, record::RECOGNISED].contains(&entry.action.as_str());
        let is_account =
            self.account.as_ref().is_none_or(|meant| meant == account || record::by(entry).as_ref() == Some(meant));
        let tenant = EntraPerson::of_subject(&account.subject).map(|person| person.tenant_id);
        let is_tenant = self.tenant.is_none() || self.tenant == tenant;
        let is_late = self.since.is_none_or(|since| entry.at >= since);
        is_link && account.provider == self.azure_move.to() && is_account && is_tenant && is_late
    }

    async fn is_current(&self, entry: &AuditEntry, account: &AccountKey, user: &str) -> Result<bool, MoveError> {
        Ok(self.is_theirs(account, user).await?
            && record::last_link(&self.auth, account).await?.is_some_and(|last| last.id == entry.id))
    }

    async fn is_theirs(&self, account: &AccountKey, user: &str) -> Result<bool, MoveError> {
        Ok(users(&self.auth)?.user_by_account(account).await?.is_some_and(|owner| owner.id == user))
    }

    /// What opens under no key is of no use to anybody, parked or not.
    async fn take_up(&self, account: &AccountKey) -> Result<Parking, MoveError> {
        match self.auth.unpark(account).await {
            Err(AuthError::Unsealable) => Ok(Parking::Absent),
            parking => Ok(parking?),
        }
    }

    /// Whoever came by the account goes: they may be somebody else, which may be why the link is undone.
    async fn shut_out(&self, user: &str) -> Result<(), MoveError> {
        match self.auth.users().end_sessions(user).await {
            Ok(_) => Ok(()),
            Err(UsersError::Store(error)) => Err(error.into()),
            // The user went, and their sessions with them.
            Err(_) => Ok(()),
        }
    }

    /// `None` if somebody else did it meanwhile.
    async fn undo(
        &self,
        entry: &AuditEntry,
        account: &AccountKey,
        user: &str,
    ) -> Result<Option<UnlinkDone>, MoveError> {
        let (auth, users) = (&self.auth, users(&self.auth)?);
        if record::method(entry).is_none_or(Method::is_by_hand) && !self.by_hand_too {
            return Ok(Some(UnlinkDone::ByHand));
        }
        let accounts = users.accounts(user).await?;
        if !accounts.contains(account) {
            return Ok(None);
        }
        if accounts.len() < 2 {
            return Ok(Some(UnlinkDone::LastWayIn));
        }
        if !self.writes {
            return Ok(Some(UnlinkDone::Due));
        }
        if let Some(by) = record::by(entry)
            && self.is_theirs(&by, user).await?
            && self.take_up(&by).await? == Parking::Busy
        {
            return Ok(Some(UnlinkDone::Busy));
        }
        // Tokens of an account that is nobody's are for nobody.
        if auth.purge_tokens(account).await? == Parking::Busy {
            return Ok(Some(UnlinkDone::Busy));
        }
        record::unlinked(auth, &self.actor, account, user).await?;
        self.shut_out(user).await?;
        let done = match users.unlink(user, account, 1).await? {
            UnlinkOutcome::TooFewLeft => return Ok(Some(UnlinkDone::LastWayIn)),
            UnlinkOutcome::Unlinked => Some(UnlinkDone::Unlinked),
            UnlinkOutcome::NotTheirs => None,
        };
        // And who came in at that moment, with what they brought.
        self.shut_out(user).await?;
        auth.purge_tokens(account).await?;
        self.azure_move.newcomers().forget();
        Ok(done)
    }
}

const PAGE: usize = 100;
