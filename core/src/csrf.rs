//! Whether a request that changes something was made by a page of ours.
//!
//! Two guards, both of which must let it pass:
//! 1. *Where it comes from.* A trusted `Origin` passes. Else `Sec-Fetch-Site` must be `same-origin` or `none`, if it is
//!    there. Where it is not, an `Origin` other than `null` must be the base URL's.
//! 2. *The double-submit token* of Auth.js: the cookie holds `token|hash`, the body repeats the token. Without it only
//!    under `csrf_headers_suffice()`, and then the headers must have said something.
//!
//! The hash is SHA-256 of token and secret; of several secrets Auth.js joins them with commas. A cookie that was
//! written under a single secret is taken as well, so that adding a secret voids no form that is open.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{self, SHA256};
use http::HeaderMap;
use http::header::ORIGIN;

use crate::{Random, Secret, random};

/// The keys of the double-submit token.
pub(crate) struct Csrf {
    /// The joined secrets first: that is what is written.
    keys: Vec<Secret>,
}

/// A browser's token, and whether its cookie has to be written.
#[derive(Debug)]
pub(crate) struct CsrfToken {
    pub(crate) token: String,
    /// The cookie's value, if the browser has none that counts.
    pub(crate) fresh: Option<String>,
}

impl Csrf {
    pub(crate) fn new(secrets: &[Secret]) -> Self {
        let joined = secrets.iter().map(Secret::expose).collect::<Vec<_>>().join(",");
        let mut keys = vec![Secret::new(joined)];
        if secrets.len() > 1 {
            keys.extend(secrets.iter().cloned());
        }
        Self { keys }
    }

    /// The token of the first cookie that is ours; a new one if there is none.
    pub(crate) fn token<'a>(&self, cookies: impl Iterator<Item = &'a str>, random: &dyn Random) -> CsrfToken {
        for cookie in cookies {
            if let Some(token) = self.open(cookie) {
                return CsrfToken { token: token.to_owned(), fresh: None };
            }
        }
        let token = hex(&random::bytes::<32>(random));
        let fresh = self.keys.first().map(|key| format!("{token}|{}", hash(&token, key).text()));
        CsrfToken { token, fresh }
    }

    fn open<'a>(&self, cookie: &'a str) -> Option<&'a str> {
        let (token, found) = cookie.split_once('|')?;
        let ours = self.keys.iter().any(|key| hash(token, key).is(found));
        (ours && !token.is_empty()).then_some(token)
    }
}

impl fmt::Debug for Csrf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Csrf")
    }
}

/// What the headers say of where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provenance {
    /// From a page of ours.
    Ours,
    /// Nothing.
    Silent,
    /// From elsewhere.
    Foreign,
}

/// The first guard.
pub(crate) fn provenance(headers: &HeaderMap, own_origin: &str, trusted: &[String]) -> Provenance {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let origin = text(ORIGIN.as_str()).filter(|origin| *origin != "null");
    if origin.is_some_and(|origin| trusted.iter().any(|known| known == origin)) {
        return Provenance::Ours;
    }
    match (text("sec-fetch-site"), origin) {
        (Some("same-origin" | "none"), _) => Provenance::Ours,
        (Some(_), _) => Provenance::Foreign,
        (None, Some(origin)) if origin == own_origin => Provenance::Ours,
        (None, Some(_)) => Provenance::Foreign,
        (None, None) => Provenance::Silent,
    }
}

/// Compares without telling where two texts differ.
pub(crate) fn same(a: &str, b: &str) -> bool {
    verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}

fn hash(token: &str, secret: &Secret) -> Hash {
    let mut context = digest::Context::new(&SHA256);
    context.update(token.as_bytes());
    context.update(secret.expose().as_bytes());
    Hash(context.finish())
}

struct Hash(digest::Digest);

impl Hash {
    fn text(&self) -> String {
        hex(self.0.as_ref())
    }

    /// Compares with a cookie's text without telling where they differ, and without a text of its own: each request
    /// to an endpoint comes by here.
    fn is(&self, found: &str) -> bool {
        let mut text = [0; 2 * digest::SHA256_OUTPUT_LEN];
        for (place, byte) in text.chunks_exact_mut(2).zip(self.0.as_ref()) {
            place.copy_from_slice(&digits(*byte));
        }
        verify_slices_are_equal(&text, found.as_bytes()).is_ok()
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| digits(*byte)).map(char::from).collect()
}

fn digits(byte: u8) -> [u8; 2] {
    [byte >> 4, byte & 0x0f].map(|nibble| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::SystemRandom;

    fn token(csrf: &Csrf, cookie: &str) -> Option<String> {
        let token = csrf.token([cookie].into_iter(), &SystemRandom);
        token.fresh.is_none().then_some(token.token)
    }

    #[test]
    fn a_cookie_that_auth_js_made_is_taken() {
        // The hash of "abc" and the secret "s", computed by `printf %s abcs | sha256sum`.
        let csrf = Csrf::new(&[Secret::new("s")]);
        let hash = "938074ac65401e8c22ea06b5d9bdcc9c4450b311b080c929aee32e04763f6bf4";
        assert_eq!(token(&csrf, &format!("abc|{hash}")).as_deref(), Some("abc"));
        assert_eq!(token(&csrf, &format!("abd|{hash}")), None);
        assert_eq!(token(&csrf, &format!("abc|{hash}0")), None);
        assert_eq!(token(&csrf, &format!("abc|{}5", &hash[..63])), None);
        assert_eq!(token(&csrf, "abc|0000"), None);
        assert_eq!(token(&csrf, "abc"), None);
        assert_eq!(token(&csrf, "|"), None);
    }

    #[test]
    fn of_several_secrets_the_joined_ones_are_written_and_each_is_read() {
        let (new, old) = (Secret::new("new"), Secret::new("old"));
        let csrf = Csrf::new(&[new, old.clone()]);
        let fresh = csrf.token(std::iter::empty(), &SystemRandom).fresh.unwrap();
        let (written, found) = fresh.split_once('|').unwrap();
        assert_eq!(found, hash(written, &Secret::new("new,old")).text());
        assert!(token(&csrf, &format!("abc|{}", hash("abc", &old).text())).is_some());
    }

    #[test]
    fn where_a_request_comes_from_is_told_by_its_headers() {
        // FLW-024, FLW-026, FLW-027
        let trusted = ["http://localhost:5173".to_owned()];
        let from = |site: Option<&'static str>, origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(site) = site {
                headers.insert("sec-fetch-site", HeaderValue::from_static(site));
            }
            if let Some(origin) = origin {
                headers.insert(ORIGIN, HeaderValue::from_static(origin));
            }
            provenance(&headers, "https://app.example", &trusted)
        };
        assert_eq!(from(Some("same-origin"), Some("https://app.example")), Provenance::Ours);
        assert_eq!(from(Some("none"), None), Provenance::Ours);
        assert_eq!(from(Some("same-site"), None), Provenance::Foreign);
        assert_eq!(from(Some("cross-site"), Some("https://app.example")), Provenance::Foreign);
        assert_eq!(from(Some("cross-site"), Some("http://localhost:5173")), Provenance::Ours);
        assert_eq!(from(None, Some("https://app.example")), Provenance::Ours);
        assert_eq!(from(None, Some("https://evil.example")), Provenance::Foreign);
        assert_eq!(from(None, Some("http://app.example")), Provenance::Foreign);
        assert_eq!(from(None, Some("null")), Provenance::Silent);
        assert_eq!(from(None, None), Provenance::Silent);
    }
}
