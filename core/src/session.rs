//! A session as the application sees it, and as `GET …/session` shows it.

use std::fmt;

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
    pub(crate) fn of(token: &Token, expires: Timestamp) -> Self {
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
        }
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

    /// As `GET …/session` answers.
    pub fn to_json(&self) -> Value {
        let mut user = Map::new();
        for (name, value, null) in [
            ("name", &self.user.name, self.user.nulls.name),
            ("email", &self.user.email, self.user.nulls.email),
            ("image", &self.user.image, self.user.nulls.picture),
        ] {
            match value {
                Some(text) => drop(user.insert(name.to_owned(), Value::String(text.clone()))),
                None if null => drop(user.insert(name.to_owned(), Value::Null)),
                None => {}
            }
        }
        user.extend(self.user.extra.clone());
        let mut session = Map::new();
        session.insert("user".to_owned(), Value::Object(user));
        session.insert("expires".to_owned(), Value::String(self.expires.to_string()));
        session.extend(self.extra.clone());
        Value::Object(session)
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
