//! Sign-in by what a person types: `POST …/callback/credentials`, its wire and what follows.

mod attacks;
mod check;
mod page;
mod people;
mod sessions;
mod wire;

use std::sync::{Arc, Mutex};

use admit::credentials::{CheckCredentials, Credentials, Field, GivenCredentials, Verdict};
use admit::{AuthBuilder, BoxError, MemoryStore, Profile};
use async_trait::async_trait;
use bytes::Bytes;
use http::Response;

use crate::support::{Browser, Site};

pub const PATH: &str = "/api/auth/callback/credentials";
/// What only the check may see.
pub const PASSWORD: &str = "correct-horse-0123456789";

/// The people of the site, and who asked for them. Clones are one.
#[derive(Clone, Default)]
struct Members(Arc<Mutex<Vec<String>>>);

impl Members {
    /// The names that reached the check.
    fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// With a form for name and password.
    fn provider(&self) -> Credentials {
        Credentials::new("Acme", self.clone())
            .field(Field::username("username", "User name"))
            .field(Field::password("password", "Password"))
            .field(Field::text("totp", "Code").autocomplete("one-time-code").optional())
            .text_for("totp_required", "Type the code that your phone shows.")
    }
}

#[async_trait]
impl CheckCredentials for Members {
    async fn check(&self, given: &GivenCredentials) -> Result<Verdict, BoxError> {
        let name = given.text("username")?;
        self.0.lock().unwrap().push(name.to_owned());
        let is_right = given.secret("password")?.expose() == PASSWORD;
        Ok(match (name, is_right) {
            ("ada", true) => Verdict::Accepted(Profile::new("7").name(Some("Ada"))),
            ("bo", true) => Verdict::Accepted(Profile::new("8").name(Some("Bo"))),
            ("cy", true) if given.text("totp")?.is_empty() => Verdict::refused_with("totp_required"),
            ("odd", true) => Verdict::refused_with("not a code&x=y"),
            ("nobody", true) => Verdict::Accepted(Profile::new(" ")),
            ("panic", _) => panic!("the check is broken"),
            ("down", _) => Err("the directory does not answer")?,
            ("typo", _) => Verdict::from(given.text("passwort").map(|_| None)?),
            _ => Verdict::Refused,
        })
    }
}

fn in_cookie(builder: AuthBuilder) -> AuthBuilder {
    builder.danger_single_process_refresh()
}

fn in_store(builder: AuthBuilder) -> AuthBuilder {
    builder.session_store(MemoryStore::new()).token_store(MemoryStore::new())
}

/// Where a session can live.
const HOMES: [fn(AuthBuilder) -> AuthBuilder; 2] = [in_cookie, in_store];

/// A site with Azure DevOps and these members.
fn site(members: &Members, configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Site {
    Site::with(|builder| configure(builder.provider(members.provider())))
}

/// Fills in the form and sends it.
async fn give(browser: &mut Browser<'_>, name: &str, password: &str) -> Response<Bytes> {
    let token = browser.csrf_token().await;
    let form = [("csrfToken", token.as_str()), ("callbackUrl", "/in"), ("username", name), ("password", password)];
    browser.post(PATH, &form).await
}
