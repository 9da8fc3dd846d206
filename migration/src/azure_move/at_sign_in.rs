//! What the move says of whoever comes: who they are, and what is next for them.
//!
//! 1. Who comes by Microsoft Entra ID is recognised by evidence. Nobody is made a user of whom that is in doubt: they are
//!    asked to sign in to both.
//! 2. Who comes by Azure DevOps is shown the way that the stage of their tenant says. Who is new there is not made a user
//!    of a provider that ends, once the stage says so, and nothing is kept of them.
//! 3. The grant at Azure DevOps is parked when one at Entra ID that can take its place has shown that it works.

use std::time::Duration;

use admit::store::{AccountKey, UserStore};
use admit::{Arrival, Auth, AuthError, BoxError, GrantState, Onward, Proof, Recognition, Succession, User};
use admit_providers::microsoft_entra_id::{EntraIdentity, Resource};
use async_trait::async_trait;

use super::AzureMove;
use crate::capture::capture;
use crate::evidence::inquiry::Inquiry;
use crate::record::{self, Link};
use crate::{
    AzureEvidence, AzureProfile, Candidate, EntraPerson, EntraSignIn, Hit, Method, MoveError, Origin, Verdict, judge,
};

#[async_trait]
impl Succession for AzureMove {
    async fn recognise(&self, arrival: &Arrival<'_>) -> Result<Recognition, BoxError> {
        if arrival.account.provider != self.to {
            return Ok(Recognition::Nobody);
        }
        let mut sign_in = EntraSignIn::of(&EntraIdentity::read(arrival.claims)?);
        sign_in.azure = self.seen_at_azure_devops(arrival).await;
        let candidates = self.candidates(arrival.auth, &sign_in).await?;
        match judge(&sign_in, &candidates) {
            Verdict::Exact(hit) | Verdict::Strong(hit) => self.recognised(arrival, hit).await,
            // Another of their browsers was faster.
            Verdict::Linked { user } => {
                let proof = Proof { method: ALREADY.to_owned(), by: None };
                Ok(Recognition::User { id: user, proof })
            }
            Verdict::Conflict { users, hits } => {
                let accounts: Vec<_> = hits.iter().map(|hit| hit.account.subject.as_str()).collect();
                record::conflict(arrival.auth, &key(arrival), &users, &accounts).await?;
                let cause = format!("{} users are known by evidence of one person in Entra ID", users.len());
                Ok(Recognition::Contradiction { cause })
            }
            Verdict::Review(_) | Verdict::Stranded(_) => Ok(self.perhaps(arrival.auth)),
            Verdict::Nobody if self.asks_newcomers && self.newcomers.may_be_known(self, arrival.auth).await? => {
                Ok(self.perhaps(arrival.auth))
            }
            Verdict::Nobody => Ok(Recognition::Nobody),
        }
    }

    async fn onward(&self, arrival: &Arrival<'_>, user: &User) -> Result<Onward, BoxError> {
        if arrival.account.provider == self.to {
            self.park_what_was_linked_beforehand(arrival, user).await;
            return Ok(Onward::Nothing);
        }
        // Without a store of users there is nothing to link to.
        let Some(users) = arrival.auth.user_store().filter(|_| arrival.account.provider == self.from) else {
            return Ok(Onward::Nothing);
        };
        let evidence = found_out(arrival).await?;
        let is_linked = !self.entra_of(users, &user.id).await?.is_empty();
        let onward = self.stage_of(tenant(evidence.as_ref()).as_deref()).onward(&self.to, is_linked);
        Ok(if is_linked { onward } else { self.spared(arrival, evidence.as_ref(), onward) })
    }

    async fn newcomer(&self, arrival: &Arrival<'_>) -> Result<Onward, BoxError> {
        if arrival.account.provider != self.from {
            return Ok(Onward::Nothing);
        }
        let evidence = found_out(arrival).await?;
        let stage = self.stage_of(tenant(evidence.as_ref()).as_deref());
        let is_closed = self.closed_to_newcomers.is_some_and(|from| stage >= from);
        let onward = if is_closed { Onward::Closed(self.to.clone()) } else { stage.onward(&self.to, false) };
        let onward = self.spared(arrival, evidence.as_ref(), onward);
        if let (Onward::Closed(_), Some(evidence)) = (&onward, arrival.auth.evidence()) {
            evidence.delete(&key(arrival)).await?;
        }
        Ok(onward)
    }

