//! What a browser gets: a page, or the way back to the application.

use admit::http::HttpResponse;
use http::StatusCode;
use url::Url;

use crate::answer;
use crate::azure_devops::{Callback, NoCallback};
use crate::desk::ByFault;
use crate::page::{self, ENTRA, Page};

/// Where the application wants the answer, and how.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) redirect_uri: String,
    pub(super) mode: Mode,
    pub(super) state: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Query,
    FormPost,
}

pub(super) enum Reply {
    Page(StatusCode, Page),
    Back(Way, Vec<(String, String)>),
    /// It goes wrong because somebody wanted it: what, in words.
    Faulty(Box<Self>, String),
}

impl Reply {
    pub(super) fn into_response(self) -> HttpResponse {
        match self {
            Self::Page(status, page) => answer::html(status, page),
            Self::Faulty(reply, words) => {
                let mut response = reply.into_response();
                response.extensions_mut().insert(ByFault(words));
                response
            }
            Self::Back(way, parameters) => match way.mode {
                Mode::Query => answer::redirect(&with_query(&way.redirect_uri, &parameters)),
                Mode::FormPost => answer::html(StatusCode::OK, page::go_back(&ENTRA, &way.redirect_uri, &parameters)),
            },
        }
    }

    /// Says why it goes wrong, if it does so on purpose.
    pub(super) fn by(self, fault: Option<String>) -> Self {
        match fault {
            Some(words) => Self::Faulty(Box::new(self), words),
            None => self,
        }
    }

    pub(super) fn into_callback(self) -> Result<Callback, NoCallback> {
        match self {
            Self::Faulty(reply, _) => reply.into_callback(),
            Self::Page(status, page) => Err(NoCallback::Page { status, page: page.into_string() }),
            Self::Back(way, parameters) => {
                let url = Url::parse(&with_query(&way.redirect_uri, &parameters)).map_err(|_| NoCallback::NotAUrl)?;
                Ok(Callback::new(url))
            }
        }
    }
}

/// The registered address is kept as it was written, and the answer appended.
pub(super) fn with_query(address: &str, parameters: &[(String, String)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}{query}")
}
