//! Addresses, put together so that a name can never become anything but one segment of the path.

use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The hosts that Azure DevOps answers on. The paths below them are the same on a pretend one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bases {
    /// Profiles and the list of organisations.
    pub account: String,
    /// Everything that belongs to an organisation.
    pub organisation: String,
}

impl Bases {
    /// One host for everything, such as `http://localhost:4000`.
    pub fn pretend(base_url: &str) -> Self {
        let base = base_url.trim_end_matches('/');
        Self { account: base.to_owned(), organisation: base.to_owned() }
    }
}

impl Default for Bases {
    fn default() -> Self {
        Self {
            account: "https://app.vssps.visualstudio.com".to_owned(),
            organisation: "https://dev.azure.com".to_owned(),
        }
    }
}

/// The name of an organisation or a project: not empty, not `.` or `..`, and without control characters.
///
/// The dots are refused because URL parsers resolve them, even percent-encoded, and the token would go elsewhere.
///
/// ```
/// use dashboard::azure::Name;
///
/// assert_eq!("Web / Shop?".parse::<Name>()?.encoded(), "Web%20%2F%20Shop%3F");
/// assert!("..".parse::<Name>().is_err());
/// # Ok::<(), dashboard::azure::InvalidName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// As one segment of a path.
    pub fn encoded(&self) -> String {
        encode(&self.0)
    }

    /// As people read it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, InvalidName> {
        if matches!(name, "" | "." | "..") || name.chars().any(char::is_control) {
            return Err(InvalidName);
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no name of an organisation or a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of an organisation or project is empty, a path, or holds control characters")]
pub struct InvalidName;

/// Percent-encodes all but the unreserved characters of RFC 3986 §2.3.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, EVERYTHING).to_string()
}

/// Which of the two hosts an address is on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Host {
    Account,
    Organisation,
}

/// An address below one of the hosts.
#[derive(Debug)]
pub(super) struct Address {
    host: Host,
    text: String,
    separator: char,
}

impl Address {
    pub(super) fn new(host: Host) -> Self {
        Self { host, text: String::new(), separator: '?' }
    }

    pub(super) fn literal(mut self, path: &'static str) -> Self {
        self.text.push_str(path);
        self
    }

    pub(super) fn segment(mut self, name: &Name) -> Self {
        self.text.push('/');
        self.text.push_str(&name.encoded());
        self
    }

    pub(super) fn query(mut self, name: &'static str, value: &str) -> Self {
        self.text.push(self.separator);
        self.separator = '&';
        self.text.push_str(name);
        self.text.push('=');
        self.text.push_str(&encode(value));
        self
    }

    pub(super) fn at(&self, bases: &Bases) -> String {
        let base = match self.host {
            Host::Account => &bases.account,
            Host::Organisation => &bases.organisation,
        };
        format!("{base}{}", self.text)
    }
}

const EVERYTHING: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_always_exactly_one_segment() {
        for (name, segment) in [
            ("Fabrikam", "Fabrikam"),
            ("Web Shop", "Web%20Shop"),
            ("a/b", "a%2Fb"),
            ("a\\b", "a%5Cb"),
            ("why?#", "why%3F%23"),
            ("100%", "100%25"),
            ("%2e%2e", "%252e%252e"),
            ("Übergrößenträger", "%C3%9Cbergr%C3%B6%C3%9Fentr%C3%A4ger"),
            ("東京", "%E6%9D%B1%E4%BA%AC"),
            ("a@evil.example:80", "a%40evil.example%3A80"),
            ("...", "..."),
        ] {
            let name: Name = name.parse().unwrap();
            let address = Address::new(Host::Organisation).segment(&name).literal("/_apis/projects");
            let uri: http::Uri = address.at(&Bases::default()).parse().unwrap();
            assert_eq!(uri.host(), Some("dev.azure.com"));
            assert_eq!(uri.path(), format!("/{segment}/_apis/projects"));
            assert_eq!(uri.query(), None);
        }
    }

    #[test]
    fn what_would_climb_the_path_or_split_the_request_is_no_name() {
        for name in ["", ".", "..", "a\r\nHost: evil.example", "a\0", "a\tb"] {
            assert_eq!(name.parse::<Name>(), Err(InvalidName), "{name:?}");
        }
    }

    #[test]
    fn query_values_cannot_add_parameters() {
        let address = Address::new(Host::Account).literal("/a").query("memberId", "1&api-version=0").query("$top", "5");
        assert_eq!(
            address.at(&Bases::pretend("http://localhost:4/")),
            "http://localhost:4/a?memberId=1%26api-version%3D0&$top=5"
        );
    }
}
