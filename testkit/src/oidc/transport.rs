//! The way in: one function for every request, the documents, and the back channel in process.

use admit::http::{HttpClient, HttpError, HttpRequest, HttpResponse};
use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderValue, Method, StatusCode};
use serde_json::{Map, Value, json};

use super::{Fault, PretendOidc, Stage, asked, offered};
use crate::azure_devops::Dropped;
use crate::desk::{self, ByFault, Heard};
use crate::keys::SigningKey;
use crate::served::Answers;
use crate::signed::set;

/// The back channel of an application under test. It answers below its issuer only, and leaves the authorization
/// endpoint to the browser.
#[async_trait]
impl HttpClient for PretendOidc {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let uri = request.uri().to_string();
        let refusal = match uri.strip_prefix(self.base()) {
            Some(path) if path.starts_with("/authorize") => Some("the authorization endpoint is for the browser"),
            Some(path) if path.starts_with("/logout") => Some("the end session endpoint is for the browser"),
            Some(path) if stage(request.method(), path).is_some() => None,
            _ => Some("this is not here"),
        };
        if let Some(why) = refusal {
            self.violation(format!("back channel: {why}: {} {uri}", request.method()));
            return Err(HttpError::Refused(why));
        }
        self.handle(request).await.map_err(|dropped| HttpError::Connection(dropped.into()))
    }
}

/// The same on a socket, for a browser too.
#[async_trait]
impl Answers for PretendOidc {
    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, Dropped> {
        self.handle(request).await
    }
}

fn stage(method: &Method, path: &str) -> Option<Stage> {
    match (method, path.split('?').next().unwrap_or_default()) {
        (&Method::GET, "/.well-known/openid-configuration") => Some(Stage::Discovery),
        (&Method::GET, "/keys") if !path.contains('?') => Some(Stage::Keys),
        (&Method::GET, "/userinfo") => Some(Stage::Userinfo),
        (&Method::POST, "/token") => Some(Stage::Token),
        (&Method::POST, "/par") => Some(Stage::Pushed),
        (&Method::POST, "/revoke") => Some(Stage::Revoke),
        (&Method::GET, "/authorize") => Some(Stage::Authorize),
        (&Method::GET, "/logout") => Some(Stage::EndSession),
        _ => None,
    }
}

impl PretendOidc {
    /// Answers one request, wherever it came from.
    ///
    /// # Errors
    /// When a fault drops the connection.
    pub async fn handle(&self, request: HttpRequest) -> Result<HttpResponse, Dropped> {
        if let Some(page) = desk::answer(self, &request) {
            return Ok(page);
        }
        let uri = request.uri().to_string();
        let stage = stage(request.method(), uri.strip_prefix(self.base()).unwrap_or(&uri));
        let mut heard = asked::heard(&request, stage);
        let answer = match stage {
            Some(stage) => self.respond(&request, stage, &mut heard).await,
            None => Ok(answer(StatusCode::NOT_FOUND, "this is not here")),
        };
        let now = self.now();
        self.state().desk.timeline.answered(heard, now, &answer);
        answer
    }

    async fn respond(&self, request: &HttpRequest, stage: Stage, heard: &mut Heard) -> Result<HttpResponse, Dropped> {
        let gate = {
            let mut state = self.state();
            state.record(stage, request);
            state.gates.get(&stage).cloned()
        };
        if let Some(gate) = gate {
            gate.pass().await;
        }
        if stage == Stage::Authorize {
            return Ok(self.authorization(request));
        }
        if stage == Stage::EndSession {
            return Ok(self.signed_out(request));
        }
        let fault = self.take_fault(stage);
        if let Some(fault) = &fault {
            heard.goes_wrong_by(offered::in_words(stage, fault));
        }
        match &fault {
            Some(Fault::DroppedConnection) => return Err(Dropped),
            Some(Fault::Answer { status, body }) => {
                let mut response = HttpResponse::new(body.clone());
                *response.status_mut() = *status;
                return Ok(response);
            }
            Some(Fault::Busy(wait)) => {
                let mut response = answer(StatusCode::SERVICE_UNAVAILABLE, "");
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs()));
                return Ok(response);
            }
            _ => {}
        }
        Ok(match stage {
            Stage::Discovery => self.published(&self.document()),
            Stage::Keys => {
                let keys: Vec<_> = self.state().keys.iter().map(SigningKey::jwk).collect();
                self.published(&json!({ "keys": keys }))
            }
            Stage::Pushed => self.push(request),
            Stage::Revoke => self.revoke(request),
            Stage::Token => self.token(request, fault.as_ref()),
            Stage::Userinfo | Stage::Authorize | Stage::EndSession => self.userinfo(request, fault.as_ref()),
        })
    }

    /// What its addresses begin with.
    pub(super) fn base(&self) -> &str {
        self.config.issuer.trim_end_matches('/')
    }

    /// The fault for a request: the oldest of those that happen once, else the first that lasts.
    pub(super) fn take_fault(&self, stage: Stage) -> Option<Fault> {
        let mut state = self.state();
        match state.once.iter().position(|(at, _)| *at == stage) {
            Some(place) => Some(state.once.remove(place).1),
            None => state.always.iter().find(|(at, _)| *at == stage).map(|(_, fault)| fault.clone()),
        }
    }

    /// A document that may be kept for a while.
    fn published(&self, document: &Value) -> HttpResponse {
        let mut response = json(document);
        let live = format!("public, max-age={}", self.config.documents_live.as_secs());
        if let Ok(live) = HeaderValue::try_from(live) {
            response.headers_mut().insert(CACHE_CONTROL, live);
        }
        response
    }

    /// The discovery document.
    fn document(&self) -> Value {
        let issuer = self.base();
        let mut document = Map::new();
        set(
            &mut document,
            &json!({
                "issuer": self.config.issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "userinfo_endpoint": format!("{issuer}/userinfo"),
                "jwks_uri": format!("{issuer}/keys"),
                "end_session_endpoint": format!("{issuer}/logout"),
                "response_types_supported": ["code"],
                "response_modes_supported": ["query", "form_post"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [self.config.algorithm.name()],
                "authorization_response_iss_parameter_supported": self.config.sends_iss,
            }),
        );
        set(&mut document, &self.published_client_auth());
        set(&mut document, &self.published_pushed_requests());
        set(&mut document, &self.published_revocation());
        set(&mut document, &Value::Object(self.state().published.clone().into_iter().collect()));
        Value::Object(document)
    }
}

pub(super) fn json(body: &Value) -> HttpResponse {
    let mut response = HttpResponse::new(Bytes::from(body.to_string()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) fn redirect(to: &str) -> HttpResponse {
    let mut response = answer(StatusCode::FOUND, "");
    if let Ok(to) = HeaderValue::try_from(to) {
        response.headers_mut().insert(LOCATION, to);
    }
    response
}

/// An answer that goes wrong on purpose, if it does.
pub(super) fn by(fault: Option<String>, mut response: HttpResponse) -> HttpResponse {
    if let Some(words) = fault {
        response.extensions_mut().insert(ByFault(words));
    }
    response
}

pub(super) fn answer(status: StatusCode, text: impl Into<Bytes>) -> HttpResponse {
    let mut response = HttpResponse::new(text.into());
    *response.status_mut() = status;
    response
}
