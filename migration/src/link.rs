//! Linking beforehand, so that whoever comes by Microsoft Entra ID for the first time is known already.
//!
//! Only what is exact is linked. Nothing is parked: nobody has shown yet that their grant at Entra ID works.

use admit::Auth;
use admit::store::{LinkOutcome, StoreError};

use crate::record::{self, Link};
use crate::walk::{Walk, users};
use crate::{AzureMove, Fate, MoveError, Planned, plan};

/// A run that links. Made by [`AzureMove::link`].
#[derive(Debug)]
pub struct LinkJob {
    azure_move: AzureMove,
    walk: Walk,
    actor: String,
    writes: bool,
    tenant: Option<String>,
    counts: LinkCounts,
}

/// What became of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkStep {
    /// The account, and what was found; what came in between, if something did.
    pub planned: Planned,
    /// What was done.
    pub done: LinkDone,
}

/// What was done. Not `non_exhaustive`: a job counts them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkDone {
    /// It was linked.
    Linked,
    /// A dry run: it would be.
    Due,
    /// Nothing: see what was found.
    Nothing,
}

/// What became of the accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkCounts {
    /// Linked by this run.
    pub linked: u64,
    /// Would be linked.
    pub due: u64,
    /// Passed.
    pub passed: u64,
}

impl AzureMove {
    /// Begins to link the accounts of Entra ID that evidence names. Nothing is noted outside the stores: a run that was
    /// interrupted is begun anew, and passes what is done.
    ///
    /// # Errors
    /// Without a store of users, of evidence, or of the audit: what could not be undone is not done.
    pub fn link(&self, auth: &Auth) -> Result<LinkJob, MoveError> {
        let walk = Walk::new(auth, self.from())?;
        auth.evidence().ok_or(MoveError::NoEvidenceStore)?;
        auth.audit_store().ok_or(MoveError::NoAuditStore)?;
        let (azure_move, actor) = (self.clone(), record::OPERATOR.to_owned());
        Ok(LinkJob { azure_move, walk, actor, writes: true, tenant: None, counts: LinkCounts::default() })
    }
}

impl LinkJob {
    /// Looks, and writes nothing.
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
    pub async fn next(&mut self) -> Result<Option<LinkStep>, MoveError> {
        while let Some((account, user)) = self.walk.next().await? {
            let mut planned = plan::look(&self.azure_move, self.walk.auth(), account, user).await?;
            if self.tenant.is_some() && planned.tenant != self.tenant {
                continue;
            }
            let done = self.carry_out(&mut planned).await?;
            *match done {
                LinkDone::Linked => &mut self.counts.linked,
                LinkDone::Due => &mut self.counts.due,
                LinkDone::Nothing => &mut self.counts.passed,
            } += 1;
            return Ok(Some(LinkStep { planned, done }));
        }
        Ok(None)
    }

    /// What became of the accounts so far.
    pub fn counts(&self) -> LinkCounts {
        self.counts
    }

    async fn is_still_known(&self, planned: &Planned) -> Result<bool, MoveError> {
        let owner = users(self.walk.auth())?.user_by_account(&planned.account).await?;
        Ok(owner.is_some_and(|owner| owner.id == planned.user))
    }

    /// Links, or finds out what became of the account meanwhile.
    async fn carry_out(&self, planned: &mut Planned) -> Result<LinkDone, MoveError> {
        let Fate::Exact { entra, method } = &planned.fate else { return Ok(LinkDone::Nothing) };
        if !self.writes {
            return Ok(LinkDone::Due);
        }
        let auth = self.walk.auth();
        let link = Link { account: entra, user: &planned.user, method: *method, by: Some(&planned.account) };
        record::linked(auth, &self.actor, &link).await?;
        match users(auth)?.link(&planned.user, entra).await {
            Ok(LinkOutcome::Linked) if self.is_still_known(planned).await? => Ok(LinkDone::Linked),
            // They have parted meanwhile with the account that it was proven by.
            Ok(LinkOutcome::Linked) => {
                users(auth)?.unlink(&planned.user, entra, 0).await?;
                record::unlinked(auth, &self.actor, entra, &planned.user).await?;
                Ok(LinkDone::Nothing)
            }
            // They have signed in meanwhile; or somebody else has, or the user was deleted, and the entry is told so.
            Ok(LinkOutcome::AlreadyTheirs) => {
                planned.fate = Fate::Linked;
                Ok(LinkDone::Nothing)
            }
            Ok(LinkOutcome::TakenBy(owner)) => {
                record::unlinked(auth, &self.actor, entra, &planned.user).await?;
                planned.fate = Fate::Conflict([owner, planned.user.clone()].into());
                Ok(LinkDone::Nothing)
            }
            Err(StoreError::UnknownUser) => {
                record::unlinked(auth, &self.actor, entra, &planned.user).await?;
                Ok(LinkDone::Nothing)
            }
            Err(error) => Err(error.into()),
        }
    }
}
