//! A [`Visit`] as a handler's argument.

use std::sync::Arc;

use admit_axum::{Current, Rejection};
use axum::RequestPartsExt as _;
use axum::extract::{FromRequestParts, OriginalUri};
use dashboard::{Site, Visit};
use http::request::Parts;

/// Who asks for a page, as the dashboard takes it.
pub(crate) struct Visited(pub(crate) Visit);

impl FromRequestParts<Arc<Site>> for Visited {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Rejection> {
        let current: Current = parts.extract().await?;
        let uri = parts.extensions.get().map_or(&parts.uri, |OriginalUri(whole)| whole);
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        Ok(Self(Visit::new(site, current.into_inner(), target)))
    }
}
