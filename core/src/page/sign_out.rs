//! The page that asks before it signs out.

use bytes::Bytes;
use http::{Response, StatusCode};
use maud::html;

use super::Shell;
use crate::language::text;

/// The sign-out page. Signing out takes a form, so that no link and no picture can do it.
pub(crate) fn sign_out(shell: &Shell<'_>, action: &str, csrf_token: &str, return_to: Option<&str>) -> Response<Bytes> {
    let words = shell.words;
    let content = html! {
        h1 { (words.text(text::SIGN_OUT_TITLE)) }
        p { (words.text(text::SIGN_OUT_SURE)) }
        div.actions {
            form action=(action) method="post" {
                input type="hidden" name="csrfToken" value=(csrf_token);
                @if let Some(return_to) = return_to {
                    input type="hidden" name="callbackUrl" value=(return_to);
                }
                button.button.primary type="submit" { (words.text(text::SIGN_OUT_BUTTON)) }
            }
        }
    };
    shell.page(StatusCode::OK, words.text(text::SIGN_OUT_TITLE), &content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Theme;
    use crate::page::tests::{content, html, shell};

    const ACTION: &str = "https://app.example.com/api/auth/signout";

    #[test]
    fn signing_out_is_a_form_that_posts() {
        let page = sign_out(&shell(&Theme::default()), ACTION, "csrf-token", Some("https://app.example.com/bye"));
        insta::assert_snapshot!(content(&page), @r#"
        <h1>Sign out</h1>
        <p>Are you sure you want to sign out?</p>
        <div class="actions">
        <form action="https://app.example.com/api/auth/signout" method="post">
        <input type="hidden" name="csrfToken" value="csrf-token">
        <input type="hidden" name="callbackUrl" value="https://app.example.com/bye">
        <button class="button primary" type="submit">Sign out</button>
        </form>
        </div>
        "#);
    }

    #[test]
    fn without_a_place_to_return_to_the_form_names_none() {
        let page = sign_out(&shell(&Theme::default()), ACTION, "csrf-token", None);
        assert!(!html(&page).contains("callbackUrl"));
    }

    #[test]
    fn what_is_put_into_the_form_stays_text() {
        let page = sign_out(&shell(&Theme::default()), "/x?\"><script>", "\"><script>", Some("\"><script>"));
        assert!(!html(&page).contains("<script"));
        assert_eq!(html(&page).matches("&quot;&gt;&lt;script&gt;").count(), 3);
    }
}
