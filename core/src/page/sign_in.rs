//! The page that offers the ways to sign in.

use maud::{Markup, html};
use serde::Serialize;

use super::form::hidden_fields;
use super::mark::mark;
use super::{Form, Frame, Reason, Weight};
use crate::Catalogue;
use crate::credentials::{Field, Kind};
use crate::language::{Text, text};
use crate::provider::Mark;

/// The page that offers the ways to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SignInPage {
    /// The heading.
    pub title: String,
    /// What it is that people sign in to, in words.
    pub lead: String,
    /// Why they are here, or what went wrong.
    pub notice: Option<Notice>,
    /// The ways to sign in, in the order in which they are offered.
    pub ways: Vec<Way>,
    /// What stands between a form with inputs and the way next to it.
    pub or: String,
    /// What to say where there is no way.
    pub nothing: Option<String>,
}

/// One way to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Way {
    /// The provider's id.
    pub id: String,
    /// The provider's name, for people.
    pub name: String,
    /// The form that begins the sign-in.
    pub form: Form,
    /// What a person types into it. Nothing where a button is all it takes.
    pub inputs: Vec<Input>,
    /// Whether its provider is to end, and another has followed it.
    pub ends: bool,
    /// What to say of the one by which somebody signed in last in this browser, where there are others.
    pub last_used: Option<String>,
}

/// What a person types, with the attributes that HTML has for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Input {
    /// An id for the input, which no other on the page has.
    pub id: String,
    /// Under which it is posted.
    pub name: String,
    /// What to type.
    pub label: String,
    /// `text`, `email` or `password`.
    pub kind: &'static str,
    /// What the browser may fill in.
    pub autocomplete: Option<String>,
    /// An example, to be shown while the input is empty.
    pub placeholder: Option<String>,
    /// Whether it has to be filled in.
    pub is_required: bool,
    /// Whether a browser must not correct it as prose, with capitals or spelling.
    pub is_exact: bool,
    /// Whether what was typed before did not match.
    pub is_invalid: bool,
}

/// Why somebody is on the sign-in page, or what went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Notice {
    /// Whether something went wrong. Else there is only a reason for being here.
    pub is_alarm: bool,
    /// One paragraph each.
    pub texts: Vec<String>,
    /// The id of the way that it is about, if that is one with inputs. It is then the first, so that the two stand together.
    pub about: Option<String>,
}

/// What the configuration has of one way to sign in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) mark: Option<Mark>,
    /// The absolute address that its form posts to.
    pub(crate) action: &'a str,
    /// What a person types. Nothing where a button is all it takes.
    pub(crate) fields: &'a [Field],
    /// Whether its provider is to end, and another has followed it.
    pub(crate) ends: bool,
    /// Whether somebody signed in by it last in this browser.
    pub(crate) is_last_used: bool,
}

/// What the page has to tell, besides how to sign in. `error` and `code` are what the address carries; they are looked
/// up, never shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct News<'a> {
    pub(crate) error: &'a str,
    pub(crate) code: Option<&'a str>,
    /// What the application has for the code; or why somebody has to sign in.
    pub(crate) text: Option<&'a str>,
}

