//! Making an ID token, and making it wrong.

use admit::provider::SigningAlgorithm;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::{Fault, Grant, PretendOidc};
use crate::keys::SigningKey;
use crate::signed::{Forgery, compact, set};

impl PretendOidc {
    /// The token for a grant. One that comes with a refresh repeats no `nonce` (OpenID Connect Core §12.2).
    pub(super) fn id_token(&self, grant: &Grant, access_token: &str, nonce: bool, fault: Option<&Fault>) -> String {
        let algorithm = self.config.algorithm;
        let now = self.now().unix_seconds();
        let lifetime = i64::try_from(self.config.lifetime.as_secs()).unwrap_or(i64::MAX);
        let mut claims = Map::new();
        if let Some((Value::Object(person), _)) = self.config.people.get(&grant.login) {
            claims.extend(person.clone());
        }
        set(
            &mut claims,
            &json!({
                "iss": self.config.issuer,
                "aud": self.config.client_id,
                "iat": now,
                "exp": now.saturating_add(lifetime),
                "auth_time": grant.authenticated_at.unix_seconds(),
                "nonce": if nonce { json!(grant.nonce) } else { Value::Null },
                "at_hash": at_hash(algorithm, access_token),
            }),
        );
        match fault {
            Some(Fault::Claims(members)) => set(&mut claims, members),
            Some(Fault::WrongNonce) => set(&mut claims, &json!({ "nonce": format!("{}1", grant.nonce) })),
            Some(Fault::WrongAudience) => set(&mut claims, &json!({ "aud": "another-client" })),
            Some(Fault::WrongIssuer) => set(&mut claims, &json!({ "iss": format!("{}/", self.config.issuer) })),
            Some(Fault::Expired) => set(&mut claims, &json!({ "exp": now - 3600, "iat": now - 7200 })),
            Some(Fault::WrongAccessTokenHash) => {
                set(&mut claims, &json!({ "at_hash": at_hash(algorithm, "another") }));
            }
            _ => {}
        }
        self.signed(&claims, fault)
    }

    /// Signs claims, or does it wrong.
    pub(super) fn signed(&self, claims: &Map<String, Value>, fault: Option<&Fault>) -> String {
        let state = self.state();
        let Some(key) = state.keys.first() else { return String::new() };
        let mut header = Map::new();
        set(&mut header, &json!({ "alg": key.algorithm.name(), "kid": key.kid, "typ": "JWT" }));
        match fault {
            Some(Fault::Header(members)) => set(&mut header, members),
            Some(Fault::AlgNone) => set(&mut header, &json!({ "alg": "none" })),
            Some(Fault::HmacWithPublicKey) => set(&mut header, &json!({ "alg": "HS256" })),
            Some(Fault::UnknownKey) => set(&mut header, &json!({ "kid": "nobody" })),
            _ => {}
        }
        let forgery = match fault {
            Some(Fault::AlgNone) => Some(Forgery::Unsigned),
            Some(Fault::HmacWithPublicKey) => Some(Forgery::HmacWithPublicKey),
            // The key after the next is the first again, so the next is the one that nobody has seen.
            Some(Fault::UnknownKey | Fault::Forged) => {
                Some(Forgery::AnotherKey(SigningKey::new(key.algorithm, state.turn + 1)))
            }
            _ => None,
        };
        compact(&header, claims, key, forgery.as_ref())
    }
}

/// OpenID Connect Core §3.1.3.6.
fn at_hash(algorithm: SigningAlgorithm, access_token: &str) -> String {
    let hash = match algorithm {
        SigningAlgorithm::Rs384 | SigningAlgorithm::Es384 => &digest::SHA384,
        SigningAlgorithm::Rs512 | SigningAlgorithm::EdDsa => &digest::SHA512,
        _ => &digest::SHA256,
    };
    let digest = digest::digest(hash, access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.as_ref().get(..digest.as_ref().len() / 2).unwrap_or_default())
}
