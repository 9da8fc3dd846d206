//! Capturing evidence of somebody who has just signed in by Azure DevOps: it grows without a job.
//!
//! 1. It is best effort, and takes no longer than three seconds; what was answered by then counts.
//! 2. Nobody waits for pauses that Azure DevOps wishes for: then the job, or the next sign-in, comes to it.
//! 3. Whoever was asked about today is not asked about again.

use std::time::Duration;

use admit::store::AccountKey;
use admit::{Arrival, Auth, AuthError, Secret};

use crate::AzureEvidence;
use crate::enrich::{Enriched, write};
use crate::evidence::inquiry::{Inquiry, Step};

/// Captures what Azure DevOps says of somebody who has just come back from there.
///
/// # Errors
/// When a store fails, or what it has cannot be opened. A sign-in has no reason to fail with it.
pub async fn capture(arrival: &Arrival<'_>) -> Result<Enriched, AuthError> {
    let account = AccountKey { provider: arrival.account.provider.clone(), subject: arrival.account.subject.clone() };
    match &arrival.account.tokens {
        Some(tokens) => capture_for(arrival.auth, &account, &tokens.access_token).await,
        None => Ok(Enriched::NoGrant),
    }
}

/// The same for an account whose profile was read by this token a moment ago. For a task of its own, where nobody is to
/// wait for it.
///
/// # Errors
/// As [`capture`].
pub async fn capture_for(auth: &Auth, account: &AccountKey, token: &Secret) -> Result<Enriched, AuthError> {
    let Some(evidence) = auth.evidence() else { return Ok(Enriched::Failed) };
    let known = evidence.load::<AzureEvidence>(account).await?.map(|known| known.facts);
    let asked_at = known.as_ref().and_then(|known| known.asked_at);
    if asked_at.is_some_and(|at| auth.clock().now().since(at) < RECENT) {
        return Ok(Enriched::Fresh);
    }
    let was_here = auth.knows_account(account).await?;
    let mut inquiry = Inquiry::new(auth, account).with_profile_read();
    let step = tokio::select! {
        step = inquiry.go_on(token) => Some(step),
        () = auth.clock().sleep(PATIENCE) => None,
    };
    let Some(facts) = inquiry.evidence() else { return Ok(Enriched::Failed) };
    let is_done = matches!(step, Some(Step::Done));
    let asked_at = facts.asked_at.filter(|_| is_done);
    write(auth, account, AzureEvidence { asked_at, ..facts }, known, was_here).await
}

const PATIENCE: Duration = Duration::from_secs(3);
const RECENT: Duration = Duration::from_secs(86_400);