impl SignInPage {
    pub(crate) fn new(
        frame: &Frame<'_>,
        offers: &[Offer<'_>],
        csrf_token: &str,
        return_to: &str,
        news: Option<News<'_>>,
    ) -> Self {
        let words = frame.words;
        // One way is the thing to do here; several are equals, but for those that end.
        let has_main = offers.len() == 1 || offers.iter().filter(|offer| !offer.ends).count() == 1;
        let weight = |offer: &Offer<'_>| match offer.ends {
            _ if offers.len() == 1 => Weight::Main,
            true => Weight::Quiet,
            false if has_main => Weight::Main,
            false => Weight::Plain,
        };
        let notice = news.map(|news| Notice::new(words, news, offers));
        let about = |offer: &Offer<'_>| notice.as_ref().is_some_and(|notice| notice.about.as_deref() == Some(offer.id));
        let is_mismatch = news.is_some_and(News::is_mismatch);
        let way = |offer: &Offer<'_>| {
            let label = words.with(text::SIGN_IN_WITH, &[("provider", offer.name)]);
            let form = Form::new(offer.action, csrf_token, label).returning_to(return_to).marked(offer.mark);
            let is_told = offer.is_last_used && offers.len() > 1;
            Way {
                id: offer.id.to_owned(),
                name: offer.name.to_owned(),
                form: form.weighing(weight(offer)),
                inputs: offer
                    .fields
                    .iter()
                    .map(|field| Input {
                        is_invalid: is_mismatch && about(offer),
                        ..Input::new(words, offer.id, field)
                    })
                    .collect(),
                ends: offer.ends,
                last_used: is_told.then(|| words.text(text::SIGN_IN_LAST_USED).to_owned()),
            }
        };
        Self {
            title: words.text(text::SIGN_IN_TITLE).to_owned(),
            lead: words.with(text::SIGN_IN_TO_CONTINUE, &[("app", frame.app)]),
            ways: {
                let (first, rest): (Vec<_>, Vec<_>) = offers.iter().partition(|offer| about(offer));
                first.into_iter().chain(rest).map(way).collect()
            },
            notice,
            or: words.text(text::SIGN_IN_OR).to_owned(),
            nothing: offers.is_empty().then(|| words.text(text::SIGN_IN_NOTHING).to_owned()),
        }
    }

    pub(super) fn content(&self, frame: &Frame<'_>) -> Markup {
        let is_alone = self.ways.len() == 1;
        html! {
            h1 { (self.title) }
            p { (frame.words.markup(text::SIGN_IN_TO_CONTINUE, &[("app", html! { strong { (frame.app) } })])) }
            @if let Some(notice) = &self.notice { (notice.html()) }
            @if let Some(nothing) = &self.nothing { p { (nothing) } }
            @if !self.ways.is_empty() {
                div class=(if is_alone { "actions" } else { "actions ways" }) {
                    @for (place, way) in self.ways.iter().enumerate() {
                        @if takes_room(&self.ways, place) { p.or { (self.or) } }
                        form action=(way.form.action) method="post" data-provider=(way.id) {
                            (hidden_fields(&way.form.hidden))
                            @for input in &way.inputs { (input.html(self.notice_about(way))) }
                            button class=(way.form.weight.class()) type="submit" { (way.label(frame.words, is_alone)) }
                        }
                    }
                }
            }
        }
    }
}

impl SignInPage {
    /// The id of the notice, if it is about that way.
    fn notice_about(&self, way: &Way) -> Option<&'static str> {
        let about = self.notice.as_ref()?.about.as_ref()?;
        (*about == way.id).then_some(NOTICE)
    }
}

/// Between a form and what stands before it, or behind it.
fn takes_room(ways: &[Way], place: usize) -> bool {
    place > 0 && ways.iter().skip(place - 1).take(2).any(Way::has_inputs)
}

impl Way {
    fn has_inputs(&self) -> bool {
        !self.inputs.is_empty()
    }

    /// Alone, or below inputs, it needs no mark to line up with others, and no telling apart from them.
    fn label(&self, words: &Catalogue, is_alone: bool) -> Markup {
        // A line had better not end within the name.
        let label = words.markup(text::SIGN_IN_WITH, &[("provider", html! { span.name { (self.name) } })]);
        html! {
            @if self.form.mark.is_some() || !(is_alone || self.has_inputs()) { (mark(self.form.mark, &self.name)) }
            span.label {
                span { (label) }
                // The space is for those who hear it.
                @if let Some(last_used) = &self.last_used { " " span.last { (last_used) } }
            }
        }
    }
}

