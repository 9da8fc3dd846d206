//! The style sheet, and the policy that allows it and nothing else.

use std::sync::LazyLock;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

/// Its colours are those of admit's own pages: signing in is a part of the dashboard.
pub(super) const STYLE: &str = include_str!("style.css");

/// A square with three bars. It stands in the page, since browsers ask for `/favicon.ico` otherwise, and above admit's
/// pages, which take no address with a blank.
pub(crate) const ICON: &str = "data:image/svg+xml,\
    %3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%2032%2032'%3E\
    %3Crect%20width='32'%20height='32'%20rx='7'%20fill='%231f55d0'/%3E\
    %3Cpath%20d='M9%2022v-6M16%2022V9M23%2022v-9'%20stroke='white'%20stroke-width='3.5'%20stroke-linecap='round'/%3E\
    %3C/svg%3E";

/// No scripts, no frames, no requests; the one style sheet is named by its digest. `form-action` is left out: browsers
/// hold it against the redirects that follow a form, and connecting an account leads to the provider.
pub(super) fn content_security_policy() -> HeaderValue {
    POLICY.clone()
}

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let digest = STANDARD.encode(digest::digest(&digest::SHA256, STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    // Base64 fits a header, so this cannot fail; if it did, the page would go without its style.
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"))
});
