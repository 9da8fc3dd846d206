//! Sign-in by what a person types: a name and a password, or whatever else the application can check itself.
//!
//! The application brings the check, [`CheckCredentials`]; admit brings the form, the wire of Auth.js's credentials
//! provider, and the session. It keeps no passwords and hashes none.
//!
//! Five rules hold whatever the check does:
//! 1. Only the fields that were declared reach it, each at most once, as text, without NUL and within [`LONGEST`].
//! 2. A field that is required is never handed over empty: there are directories that take an empty password for a
//!    wish to be anonymous, and say yes (RFC 4513 §5.1.2).
//! 3. The browser is told one thing, whether nobody has that name or the password is another.
//! 4. A check that was begun runs to its end, or to the `callback_timeout`, even if the browser hangs up.
//! 5. What was given is shown by no log and no `Debug`, and is wiped when the check is done with it.

mod check;
mod field;
mod given;
mod refusal;

use std::fmt;
use std::sync::Arc;

pub use check::{CheckCredentials, Verdict};
pub use field::Field;
pub(crate) use field::Kind;
pub use given::{GivenCredentials, UndeclaredField};
pub(crate) use refusal::{Refused, is_code};

use crate::Provider;
use crate::provider::{Flow, Mark};

/// A provider that asks the application.
///
/// ```
/// use admit::credentials::{Credentials, Field, GivenCredentials, Verdict};
/// use admit::Profile;
///
/// let members = Credentials::new("Acme", |given: GivenCredentials| async move {
///     let known = given.text("username")? == "ada" && given.text("password")? == "correct horse";
///     Ok(if known { Verdict::Accepted(Profile::new("7").name(Some("Ada"))) } else { Verdict::Refused })
/// })
/// .field(Field::username("username", "User name"))
/// .field(Field::password("password", "Password"));
/// # let auth = admit::Auth::builder("https://app.example")
/// #     .secret("at least thirty-two bytes, from openssl rand")
/// #     .provider(members)
/// #     .build();
/// # assert!(auth.is_ok());
/// ```
///
/// It stands under the id `credentials`, so that `signIn("credentials", …)` of Auth.js's client finds it.
#[derive(Clone)]
pub struct Credentials {
    id: String,
    name: String,
    mark: Option<Mark>,
    pub(crate) fields: Vec<Field>,
    pub(crate) texts: Vec<(String, String)>,
    pub(crate) has_form: bool,
    pub(crate) subjects_are_users: bool,
    pub(crate) check: Arc<dyn CheckCredentials>,
}

impl Credentials {
    /// A provider with this name, such as the site's own; people read "Sign in with" before it.
    pub fn new(name: impl Into<String>, check: impl CheckCredentials) -> Self {
        Self {
            id: "credentials".to_owned(),
            name: name.into(),
            mark: None,
            fields: Vec::new(),
            texts: Vec::new(),
            has_form: true,
            subjects_are_users: false,
            check: Arc::new(check),
        }
    }

    /// Another id than `credentials`, where there are several.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// Another name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// A logo for pages, before the name; `None` takes it off.
    #[must_use]
    pub fn mark(mut self, mark: impl Into<Option<Mark>>) -> Self {
        self.mark = mark.into();
        self
    }

    /// Asks for one thing more. The form has the fields in this order.
    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// What the built-in sign-in page says when the check refuses with a code. Of several providers that know a code the
    /// first is quoted.
    #[must_use]
    pub fn text_for(mut self, code: impl Into<String>, text: impl Into<String>) -> Self {
        self.texts.push((code.into(), text.into()));
        self
    }

    /// Leaves the form off the built-in sign-in page, for what no person types, such as a wallet's signature.
    #[must_use]
    pub fn without_form(mut self) -> Self {
        self.has_form = false;
        self
    }

    /// Says that a profile's subject is the id of one of the application's users: of a user in the user store, if there
    /// is one.
    ///
    /// Otherwise this is a provider like any other. A subject is linked to a user when it first comes, and without a user
    /// store the user's id is made of it. Say this only if nobody can choose their own subject; a chosen user name could
    /// be somebody else's id.
    #[must_use]
    pub fn subjects_are_users(mut self) -> Self {
        self.subjects_are_users = true;
        self
    }

    /// What is wrong with the declaration, each with its remedy.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.fields.is_empty() {
            problems.push("no field is declared, so nothing reaches the check; add one with .field(…)".to_owned());
        }
        if self.fields.len() > MOST_FIELDS {
            problems.push(format!("{} fields are declared; {MOST_FIELDS} are possible", self.fields.len()));
        }
        for (place, field) in self.fields.iter().enumerate() {
            problems.extend(field.problem());
            if self.fields.iter().take(place).any(|earlier| earlier.name == field.name) {
                problems.push(format!("field {:?} is there twice; name one of them otherwise", field.name));
            }
        }
        for (code, _) in self.texts.iter().filter(|(code, _)| !is_code(code)) {
            problems.push(format!("code {code:?} does not fit an address; use a-z, A-Z, 0-9, hyphens and underscores"));
        }
        problems
    }
}

impl Provider for Credentials {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn mark(&self) -> Option<Mark> {
        self.mark
    }

    fn flow(&self) -> Flow<'_> {
        Flow::Credentials(self)
    }
}

impl fmt::Debug for Credentials {
    /// Without the check, which is the application's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("id", &self.id).field("fields", &self.fields).finish_non_exhaustive()
    }
}

/// How many bytes a value may have. Hashing a password takes as long as it is long.
pub const LONGEST: usize = 4096;
const MOST_FIELDS: usize = 16;