impl Input {
    fn new(words: &Catalogue, provider: &str, field: &Field) -> Self {
        Self {
            id: format!("{provider}-{}", field.name),
            name: field.name.clone(),
            label: match field.is_required {
                true => field.label.clone(),
                false => words.with(text::SIGN_IN_OPTIONAL, &[("field", &field.label)]),
            },
            kind: field.kind.as_str(),
            autocomplete: field.autocomplete.clone(),
            placeholder: field.placeholder.clone(),
            is_required: field.is_required,
            // What a browser would correct in prose, it would spoil in a name.
            is_exact: field.kind != Kind::Text || field.autocomplete.is_some(),
            is_invalid: false,
        }
    }

    /// A label and its input. What was typed before is not in it: a password never is, and a name would have to travel
    /// in the address to get here.
    fn html(&self, notice: Option<&str>) -> Markup {
        html! {
            div.field {
                label for=(self.id) { (self.label) }
                input id=(self.id) name=(self.name) type=(self.kind)
                    autocomplete=[&self.autocomplete] placeholder=[&self.placeholder]
                    autocapitalize=[self.is_exact.then_some("none")] spellcheck=[self.is_exact.then_some("false")]
                    aria-invalid=[self.is_invalid.then_some("true")] aria-describedby=[notice]
                    required[self.is_required];
            }
        }
    }
}

impl Notice {
    /// What happened. The application's text says most, a reason that is known more than the wire's error.
    fn new(words: &Catalogue, News { error, code, text }: News<'_>, offers: &[Offer<'_>]) -> Self {
        let mut forms = offers.iter().filter(|offer| error == "CredentialsSignin" && !offer.fields.is_empty());
        let about = match (forms.next(), forms.next()) {
            (Some(offer), None) => Some(offer.id.to_owned()),
            // Of several the address does not say which it was.
            _ => None,
        };
        let text = text.filter(|_| matches!(error, "CredentialsSignin" | "SessionRequired"));
        let reason = code.and_then(Reason::parse);
        // Neither having to sign in nor having thought better of it is an error.
        let is_calm = error == "SessionRequired" || reason.is_some_and(Reason::is_calm);
        let texts = match (text, reason.map(Reason::words)) {
            (Some(text), _) => vec![text],
            (None, Some(reason)) => vec![words.text(reason.happened), words.text(reason.next)],
            (None, None) => vec![words.text(message(error))],
        };
        Self { is_alarm: !is_calm, texts: texts.into_iter().map(str::to_owned).collect(), about }
    }

    fn html(&self) -> Markup {
        html! {
            // The focus goes to what is new on the page. Without script, `autofocus` is how.
            div id=[self.about.is_some().then_some(NOTICE)] class=(if self.is_alarm { "alert" } else { "note" })
                role="alert" tabindex="-1" autofocus {
                @match self.texts.as_slice() {
                    [text] => { (text) }
                    texts => { @for text in texts { p { (text) } } }
                }
            }
        }
    }
}

impl News<'_> {
    /// Whether what was typed did not match, as far as is known.
    fn is_mismatch(self) -> bool {
        let reason = self.code.and_then(Reason::parse);
        self.text.is_none() && reason.is_none_or(|reason| reason == Reason::Credentials)
    }
}

fn message(error: &str) -> Text {
    match error {
        "Signin" | "OAuthSignin" | "OAuthCallbackError" | "OAuthCreateAccount" | "EmailCreateAccount" | "Callback" => {
            text::ERROR_TRY_ANOTHER
        }
        "OAuthAccountNotLinked" => text::ERROR_NOT_LINKED,
        "EmailSignin" => text::ERROR_EMAIL,
        "CredentialsSignin" => text::ERROR_CREDENTIALS,
        "SessionRequired" => text::ERROR_REQUIRED,
        _ => text::ERROR_UNABLE,
    }
}

