//! The place in a request where the one [`Current`] of that request is kept, made by whoever asks first.

use std::sync::{Arc, OnceLock};

use admit::{Auth, Current, RequestHead};
use http::request::Parts;
use http::{Extensions, Request};

use crate::MissingLayer;
use crate::address::Address;

/// Asks who makes a request.
pub trait CurrentExt {
    /// Who makes this request: the same [`Current`] for everybody who asks.
    ///
    /// # Errors
    /// When no [`AuthLayer`](crate::AuthLayer) has seen the request. The log says so too.
    fn current(&self) -> Result<Current, MissingLayer>;
}

impl<B> CurrentExt for Request<B> {
    fn current(&self) -> Result<Current, MissingLayer> {
        current(&RequestHead::new(self.method(), self.uri(), self.headers()), self.extensions())
    }
}

impl CurrentExt for Parts {
    fn current(&self) -> Result<Current, MissingLayer> {
        current(&RequestHead::new(&self.method, &self.uri, &self.headers), &self.extensions)
    }
}

/// Who makes a request, for frameworks whose requests are their own: it takes the head, and the extensions that the
/// request came with. For others there is [`CurrentExt`].
///
/// Behind tonic, a method sees headers, by the name of metadata, and extensions:
///
/// ```
/// # use admit::{BoxError, RequestHead};
/// # use admit_tower::current;
/// # use http::{Extensions, HeaderMap, Method, Uri};
/// async fn caller(metadata: &HeaderMap, extensions: &Extensions) -> Result<Option<String>, BoxError> {
///     // A call is a POST, so nobody is sent to sign in and comes back to it: its address does not matter.
///     let (method, uri) = (Method::POST, Uri::from_static("/"));
///     let current = current(&RequestHead::new(&method, &uri, metadata), extensions)?;
///     Ok(current.session().await?.map(|session| session.user.display_name().to_owned()))
/// }
/// ```
///
/// # Errors
/// When no [`AuthLayer`](crate::AuthLayer) has seen the request. The log says so too.
pub fn current(head: &RequestHead<'_>, extensions: &Extensions) -> Result<Current, MissingLayer> {
    let Some(Slot(slot)) = extensions.get() else {
        tracing::error!(
            path = head.uri.path(),
            "admit is asked who is there, and is not set up for this route: put AuthLayer::new(auth) around it, \
             outside of the guards; on an axum router, call .with_auth(auth) after them"
        );
        return Err(MissingLayer);
    };
    let make = || {
        let whole = slot.address.of(head.uri, extensions);
        slot.auth.current(&RequestHead::new(head.method, whole, head.headers))
    };
    Ok(slot.current.get_or_init(make).clone())
}

/// Put into the extensions of a request by the layer, which keeps a clone.
#[derive(Clone, Debug)]
pub(crate) struct Slot(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    auth: Auth,
    address: Address,
    current: OnceLock<Current>,
}

impl Slot {
    pub(crate) fn new(auth: Auth, address: Address) -> Self {
        Self(Arc::new(Inner { auth, address, current: OnceLock::new() }))
    }

    /// What was made, if anybody asked.
    pub(crate) fn asked(&self) -> Option<&Current> {
        self.0.current.get()
    }
}
