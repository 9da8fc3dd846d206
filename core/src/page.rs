//! The pages: what each has to say, as types; how admit draws them; and how an application draws them in its place.
//!
//! An application has three ways to pages of its own, in order of effort:
//!
//! - [`Pages`](crate::Pages): the path of a page that it answers itself. [`Current::sign_in_page`] and
//!   [`Current::error_page`] have for it what the built-in page would say.
//! - `Templates`, by the feature of that name: its own frame around the built-in pages, or other content for some.
//! - [`PageRenderer`]: its own code, which is handed a [`Page`] and gives HTML.
//!
//! The built-in pages keep five rules:
//!
//! 1. They need no script and send no request but the form's own and the logo's.
//! 2. What an address carries is looked up in a table; it is never shown.
//! 3. Text is escaped by its type (`maud`); no page writes markup from a string but its own stylesheet.
//! 4. They cannot be framed or kept, and their policy admits exactly the one stylesheet.
//! 5. Each has one heading, one `main`, labels on everything, and reads at 4.5:1 in both schemes.

mod account;
mod built_in;
pub(crate) mod color;
mod error;
mod form;
mod frame;
mod headers;
mod loads;
pub(crate) mod logo;
mod mark;
mod question;
pub(crate) mod reason;
mod refused;
mod renderer;
mod samples;
mod sign_in;
mod sign_out;
mod style;
#[cfg(feature = "templates")]
mod templates;
mod verify_request;
mod without_token;

use http::StatusCode;
use maud::Markup;
use serde::Serialize;

pub use self::account::{
    AccountNotice, AccountPage, Connection, ConnectionOffer, Connections, Device, Moment, Person, Sessions,
};
pub use self::error::{ErrorPage, Reference};
pub use self::form::{Form, Hidden, Link, Weight};
pub use self::frame::Frame;
pub use self::loads::Loads;
pub use self::question::{About, QuestionPage};
pub use self::renderer::{PageHtml, PageRenderer};
pub use self::sign_in::{Input, Notice, SignInPage, Way};
pub use self::sign_out::SignOutPage;
#[cfg(feature = "templates")]
pub use self::templates::Templates;
pub use self::verify_request::VerifyRequestPage;

pub(crate) use self::account::{
    AccountFacts, Connectable, Connected, ENDED, ENDED_ONE, ENDED_OTHERS, LINKED, Note, OtherSessions, UNLINKED, Ways,
    Wish,
};
pub(crate) use self::error::{error, explained};
pub(crate) use self::mark::svg;
pub(crate) use self::question::{connect, used_before};
pub(crate) use self::reason::Reason;
pub(crate) use self::refused::refused;
pub(crate) use self::sign_in::{News, Offer};
pub(crate) use self::verify_request::verify_request;
pub(crate) use self::without_token::{WithoutToken, without_token};
#[cfg(doc)]
use crate::Current;

/// What a page has to say. Its texts are in the language of whoever asks, and are text: HTML escapes them.
///
/// It serializes, for template engines, with its [`kind`](Self::kind) beside its fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "a page is made once, for one answer, and never kept")]
pub enum Page {
    /// The ways to sign in.
    SignIn(SignInPage),
    /// Whether to sign out.
    SignOut(SignOutPage),
    /// That a sign-in link was sent.
    VerifyRequest(VerifyRequestPage),
    /// Why something came to nothing, and what to do now.
    Error(ErrorPage),
    /// A question, where one provider follows another.
    Question(QuestionPage),
    /// How and where somebody is signed in.
    Account(AccountPage),
}

