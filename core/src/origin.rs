//! From where a person signed in, as the application says: what they will know a session by in a list.

use http::HeaderMap;
use serde::{Deserialize, Serialize};

/// From where a person signed in. What is too long is cut, and control characters are left out.
///
/// ```
/// use admit::SessionOrigin;
///
/// let origin = SessionOrigin::default().device("Firefox on Linux").place("Utrecht, Netherlands");
/// assert_eq!(origin.shown_device(), Some("Firefox on Linux"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionOrigin {
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    device: Option<String>,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

impl SessionOrigin {
    /// The device, such as "Firefox on Linux".
    #[must_use]
    pub fn device(mut self, device: &str) -> Self {
        self.device = plain(device);
        self
    }

    /// The place, such as a city or an address.
    #[must_use]
    pub fn place(mut self, place: &str) -> Self {
        self.place = plain(place);
        self
    }

    /// The device, if it is known.
    pub fn shown_device(&self) -> Option<&str> {
        self.device.as_deref()
    }

    /// The place, if it is known.
    pub fn shown_place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    pub(crate) fn is_unknown(&self) -> bool {
        self.device.is_none() && self.place.is_none()
    }
}

/// The request that a session begins with.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SignInRequest<'a> {
    /// Its headers. An address of the client is in them if your proxy or middleware puts it there; what a browser can
    /// write itself is no proof of anything.
    pub headers: &'a HeaderMap,
    /// The provider's id.
    pub provider: &'a str,
}

impl<'a> SignInRequest<'a> {
    /// For testing callbacks by themselves.
    pub fn new(headers: &'a HeaderMap, provider: &'a str) -> Self {
        Self { headers, provider }
    }
}

fn plain(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_control() && !is_directional(*c)).take(LONGEST).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// What turns the text around it, so that it reads as another.
fn is_directional(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// In characters: it may have to be carried in a cookie.
const LONGEST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_short_and_plain() {
        let origin = SessionOrigin::default().device(" Fire\nfox\u{0}\u{202e} \u{7f}").place(&"é".repeat(500));
        assert_eq!(origin.shown_device(), Some("Firefox"));
        assert_eq!(origin.shown_place().map(|place| place.chars().count()), Some(64));
        assert!(SessionOrigin::default().device(" \t\r\n ").is_unknown());
    }

    #[test]
    fn what_is_not_known_takes_no_room() {
        assert_eq!(serde_json::to_string(&SessionOrigin::default()).unwrap(), "{}");
        let text = serde_json::to_string(&SessionOrigin::default().device("x").place("y")).unwrap();
        assert_eq!(text, r#"{"d":"x","l":"y"}"#);
    }
}
