//! The page for a person who is signed in, but may not have what they asked for.

use bytes::Bytes;
use http::{Response, StatusCode};

use super::error::Reference;
use super::{ErrorPage, Frame, Page, Weight};
use crate::language::text;

/// The page an adapter's guard answers with. It does not say what would have been permitted.
pub(crate) fn refused(frame: &Frame<'_>, correlation: Option<&str>) -> Response<Bytes> {
    let text = |text| frame.words.text(text).to_owned();
    frame.answer(&Page::Error(ErrorPage {
        status: StatusCode::FORBIDDEN,
        code: Some("forbidden"),
        is_alarm: true,
        title: text(text::REFUSED_TITLE),
        happened: text(text::REFUSED_SIGNED_IN),
        next: text(text::REFUSED_ANOTHER),
        ways: Vec::new(),
        links: vec![frame.sign_in(text::REFUSED_BUTTON, Weight::Main), frame.site(Weight::Plain)],
        reference: Reference::new(frame, correlation),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Theme;
    use crate::page::tests::{content, frame, html};

    #[test]
    fn the_page_tells_being_signed_in_from_being_permitted() {
        let page = refused(&frame(&Theme::default()), Some("b7Qk2"));
        assert_eq!(page.status(), 403);
        insta::assert_snapshot!(content(&page), @r#"
        <h1>You cannot open this page</h1>
        <div role="alert">
        <p>You are signed in, but your account does not have permission to see it.</p>
        <p>If you have another account, sign in with that one; otherwise ask the people who run this site.</p>
        </div>
        <div class="actions">
        <a class="button primary" href="/api/auth/signin">Sign in with another account</a>
        <a class="button" href="https://app.example.com">Back to app.example.com</a>
        </div>
        <p class="reference">Reference: <code>b7Qk2</code>
        </p>
        "#);
    }

    // ERR-001
    #[test]
    fn a_reference_that_is_none_is_dropped() {
        assert!(!html(&refused(&frame(&Theme::default()), Some("<script>"))).contains("script"));
    }
}
