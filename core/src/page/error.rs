//! The page that says why something came to nothing, and what to do now.

use bytes::Bytes;
use http::{Response, StatusCode};
use maud::{Markup, html};
use serde::{Serialize, Serializer};

use super::reason::{Link as Leads, Reason, Words};
use super::{Form, Frame, Link, Page, Weight};
use crate::answer;
use crate::language::text;

/// The page that says why something came to nothing, and what to do now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ErrorPage {
    /// The status that the page is answered with.
    #[serde(serialize_with = "as_number")]
    pub status: StatusCode,
    /// What happened, in a word for programs: one of the closed list, or `forbidden` for somebody who is signed in and
    /// may not open what they asked for. Nothing, where no word is known.
    pub code: Option<&'static str>,
    /// Whether something went wrong. Else the person thought better of it.
    pub is_alarm: bool,
    /// The heading.
    pub title: String,
    /// What happened.
    pub happened: String,
    /// What to do about it.
    pub next: String,
    /// Ways on.
    pub ways: Vec<Form>,
    /// Where to go from here; the first is the thing to do. Nothing where there are other ways on.
    pub links: Vec<Link>,
    /// By which a log line can be found.
    pub reference: Option<Reference>,
}

/// By which a log line can be found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Reference {
    /// The id, as it stands in the log.
    pub id: String,
    /// A line that tells it.
    pub text: String,
}

/// The error page. All three texts come from the address: the first two are looked up and never shown,
/// the third is shown if it has the form of an id.
pub(crate) fn error(
    frame: &Frame<'_>,
    error: Option<&str>,
    reason: Option<&str>,
    correlation: Option<&str>,
) -> Response<Bytes> {
    explained(frame, ErrorPage::new(frame, error, reason, correlation, Vec::new()))
}

/// The page that says so.
pub(crate) fn explained(frame: &Frame<'_>, what_happened: ErrorPage) -> Response<Bytes> {
    let mut answer = frame.answer(&Page::Error(what_happened));
    answer::advise(&mut answer);
    answer
}

impl ErrorPage {
    /// All three texts come from the address, as above. With ways on, in place of the one to the sign-in page; the first is
    /// the thing to do.
    pub(crate) fn new(
        frame: &Frame<'_>,
        error: Option<&str>,
        reason: Option<&str>,
        correlation: Option<&str>,
        mut ways: Vec<Form>,
    ) -> Self {
        // The application said no, and nobody cancelled anything: the wire tells the one from the other.
        let is_refusal = |reason: &Reason| *reason == Reason::AccessDenied && error == Some("AccessDenied");
        let reason = reason.and_then(Reason::parse).filter(|reason| !is_refusal(reason));
        let Words { status, heading, happened, next, link } = match reason {
            Some(reason) => reason.words(),
            None => wire(error.unwrap_or_default()),
        };
        ways.iter_mut().take(1).for_each(|way| way.weight = Weight::Main);
        let words = frame.words;
        let link = match link {
            Leads::SignIn => frame.sign_in(text::ERROR_SIGN_IN, Weight::Main),
            Leads::Account => frame.account(text::ACCOUNT_TITLE, Weight::Main),
            Leads::Home => frame.site(Weight::Main),
        };
        Self {
            status,
            code: reason.map(Reason::code),
            is_alarm: !reason.is_some_and(Reason::is_calm),
            title: words.text(heading).to_owned(),
            happened: words.text(happened).to_owned(),
            next: words.text(next).to_owned(),
            links: ways.is_empty().then_some(link).into_iter().collect(),
            ways,
            reference: Reference::new(frame, correlation),
        }
    }

    pub(super) fn content(&self, frame: &Frame<'_>) -> Markup {
        html! {
            h1 { (self.title) }
            div role=(if self.is_alarm { "alert" } else { "status" }) { p { (self.happened) } p { (self.next) } }
            @if !self.ways.is_empty() {
                div.actions { @for way in &self.ways { (way.html()) } }
            }
            @if !self.links.is_empty() {
                div.actions { @for link in &self.links { (link.html()) } }
            }
            @if let Some(Reference { id, .. }) = &self.reference {
                p.reference { (frame.words.markup(text::ERROR_REFERENCE, &[("reference", html! { code { (id) } })])) }
            }
        }
    }
}

