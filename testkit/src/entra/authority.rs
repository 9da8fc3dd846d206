//! Authorities: what stands first in every path, and who can sign in there.

use super::{Account, CONSUMERS, Config};

/// Where an application sends people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Authority {
    /// Everybody.
    Common,
    /// Everybody who belongs to an organisation.
    Organizations,
    /// Everybody with a personal account.
    Consumers,
    /// One tenant's members and guests.
    Tenant(String),
}

impl Authority {
    /// By name, by GUID or by domain.
    pub(super) fn find(config: &Config, segment: &str) -> Option<Self> {
        match segment.to_ascii_lowercase().as_str() {
            "common" => Some(Self::Common),
            "organizations" => Some(Self::Organizations),
            "consumers" | CONSUMERS => Some(Self::Consumers),
            name => {
                let is_it = |domain: &String| domain.eq_ignore_ascii_case(name);
                let found = config.tenants.iter().find(|tenant| tenant.id == name || tenant.domains.iter().any(is_it));
                found.map(|tenant| Self::Tenant(tenant.id.clone()))
            }
        }
    }

    /// The issuer as the discovery document has it: a template where the tenant is not known before the person is.
    pub(super) fn issuer(&self, config: &Config) -> String {
        match self {
            Self::Common | Self::Organizations => config.issuer(TEMPLATE),
            Self::Consumers => config.issuer(CONSUMERS),
            Self::Tenant(id) => config.issuer(id),
        }
    }

    pub(super) fn admits(&self, account: &Account) -> bool {
        match self {
            Self::Common => true,
            Self::Organizations => !account.is_personal(),
            Self::Consumers => account.is_personal(),
            Self::Tenant(id) => account.is_in(id),
        }
    }

    /// Where somebody is signed in: at home, unless a tenant was named.
    pub(super) fn tenant_of<'a>(&'a self, account: &'a Account) -> &'a str {
        match self {
            Self::Tenant(id) => id,
            _ => &account.home,
        }
    }
}

/// In the place of a tenant's id.
pub(super) const TEMPLATE: &str = "{tenantid}";
