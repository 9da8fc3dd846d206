//! What can be said of a sign-in, and why.

use std::collections::BTreeSet;
use std::fmt;

use admit::store::AccountKey;

/// Who somebody is. Not `non_exhaustive`: each has to be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Their account of Entra ID is that user's already.
    Linked {
        /// The id of the user.
        user: String,
    },
    /// That user: Microsoft's own identifiers say so.
    Exact(Hit),
    /// That user: Azure DevOps says so when it is shown the token of Entra ID.
    Strong(Hit),
    /// Perhaps one of these. A person has to look, or they have to sign in to both.
    Review(Vec<Hit>),
    /// One of these, all of which are personal accounts: they have to sign in to both.
    Stranded(Vec<Hit>),
    /// Several users are named. Nothing may be linked before an operator has looked.
    Conflict {
        /// Their ids.
        users: BTreeSet<String>,
        /// By what they are named.
        hits: Vec<Hit>,
    },
    /// Nobody who is known.
    Nobody,
}

/// An account that fits a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Hit {
    /// Why it proves nothing, if it does not.
    pub doubt: Option<Doubt>,
    /// The rule by which it fits.
    pub method: Method,
    /// The account of Azure DevOps.
    pub account: AccountKey,
    /// The id of the user whose it is.
    pub user: String,
}

/// The rule by which two accounts are one person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Method {
    /// Rule 1: the person in their home tenant.
    EntraObject,
    /// Rule 2: a guest, by who they are at home.
    HomeObject,
    /// Rule 3: the person whom an administrator's export named.
    ExportedIdentity,
    /// Rule 4: the profile that Azure DevOps names.
    AzureProfile,
    /// Rule 5: they signed in to both, in one go.
    BothProven,
    /// Rule 5: they connected one from a session that they had begun by the other.
    Connected,
    /// Rule 6: the user name.
    UserName,
}

impl Method {
    /// All of them, in the order in which they are tried.
    pub const ALL: [Self; 7] = [
        Self::EntraObject,
        Self::HomeObject,
        Self::ExportedIdentity,
        Self::AzureProfile,
        Self::BothProven,
        Self::Connected,
        Self::UserName,
    ];

    /// The rule's number.
    pub fn number(self) -> u8 {
        match self {
            Self::EntraObject => 1,
            Self::HomeObject => 2,
            Self::ExportedIdentity => 3,
            Self::AzureProfile => 4,
            Self::BothProven | Self::Connected => 5,
            Self::UserName => 6,
        }
    }

    /// Whether the person did it themselves, and nothing was read of them.
    pub(crate) fn is_by_hand(self) -> bool {
        matches!(self, Self::BothProven | Self::Connected)
    }

    /// The rule's name, as it stands in the audit.
    pub fn name(self) -> &'static str {
        match self {
            Self::EntraObject => "entra-object",
            Self::HomeObject => "home-object",
            Self::ExportedIdentity => "exported-identity",
            Self::AzureProfile => "azure-profile",
            Self::BothProven => "both-proven",
            Self::Connected => "connected",
            Self::UserName => "user-name",
        }
    }

    /// The rule with that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// How far it can be relied on.
    pub fn confidence(self) -> Confidence {
        match self {
            Self::EntraObject | Self::HomeObject | Self::ExportedIdentity => Confidence::Exact,
            Self::BothProven | Self::Connected => Confidence::Exact,
            Self::AzureProfile => Confidence::Strong,
            Self::UserName => Confidence::None,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How far a rule can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// By identifiers that Microsoft never gives to another.
    Exact,
    /// By what Azure DevOps says; it may see another profile from another tenant.
    Strong,
    /// Not at all.
    None,
}

impl Confidence {
    /// As it stands in the audit.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Strong => "strong",
            Self::None => "none",
        }
    }
}

/// Why an account that fits proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Doubt {
    /// It is a personal account, and Entra ID says nothing of whose that is.
    Personal,
    /// What is known of it names somebody else in Entra ID.
    SomebodyElse,
    /// What is known of it names two people in one tenant.
    NamesTwo,
    /// What is known of it names people in several tenants, and not which is their home.
    SeveralTenants,
    /// Its user has an account of Entra ID already, and a second one needs more than this.
    SecondAccount,
    /// What is known of it, or of another who may be the same person, opens under no key.
    Unreadable,
    /// Only the user name is equal, and user names are given to others.
    UserNameOnly,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Personal => "it is a personal account, of which Entra ID says nothing",
            Self::SomebodyElse => "what is known of it names somebody else in Entra ID",
            Self::NamesTwo => "what is known of it names two people in one tenant",
            Self::SeveralTenants => "what is known of it names people in several tenants, and not which is home",
            Self::SecondAccount => "its user has another account of Entra ID already",
            Self::Unreadable => "what is known of it, or of another who may be the same person, opens under no key",
            Self::UserNameOnly => "only the user name is equal, and user names are given to others",
        })
    }
}
