//! A session as the application sees it, and as `GET …/session` shows it.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use crate::{Timestamp, Token};

/// Who is signed in, and until when.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Session {
    /// The person.
    pub user: SessionUser,
    /// When the session ends unless it is used.
    pub expires: Timestamp,
    /// Further members of the session's JSON, for the `session` callback to set.
    pub extra: Map<String, Value>,
    offered: Option<Box<str>>,
}

/// The person in a [`Session`].
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct SessionUser {
    /// The user store's id, else one derived from the first account. In the JSON only if
    /// [`Session::expose_user_id`] was called, since Auth.js has none there.
    pub id: String,
    /// The name to show.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The address of a picture.
    pub image: Option<String>,
    /// Further members of `user` in the session's JSON, for the `session` callback to set.
    pub extra: Map<String, Value>,
    nulls: crate::token::Nulls,
}

impl Session {
    /// The session that these claims make. Applications make one to test callbacks and handlers by themselves.
    pub fn new(token: &Token, expires: Timestamp) -> Self {
        Self {
            user: SessionUser {
                id: token.subject.clone().unwrap_or_default(),
                name: token.name.clone(),
                email: token.email.clone(),
                image: token.picture.clone(),
                extra: Map::new(),
                nulls: token.nulls,
            },
            expires,
            extra: Map::new(),
            offered: None,
        }
    }

    /// The same with the provider of which an account may be offered.
    pub(crate) fn offering(mut self, provider: Option<&str>) -> Self {
        self.offered = provider.map(Box::from);
        self
    }

    /// The id of a provider of which the application may offer to connect an account (`POST …/link/{id}`), if a
    /// [`Succession`](crate::Succession) said so at sign-in. Until one is connected in this session; not in the JSON.
    pub fn offered(&self) -> Option<&str> {
        self.offered.as_deref()
    }

    /// Shows the user's id in the session's JSON, as `user.id`.
    pub fn expose_user_id(&mut self) {
        let id = self.user.id.clone();
        self.user.extra.insert("id".to_owned(), Value::String(id));
    }

    /// Whether the person has a role: `user.role` is it, or `user.roles` holds it. The `session` callback sets them.
    pub fn has_role(&self, role: &str) -> bool {
        let is = |value: &Value| value.as_str() == Some(role);
        self.user.extra.get("role").is_some_and(is)
            || self.user.extra.get("roles").and_then(Value::as_array).is_some_and(|roles| roles.iter().any(is))
    }
}

/// As `GET …/session` answers.
impl Serialize for Session {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("user", &Shown(&self.user))?;
        map.serialize_entry("expires", &self.expires.to_string())?;
        for (name, value) in self.extra.iter().filter(|(name, _)| !matches!(name.as_str(), "user" | "expires")) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A user as the session's JSON has it: without the id, unless it was exposed.
struct Shown<'a>(&'a SessionUser);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let user = self.0;
        let mut map = serializer.serialize_map(None)?;
        let known = [
            ("name", &user.name, user.nulls.name),
            ("email", &user.email, user.nulls.email),
            ("image", &user.image, user.nulls.picture),
        ];
        for (name, value, null) in known {
            if (value.is_some() || null) && !user.extra.contains_key(name) {
                map.serialize_entry(name, value)?;
            }
        }
        for (name, value) in &user.extra {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl SessionUser {
    /// The name, else the part of the e-mail address before the `@`, else the id.
    pub fn display_name(&self) -> &str {
        self.name
            .as_deref()
            .or_else(|| self.email.as_deref().and_then(|email| email.split('@').next()))
            .unwrap_or(&self.id)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("user", &self.user).field("expires", &self.expires).finish_non_exhaustive()
    }
}

impl fmt::Debug for SessionUser {
    /// Shows the id; what is personal stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionUser").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(token: &str, change: impl Fn(&mut Session)) -> String {
        let token: Token = serde_json::from_str(token).unwrap();
        let mut session = Session::new(&token, Timestamp::from_unix_millis(1_795_295_606_042));
        change(&mut session);
        serde_json::to_string(&session).unwrap()
    }

    #[test]
    fn the_json_has_the_members_of_the_wire_in_its_order() {
        let token = r#"{"sub":"7","name":"Ada","email":null}"#;
        assert_eq!(json(token, |_| {}), r#"{"user":{"name":"Ada","email":null},"expires":"2026-11-21T21:13:26.042Z"}"#);
        assert_eq!(
            json(token, Session::expose_user_id),
            r#"{"user":{"name":"Ada","email":null,"id":"7"},"expires":"2026-11-21T21:13:26.042Z"}"#
        );
    }

    #[test]
    fn a_role_is_one_or_among_several() {
        let token: Token = serde_json::from_str("{}").unwrap();
        let mut session = Session::new(&token, Timestamp::from_unix_seconds(0));
        assert!(!session.has_role("admin"));
        session.user.extra.insert("roles".to_owned(), serde_json::json!(["admin"]));
        assert!(session.has_role("admin") && !session.has_role("root"));
    }
}
