//! How the client proves who it is, and whether it does.

use std::collections::HashMap;

use admit::http::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::token::{header, refusal};
use super::{Config, PretendOidc};
use crate::assertion::{self, Expected};
use crate::signed_secret;

/// How a client has to prove who it is. Any other way is refused; two ways at once, and an assertion that does not hold, are
/// violations.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ClientAuth {
    /// By its secret, in either place. The discovery document says nothing of it.
    Secret,
    /// By its secret in a Basic header.
    Basic,
    /// By its secret in the form.
    Post,
    /// Not at all: a public client.
    None,
    /// By an assertion that this key verifies, a JWK (RFC 7523).
    PrivateKeyJwt(Value),
    /// The same, of which this certificate, in DER, must be the one that is named: as Microsoft Entra ID has it.
    Certificate(Value, Vec<u8>),
    /// By this very assertion, which somebody else signed.
    Federated(String),
    /// By a secret in the form that is a JWT itself: signed with the key that this JWK verifies, for that team. As Apple
    /// has it.
    SignedSecret {
        /// The public key, `kid` included.
        key: Value,
        /// The `iss` of the secret.
        team: String,
    },
}

impl ClientAuth {
    /// The name in the discovery document (OpenID Connect Discovery §3).
    fn name(&self) -> Option<&'static str> {
        match self {
            Self::Secret => None,
            Self::Basic => Some("client_secret_basic"),
            Self::Post | Self::SignedSecret { .. } => Some("client_secret_post"),
            Self::None => Some("none"),
            Self::PrivateKeyJwt(_) | Self::Certificate(..) | Self::Federated(_) => Some("private_key_jwt"),
        }
    }
}

impl PretendOidc {
    pub(super) fn published_client_auth(&self) -> Value {
        match self.state().client_auth.name() {
            Some(name) => json!({ "token_endpoint_auth_methods_supported": [name] }),
            None => json!({}),
        }
    }

    /// The answer to a request that is not the client's.
    pub(super) fn refuse_client(
        &self,
        endpoint: &str,
        request: &HttpRequest,
        form: &HashMap<String, String>,
    ) -> Option<HttpResponse> {
        match self.is_client(request, form) {
            Ok(true) => return None,
            Ok(false) => {}
            Err(why) => self.violation(format!("{endpoint}: {why}")),
        }
        Some(refusal(StatusCode::UNAUTHORIZED, "invalid_client"))
    }

    /// Whether a request is the client's. At most one proof may be there (RFC 6749 §2.3).
    fn is_client(&self, request: &HttpRequest, form: &HashMap<String, String>) -> Result<bool, String> {
        let header = header(request);
        let field = |name: &str| form.get(name).map(String::as_str);
        let (secret, assertion) = (field("client_secret"), field("client_assertion"));
        let proofs = usize::from(header.is_some()) + usize::from(secret.is_some()) + usize::from(assertion.is_some());
        if proofs > 1 {
            return Err("the client proves itself in two ways".to_owned());
        }
        let Config { client_id, client_secret, .. } = &*self.config;
        let is_named = match field("client_id") {
            Some(id) if id != client_id => return Ok(false),
            named => named.is_some(),
        };
        let in_header = || {
            let pair = header.as_deref().and_then(basic_pair);
            pair.is_some_and(|(id, secret)| id == *client_id && secret == *client_secret)
        };
        let in_form = || is_named && secret == Some(client_secret);
        let required = self.state().client_auth.clone();
        if assertion.is_some() && field("client_assertion_type") != Some(JWT_BEARER) {
            return Err("the assertion is of no type, or of another".to_owned());
        }
        match (required, assertion) {
            (ClientAuth::Secret, _) => Ok(in_header() || in_form()),
            (ClientAuth::Basic, _) => Ok(in_header()),
            (ClientAuth::Post, _) => Ok(in_form()),
            (ClientAuth::None, _) => Ok(is_named && proofs == 0),
            (ClientAuth::SignedSecret { key, team }, _) => match secret {
                Some(secret) => {
                    let names = (team.as_str(), self.config.client_id.as_str(), self.config.issuer.as_str());
                    signed_secret::check(secret, &key, names, self.now().unix_seconds()).map(|()| is_named)
                }
                None => Ok(false),
            },
            (_, None) => Ok(false),
            (ClientAuth::Federated(expected), Some(assertion)) => Ok(assertion == expected),
            (ClientAuth::PrivateKeyJwt(key), Some(assertion)) => {
                self.check_assertion(assertion, &key, None).map(|()| true)
            }
            (ClientAuth::Certificate(key, der), Some(assertion)) => {
                self.check_assertion(assertion, &key, Some(&der)).map(|()| true)
            }
        }
    }
}

impl PretendOidc {
    /// Whether an assertion is good, and here for the first time.
    fn check_assertion(&self, assertion: &str, key: &Value, certificate: Option<&[u8]>) -> Result<(), String> {
        let base = self.base();
        let audiences =
            [format!("{base}/token"), format!("{base}/par"), format!("{base}/revoke"), self.config.issuer.clone()];
        let expected = Expected { client_id: &self.config.client_id, audiences: &audiences, now: self.now() };
        let jti = assertion::check(assertion, key, certificate, &expected)?;
        match self.state().assertions.insert(jti) {
            true => Ok(()),
            false => Err("the assertion was here before".to_owned()),
        }
    }
}

/// The halves of a Basic header (RFC 6749 §2.3.1).
fn basic_pair(header: &str) -> Option<(String, String)> {
    let decoded = STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
    let pair = String::from_utf8(decoded).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((form_decoded(id), form_decoded(secret)))
}

fn form_decoded(text: &str) -> String {
    form_urlencoded::parse(format!("x={text}").as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