impl Page {
    /// Which page it is, as a word: `sign_in`, `sign_out`, `verify_request`, `error`, `question` or `account`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::SignIn(_) => "sign_in",
            Self::SignOut(_) => "sign_out",
            Self::VerifyRequest(_) => "verify_request",
            Self::Error(_) => "error",
            Self::Question(_) => "question",
            Self::Account(_) => "account",
        }
    }

    /// Its heading, which is also what its document is called.
    pub fn title(&self) -> &str {
        match self {
            Self::SignIn(page) => &page.title,
            Self::SignOut(page) => &page.title,
            Self::VerifyRequest(page) => &page.title,
            Self::Error(page) => &page.title,
            Self::Question(page) => &page.title,
            Self::Account(page) => &page.title,
        }
    }

    /// The status it is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Error(page) => page.status,
            _ => StatusCode::OK,
        }
    }

    /// The built-in content as HTML, heading and all, for a `<main>` of the application's own.
    pub fn content(&self, frame: &Frame<'_>) -> String {
        self.markup(frame).into_string()
    }

    /// One of each, and of some more than one, for the tests of a renderer. Between them every part of a page is there
    /// and is missing.
    pub fn samples() -> Vec<Self> {
        samples::pages()
    }

    fn markup(&self, frame: &Frame<'_>) -> Markup {
        match self {
            Self::SignIn(page) => page.content(frame),
            Self::SignOut(page) => page.content(),
            Self::VerifyRequest(page) => page.content(),
            Self::Error(page) => page.content(frame),
            Self::Question(page) => page.content(),
            Self::Account(page) => page.content(frame),
        }
    }

    /// Whether its rows want more room than a form does.
    fn is_wide(&self) -> bool {
        matches!(self, Self::Account(_))
    }

    /// By which a log line can be found.
    fn reference(&self) -> Option<&str> {
        match self {
            Self::Error(page) => page.reference.as_ref().map(|reference| reference.id.as_str()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use bytes::Bytes;
    use http::Response;

    use super::*;
    use crate::{Catalogue, ColorScheme, Theme};

    pub(crate) fn frame(theme: &Theme) -> Frame<'_> {
        static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::new("en", ""));
        frame_in(theme, &ENGLISH)
    }

    pub(crate) fn frame_in<'a>(theme: &'a Theme, words: &'a Catalogue) -> Frame<'a> {
        Frame {
            theme,
            app: "app.example.com",
            host: "app.example.com",
            home: "https://app.example.com",
            base: "/api/auth",
            words,
            renderer: None,
        }
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
        let (_, rest) = document.split_once("<main").unwrap();
        let (_, rest) = rest.split_once(">\n").unwrap();
        rest.split_once("\n</main>").unwrap().0.to_owned()
    }

    /// Each page once.
    pub(crate) fn pages(theme: &Theme) -> Vec<Response<Bytes>> {
        let frame = frame(theme);
        let provider = Offer {
            id: "acme",
            name: "Acme",
            mark: None,
            action: "https://app.example.com/api/auth/signin/acme",
            fields: &[],
            ends: false,
            is_last_used: false,
        };
        let required = News { error: "SessionRequired", code: None, text: None };
        vec![
            frame.answer(&Page::SignIn(SignInPage::new(
                &frame,
                &[provider],
                "csrf",
                "https://app.example.com/",
                Some(required),
            ))),
            frame.answer(&Page::SignOut(SignOutPage::new(
                &frame,
                "https://app.example.com/api/auth/signout",
                "csrf",
                None,
            ))),
            verify_request(&frame),
            error(&frame, Some("Configuration"), Some("state_missing"), Some("b7Qk2")),
            refused(&frame, None),
            without_token(&frame, "Acme", WithoutToken::NotNow(5), "/boards", "b7Qk2"),
            account::tests::example(&frame),
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
        let page = verify_request(&frame(&theme));
        let img = r#"<img class="logo" src="https://cdn.example.com/logo.svg?a=1&amp;b=&quot;2&quot;" alt="app.example.com">"#;
        assert!(html(&page).contains(img));
        let policy = page.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("img-src 'self' data: https://cdn.example.com;"), "{policy}");
    }

    #[test]
    fn an_application_is_called_by_its_name_and_its_host_stands_below() {
        let theme = Theme::default().name("Light & house").logo("/logo.svg");
        let frame = Frame { app: "Light & house", ..frame(&theme) };
        let html = html(&frame.answer(&Page::SignIn(SignInPage::new(&frame, &[], "csrf", "/", None))));
        for named in ["<title>Sign in · Light &amp; house<", "<strong>Light &amp; house<", r#"alt="Light &amp; house""#]
        {
            assert!(html.contains(named), "{named}");
        }
        assert!(html.contains(r#"<a class="site" href="https://app.example.com">app.example.com</a>"#));
    }

    #[test]
    fn a_logo_that_could_run_or_leak_is_left_out() {
        let theme = Theme::default().logo("javascript:alert(1)");
        assert!(!html(&verify_request(&frame(&theme))).contains("<img"));
    }

    // UIX-004
    #[test]
    fn every_page_has_one_heading_one_main_a_language_and_a_title() {
        for page in pages(&Theme::default()) {
            let html = html(&page);
            for once in ["<h1>", "<main", "<footer>", r#"<html lang="en">"#, "<title>", r#"name="viewport""#] {
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
            let html = html(&verify_request(&frame(&Theme::default().color_scheme(scheme))));
            assert!(html.contains(&format!(r#"<body class="{class}"><div class="page">"#)));
            assert!(html.contains(&format!(r#"<meta name="color-scheme" content="{meta}">"#)));
        }
    }

    #[test]
    fn the_host_and_the_addresses_stay_text() {
        let theme = Theme::default();
        let frame = Frame { app: "<b>\"", host: "<b>\"", home: "\"><b>", base: "\"><b>", ..frame(&theme) };
        assert!(!html(&refused(&frame, None)).contains("<b>"));
    }
}
