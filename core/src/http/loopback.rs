//! What counts as this machine.

use url::{Host, Url};

/// Whether a URL's host is this machine, told by the parsed host: plain http is allowed there and nowhere else.
///
/// ```
/// use admit::http::is_loopback;
/// use url::Url;
///
/// assert!(is_loopback(&Url::parse("http://127.0.0.1:8080/token")?));
/// assert!(!is_loopback(&Url::parse("http://localhost.evil.example/token")?));
/// # Ok::<(), url::ParseError>(())
/// ```
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_only_looks_like_this_machine_is_another() {
        for (url, expected) in [
            ("http://127.0.0.1:9/", true),
            ("http://[::1]/", true),
            ("http://localhost/", true),
            ("http://app.localhost/", true),
            ("http://localhost.evil.example/", false),
            ("http://127.0.0.1@evil.example/", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
