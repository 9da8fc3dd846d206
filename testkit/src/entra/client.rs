//! How the client proves who it is: by a secret in a header or in the form, by a certificate, or by what another issuer
//! says. Two ways at once are none (RFC 6749 §2.3).

use admit::http::HttpRequest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use serde_json::Value;

use super::{PretendEntra, Refusal};
use crate::assertion::{self, Expected};
use crate::form::pairs;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretState {
    Valid,
    Expired,
}

/// What proves that a client is the application, besides a secret.
pub(super) enum Credential {
    /// Assertions that this key signs, under a header that names this certificate.
    Certificate(Value, Vec<u8>),
    /// This very assertion, which another issuer gave out.
    Federated(String),
}

impl PretendEntra {
    pub(super) fn authenticate(&self, request: &HttpRequest, form: &[(String, String)]) -> Result<(), Refusal> {
        let field = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let proofs = [header, field("client_secret"), field("client_assertion")];
        if proofs.iter().flatten().count() > 1 {
            self.violation("token: the client proves itself in two ways");
            return Err(Refusal::aadsts(90_023).about("two client credentials"));
        }
        let named = || field("client_id").map(str::to_owned).ok_or_else(|| missing("client_id"));
        match proofs {
            [Some(header), ..] => {
                let (id, secret) = basic(header).ok_or_else(|| Refusal::aadsts(7_000_218))?;
                self.check_secret(&id, &secret)
            }
            [_, Some(secret), _] => self.check_secret(&named()?, secret),
            [_, _, Some(assertion)] if field("client_assertion_type") == Some(JWT_BEARER) => {
                self.check_assertion(&named()?, assertion, request.uri().path())
            }
            _ => Err(Refusal::aadsts(7_000_218)),
        }
    }

    fn check_secret(&self, id: &str, secret: &str) -> Result<(), Refusal> {
        if id != self.config.client_id {
            return Err(Refusal::aadsts(700_016));
        }
        // The last of that text counts, so that a secret which was ended can be added again.
        match self.state().secrets.iter().rev().find(|(known, _)| *known == secret) {
            Some((_, SecretState::Valid)) => Ok(()),
            Some((_, SecretState::Expired)) => Err(Refusal::aadsts(7_000_222)),
            None => Err(Refusal::aadsts(7_000_215)),
        }
    }

    /// An assertion is for the token endpoint that it is sent to.
    fn check_assertion(&self, id: &str, assertion: &str, path: &str) -> Result<(), Refusal> {
        if id != self.config.client_id {
            return Err(Refusal::aadsts(700_016));
        }
        let audiences = [format!("{}{path}", self.config.login_host)];
        let expected = Expected { client_id: id, audiences: &audiences, now: self.now() };
        let mut why = "no such credential is registered".to_owned();
        for credential in &self.config.credentials {
            match credential {
                Credential::Federated(known) if known == assertion => return Ok(()),
                Credential::Federated(_) => {}
                Credential::Certificate(key, der) => {
                    let checked = assertion::check(assertion, key, Some(der.as_slice()), &expected);
                    match checked.map(|jti| self.state().assertions.insert(jti)) {
                        Ok(true) => return Ok(()),
                        Ok(false) => "the assertion was here before".clone_into(&mut why),
                        Err(problem) => why = problem,
                    }
                }
            }
        }
        self.violation(format!("token: {why}"));
        Err(Refusal::aadsts(700_027).about(&why))
    }
}

pub(super) fn missing(parameter: &str) -> Refusal {
    Refusal::aadsts(900_144).about(parameter)
}

/// Both halves are form-encoded (RFC 6749 §2.3.1).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decoded = |text: &str| pairs(format!("x={text}").as_bytes()).pop().map(|(_, value)| value);
    Some((decoded(id)?, decoded(secret)?))
}

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
