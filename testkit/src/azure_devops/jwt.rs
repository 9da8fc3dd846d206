//! Codes and tokens that look like Azure DevOps' own: three base64url segments, well above 600 bytes.
//!
//! They are signed by nobody. Applications must treat them as opaque, and whoever verifies one fails here.

use admit::{Random, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::guid;

pub(super) fn forge(random: &dyn Random, person_id: &str, scope: &str, from: Timestamp, until: Timestamp) -> String {
    let header = json!({ "typ": "JWT", "alg": "RS256", "x5t": URL_SAFE_NO_PAD.encode(bytes::<20>(random)) });
    let payload = json!({
        "aui": guid::fresh(random),
        "nameid": person_id,
        "scp": scope,
        "iss": ISSUER,
        "aud": ISSUER,
        "nbf": from.unix_seconds(),
        "exp": until.unix_seconds(),
    });
    let encode = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{}", encode(header), encode(payload), URL_SAFE_NO_PAD.encode(bytes::<256>(random)))
}

fn bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

const ISSUER: &str = "app.vstoken.visualstudio.com";
