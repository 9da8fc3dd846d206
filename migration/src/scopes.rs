//! Which permissions at Microsoft Entra ID take the place of the scopes at Azure DevOps OAuth. Pure: it asks nobody.
//!
//! 1. A published scope is a delegated permission of the same name, at Azure DevOps' resource.
//! 2. What comes with another scope that is asked for is not asked for itself, so that people consent to as little as
//!    there is.
//! 3. `vso.profile` that only signs people in becomes `openid profile email`, and no permission at all.
//! 4. The scopes of service hooks cannot be asked for; they come with those of work items, code and builds.
//! 5. A scope that looks like one of Azure DevOps' and is in no list is passed on: the list is not frozen.
//! 6. What has no equivalent is not replaced by something like it. The plan is then not complete.
//! 7. A request names scopes, or it says `.default`. There is a form for each, and none for both at once.
//!
//! <https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/oauth>

mod name;
mod note;
mod table;

use admit_providers::azure_devops::Scope;
use admit_providers::microsoft_entra_id::Resource;

use name::Named;

pub use note::{Note, Severity};
pub use table::markdown;

/// Maps the scopes of an application at Azure DevOps OAuth. The texts hold one scope each, or several with spaces
/// between them.
///
/// ```
/// use admit_migration::scopes::{self, Purpose};
///
/// let plan = scopes::map(&["vso.profile vso.work vso.code_write"], Purpose::Calls);
/// // vso.profile comes with both of the others.
/// assert_eq!(plan.permissions(), ["vso.code_write", "vso.work"]);
/// assert_eq!(
///     plan.explicit(),
///     [
///         "openid",
///         "profile",
///         "email",
///         "offline_access",
///         "499b84ac-1321-427f-aa17-267ca6975798/vso.code_write",
///         "499b84ac-1321-427f-aa17-267ca6975798/vso.work",
///     ],
/// );
/// assert!(plan.is_complete());
///
/// let sign_in = scopes::map(&["vso.profile"], Purpose::SignIn);
/// assert_eq!(sign_in.explicit(), ["openid", "profile", "email"]);
/// ```
pub fn map<S: AsRef<str>>(scopes: &[S], purpose: Purpose) -> ScopePlan {
    let (named, notes) = name::read(scopes);
    let stays_signed_in = named.iter().any(|named| named.as_str() == OFFLINE_ACCESS);
    let fewest = Fewest::of(&named);
    let mut plan = ScopePlan { purpose, mapped: Vec::new(), notes, stays_signed_in };
    for named in named.iter().filter(|named| !matches!(named, Named::OfSignIn(_))) {
        let (outcome, notes) = match purpose {
            Purpose::Application => of_application(named),
            Purpose::Calls | Purpose::SignIn => of_people(named, &fewest, purpose),
        };
        plan.mapped.push(MappedScope { scope: named.as_str().to_owned(), outcome });
        for note in notes {
            if !plan.notes.contains(&note) {
                plan.notes.push(note);
            }
        }
    }
    plan
}

/// What the scopes are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// Azure DevOps is called for people, and `vso.profile` may be part of that.
    #[default]
    Calls,
    /// `vso.profile` signs people in and is used for nothing else. The other scopes are as with [`Calls`](Self::Calls).
    SignIn,
    /// The application calls Azure DevOps for itself, with nobody there.
    Application,
}

/// What to ask Microsoft Entra ID for. Made by [`map`].
///
/// It does not depend on the order in which the scopes were given, and mapping its own result gives the same again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopePlan {
    purpose: Purpose,
    mapped: Vec<MappedScope>,
    notes: Vec<Note>,
    stays_signed_in: bool,
}

/// What became of one scope.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MappedScope {
    /// Its name, as Azure DevOps writes it.
    pub scope: String,
    /// What takes its place.
    pub outcome: Outcome,
}

/// What takes the place of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The delegated permission of the same name.
    Permission,
    /// Nothing of its own: that permission brings it.
    ComesWith(Scope),
    /// `openid profile email`, and no permission.
    SignIn,
    /// The membership of the application's service principal.
    Membership,
    /// Nothing, and a note says why.
    Nothing,
}

impl ScopePlan {
    /// The scopes of a request that names them: those of the sign-in, and the fewest of Azure DevOps.
    ///
    /// Empty for an [`Application`](Purpose::Application), whose requests know the other form only.
    pub fn explicit(&self) -> Vec<String> {
        if self.purpose == Purpose::Application {
            return Vec::new();
        }
        let qualified = self.permissions().into_iter().map(|name| Resource::AzureDevOps.scope(name));
        self.of_sign_in().chain(qualified).collect()
    }

    /// The scopes of a request for all that the registration holds: [`permissions`](Self::permissions) has to be
    /// exactly what is ticked there. Beside `.default` stand those of the sign-in, and no other.
    ///
    /// Without a permission there is nothing that `.default` could stand for, and it is left out.
    pub fn default_form(&self) -> Vec<String> {
        let whole = Resource::AzureDevOps.scope(".default");
        match self.purpose {
            Purpose::Application => vec![whole],
            Purpose::Calls | Purpose::SignIn => {
                self.of_sign_in().chain((!self.permissions().is_empty()).then_some(whole)).collect()
            }
        }
    }

