//! Cookies as a request brings them.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

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
pub(crate) fn pairs<'a, V: AsRef<[u8]> + 'a>(
    headers: impl IntoIterator<Item = &'a V>,
) -> impl Iterator<Item = Pair<'a>> {
    headers.into_iter().flat_map(|header| {
        let mut rest = Some(header.as_ref());
        std::iter::from_fn(move || {
            let (part, further) = cut(rest?, b';');
            rest = further;
            Some(Pair(part.trim_ascii_start()))
        })
    })
}

/// The value of the first cookie of that name that has one: the session's, for most requests.
pub(crate) fn first<'a, V: AsRef<[u8]> + 'a>(headers: impl IntoIterator<Item = &'a V>, name: &str) -> Option<&'a [u8]> {
    let mut named = pairs(headers).filter_map(|pair| pair.beginning(name));
    named.find(|(rest, value)| rest.is_empty() && !value.is_empty()).map(|(_, value)| value)
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
#[derive(Clone, Debug, Default)]
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

/// More chunks than any server lets through; those above are not looked at.
const MOST_CHUNKS: usize = 16;
/// How many cookies of one name are tried.
const DUPLICATES: usize = 4;

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn session(cookies: &[&str]) -> Vec<String> {
        let headers: Vec<_> = cookies.iter().map(|line| HeaderValue::from_str(line).unwrap()).collect();
        let mut session = SessionCookies::default();
        for pair in pairs(&headers) {
            session.collect("s", pair);
        }
        assert_eq!(first(&headers, "s"), session.whole[0].as_deref());
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
}
