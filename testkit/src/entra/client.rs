//! Who the client says it is: by a secret in a header or in the form, but not in both (RFC 6749 §2.3).

use admit::http::HttpRequest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;

use super::{PretendEntra, Refusal};
use crate::form::pairs;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretState {
    Valid,
    Expired,
}

impl PretendEntra {
    pub(super) fn authenticate(&self, request: &HttpRequest, form: &[(String, String)]) -> Result<(), Refusal> {
        let field = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (id, secret) = match (header, field("client_secret")) {
            (Some(_), Some(_)) => {
                self.violation("token: the client's secret is there twice");
                return Err(Refusal::aadsts(90_023).about("two client credentials"));
            }
            (Some(header), None) => basic(header).ok_or_else(|| Refusal::aadsts(7_000_218))?,
            (None, Some(secret)) => (field("client_id").ok_or_else(|| missing("client_id"))?, secret),
            (None, None) => return Err(Refusal::aadsts(7_000_218)),
        };
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
