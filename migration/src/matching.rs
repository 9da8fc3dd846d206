//! Who of the people known by Azure DevOps somebody is who signs in with Microsoft Entra ID.
//!
//! The rules are tried in this order, and the first that holds counts:
//!
//! | # | what has to be equal | then |
//! |---|---|---|
//! | 1 | tenant and object id of the sign-in, and the home tenant and origin id that Azure DevOps said | exact |
//! | 2 | the same for who they are at home, which tells guests | exact |
//! | 3 | tenant and object id, and those that an administrator's export gave for the profile | exact |
//! | 4 | the profile, or the descriptor, that Azure DevOps names when it is shown the Entra token | strong |
//! | 5 | nothing: they signed in to both, in one go or from a session of theirs | exact, by what they did |
//! | 6 | tenant and user name | a person looks at it |
//! | 7 | an e-mail address | nothing. No rule here is told one |
//!
//! 1. Whoever is named by two users' evidence is nobody's: an operator looks at it.
//! 2. Rule 4 falls silent where something else is known to be the person in Entra ID, and rule 3 where the home is known
//!    on both sides and is not the same.
//! 3. Whoever has a personal account is linked by rule 5 alone.
//! 4. The answer does not depend on the order of the candidates.

mod named;
mod rules;
mod sign_in;
mod verdict;

use std::collections::BTreeSet;

use admit::store::AccountKey;

pub use sign_in::{AzureProfile, EntraPerson, EntraSignIn};
pub use verdict::{Confidence, Doubt, Hit, Method, Verdict};

use crate::AzureEvidence;

/// An account of Azure DevOps, whose it is, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The account.
    pub account: AccountKey,
    /// The id of the user to whom it is linked.
    pub user: String,
    /// What Azure DevOps said of it.
    pub evidence: AzureEvidence,
    /// The accounts of Entra ID that are linked to the same user.
    pub entra: Vec<EntraPerson>,
}

/// Says who somebody is. Of candidates those that do not fit are passed over, so there may be more than need be.
///
/// Several accounts of Entra ID may become one user's: each that is proven by rules 1 to 3, since the evidence is of an
/// account that the user has. Rule 4 gives nobody a second one.
pub fn judge(sign_in: &EntraSignIn, candidates: &[Candidate]) -> Verdict {
    let owns = |candidate: &&Candidate| candidate.entra.contains(&sign_in.person);
    let owners: BTreeSet<_> = candidates.iter().filter(owns).map(|candidate| candidate.user.clone()).collect();
    let mut hits: Vec<_> = candidates.iter().filter_map(|candidate| rules::hit(sign_in, candidate)).collect();
    hits.sort();
    hits.dedup();
    let (doubtful, certain): (Vec<_>, Vec<_>) = hits.into_iter().partition(|hit| hit.doubt.is_some());

    let mut users = owners.clone();
    users.extend(certain.iter().map(|hit| hit.user.clone()));
    if users.len() > 1 {
        return Verdict::Conflict { users, hits: certain };
    }
    if let Some(user) = owners.into_iter().next() {
        return Verdict::Linked { user };
    }
    match certain.into_iter().next() {
        Some(hit) if hit.method.confidence() == Confidence::Exact => Verdict::Exact(hit),
        Some(hit) => Verdict::Strong(hit),
        None if doubtful.is_empty() => Verdict::Nobody,
        None if doubtful.iter().all(|hit| hit.doubt == Some(Doubt::Personal)) => Verdict::Stranded(doubtful),
        None => Verdict::Review(doubtful),
    }
}
