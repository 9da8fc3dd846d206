//! What a person types to sign in.

use maud::{Markup, html};
use serde::Serialize;

use crate::Catalogue;
use crate::credentials::{Field, Kind};
use crate::language::text;

/// What a person types, with the attributes that HTML has for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Input {
    /// An id for the input, which no other on the page has.
    pub id: String,
    /// Under which it is posted.
    pub name: String,
    /// What to type.
    pub label: String,
    /// `text`, `email` or `password`.
    pub kind: &'static str,
    /// What the browser may fill in.
    pub autocomplete: Option<String>,
    /// An example, to be shown while the input is empty.
    pub placeholder: Option<String>,
    /// Whether it has to be filled in.
    pub is_required: bool,
    /// Whether a browser must not correct it as prose, with capitals or spelling.
    pub is_exact: bool,
    /// Whether what was typed before did not match.
    pub is_invalid: bool,
}

impl Input {
    pub(super) fn new(words: &Catalogue, provider: &str, field: &Field) -> Self {
        Self {
            id: format!("{provider}-{}", field.name),
            name: field.name.clone(),
            label: match field.is_required {
                true => field.label.clone(),
                false => words.with(text::SIGN_IN_OPTIONAL, &[("field", &field.label)]),
            },
            kind: field.kind.as_str(),
            autocomplete: field.autocomplete.clone(),
            placeholder: field.placeholder.clone(),
            is_required: field.is_required,
            // What a browser would correct in prose, it would spoil in a name.
            is_exact: field.kind != Kind::Text || field.autocomplete.is_some(),
            is_invalid: false,
        }
    }

    /// A label and its input. What was typed before is not in it: a password never is, and a name would have to travel
    /// in the address to get here.
    pub(super) fn html(&self, notice: Option<&str>) -> Markup {
        html! {
            div.field {
                label for=(self.id) { (self.label) }
                input id=(self.id) name=(self.name) type=(self.kind)
                    autocomplete=[&self.autocomplete] placeholder=[&self.placeholder]
                    autocapitalize=[self.is_exact.then_some("none")] spellcheck=[self.is_exact.then_some("false")]
                    aria-invalid=[self.is_invalid.then_some("true")] aria-describedby=[notice]
                    required[self.is_required];
            }
        }
    }
}
