//! The front door: an [`Auth`] answers requests and tells who makes them.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};

use crate::audience::Audience;
use crate::realm::Realm;
use crate::{AuthBuilder, Current, Import, PlainHead, RequestHead, action};

/// Sign-in for one site. Cheap to clone.
///
/// Adapters mount it: `admit-axum` for axum, `admit-actix` for actix-web, `admit-tower` for hyper and others. Without
/// one, hand it requests and send its responses.
#[derive(Clone)]
pub struct Auth(Arc<Realm>);

impl Auth {
    /// The longest request body that is looked at, in bytes. An adapter reads one byte more at most, so that what is
    /// too long is told from what is not.
    pub const BODY_LIMIT: usize = 64 * 1024;

    /// Begins a configuration.
    ///
    /// The base URL is where people reach the site, such as `https://app.example`; it is never guessed from a request.
    /// A path in it is where admit is mounted, `/api/auth` if there is none. Secrets come from the environment unless
    /// they are given.
    ///
    /// ```
    /// use admit::{Auth, Client, OAuthProvider};
    ///
    /// let acme = OAuthProvider::oauth2("acme", "Acme", Client::new("id", "secret"))
    ///     .authorization_endpoint("https://acme.example/authorize")
    ///     .token_endpoint("https://acme.example/token")
    ///     .userinfo_endpoint("https://acme.example/me");
    /// let auth = Auth::builder("https://app.example")
    ///     .secret("at least thirty-two bytes, from openssl rand")
    ///     .provider(acme)
    ///     .build()?;
    /// assert_eq!(auth.base_path(), "/api/auth");
    /// # Ok::<(), admit::ConfigError>(())
    /// ```
    pub fn builder(base_url: impl Into<String>) -> AuthBuilder {
        AuthBuilder::new(base_url.into())
    }

    pub(crate) fn new(realm: Realm) -> Self {
        Self(Arc::new(realm))
    }

    /// The same site, from within a request of it.
    pub(crate) fn at(realm: &Arc<Realm>) -> Self {
        Self(Arc::clone(realm))
    }

    pub(crate) fn realm(&self) -> &Arc<Realm> {
        &self.0
    }

    /// Answers a request to one of admit's endpoints. It cannot fail: errors are responses.
    ///
    /// The request's path is the one the browser asked for. To be called within a tokio runtime whose
    /// timers are on.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        action::handle(&self.0, request).await
    }

    /// Who makes a request, to be asked when it is needed.
    pub fn current(&self, head: &RequestHead<'_>) -> Current {
        Current::of(Arc::clone(&self.0), head)
    }

    /// The same for a framework whose types are not those of `http` 1.
    pub fn current_of<'a>(&self, head: PlainHead<'_, impl IntoIterator<Item = &'a [u8]>>) -> Current {
        Current::of_plain(Arc::clone(&self.0), head)
    }

    /// Takes over sessions and tokens that another library kept.
    pub fn import(&self) -> Import<'_> {
        Import::new(&self.0)
    }

    /// The ids and names of the providers, in the order they were added. For pages of the application's own.
    pub fn providers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.providers.iter().map(|registered| (registered.id(), registered.provider.name()))
    }

    /// How many events [`Events`](crate::Events) did not hear, since it panicked or took too long. For a gauge.
    pub fn missed_events(&self) -> u64 {
        self.0.audience.as_ref().map_or(0, Audience::missed)
    }

    /// The path that admit's endpoints lie under, without a slash at its end.
    pub fn base_path(&self) -> &str {
        &self.0.base.path
    }

    /// Where people reach the site: scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.0.base.origin
    }
}

impl fmt::Debug for Auth {
    /// Where it is and whom it asks; what it remembers of people stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let providers: Vec<_> = self.0.providers.iter().map(crate::realm::Registered::id).collect();
        f.debug_struct("Auth")
            .field("url", &self.0.base.auth_url)
            .field("providers", &providers)
            .finish_non_exhaustive()
    }
}
