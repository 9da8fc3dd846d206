//! JSON as JavaScript writes it.
//!
//! A text in JavaScript may hold half a character: `"👍".slice(0, 1)` does. `JSON.stringify` writes that half as an escape,
//! `"\ud83d"`, which no text in Rust can hold and serde_json refuses. It is read as U+FFFD here: a session or an update
//! is not refused for the end of somebody's name, nor is a profile or an ID token.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

/// Reads a value.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> serde_json::Result<T> {
    // Looking whether it is text is cheaper done once than string by string.
    let value = str::from_utf8(bytes).map_or_else(|_| serde_json::from_slice(bytes), serde_json::from_str);
    value.or_else(|error| match mended(bytes) {
        Cow::Borrowed(_) => Err(error),
        Cow::Owned(bytes) => serde_json::from_slice(&bytes),
    })
}

/// The same text with U+FFFD in the place of each half that stands alone.
fn mended(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut mended = Cow::Borrowed(bytes);
    let mut at = 0;
    while let Some(rest @ [first, ..]) = bytes.get(at..) {
        at += match (half(rest), rest.get(ESCAPE..).and_then(half)) {
            (Some(Half::First), Some(Half::Second)) => 2 * ESCAPE,
            (Some(_), _) => {
                if let Some(place) = mended.to_mut().get_mut(at..at + ESCAPE) {
                    place.copy_from_slice(br"\ufffd");
                }
                ESCAPE
            }
            // What is behind a backslash begins no escape of its own.
            (None, _) if *first == b'\\' => 2,
            (None, _) => 1,
        };
    }
    mended
}

enum Half {
    First,
    Second,
}

/// Which half of a character the text begins with, as an escape.
fn half(text: &[u8]) -> Option<Half> {
    let [b'\\', b'u', b'd' | b'D', kind, digits @ ..] = text else { return None };
    if !digits.get(..2)?.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    match kind {
        b'8' | b'9' | b'a' | b'b' | b'A' | b'B' => Some(Half::First),
        b'c'..=b'f' | b'C'..=b'F' => Some(Half::Second),
        _ => None,
    }
}

/// `\ud83d`
const ESCAPE: usize = 6;

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn half_a_character_is_read_as_one_that_is_unknown() {
        for (written, text) in [
            (r#""\ud83d""#, "\u{fffd}"),
            (r#""\udc4d\uD83D""#, "\u{fffd}\u{fffd}"),
            (r#""Ada \ud83d\udc4d\ud83d!""#, "Ada \u{1f44d}\u{fffd}!"),
            (r#""\ud83d\n\udc4d""#, "\u{fffd}\n\u{fffd}"),
            (r#""\\ud83d \ud83d""#, "\\ud83d \u{fffd}"),
        ] {
            assert_eq!(read::<Value>(written.as_bytes()).unwrap(), text, "{written}");
        }
    }

    #[test]
    fn what_is_no_json_stays_refused() {
        for text in [r#""\ud83""#, r#""\ud8zz""#, r#""\ud83d"#, r#"{"\ud83d":}"#, "\"\\", ""] {
            let error = read::<Value>(text.as_bytes()).unwrap_err();
            assert!(error.is_syntax() || error.is_eof(), "{text}: {error}");
        }
    }
}
