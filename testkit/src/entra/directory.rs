//! Tenants and the people in them.

use std::fmt;

use bytes::Bytes;

use super::CONSUMERS;
use crate::guid::guid_of;

/// An organisation's directory.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tenant {
    /// Its GUID.
    pub id: String,
    /// Its name, as pages show it.
    pub name: String,
    /// The domains that it has proved to own.
    pub domains: Vec<String>,
}

impl Tenant {
    /// One without domains.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into(), domains: Vec::new() }
    }

    /// Gives it a domain, by which authorities can name it.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domains.push(domain.into());
        self
    }
}

/// Somebody who can sign in.
///
/// ```
/// use admit_testkit::entra::{Account, FABRIKAM, LAMPLIGHT};
///
/// let ada = Account::member("ada", "Ada Example", FABRIKAM, "ada@fabrikam.example").guest_in(LAMPLIGHT);
/// assert_eq!(ada.username, "ada@fabrikam.example");
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Account {
    /// The name by which tests call them.
    pub login: String,
    /// The name that is shown.
    pub name: String,
    /// The GUID of the tenant that they belong to.
    pub home: String,
    /// What they type to sign in: the claim `preferred_username`, which may change.
    pub username: String,
    /// The address, which need not be theirs.
    pub email: Option<String>,
    /// Whether whoever owns the address's domain has it verified: the optional claim `xms_edov`.
    pub email_is_verified: bool,
    /// The picture: a PNG, JPEG or GIF.
    pub photo: Option<Bytes>,
    /// The tenants that have invited them.
    pub guest_in: Vec<String>,
    /// The ids of their groups.
    pub groups: Vec<String>,
    /// The application's roles that they have.
    pub roles: Vec<String>,
}

impl Account {
    /// A member of a tenant, without address or picture.
    pub fn member(
        login: impl Into<String>,
        name: impl Into<String>,
        tenant: impl Into<String>,
        username: impl Into<String>,
    ) -> Self {
        Self {
            login: login.into(),
            name: name.into(),
            home: tenant.into(),
            username: username.into(),
            email: None,
            email_is_verified: false,
            photo: None,
            guest_in: Vec::new(),
            groups: Vec::new(),
            roles: Vec::new(),
        }
    }

    /// Somebody with a personal account.
    pub fn personal(login: impl Into<String>, name: impl Into<String>, username: impl Into<String>) -> Self {
        Self::member(login, name, CONSUMERS, username)
    }

    /// Gives them an address that nobody vouches for.
    #[must_use]
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Gives them an address whose domain's owner vouches for it.
    #[must_use]
    pub fn verified_email(mut self, email: impl Into<String>) -> Self {
        self.email_is_verified = true;
        self.email(email)
    }

    /// Gives them a picture.
    #[must_use]
    pub fn photo(mut self, image: impl Into<Bytes>) -> Self {
        self.photo = Some(image.into());
        self
    }

    /// Has a tenant invite them.
    #[must_use]
    pub fn guest_in(mut self, tenant: impl Into<String>) -> Self {
        self.guest_in.push(tenant.into());
        self
    }

    /// Puts them into groups, by id.
    #[must_use]
    pub fn groups<S: Into<String>>(mut self, groups: impl IntoIterator<Item = S>) -> Self {
        self.groups.extend(groups.into_iter().map(Into::into));
        self
    }

    /// Gives them roles.
    #[must_use]
    pub fn roles<S: Into<String>>(mut self, roles: impl IntoIterator<Item = S>) -> Self {
        self.roles.extend(roles.into_iter().map(Into::into));
        self
    }

    pub(super) fn is_personal(&self) -> bool {
        self.home == CONSUMERS
    }

    pub(super) fn is_in(&self, tenant: &str) -> bool {
        self.home == tenant || self.guest_in.iter().any(|host| host == tenant)
    }

    /// The same person has another one in every tenant.
    pub(crate) fn object_id(&self, tenant: &str) -> String {
        let id = guid_of("object", &format!("{tenant}/{}", self.login));
        match tenant {
            // Those of personal accounts begin with zeros.
            CONSUMERS => format!("00000000-0000-0000{}", id.get(18..).unwrap_or_default()),
            _ => id,
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("login", &self.login).field("home", &self.home).finish_non_exhaustive()
    }
}
