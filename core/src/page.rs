//! The built-in pages. They keep five rules:
//!
//! 1. They need no script and send no request but the form's own and the logo's.
//! 2. What an address carries is looked up in a table; it is never shown.
//! 3. Text is escaped by its type (`maud`); no page writes markup from a string but its own stylesheet.
//! 4. They cannot be framed or kept, and their policy admits exactly the one stylesheet.
//! 5. Each has one heading, one `main`, labels on everything, and reads at 4.5:1 in both schemes.

pub(crate) mod color;
mod error;
mod headers;
pub(crate) mod logo;
mod question;
pub(crate) mod reason;
mod refused;
mod sign_in;
mod sign_out;
mod style;
mod verify_request;
mod without_token;

use bytes::Bytes;
use http::{Response, StatusCode};
use maud::{DOCTYPE, Markup, PreEscaped, html};

pub(crate) use self::error::{error, error_with_ways};
pub(crate) use self::question::{Door, connect, used_before};
pub(crate) use self::reason::Reason;
pub(crate) use self::refused::refused;
pub(crate) use self::sign_in::{News, Way, sign_in};
pub(crate) use self::sign_out::sign_out;
pub(crate) use self::verify_request::verify_request;
pub(crate) use self::without_token::{WithoutToken, without_token};
use crate::language::text;
use crate::{Catalogue, ColorScheme, Theme};
use logo::Logo;

/// What all pages share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shell<'a> {
    pub(crate) theme: &'a Theme,
    /// The host, as people are shown it.
    pub(crate) app: &'a str,
    /// The URL of the origin.
    pub(crate) home: &'a str,
    /// Where the actions are, such as `/api/auth`, with or without the origin.
    pub(crate) base: &'a str,
    /// The texts, in the language of whoever asks.
    pub(crate) words: &'a Catalogue,
}

impl Shell<'_> {
    /// A whole page around its content.
    fn page(&self, status: StatusCode, title: &str, content: &Markup) -> Response<Bytes> {
        let css = style::stylesheet(self.theme);
        let logo = self.theme.logo.as_deref().and_then(Logo::parse);
        let document = html! {
            (DOCTYPE)
            html lang=(self.words.tag()) dir=[self.words.is_right_to_left().then_some("rtl")] {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    // Without it browsers ask for /favicon.ico, which is not ours to answer.
                    link rel="icon" href="data:,";
                    meta name="color-scheme" content=(color_scheme(self.theme.color_scheme));
                    meta name="robots" content="noindex";
                    title { (title) " · " (self.app) }
                    style { (PreEscaped(&css)) }
                }
                body class=(body_class(self.theme.color_scheme)) {
                    div.page {
                        main {
                            @if let Some(logo) = &logo { img.logo src=(logo.src) alt=(self.app); }
                            (content)
                        }
                        footer { a.site href=(self.home) { (self.app) } }
                    }
                }
            }
        };
        let mut response = Response::new(Bytes::from(document.into_string()));
        *response.status_mut() = status;
        *response.headers_mut() = headers::headers(&css, logo.and_then(|logo| logo.origin));
        response
    }

    fn sign_in(&self) -> String {
        format!("{}/signin", self.base)
    }

    /// The id by which a log line can be found, if it has the form of one.
    fn reference(&self, correlation: Option<&str>) -> Markup {
        let id = correlation.filter(|id| {
            (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        });
        html! {
            @if let Some(id) = id {
                p.reference { (self.words.markup(text::ERROR_REFERENCE, &[("reference", html! { code { (id) } })])) }
            }
        }
    }
}

fn color_scheme(scheme: ColorScheme) -> &'static str {
    match scheme {
        ColorScheme::Auto => "light dark",
        ColorScheme::Light => "light",
        ColorScheme::Dark => "dark",
    }
}

