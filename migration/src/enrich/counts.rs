//! What became of the accounts.

/// What became of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Enriched {
    /// All is known that Azure DevOps could say, and is written.
    Complete,
    /// Some of it is known, and is written.
    Partial,
    /// It was asked about not long ago. Nobody was asked.
    Fresh,
    /// It would be asked about: this is a dry run.
    Due,
    /// There are no tokens of it any more.
    NoGrant,
    /// The grant is dead: the person has to sign in there again.
    NeedsReauthentication,
    /// Azure DevOps does not take the token, though it was granted.
    NotAccepted,
    /// Azure DevOps knows the person, and does not let the application in: a policy (`TF400813`), or a missing scope.
    Refused,
    /// The token shows another profile than the account's. Nothing was written; somebody has to look.
    Conflict,
    /// Azure DevOps wanted to be asked later, several times. Another run comes to it again.
    Busy,
    /// It did not work this time. Another run comes to it again.
    Failed,
}

/// How many accounts became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EnrichCounts {
    /// [`Enriched::Complete`].
    pub complete: u64,
    /// [`Enriched::Partial`].
    pub partial: u64,
    /// [`Enriched::Fresh`].
    pub fresh: u64,
    /// [`Enriched::Due`].
    pub due: u64,
    /// [`Enriched::NoGrant`].
    pub no_grant: u64,
    /// [`Enriched::NeedsReauthentication`].
    pub needs_reauthentication: u64,
    /// [`Enriched::NotAccepted`].
    pub not_accepted: u64,
    /// [`Enriched::Refused`].
    pub refused: u64,
    /// [`Enriched::Conflict`].
    pub conflict: u64,
    /// [`Enriched::Busy`].
    pub busy: u64,
    /// [`Enriched::Failed`].
    pub failed: u64,
}

impl EnrichCounts {
    /// All accounts that were looked at.
    pub fn total(&self) -> u64 {
        let Self { complete, partial, fresh, due, no_grant, needs_reauthentication, .. } = self;
        let Self { not_accepted, refused, conflict, busy, failed, .. } = self;
        let well = complete + partial + fresh + due;
        well + no_grant + needs_reauthentication + not_accepted + refused + conflict + busy + failed
    }

    /// Those of which evidence was written.
    pub fn captured(&self) -> u64 {
        self.complete + self.partial
    }

    /// Those that another run may do better with.
    pub fn left(&self) -> u64 {
        self.due + self.busy + self.failed
    }

    pub(super) fn count(&mut self, became: Enriched) {
        *match became {
            Enriched::Complete => &mut self.complete,
            Enriched::Partial => &mut self.partial,
            Enriched::Fresh => &mut self.fresh,
            Enriched::Due => &mut self.due,
            Enriched::NoGrant => &mut self.no_grant,
            Enriched::NeedsReauthentication => &mut self.needs_reauthentication,
            Enriched::NotAccepted => &mut self.not_accepted,
            Enriched::Refused => &mut self.refused,
            Enriched::Conflict => &mut self.conflict,
            Enriched::Busy => &mut self.busy,
            Enriched::Failed => &mut self.failed,
        } += 1;
    }
}
