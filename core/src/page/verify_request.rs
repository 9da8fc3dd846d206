//! The page after a sign-in link was sent.

use bytes::Bytes;
use http::Response;
use maud::{Markup, html};
use serde::Serialize;

use super::{Frame, Link, Page, Weight};
use crate::language::text;

/// The page that sends people to their mail. It does not repeat the address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VerifyRequestPage {
    /// The heading.
    pub title: String,
    /// What was done.
    pub text: String,
    /// Where to go meanwhile: to the site.
    pub home: Link,
}

/// The page that sends people to their mail.
pub(crate) fn verify_request(frame: &Frame<'_>) -> Response<Bytes> {
    frame.answer(&Page::VerifyRequest(VerifyRequestPage::new(frame)))
}

impl VerifyRequestPage {
    pub(crate) fn new(frame: &Frame<'_>) -> Self {
        let text = |text| frame.words.text(text).to_owned();
        Self { title: text(text::VERIFY_TITLE), text: text(text::VERIFY_SENT), home: frame.site(Weight::Plain) }
    }

    pub(super) fn content(&self) -> Markup {
        html! {
            h1 { (self.title) }
            p { (self.text) }
            div.actions { (self.home.html()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Theme;
    use crate::page::tests::{document, frame};

    // The whole document once, as every page has it.
    #[test]
    fn the_page_says_where_to_look_and_leads_home() {
        insta::assert_snapshot!(document(&verify_request(&frame(&Theme::default()))), @r#"
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <link rel="icon" href="data:,">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        <title>Check your email · app.example.com</title>
        <style>…</style>
        </head>
        <body class="__next-auth-theme-auto">
        <div class="page">
        <main>
        <h1>Check your email</h1>
        <p>A link to sign in with is on its way to you. If it does not arrive within a few minutes, look in your spam folder.</p>
        <div class="actions">
        <a class="button" href="https://app.example.com">Back to app.example.com</a>
        </div>
        </main>
        <footer>
        <a class="site" href="https://app.example.com">app.example.com</a>
        </footer>
        </div>
        </body>
        </html>
        "#);
    }
}
