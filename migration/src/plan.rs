//! What would become of each account of Azure DevOps, by what is known of it now. Nothing is written.

use std::collections::BTreeSet;

use admit::store::AccountKey;
use admit::{Auth, AuthError};

use crate::evidence::marks;
use crate::walk::{Walk, users};
use crate::{AzureEvidence, AzureMove, Doubt, EntraPerson, Method, MoveError, Origin};

/// A look at all accounts of Azure DevOps. Made by [`AzureMove::plan`].
#[derive(Debug)]
pub struct Plan {
    azure_move: AzureMove,
    walk: Walk,
    counts: PlanCounts,
}

/// What would become of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Planned {
    /// The account of Azure DevOps.
    pub account: AccountKey,
    /// The id of the user whose it is.
    pub user: String,
    /// The home tenant, if it is known.
    pub tenant: Option<String>,
    /// What would become of it.
    pub fate: Fate,
}

/// What would become of an account. Not `non_exhaustive`: a report has a column for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Its user has an account of Entra ID already.
    Linked,
    /// What is known names the account of Entra ID, which can be linked before anybody comes.
    Exact {
        /// That account.
        entra: AccountKey,
        /// The rule by which it is named.
        method: Method,
    },
    /// What is known contradicts itself.
    Review(Doubt),
    /// Nothing that is known names anybody. The user has to sign in to both.
    Stranded(Stranding),
    /// These users, of whom this is one, are known by one person of Entra ID.
    Conflict(BTreeSet<String>),
}

/// Why nothing names anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Stranding {
    /// It is a personal account.
    Personal,
    /// Azure DevOps was not asked about it, or did not answer: see [`enrich`](crate::enrich).
    NoEvidence,
    /// Azure DevOps did not say who it is in Entra ID. The person may be recognised all the same, when they come with a
    /// token for Azure DevOps.
    Unnamed,
}

/// How many accounts a plan has looked at, by what would become of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlanCounts {
    /// Linked already.
    pub linked: u64,
    /// Can be linked beforehand.
    pub exact: u64,
    /// A person has to look.
    pub review: u64,
    /// Personal accounts.
    pub personal: u64,
    /// Others that nothing names.
    pub unnamed: u64,
    /// Several users, one person.
    pub conflict: u64,
}

impl PlanCounts {
    /// All that were looked at.
    pub fn total(&self) -> u64 {
        self.linked + self.exact + self.review + self.personal + self.unnamed + self.conflict
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.linked += other.linked;
        self.exact += other.exact;
        self.review += other.review;
        self.personal += other.personal;
        self.unnamed += other.unnamed;
        self.conflict += other.conflict;
    }

    pub(crate) fn count(&mut self, fate: &Fate) {
        *match fate {
            Fate::Linked => &mut self.linked,
            Fate::Exact { .. } => &mut self.exact,
            Fate::Review(_) => &mut self.review,
            Fate::Stranded(Stranding::Personal) => &mut self.personal,
            Fate::Stranded(_) => &mut self.unnamed,
            Fate::Conflict(_) => &mut self.conflict,
        } += 1;
    }
}

impl AzureMove {
    /// Looks at all accounts of Azure DevOps, in the order of their subjects.
    ///
    /// ```
    /// use admit::Auth;
    /// use admit_migration::{AzureMove, Fate, MoveError};
    ///
    /// async fn conflicts(to_entra: &AzureMove, auth: &Auth) -> Result<u64, MoveError> {
    ///     let mut plan = to_entra.plan(auth)?;
    ///     while let Some(planned) = plan.next().await? {
    ///         if let Fate::Conflict(users) = planned.fate {
    ///             println!("{} is one person and {} users", planned.account.subject, users.len());
    ///         }
    ///     }
    ///     Ok(plan.counts().conflict)
    /// }
    /// ```
    ///
    /// # Errors
    /// Without a user store.
    pub fn plan(&self, auth: &Auth) -> Result<Plan, MoveError> {
        let walk = Walk::new(auth, self.from())?;
        Ok(Plan { azure_move: self.clone(), walk, counts: PlanCounts::default() })
    }
}