    /// The delegated permissions of Azure DevOps to tick in the registration.
    pub fn permissions(&self) -> Vec<&str> {
        let asked = self.mapped.iter().filter(|mapped| mapped.outcome == Outcome::Permission);
        asked.map(|mapped| mapped.scope.as_str()).collect()
    }

    /// What became of each scope, those of the sign-in left out: in the order of the published table, then by name.
    pub fn mapped(&self) -> &[MappedScope] {
        &self.mapped
    }

    /// What there is to say.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// What there is to say of one of its scopes.
    pub fn notes_of<'a>(&'a self, mapped: &'a MappedScope) -> impl Iterator<Item = &'a Note> {
        self.notes.iter().filter(|note| note.scope() == Some(mapped.scope.as_str()))
    }

    /// Whether there is something in the place of every scope. If not, a note of [`Severity::Stop`] says what to decide.
    pub fn is_complete(&self) -> bool {
        self.notes.iter().all(|note| note.severity() < Severity::Stop)
    }

    fn of_sign_in(&self) -> impl Iterator<Item = String> {
        let is_offline = self.stays_signed_in || !self.permissions().is_empty();
        SIGN_IN.iter().copied().chain(is_offline.then_some(OFFLINE_ACCESS)).map(str::to_owned)
    }
}

/// The published scopes to ask for, so that none comes with another.
struct Fewest(Vec<Scope>);

impl Fewest {
    fn of(named: &[Named]) -> Self {
        // What cannot be asked for brings nothing.
        let asked: Vec<Scope> = named
            .iter()
            .filter_map(|named| match named {
                Named::Published(scope) if !is_of_hooks(*scope) => Some(*scope),
                _ => None,
            })
            .collect();
        let comes = |scope: &Scope| asked.iter().any(|other| other != scope && other.includes(*scope));
        Self(asked.iter().copied().filter(|scope| !comes(scope)).collect())
    }

    /// The one that brings a scope, if it is another.
    fn carrier(&self, scope: Scope) -> Option<Scope> {
        self.0.iter().copied().find(|other| *other != scope && other.includes(scope))
    }
}

fn of_people(named: &Named, fewest: &Fewest, purpose: Purpose) -> (Outcome, Vec<Note>) {
    match named {
        Named::Published(Scope::PROFILE) if purpose == Purpose::SignIn => {
            (Outcome::SignIn, vec![Note::SignInNeedsNoPermission])
        }
        Named::Published(scope) => published(*scope, fewest),
        Named::OnlyInEntra(scope) => (Outcome::Permission, vec![Note::OnlyInEntra { scope }]),
        Named::Everything => (Outcome::Permission, vec![Note::Everything]),
        Named::Unknown(name) => {
            (Outcome::Permission, vec![Note::Unknown { scope: name.clone(), nearest: Scope::nearest(name) }])
        }
        Named::NoEquivalent(name) => (Outcome::Nothing, vec![Note::NoEquivalent { scope: name.clone() }]),
        Named::Default(given) => (Outcome::Nothing, vec![Note::StandsForRegistration { given: given.clone() }]),
        Named::Foreign(given) | Named::OfSignIn(given) => {
            (Outcome::Nothing, vec![Note::Foreign { given: given.clone() }])
        }
    }
}

fn published(scope: Scope, fewest: &Fewest) -> (Outcome, Vec<Note>) {
    if let Some(by) = fewest.carrier(scope) {
        return (Outcome::ComesWith(by), vec![Note::Included { scope, by }]);
    }
    if is_of_hooks(scope) {
        let is_likely = scope == Scope::HOOKS_INTERACT && fewest.carrier(Scope::HOOKS_WRITE).is_some();
        let note = if is_likely { Note::HooksUnproven } else { Note::HooksNeedCarrier { scope } };
        return (Outcome::Nothing, vec![note]);
    }
    let high = scope.is_high_privilege().then_some(Note::HighPrivilege { scope });
    let secrets = (scope == Scope::TOKENS).then_some(Note::ChangesSecrets);
    (Outcome::Permission, high.into_iter().chain(secrets).collect())
}

/// What an application may do by itself is not said by scopes.
fn of_application(named: &Named) -> (Outcome, Vec<Note>) {
    match named {
        Named::Foreign(given) => (Outcome::Nothing, vec![Note::Foreign { given: given.clone() }]),
        _ => (Outcome::Membership, vec![Note::AccessIsMembership]),
    }
}

/// Of service hooks: "no longer public", as the published table says, so that no registration can hold them.
fn is_of_hooks(scope: Scope) -> bool {
    matches!(scope, Scope::HOOKS | Scope::HOOKS_WRITE | Scope::HOOKS_INTERACT)
}

const SIGN_IN: [&str; 3] = ["openid", "profile", "email"];
const OFFLINE_ACCESS: &str = "offline_access";

#[cfg(test)]
mod tests;
