//! The way to sign in once more, with what that one sign-in asks of the provider.

use std::time::Duration;

use serde_json::json;

use super::Current;
use crate::address::with_query;
use crate::why::{PROVIDER, WHY, Why};

/// Where whoever is signed in proves it once more, and comes back: from [`Current::sign_in_again`].
///
/// ```
/// use std::time::Duration;
///
/// fn before_a_payment(current: &admit::Current) -> String {
///     current.sign_in_again().max_age(Duration::from_secs(300)).return_to("/payments/new").url()
/// }
/// ```
///
/// It leads to the sign-in page. The forms of the built-in one pass on what is asked; a page of the application's own
/// takes its query over to `POST …/signin/{id}`. On that way it is in the hands of the person at the browser, so a
/// handler that needs a fresh proof looks at what came back: see [`Claims::authentication`](crate::Claims::authentication).
#[derive(Clone, Debug)]
#[must_use]
pub struct SignInAgain {
    page: String,
    return_to: String,
    query: Vec<(String, String)>,
}

impl SignInAgain {
    pub(super) fn new(current: &Current) -> Self {
        Self {
            page: current.realm().sign_in_page(),
            return_to: current.0.head.path().to_owned(),
            query: vec![(AGAIN.to_owned(), "1".to_owned())],
        }
    }

    /// How long ago the provider may have asked the person who they are. An older proof is refused, if the provider speaks
    /// OpenID Connect; another proves nothing of the kind.
    pub fn max_age(self, max_age: Duration) -> Self {
        self.parameter("max_age", max_age.as_secs().to_string())
    }

    /// The classes of authentication one of which is needed, in the provider's words. Another is refused.
    ///
    /// They go as the essential claim `acr` (OpenID Connect Core §5.5.1.1). A provider that does not know the `claims`
    /// parameter may know `acr_values`; that is a wish, whose fulfilment the application looks for itself.
    pub fn context(self, classes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let classes: Vec<String> = classes.into_iter().map(Into::into).collect();
        let claims = json!({ "id_token": { "acr": { "essential": true, "values": classes } } });
        self.parameter("claims", claims.to_string())
    }

    /// Any other parameter that the provider's description allows, such as `prompt`.
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Why, for the page to say.
    pub(crate) fn because(self, why: Why, provider: Option<&str>) -> Self {
        let told = self.parameter(WHY, why.word());
        match provider {
            Some(provider) => told.parameter(PROVIDER, provider),
            None => told,
        }
    }

    /// Where to come back to, in place of the request at hand.
    pub fn return_to(mut self, path: impl Into<String>) -> Self {
        self.return_to = path.into();
        self
    }

    /// The address, to redirect to.
    #[must_use]
    pub fn url(&self) -> String {
        let asked = self.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let query: Vec<_> = std::iter::once(("callbackUrl", self.return_to.as_str())).chain(asked).collect();
        with_query(&self.page, &query)
    }
}

/// The member of a sign-in's query by which the person has to stay the same.
pub(crate) const AGAIN: &str = "reauthenticate";
