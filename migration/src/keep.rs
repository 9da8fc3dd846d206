//! Writing evidence, so that none stays behind of an account that went meanwhile.

use admit::store::AccountKey;
use admit::{Auth, AuthError};

use crate::AzureEvidence;

/// Writes evidence. `was_here` is whether the account was one of this site's when it was asked about.
///
/// Whoever takes an account off forgets it after that. So either it is seen here that it went, or it is forgotten there.
pub(crate) async fn keep(
    auth: &Auth,
    account: &AccountKey,
    facts: &AzureEvidence,
    was_here: bool,
) -> Result<(), AuthError> {
    let Some(evidence) = auth.evidence() else { return Ok(()) };
    evidence.put(account, facts, &facts.marks()).await?;
    if was_here && !auth.knows_account(account).await? {
        evidence.delete(account).await?;
        tracing::info!(provider = account.provider, "an account went while it was asked about; it is forgotten");
    }
    Ok(())
}
