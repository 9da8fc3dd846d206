//! Where things are: the patterns that a router takes, and the addresses that links take.

use crate::azure::{Name, encode};

/// The patterns of the dashboard's pages, as axum and actix write them.
pub mod routes {
    /// What this is, and the way in.
    pub const HOME: &str = "/";
    /// The person's organisations.
    pub const ORGANISATIONS: &str = "/dashboard";
    /// An organisation's projects.
    pub const PROJECTS: &str = "/dashboard/{organisation}";
    /// A project's work items.
    pub const WORK_ITEMS: &str = "/dashboard/{organisation}/{project}/work-items";
    /// A project's builds.
    pub const BUILDS: &str = "/dashboard/{organisation}/{project}/builds";
    /// A project's repositories.
    pub const REPOSITORIES: &str = "/dashboard/{organisation}/{project}/repositories";
}

pub(super) const SIGN_OUT: &str = "/api/auth/signout";

pub(super) fn projects(organisation: &Name) -> String {
    format!("{}/{}", routes::ORGANISATIONS, organisation.encoded())
}

pub(super) fn project(organisation: &Name, project: &Name, part: &str) -> String {
    format!("{}/{}/{part}", projects(organisation), project.encoded())
}

/// The sign-in page, with the way back.
pub(super) fn sign_in(path: &str) -> String {
    format!("/api/auth/signin?callbackUrl={}", encode(here(path)))
}

/// A path of this site, or the dashboard. `//host` and `/\host` are paths to us, and other sites to a browser.
pub(super) fn here(path: &str) -> &str {
    let mut bytes = path.bytes();
    let is_ours = bytes.next() == Some(b'/') && !matches!(bytes.next(), Some(b'/' | b'\\'));
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic());
    if is_ours && is_plain { path } else { routes::ORGANISATIONS }
}

/// An address that is safe to link to: https, or plain http on this machine.
pub(super) fn is_safe_link(address: &str) -> bool {
    let Ok(uri) = address.parse::<http::Uri>() else {
        return false;
    };
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(host)) => !host.is_empty(),
        (Some("http"), Some(host)) => matches!(host, "localhost" | "127.0.0.1" | "[::1]"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_stays_on_this_site() {
        for path in ["//evil.example", "/\\evil.example", "https://evil.example/", "", "dashboard", "/\t/evil.example"]
        {
            assert_eq!(here(path), "/dashboard", "{path:?}");
        }
        assert_eq!(here("/dashboard/a%20b"), "/dashboard/a%20b");
        assert_eq!(here("/"), "/");
        assert_eq!(
            sign_in("/dashboard/a%20b?x=1&y"),
            "/api/auth/signin?callbackUrl=%2Fdashboard%2Fa%2520b%3Fx%3D1%26y"
        );
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert!(is_safe_link("https://org@dev.azure.com/org/p/_git/web"));
        assert!(is_safe_link("http://localhost:4000/org/p/_git/web"));
        for address in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "//evil.example",
            "ssh://x/y",
            "http://evil.example/",
            "",
        ] {
            assert!(!is_safe_link(address), "{address}");
        }
    }
}
