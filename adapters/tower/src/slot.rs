//! The place in a request where the one [`Current`] of that request is kept, made by whoever asks first.

use std::sync::{Arc, OnceLock};

use admit::{Auth, Current, RequestHead};
use axum::extract::OriginalUri;
use http::{Extensions, HeaderMap, Method, Uri};

use crate::Rejection;

/// Put into the extensions of a request by the layer, which keeps a clone.
#[derive(Clone, Debug)]
pub(crate) struct Slot(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    auth: Auth,
    current: OnceLock<Current>,
}

impl Slot {
    pub(crate) fn new(auth: Auth) -> Self {
        Self(Arc::new(Inner { auth, current: OnceLock::new() }))
    }

    /// What was made, if anybody asked.
    pub(crate) fn asked(&self) -> Option<&Current> {
        self.0.current.get()
    }
}

/// Who makes the request that these are the parts of.
pub(crate) fn current(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Result<Current, Rejection> {
    let Some(Slot(slot)) = extensions.get() else {
        tracing::error!(
            path = uri.path(),
            "admit is asked who is there, and is not set up for this route: call .with_auth(auth) on the router, or \
             add AuthLayer::new(auth), after the routes and the guards"
        );
        return Err(Rejection::MissingLayer);
    };
    // A router that is nested takes its prefix off the address; the browser has to come back to the whole of it.
    let uri = extensions.get().map_or(uri, |OriginalUri(whole)| whole);
    let current = slot.current.get_or_init(|| slot.auth.current(&RequestHead::new(method, uri, headers)));
    Ok(current.clone())
}
