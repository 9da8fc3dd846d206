//! What a person is asked for.

/// One thing that a person is asked for, and the input that asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) kind: Kind,
    pub(crate) autocomplete: Option<String>,
    pub(crate) placeholder: Option<String>,
    pub(crate) is_required: bool,
}

/// How the input behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Email,
    Password,
}

impl Field {
    /// A line of text that a browser does not fill in, such as a tenant.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(Kind::Text, name.into(), label.into(), None)
    }

    /// The name by which a person signs in.
    pub fn username(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(Kind::Text, name.into(), label.into(), Some("username"))
    }

    /// The e-mail address by which a person signs in. It is not checked that it is one.
    pub fn email(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(Kind::Email, name.into(), label.into(), Some("username"))
    }

    /// A password.
    pub fn password(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::of(Kind::Password, name.into(), label.into(), Some("current-password"))
    }

    /// What the browser may fill in, in HTML's words: `one-time-code`, `organization`, `off`.
    pub fn autocomplete(mut self, hint: impl Into<String>) -> Self {
        self.autocomplete = Some(hint.into());
        self
    }

    /// An example, shown while the input is empty.
    pub fn placeholder(mut self, text: impl Into<String>) -> Self {
        self.placeholder = Some(text.into());
        self
    }

    /// Lets it be left out. Otherwise a sign-in without it is refused before the check is asked.
    pub fn optional(mut self) -> Self {
        self.is_required = false;
        self
    }

    fn of(kind: Kind, name: String, label: String, autocomplete: Option<&str>) -> Self {
        let autocomplete = autocomplete.map(str::to_owned);
        Self { name, label, kind, autocomplete, placeholder: None, is_required: true }
    }

    /// What is wrong with it, with the remedy.
    pub(super) fn problem(&self) -> Option<String> {
        let Self { name, label, .. } = self;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if name.is_empty() || name.len() > 64 || !name.bytes().all(plain) {
            return Some(format!("field {name:?} has no plain name; use a-z, A-Z, 0-9, hyphens and underscores"));
        }
        if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)) {
            return Some(format!("field {name:?} has a name that the wire uses itself; choose another"));
        }
        if label.trim().is_empty() {
            return Some(format!("field {name:?} has no label, so nobody can tell what to type; give it one"));
        }
        None
    }
}

impl Kind {
    /// HTML's word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Email => "email",
            Self::Password => "password",
        }
    }
}

/// What the official clients send of their own accord.
const RESERVED: &[&str] = &["csrfToken", "callbackUrl", "json", "redirect", "redirectTo"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_plainly_named_labelled_and_not_the_wires() {
        for name in ["username", "user-name", "totp_code", "E2"] {
            assert_eq!(Field::text(name, "x").problem(), None);
        }
        for name in RESERVED {
            assert!(Field::text(*name, "x").problem().unwrap().contains("the wire uses"), "{name}");
        }
        assert!(Field::text("CSRFTOKEN", "x").problem().is_some());
        for name in ["", "user name", "a[b]", "a.b", "ü", &"x".repeat(65)] {
            assert!(Field::text(name, "x").problem().unwrap().contains("no plain name"), "{name}");
        }
        assert!(Field::text("username", " ").problem().unwrap().contains("no label"));
    }
}
