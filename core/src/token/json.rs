//! The claims as JSON: written in Auth.js's order, and read without losing what it wrote.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Token;
use crate::private_claim::PrivateClaim;

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written { token: self, private: self.private.as_deref(), times: None }.serialize(serializer)
    }
}

/// The claims as they are written: those of the token, with admit's own and the engine's in their places.
pub(crate) struct Written<'a> {
    pub(crate) token: &'a Token,
    pub(crate) private: Option<&'a PrivateClaim>,
    /// `iat`, `exp` and `jti`, in place of the token's. There is no `nbf` then.
    pub(crate) times: Option<(i64, i64, &'a str)>,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let token = self.token;
        let mut map = serializer.serialize_map(None)?;
        for (name, value, null) in [
            ("name", &token.name, token.nulls.name),
            ("email", &token.email, token.nulls.email),
            ("picture", &token.picture, token.nulls.picture),
            ("sub", &token.subject, false),
        ] {
            if value.is_some() || null {
                map.serialize_entry(name, value)?;
            }
        }
        for (name, value) in &token.extra {
            if !REGISTERED.contains(&name.as_str()) {
                map.serialize_entry(name, value)?;
            }
        }
        if let Some(private) = self.private {
            map.serialize_entry(PRIVATE, private)?;
        }
        let (not_before, issued_at, expires_at, id) = match self.times {
            None => (token.not_before, token.issued_at, token.expires_at, token.id.as_deref()),
            Some((issued_at, expires_at, id)) => (None, Some(issued_at), Some(expires_at), Some(id)),
        };
        for (name, value) in [("nbf", not_before), ("iat", issued_at), ("exp", expires_at)] {
            if let Some(value) = value {
                map.serialize_entry(name, &value)?;
            }
        }
        if let Some(id) = id {
            map.serialize_entry("jti", id)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Token;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object of claims")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Token, A::Error> {
                let mut token = Token::default();
                while let Some(name) = access.next_key::<Claim>()? {
                    match name {
                        Claim::Subject => token.subject = access.next_value()?,
                        Claim::Name => {
                            token.name = access.next_value()?;
                            token.nulls.name = token.name.is_none();
                        }
                        Claim::Email => {
                            token.email = access.next_value()?;
                            token.nulls.email = token.email.is_none();
                        }
                        Claim::Picture => {
                            token.picture = access.next_value()?;
                            token.nulls.picture = token.picture.is_none();
                        }
                        Claim::IssuedAt => token.issued_at = Some(access.next_value::<Seconds>()?.0),
                        Claim::ExpiresAt => token.expires_at = Some(access.next_value::<Seconds>()?.0),
                        Claim::NotBefore => token.not_before = Some(access.next_value::<Seconds>()?.0),
                        Claim::Id => token.id = access.next_value()?,
                        Claim::Private => token.private = Some(Arc::new(access.next_value()?)),
                        Claim::Other(name) => {
                            token.extra.insert(name, access.next_value()?);
                        }
                    }
                }
                Ok(token)
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// A claim's name. Those we know cost no allocation.
enum Claim {
    Subject,
    Name,
    Email,
    Picture,
    IssuedAt,
    ExpiresAt,
    NotBefore,
    Id,
    Private,
    Other(String),
}

impl<'de> Deserialize<'de> for Claim {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Claim;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a claim's name")
            }

            fn visit_str<E>(self, name: &str) -> Result<Claim, E> {
                Ok(match name {
                    "sub" => Claim::Subject,
                    "name" => Claim::Name,
                    "email" => Claim::Email,
                    "picture" => Claim::Picture,
                    "iat" => Claim::IssuedAt,
                    "exp" => Claim::ExpiresAt,
                    "nbf" => Claim::NotBefore,
                    "jti" => Claim::Id,
                    PRIVATE => Claim::Private,
                    other => Claim::Other(other.to_owned()),
                })
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// A NumericDate (RFC 7519 §2): any JSON number, rounded down. What is no number is refused.
struct Seconds(i64);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;

        impl Visitor<'_> for Number {
            type Value = Seconds;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of seconds")
            }

            fn visit_u64<E>(self, number: u64) -> Result<Seconds, E> {
                Ok(Seconds(i64::try_from(number).unwrap_or(i64::MAX)))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Seconds, E> {
                Ok(Seconds(number))
            }

            #[allow(clippy::cast_possible_truncation, reason = "`as` saturates, which is what is wanted")]
            fn visit_f64<E>(self, number: f64) -> Result<Seconds, E> {
                Ok(Seconds(number.floor() as i64))
            }
        }

        deserializer.deserialize_any(Number)
    }
}

/// The name of admit's own claim.
const PRIVATE: &str = "admit";
const REGISTERED: &[&str] = &["sub", "name", "email", "picture", "iat", "exp", "nbf", "jti", PRIVATE];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_auth_js_wrote_survives_a_round_trip() {
        let text = r#"{"name":"Ada","email":null,"sub":"1","role":"admin","admit":{"sid":"x","started_at":7},"iat":1,"exp":2,"jti":"j"}"#;
        let token: Token = serde_json::from_str(text).unwrap();
        assert_eq!(token.private.as_ref().unwrap().sid, "x");
        assert_eq!(serde_json::to_string(&token).unwrap(), text);
    }

    /// A parser that is not exact makes another number of each of these, and so a claim would drift at every read.
    #[test]
    fn a_number_is_the_same_after_a_round_trip() {
        for number in ["110.71233132481575", "95.02920210361481", "0.9035542153287679", "5e-324", "1e+21"] {
            let token: Token = serde_json::from_str(&format!(r#"{{"score":{number}}}"#)).unwrap();
            assert_eq!(serde_json::to_string(&token).unwrap(), format!(r#"{{"score":{number}}}"#));
        }
    }

    #[test]
    fn an_expiry_that_is_no_number_is_refused() {
        for exp in ["\"1\"", "null", "[]", "{}", "true"] {
            assert!(serde_json::from_str::<Token>(&format!(r#"{{"exp":{exp}}}"#)).is_err(), "{exp}");
        }
        let token: Token = serde_json::from_str(r#"{"exp":1.9}"#).unwrap();
        assert_eq!(token.expires_at, Some(1));
    }

    #[test]
    fn an_application_cannot_set_a_registered_claim_by_the_back_door() {
        let mut token = Token::default();
        token.insert("exp", 99);
        token.insert("admit", "forged");
        assert_eq!(serde_json::to_string(&token).unwrap(), "{}");
    }
}
