//! The one line that says where the site is.

use std::error::Error;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::site::Site;

/// Tells whoever started the site where it listens and what it calls itself. A site whose base URL is https has a
/// proxy before it that speaks TLS: here is a certificate for it, made for this run and signed by nobody.
pub(crate) fn make(site: &Site, address: &str, base_url: &str) -> Result<(), Box<dyn Error>> {
    let tls = if base_url.starts_with("https:") {
        let made = rcgen::generate_simple_self_signed(["localhost", "127.0.0.1"].map(str::to_owned))?;
        let (certificate, key) = (made.cert.der(), made.signing_key.serialize_der());
        Some(json!({ "certificate": STANDARD.encode(certificate), "key": STANDARD.encode(key) }))
    } else {
        None
    };
    let line = json!({
        "address": address,
        "origin": base_url,
        "provider": site.pretend.served.base_url(),
        "providers": site.pretend.addresses(),
        "tls": tls,
    });
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
