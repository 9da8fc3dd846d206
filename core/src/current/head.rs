//! The head of a request: as an adapter hands it over, and what of it is kept.

use std::fmt;

use http::header::{ACCEPT, COOKIE, HeaderName};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Uri};

/// The head of a request, as an adapter hands it over.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct RequestHead<'a> {
    /// The method.
    pub method: &'a Method,
    /// The address as the browser asked for it, before any router took a prefix off.
    pub uri: &'a Uri,
    /// The headers.
    pub headers: &'a HeaderMap,
}

impl<'a> RequestHead<'a> {
    /// The headers that are looked at to tell who makes a request. An adapter that has to convert them may leave out
    /// the others.
    pub const HEADERS: [HeaderName; 3] = [COOKIE, ACCEPT, SEC_FETCH_MODE];

    /// The head of a request.
    pub fn new(method: &'a Method, uri: &'a Uri, headers: &'a HeaderMap) -> Self {
        Self { method, uri, headers }
    }
}

impl fmt::Debug for RequestHead<'_> {
    /// Shows method and path; query and headers may hold codes and cookies.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHead")
            .field("method", &self.method)
            .field("path", &self.uri.path())
            .finish_non_exhaustive()
    }
}

/// What of the head is looked at later, as it came: most requests of a site never ask who is there. Clones of headers
/// share their bytes.
pub(super) struct Head {
    is_get: bool,
    path: Option<PathAndQuery>,
    accept: Option<HeaderValue>,
    fetch_mode: Option<HeaderValue>,
    cookies: Option<HeaderValue>,
    /// HTTP/2 may cut them into several headers (RFC 9113 §8.2.3).
    more_cookies: Vec<HeaderValue>,
}

impl Head {
    pub(super) fn of(head: &RequestHead<'_>) -> Self {
        let mut cookies = head.headers.get_all(COOKIE).iter().cloned();
        Self {
            is_get: *head.method == Method::GET,
            path: head.uri.path_and_query().cloned(),
            accept: head.headers.get(ACCEPT).cloned(),
            fetch_mode: head.headers.get(&SEC_FETCH_MODE).cloned(),
            cookies: cookies.next(),
            more_cookies: cookies.collect(),
        }
    }

    /// Path and query.
    pub(super) fn path(&self) -> &str {
        self.path.as_ref().map_or("/", PathAndQuery::as_str)
    }

    /// The `Cookie` headers.
    pub(super) fn cookies(&self) -> impl Iterator<Item = &HeaderValue> {
        self.cookies.iter().chain(&self.more_cookies)
    }

    /// A browser asks for a page by GET, wants HTML, and, if it says so at all, navigates.
    pub(super) fn is_browser(&self) -> bool {
        let has = |value: &HeaderValue, part: &str| value.to_str().is_ok_and(|value| value.contains(part));
        self.is_get
            && self.accept.as_ref().is_some_and(|accept| has(accept, "text/html"))
            && self.fetch_mode.as_ref().is_none_or(|mode| has(mode, "navigate"))
    }
}

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
