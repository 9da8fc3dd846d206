//! What a request brings: query, body and cookies, read once.

mod members;

use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE};
use http::{HeaderMap, Method, Request};
use serde_json::{Map, Value};
use url::form_urlencoded;

use members::Members;

use crate::cookie::{self, CookieNames, SessionCookies};
use crate::json;

/// A request to one of admit's own endpoints.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Body,
    pub(crate) cookies: RequestCookies,
}

/// The body of a POST.
pub(crate) enum Body {
    /// None, or one of a kind that the wire does not know.
    Absent,
    Form(Vec<(String, String)>),
    Json(Map<String, Value>),
}

/// How a redirect is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    /// As one.
    Redirect,
    /// By its address, with a status that says nothing.
    Json,
    /// By its address; the client looks at the status.
    JsonOfV4,
}

/// admit's cookies in a request.
#[derive(Debug, Default)]
pub(crate) struct RequestCookies {
    pub(crate) session: SessionCookies<'static>,
    pub(crate) session_v4: SessionCookies<'static>,
    pub(crate) csrf: Vec<String>,
    pub(crate) callback_url: Option<String>,
    pub(crate) pending: Vec<(String, String)>,
    pub(crate) leaving: Option<String>,
    pub(crate) last_used: Option<String>,
}

impl Input {
    /// Reads a request. `None` if it has a body that is not what it says it is.
    pub(crate) fn read(request: Request<Bytes>, names: &CookieNames) -> Option<Self> {
        let is_post = *request.method() == Method::POST;
        let body = if is_post { Body::read(request.headers(), request.body())? } else { Body::Absent };
        Some(Self { body, ..Self::of_page(request, names) })
    }

    /// Reads a request without its body: one for a page.
    pub(crate) fn of_page(request: Request<Bytes>, names: &CookieNames) -> Self {
        let (parts, _) = request.into_parts();
        Self {
            cookies: RequestCookies::read(&parts.headers, names),
            query: parts.uri.query().map(pairs).unwrap_or_default(),
            body: Body::Absent,
            method: parts.method,
            headers: parts.headers,
        }
    }

    /// A member of the query; of several the last, as on the wire.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        last(&self.query, name)
    }

    /// A text in the body.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        match &self.body {
            Body::Absent => None,
            Body::Form(form) => last(form, name),
            Body::Json(object) => object.get(name).and_then(Value::as_str),
        }
    }

    /// Whether a redirect shall be answered as JSON: v5's client says so in a header, v4's in the form.
    pub(crate) fn wants(&self) -> Wants {
        let in_body = match &self.body {
            Body::Json(object) => object.get("json") == Some(&Value::Bool(true)),
            Body::Absent | Body::Form(_) => false,
        };
        if self.headers.contains_key("x-auth-return-redirect") {
            Wants::Json
        } else if in_body || self.field("json") == Some("true") {
            Wants::JsonOfV4
        } else {
            Wants::Redirect
        }
    }
}

impl Body {
    fn read(headers: &HeaderMap, body: &[u8]) -> Option<Self> {
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        // Only what comes before the parameters: another site's page may send `text/plain;application/json` unasked.
        let kind = kind.split(';').next().unwrap_or("").trim();
        if kind.eq_ignore_ascii_case("application/json") {
            let Members(object) = json::read(body).ok()?;
            // What is compared or gone to has to be text: RED-033.
            let texts = ["csrfToken", "callbackUrl"];
            let all_text = texts.iter().all(|name| object.get(*name).is_none_or(Value::is_string));
            return all_text.then_some(Self::Json(object));
        }
        if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Some(Self::Form(form_urlencoded::parse(body).into_owned().collect()));
        }
        Some(Self::Absent)
    }
}

impl fmt::Debug for Body {
    /// Says of what kind it is; passwords and tokens are in it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "Absent",
            Self::Form(_) => "Form(…)",
            Self::Json(_) => "Json(…)",
        })
    }
}

impl RequestCookies {
    pub(crate) fn read(headers: &HeaderMap, names: &CookieNames) -> Self {
        let mut cookies = Self::default();
        let (mut session, mut session_v4) = (SessionCookies::default(), SessionCookies::default());
        for pair in cookie::pairs(headers.get_all(COOKIE)) {
            session.collect(&names.session, pair);
            session_v4.collect(&names.session_v4, pair);
            if let Some(value) = pair.named(&names.csrf).filter(|_| cookies.csrf.len() < 4) {
                cookies.csrf.push(cookie::decode(value).into_owned());
            } else if let Some(value) = pair.named(&names.callback_url).filter(|_| cookies.callback_url.is_none()) {
                cookies.callback_url = Some(cookie::decode(value).into_owned());
            } else if let Some(value) = pair.named(&names.leaving).filter(|_| cookies.leaving.is_none()) {
                cookies.leaving = Some(value.to_owned());
            } else if let Some(value) = pair.named(&names.last_used).filter(|_| cookies.last_used.is_none()) {
                cookies.last_used = Some(value.to_owned());
            } else if let Some((trip, value)) = pair.beginning(&names.pending)
                && let Some(value) = cookie::text(value)
                && cookies.pending.len() < MOST_PENDING
            {
                cookies.pending.push((format!("{}{trip}", names.pending), value.to_owned()));
            }
        }
        cookies.session = session.into_owned();
        cookies.session_v4 = session_v4.into_owned();
        cookies
    }
}

/// The pairs of a query or form.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn last<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// More than we ever leave with a browser, so that those too many can be taken away.
const MOST_PENDING: usize = 64;
