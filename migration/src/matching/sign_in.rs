//! What is known of somebody who signs in with Microsoft Entra ID.

use std::fmt;

use admit::store::AccountKey;
use admit_providers::microsoft_entra_id::EntraIdentity;

use crate::evidence::marks;

/// A person in a tenant of Entra ID. Both ids are in lower case, however they came.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct EntraPerson {
    /// The tenant (`tid`).
    pub tenant_id: String,
    /// The person in it (`oid`). The same human being has another one in each tenant.
    pub object_id: String,
}

impl EntraPerson {
    /// That object in that tenant.
    pub fn new(tenant_id: impl AsRef<str>, object_id: impl AsRef<str>) -> Self {
        Self { tenant_id: tenant_id.as_ref().to_ascii_lowercase(), object_id: object_id.as_ref().to_ascii_lowercase() }
    }

    /// Reads the subject of an account, which is `<object>.<tenant>`.
    pub fn of_subject(subject: &str) -> Option<Self> {
        let (object_id, tenant_id) = subject.split_once('.')?;
        Some(Self::new(tenant_id, object_id))
    }

    /// The account of that person at the provider with that id.
    pub fn account(&self, provider: impl Into<String>) -> AccountKey {
        AccountKey { provider: provider.into(), subject: format!("{}.{}", self.object_id, self.tenant_id) }
    }

    /// Whether it can be anybody: the GUID of zeros and what is no text are nobody's.
    pub(crate) fn is_somebody(&self) -> bool {
        [&self.tenant_id, &self.object_id].into_iter().all(|id| id.bytes().any(|byte| !matches!(byte, b'0' | b'-')))
    }
}

/// A sign-in that was verified: what the ID token and our own call of the token endpoint said.
/// There is no e-mail address in it, since none proves anything.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntraSignIn {
    /// Who they are in the tenant they signed in to.
    pub person: EntraPerson,
    /// Who they are at home, as the token endpoint said beside the token.
    pub home: Option<EntraPerson>,
    /// What they type to sign in. It proves nothing.
    pub user_name: Option<String>,
    /// Whom Azure DevOps sees when it is shown the token of this sign-in.
    pub azure: Option<AzureProfile>,
}

impl fmt::Debug for EntraSignIn {
    /// Shows ids; a user name is most often an address, and stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { person, home, azure, .. } = self;
        let mut shown = f.debug_struct("EntraSignIn");
        shown.field("person", person).field("home", home).field("azure", azure).finish_non_exhaustive()
    }
}

impl EntraSignIn {
    /// A sign-in of which no more is known.
    pub fn new(person: EntraPerson) -> Self {
        Self { person, home: None, user_name: None, azure: None }
    }

    /// The sign-in of that identity.
    pub fn of(identity: &EntraIdentity) -> Self {
        Self {
            person: EntraPerson::new(&identity.tenant_id, &identity.object_id),
            home: identity.home.as_ref().map(|home| EntraPerson::new(&home.tenant_id, &home.object_id)),
            user_name: identity.preferred_username.clone(),
            azure: None,
        }
    }

    /// What candidates for it are found by.
    pub(crate) fn marks(&self) -> Vec<String> {
        let mut found_by: Vec<_> = self.persons().map(|who| marks::object(&who.tenant_id, &who.object_id)).collect();
        if let Some(azure) = &self.azure {
            found_by.push(marks::profile(&azure.profile_id));
            found_by.extend(azure.subject_descriptor.as_deref().map(marks::descriptor));
        }
        found_by.extend(self.user_name.as_deref().map(|name| marks::user_name(&self.person.tenant_id, name)));
        found_by
    }

    /// Who they are here, and at home.
    pub(crate) fn persons(&self) -> impl Iterator<Item = &EntraPerson> {
        std::iter::once(&self.person).chain(&self.home)
    }
}

/// A profile of Azure DevOps, as its interfaces name it to whoever has the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AzureProfile {
    /// `id` of `profiles/me`.
    pub profile_id: String,
    /// `subjectDescriptor` of `connectionData`.
    pub subject_descriptor: Option<String>,
}
