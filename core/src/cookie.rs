//! Cookies: how they are read, named, cut into chunks, written and deleted. Nothing else writes one.
//!
//! 1. A session is read from exactly `name`, or from `name.0`, `name.1`, … without a gap; never by prefix.
//! 2. Of cookies with one name all are tried, and only one that authenticates counts.
//! 3. A deletion carries the attributes the cookie was set with.
//! 4. Bytes that are no text, and pairs that are none, are passed over.

mod sent;

use std::borrow::Cow;
use std::fmt::Write as _;

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Timestamp;

pub(crate) use sent::{SessionCookies, decode, first, pairs, text};

/// The names of admit's cookies, and whether they are for https only.
#[derive(Clone, Debug)]
pub(crate) struct CookieNames {
    pub(crate) session: String,
    pub(crate) csrf: String,
    pub(crate) callback_url: String,
    /// What a pending cookie's name begins with.
    pub(crate) pending: String,
    /// Of whoever signs out at the provider.
    pub(crate) leaving: String,
    /// Of the provider by which somebody signed in last.
    pub(crate) last_used: String,
    /// The name next-auth v4 gave the session.
    pub(crate) session_v4: String,
    pub(crate) secure: bool,
}

impl CookieNames {
    /// `secure` follows the base URL's scheme. `host_only` gives the session `__Host-`, and gives up Auth.js's name.
    pub(crate) fn new(secure: bool, host_only: bool) -> Self {
        let (secured, hosted) = if secure { ("__Secure-", "__Host-") } else { ("", "") };
        Self {
            session: format!("{}authjs.session-token", if host_only { hosted } else { secured }),
            csrf: format!("{hosted}authjs.csrf-token"),
            callback_url: format!("{}authjs.callback-url", if host_only { hosted } else { secured }),
            pending: format!("{hosted}admit.pending."),
            leaving: format!("{hosted}admit.leaving"),
            // Not `__Host-`, which would take it along everywhere.
            last_used: format!("{secured}admit.last-used"),
            session_v4: format!("{secured}next-auth.session-token"),
            secure,
        }
    }

    /// Cuts a session's value into as many cookies as it needs.
    pub(crate) fn write_session(&self, value: &str, expires: Timestamp) -> Vec<Cookie> {
        let attributes =
            |name: String, value: &str| Cookie::sealed(name, value, self.secure).life(Life::Until(expires));
        if value.len() <= CHUNK {
            return vec![attributes(self.session.clone(), value)];
        }
        // The value is base64url and dots, so every index is a character boundary.
        value
            .as_bytes()
            .chunks(CHUNK)
            .enumerate()
            .map(|(index, chunk)| attributes(format!("{}.{index}", self.session), &String::from_utf8_lossy(chunk)))
            .collect()
    }

    /// How many cookies a session's value needs.
    pub(crate) fn chunks(value: &str) -> usize {
        value.len().div_ceil(CHUNK).max(1)
    }

    /// The deletion of a cookie of ours.
    pub(crate) fn delete(&self, name: impl Into<String>) -> Cookie {
        Cookie::new(name.into(), "", self.secure).life(Life::Over)
    }
}

/// One `Set-Cookie` line in the making: path `/`, `HttpOnly`, `SameSite=Lax`, unless told otherwise.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cookie {
    pub(crate) name: String,
    /// As it stands in the header.
    value: String,
    path: Cow<'static, str>,
    life: Life,
    secure: bool,
    cross_site: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Life {
    /// As long as the browser runs.
    Session,
    /// Until an instant.
    Until(Timestamp),
    /// That many seconds, and `Expires` for old browsers.
    For(u32, Timestamp),
    /// Over: the cookie is deleted.
    Over,
}

impl Cookie {
    pub(crate) fn new(name: impl Into<String>, value: &str, secure: bool) -> Self {
        Self::sealed(name, utf8_percent_encode(value, COMPONENT).to_string(), secure)
    }

    /// A value of ours that is base64url and dots, of which nothing needs encoding.
    pub(crate) fn sealed(name: impl Into<String>, value: impl Into<String>, secure: bool) -> Self {
        let path = Cow::Borrowed("/");
        Self { name: name.into(), value: value.into(), path, life: Life::Session, secure, cross_site: false }
    }

    #[must_use]
    pub(crate) fn life(mut self, life: Life) -> Self {
        self.life = life;
        self
    }

    /// For the addresses under that path only.
    #[must_use]
    pub(crate) fn path(mut self, path: &str) -> Self {
        self.path = Cow::Owned(path.to_owned());
        self
    }

    /// `SameSite=None; Secure`, for a provider that posts its answer.
    #[must_use]
    pub(crate) fn cross_site(mut self, cross_site: bool) -> Self {
        self.cross_site = cross_site;
        self
    }

    /// What it adds to the browser's `Cookie` header, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.name.len() + self.value.len() + 3
    }

    /// The header's value, attributes in the order Auth.js writes them. Sensitive, so that no log shows it.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        let mut line = String::with_capacity(self.size() + ATTRIBUTES);
        line.extend([&self.name, "=", &self.value]);
        match self.life {
            Life::Over => line.push_str("; Max-Age=0"),
            Life::For(seconds, _) => drop(write!(line, "; Max-Age={seconds}")),
            Life::Until(_) | Life::Session => {}
        }
        line.extend(["; Path=", &*self.path]);
        if let Life::Until(expires) | Life::For(_, expires) = self.life {
            line.push_str("; Expires=");
            line.push_str(&expires.to_http_date());
        }
        line.push_str("; HttpOnly");
        if self.secure || self.cross_site {
            line.push_str("; Secure");
        }
        line.push_str(if self.cross_site { "; SameSite=None" } else { "; SameSite=Lax" });
        let mut value = HeaderValue::try_from(line).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// What JavaScript's `encodeURIComponent` leaves alone.
pub(crate) const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Room for what follows the value.
const ATTRIBUTES: usize = 120;
/// How much of a value fits one cookie: 4096 less Auth.js's estimate of 160 for name and attributes.
const CHUNK: usize = 3936;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_session_is_cut_where_auth_js_cuts_it() {
        // COK-006
        let names = CookieNames::new(true, false);
        let expires = Timestamp::from_unix_seconds(1_795_295_606);
        assert_eq!(names.write_session(&"x".repeat(3936), expires).len(), 1);
        let cookies = names.write_session(&"x".repeat(3937), expires);
        let lines: Vec<_> = cookies.iter().map(|cookie| cookie.header().unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(
            lines[1].to_str().unwrap(),
            "__Secure-authjs.session-token.1=x; Path=/; Expires=Sat, 21 Nov 2026 21:13:26 GMT; HttpOnly; Secure; SameSite=Lax"
        );
        assert!(lines.iter().all(|line| line.to_str().unwrap().split(';').next().unwrap().len() <= 4096));
    }

    #[test]
    fn values_are_encoded_as_javascript_does() {
        let cookie = Cookie::new("authjs.csrf-token", "ab|cd", false);
        assert_eq!(cookie.header().unwrap(), "authjs.csrf-token=ab%7Ccd; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(decode("ab%7Ccd"), "ab|cd");
        assert_eq!(decode("%zz%ff"), "%zz%ff");
    }
}
