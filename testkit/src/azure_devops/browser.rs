//! Plays the person at the provider's pages, so that a test gets from the authorization URL to the callback.

use std::fmt;

use admit::http::{HttpRequest, HttpResponse};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{Request, StatusCode};
use url::{Url, form_urlencoded};

use super::{Dropped, PretendAzureDevOps};

impl PretendAzureDevOps {
    /// Goes to the authorization URL and consents: as the person who does so by themselves, else as the first one.
    ///
    /// # Errors
    /// When the provider sends the browser nowhere.
    pub async fn authorize(&self, url: &str) -> Result<Callback, NoCallback> {
        let consenting = self.state().auto_consent.clone();
        let first = self.config.people.first().map(|person| person.login.clone());
        self.visit(url, &consenting.or(first).unwrap_or_default(), "accept").await
    }

    /// Goes to the authorization URL and consents as that person.
    ///
    /// # Errors
    /// When the provider sends the browser nowhere.
    pub async fn authorize_as(&self, login: &str, url: &str) -> Result<Callback, NoCallback> {
        self.visit(url, login, "accept").await
    }

    /// Goes to the authorization URL and presses "Deny".
    ///
    /// # Errors
    /// When the provider sends the browser nowhere.
    pub async fn deny(&self, url: &str) -> Result<Callback, NoCallback> {
        let login = self.config.people.first().map(|person| person.login.clone()).unwrap_or_default();
        self.visit(url, &login, "deny").await
    }

    async fn visit(&self, url: &str, login: &str, decision: &str) -> Result<Callback, NoCallback> {
        let request = Request::get(url).body(Bytes::new()).map_err(|_| NoCallback::NotAUrl)?;
        let query = request.uri().query().unwrap_or_default().to_owned();
        let mut response = self.handle(request).await?;
        // The forms are those of the pages; a provider that sends the browser away earlier ends the walk.
        for path in ["/_pretend/sign-in", "/_pretend/consent"] {
            if response.status() != StatusCode::OK {
                break;
            }
            response = self.handle(form(path, &query, login, decision)).await?;
        }
        Callback::read(&response)
    }
}

fn form(path: &'static str, query: &str, login: &str, decision: &str) -> HttpRequest {
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("request", query)
        .append_pair("login", login)
        .append_pair("decision", decision)
        .finish();
    let mut request = HttpRequest::new(body.into());
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = http::Uri::from_static(path);
    let form = http::HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(CONTENT_TYPE, form);
    request
}

/// Where the provider sends the browser.
#[derive(Clone, PartialEq, Eq)]
pub struct Callback {
    url: Url,
    parameters: Vec<(String, String)>,
}

impl Callback {
    pub(crate) fn new(url: Url) -> Self {
        Self { parameters: url.query_pairs().into_owned().collect(), url }
    }

    pub(crate) fn read(response: &HttpResponse) -> Result<Self, NoCallback> {
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        match location.and_then(|location| Url::parse(location).ok()) {
            Some(url) if response.status().is_redirection() => Ok(Self::new(url)),
            _ => Err(NoCallback::Page {
                status: response.status(),
                page: String::from_utf8_lossy(response.body()).into_owned(),
            }),
        }
    }

    /// The whole address.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// Path and query, as the application's request line has them.
    pub fn path_and_query(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }

    /// The path, for a provider that lets the browser post its answer there.
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// The parameters as the form that the browser posts.
    pub fn form(&self) -> &str {
        self.url.query().unwrap_or_default()
    }

    /// The decoded value of a parameter: `code`, `state`, `error`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Callback {
    /// Shows where to and the names of the parameters; a code is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.parameters.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Callback").field("path", &self.url.path()).field("parameters", &names).finish_non_exhaustive()
    }
}

/// Why the browser was sent nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoCallback {
    /// What the application gave the browser is no URL.
    NotAUrl,
    /// The provider showed a page of its own.
    Page {
        /// Its status.
        status: StatusCode,
        /// Its HTML.
        page: String,
    },
    /// The connection broke off.
    Dropped(Dropped),
}

impl fmt::Display for NoCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAUrl => f.write_str("the authorization URL is none"),
            Self::Page { status, .. } => {
                write!(f, "the provider showed a page of its own, with status {status}")
            }
            Self::Dropped(dropped) => dropped.fmt(f),
        }
    }
}

impl std::error::Error for NoCallback {}

impl From<Dropped> for NoCallback {
    fn from(dropped: Dropped) -> Self {
        Self::Dropped(dropped)
    }
}
