//! Who vouches for a person, and what Azure DevOps calls them beside their profile id.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::data::Person;
use crate::entra::{CONSUMERS, FABRIKAM};
use crate::guid::guid_of;
use crate::{PretendEntra, entra};

/// Who vouches for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identity {
    /// A tenant of Entra ID: `aad`.
    EntraId {
        /// The home tenant.
        tenant: String,
        /// The person there: the claim `oid` of its tokens.
        object_id: String,
    },
    /// A personal account: `msa`.
    Personal {
        /// The number that Microsoft has for it, in hexadecimal digits. No token of Entra ID tells it.
        puid: String,
    },
}

/// All that is said of a person's identity, as one token shows it.
pub(super) struct Known<'a> {
    pub(super) identity: Cow<'a, Identity>,
    pub(super) user_name: Cow<'a, str>,
    pub(super) subject_descriptor: String,
    pub(super) legacy_descriptor: String,
}

impl<'a> Known<'a> {
    /// A person, whose id is already that which the token shows. `tenant` is the token's, if it is one of Entra ID.
    pub(super) fn of(person: &'a Person, entra: Option<&'a PretendEntra>, tenant: Option<&str>) -> Self {
        let account = entra.and_then(|entra| entra.person(&person.login));
        let identity = match &person.identity {
            Some(identity) => Cow::Borrowed(identity),
            None => Cow::Owned(by_default(person, account)),
        };
        let user_name = match (&person.user_name, account) {
            (Some(name), _) => Cow::Borrowed(name.as_str()),
            (None, Some(account)) => Cow::Borrowed(account.username.as_str()),
            (None, None) => Cow::Owned(format!("{}@fabrikam.example", person.login)),
        };
        // It cannot be told from the identity by whoever has only the one or the other.
        let random = || URL_SAFE_NO_PAD.encode(guid_of("descriptor", &person.id));
        let (kind, identifier) = match &*identity {
            Identity::EntraId { tenant: home, .. } => ("aad", format!("{}\\{user_name}", tenant.unwrap_or(home))),
            Identity::Personal { puid } => ("msa", format!("{puid}@Live.com")),
        };
        let subject_descriptor = person.subject_descriptor.clone().unwrap_or_else(|| format!("{kind}.{}", random()));
        let legacy_descriptor = format!("Microsoft.IdentityModel.Claims.ClaimsIdentity;{identifier}");
        Self { identity, user_name, subject_descriptor, legacy_descriptor }
    }
}

/// That of the same login in the pretend Entra ID, if there is one; else a member of the sample tenant Fabrikam, with the
/// object id that a member of that login would have there.
fn by_default(person: &Person, account: Option<&entra::Account>) -> Identity {
    match account {
        Some(account) if account.home == CONSUMERS => Identity::Personal { puid: puid(&person.login) },
        Some(account) => {
            Identity::EntraId { tenant: account.home.clone(), object_id: account.object_id(&account.home) }
        }
        None => {
            let account = entra::Account::member(&person.login, &person.display_name, FABRIKAM, "");
            Identity::EntraId { tenant: FABRIKAM.to_owned(), object_id: account.object_id(FABRIKAM) }
        }
    }
}

/// Sixteen hexadecimal digits that follow from a login.
pub(super) fn puid(login: &str) -> String {
    let id = guid_of("puid", login).replace('-', "").to_ascii_uppercase();
    format!("0003{}", id.get(..12).unwrap_or_default())
}
