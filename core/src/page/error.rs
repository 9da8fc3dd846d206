//! The page that says why a sign-in came to nothing, and what to do now.

use bytes::Bytes;
use http::{Response, StatusCode};
use maud::html;

use super::Shell;
use super::question::{Door, doors};
use super::reason::{Link, Reason, Words};
use crate::answer;
use crate::language::text;

/// The error page. All three texts come from the address: the first two are looked up and never shown,
/// the third is shown if it has the form of an id.
pub(crate) fn error(
    shell: &Shell<'_>,
    error: Option<&str>,
    reason: Option<&str>,
    correlation: Option<&str>,
) -> Response<Bytes> {
    error_with_ways(shell, error, reason, correlation, &[])
}

/// The same with ways on, in place of the one to the sign-in page.
pub(crate) fn error_with_ways(
    shell: &Shell<'_>,
    error: Option<&str>,
    reason: Option<&str>,
    correlation: Option<&str>,
    ways: &[Door<'_>],
) -> Response<Bytes> {
    let Words { status, heading, happened, next, link } = match reason.and_then(Reason::parse) {
        Some(reason) => reason.words(),
        None => wire(error.unwrap_or_default()),
    };
    let words = shell.words;
    let content = html! {
        h1 { (words.text(heading)) }
        div role="alert" { p { (words.text(happened)) } p { (words.text(next)) } }
        @if !ways.is_empty() {
            (doors(ways))
        } @else if link == Link::SignIn {
            div.actions { a.button.primary href=(shell.sign_in()) { (words.text(text::ERROR_SIGN_IN)) } }
        }
        (shell.reference(correlation))
    };
    let mut page = shell.page(status, words.text(heading), &content);
    answer::advise(&mut page);
    page
}

/// What the page says when the address carries Auth.js's `error` alone.
fn wire(error: &str) -> Words {
    match error {
        "Configuration" => Reason::Configuration.words(),
        "AccessDenied" => Words {
            status: StatusCode::FORBIDDEN,
            heading: text::ERROR_DENIED_TITLE,
            happened: text::ERROR_DENIED,
            next: text::ERROR_DENIED_NEXT,
            link: Link::SignIn,
        },
        "Verification" => Words {
            status: StatusCode::FORBIDDEN,
            heading: text::ERROR_LINK_TITLE,
            happened: text::ERROR_LINK,
            next: text::ERROR_LINK_NEXT,
            link: Link::SignIn,
        },
        _ => Words {
            status: StatusCode::OK,
            heading: text::ERROR_TITLE,
            happened: text::ERROR_WRONG,
            next: text::ERROR_WRONG_NEXT,
            link: Link::Home,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Theme;
    use crate::page::tests::{content, html, shell};

    fn page(code: Option<&str>, reason: Option<&str>, correlation: Option<&str>) -> Response<Bytes> {
        error(&shell(&Theme::default()), code, reason, correlation)
    }

    #[test]
    fn a_known_reason_is_explained() {
        insta::assert_snapshot!(
            content(&page(Some("Configuration"), Some("state_expired"), Some("b7Qk2-x_9"))), @r#"
        <h1>The sign-in took too long</h1>
        <div role="alert">
        <p>A sign-in has to be finished within a few minutes, and this one was not.</p>
        <p>Please sign in again.</p>
        </div>
        <div class="actions">
        <a class="button primary" href="/api/auth/signin">Sign in</a>
        </div>
        <p class="reference">Reference: <code>b7Qk2-x_9</code>
        </p>
        "#
        );
    }

    #[test]
    fn a_code_without_a_reason_says_what_auth_js_says() {
        insta::assert_snapshot!(content(&page(Some("Configuration"), None, None)), @r#"
        <h1>Server error</h1>
        <div role="alert">
        <p>There is a problem with the server configuration.</p>
        <p>Check the server logs for more information.</p>
        </div>
        "#);
        insta::assert_snapshot!(content(&page(Some("AccessDenied"), None, None)), @r#"
        <h1>Access Denied</h1>
        <div role="alert">
        <p>You do not have permission to sign in.</p>
        <p>You can sign in with a different account.</p>
        </div>
        <div class="actions">
        <a class="button primary" href="/api/auth/signin">Sign in</a>
        </div>
        "#);
        insta::assert_snapshot!(content(&page(Some("Verification"), None, None)), @r#"
        <h1>Unable to sign in</h1>
        <div role="alert">
        <p>The sign in link is no longer valid. It may have been used already or it may have expired.</p>
        <p>Sign in again to be sent a new one.</p>
        </div>
        <div class="actions">
        <a class="button primary" href="/api/auth/signin">Sign in</a>
        </div>
        "#);
        insta::assert_snapshot!(content(&page(None, None, None)), @r#"
        <h1>Error</h1>
        <div role="alert">
        <p>Something went wrong.</p>
        <p>Go back to the site and try again from there.</p>
        </div>
        "#);
    }

    #[test]
    fn the_reason_decides_the_status_and_without_one_the_code_does() {
        for (code, reason, status) in [
            (None, None, 200),
            (Some("Configuration"), None, 500),
            (Some("AccessDenied"), None, 403),
            (Some("Verification"), None, 403),
            (Some("OAuthCallbackError"), None, 200),
            (Some("Configuration"), Some("nonsense"), 500),
            (Some("Configuration"), Some("configuration"), 500),
            (Some("Configuration"), Some("state_missing"), 400),
            (Some("Configuration"), Some("token_rejected"), 400),
            (Some("Configuration"), Some("provider_unavailable"), 503),
            (Some("AccessDenied"), Some("user_disabled"), 403),
            (None, Some("rate_limited"), 503),
        ] {
            assert_eq!(page(code, reason, None).status().as_u16(), status, "{code:?} {reason:?}");
        }
    }

    #[test]
    fn every_reason_has_its_own_page() {
        for reason in Reason::ALL {
            let words = reason.words();
            let html = html(&page(Some("Configuration"), Some(reason.code()), None));
            assert!(html.contains(&format!("<h1>{}</h1>", words.heading.english)));
            assert!(html.contains(words.happened.english) && html.contains(words.next.english));
            assert_eq!(html.contains(r#"href="/api/auth/signin""#), words.link == Link::SignIn);
        }
    }

    // ERR-001
    #[test]
    fn nothing_from_the_address_is_reflected() {
        let evil = Some("<script>alert('zebra')</script>");
        let html = html(&page(evil, evil, evil));
        assert!(!html.contains("<script") && !html.contains("zebra"));
        assert_eq!(html, crate::page::tests::html(&page(None, None, None)));
    }

    #[test]
    fn a_reference_is_shown_only_if_it_looks_like_one() {
        let longest = "a".repeat(64);
        for id in ["0", "b7Qk2-x_9", &longest] {
            assert!(html(&page(None, None, Some(id))).contains(&format!("Reference: <code>{id}</code>")));
        }
        for id in ["", "a b", "a.b", "é", "<b>", &"a".repeat(65)] {
            assert!(!html(&page(None, None, Some(id))).contains("Reference"), "{id}");
        }
    }
}
