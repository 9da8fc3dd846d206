//! The discovery document and the keys of each authority.

use admit::http::HttpResponse;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use super::authority::Authority;
use super::{CONSUMERS, PretendEntra};
use crate::answer;
use crate::signed::set;

impl PretendEntra {
    /// Endpoints are below the segment that was asked for, except that of personal accounts, which has one name only.
    pub(super) fn discovery(&self, authority: &Authority) -> HttpResponse {
        let segment = match authority {
            Authority::Common => "common",
            Authority::Organizations => "organizations",
            Authority::Consumers => CONSUMERS,
            Authority::Tenant(id) => id,
        };
        let login = format!("{}/{segment}", self.config.login_host);
        let graph = &self.config.graph_host;
        let graph_name = graph.split_once("://").map_or(graph.as_str(), |(_, name)| name);
        let mut document = Map::new();
        // No `code_challenge_methods_supported`, though PKCE is spoken, and no `iss` in answers to the browser.
        set(
            &mut document,
            &json!({
                "token_endpoint": format!("{login}/oauth2/v2.0/token"),
                "token_endpoint_auth_methods_supported":
                    ["client_secret_post", "private_key_jwt", "client_secret_basic"],
                "jwks_uri": format!("{login}/discovery/v2.0/keys"),
                "response_modes_supported": ["query", "fragment", "form_post"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "issuer": authority.issuer(&self.config),
                "request_uri_parameter_supported": false,
                "userinfo_endpoint": format!("{graph}/oidc/userinfo"),
                "authorization_endpoint": format!("{login}/oauth2/v2.0/authorize"),
                "http_logout_supported": true,
                "frontchannel_logout_supported": true,
                "end_session_endpoint": format!("{login}/oauth2/v2.0/logout"),
                "claims_supported": CLAIMS,
                "kerberos_endpoint": format!("{login}/kerberos"),
                "tenant_region_scope": if matches!(authority, Authority::Tenant(_)) { json!("EU") } else { Value::Null },
                "cloud_instance_name": "microsoftonline.com",
                "msgraph_host": graph_name,
            }),
        );
        if !matches!(authority, Authority::Tenant(_)) {
            document.insert("tenant_region_scope".to_owned(), Value::Null);
        }
        set(&mut document, &Value::Object(self.state().published.clone().into_iter().collect()));
        fresh_for_a_day(&Value::Object(document))
    }

    pub(super) fn keys(&self, authority: &Authority) -> HttpResponse {
        fresh_for_a_day(&self.state().keys.document(authority, &self.config))
    }
}

fn fresh_for_a_day(document: &Value) -> HttpResponse {
    let mut response = answer::json(StatusCode::OK, document);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("max-age=86400, private"));
    response
}

const CLAIMS: &[&str] = &[
    "sub",
    "iss",
    "cloud_instance_name",
    "cloud_instance_host_name",
    "cloud_graph_host_name",
    "msgraph_host",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "acr",
    "nonce",
    "preferred_username",
    "name",
    "tid",
    "ver",
    "at_hash",
    "c_hash",
    "email",
];
