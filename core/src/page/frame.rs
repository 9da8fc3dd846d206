//! What all pages share, and the answer that a page becomes.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use http::Response;

use super::logo::Logo;
use super::{Link, Page, PageHtml, PageRenderer, Weight, built_in, headers, samples, style};
use crate::failure::chain;
use crate::language::{Text, text};
use crate::{Catalogue, Theme};

/// What all pages share.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    pub(crate) theme: &'a Theme,
    /// The application, as people are shown it: its name, or else the host.
    pub(crate) app: &'a str,
    /// The host, as people are shown it.
    pub(crate) host: &'a str,
    /// The URL of the origin.
    pub(crate) home: &'a str,
    /// Where the actions are, such as `/api/auth`, with or without the origin.
    pub(crate) base: &'a str,
    /// The texts, in the language of whoever asks.
    pub(crate) words: &'a Catalogue,
    /// The application's, if it has one.
    pub(crate) renderer: Option<&'a dyn PageRenderer>,
}

impl<'a> Frame<'a> {
    /// The tag of the page's language, for `lang`.
    pub fn lang(&self) -> &'a str {
        self.words.tag()
    }

    /// The direction that it is written in, for `dir`: `ltr` or `rtl`.
    pub fn dir(&self) -> &'static str {
        if self.words.is_right_to_left() { "rtl" } else { "ltr" }
    }

    /// What the application is called: [`Theme::name`], or else its host.
    pub fn app(&self) -> &'a str {
        self.app
    }

    /// The host that the application is at, by which people can tell it from another of that name.
    pub fn host(&self) -> &'a str {
        self.host
    }

    /// The address of the site.
    pub fn home(&self) -> &'a str {
        self.home
    }

    /// The address below which admit's endpoints are, such as `https://app.example/api/auth`.
    pub fn auth_url(&self) -> &'a str {
        self.base
    }

    /// The looks that the application has chosen.
    pub fn theme(&self) -> &'a Theme {
        self.theme
    }

    /// The built-in stylesheet, in these looks. Each page's policy admits it as the text of a `<style>`.
    pub fn stylesheet(&self) -> String {
        style::stylesheet(self.theme)
    }

    /// One for the tests of a renderer, beside [`Page::samples`].
    pub fn sample() -> Frame<'static> {
        samples::frame()
    }

    /// A page as the answer to a request.
    pub(crate) fn answer(&self, page: &Page) -> Response<Bytes> {
        let css = self.stylesheet();
        let built_in = || PageHtml::new(built_in::document(self, page, &page.markup(self), &css));
        let PageHtml { html, loads } = self.rendered(page).unwrap_or_else(built_in);
        let mut response = Response::new(Bytes::from(html));
        *response.status_mut() = page.status();
        let logo = self.theme.logo.as_deref().and_then(Logo::parse);
        *response.headers_mut() = headers::headers(&css, logo.and_then(|logo| logo.origin), &loads);
        response
    }

    /// The page as the application draws it. Whatever goes wrong with that, people are not to be without a page.
    fn rendered(&self, page: &Page) -> Option<PageHtml> {
        let renderer = self.renderer?;
        let cause = match catch_unwind(AssertUnwindSafe(|| renderer.render(self, page))) {
            Ok(Ok(html)) => return html,
            Ok(Err(error)) => chain(&*error),
            Err(_) => "it panicked".to_owned(),
        };
        let reference = page.reference();
        tracing::error!(page = page.kind(), reference, cause, "the page renderer failed; the built-in page is shown");
        None
    }

    /// A link to the site.
    pub(super) fn site(&self, weight: Weight) -> Link {
        Link { href: self.home.to_owned(), label: self.words.with(text::ERROR_HOME, &[("app", self.app)]), weight }
    }

    /// A link to a page of the site, to try again. With the origin before it a path leads nowhere else.
    pub(super) fn again(&self, path: &str) -> Link {
        let path = if path.starts_with('/') { path } else { "/" };
        Link {
            href: format!("{}{path}", self.home),
            label: self.words.text(text::TOKEN_LATER_BUTTON).to_owned(),
            weight: Weight::Main,
        }
    }

    /// A link to the page of one's account.
    pub(super) fn account(&self, label: Text, weight: Weight) -> Link {
        Link { href: format!("{}/account", self.base), label: self.words.text(label).to_owned(), weight }
    }

    /// A link to the page where people sign in.
    pub(super) fn sign_in(&self, label: Text, weight: Weight) -> Link {
        Link { href: format!("{}/signin", self.base), label: self.words.text(label).to_owned(), weight }
    }
}

impl fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frame").field("app", &self.app).field("lang", &self.lang()).finish_non_exhaustive()
    }
}
