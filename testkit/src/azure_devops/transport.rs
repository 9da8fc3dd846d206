//! The way in: one function for every request, and the back channel in process.

use std::fmt;

use admit::http::{HttpClient, HttpError, HttpRequest, HttpResponse};
use async_trait::async_trait;
use http::HeaderName;
use http::uri::Scheme;

use super::log::RecordedRequest;
use super::{Fault, PretendAzureDevOps, Stage, answer, asked, offered};
use crate::desk::{self, Heard};
use crate::served::is_loopback;

/// Azure DevOps' own address for sign-in, which the back channel in process answers for, as it does for
/// `https://dev.azure.com`. Applications under test need not be told of another.
pub const BASE_URL: &str = "https://app.vssps.visualstudio.com";

impl PretendAzureDevOps {
    /// Answers one request, wherever it came from.
    ///
    /// # Errors
    /// When a fault drops the connection.
    pub async fn handle(&self, request: HttpRequest) -> Result<HttpResponse, Dropped> {
        if let Some(page) = desk::answer(self, &request) {
            return Ok(page);
        }
        let mut heard = asked::heard(&request);
        let answer = self.respond(&request, heard.as_mut()).await;
        if let Some(heard) = heard {
            let now = self.now();
            self.state().desk.timeline.answered(heard, now, &answer);
        }
        answer
    }

    async fn respond(&self, request: &HttpRequest, heard: Option<&mut Heard>) -> Result<HttpResponse, Dropped> {
        let path = request.uri().path();
        let Some(stage) = Stage::of(path) else {
            return Ok(self.own_page(request));
        };
        let fault = {
            let mut state = self.state();
            state.log.record(RecordedRequest::new(stage, request));
            state.faults.take(stage, path)
        };
        if let (Some(heard), Some(fault)) = (heard, &fault) {
            heard.goes_wrong_by(offered::in_words(stage, fault));
        }
        match &fault {
            Some(Fault::DroppedConnection) => return Err(Dropped),
            Some(Fault::Slow(duration)) => self.config.clock.sleep(*duration).await,
            Some(fault) => {
                if let Some(answer) = fault.answer() {
                    return Ok(answer);
                }
            }
            None => {}
        }
        let mut answer = match stage {
            Stage::Authorize => self.authorization(request),
            Stage::Token => self.token(request, fault == Some(Fault::NoRefreshToken)),
            Stage::Profile | Stage::ConnectionData | Stage::Identity | Stage::Rest => self
                .to_a_stranger(request)
                .unwrap_or_else(|| self.rest(request, matches!(fault, Some(Fault::OrganizationDenied(_))))),
        };
        if let Some(Fault::Headers(headers)) = &fault {
            for (name, value) in headers {
                answer::set(&mut answer, HeaderName::from_static(name), value);
            }
        }
        if fault == Some(Fault::ByteOrderMark) {
            let body = ["\u{feff}".as_bytes(), answer.body()].concat();
            *answer.body_mut() = body.into();
        }
        if fault == Some(Fault::LostAnswer) { Err(Dropped) } else { Ok(answer) }
    }
}

/// The back channel of an application under test. It answers for Azure DevOps' own hosts and for loopback addresses,
/// follows no redirect, and refuses the authorization endpoint, which is the browser's.
#[async_trait]
impl HttpClient for PretendAzureDevOps {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if let Some(entra) = self.config.entra.as_ref().filter(|entra| entra.is_at(&request)) {
            return entra.send(request).await;
        }
        let refusal = match Stage::of(request.uri().path()) {
            None => Some("this page is for people"),
            Some(Stage::Authorize) => Some("the authorization endpoint is for the browser"),
            Some(_) => misdirected(&request),
        };
        if let Some(why) = refusal {
            self.state().log.violation(format!("back channel: {why}"));
            return Err(HttpError::Refused(why));
        }
        self.handle(request).await.map_err(|dropped| HttpError::Connection(dropped.into()))
    }
}

/// The connection broke off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pretend server dropped the connection")
    }
}

impl std::error::Error for Dropped {}

/// Why a request did not come to where Azure DevOps would answer it.
fn misdirected(request: &HttpRequest) -> Option<&'static str> {
    let uri = request.uri();
    let host = uri.host().unwrap_or_default();
    if is_loopback(host) {
        return None;
    }
    if uri.scheme() != Some(&Scheme::HTTPS) {
        return Some("not https");
    }
    let of_account = uri.path().starts_with("/_apis/") || uri.path().starts_with("/oauth2/");
    match host {
        "app.vssps.visualstudio.com" if of_account => None,
        "app.vssps.visualstudio.com" => Some("organisations live at dev.azure.com"),
        "dev.azure.com" if !of_account => None,
        "dev.azure.com" => Some("sign-in and profile live at app.vssps.visualstudio.com"),
        _ => Some("a host that is not Azure DevOps"),
    }
}
