//! The name of a key: its JWK thumbprint (RFC 7638).

use aws_lc_rs::digest::{self, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// The thumbprint of a symmetric key. Auth.js takes the digest that is as long as the key.
pub(super) fn of(algorithm: &'static digest::Algorithm, key: &[u8]) -> String {
    let key = Zeroizing::new(URL_SAFE_NO_PAD.encode(key));
    let jwk = Zeroizing::new(format!(r#"{{"k":"{}","kty":"oct"}}"#, *key));
    URL_SAFE_NO_PAD.encode(digest(algorithm, jwk.as_bytes()))
}
