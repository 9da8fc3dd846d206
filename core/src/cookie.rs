//! Cookies: how they are read, named, cut into chunks, written and deleted. Nothing else writes one.
//!
//! 1. A session is read from exactly `name`, or from `name.0`, `name.1`, … without a gap; never by prefix.
//! 2. Of cookies with one name all are tried, and only one that authenticates counts.
//! 3. A deletion carries the attributes the cookie was set with.
//! 4. Bytes that are no text, and pairs that are none, are passed over.

use std::borrow::Cow;
use std::fmt::Write as _;

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::Timestamp;

/// The names of admit's cookies, and whether they are for https only.
#[derive(Clone, Debug)]
pub(crate) struct CookieNames {
    pub(crate) session: String,
    pub(crate) csrf: String,
    pub(crate) callback_url: String,
    /// What a pending cookie's name begins with.
    pub(crate) pending: String,
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

/// One cookie of a request as it stands, perhaps none at all: it is read only as far as somebody looks for its name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair<'a>(&'a [u8]);

impl<'a> Pair<'a> {
    /// The value, if the cookie has that name, and if it is text.
    pub(crate) fn named(self, name: &str) -> Option<&'a str> {
        self.beginning(name).filter(|(rest, _)| rest.is_empty()).and_then(|(_, value)| text(value))
    }

    /// What follows that beginning of a name, and the value.
    #[inline]
    pub(crate) fn beginning(self, name: &str) -> Option<(&'a str, &'a [u8])> {
        self.0.strip_prefix(name.as_bytes()).and_then(Self::rest)
    }

    fn rest(name_and_value: &'a [u8]) -> Option<(&'a str, &'a [u8])> {
        let (rest, value) = cut(name_and_value, b'=');
        Some((text(rest.trim_ascii_end())?, unquote(value?.trim_ascii())))
    }
}

/// Every pair of every `Cookie` header, in order.
pub(crate) fn pairs<'a>(headers: impl IntoIterator<Item = &'a HeaderValue>) -> impl Iterator<Item = Pair<'a>> {
    headers.into_iter().flat_map(|header| {
        let mut rest = Some(header.as_bytes());
        std::iter::from_fn(move || {
            let (part, further) = cut(rest?, b';');
            rest = further;
            Some(Pair(part.trim_ascii_start()))
        })
    })
}

/// What stands before a sign and what after it; all, if it is not there.
fn cut(text: &[u8], sign: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(sign, text).and_then(|place| text.split_at_checked(place)) {
        Some((before, after)) => (before, after.get(1..)),
        None => (text, None),
    }
}

fn unquote(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value)
}

/// Bytes as text, if they are some.
pub(crate) fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// A value as it was before it was percent-encoded; as it stands if it never was.
pub(crate) fn decode(value: &str) -> Cow<'_, str> {
    percent_decode_str(value).decode_utf8().unwrap_or(Cow::Borrowed(value))
}

/// What a request carries under a session's name: the candidates for its value, and the names to delete.
#[derive(Debug, Default)]
pub(crate) struct SessionCookies<'a> {
    /// Whether there is one without a number, perhaps without a value.
    named_whole: bool,
    whole: [Option<Cow<'a, [u8]>>; DUPLICATES],
    chunks: Vec<(usize, Cow<'a, [u8]>)>,
}

impl<'a> SessionCookies<'a> {
    /// Takes up a pair if it is part of the session `name`.
    #[inline]
    pub(crate) fn collect(&mut self, name: &str, pair: Pair<'a>) {
        if let Some((rest, value)) = pair.beginning(name) {
            self.take_up(rest, value);
        }
    }

    fn take_up(&mut self, rest: &str, value: &'a [u8]) {
        if rest.is_empty() {
            self.named_whole = true;
            if let Some(free) = self.whole.iter_mut().find(|known| known.is_none() && !value.is_empty()) {
                *free = Some(Cow::Borrowed(value));
            }
        } else if let Some(index) = rest.strip_prefix('.').and_then(chunk_index)
            && !self.chunks.iter().any(|(known, _)| *known == index)
        {
            self.chunks.push((index, Cow::Borrowed(value)));
        }
    }

    /// The same, with values of its own.
    pub(crate) fn into_owned(self) -> SessionCookies<'static> {
        let owned = |value: Cow<'a, [u8]>| Cow::Owned(value.into_owned());
        SessionCookies {
            named_whole: self.named_whole,
            whole: self.whole.map(|value| value.map(owned)),
            chunks: self.chunks.into_iter().map(|(index, value)| (index, owned(value))).collect(),
        }
    }

    /// The values to try: whole ones first, then the chunks put together if none is missing.
    pub(crate) fn candidates(&self) -> impl Iterator<Item = Cow<'_, [u8]>> {
        self.whole.iter().flatten().map(|value| Cow::Borrowed(&**value)).chain(self.joined().map(Cow::Owned))
    }

    fn joined(&self) -> Option<Vec<u8>> {
        let mut chunks: Vec<_> = self.chunks.iter().collect();
        chunks.sort_unstable_by_key(|(index, _)| *index);
        let contiguous = chunks.iter().enumerate().all(|(place, (index, _))| place == *index);
        (!chunks.is_empty() && contiguous).then(|| chunks.iter().flat_map(|(_, value)| value.iter().copied()).collect())
    }

    /// The names of what was sent for the session `name`, to delete it.
    pub(crate) fn names(&self, name: &str) -> impl Iterator<Item = String> {
        let whole = self.named_whole.then(|| name.to_owned());
        whole.into_iter().chain(self.chunks.iter().map(move |(index, _)| format!("{name}.{index}")))
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.named_whole && self.chunks.is_empty()
    }
}

