//! The dashboard's pages: plain data in, a whole response out, for any web framework.
//!
//! 1. No script and no request to anywhere: one style sheet in the page, allowed by its digest, and an icon.
//! 2. Whatever comes from Azure DevOps is text. Only addresses that are https, or on this machine, become links.
//! 3. A page is never stored: it shows what one person may see.

mod accounts;
mod builds;
mod empty;
mod home;
mod layout;
mod organisations;
mod paths;
mod problem;
mod projects;
mod repositories;
mod show;
mod style;
mod tab;
mod table;
mod work_items;

use admit::Timestamp;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

pub use accounts::{Accounts, Connected, SignedIn, accounts};
pub use builds::builds;
pub use home::home;
pub use organisations::organisations;
pub use paths::routes;
pub use problem::{no_access, not_found, problem};
pub use projects::projects;
pub use repositories::repositories;
pub(crate) use style::ICON;
pub use work_items::work_items;

/// What every page needs to know about the request.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The name of the person who is signed in.
    pub user_name: Option<&'a str>,
    /// The path that was asked for, to come back to after signing in.
    pub path: &'a str,
    /// Whether Azure DevOps is a pretend one.
    pub pretend: bool,
    /// When they asked.
    pub now: Timestamp,
}

/// The headers of every page.
pub fn security_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_SECURITY_POLICY, style::content_security_policy());
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers
}

fn response(status: StatusCode, page: maud::Markup) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(page.into_string()));
    *response.status_mut() = status;
    *response.headers_mut() = security_headers();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests;
