//! The head of a request: as an adapter hands it over, and what of it is kept.

use std::fmt;

use http::header::{ACCEPT, ACCEPT_LANGUAGE, COOKIE, HeaderName};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Uri};
use memchr::memmem;

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

/// The same from a framework whose types are not those of `http` 1: what is looked at, as text.
#[derive(Clone, Copy)]
pub struct PlainHead<'a, C> {
    /// The method.
    pub method: &'a str,
    /// Path and query as the browser asked for them.
    pub path_and_query: &'a str,
    /// The first `Accept` header.
    pub accept: Option<&'a [u8]>,
    /// The first `Accept-Language` header.
    pub accept_language: Option<&'a [u8]>,
    /// The first `Sec-Fetch-Mode` header.
    pub sec_fetch_mode: Option<&'a [u8]>,
    /// Every `Cookie` header, in order: an iterator of `&[u8]`.
    pub cookies: C,
}

impl<C> fmt::Debug for PlainHead<'_, C> {
    /// Shows method and path; query and headers may hold codes and cookies.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlainHead")
            .field("method", &self.method)
            .field("path", &self.path_and_query.split('?').next())
            .finish_non_exhaustive()
    }
}

/// What of the head is looked at later: most requests of a site never ask who is there.
pub(super) struct Head {
    is_browser: bool,
    /// Of a browser, for a page that it may be shown.
    accept_language: Option<Header>,
    path: Path,
    cookies: Option<Header>,
    /// HTTP/2 may cut them into several headers (RFC 9113 §8.2.3).
    more_cookies: Vec<Header>,
}

/// Path and query. Clones share their bytes.
enum Path {
    Shared(PathAndQuery),
    Copied(Box<str>),
}

/// The value of a header. Clones share their bytes.
pub(super) enum Header {
    Shared(HeaderValue),
    Copied(Box<[u8]>),
}

impl Head {
    pub(super) fn of(head: &RequestHead<'_>) -> Self {
        let bytes = |name: &HeaderName| head.headers.get(name).map(HeaderValue::as_bytes);
        let mut cookies = head.headers.get_all(COOKIE).iter().cloned().map(Header::Shared);
        let is_browser = *head.method == Method::GET && wants_a_page(bytes(&ACCEPT), || bytes(&SEC_FETCH_MODE));
        let accept_language = || head.headers.get(ACCEPT_LANGUAGE).cloned().map(Header::Shared);
        Self {
            is_browser,
            accept_language: is_browser.then(accept_language).flatten(),
            path: match head.uri.path_and_query() {
                Some(path) => Path::Shared(path.clone()),
                None => Path::Copied(Box::from("/")),
            },
            cookies: cookies.next(),
            more_cookies: cookies.collect(),
        }
    }

    pub(super) fn of_plain<'a>(head: PlainHead<'_, impl IntoIterator<Item = &'a [u8]>>) -> Self {
        let mut cookies = head.cookies.into_iter().map(|value| Header::Copied(Box::from(value)));
        let is_browser = head.method == "GET" && wants_a_page(head.accept, || head.sec_fetch_mode);
        let accept_language = || head.accept_language.map(|value| Header::Copied(Box::from(value)));
        Self {
            is_browser,
            accept_language: is_browser.then(accept_language).flatten(),
            path: Path::Copied(Box::from(head.path_and_query)),
            cookies: cookies.next(),
            more_cookies: cookies.collect(),
        }
    }

    /// Path and query.
    pub(super) fn path(&self) -> &str {
        match &self.path {
            Path::Shared(path) => path.as_str(),
            Path::Copied(path) => path,
        }
    }

    /// The `Cookie` headers.
    pub(super) fn cookies(&self) -> impl Iterator<Item = &Header> {
        self.cookies.iter().chain(&self.more_cookies)
    }

    /// Which language a browser's pages are to be in.
    pub(super) fn accept_language(&self) -> Option<&[u8]> {
        self.accept_language.as_ref().map(AsRef::as_ref)
    }

    /// A browser asks for a page by GET, wants HTML, and, if it says so at all, navigates.
    pub(super) fn is_browser(&self) -> bool {
        self.is_browser
    }
}

impl AsRef<[u8]> for Header {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Shared(value) => value.as_bytes(),
            Self::Copied(value) => value,
        }
    }
}

fn wants_a_page<'a>(accept: Option<&[u8]>, sec_fetch_mode: impl FnOnce() -> Option<&'a [u8]>) -> bool {
    // No browser sends anything but ASCII here.
    let has = |value: &[u8], part: &str| value.is_ascii() && memmem::find(value, part.as_bytes()).is_some();
    accept.is_some_and(|accept| has(accept, "text/html")) && sec_fetch_mode().is_none_or(|mode| has(mode, "navigate"))
}

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
