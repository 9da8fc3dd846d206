//! `POST /par`: an authorization request comes ahead of the browser (RFC 9126).

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use admit::http::{HttpRequest, HttpResponse};
use http::StatusCode;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::authorize::{DECISION, LOGIN};
use super::token::refusal;
use super::transport::{answer, json as in_json};
use super::{PretendOidc, Pushed};

impl PretendOidc {
    pub(super) fn published_pushed_requests(&self) -> Value {
        match self.config.pushed {
            Pushed::Unknown => json!({}),
            pushed => json!({
                "pushed_authorization_request_endpoint": format!("{}/par", self.base()),
                "require_pushed_authorization_requests": pushed == Pushed::Required,
            }),
        }
    }

    /// Takes a request, and gives a reference to it that counts once and for a minute.
    pub(super) fn push(&self, request: &HttpRequest) -> HttpResponse {
        if self.config.pushed == Pushed::Unknown {
            return answer(StatusCode::NOT_FOUND, "this is not here");
        }
        let pairs: Vec<(String, String)> = form_urlencoded::parse(request.body()).into_owned().collect();
        let form: HashMap<_, _> = pairs.iter().cloned().collect();
        if let Some(refusal) = self.refuse_client("par", request, &form) {
            return refusal;
        }
        let proof = ["client_secret", "client_assertion", "client_assertion_type"];
        let parameters: Vec<_> = pairs.into_iter().filter(|(name, _)| !proof.contains(&name.as_str())).collect();
        let checked = match form.contains_key("request_uri") {
            true => Err("a reference in place of a request".to_owned()),
            false => self.asked(parameters.clone()).map(|_| ()),
        };
        if let Err(why) = checked {
            self.violation(format!("par: {why}"));
            return refusal(StatusCode::BAD_REQUEST, "invalid_request");
        }
        let reference = format!("urn:ietf:params:oauth:request_uri:{}", self.fresh("pushed"));
        self.state().pushed.insert(reference.clone(), (parameters, self.now() + LIFETIME));
        let mut taken = in_json(&json!({ "request_uri": reference, "expires_in": LIFETIME.as_secs() }));
        *taken.status_mut() = StatusCode::CREATED;
        taken
    }

    /// The request that a browser brings: itself, or what it refers to. A reference counts once.
    pub(super) fn brought(&self, url: &Url, then: Reference) -> Result<Vec<(String, String)>, String> {
        let brought = url.query_pairs().into_owned().filter(|(name, _)| ![LOGIN, DECISION].contains(&name.as_str()));
        let brought: Vec<_> = brought.collect();
        let reference = brought.iter().find(|(name, _)| name == "request_uri").map(|(_, value)| value);
        let Some(reference) = reference else {
            return match self.config.pushed {
                Pushed::Required => Err("the request was not pushed".to_owned()),
                _ => Ok(brought),
            };
        };
        let names: HashSet<_> = brought.iter().map(|(name, _)| name.as_str()).collect();
        if names != HashSet::from(["client_id", "request_uri"]) || brought.len() != 2 {
            return Err("the browser brings more than a reference".to_owned());
        }
        if !brought.contains(&("client_id".to_owned(), self.config.client_id.clone())) {
            return Err("the parameter `client_id` is another client's".to_owned());
        }
        let pushed = match then {
            Reference::Stays => self.state().pushed.get(reference).cloned(),
            Reference::IsSpent => self.state().pushed.remove(reference),
        };
        let (parameters, _) =
            pushed.filter(|(_, end)| *end > self.now()).ok_or("the `request_uri` refers to nothing")?;
        Ok(parameters)
    }
}

/// What becomes of a reference that was read.
#[derive(Clone, Copy)]
pub(super) enum Reference {
    /// The person has not decided yet.
    Stays,
    /// They have.
    IsSpent,
}

const LIFETIME: Duration = Duration::from_secs(60);
