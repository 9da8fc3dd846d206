//! The page for a person whose request needs a token that cannot be had, and what to do now.

use bytes::Bytes;
use http::{Response, StatusCode};

use super::error::Reference;
use super::{ErrorPage, Frame, Page, Reason, Weight};
use crate::Catalogue;
use crate::language::text;

/// Why there is no token, and signing in again would not help.
#[derive(Clone, Copy, Debug)]
pub(crate) enum WithoutToken {
    /// It is worth trying again after so many seconds.
    NotNow(u64),
    /// An administrator has to act.
    Misconfigured,
    /// The provider's service has ended.
    Retired,
}

/// The page. `provider` is its name, for people; `asked` is the path of the page that they wanted.
pub(crate) fn without_token(
    frame: &Frame<'_>,
    provider: &str,
    why: WithoutToken,
    asked: &str,
    correlation: &str,
) -> Response<Bytes> {
    let (words, names) = (frame.words, &[("provider", provider)]);
    let (status, reason, title, happened) = match why {
        WithoutToken::NotNow(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, Reason::ProviderUnavailable, text::TOKEN_LATER_TITLE, text::TOKEN_LATER)
        }
        WithoutToken::Misconfigured => {
            (StatusCode::INTERNAL_SERVER_ERROR, Reason::Configuration, text::TOKEN_SETUP_TITLE, text::TOKEN_SETUP)
        }
        WithoutToken::Retired => {
            (StatusCode::INTERNAL_SERVER_ERROR, Reason::ProviderRetired, text::TOKEN_OVER_TITLE, text::TOKEN_OVER)
        }
    };
    frame.answer(&Page::Error(ErrorPage {
        status,
        code: Some(reason.code()),
        is_alarm: true,
        title: words.text(title).to_owned(),
        happened: words.with(happened, names),
        next: match why {
            WithoutToken::NotNow(seconds) => again(words, seconds),
            WithoutToken::Misconfigured => words.text(text::TOKEN_SETUP_TELL).to_owned(),
            WithoutToken::Retired => words.text(text::TOKEN_OVER_ANOTHER).to_owned(),
        },
        ways: Vec::new(),
        links: match why {
            WithoutToken::NotNow(_) => vec![frame.again(asked), frame.site(Weight::Plain)],
            WithoutToken::Misconfigured => vec![frame.site(Weight::Main)],
            WithoutToken::Retired => vec![frame.sign_in(text::TOKEN_OVER_BUTTON, Weight::Main)],
        },
        reference: Reference::new(frame, Some(correlation)),
    }))
}

/// When to try again.
fn again(words: &Catalogue, seconds: u64) -> String {
    match seconds {
        0 | 1 => words.text(text::TOKEN_LATER_SECOND).to_owned(),
        2..=119 => words.with(text::TOKEN_LATER_SECONDS, &[("seconds", &seconds.to_string())]),
        _ => words.with(text::TOKEN_LATER_MINUTES, &[("minutes", &seconds.div_ceil(60).to_string())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Theme;
    use crate::page::tests::{content, frame};

    fn page(why: WithoutToken) -> Response<Bytes> {
        without_token(&frame(&Theme::default()), "Azure <DevOps>", why, "/boards?of=\"1\"", "b7Qk2")
    }

    #[test]
    fn who_only_has_to_wait_is_told_for_how_long() {
        let page = page(WithoutToken::NotNow(5));
        assert_eq!(page.status(), 503);
        insta::assert_snapshot!(content(&page), @r#"
        <h1>Try again in a moment</h1>
        <div role="alert">
        <p>What you opened comes from Azure &lt;DevOps&gt;, which is not answering at the moment.</p>
        <p>You are still signed in. Try again in 5 seconds.</p>
        </div>
        <div class="actions">
        <a class="button primary" href="https://app.example.com/boards?of=&quot;1&quot;">Try again</a>
        <a class="button" href="https://app.example.com">Back to app.example.com</a>
        </div>
        <p class="reference">Reference: <code>b7Qk2</code>
        </p>
        "#);
    }

    // Behind the origin a path stays on the site, whatever it looks like.
    #[test]
    fn trying_again_leads_nowhere_but_to_the_site() {
        for (asked, href) in [
            ("/boards?a=1&b=2", "https://app.example.com/boards?a=1&b=2"),
            ("//evil.example/", "https://app.example.com//evil.example/"),
            ("@evil.example/", "https://app.example.com/"),
            (".evil.example", "https://app.example.com/"),
            ("*", "https://app.example.com/"),
        ] {
            assert_eq!(frame(&Theme::default()).again(asked).href, href);
        }
    }

    #[test]
    fn what_an_administrator_has_to_mend_has_a_reference() {
        let page = page(WithoutToken::Misconfigured);
        assert_eq!(page.status(), 500);
        insta::assert_snapshot!(content(&page), @r#"
        <h1>An administrator has to act</h1>
        <div role="alert">
        <p>What you opened comes from Azure &lt;DevOps&gt;, which does not accept this site's set-up.</p>
        <p>You are still signed in. Tell the people who run this site, with the reference below.</p>
        </div>
        <div class="actions">
        <a class="button primary" href="https://app.example.com">Back to app.example.com</a>
        </div>
        <p class="reference">Reference: <code>b7Qk2</code>
        </p>
        "#);
    }

    #[test]
    fn when_a_service_has_ended_there_are_other_ways() {
        let page = page(WithoutToken::Retired);
        assert_eq!(page.status(), 500);
        insta::assert_snapshot!(content(&page), @r#"
        <h1>This service has ended</h1>
        <div role="alert">
        <p>What you opened comes from Azure &lt;DevOps&gt;, which no longer offers it to this site.</p>
        <p>Sign in another way, or ask the people who run this site.</p>
        </div>
        <div class="actions">
        <a class="button primary" href="/api/auth/signin">Sign in another way</a>
        </div>
        <p class="reference">Reference: <code>b7Qk2</code>
        </p>
        "#);
    }

    #[test]
    fn times_read_as_people_say_them() {
        let words = [0, 1, 2, 119, 120, 121, 3_600].map(|seconds| again(frame(&Theme::default()).words, seconds));
        let times = words.map(|words| words.rsplit_once(" in ").unwrap().1.to_owned());
        assert_eq!(
            times,
            ["a second.", "a second.", "2 seconds.", "119 seconds.", "2 minutes.", "3 minutes.", "60 minutes."]
        );
    }
}
