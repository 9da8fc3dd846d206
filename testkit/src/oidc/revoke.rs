//! `POST /revoke`: a client says that it needs a token no more (RFC 7009).

use std::collections::HashMap;

use admit::http::{HttpRequest, HttpResponse};
use http::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::PretendOidc;
use super::token::refusal;
use super::transport::answer;

impl PretendOidc {
    pub(super) fn published_revocation(&self) -> Value {
        match self.config.offers_revocation {
            true => json!({ "revocation_endpoint": format!("{}/revoke", self.base()) }),
            false => json!({}),
        }
    }

    /// Voids what the person granted in that one sign-in, by any token of it. A token that is unknown is void already
    /// (§2.2).
    pub(super) fn revoke(&self, request: &HttpRequest) -> HttpResponse {
        if !self.config.offers_revocation {
            return answer(StatusCode::NOT_FOUND, "this is not here");
        }
        let form: HashMap<String, String> = form_urlencoded::parse(request.body()).into_owned().collect();
        if let Some(refusal) = self.refuse_client("revoke", request, &form) {
            return refusal;
        }
        let Some(token) = form.get("token").filter(|token| !token.is_empty()) else {
            self.violation("revoke: the parameter `token` is missing");
            return refusal(StatusCode::BAD_REQUEST, "invalid_request");
        };
        let hint = form.get("token_type_hint").map(String::as_str);
        if hint.is_some_and(|hint| hint != "refresh_token" && hint != "access_token") {
            self.violation("revoke: the parameter `token_type_hint` is no word that is known");
        }
        let mut state = self.state();
        let known = state.refresh_tokens.get(token).or_else(|| state.access_tokens.get(token));
        if let Some(nonce) = known.map(|grant| grant.nonce.clone()) {
            // A nonce belongs to one sign-in.
            state.refresh_tokens.retain(|_, grant| grant.nonce != nonce);
            state.access_tokens.retain(|_, grant| grant.nonce != nonce);
        }
        answer(StatusCode::OK, "")
    }

    /// Whether its userinfo endpoint, or its token endpoint, would take that token.
    pub fn accepts(&self, token: &str) -> bool {
        let state = self.state();
        state.access_tokens.contains_key(token) || state.refresh_tokens.contains_key(token)
    }
}