fn body_class(scheme: ColorScheme) -> &'static str {
    match scheme {
        ColorScheme::Auto => "__next-auth-theme-auto",
        ColorScheme::Light => "__next-auth-theme-light",
        ColorScheme::Dark => "__next-auth-theme-dark",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    pub(crate) fn shell(theme: &Theme) -> Shell<'_> {
        static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new("en", ""));
        shell_in(theme, &ENGLISH)
    }

    pub(crate) fn shell_in<'a>(theme: &'a Theme, words: &'a Catalogue) -> Shell<'a> {
        Shell { theme, app: "app.example.com", home: "https://app.example.com", base: "/api/auth", words }
    }

    pub(crate) fn html(page: &Response<Bytes>) -> String {
        String::from_utf8(page.body().to_vec()).unwrap()
    }

    /// The document, a line for each element, without the stylesheet.
    pub(crate) fn document(page: &Response<Bytes>) -> String {
        let html = html(page);
        let (before, rest) = html.split_once("<style>").unwrap();
        let (_, after) = rest.split_once("</style>").unwrap();
        format!("{before}<style>…</style>{after}").replace("><", ">\n<")
    }

    /// What stands in `main`, a line for each element.
    pub(crate) fn content(page: &Response<Bytes>) -> String {
        let document = document(page);
        let (_, rest) = document.split_once("<main>\n").unwrap();
        rest.split_once("\n</main>").unwrap().0.to_owned()
    }

    /// Each page once.
    pub(crate) fn pages(theme: &Theme) -> Vec<Response<Bytes>> {
        let shell = shell(theme);
        let provider = Way {
            id: "acme",
            name: "Acme",
            action: "https://app.example.com/api/auth/signin/acme",
            fields: &[],
            ends: false,
        };
        let required = News { error: "SessionRequired", code: None, text: None };
        vec![
            sign_in(&shell, &[provider], "csrf", "https://app.example.com/", Some(required)),
            sign_out(&shell, "https://app.example.com/api/auth/signout", "csrf", None),
            verify_request(&shell),
            error(&shell, Some("Configuration"), Some("state_missing"), Some("b7Qk2")),
            refused(&shell, None),
            without_token(&shell, "Acme", WithoutToken::NotNow(5), "b7Qk2"),
        ]
    }

    // ERR-010, UIX-002
    #[test]
    fn no_page_asks_another_site_for_anything() {
        for page in pages(&Theme::default()) {
            let html = html(&page);
            for wrong in ["<script", "<link rel=\"s", "href=\"//", "<img", "<iframe", "@import", "url(", "http-equiv"] {
                assert!(!html.contains(wrong), "{wrong}");
            }
            let elsewhere = html.split("://").skip(1).filter(|rest| !rest.starts_with("app.example.com"));
            assert_eq!(elsewhere.count(), 0);
        }
    }

    #[test]
    fn a_logo_is_shown_with_its_name_and_its_origin_alone_is_let_in() {
        let theme = Theme::default().logo("https://cdn.example.com/logo.svg?a=1&b=\"2\"");
        let page = verify_request(&shell(&theme));
        let img = r#"<img class="logo" src="https://cdn.example.com/logo.svg?a=1&amp;b=&quot;2&quot;" alt="app.example.com">"#;
        assert!(html(&page).contains(img));
        let policy = page.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("img-src 'self' data: https://cdn.example.com;"), "{policy}");
    }

    #[test]
    fn a_logo_that_could_run_or_leak_is_left_out() {
        let theme = Theme::default().logo("javascript:alert(1)");
        assert!(!html(&verify_request(&shell(&theme))).contains("<img"));
    }

    // UIX-004
    #[test]
    fn every_page_has_one_heading_one_main_a_language_and_a_title() {
        for page in pages(&Theme::default()) {
            let html = html(&page);
            for once in ["<h1>", "<main>", "<footer>", r#"<html lang="en">"#, "<title>", r#"name="viewport""#] {
                assert_eq!(html.matches(once).count(), 1, "{once}");
            }
            assert_eq!(html.matches(" id=").count(), 0);
        }
    }

    // UIX-006: the scheme is known before the first paint.
    #[test]
    fn the_theme_names_the_body_and_the_scheme_as_auth_js_does() {
        for (scheme, class, meta) in [
            (ColorScheme::Auto, "__next-auth-theme-auto", "light dark"),
            (ColorScheme::Light, "__next-auth-theme-light", "light"),
            (ColorScheme::Dark, "__next-auth-theme-dark", "dark"),
        ] {
            let html = html(&verify_request(&shell(&Theme::default().color_scheme(scheme))));
            assert!(html.contains(&format!(r#"<body class="{class}"><div class="page">"#)));
            assert!(html.contains(&format!(r#"<meta name="color-scheme" content="{meta}">"#)));
        }
    }

    #[test]
    fn the_host_and_the_addresses_stay_text() {
        let theme = Theme::default();
        let shell = Shell { app: "<b>\"", home: "\"><b>", base: "\"><b>", ..shell(&theme) };
        assert!(!html(&refused(&shell, None)).contains("<b>"));
    }
}
