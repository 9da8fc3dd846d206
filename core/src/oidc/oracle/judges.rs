//! How each of the three is asked.

use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{Audience, ClientId, IssuerUrl, Nonce};
use serde_json::Value;

use super::corpus::{CLIENT, ISSUER, NONCE, NOW, Row};
use crate::jws::{self, KeySet, SigningAlgorithm};
use crate::oidc::id_token::{self, Expected};
use crate::{Secret, Timestamp};

/// What the callback and a refresh do with an ID token.
pub(super) fn ours(row: &Row) -> bool {
    let expected = Expected {
        client_id: CLIENT,
        audiences: &[],
        nonce: Some(NONCE),
        max_age: None,
        contexts: None,
        access_token: &Secret::new("access-token"),
        now: Timestamp::from_unix_seconds(NOW),
    };
    let Some(keys) = KeySet::parse(row.keys.to_string().as_bytes(), &[row.agreed]) else { return false };
    let Ok(verified) = jws::verify(&row.token, &keys, &[row.agreed]) else { return false };
    let issuer = crate::oidc::check_token_issuer(Some(ISSUER), &verified.claims);
    let judged = issuer.and_then(|()| id_token::check(&verified.claims, verified.algorithm, &expected));
    judged.is_ok()
}

/// As its documentation has it, with a clock of the corpus, and an audience of our own only.
pub(super) fn openidconnect(row: &Row) -> bool {
    let algorithm = match row.agreed {
        SigningAlgorithm::Rs256 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        SigningAlgorithm::Rs384 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
        SigningAlgorithm::Rs512 => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
        SigningAlgorithm::Ps256 => CoreJwsSigningAlgorithm::RsaSsaPssSha256,
        SigningAlgorithm::Es256 => CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        SigningAlgorithm::Es384 => CoreJwsSigningAlgorithm::EcdsaP384Sha384,
        SigningAlgorithm::EdDsa => CoreJwsSigningAlgorithm::EdDsa,
    };
    let Ok(keys) = serde_json::from_value::<CoreJsonWebKeySet>(row.keys.clone()) else { return false };
    let issuer = IssuerUrl::new(ISSUER.to_owned()).unwrap();
    let verifier = CoreIdTokenVerifier::new_public_client(ClientId::new(CLIENT.to_owned()), issuer, keys)
        .set_allowed_algs([algorithm])
        .set_time_fn(|| chrono::DateTime::from_timestamp(NOW, 0).unwrap())
        .set_other_audience_verifier_fn(|_: &Audience| false);
    let Ok(token) = serde_json::from_value::<CoreIdToken>(Value::String(row.token.clone())) else {
        return false;
    };
    token.claims(&verifier, &Nonce::new(NONCE.to_owned())).is_ok()
}

/// With the key that the token names, or each where it names none, and every check that there is switched on.
pub(super) fn jsonwebtoken(row: &Row) -> bool {
    let algorithm = row.agreed.name().parse().unwrap();
    let mut rules = jsonwebtoken::Validation::new(algorithm);
    rules.set_audience(&[CLIENT]);
    rules.set_issuer(&[ISSUER]);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    rules.validate_nbf = true;
    rules.leeway = Duration::from_secs(60).as_secs();
    let Ok(keys) = serde_json::from_value::<JwkSet>(row.keys.clone()) else { return false };
    let Ok(header) = jsonwebtoken::decode_header(&row.token) else { return false };
    let fitting = keys.keys.iter().filter(|key| header.kid.is_none() || key.common.key_id == header.kid);
    fitting
        .filter_map(|jwk| jsonwebtoken::DecodingKey::from_jwk(jwk).ok())
        .any(|key| jsonwebtoken::decode::<Value>(&row.token, &key, &rules).is_ok())
}
