//! What a page lets people do: forms that post, and links.

use std::fmt;

use maud::{Markup, html};
use serde::{Serialize, Serializer};

use super::svg;
use crate::provider::Mark;

/// A form with one button, which posts to one of admit's endpoints.
///
/// Without its hidden fields the endpoint refuses it: they hold the CSRF token, and where to return to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Form {
    /// The absolute address that it posts to.
    pub action: String,
    /// What it posts besides, which nobody sees.
    pub hidden: Vec<Hidden>,
    /// The text of its button.
    pub label: String,
    /// The logo of the provider that the text names. Serialized it is an SVG element.
    #[serde(serialize_with = "as_svg")]
    pub mark: Option<Mark>,
    /// How it stands among the others on its page.
    pub weight: Weight,
}

/// A field that nobody sees. `{:?}` does not show the CSRF token.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Hidden {
    /// The field's name.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = if self.name == CSRF_TOKEN { "…" } else { &self.value };
        f.debug_struct("Hidden").field("name", &self.name).field("value", &value).finish()
    }
}

/// How something that people can do stands among the others on its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Weight {
    /// The thing to do here.
    Main,
    /// One of several, or not what most people want.
    Plain,
    /// What is still possible, and not for long.
    Quiet,
}

/// A link to another page of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Link {
    /// The absolute address.
    pub href: String,
    /// Its text.
    pub label: String,
    /// How it stands among what else can be done.
    pub weight: Weight,
}

impl Form {
    pub(crate) fn new(action: impl Into<String>, csrf_token: &str, label: impl Into<String>) -> Self {
        let hidden = vec![Hidden { name: CSRF_TOKEN.to_owned(), value: csrf_token.to_owned() }];
        Self { action: action.into(), hidden, label: label.into(), mark: None, weight: Weight::Plain }
    }

    #[must_use]
    pub(crate) fn returning_to(self, address: &str) -> Self {
        self.with("callbackUrl", address)
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.hidden.push(Hidden { name: name.to_owned(), value: value.to_owned() });
        self
    }

    #[must_use]
    pub(crate) fn weighing(self, weight: Weight) -> Self {
        Self { weight, ..self }
    }

    #[must_use]
    pub(crate) fn marked(self, mark: Option<Mark>) -> Self {
        Self { mark, ..self }
    }

    /// The form with its button alone.
    pub(super) fn html(&self) -> Markup {
        html! {
            form action=(self.action) method="post" {
                (hidden_fields(&self.hidden))
                button class=(self.weight.class()) type="submit" {
                    @if let Some(mark) = &self.mark { (svg(mark)) }
                    span.label { (self.label) }
                }
            }
        }
    }
}

impl Link {
    pub(super) fn html(&self) -> Markup {
        html! { a class=(self.weight.class()) href=(self.href) { (self.label) } }
    }
}

impl Weight {
    /// Of a button in the built-in stylesheet.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Main => "button primary",
            Self::Plain => "button",
            Self::Quiet => "button quiet",
        }
    }
}

#[expect(clippy::ref_option, reason = "serde passes the field as it stands")]
pub(super) fn as_svg<S: Serializer>(mark: &Option<Mark>, serializer: S) -> Result<S::Ok, S::Error> {
    mark.as_ref().map(Mark::svg).serialize(serializer)
}

/// The inputs that nobody sees.
pub(super) fn hidden_fields(hidden: &[Hidden]) -> Markup {
    html! { @for Hidden { name, value } in hidden { input type="hidden" name=(name) value=(value); } }
}

pub(super) const CSRF_TOKEN: &str = "csrfToken";

#[cfg(test)]
mod tests {
    use super::*;

    // CFG-007
    #[test]
    fn who_prints_a_form_prints_no_token() {
        let form = Form::new("/api/auth/signout", "hush", "Sign out").returning_to("/in");
        let text = format!("{form:?} {form:#?}");
        assert!(text.contains("csrfToken") && text.contains("/in"), "{text}");
        assert!(!text.contains("hush"), "{text}");
    }
}
