//! What a person gave, by the names of the fields.

use std::fmt;

use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE};
use serde_json::Value;

use super::{Field, LONGEST};
use crate::Secret;
use crate::input::Body;

/// What a person gave: the fields that were declared, and no others.
///
/// `Debug` shows their names. Text is handed on as it was typed, neither trimmed nor normalized.
#[derive(Clone)]
pub struct GivenCredentials {
    values: Vec<(String, Secret)>,
    headers: HeaderMap,
}

impl GivenCredentials {
    /// For testing a check by itself.
    pub fn new<N: Into<String>, V: Into<Secret>>(values: impl IntoIterator<Item = (N, V)>) -> Self {
        let values = values.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { values, headers: HeaderMap::new() }
    }

    /// The text in a field, such as a user name. Empty if it is optional and was left out.
    ///
    /// # Errors
    /// When no such field was declared.
    pub fn text(&self, name: &str) -> Result<&str, UndeclaredField> {
        self.secret(name).map(Secret::expose)
    }

    /// The same, still wrapped: for passwords that are handed on.
    ///
    /// # Errors
    /// When no such field was declared.
    pub fn secret(&self, name: &str) -> Result<&Secret, UndeclaredField> {
        let found = self.values.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value).ok_or_else(|| UndeclaredField(name.to_owned()))
    }

    /// A header of the request, such as the one in which the proxy before this site writes the sender's address. What
    /// the proxy does not overwrite is the sender's to choose. Cookies and `Authorization` are left out.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Takes the fields out of a body. The rest of it is dropped.
    pub(crate) fn read(body: Body, headers: &HeaderMap, fields: &[Field]) -> Result<Self, Unusable> {
        let mut sent = match body {
            Body::Absent => Vec::new(),
            Body::Form(form) => form.into_iter().map(|(name, value)| (name, Some(value))).collect(),
            Body::Json(object) => object.into_iter().filter_map(of_json).collect(),
        };
        let values = fields.iter().map(|field| Ok((field.name.clone(), take(&mut sent, field)?)));
        let values = values.collect::<Result<_, Unusable>>()?;
        let mut headers = headers.clone();
        headers.remove(COOKIE);
        headers.remove(AUTHORIZATION);
        Ok(Self { values, headers })
    }
}

impl fmt::Debug for GivenCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.iter().map(|(name, _)| name)).finish()
    }
}

/// A check asked for a field that its provider does not declare.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("field {0:?} is not declared, so nothing is ever given in it; add it with .field(…)")]
pub struct UndeclaredField(String);

/// Why what was sent is not put before the check. The names are those of declared fields.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("field {0:?} is missing or empty")]
    Missing(String),
    #[error("field {0:?} came twice")]
    Twice(String),
    #[error("field {0:?} is no text")]
    NotText(String),
    #[error("field {0:?} is longer than {LONGEST} bytes")]
    TooLong(String),
}

/// A member of a JSON body; nothing in place of what is no text. `null` is as good as left out.
fn of_json((name, value): (String, Value)) -> Option<(String, Option<String>)> {
    match value {
        Value::Null => None,
        Value::String(text) => Some((name, Some(text))),
        _ => Some((name, None)),
    }
}

