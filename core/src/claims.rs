//! What a provider says of a person, read leniently: the JSON of a userinfo answer or of an ID token.

mod authentication;

use std::fmt;

use serde_json::{Map, Value};

use crate::json;

pub use authentication::Authentication;

/// A JSON object with readers that fit what providers really send.
///
/// A key is a member's name, or a JSON pointer (RFC 6901) when it starts with `/`.
///
/// ```
/// use admit::Claims;
///
/// let claims = Claims::parse(br#"{"id": 7, "login": "mona", "plan": {"name": "pro"}}"#).unwrap();
/// assert_eq!(claims.id("id").unwrap(), "7");
/// assert_eq!(claims.text("/plan/name"), Some("pro"));
/// assert_eq!(claims.text("email"), None);
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// Parses a JSON object. A byte order mark before it is passed over; of a duplicate key the last counts.
    ///
    /// # Errors
    /// When the bytes are no JSON object.
    pub fn parse(bytes: &[u8]) -> Result<Self, ClaimsError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match json::read(bytes) {
            Ok(Value::Object(map)) => Ok(Self(map)),
            Ok(_) => Err(ClaimsError::NotAnObject),
            Err(error) => Err(ClaimsError::NotJson(error)),
        }
    }

    /// The value under a key, if there is one.
    pub fn value(&self, key: &str) -> Option<&Value> {
        match key.strip_prefix('/') {
            None => self.0.get(key),
            Some(path) => {
                let (first, rest) = path.find('/').map_or((path, ""), |slash| path.split_at(slash));
                let value = self.0.get(&first.replace("~1", "/").replace("~0", "~"))?;
                value.pointer(rest)
            }
        }
    }

    /// A string that is not blank.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.value(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
    }

    /// A boolean, also where a provider writes it as a string.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.value(key)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// An identifier: a string that is not blank, or a whole number in decimal.
    ///
    /// # Errors
    /// When it is missing or of another kind. A person without an identifier cannot be signed in.
    pub fn id(&self, key: &str) -> Result<String, ClaimsError> {
        match self.value(key) {
            Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.clone()),
            Some(Value::Number(number)) if number.is_u64() || number.is_i64() => Ok(number.to_string()),
            _ => Err(ClaimsError::NoIdentifier {
                key: key.to_owned(),
                present: self.0.keys().cloned().collect::<Vec<_>>().join(", "),
            }),
        }
    }

    /// The members.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Sets a member: for a provider that gathers a person from several answers, and for claims of one's own.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(key.into(), value.into());
    }
}

impl fmt::Debug for Claims {
    /// Names the members; what is personal stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl From<Map<String, Value>> for Claims {
    fn from(map: Map<String, Value>) -> Self {
        Self(map)
    }
}

/// Why claims could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimsError {
    /// The answer is no JSON.
    #[error("not JSON")]
    NotJson(#[source] serde_json::Error),
    /// The answer is JSON, but no object.
    #[error("JSON, but no object")]
    NotAnObject,
    /// The identifier is missing.
    #[error("no identifier under `{key}` (present: {present})")]
    NoIdentifier {
        /// Where it was looked for.
        key: String,
        /// The names of the members that were there; names, never values.
        present: String,
    },
    /// The identifier is one that stands for nobody.
    #[error("the identifier under `{key}` belongs to no person: {why}")]
    NotAPerson {
        /// Where it was found.
        key: String,
        /// What it is.
        why: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_text_or_a_whole_number() {
        let claims = Claims::parse(br#"{"a":"x","b":12,"c":1.5,"d":" ","e":null,"f":-3}"#).unwrap();
        assert_eq!(claims.id("a").unwrap(), "x");
        assert_eq!(claims.id("b").unwrap(), "12");
        assert_eq!(claims.id("f").unwrap(), "-3");
        for key in ["c", "d", "e", "missing"] {
            assert!(claims.id(key).is_err(), "{key}");
        }
    }

    #[test]
    fn a_pointer_reaches_every_member_that_rfc_6901_can_name() {
        let claims = Claims::parse(br#"{"https://a.example/roles":["x"],"m~n":{"":{"k/l":1}}}"#).unwrap();
        assert_eq!(claims.text("/https:~1~1a.example~1roles/0"), Some("x"));
        assert_eq!(claims.text("https://a.example/roles"), None);
        assert_eq!(claims.id("/m~0n//k~1l").unwrap(), "1");
        assert_eq!(claims.value("/m~0n/").unwrap(), &serde_json::json!({ "k/l": 1 }));
        assert_eq!(claims.value("/"), None);
    }

    #[test]
    fn what_is_no_object_is_told_apart_from_what_is_no_json() {
        assert!(matches!(Claims::parse(b"[]"), Err(ClaimsError::NotAnObject)));
        assert!(matches!(Claims::parse(b"<html>"), Err(ClaimsError::NotJson(_))));
        assert!(Claims::parse(b"\xef\xbb\xbf{}").is_ok());
    }
}