    async fn linked(&self, arrival: &Arrival<'_>, user: &User, how: &Proof) -> Result<(), BoxError> {
        let (auth, account) = (arrival.auth, key(arrival));
        if how.method == ALREADY {
            return Ok(());
        }
        // By hand, if by no rule.
        let method = Method::named(&how.method).unwrap_or(Method::Connected);
        let (entra, by) = match auth.user_store() {
            _ if account.provider == self.to => (vec![account], how.by.clone()),
            Some(users) if account.provider == self.from => (self.entra_of(users, &user.id).await?, Some(account)),
            _ => return Ok(()),
        };
        let by = by.filter(|by| by.provider == self.from);
        for account in &entra {
            // Another account of Azure DevOps that they connect is not what they were known by.
            if account.provider != arrival.account.provider
                && record::is_known_by_another(auth, account, &user.id, by.as_ref()).await?
            {
                continue;
            }
            let link = Link { account, user: &user.id, method, by: by.as_ref() };
            record::linked(auth, record::SIGN_IN, &link).await?;
        }
        if let Some(by) = by.filter(|_| acts_at_azure_devops(arrival)) {
            auth.park(&by).await?;
        }
        Ok(())
    }

    async fn known_by(&self, arrival: &Arrival<'_>, user: &User) -> Result<Option<AccountKey>, BoxError> {
        let last = record::last(arrival.auth, &key(arrival)).await?;
        let last = last.filter(|entry| entry.user.as_deref() == Some(&user.id));
        Ok(last.as_ref().and_then(record::by).filter(|by| by.provider == self.from))
    }

    fn successor_of(&self, provider: &str) -> Option<&str> {
        (provider == self.from).then_some(&self.to)
    }
}

impl AzureMove {
    /// The accounts of which something is known that fits.
    async fn candidates(&self, auth: &Auth, sign_in: &EntraSignIn) -> Result<Vec<Candidate>, BoxError> {
        let (Some(evidence), Some(users)) = (auth.evidence(), auth.user_store()) else { return Ok(Vec::new()) };
        let known = evidence.find::<AzureEvidence>(&sign_in.marks(), MANY).await?;
        if known.len() == MANY {
            return Err(MoveError::TooMany.into());
        }
        let mut candidates = Vec::new();
        for known in known.into_iter().filter(|known| known.account.provider == self.from) {
            // What is known of an account that nobody has any more leads to nobody.
            let Some(user) = users.user_by_account(&known.account).await? else { continue };
            let entra = self.entra_of(users, &user.id).await?;
            let entra = entra.iter().filter_map(|account| EntraPerson::of_subject(&account.subject)).collect();
            candidates.push(Candidate { account: known.account, user: user.id, evidence: known.facts, entra });
        }
        Ok(candidates)
    }

    /// Whom Azure DevOps sees in the token of this sign-in, if the token is for it. It is given a moment.
    async fn seen_at_azure_devops(&self, arrival: &Arrival<'_>) -> Option<AzureProfile> {
        let tokens = arrival.account.tokens.as_ref()?;
        let mut granted = tokens.scope.as_deref().unwrap_or_default().split_whitespace();
        if !granted.any(|scope| Resource::of(scope) == Some(Resource::AzureDevOps)) {
            return None;
        }
        let account = AccountKey { provider: self.from.clone(), subject: arrival.account.subject.clone() };
        let inquiry = Inquiry::new(arrival.auth, &account);
        tokio::select! {
            seen = inquiry.whom(&tokens.access_token) => seen,
            () = arrival.auth.clock().sleep(PATIENCE) => None,
        }
    }

