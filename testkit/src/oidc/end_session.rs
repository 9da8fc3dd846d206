//! `GET /logout`: the person is signed out here too, and the browser goes back (RP-Initiated Logout 1.0).

use std::collections::HashMap;

use admit::http::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;
use url::Url;

use super::{Fault, PretendOidc, Stage, offered, pages, transport};
use crate::answer;
use crate::azure_devops::{Callback, NoCallback};

impl PretendOidc {
    /// Goes to the address where people are signed out, and comes back.
    ///
    /// # Errors
    /// When the provider sends the browser nowhere.
    #[allow(clippy::unused_async, reason = "as the way in has it")]
    pub async fn end_session(&self, url: &str) -> Result<Callback, NoCallback> {
        let request = http::Request::get(url).body(Bytes::new()).map_err(|_| NoCallback::NotAUrl)?;
        self.state().record(Stage::EndSession, &request);
        Callback::read(&self.signed_out(&request))
    }

    pub(super) fn signed_out(&self, request: &HttpRequest) -> HttpResponse {
        let query = request.uri().query().unwrap_or_default();
        let fault = self.take_fault(Stage::EndSession);
        let in_words = fault.as_ref().map(|fault| offered::in_words(Stage::EndSession, fault));
        match self.way_back(query, fault) {
            Ok(back) => transport::by(in_words, transport::redirect(&back)),
            Err(why) => {
                let page = pages::refused(&self.config, &why);
                self.violation(format!("logout: {why}"));
                answer::html(StatusCode::BAD_REQUEST, page)
            }
        }
    }

    /// Where the browser goes back to: nowhere that is not registered, for nobody who does not say who asks.
    fn way_back(&self, query: &str, fault: Option<Fault>) -> Result<String, String> {
        let mut parameters = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()).into_owned() {
            if parameters.insert(name.clone(), value).is_some() {
                return Err(format!("the parameter `{name}` stands twice"));
            }
        }
        let parameter = |name: &str| parameters.get(name).map(String::as_str);
        match (parameter("client_id"), parameter("id_token_hint")) {
            (Some(id), _) if id != self.config.client_id => return Err("the client is unknown".to_owned()),
            (None, None) => return Err("neither a client nor an id token is named".to_owned()),
            (_, Some(id_token)) if !self.is_ours(id_token) => return Err("the id token is not ours".to_owned()),
            _ => {}
        }
        let back =
            parameter("post_logout_redirect_uri").ok_or("the parameter `post_logout_redirect_uri` is missing")?;
        if !self.config.post_logout_redirect_uris.iter().any(|known| known == back) {
            return Err("the parameter `post_logout_redirect_uri` is not registered".to_owned());
        }
        let mut back = Url::parse(back).map_err(|error| error.to_string())?;
        let state = match fault {
            Some(Fault::NoState) => None,
            Some(Fault::WrongState(state)) => Some(state),
            _ => parameter("state").map(str::to_owned),
        };
        if let Some(state) = state {
            back.query_pairs_mut().append_pair("state", &state);
        }
        Ok(back.into())
    }

    /// Whether an ID token is one that this provider made for its client. One that has ended is as good (§2).
    fn is_ours(&self, id_token: &str) -> bool {
        let claims = || -> Option<Value> {
            let payload = id_token.split('.').nth(1)?;
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
        };
        let is = |claims: &Value, name: &str, expected: &str| claims.get(name).is_some_and(|value| value == expected);
        claims()
            .is_some_and(|claims| is(&claims, "iss", &self.config.issuer) && is(&claims, "aud", &self.config.client_id))
    }
}
