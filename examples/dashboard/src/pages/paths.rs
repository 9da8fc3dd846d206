//! Where things are: the patterns that a router takes, and the addresses that links take.

use crate::azure::{Name, encode};

/// The patterns of the dashboard's pages, as axum and actix write them.
pub mod routes {
    /// What this is, and the way in.
    pub const HOME: &str = "/";
    /// The accounts that the person is signed in with.
    pub const ACCOUNTS: &str = "/accounts";
    /// The person's organisations.
    pub const ORGANISATIONS: &str = "/dashboard";
    /// An organisation's projects.
    pub const PROJECTS: &str = "/org/{org}/projects";
    /// A project's work items.
    pub const WORK_ITEMS: &str = "/org/{org}/project/{project}/workitems";
    /// A project's builds.
    pub const BUILDS: &str = "/org/{org}/project/{project}/builds";
    /// A project's repositories.
    pub const REPOSITORIES: &str = "/org/{org}/project/{project}/repos";
}

/// The page that signs out, and then leads to the first one.
pub(super) const SIGN_OUT: &str = "/api/auth/signout?callbackUrl=%2F";

/// How the addresses of an organisation and of all that is in it begin.
pub(super) const BELOW_ORGANISATIONS: &str = "/org/";

pub(super) fn projects(organisation: &Name) -> String {
    routes::PROJECTS.replace("{org}", &organisation.encoded())
}

/// A part of a project, by its pattern.
pub(super) fn project(pattern: &str, organisation: &Name, project: &Name) -> String {
    // The encoded names hold no braces, so that neither is mistaken for a place in the pattern.
    pattern.replace("{org}", &organisation.encoded()).replace("{project}", &project.encoded())
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
        assert_eq!(here("/org/a%20b/projects"), "/org/a%20b/projects");
        assert_eq!(here("/"), "/");
        assert_eq!(
            sign_in("/org/a%20b/projects?x=1&y"),
            "/api/auth/signin?callbackUrl=%2Forg%2Fa%2520b%2Fprojects%3Fx%3D1%26y"
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
