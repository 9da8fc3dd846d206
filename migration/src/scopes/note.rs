//! What there is to say of a mapping, one kind each, and how much it matters.

use std::fmt;

use admit_providers::azure_devops::Scope;

/// How much a [`Note`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know.
    Info,
    /// To be looked at before the registration is changed.
    Warning,
    /// There is no mapping until somebody decides.
    Stop,
}

impl Severity {
    /// One word of lower case: `info`, `warning` or `stop`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Stop => "stop",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Something to say of one scope of a mapping. Its `Display` is a sentence that begins with the scope.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Note {
    /// Written otherwise than Azure DevOps writes it: in capitals, or with its resource before it.
    Respelt {
        /// As it was given.
        given: String,
        /// As it is read.
        read: String,
    },
    /// Given more than once.
    Repeated {
        /// The scope.
        scope: String,
    },
    /// Divided from its neighbour by something other than a space.
    Divided {
        /// By this.
        by: &'static str,
    },
    /// Comes with another scope that is asked for, and is not asked for itself.
    Included {
        /// The scope.
        scope: Scope,
        /// The one that brings it.
        by: Scope,
    },
    /// `vso.profile` was there to sign people in. The ID token says who they are, without any permission.
    SignInNeedsNoPermission,
    /// Access is given to the application itself, in each organisation, and not by scopes.
    AccessIsMembership,
    /// `vso.tokens` is what it takes to change the secrets of Azure DevOps OAuth by its API.
    ChangesSecrets,
    /// Only Entra ID knows the scope.
    OnlyInEntra {
        /// The scope.
        scope: &'static str,
    },
    /// Microsoft marks it as of high privilege.
    HighPrivilege {
        /// The scope.
        scope: Scope,
    },
    /// `user_impersonation` stands for all that the person may do.
    Everything,
    /// In no published list. It is passed on as it is, since the list is not frozen.
    Unknown {
        /// The scope.
        scope: String,
        /// What it may be a misspelling of.
        nearest: Option<Scope>,
    },
    /// `vso.hooks_interact` cannot be asked for, and no published scope is said to bring it.
    HooksUnproven,
    /// A scope of service hooks, which cannot be asked for, and no scope that brings it is there.
    HooksNeedCarrier {
        /// The scope.
        scope: Scope,
    },
    /// Nothing in Entra ID is equivalent.
    NoEquivalent {
        /// The scope.
        scope: String,
    },
    /// `.default` stands for what a registration holds, so there is nothing to map.
    StandsForRegistration {
        /// As it was given.
        given: String,
    },
    /// No scope of Azure DevOps.
    Foreign {
        /// As it was given.
        given: String,
    },
}

impl Note {
    /// Its kind in one word, for programs.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Respelt { .. } => "respelt",
            Self::Repeated { .. } => "repeated",
            Self::Divided { .. } => "divided",
            Self::Included { .. } => "included",
            Self::SignInNeedsNoPermission => "sign_in_needs_no_permission",
            Self::AccessIsMembership => "access_is_membership",
            Self::ChangesSecrets => "changes_secrets",
            Self::OnlyInEntra { .. } => "only_in_entra",
            Self::HighPrivilege { .. } => "high_privilege",
            Self::Everything => "everything",
            Self::Unknown { .. } => "unknown",
            Self::HooksUnproven => "hooks_unproven",
            Self::HooksNeedCarrier { .. } => "hooks_need_carrier",
            Self::NoEquivalent { .. } => "no_equivalent",
            Self::StandsForRegistration { .. } => "stands_for_registration",
            Self::Foreign { .. } => "foreign",
        }
    }

    /// How much it matters.
    pub const fn severity(&self) -> Severity {
        match self {
            Self::Respelt { .. }
            | Self::Repeated { .. }
            | Self::Divided { .. }
            | Self::Included { .. }
            | Self::SignInNeedsNoPermission
            | Self::AccessIsMembership
            | Self::ChangesSecrets
            | Self::OnlyInEntra { .. } => Severity::Info,
            Self::HighPrivilege { .. } | Self::Everything | Self::Unknown { .. } | Self::HooksUnproven => {
                Severity::Warning
            }
            Self::HooksNeedCarrier { .. }
            | Self::NoEquivalent { .. }
            | Self::StandsForRegistration { .. }
            | Self::Foreign { .. } => Severity::Stop,
        }
    }
}

impl Note {
    /// The scope that it is about, as a plan names it; `None` if it is about the whole.
    pub fn scope(&self) -> Option<&str> {
        Some(match self {
            Self::Divided { .. } | Self::AccessIsMembership => return None,
            Self::Respelt { read: scope, .. }
            | Self::Repeated { scope }
            | Self::Unknown { scope, .. }
            | Self::NoEquivalent { scope }
            | Self::StandsForRegistration { given: scope }
            | Self::Foreign { given: scope } => scope,
            Self::Included { scope, .. } | Self::HighPrivilege { scope } | Self::HooksNeedCarrier { scope } => {
                scope.as_str()
            }
            Self::SignInNeedsNoPermission => Scope::PROFILE.as_str(),
            Self::ChangesSecrets => Scope::TOKENS.as_str(),
            Self::OnlyInEntra { scope } => scope,
            Self::Everything => "user_impersonation",
            Self::HooksUnproven => Scope::HOOKS_INTERACT.as_str(),
        })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Respelt { given, read } => write!(f, "{given:?} is read as {read}"),
            Self::Repeated { scope } => write!(f, "{scope} is given more than once"),
            Self::Divided { by } => write!(f, "scopes are divided by {by:?}, where Azure DevOps takes a space"),
            Self::Included { scope, by } => write!(f, "{scope} comes with {by}, so it is not asked for"),
            Self::SignInNeedsNoPermission => {
                f.write_str("vso.profile is not needed to sign people in: the ID token says who they are")
            }
            Self::AccessIsMembership => f.write_str(
                "an application by itself has no delegated permissions: \
                 make its service principal a member of each organisation, and give it a licence there",
            ),
            Self::ChangesSecrets => f.write_str(
                "vso.tokens changes secrets of Azure DevOps OAuth by its API; once that ends, is it needed?",
            ),
            Self::OnlyInEntra { scope } => write!(f, "{scope} is known to Entra ID only"),
            Self::HighPrivilege { scope } => write!(f, "{scope} is of high privilege; is less enough?"),
            Self::Everything => f.write_str(
                "user_impersonation allows all that the person may do; name the scopes that are needed in its place",
            ),
            Self::Unknown { scope, nearest: Some(near) } => {
                write!(f, "{scope} is in no published list and is passed on as it is; is it {near}?")
            }
            Self::Unknown { scope, nearest: None } => {
                write!(f, "{scope} is in no published list and is passed on as it is")
            }
            Self::HooksUnproven => f.write_str(
                "vso.hooks_interact cannot be asked for, and the published table names no scope that brings it; \
                 try it before you rely on it",
            ),
            Self::HooksNeedCarrier { scope } => write!(
                f,
                "{scope} cannot be asked for: service hooks come with vso.work, vso.code and vso.build; choose one of them"
            ),
            Self::NoEquivalent { scope } => {
                write!(f, "{scope} has no equivalent in Entra ID; name the scopes that the application needs")
            }
            Self::StandsForRegistration { given } => {
                write!(f, "{given:?} stands for all that a registration holds; name the scopes that it holds")
            }
            Self::Foreign { given } => write!(f, "{given:?} is no scope of Azure DevOps"),
        }
    }
}
