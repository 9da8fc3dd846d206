//! The check, which is the application's, and what it can say.

use std::borrow::Cow;
use std::future::Future;

use async_trait::async_trait;

use super::GivenCredentials;
use crate::{BoxError, Profile};

/// Looks at what a person gave, and says who they are.
///
/// Closures that take [`GivenCredentials`] and return a future are checks, too.
///
/// # Who asks must not learn who exists
/// A check that returns at once when nobody has the name, and hashes a password when somebody has, tells by its time who
/// exists. So hash either way: against the person's hash, or against one of nobody's password.
///
/// ```
/// use admit::credentials::{CheckCredentials, GivenCredentials, Verdict};
/// use admit::{BoxError, Profile};
/// # struct Member { id: i64, password_hash: String }
/// # struct Members;
/// # impl Members { async fn named(&self, _: &str) -> Result<Option<Member>, std::io::Error> { Ok(None) } }
/// # fn verify(_password: &str, _hash: &str) -> bool { false }
/// # const HASH_OF_NOBODY: &str = "";
///
/// #[async_trait::async_trait]
/// impl CheckCredentials for Members {
///     async fn check(&self, given: &GivenCredentials) -> Result<Verdict, BoxError> {
///         let member = self.named(given.text("username")?).await?;
///         let hash = member.as_ref().map_or(HASH_OF_NOBODY, |member| &member.password_hash);
///         let right = verify(given.text("password")?, hash);
///         Ok(match member {
///             Some(member) if right => Verdict::Accepted(Profile::new(member.id.to_string())),
///             _ => Verdict::Refused,
///         })
///     }
/// }
/// ```
#[async_trait]
pub trait CheckCredentials: Send + Sync + 'static {
    /// Who it is, or that it is not them.
    ///
    /// # Errors
    /// When it cannot be said, such as without a database. The browser sees a failure of the site, and not that the
    /// password was wrong; the log has the error.
    async fn check(&self, given: &GivenCredentials) -> Result<Verdict, BoxError>;
}

#[async_trait]
impl<F, C> CheckCredentials for C
where
    C: Fn(GivenCredentials) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Verdict, BoxError>> + Send,
{
    async fn check(&self, given: &GivenCredentials) -> Result<Verdict, BoxError> {
        self(given.clone()).await
    }
}

/// What a check found. Not `non_exhaustive`: nothing is left that it could find.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// This is who they are.
    Accepted(Profile),
    /// They are not who they say, or nobody is: the browser is told the same of both.
    Refused,
    /// As `Refused`, with a code that Auth.js's client hands on, such as `totp_required`: letters, digits, hyphens and
    /// underscores, 64 at most. Whoever reads it learns what it says, so say it only of somebody who gave the right
    /// password.
    RefusedWith(Cow<'static, str>),
}

impl Verdict {
    /// A refusal with a code.
    pub fn refused_with(code: impl Into<Cow<'static, str>>) -> Self {
        Self::RefusedWith(code.into())
    }
}

impl From<Option<Profile>> for Verdict {
    fn from(found: Option<Profile>) -> Self {
        found.map_or(Self::Refused, Self::Accepted)
    }
}