const NOTICE: &str = "notice";

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::Response;

    use super::*;
    use crate::Theme;
    use crate::page::Page;
    use crate::page::tests::{content, frame, html};
    use crate::provider::Shape;

    const MARK: Mark = Mark::new([0, 0, 8, 8], &[Shape::Plain("M0 0h8v8H0z")]);
    const AZURE: Offer<'_> = Offer {
        id: "azure-devops",
        name: "Azure DevOps",
        mark: Some(MARK),
        action: "https://app.example.com/api/auth/signin/azure-devops",
        fields: &[],
        ends: false,
        is_last_used: false,
    };
    const GITHUB: Offer<'_> = Offer {
        id: "github",
        name: "GitHub",
        mark: None,
        action: "https://app.example.com/api/auth/signin/github",
        fields: &[],
        ends: false,
        is_last_used: false,
    };

    fn page(ways: &[Offer<'_>], return_to: &str, error: Option<&str>) -> Response<Bytes> {
        let news = error.map(|error| News { error, code: None, text: None });
        told(ways, return_to, news)
    }

    fn told(ways: &[Offer<'_>], return_to: &str, news: Option<News<'_>>) -> Response<Bytes> {
        let theme = Theme::default();
        let frame = frame(&theme);
        frame.answer(&Page::SignIn(SignInPage::new(&frame, ways, "csrf-token", return_to, news)))
    }

    fn fields() -> [Field; 3] {
        [
            Field::username("username", "User name").placeholder("ada"),
            Field::password("password", "Password"),
            Field::text("totp", "Code").autocomplete("one-time-code").optional(),
        ]
    }

    fn members(fields: &[Field]) -> Offer<'_> {
        let action = "https://app.example.com/api/auth/callback/credentials";
        Offer { id: "credentials", name: "Acme", mark: None, action, fields, ends: false, is_last_used: false }
    }

    // UIX-001, UIX-004
    #[test]
    fn what_a_person_types_has_labels_and_hints_and_stands_apart() {
        let fields = fields();
        insta::assert_snapshot!(content(&page(&[AZURE, members(&fields), GITHUB], "/", None)), @r#"
        <h1>Sign in</h1>
        <p>to continue to <strong>app.example.com</strong>
        </p>
        <div class="actions ways">
        <form action="https://app.example.com/api/auth/signin/azure-devops" method="post" data-provider="azure-devops">
        <input type="hidden" name="csrfToken" value="csrf-token">
        <input type="hidden" name="callbackUrl" value="/">
        <button class="button" type="submit">
        <svg class="mark" viewBox="0 0 8 8" width="20" height="20" aria-hidden="true">
        <path d="M0 0h8v8H0z" fill="currentColor">
        </path>
        </svg>
        <span class="label">
        <span>Sign in with <span class="name">Azure DevOps</span>
        </span>
        </span>
        </button>
        </form>
        <p class="or">or</p>
        <form action="https://app.example.com/api/auth/callback/credentials" method="post" data-provider="credentials">
        <input type="hidden" name="csrfToken" value="csrf-token">
        <input type="hidden" name="callbackUrl" value="/">
        <div class="field">
        <label for="credentials-username">User name</label>
        <input id="credentials-username" name="username" type="text" autocomplete="username" placeholder="ada" autocapitalize="none" spellcheck="false" required>
        </div>
        <div class="field">
        <label for="credentials-password">Password</label>
        <input id="credentials-password" name="password" type="password" autocomplete="current-password" autocapitalize="none" spellcheck="false" required>
        </div>
        <div class="field">
        <label for="credentials-totp">Code (optional)</label>
        <input id="credentials-totp" name="totp" type="text" autocomplete="one-time-code" autocapitalize="none" spellcheck="false">
        </div>
        <button class="button" type="submit">
        <span class="label">
        <span>Sign in with <span class="name">Acme</span>
        </span>
        </span>
        </button>
        </form>
        <p class="or">or</p>
        <form action="https://app.example.com/api/auth/signin/github" method="post" data-provider="github">
        <input type="hidden" name="csrfToken" value="csrf-token">
        <input type="hidden" name="callbackUrl" value="/">
        <button class="button" type="submit">
        <span class="mark letter" aria-hidden="true">G</span>
        <span class="label">
        <span>Sign in with <span class="name">GitHub</span>
        </span>
        </span>
        </button>
        </form>
        </div>
        "#);
    }

    #[test]
    fn a_refusal_is_told_in_the_applications_words_if_it_has_any() {
        let page = |error, code, text| {
            let news = News { error, code: Some(code), text };
            content(&told(&[members(&fields())], "/", Some(news)))
        };
        let own = page("CredentialsSignin", "locked", Some("Come <back> tomorrow."));
        assert!(own.contains(">Come &lt;back&gt; tomorrow.</div>"), "{own}");
        assert!(page("CredentialsSignin", "rate_limited", None).contains("There were too many sign-ins"));
        let unknown = page("CredentialsSignin", "<zebra>", None);
        assert!(unknown.contains("The details do not match. Check them, then try again."), "{unknown}");
        assert!(!unknown.contains("zebra"));
        assert!(page("OAuthCallbackError", "access_denied", Some("Mine.")).contains("The sign-in was cancelled"));
    }

    // UIX-004
    #[test]
    fn what_did_not_match_stands_first_below_the_words_that_say_so() {
        let fields = [Field::password("password", "Password")];
        let page = |code, text| {
            let news = News { error: "CredentialsSignin", code: Some(code), text };
            content(&told(&[AZURE, members(&fields)], "/", Some(news)))
        };
        insta::assert_snapshot!(page("credentials", None));
        let own = page("locked", Some("Come back tomorrow."));
        assert!(own.contains(r#"aria-describedby="notice""#) && !own.contains("aria-invalid"), "{own}");
    }

    // UIX-001: every way to sign in is a plain form.
    #[test]
    fn each_provider_is_a_form_that_posts() {
        insta::assert_snapshot!(content(&page(&[AZURE, GITHUB], "https://app.example.com/inbox", None)), @r#"
        <h1>Sign in</h1>
        <p>to continue to <strong>app.example.com</strong>
        </p>
        <div class="actions ways">
        <form action="https://app.example.com/api/auth/signin/azure-devops" method="post" data-provider="azure-devops">
        <input type="hidden" name="csrfToken" value="csrf-token">
        <input type="hidden" name="callbackUrl" value="https://app.example.com/inbox">
        <button class="button" type="submit">
        <svg class="mark" viewBox="0 0 8 8" width="20" height="20" aria-hidden="true">
        <path d="M0 0h8v8H0z" fill="currentColor">
        </path>
        </svg>
        <span class="label">
        <span>Sign in with <span class="name">Azure DevOps</span>
        </span>
        </span>
        </button>
        </form>
        <form action="https://app.example.com/api/auth/signin/github" method="post" data-provider="github">
        <input type="hidden" name="csrfToken" value="csrf-token">
        <input type="hidden" name="callbackUrl" value="https://app.example.com/inbox">
        <button class="button" type="submit">
        <span class="mark letter" aria-hidden="true">G</span>
        <span class="label">
        <span>Sign in with <span class="name">GitHub</span>
        </span>
        </span>
        </button>
        </form>
        </div>
        "#);
    }

    #[test]
    fn a_single_provider_is_the_main_button() {
        assert!(html(&page(&[AZURE], "/", None)).contains(r#"class="button primary""#));
        assert!(!html(&page(&[AZURE, GITHUB], "/", None)).contains(r#"class="button primary""#));
    }

    // UIX-003
    #[test]
    fn a_known_reason_says_more_than_the_error() {
        let page = |reason| {
            let news = News { error: "OAuthCallbackError", code: Some(reason), text: None };
            content(&told(&[AZURE], "/", Some(news)))
        };
        assert!(page("access_denied").contains("The sign-in was cancelled"));
        assert!(!page("access_denied").contains("Try signing in"), "one message, not two");
        assert!(page("<script>").contains("The sign-in did not succeed. Try again, or use a different account."));
        assert!(!page("<script>").contains("<script>"));
    }

    #[test]
    fn an_error_is_announced_and_has_the_focus() {
        insta::assert_snapshot!(content(&page(&[AZURE], "https://app.example.com/", Some("OAuthAccountNotLinked"))), @r#"
        <h1>Sign in</h1>
        <p>to continue to <strong>app.example.com</strong>
        </p>
        <div class="alert" role="alert" tabindex="-1" autofocus>To keep your account safe, sign in the way you did before.</div>
        <div class="actions">
        <form action="https://app.example.com/api/auth/signin/azure-devops" method="post" data-provider="azure-devops">
        <input type="hidden" name="csrfToken" value="csrf-token">
        <input type="hidden" name="callbackUrl" value="https://app.example.com/">
        <button class="button primary" type="submit">
        <svg class="mark" viewBox="0 0 8 8" width="20" height="20" aria-hidden="true">
        <path d="M0 0h8v8H0z" fill="currentColor">
        </path>
        </svg>
        <span class="label">
        <span>Sign in with <span class="name">Azure DevOps</span>
        </span>
        </span>
        </button>
        </form>
        </div>
        "#);
    }

    #[test]
    fn having_to_sign_in_is_told_without_alarm() {
        let html = html(&page(&[AZURE], "/", Some("SessionRequired")));
        assert!(
            html.contains(r#"<div class="note" role="alert" tabindex="-1" autofocus>Sign in to open this page.</div>"#)
        );
    }

    #[test]
    fn each_error_has_the_message_of_the_wire() {
        for (error, text) in [
            ("Signin", "The sign-in did not succeed. Try again, or use a different account."),
            ("OAuthSignin", "The sign-in did not succeed. Try again, or use a different account."),
            ("OAuthCreateAccount", "The sign-in did not succeed. Try again, or use a different account."),
            ("EmailCreateAccount", "The sign-in did not succeed. Try again, or use a different account."),
            ("Callback", "The sign-in did not succeed. Try again, or use a different account."),
            ("OAuthCallbackError", "The sign-in did not succeed. Try again, or use a different account."),
            ("OAuthAccountNotLinked", "To keep your account safe, sign in the way you did before."),
            ("EmailSignin", "The email could not be sent. Wait a minute, then try again."),
            ("CredentialsSignin", "The details do not match. Check them, then try again."),
            ("SessionRequired", "Sign in to open this page."),
            ("MissingCSRF", "The sign-in did not succeed. Try again."),
            ("AccountNotLinked", "The sign-in did not succeed. Try again."),
            ("", "The sign-in did not succeed. Try again."),
        ] {
            assert!(html(&page(&[AZURE], "/", Some(error))).contains(&format!(">{text}<")), "{error}");
        }
    }

    // ERR-001
    #[test]
    fn an_unknown_error_is_not_reflected() {
        let html = html(&page(&[AZURE], "/", Some("<script>alert('zebra')</script>")));
        assert!(!html.contains("<script") && !html.contains("zebra"));
        assert!(html.contains(">The sign-in did not succeed. Try again.<"));
    }

    // ERR-008
    #[test]
    fn what_is_put_into_an_input_stays_text() {
        let odd = "\"><b>";
        let fields = [Field::text(odd, odd).autocomplete(odd).placeholder(odd)];
        let html = html(&page(&[Offer { id: odd, ..members(&fields) }], "/", None));
        assert!(!html.contains("<b>"));
    }

    // ERR-008
    #[test]
    fn what_is_put_into_the_page_stays_text() {
        let odd = Offer {
            id: "\"><b>",
            name: "<b>x</b> & \"co\"",
            action: "https://app.example.com/?a=\"><b>",
            mark: None,
            fields: &[],
            ends: false,
            is_last_used: false,
        };
        let html = html(&page(&[odd], "https://app.example.com/\"><script>alert(1)</script>", None));
        assert!(!html.contains("<b>") && !html.contains("<script"));
        assert!(html.contains(">&lt;b&gt;x&lt;/b&gt; &amp; &quot;co&quot;<"));
        assert!(html.contains(r#"value="https://app.example.com/&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;""#));
        assert!(html.contains(r#"action="https://app.example.com/?a=&quot;&gt;&lt;b&gt;""#));
    }

    #[test]
    fn without_providers_the_page_says_so() {
        assert!(html(&page(&[], "/", None)).contains("No way to sign in has been set up here yet."));
    }
}