impl Plan {
    /// Looks at the next account; `None` after the last.
    ///
    /// # Errors
    /// When a store fails.
    pub async fn next(&mut self) -> Result<Option<Planned>, MoveError> {
        let Some((account, user)) = self.walk.next().await? else { return Ok(None) };
        let planned = look(&self.azure_move, self.walk.auth(), account, user).await?;
        self.counts.count(&planned.fate);
        Ok(Some(planned))
    }

    /// What was found so far.
    pub fn counts(&self) -> PlanCounts {
        self.counts
    }
}

/// What would become of an account of that user.
pub(crate) async fn look(
    azure_move: &AzureMove,
    auth: &Auth,
    account: AccountKey,
    user: String,
) -> Result<Planned, MoveError> {
    let known = match auth.evidence() {
        Some(evidence) => match evidence.load::<AzureEvidence>(&account).await {
            Err(AuthError::Unsealable) => Err(Fate::Review(Doubt::Unreadable)),
            known => Ok(known?.map(|known| known.facts)),
        },
        None => Ok(None),
    };
    let mut entra = users(auth)?.accounts(&user).await?;
    entra.retain(|other| other.provider == azure_move.to());
    let tenant = known.as_ref().ok().and_then(|known| known.as_ref()?.tenant());
    let fate = match known.and_then(|known| whom(known.as_ref())) {
        Ok((person, _)) if entra.contains(&person.account(azure_move.to())) => Fate::Linked,
        Ok((person, method)) => claimed(azure_move, auth, &user, &person, method).await?,
        Err(_) if !entra.is_empty() => Fate::Linked,
        Err(fate) => fate,
    };
    Ok(Planned { account, user, tenant, fate })
}

/// The person whom evidence names, and by which rule; else what that comes to.
fn whom(evidence: Option<&AzureEvidence>) -> Result<(EntraPerson, Method), Fate> {
    let evidence = evidence.ok_or(Fate::Stranded(Stranding::NoEvidence))?;
    if evidence.origin == Origin::Personal {
        return Err(Fate::Stranded(Stranding::Personal));
    }
    if evidence.names_two() {
        return Err(Fate::Review(Doubt::NamesTwo));
    }
    if let Some(home) = evidence.home() {
        return Ok((home, Method::EntraObject));
    }
    let exported: BTreeSet<_> = evidence.exported_persons().collect();
    match exported.len() {
        0 => Err(Fate::Stranded(Stranding::Unnamed)),
        1 => exported.into_iter().next().map(|one| (one, Method::ExportedIdentity)).ok_or(Fate::Linked),
        _ => Err(Fate::Review(Doubt::SeveralTenants)),
    }
}

/// Whether nobody else is known by that person, or has their account.
async fn claimed(
    azure_move: &AzureMove,
    auth: &Auth,
    user: &str,
    person: &EntraPerson,
    method: Method,
) -> Result<Fate, MoveError> {
    let (users, entra) = (users(auth)?, person.account(azure_move.to()));
    let mut owners = BTreeSet::from([user.to_owned()]);
    owners.extend(users.user_by_account(&entra).await?.map(|owner| owner.id));
    if let Some(evidence) = auth.evidence() {
        let mark = marks::object(&person.tenant_id, &person.object_id);
        let known = match evidence.find::<AzureEvidence>(&[mark], MANY).await {
            Err(AuthError::Unsealable) => return Ok(Fate::Review(Doubt::Unreadable)),
            known => known?,
        };
        // A personal account proves nothing, so it contradicts nothing either.
        let known = known.into_iter().filter(|known| known.facts.origin != Origin::Personal);
        for known in known.filter(|known| known.account.provider == azure_move.from()) {
            owners.extend(users.user_by_account(&known.account).await?.map(|owner| owner.id));
        }
    }
    Ok(if owners.len() > 1 { Fate::Conflict(owners) } else { Fate::Exact { entra, method } })
}

const MANY: usize = 64;
