//! `POST /token` and `GET /userinfo`.

use std::collections::HashMap;

use admit::http::{HttpRequest, HttpResponse};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::transport::json as answer;
use super::{Fault, PretendOidc};
use crate::desk::Given;
use crate::signed::set;

impl PretendOidc {
    /// Exchanges a code or a refresh token. Both are good for once.
    pub(super) fn token(&self, request: &HttpRequest, fault: Option<&Fault>) -> HttpResponse {
        let mut form: HashMap<String, String> = form_urlencoded::parse(request.body()).into_owned().collect();
        if let Some(refusal) = self.refuse_client("token", request, &form) {
            return refusal;
        }
        let mut field = |name: &str| form.remove(name).unwrap_or_default();
        let (grant, because) = match field("grant_type").as_str() {
            "authorization_code" => {
                let grant = self.state().codes.remove(&field("code"));
                let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, field("code_verifier").as_bytes()));
                let redirect_uri = field("redirect_uri");
                (grant.filter(|grant| grant.code_challenge == challenge && redirect_uri == grant.redirect_uri), CODE)
            }
            "refresh_token" => (self.state().refresh_tokens.remove(&field("refresh_token")), "a refresh"),
            _ => return refusal(StatusCode::BAD_REQUEST, "unsupported_grant_type"),
        };
        let Some(grant) = grant else { return refusal(StatusCode::BAD_REQUEST, "invalid_grant") };
        let (access_token, refresh_token) = (self.fresh("access"), self.fresh("refresh"));
        let id_token = self.id_token(&grant, &access_token, because == CODE, fault);
        let mut body = json!({
            "access_token": access_token, "token_type": "Bearer", "expires_in": self.config.lifetime.as_secs(),
            "refresh_token": refresh_token, "scope": grant.scope, "id_token": id_token,
        });
        if let (Some(Fault::NoIdToken), Value::Object(members)) = (fault, &mut body) {
            members.remove("id_token");
        }
        let person = self.config.people.get(&grant.login).and_then(|(claims, _)| claims.get("name")?.as_str());
        let given = Given::new(self.now(), person.unwrap_or("somebody without a name"), because, &body);
        let mut state = self.state();
        state.desk.given_out.remember(given);
        state.access_tokens.insert(access_token, grant.clone());
        state.refresh_tokens.insert(refresh_token, grant);
        answer(&body)
    }

    /// What is told of the person whose token it is.
    pub(super) fn userinfo(&self, request: &HttpRequest, fault: Option<&Fault>) -> HttpResponse {
        let token = header(request).and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
        let grant = token.and_then(|token| self.state().access_tokens.get(&token).cloned());
        let Some((Value::Object(person), more)) = grant.and_then(|grant| self.config.people.get(&grant.login)) else {
            return refusal(StatusCode::UNAUTHORIZED, "invalid_token");
        };
        let mut claims: Map<String, Value> = person.clone();
        set(&mut claims, more);
        match fault {
            Some(Fault::AnotherPerson) => set(&mut claims, &json!({ "sub": "248289761009" })),
            Some(Fault::Claims(members)) => set(&mut claims, members),
            _ => {}
        }
        if !self.config.signs_userinfo {
            return answer(&Value::Object(claims));
        }
        let mut signed = Map::new();
        set(&mut signed, &json!({ "iss": self.config.issuer, "aud": self.config.client_id }));
        set(&mut signed, &Value::Object(claims));
        if let Some(Fault::Claims(members)) = fault {
            set(&mut signed, members);
        }
        let mut response = HttpResponse::new(self.signed(&signed, fault).into());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/jwt"));
        response
    }
}

pub(super) fn header(request: &HttpRequest) -> Option<String> {
    request.headers().get(AUTHORIZATION)?.to_str().ok().map(str::to_owned)
}

pub(super) fn refusal(status: StatusCode, code: &str) -> HttpResponse {
    let mut response = answer(&json!({ "error": code }));
    *response.status_mut() = status;
    response
}

const CODE: &str = "a code";
