//! The headers of every page: what a browser must not do with it.

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderValue};

use super::{Loads, style};

/// The headers for a page with this stylesheet, a logo from this origin if it has one from elsewhere, and what else it may
/// load.
pub(crate) fn headers(css: &str, logo_origin: Option<String>, loads: &Loads) -> HeaderMap {
    let mut headers: HeaderMap =
        HEADERS.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
    let logo = logo_origin.map(|origin| format!(" {origin}")).unwrap_or_default();
    // There is no `form-action`: browsers apply it to the redirect that follows the form, which leads to the provider.
    let policy = format!(
        "default-src 'none'; style-src {}{}; img-src 'self' data:{logo}; {}base-uri 'none'; frame-ancestors 'none'",
        style::hash_source(css),
        loads.styles(),
        loads.directives(),
    );
    // Base64 and a plain origin always fit a header; if they ever did not, the page would go without its looks.
    let policy = HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(BARE_POLICY));
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers
}

const HEADERS: [(HeaderName, &str); 9] = [
    (CONTENT_TYPE, "text/html; charset=utf-8"),
    (CACHE_CONTROL, "private, no-cache, no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (VARY, "accept-language"),
    // Not `no-referrer`: with that a browser sends `Origin: null` from our own forms, which would say nothing.
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

const BARE_POLICY: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'";

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::page::tests::{html, pages};
    use crate::{ColorScheme, Theme};

    // ERR-009, ERR-011
    #[test]
    fn every_page_forbids_what_it_does_not_need() {
        for page in pages(&Theme::default()) {
            let mut lines: Vec<_> =
                page.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
            lines.sort();
            let css = style::hash_source(&style::stylesheet(&Theme::default()));
            insta::allow_duplicates! {
                insta::assert_snapshot!(lines.join("\n").replace(&css, "'sha256-…'"), @r#"
                cache-control: private, no-cache, no-store
                content-security-policy: default-src 'none'; style-src 'sha256-…'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'
                content-type: text/html; charset=utf-8
                cross-origin-opener-policy: same-origin
                cross-origin-resource-policy: same-origin
                permissions-policy: camera=(), geolocation=(), microphone=()
                referrer-policy: same-origin
                vary: accept-language
                x-content-type-options: nosniff
                x-frame-options: DENY
                "#);
            }
        }
    }

    #[test]
    fn the_policy_admits_exactly_the_stylesheet_in_the_page() {
        let themes = [Theme::default(), Theme::default().brand_color("#0b6e4f").color_scheme(ColorScheme::Dark)];
        let mut hashes = Vec::new();
        for page in themes.iter().flat_map(pages) {
            let html = html(&page);
            assert_eq!(html.matches("<style").count(), 1);
            assert_eq!(html.matches(" style=").count(), 0);
            let css = html.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
            let hash = STANDARD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, css.as_bytes()));
            let policy = page.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains(&format!("style-src 'sha256-{hash}';")), "{policy}");
            hashes.push(hash);
        }
        hashes.dedup();
        assert_eq!(hashes.len(), themes.len());
    }

    #[test]
    fn the_policy_lets_forms_follow_the_redirect_to_a_provider() {
        for page in pages(&Theme::default()) {
            assert!(!page.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().contains("form-action"));
        }
    }
}