impl Reference {
    /// If the text has the form of an id.
    pub(super) fn new(frame: &Frame<'_>, correlation: Option<&str>) -> Option<Self> {
        let id = correlation.filter(|id| {
            (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        })?;
        Some(Self { id: id.to_owned(), text: frame.words.with(text::ERROR_REFERENCE, &[("reference", id)]) })
    }
}

fn as_number<S: Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
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
            link: Leads::SignIn,
        },
        "Verification" => Words {
            status: StatusCode::FORBIDDEN,
            heading: text::ERROR_LINK_TITLE,
            happened: text::ERROR_LINK,
            next: text::ERROR_LINK_NEXT,
            link: Leads::SignIn,
        },
        _ => Words {
            status: StatusCode::OK,
            heading: text::ERROR_TITLE,
            happened: text::ERROR_WRONG,
            next: text::ERROR_WRONG_NEXT,
            link: Leads::Home,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Theme;
    use crate::page::tests::{content, frame, html};

    fn page(code: Option<&str>, reason: Option<&str>, correlation: Option<&str>) -> Response<Bytes> {
        error(&frame(&Theme::default()), code, reason, correlation)
    }

    #[test]
    fn a_known_reason_is_explained() {
        insta::assert_snapshot!(
            content(&page(Some("Configuration"), Some("state_expired"), Some("b7Qk2-x_9"))), @r#"
        <h1>The sign-in took too long</h1>
        <div role="alert">
        <p>A sign-in has to be finished within a few minutes.</p>
        <p>Sign in again.</p>
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
    fn a_code_without_a_reason_says_what_it_can() {
        insta::assert_snapshot!(content(&page(Some("Configuration"), None, None)), @r#"
        <h1>This site has a problem</h1>
        <div role="alert">
        <p>Something in its set-up does not work. It is nothing that you did.</p>
        <p>Try again later. If this goes on, tell the people who run this site.</p>
        </div>
        <div class="actions">
        <a class="button primary" href="https://app.example.com">Back to app.example.com</a>
        </div>
        "#);
        insta::assert_snapshot!(content(&page(Some("AccessDenied"), None, None)), @r#"
        <h1>You do not have access</h1>
        <div role="alert">
        <p>The account you used may not sign in here.</p>
        <p>Sign in with a different account, or ask the people who run this site.</p>
        </div>
        <div class="actions">
        <a class="button primary" href="/api/auth/signin">Sign in</a>
        </div>
        "#);
        insta::assert_snapshot!(content(&page(Some("Verification"), None, None)), @r#"
        <h1>This link no longer works</h1>
        <div role="alert">
        <p>A link to sign in with counts once and not for long: this one was used already, or it has expired.</p>
        <p>Sign in again to be sent a new one.</p>
        </div>
        <div class="actions">
        <a class="button primary" href="/api/auth/signin">Sign in</a>
        </div>
        "#);
        insta::assert_snapshot!(content(&page(None, None, None)), @r#"
        <h1>Something went wrong</h1>
        <div role="alert">
        <p>What you began could not be finished.</p>
        <p>Go back to the site and try again from there.</p>
        </div>
        <div class="actions">
        <a class="button primary" href="https://app.example.com">Back to app.example.com</a>
        </div>
        "#);
    }

    #[test]
    fn whoever_cancelled_is_told_so_without_alarm_and_whoever_was_refused_is_told_that() {
        insta::assert_snapshot!(
            content(&page(Some("OAuthCallbackError"), Some("access_denied"), Some("b7Qk2"))), @r#"
        <h1>You did not sign in</h1>
        <div role="status">
        <p>The sign-in was cancelled, or the service did not allow it. Nothing was changed.</p>
        <p>You can sign in whenever you like, also another way.</p>
        </div>
        <div class="actions">
        <a class="button primary" href="/api/auth/signin">Sign in</a>
        </div>
        <p class="reference">Reference: <code>b7Qk2</code>
        </p>
        "#
        );
        let refused = page(Some("AccessDenied"), Some("access_denied"), None);
        assert_eq!(refused.status(), 403);
        assert!(content(&refused).starts_with("<h1>You do not have access</h1>\n<div role=\"alert\">"));
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
            assert_eq!(html.contains(r#"href="/api/auth/signin""#), words.link == Leads::SignIn);
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
