//! The pretend server's own addresses: a start page, the forms of its pages, and the switches for faults.
//!
//! | request | does |
//! |---|---|
//! | `POST /_pretend/fault` | sets a fault: `{"stage":"token","fault":"status","status":503,"always":true}` |
//! | `DELETE /_pretend/fault` | works again |
//! | `GET /_pretend/log` | tells what was asked, without secrets |

use admit::http::{HttpRequest, HttpResponse};
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Fault, PretendAzureDevOps, Stage, answer, pages};

impl PretendAzureDevOps {
    pub(super) fn own_page(&self, request: &HttpRequest) -> HttpResponse {
        match (request.method(), request.uri().path()) {
            (_, pages::SIGN_IN) => self.signed_in(request),
            (_, pages::CONSENT) => self.consented(request),
            (&Method::POST, "/_pretend/fault") => self.set_fault(request),
            (&Method::DELETE, "/_pretend/fault") => {
                self.clear_faults();
                answer::empty(StatusCode::NO_CONTENT)
            }
            (&Method::GET, "/_pretend/log") => self.tell_log(),
            _ => answer::empty(StatusCode::NOT_FOUND),
        }
    }

    fn set_fault(&self, request: &HttpRequest) -> HttpResponse {
        // No form can send this type, so no page that somebody happens to visit can turn the switch.
        let is_json = request.headers().get(CONTENT_TYPE).is_some_and(|value| value == "application/json");
        if !is_json {
            return answer::empty(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let read = || {
            let value: Value = serde_json::from_slice(request.body()).map_err(|error| error.to_string())?;
            let stage = value.get("stage").and_then(Value::as_str).and_then(Stage::from_name);
            let stage = stage.ok_or("`stage` is none of authorize, token, profile, connection-data, identity, rest")?;
            let always = value.get("always").and_then(Value::as_bool).unwrap_or(false);
            Ok::<_, String>((stage, Fault::from_json(&value)?, always))
        };
        match read() {
            Ok((stage, fault, true)) => self.fail_always(stage, fault),
            Ok((stage, fault, false)) => self.fail_once(stage, fault),
            Err(why) => return answer::json(StatusCode::BAD_REQUEST, &json!({ "problem": why })),
        }
        answer::empty(StatusCode::NO_CONTENT)
    }

    fn tell_log(&self) -> HttpResponse {
        let state = self.state();
        let requests: Vec<_> = state
            .log
            .requests()
            .iter()
            .map(|request| {
                json!({
                    "stage": request.stage.name(),
                    "method": request.method(),
                    "path": request.path(),
                    "parameters": request.redacted().collect::<Vec<_>>(),
                })
            })
            .collect();
        answer::json(StatusCode::OK, &json!({ "requests": requests, "violations": state.log.violations }))
    }
}
