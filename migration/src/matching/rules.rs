//! The rules, tried on one candidate.

use super::{Candidate, Doubt, EntraSignIn, Hit, Method};
use crate::{AzureEvidence, Origin};

/// By which rule a candidate fits, if by any, and what stands against it.
pub(super) fn hit(sign_in: &EntraSignIn, candidate: &Candidate) -> Option<Hit> {
    let method = rule(sign_in, &candidate.evidence)?;
    let Candidate { account, user, .. } = candidate;
    let doubt = doubt(method, sign_in, candidate);
    Some(Hit { doubt, method, account: account.clone(), user: user.clone() })
}

fn rule(sign_in: &EntraSignIn, evidence: &AzureEvidence) -> Option<Method> {
    let home = evidence.home();
    if home.as_ref() == Some(&sign_in.person) {
        return Some(Method::EntraObject);
    }
    if home.is_some() && home == sign_in.home {
        return Some(Method::HomeObject);
    }
    if evidence.exported_persons().any(|known| sign_in.persons().any(|person| *person == known)) {
        return Some(Method::ExportedIdentity);
    }
    if sign_in.azure.as_ref().is_some_and(|azure| {
        let same = |known: &String| azure.subject_descriptor.as_ref() == Some(known);
        azure.profile_id.eq_ignore_ascii_case(&evidence.profile_id)
            || evidence.subject_descriptor.as_ref().is_some_and(same)
    }) {
        return Some(Method::AzureProfile);
    }
    let (tenant, name) = evidence.user_name()?;
    let typed = sign_in.user_name.as_deref()?;
    let same = tenant == sign_in.person.tenant_id && name.to_lowercase() == typed.to_lowercase();
    same.then_some(Method::UserName)
}

fn doubt(method: Method, sign_in: &EntraSignIn, candidate: &Candidate) -> Option<Doubt> {
    let Candidate { evidence, entra, .. } = candidate;
    if evidence.origin == Origin::Personal {
        return Some(Doubt::Personal);
    }
    if evidence.names_two() {
        return Some(Doubt::NamesTwo);
    }
    match method {
        Method::ExportedIdentity if lives_elsewhere(sign_in, evidence) => Some(Doubt::SomebodyElse),
        Method::EntraObject | Method::HomeObject | Method::ExportedIdentity => None,
        Method::BothProven | Method::Connected => None,
        Method::AzureProfile if is_somebody_else(sign_in, evidence) => Some(Doubt::SomebodyElse),
        Method::AzureProfile => entra.iter().any(|known| *known != sign_in.person).then_some(Doubt::SecondAccount),
        Method::UserName => Some(Doubt::UserNameOnly),
    }
}

/// Whether Azure DevOps and Entra ID name two homes. Nobody has two, so the export that joins them is not believed: it may
/// come from an administrator of whoever signs in, and name anybody's profile.
fn lives_elsewhere(sign_in: &EntraSignIn, evidence: &AzureEvidence) -> bool {
    evidence.home().zip(sign_in.home.as_ref()).is_some_and(|(known, home)| known != *home)
}

/// Whether something is known of the account's person in Entra ID, and it is not who signs in. Whoever calls this has
/// found that no identifier is equal.
fn is_somebody_else(sign_in: &EntraSignIn, evidence: &AzureEvidence) -> bool {
    let elsewhere = |tenant: &str| sign_in.persons().all(|person| !person.tenant_id.eq_ignore_ascii_case(tenant));
    evidence.persons().next().is_some() || evidence.tenant().is_some_and(|tenant| elsewhere(&tenant))
}
