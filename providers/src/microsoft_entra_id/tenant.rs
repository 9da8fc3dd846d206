//! Whose people sign in: those of one tenant, or those of many.

use std::fmt;
use std::str::FromStr;

use super::guid::{guid, is_guid};

/// Whose people sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Tenant {
    /// Everybody: work, school and personal accounts.
    Common,
    /// Work and school accounts of every tenant.
    Organizations,
    /// Personal accounts.
    Consumers,
    /// The people of one tenant and its guests, by its identifier.
    Id(String),
    /// The same, by one of its domains. Which tenant that is, the discovery document says.
    Domain(String),
}

impl Tenant {
    /// Whether the issuer of a token depends on the person.
    pub(super) fn is_of_many(&self) -> bool {
        matches!(self, Self::Common | Self::Organizations)
    }
}

impl fmt::Display for Tenant {
    /// As it stands in addresses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Common => "common",
            Self::Organizations => "organizations",
            Self::Consumers => "consumers",
            Self::Id(text) | Self::Domain(text) => text,
        })
    }
}

impl FromStr for Tenant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let lower = text.trim().to_ascii_lowercase();
        match lower.as_str() {
            "common" => Ok(Self::Common),
            "organizations" => Ok(Self::Organizations),
            "consumers" | CONSUMERS => Ok(Self::Consumers),
            _ => match guid(&lower) {
                Some(id) => Ok(Self::Id(id)),
                None if is_domain(&lower) && !is_guid(&lower) => Ok(Self::Domain(lower)),
                None => Err(format!(
                    "the tenant is {text:?}; give its identifier (a GUID), one of its domains such as \
                     \"contoso.onmicrosoft.com\", or one of \"common\", \"organizations\" and \"consumers\""
                )),
            },
        }
    }
}

/// Letters, digits and hyphens between dots, two parts at least. It becomes a segment of a path.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_label)
}

/// The tenant of all personal accounts.
pub(super) const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_told_by_its_form() {
        for (text, expected) in [
            ("common", Tenant::Common),
            (" Organizations ", Tenant::Organizations),
            ("consumers", Tenant::Consumers),
            ("9188040D-6C67-4C5B-B112-36A304B66DAD", Tenant::Consumers),
            ("72F988BF-86F1-41AF-91AB-2D7CD011DB47", Tenant::Id("72f988bf-86f1-41af-91ab-2d7cd011db47".to_owned())),
            ("Contoso.onmicrosoft.com", Tenant::Domain("contoso.onmicrosoft.com".to_owned())),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_would_change_the_address_is_no_tenant() {
        for text in [
            "",
            "contoso",
            "..",
            "a..b",
            "../common",
            "contoso.com/v2.0",
            "contoso.com?x",
            "contoso.com#x",
            "a@contoso.com",
            "-a.com",
            "a-.com",
            "contoso.com:443",
            "{tenantid}",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert!(text.parse::<Tenant>().is_err(), "{text}");
        }
    }
}