/// A decimal without leading zeros, below the number of chunks that we look at.
fn chunk_index(text: &str) -> Option<usize> {
    let canonical = text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
    text.parse().ok().filter(|index| canonical && *index < MOST_CHUNKS)
}

/// One `Set-Cookie` line in the making: path `/`, `HttpOnly`, `SameSite=Lax`, unless told otherwise.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cookie {
    pub(crate) name: String,
    /// As it stands in the header.
    value: String,
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
        Self { name: name.into(), value: value.into(), life: Life::Session, secure, cross_site: false }
    }

    #[must_use]
    pub(crate) fn life(mut self, life: Life) -> Self {
        self.life = life;
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
        line.push_str("; Path=/");
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
/// More chunks than any server lets through; those above are not looked at.
const MOST_CHUNKS: usize = 16;
/// How many cookies of one name are tried.
const DUPLICATES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn session(cookies: &[&str]) -> Vec<String> {
        let headers: Vec<_> = cookies.iter().map(|line| HeaderValue::from_str(line).unwrap()).collect();
        let mut session = SessionCookies::default();
        for pair in pairs(&headers) {
            session.collect("s", pair);
        }
        session.candidates().map(|value| text(&value).unwrap().to_owned()).collect()
    }

    #[test]
    fn chunks_are_joined_by_number_and_only_without_a_gap() {
        assert_eq!(session(&["s.1=b; s.0=a; s.2=c"]), ["abc"]);
        assert_eq!(session(&["s.2=c", "s.0=a", "s.1=b"]), ["abc"]);
        assert_eq!(session(&["s.0=a; s.2=c"]), Vec::<String>::new());
        assert_eq!(session(&["s.1=b"]), Vec::<String>::new());
    }

    #[test]
    fn names_that_only_look_like_the_sessions_are_left_alone() {
        // COK-013
        assert_eq!(session(&["s-old=x; s.x=x; s.00=x; s.-1=x; s.=x; ss=x; s=good"]), ["good"]);
    }

    #[test]
    fn of_duplicate_names_each_is_a_candidate() {
        // COK-003
        assert_eq!(session(&["s=evil; s=\"good\""]), ["evil", "good"]);
        assert_eq!(session(&["s=1; s=2; s=3; s=4; s=5; s=6"]).len(), DUPLICATES);
    }

    #[test]
    fn bytes_that_are_no_text_are_passed_over() {
        // COK-011
        let headers = [
            HeaderValue::from_bytes(b"bad=\x80\xff; s=good; ; =; x").unwrap(),
            HeaderValue::from_bytes("\u{e9}=\u{e9}; ; x; s=\"better\"".as_bytes()).unwrap(),
        ];
        let texts = pairs(&headers).filter_map(|pair| pair.beginning(""));
        let texts: Vec<_> = texts.filter_map(|(name, value)| Some((name, text(value)?))).collect();
        assert_eq!(texts, [("s", "good"), ("", ""), ("\u{e9}", "\u{e9}"), ("s", "better")]);
    }

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
