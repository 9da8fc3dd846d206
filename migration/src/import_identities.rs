//! What an administrator exported: who people are in Entra ID, for accounts that nobody could be asked about.
//!
//! 1. An export of `ReadIdentities`, or of the users of the Graph of Azure DevOps, names object id and tenant of each
//!    person. It is the way that Microsoft recommends, and the one for people who do not sign in any more.
//! 2. A row concerns the account whose profile id it has; without one, those whose descriptor is known by evidence.
//! 3. Accounts of this site only: of everybody else in the organisation nothing is kept.
//! 4. An export is believed: whoever wrote it says whose the accounts are that nobody could be asked about. Take it from
//!    people who may say so.
//! 5. It adds to what is known, and takes nothing away. Whoever was not asked about counts as not asked about still.

mod rows;

use std::io::{self, BufRead as _, BufReader, Read};

use admit::store::AccountKey;
use admit::{Auth, AuthError};

use crate::evidence::marks;
use crate::keep::keep;
use crate::{AzureEvidence, Origin};
use rows::{Row, Rows};

/// What became of the rows of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportCounts {
    /// Accounts that something was added to.
    pub added: u64,
    /// Accounts of which it was known already.
    pub known: u64,
    /// Rows of people who have no account here.
    pub strangers: u64,
    /// Rows that say nothing of a person in Entra ID: personal accounts, groups, services.
    pub unusable: u64,
    /// Rows of accounts of which something is known that opens under no key. Nothing was added to it.
    pub unreadable: u64,
}

/// Why an export was not taken over. What was added by then stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportIdentitiesError {
    /// There is nowhere to write to.
    #[error("there is nowhere to keep evidence; give an evidence_store")]
    NoEvidenceStore,
    /// The export cannot be read, or is no JSON of identities.
    #[error("the export cannot be read; is it the JSON that readidentities or the graph gave?")]
    Unreadable(#[source] io::Error),
    /// A store failed.
    #[error("a store failed")]
    Store(#[from] AuthError),
}

/// Adds what an export says to what is known of the accounts of a provider that is Azure DevOps. With `writes` false it
/// counts, and changes nothing.
///
/// The export is read to its end before anything is written, and held as what matters of it: some hundred bytes a row.
///
/// ```
/// use admit::Auth;
/// use admit_migration::{ImportCounts, ImportIdentitiesError, import_identities};
///
/// async fn take_over(auth: &Auth, export: &[u8]) -> Result<ImportCounts, ImportIdentitiesError> {
///     import_identities(auth, "azure-devops", export, true).await
/// }
/// ```
///
/// # Errors
/// When the export is not one, or a store fails.
pub async fn import_identities(
    auth: &Auth,
    provider: &str,
    export: impl Read,
    writes: bool,
) -> Result<ImportCounts, ImportIdentitiesError> {
    if auth.evidence().is_none() {
        return Err(ImportIdentitiesError::NoEvidenceStore);
    }
    let Rows { rows, unusable } = read(export).map_err(ImportIdentitiesError::Unreadable)?;
    let mut counts = ImportCounts { unusable, ..ImportCounts::default() };
    for row in &rows {
        let accounts = match accounts(auth, provider, row).await {
            Err(AuthError::Unsealable) => {
                counts.unreadable += 1;
                continue;
            }
            accounts => accounts?,
        };
        if accounts.is_empty() {
            counts.strangers += 1;
        }
        for (account, known) in accounts {
            match add(auth, &account, known, row, writes).await? {
                true => counts.added += 1,
                false => counts.known += 1,
            }
        }
    }
    Ok(counts)
}

fn read(export: impl Read) -> io::Result<Rows> {
    let mut export = BufReader::new(export);
    if export.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
        export.consume(BYTE_ORDER_MARK.len());
    }
    let mut all: Option<Rows> = None;
    // One document, or several one after another.
    for rows in serde_json::Deserializer::from_reader(export).into_iter::<Rows>() {
        all.get_or_insert_default().append(rows?);
    }
    all.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// The accounts that a row is about, with what is known of them.
async fn accounts(
    auth: &Auth,
    provider: &str,
    row: &Row,
) -> Result<Vec<(AccountKey, Option<AzureEvidence>)>, AuthError> {
    let Some(evidence) = auth.evidence() else { return Ok(Vec::new()) };
    if let Some(profile_id) = &row.profile_id {
        let account = AccountKey { provider: provider.to_owned(), subject: profile_id.clone() };
        if let Some(known) = evidence.load(&account).await? {
            return Ok(vec![(account, Some(known.facts))]);
        }
        if auth.knows_account(&account).await? {
            return Ok(vec![(account, None)]);
        }
    }
    let Some(descriptor) = &row.descriptor else { return Ok(Vec::new()) };
    let found = evidence.find::<AzureEvidence>(&[marks::descriptor(descriptor)], MOST_WITH_ONE_DESCRIPTOR).await?;
    let theirs = found.into_iter().filter(|known| known.account.provider == provider);
    Ok(theirs.map(|known| (known.account, Some(known.facts))).collect())
}

/// Adds a row to what is known; whether it was not known yet.
async fn add(
    auth: &Auth,
    account: &AccountKey,
    known: Option<AzureEvidence>,
    row: &Row,
    writes: bool,
) -> Result<bool, AuthError> {
    let mut facts =
        known.unwrap_or_else(|| AzureEvidence { profile_id: account.subject.clone(), ..AzureEvidence::default() });
    let is_asked = facts.origin == Origin::EntraId
        && facts.origin_id.as_ref() == Some(&row.identity.object_id)
        && facts.home_tenant.as_ref() == Some(&row.identity.tenant_id);
    if is_asked || facts.exported.contains(&row.identity) {
        return Ok(false);
    }
    facts.exported.push(row.identity.clone());
    if writes {
        keep(auth, account, &facts, auth.knows_account(account).await?).await?;
    }
    Ok(true)
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// One person may have had several profiles.
const MOST_WITH_ONE_DESCRIPTOR: usize = 16;