fn take(sent: &mut [(String, Option<String>)], field: &Field) -> Result<Secret, Unusable> {
    let name = || field.name.clone();
    let mut found = sent.iter_mut().filter(|(sent, _)| *sent == field.name);
    let value = match found.next() {
        None => String::new(),
        Some((_, value)) => value.take().ok_or_else(|| Unusable::NotText(name()))?,
    };
    // Wiped from here on, also when it is not used.
    let value = Secret::new(value);
    if found.next().is_some() {
        // Whoever reads the first and whoever reads the last would see different people.
        return Err(Unusable::Twice(name()));
    }
    if value.is_empty() && field.is_required {
        return Err(Unusable::Missing(name()));
    }
    if value.len() > LONGEST {
        return Err(Unusable::TooLong(name()));
    }
    // Some hashes end at NUL. A form's bytes that were no UTF-8 all become U+FFFD, and many passwords one.
    if value.expose().contains(['\0', char::REPLACEMENT_CHARACTER]) {
        return Err(Unusable::NotText(name()));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn fields() -> [Field; 3] {
        [
            Field::username("username", "User name"),
            Field::password("password", "Password"),
            Field::text("totp", "Code").optional(),
        ]
    }

    fn form(text: &str) -> Result<GivenCredentials, Unusable> {
        let form = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        GivenCredentials::read(Body::Form(form), &HeaderMap::new(), &fields())
    }

    fn of_json(value: Value) -> Result<GivenCredentials, Unusable> {
        let object: Map<_, _> = serde_json::from_value(value).unwrap();
        GivenCredentials::read(Body::Json(object), &HeaderMap::new(), &fields())
    }

    fn shown(given: &GivenCredentials) -> [&str; 3] {
        ["username", "password", "totp"].map(|name| given.text(name).unwrap())
    }

    #[test]
    fn declared_fields_are_given_as_they_were_typed_and_nothing_else_is() {
        let of_form = form("csrfToken=x&username=+ada+&password=p%26w%3D%C3%A9&redirect=false&__proto__=1").unwrap();
        assert_eq!(shown(&of_form), [" ada ", "p&w=é", ""]);
        let of_json =
            of_json(json!({ "username": " ada ", "password": "p&w=é", "totp": null, "admin": true })).unwrap();
        assert_eq!(shown(&of_json), [" ada ", "p&w=é", ""]);
        for given in [of_form, of_json] {
            for name in ["csrfToken", "redirect", "__proto__", "admin", "Username"] {
                assert_eq!(given.text(name), Err(UndeclaredField(name.to_owned())));
            }
            assert_eq!(format!("{given:?}"), r#"{"username", "password", "totp"}"#);
        }
    }

    #[test]
    fn what_is_required_is_never_handed_over_empty() {
        let missing = |name: &str| Some(Unusable::Missing(name.to_owned()));
        assert_eq!(form("username=ada").err(), missing("password"));
        assert_eq!(form("username=ada&password=").err(), missing("password"));
        assert_eq!(form("password=p").err(), missing("username"));
        assert_eq!(of_json(json!({ "username": "ada", "password": null })).err(), missing("password"));
        let nothing = GivenCredentials::read(Body::Absent, &HeaderMap::new(), &fields());
        assert_eq!(nothing.err(), missing("username"));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_not_read() {
        let twice = Some(Unusable::Twice("password".to_owned()));
        assert_eq!(form("username=ada&password=a&password=b").err(), twice);
        assert_eq!(form("username=ada&password=a&password=").err(), twice);
        let no_text = Some(Unusable::NotText("password".to_owned()));
        for value in [json!(1), json!(true), json!(["p"]), json!({ "$ne": "" }), json!("p\0q"), json!("\u{fffd}")] {
            assert_eq!(of_json(json!({ "username": "ada", "password": value })).err(), no_text, "{value}");
        }
        assert_eq!(form("username=ada&password=p%00q").err(), no_text);
        assert_eq!(form("username=ada&password=%FF%FE").err(), no_text);
    }

    #[test]
    fn a_value_is_bounded() {
        let given = |length: usize| form(&format!("username=ada&password={}", "x".repeat(length)));
        assert!(given(LONGEST).is_ok());
        assert_eq!(given(LONGEST + 1).err(), Some(Unusable::TooLong("password".to_owned())));
    }

    #[test]
    fn headers_come_along_without_those_that_sign_somebody_in() {
        let headers = [("cookie", "a=b"), ("authorization", "Bearer x"), ("x-real-ip", "192.0.2.7")];
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(name, value.parse().unwrap());
        }
        let body = Body::Form(vec![("username".to_owned(), "ada".to_owned()), ("password".to_owned(), "p".to_owned())]);
        let given = GivenCredentials::read(body, &map, &fields()).unwrap();
        assert_eq!(headers.map(|(name, _)| given.header(name)), [None, None, Some("192.0.2.7")]);
    }
}