    /// The same for whoever is not linked, unless they have a personal account and may come in.
    fn spared(&self, arrival: &Arrival<'_>, evidence: Option<&AzureEvidence>, onward: Onward) -> Onward {
        let is_personal = evidence.is_some_and(|evidence| evidence.origin == Origin::Personal);
        let comes_in = is_personal && self.personal.come_in(arrival.auth.clock().now());
        match onward {
            Onward::Ask(to) | Onward::Require(to) | Onward::Closed(to) if comes_in => Onward::Offer(to),
            onward => onward,
        }
    }

    async fn entra_of(&self, users: &dyn UserStore, user: &str) -> Result<Vec<AccountKey>, BoxError> {
        let mut accounts = users.accounts(user).await?;
        accounts.retain(|account| account.provider == self.to);
        Ok(accounts)
    }

    /// Whoever nothing proves may prove it themselves, where Azure DevOps is there to sign in to.
    fn perhaps(&self, auth: &Auth) -> Recognition {
        let is_there = auth.providers().any(|(id, _)| id == self.from);
        if is_there { Recognition::Perhaps { provider: self.from.clone() } } else { Recognition::Nobody }
    }

    /// Their grant at Entra ID works, as this sign-in shows, so that of Azure DevOps is not needed any more.
    async fn park_what_was_linked_beforehand(&self, arrival: &Arrival<'_>, user: &User) {
        if !acts_at_azure_devops(arrival) {
            return;
        }
        let parked = async {
            let last = record::last(arrival.auth, &key(arrival)).await?;
            let by = last.as_ref().and_then(record::by).filter(|by| by.provider == self.from);
            let Some(users) = arrival.auth.user_store() else { return Ok(()) };
            // It may be another's by now.
            if let Some(by) = by
                && users.user_by_account(&by).await?.is_some_and(|owner| owner.id == user.id)
                && arrival.auth.grant_of(&by).await? == GrantState::InUse
            {
                arrival.auth.park(&by).await?;
            }
            Ok::<_, MoveError>(())
        };
        if let Err(error) = parked.await {
            tracing::warn!(cause = %error, "a grant of Azure DevOps could not be parked; the next sign-in tries again");
        }
    }

    async fn recognised(&self, arrival: &Arrival<'_>, hit: Hit) -> Result<Recognition, BoxError> {
        let account = key(arrival);
        let link = Link { account: &account, user: &hit.user, method: hit.method, by: Some(&hit.account) };
        record::recognised(arrival.auth, &link).await?;
        let proof = Proof { method: hit.method.name().to_owned(), by: Some(hit.account) };
        Ok(Recognition::User { id: hit.user, proof })
    }
}

/// What is known of whoever comes by Azure DevOps, now that it can be asked.
async fn found_out(arrival: &Arrival<'_>) -> Result<Option<AzureEvidence>, MoveError> {
    if let Err(error) = capture(arrival).await {
        tracing::warn!(cause = %error, "what Azure DevOps says of somebody could not be kept");
    }
    let Some(evidence) = arrival.auth.evidence() else { return Ok(None) };
    match evidence.load::<AzureEvidence>(&key(arrival)).await {
        // It says no more than nothing, which keeps nobody out.
        Err(AuthError::Unsealable) => Ok(None),
        known => Ok(known?.map(|known| known.facts)),
    }
}

fn tenant(evidence: Option<&AzureEvidence>) -> Option<String> {
    evidence.and_then(AzureEvidence::tenant)
}

/// Whether the person granted scopes of Azure DevOps to the application at Entra ID.
fn acts_at_azure_devops(arrival: &Arrival<'_>) -> bool {
    let scopes = arrival.account.grant.iter().flat_map(|grant| &grant.scopes);
    scopes.into_iter().any(|scope| Resource::of(scope) == Some(Resource::AzureDevOps))
}

fn key(arrival: &Arrival<'_>) -> AccountKey {
    AccountKey { provider: arrival.account.provider.clone(), subject: arrival.account.subject.clone() }
}

const PATIENCE: Duration = Duration::from_secs(3);
/// Written nowhere: whoever was faster wrote how.
const ALREADY: &str = "already-linked";
/// More accounts than one person can have. Whoever has more is looked at by an operator.
const MANY: usize = 64;
