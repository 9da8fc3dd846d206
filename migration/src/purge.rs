//! Deleting the tokens of Azure DevOps, of people who come by Microsoft Entra ID by now. Evidence and audit stay.
//!
//! A grant that somebody refreshes is left to them, and counted.

use admit::store::AccountKey;
use admit::{Auth, AuthError, Deed, GrantState, Parking};

use crate::walk::{Walk, users};
use crate::{AzureEvidence, AzureMove, MoveError, record};

/// A run that deletes tokens. Made by [`AzureMove::purge`].
#[derive(Debug)]
pub struct PurgeJob {
    azure_move: AzureMove,
    walk: Walk,
    actor: String,
    writes: bool,
    in_use_too: bool,
    tenant: Option<String>,
    counts: PurgeCounts,
}

/// What became of the tokens of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PurgeStep {
    /// The account of Azure DevOps.
    pub account: AccountKey,
    /// What was done.
    pub done: PurgeDone,
}

/// What was done. Not `non_exhaustive`: a job counts them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PurgeDone {
    /// Its tokens were deleted.
    Purged,
    /// A dry run: they would be.
    Due,
    /// There are none.
    Absent,
    /// They are not parked.
    InUse,
    /// Its user has no account of Entra ID, and would lose them.
    NotLinked,
    /// Somebody refreshes them. Run it once more.
    Busy,
}

/// What became of the tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PurgeCounts {
    /// Deleted.
    pub purged: u64,
    /// Would be deleted.
    pub due: u64,
    /// Were not there.
    pub absent: u64,
    /// Left, since they are not parked.
    pub in_use: u64,
    /// Left, since their users are not linked.
    pub not_linked: u64,
    /// Left, since somebody refreshed them.
    pub busy: u64,
}

impl AzureMove {
    /// Begins to delete the tokens of Azure DevOps that are parked.
    ///
    /// # Errors
    /// Without a store of users.
    pub fn purge(&self, auth: &Auth) -> Result<PurgeJob, MoveError> {
        let walk = Walk::new(auth, self.from())?;
        let (azure_move, actor) = (self.clone(), record::OPERATOR.to_owned());
        let counts = PurgeCounts::default();
        Ok(PurgeJob { azure_move, walk, actor, writes: true, in_use_too: false, tenant: None, counts })
    }
}

impl PurgeJob {
    /// Looks, and deletes nothing.
    #[must_use]
    pub fn dry_run(mut self) -> Self {
        self.writes = false;
        self
    }

    /// Only people of that tenant.
    #[must_use]
    pub fn tenant(mut self, tenant: impl AsRef<str>) -> Self {
        self.tenant = Some(tenant.as_ref().to_ascii_lowercase());
        self
    }

    /// Also tokens that are not parked, of people who are linked: at the end of the move.
    #[must_use]
    pub fn in_use_too(mut self) -> Self {
        self.in_use_too = true;
        self
    }

    /// Who does it, for the audit: `operator` unless told otherwise.
    #[must_use]
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = actor.into();
        self
    }

    /// Goes on with the next account; `None` after the last.
    ///
    /// # Errors
    /// When a store fails.
    pub async fn next(&mut self) -> Result<Option<PurgeStep>, MoveError> {
        while let Some((account, user)) = self.walk.next().await? {
            if self.tenant.is_some() && tenant_of(self.walk.auth(), &account).await? != self.tenant {
                continue;
            }
            let done = self.carry_out(&account, &user).await?;
            *match done {
                PurgeDone::Purged => &mut self.counts.purged,
                PurgeDone::Due => &mut self.counts.due,
                PurgeDone::Absent => &mut self.counts.absent,
                PurgeDone::InUse => &mut self.counts.in_use,
                PurgeDone::NotLinked => &mut self.counts.not_linked,
                PurgeDone::Busy => &mut self.counts.busy,
            } += 1;
            return Ok(Some(PurgeStep { account, done }));
        }
        Ok(None)
    }

    /// What became of the tokens so far.
    pub fn counts(&self) -> PurgeCounts {
        self.counts
    }

    async fn carry_out(&self, account: &AccountKey, user: &str) -> Result<PurgeDone, MoveError> {
        let auth = self.walk.auth();
        let state = match auth.grant_of(account).await {
            // Whether it is parked cannot be told.
            Err(AuthError::Unsealable) => GrantState::InUse,
            state => state?,
        };
        if state == GrantState::Absent {
            return Ok(PurgeDone::Absent);
        }
        let accounts = users(auth)?.accounts(user).await?;
        if accounts.iter().all(|other| other.provider != self.azure_move.to()) {
            return Ok(PurgeDone::NotLinked);
        }
        if state != GrantState::Parked && !self.in_use_too {
            return Ok(PurgeDone::InUse);
        }
        if !self.writes {
            return Ok(PurgeDone::Due);
        }
        let purged = match self.in_use_too {
            true => auth.purge_tokens(account).await?,
            // Somebody may sign in there at this moment, and then they are in use.
            false => auth.purge_parked_tokens(account).await?,
        };
        match purged {
            Parking::Busy => return Ok(PurgeDone::Busy),
            Parking::Absent => return Ok(PurgeDone::Absent),
            Parking::Done | Parking::Already => {}
        }
        auth.audit(Deed::new(&self.actor, record::PURGE).account(account).user(user)).await?;
        Ok(PurgeDone::Purged)
    }
}

async fn tenant_of(auth: &Auth, account: &AccountKey) -> Result<Option<String>, MoveError> {
    let Some(evidence) = auth.evidence() else { return Ok(None) };
    match evidence.load::<AzureEvidence>(account).await {
        Err(AuthError::Unsealable) => Ok(None),
        known => Ok(known?.and_then(|known| known.facts.tenant())),
    }
}
