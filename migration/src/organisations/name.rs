//! An organisation's name, out of what people write down: the name, or an address of it.

use std::fmt;
use std::str::FromStr;

use url::Url;

/// The name of an organisation at Azure DevOps. What it holds can stand in an address.
///
/// ```
/// use admit_migration::OrganizationName;
///
/// for text in ["fabrikam", "https://dev.azure.com/fabrikam/Fiber", "https://fabrikam.visualstudio.com"] {
///     assert_eq!(text.parse::<OrganizationName>()?.as_str(), "fabrikam");
/// }
/// assert!("https://evil.example/fabrikam".parse::<OrganizationName>().is_err());
/// # Ok::<(), admit_migration::OrganizationNameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OrganizationName(String);

/// Why a text names no organisation. The text itself is left out where it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OrganizationNameError {
    /// Azure DevOps gives no such name.
    #[error(
        "{0:?} is no organisation's name: those are up to 50 letters, digits and hyphens, and begin and end with no hyphen"
    )]
    Name(String),
    /// The address is on a host that is none of Azure DevOps'.
    #[error("the address is on {0:?}, and organisations are on dev.azure.com or *.visualstudio.com")]
    Host(String),
    /// Neither a name nor an address by https.
    #[error("neither an organisation's name nor its https address; write it as \"https://dev.azure.com/<name>\"")]
    Address,
}

impl OrganizationName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn checked(name: &str) -> Result<Self, OrganizationNameError> {
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if name.is_empty() || name.len() > LONGEST || !is_plain || name.starts_with('-') || name.ends_with('-') {
            return Err(OrganizationNameError::Name(name.chars().take(LONGEST).collect()));
        }
        Ok(Self(name.to_owned()))
    }

    fn of_address(text: &str) -> Result<Self, OrganizationNameError> {
        let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let url = Url::parse(&text).map_err(|_| OrganizationNameError::Address)?;
        let host = url.host_str().filter(|_| url.scheme() == "https").ok_or(OrganizationNameError::Address)?;
        if HOSTS.contains(&host) {
            let first = url.path_segments().and_then(|mut segments| segments.next()).unwrap_or_default();
            return Self::checked(first);
        }
        match host.strip_suffix(".visualstudio.com").map(|name| name.strip_suffix(".vssps").unwrap_or(name)) {
            // That is where everybody signs in.
            Some(name) if name != "app" && !name.contains('.') => Self::checked(name),
            _ => Err(OrganizationNameError::Host(host.to_owned())),
        }
    }
}

impl FromStr for OrganizationName {
    type Err = OrganizationNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.contains(['/', '.', ':', '@']) { Self::of_address(text) } else { Self::checked(text) }
    }
}

impl fmt::Display for OrganizationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const HOSTS: &[&str] = &["dev.azure.com", "vssps.dev.azure.com"];
const LONGEST: usize = 50;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, OrganizationNameError> {
        text.parse::<OrganizationName>().map(|name| name.to_string())
    }

    #[test]
    fn the_name_is_found_in_what_people_copy() {
        for text in [
            "Fabrikam-2",
            " Fabrikam-2 ",
            "dev.azure.com/Fabrikam-2",
            "https://dev.azure.com/Fabrikam-2/",
            "https://DEV.azure.com/Fabrikam-2/Fiber/_git/fiber?path=/a#b",
            "https://Fabrikam-2@dev.azure.com/Fabrikam-2/_git/fiber",
            "https://vssps.dev.azure.com/Fabrikam-2/",
        ] {
            assert_eq!(read(text).as_deref(), Ok("Fabrikam-2"), "{text}");
        }
        for text in ["fabrikam.visualstudio.com", "https://fabrikam.vssps.visualstudio.com/_apis/x"] {
            assert_eq!(read(text).as_deref(), Ok("fabrikam"), "{text}");
        }
    }

    #[test]
    fn nothing_that_would_lead_elsewhere_becomes_a_name() {
        for text in [
            "",
            "-a",
            "a-",
            "a b",
            "a%2fb",
            "a?b",
            "..",
            "../etc",
            "ä",
            "a\r\nHost",
            &"a".repeat(51),
            "https://dev.azure.com/",
            "https://dev.azure.com/_apis",
            "http://dev.azure.com/fabrikam",
            "https://evil.example/fabrikam",
            "https://dev.azure.com@evil.example/fabrikam",
            "https://dev.azure.com.evil.example/fabrikam",
            "https://visualstudio.com/fabrikam",
            "https://app.vssps.visualstudio.com/_apis/accounts",
            "https://a.b.visualstudio.com/",
            "git@ssh.dev.azure.com:v3/fabrikam/Fiber/fiber",
            "https://[::1]/fabrikam",
            "https://127.0.0.1/fabrikam",
            "file:///fabrikam",
        ] {
            assert!(read(text).is_err(), "{text:?}: {:?}", read(text));
        }
    }

    #[test]
    fn a_password_in_an_address_is_not_shown() {
        for text in ["https://x:hunter2@evil.example/a", "x:hunter2@evil.example/a", "https://x:hunter2@dev.azure.com/"]
        {
            let error = read(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }
}
