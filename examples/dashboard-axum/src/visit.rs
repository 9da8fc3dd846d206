//! What a handler gets of a request: who asks, for which page, with which token, for which organisation and project.

use admit::{AccessTokenError, Secret};
use admit_axum::{Current, Session};
use axum::RequestPartsExt as _;
use axum::body::Body;
use axum::extract::{FromRequestParts, OriginalUri, Path};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use dashboard::azure::Name;
use dashboard::site::PROVIDER;
use dashboard::{AzureError, View, pages};
use http::request::Parts;

use crate::Dashboard;

/// A page to be answered with.
pub(crate) struct Page {
    user_name: Option<String>,
    path: String,
    pretend: bool,
}

impl Page {
    pub(crate) fn show(&self, page: impl FnOnce(View<'_>) -> http::Response<Bytes>) -> Response {
        let view = View { user_name: self.user_name.as_deref(), path: &self.path, pretend: self.pretend };
        page(view).map(Body::from)
    }

    /// The page of what was found, or the one that says why nothing was.
    pub(crate) fn show_found<T>(
        &self,
        found: Result<T, AzureError>,
        page: impl FnOnce(View<'_>, &T) -> http::Response<Bytes>,
    ) -> Response {
        match found {
            Ok(found) => self.show(|view| page(view, &found)),
            Err(error) => self.show(|view| pages::problem(view, &error)),
        }
    }
}

impl FromRequestParts<Dashboard> for Page {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, dashboard: &Dashboard) -> Result<Self, Response> {
        let session: Option<Session> = parts.extract().await.map_err(IntoResponse::into_response)?;
        let uri = parts.extensions.get().map_or(&parts.uri, |OriginalUri(whole)| whole);
        Ok(Self {
            user_name: session.map(|session| session.user.display_name().to_owned()),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            pretend: dashboard.pretend,
        })
    }
}

/// Somebody who is signed in, with an access token. The guard has refreshed it; asking again costs nothing.
pub(crate) struct Visitor {
    pub(crate) page: Page,
    pub(crate) token: Secret,
}

impl FromRequestParts<Dashboard> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, dashboard: &Dashboard) -> Result<Self, Response> {
        let page = Page::from_request_parts(parts, dashboard).await?;
        let current: Current = parts.extract().await.map_err(IntoResponse::into_response)?;
        match current.access_token(PROVIDER).await {
            Ok(token) => Ok(Self { page, token }),
            Err(AccessTokenError::Unavailable { retry_after, .. }) => {
                let retry_after = Some(retry_after);
                let error = AzureError::Unavailable { call: "token", status: None, retry_after, source: None };
                Err(page.show(|view| pages::problem(view, &error)))
            }
            Err(error) => Err(current.without_token(&error)),
        }
    }
}

/// The organisation in the path.
pub(crate) struct Organisation(pub(crate) Name);

impl FromRequestParts<Dashboard> for Organisation {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, dashboard: &Dashboard) -> Result<Self, Response> {
        let path = parts.extract::<Path<String>>().await;
        match path.ok().and_then(|path| path.parse().ok()) {
            Some(name) => Ok(Self(name)),
            None => Err(no_such_page(parts, dashboard).await),
        }
    }
}

/// The organisation and the project in the path.
pub(crate) struct Project(pub(crate) Name, pub(crate) Name);

impl FromRequestParts<Dashboard> for Project {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, dashboard: &Dashboard) -> Result<Self, Response> {
        let path = parts.extract::<Path<(String, String)>>().await;
        let names = path.ok().and_then(|Path((org, project))| Some((org.parse().ok()?, project.parse().ok()?)));
        match names {
            Some((organisation, project)) => Ok(Self(organisation, project)),
            None => Err(no_such_page(parts, dashboard).await),
        }
    }
}

/// For a path whose names are none.
async fn no_such_page(parts: &mut Parts, dashboard: &Dashboard) -> Response {
    match Page::from_request_parts(parts, dashboard).await {
        Ok(page) => page.show(pages::not_found),
        Err(response) => response,
    }
}
