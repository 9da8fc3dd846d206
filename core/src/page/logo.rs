//! The picture above a page: which addresses may stand there, and what the page's policy must allow for it.

use url::Url;

/// A picture's address that is safe in a page and in a `Content-Security-Policy`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Logo<'a> {
    pub(crate) src: &'a str,
    /// The origin to allow, when it is not this one.
    pub(crate) origin: Option<String>,
}

impl<'a> Logo<'a> {
    /// Takes a path on this origin, an https URL or `data:image/…`.
    pub(crate) fn parse(src: &'a str) -> Option<Self> {
        if src.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return None;
        }
        if src.starts_with("data:image/") {
            return Some(Self { src, origin: None });
        }
        if src.starts_with('/') {
            // Two slashes begin another host's address.
            return (!src.starts_with("//")).then_some(Self { src, origin: None });
        }
        let url = Url::parse(src).ok().filter(|url| url.scheme() == "https")?;
        // A URL's host may hold `;` and `,`, which would start a new directive of the policy.
        let plain = |host: &str| host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
        url.host_str().filter(|host| plain(host))?;
        Some(Self { src, origin: Some(url.origin().ascii_serialization()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_ours_or_https_or_in_the_page_itself() {
        let origin = |src| Logo::parse(src).unwrap().origin;
        assert_eq!(origin("/logo.svg"), None);
        assert_eq!(origin("data:image/png;base64,AAAA"), None);
        assert_eq!(origin("https://cdn.example.com/a/logo.png?v=2").unwrap(), "https://cdn.example.com");
        assert_eq!(origin("https://cdn.example.com:8443/logo.png").unwrap(), "https://cdn.example.com:8443");
    }

    #[test]
    fn what_could_run_leak_or_break_the_policy_is_no_logo() {
        for wrong in [
            "",
            "logo.svg",
            "//evil.example/logo.svg",
            "/\\evil.example",
            "/a b.svg",
            "http://example.com/logo.svg",
            "javascript:alert(1)",
            "data:text/html,<script>",
            "https://a.example;script-src.example/logo.svg",
            "https://a.example,b/logo.svg",
            "https://[::1]/logo.svg",
        ] {
            assert_eq!(Logo::parse(wrong), None, "{wrong}");
        }
    }
}
