//! Where a resource sends whoever comes without a token: the authority that its Bearer challenges name.
//!
//! 1. The parameter is `authorization_uri`, with or without quotes. There may be several headers, several challenges in
//!    one, and Bearer challenges without it.
//! 2. A host that is not one of Microsoft's sign-in names nobody's tenant, whatever its path says.
//!
//! Seen at <https://github.com/git-ecosystem/git-credential-manager>, which finds its authority this way.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;
use url::Url;

use super::challenge::{LONGEST, challenges};
use super::guid::guid;

/// An authority that a resource's challenge names.
///
/// ```
/// use admit_providers::microsoft_entra_id::ChallengedAuthority;
///
/// // A resource answered 401.
/// let mut headers = http::HeaderMap::new();
/// let challenge = "Bearer authorization_uri=https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47";
/// headers.insert("www-authenticate", challenge.parse()?);
///
/// let tenant = ChallengedAuthority::Tenant("72f988bf-86f1-41af-91ab-2d7cd011db47".to_owned());
/// assert_eq!(ChallengedAuthority::from_headers(&headers), [tenant]);
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChallengedAuthority {
    /// That of one tenant: its identifier, in lower case.
    Tenant(String),
    /// One of Microsoft's that is no one tenant's by its identifier, such as `common`.
    Shared,
    /// A host that is none of Microsoft's, or no address at all. Nobody is to be sent there.
    Foreign,
}

impl ChallengedAuthority {
    /// The authorities in a resource's answer, each once, in the order of the challenges.
    pub fn from_headers(headers: &HeaderMap) -> Vec<Self> {
        let lines = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|line| line.to_str().ok());
        let mut authorities = Vec::new();
        for challenge in lines.filter(|line| line.len() <= LONGEST).flat_map(challenges) {
            if challenge.scheme.eq_ignore_ascii_case("bearer")
                && let Some(authority) = challenge.parameter("authorization_uri").map(Self::of)
                && !authorities.contains(&authority)
            {
                authorities.push(authority);
            }
        }
        authorities
    }

    fn of(address: &str) -> Self {
        let Ok(url) = Url::parse(address) else { return Self::Foreign };
        let is_plain =
            url.scheme() == "https" && url.port().is_none() && url.username().is_empty() && url.password().is_none();
        if !is_plain || !url.host_str().is_some_and(|host| HOSTS.contains(&host)) {
            return Self::Foreign;
        }
        let tenant = url.path_segments().and_then(|mut segments| segments.next()).and_then(guid);
        tenant.map_or(Self::Shared, Self::Tenant)
    }
}

/// All names of Microsoft's sign-in, as its own instance discovery lists them.
const HOSTS: &[&str] = &[
    "login.microsoftonline.com",
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
    "login.microsoftonline.us",
    "login.usgovcloudapi.net",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
];

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

    fn read(lines: &[&str]) -> Vec<ChallengedAuthority> {
        let headers = lines.iter().map(|line| (WWW_AUTHENTICATE, line.parse().unwrap())).collect();
        ChallengedAuthority::from_headers(&headers)
    }

    #[test]
    fn the_tenant_is_found_however_the_challenge_is_written() {
        // azure.md T56
        let upper = ID.to_uppercase();
        for lines in [
            &["Bearer", &format!("Bearer authorization_uri=https://login.microsoftonline.com/{ID}")][..],
            &[&format!("bearer AUTHORIZATION_URI=\"https://login.microsoftonline.com/{upper}\"")],
            &[&format!("BEARER authorization_uri = \"https://LOGIN.microsoftonline.COM/{ID}/oauth2/authorize\"")],
            &[&format!(
                "Basic realm=\"https://spsprodeus.vssps.example/\", NTLM, TFS-Federated, \
                 Bearer realm=\"a, b\", authorization_uri=https://login.windows.net/{ID}, Negotiate YII="
            )],
            &[&format!("Bearer authorization_uri=https://login.microsoftonline.us/{ID}"), "Bearer error=\"x\""],
        ] {
            assert_eq!(read(lines), [ChallengedAuthority::Tenant(ID.to_owned())], "{lines:?}");
        }
    }

    #[test]
    fn an_authority_of_somebody_else_names_no_tenant() {
        // azure.md T58
        for address in [
            format!("https://evil.example/{ID}"),
            format!("https://login.microsoftonline.com.evil.example/{ID}"),
            format!("https://login.microsoftonline.com@evil.example/{ID}"),
            format!("https://user@login.microsoftonline.com/{ID}"),
            format!("https://login.microsoftonline.com:8443/{ID}"),
            format!("http://login.microsoftonline.com/{ID}"),
            format!("//login.microsoftonline.com/{ID}"),
            ID.to_owned(),
        ] {
            let line = format!("Bearer authorization_uri=\"{address}\"");
            assert_eq!(read(&[&line]), [ChallengedAuthority::Foreign], "{address}");
        }
    }

    #[test]
    fn an_authority_without_an_identifier_is_no_tenant() {
        for path in ["common", "organizations", "contoso.com", "", "00000000-0000-0000-0000-000000000000"] {
            let line = format!("Bearer authorization_uri=https://login.microsoftonline.com/{path}");
            assert_eq!(read(&[&line]), [ChallengedAuthority::Shared], "{path}");
        }
    }

    #[test]
    fn what_is_no_bearer_challenge_says_nothing() {
        let uri = format!("authorization_uri=https://login.microsoftonline.com/{ID}");
        for line in
            ["", "Bearer", "Bearer realm=\"\"", &format!("Basic {uri}"), &uri, &format!("Bearer realm=\"{uri}\"")]
        {
            assert_eq!(read(&[line]), [], "{line}");
        }
        // Two of one name: nobody can tell which counts.
        assert_eq!(read(&[&format!("Bearer {uri}, {uri}")]), []);
        let two = format!("Bearer {uri}, Bearer authorization_uri=https://evil.example/, Bearer {uri}");
        assert_eq!(read(&[&two]), [ChallengedAuthority::Tenant(ID.to_owned()), ChallengedAuthority::Foreign]);
    }
}
