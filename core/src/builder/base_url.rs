//! The base URL: where the site is, and where admit is mounted in it.

use url::Url;

use crate::http::is_loopback;
use crate::realm::Base;

/// Reads the base URL, and the path given beside it. Problems are added to the list.
pub(super) fn resolve(
    text: &str,
    given_path: Option<&str>,
    plain_http: bool,
    problems: &mut Vec<String>,
) -> Option<Base> {
    let url = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
        _ => {
            problems.push(format!("the base URL {text:?} is no http(s) address; write it as \"https://app.example\""));
            return None;
        }
    };
    if !url.username().is_empty() || url.password().is_some() {
        // Not printed: it may hold a password.
        problems.push("the base URL has a user name or a password; take them off".to_owned());
    } else if url.query().is_some() || url.fragment().is_some() {
        problems.push(format!("the base URL {text:?} has more than scheme, host, port and path; take the rest off"));
    }
    if url.scheme() == "http" && !is_loopback(&url) && !plain_http {
        problems.push(format!(
            "the base URL {text:?} is plain http, so that cookies cross the network in the clear; use https, or say \
             danger_plain_http()"
        ));
    }
    let own_path = url.path().trim_end_matches('/');
    let path = match (own_path, given_path.map(|path| path.trim_end_matches('/'))) {
        ("", None) => DEFAULT_PATH,
        (own, None) => own,
        ("", Some(given)) => given,
        (own, Some(given)) => {
            if own != given {
                problems.push(format!("the base URL's path is {own:?} and base_path is {given:?}; keep one of them"));
            }
            given
        }
    };
    let plain =
        path.bytes().all(|byte| byte.is_ascii_graphic()) && !path.contains(['?', '#', '%', '\\', '*', '{', ';']);
    if !path.starts_with('/') || path.contains("//") || !plain {
        problems.push(format!("base_path {path:?} is no plain path; write it as \"/api/auth\""));
    }
    let origin = url.origin().ascii_serialization();
    let auth_url = format!("{origin}{path}");
    let mut root = url.clone();
    root.set_path("/");
    root.set_query(None);
    root.set_fragment(None);
    Some(Base { url: root, origin, path: path.to_owned(), auth_url })
}

const DEFAULT_PATH: &str = "/api/auth";

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str, path: Option<&str>) -> Result<String, Vec<String>> {
        let mut problems = Vec::new();
        let base = resolve(text, path, false, &mut problems);
        if problems.is_empty() { Ok(base.unwrap().auth_url) } else { Err(problems) }
    }

    #[test]
    fn the_path_is_the_urls_else_the_one_given_else_api_auth() {
        assert_eq!(base("http://localhost:3000", None).unwrap(), "http://localhost:3000/api/auth");
        assert_eq!(base("https://app.example/auth/", None).unwrap(), "https://app.example/auth");
        assert_eq!(base("https://app.example", Some("/a/b")).unwrap(), "https://app.example/a/b");
        assert_eq!(base("https://app.example:443/", Some("/auth")).unwrap(), "https://app.example/auth");
    }

    #[test]
    fn what_is_no_base_url_is_refused() {
        for text in ["", "app.example", "ftp://app.example", "https://u@app.example", "https://app.example/?x"] {
            assert!(base(text, None).is_err(), "{text}");
        }
        assert!(base("http://app.example", None).is_err()); // COK-002
        assert!(base("http://[::1]:3000", None).is_ok());
        assert!(base("https://app.example/a", Some("/b")).is_err());
        assert!(base("https://app.example", Some("auth")).is_err());
        // A cookie's path would end there.
        assert!(base("https://app.example", Some("/a;b")).is_err());
    }
}
