//! The page that asks before it signs out.

use maud::{Markup, html};
use serde::Serialize;

use super::{Form, Frame, Link, Weight};
use crate::language::text;

/// The page that asks before it signs out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SignOutPage {
    /// The heading.
    pub title: String,
    /// What people are asked.
    pub question: String,
    /// The form that signs out. It takes one, so that no link and no picture can do it.
    pub form: Form,
    /// Where it leads to stay signed in.
    pub stay: Link,
}

impl SignOutPage {
    pub(crate) fn new(frame: &Frame<'_>, action: &str, csrf_token: &str, return_to: Option<&str>) -> Self {
        let words = frame.words;
        let form = Form::new(action, csrf_token, words.text(text::SIGN_OUT_BUTTON)).weighing(Weight::Main);
        Self {
            title: words.text(text::SIGN_OUT_TITLE).to_owned(),
            question: words.text(text::SIGN_OUT_SURE).to_owned(),
            stay: Link {
                href: return_to.unwrap_or(frame.home).to_owned(),
                label: words.text(text::SIGN_OUT_STAY).to_owned(),
                weight: Weight::Plain,
            },
            form: return_to.into_iter().fold(form, |form, address| form.returning_to(address)),
        }
    }

    pub(super) fn content(&self) -> Markup {
        html! {
            h1 { (self.title) }
            p { (self.question) }
            div.actions { (self.form.html()) (self.stay.html()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Response;

    use super::*;
    use crate::Theme;
    use crate::page::Page;
    use crate::page::tests::{content, frame, html};

    const ACTION: &str = "https://app.example.com/api/auth/signout";

    fn page(action: &str, csrf_token: &str, return_to: Option<&str>) -> Response<Bytes> {
        let theme = Theme::default();
        let frame = frame(&theme);
        frame.answer(&Page::SignOut(SignOutPage::new(&frame, action, csrf_token, return_to)))
    }

    #[test]
    fn signing_out_is_a_form_that_posts() {
        let page = page(ACTION, "csrf-token", Some("https://app.example.com/bye"));
        insta::assert_snapshot!(content(&page), @r#"
        <h1>Sign out</h1>
        <p>Do you want to sign out in this browser?</p>
        <div class="actions">
        <form action="https://app.example.com/api/auth/signout" method="post">
        <input type="hidden" name="csrfToken" value="csrf-token">
        <input type="hidden" name="callbackUrl" value="https://app.example.com/bye">
        <button class="button primary" type="submit">
        <span class="label">Sign out</span>
        </button>
        </form>
        <a class="button" href="https://app.example.com/bye">Stay signed in</a>
        </div>
        "#);
    }

    #[test]
    fn without_a_place_to_return_to_the_form_names_none() {
        let page = page(ACTION, "csrf-token", None);
        assert!(!html(&page).contains("callbackUrl"));
    }

    #[test]
    fn what_is_put_into_the_form_stays_text() {
        let page = page("/x?\"><script>", "\"><script>", Some("\"><script>"));
        assert!(!html(&page).contains("<script"));
        assert_eq!(html(&page).matches("&quot;&gt;&lt;script&gt;").count(), 4);
    }
}
