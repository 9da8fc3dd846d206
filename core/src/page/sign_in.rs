//! The page that offers the ways to sign in.

use bytes::Bytes;
use http::{Response, StatusCode};
use maud::{Markup, html};

use super::{Reason, Shell};
use crate::Catalogue;
use crate::credentials::{Field, Kind};
use crate::language::{Text, text};

/// One way to sign in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    /// The absolute address that its form posts to.
    pub(crate) action: &'a str,
    /// What a person types. Nothing where a button is all it takes.
    pub(crate) fields: &'a [Field],
    /// Whether its provider is to end, and another has followed it.
    pub(crate) ends: bool,
}

/// What the page has to tell, besides how to sign in. `error` and `code` are what the address carries; they are looked
/// up, never shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct News<'a> {
    pub(crate) error: &'a str,
    pub(crate) code: Option<&'a str>,
    /// What the application has for the code.
    pub(crate) text: Option<&'a str>,
}

/// The sign-in page.
pub(crate) fn sign_in(
    shell: &Shell<'_>,
    ways: &[Way<'_>],
    csrf_token: &str,
    return_to: &str,
    news: Option<News<'_>>,
) -> Response<Bytes> {
    let words = shell.words;
    // One way is the thing to do here; several are equals, but for those that end.
    let main = ways.len() == 1 || ways.iter().filter(|way| !way.ends).count() == 1;
    let button = |way: &Way<'_>| match way.ends {
        _ if ways.len() == 1 => "button primary",
        true => "button quiet",
        false if main => "button primary",
        false => "button",
    };
    let content = html! {
        h1 { (words.text(text::SIGN_IN_TITLE)) }
        p { (words.markup(text::SIGN_IN_TO_CONTINUE, &[("app", html! { strong { (shell.app) } })])) }
        @if let Some(news) = news { (announcement(words, news)) }
        @if ways.is_empty() {
            p { (words.text(text::SIGN_IN_NOTHING)) }
        } @else {
            div.actions {
                @for (place, way) in ways.iter().enumerate() {
                    @if takes_room(ways, place) { p.or { (words.text(text::SIGN_IN_OR)) } }
                    form action=(way.action) method="post" data-provider=(way.id) {
                        input type="hidden" name="csrfToken" value=(csrf_token);
                        input type="hidden" name="callbackUrl" value=(return_to);
                        @for field in way.fields { (input(words, way, field)) }
                        button class=(button(way)) type="submit" { (words.with(text::SIGN_IN_WITH, &[("provider", way.name)])) }
                    }
                }
            }
        }
    };
    shell.page(StatusCode::OK, words.text(text::SIGN_IN_TITLE), &content)
}

/// Between a form and what stands before it, or behind it.
fn takes_room(ways: &[Way<'_>], place: usize) -> bool {
    let has_fields = |way: &Way<'_>| !way.fields.is_empty();
    place > 0 && ways.iter().skip(place - 1).take(2).any(has_fields)
}

/// A label and its input. What was typed before is not in it: a password never is, and a name would have to travel in
/// the address to get here.
fn input(words: &Catalogue, way: &Way<'_>, field: &Field) -> Markup {
    let id = format!("{}-{}", way.id, field.name);
    // What a browser would correct in prose, it would spoil in a name.
    let is_exact = field.kind != Kind::Text || field.autocomplete.is_some();
    html! {
        div.field {
            label for=(id) {
                @if field.is_required { (field.label) }
                @else { (words.with(text::SIGN_IN_OPTIONAL, &[("field", &field.label)])) }
            }
            input id=(id) name=(field.name) type=(field.kind.as_str())
                autocomplete=[&field.autocomplete] placeholder=[&field.placeholder]
                autocapitalize=[is_exact.then_some("none")] spellcheck=[is_exact.then_some("false")]
                required[field.is_required];
        }
    }
}

/// What happened. The application's text says most, a reason that is known more than the wire's error.
fn announcement(words: &Catalogue, News { error, code, text }: News<'_>) -> Markup {
    let text = text.filter(|_| error == "CredentialsSignin");
    let reason = code.and_then(Reason::parse).map(Reason::words);
    html! {
        // The focus goes to what is new on the page. Without script, `autofocus` is how.
        div class=(if error == "SessionRequired" { "note" } else { "alert" }) role="alert" tabindex="-1" autofocus {
            @match (text, &reason) {
                (Some(text), _) => { (text) }
                (None, Some(reason)) => { p { (words.text(reason.happened)) } p { (words.text(reason.next)) } }
                (None, None) => { (words.text(message(error))) }
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Theme;
    use crate::page::tests::{content, html, shell};

    const AZURE: Way<'_> = Way {
        id: "azure-devops",
        name: "Azure DevOps",
        action: "https://app.example.com/api/auth/signin/azure-devops",
        fields: &[],
        ends: false,
    };
    const GITHUB: Way<'_> = Way {
        id: "github",
        name: "GitHub",
        action: "https://app.example.com/api/auth/signin/github",
        fields: &[],
        ends: false,
    };

    fn page(ways: &[Way<'_>], return_to: &str, error: Option<&str>) -> Response<Bytes> {
        let news = error.map(|error| News { error, code: None, text: None });
        sign_in(&shell(&Theme::default()), ways, "csrf-token", return_to, news)
    }

    fn fields() -> [Field; 3] {
        [
            Field::username("username", "User name").placeholder("ada"),
            Field::password("password", "Password"),
            Field::text("totp", "Code").autocomplete("one-time-code").optional(),
        ]
    }

    fn members(fields: &[Field]) -> Way<'_> {
        let action = "https://app.example.com/api/auth/callback/credentials";
        Way { id: "credentials", name: "Acme", action, fields, ends: false }
    }

    // UIX-001, UIX-004
    #[test]
    fn what_a_person_types_has_labels_and_hints_and_stands_apart() {
        let fields = fields();
        insta::assert_snapshot!(content(&page(&[AZURE, members(&fields), GITHUB], "/", None)), @r#"
        <h1>Sign in</h1>
        <p>to continue to <strong>app.example.com</strong>
        </p>
        <div class="actions">
        <form action="https://app.example.com/api/auth/signin/azure-devops" method="post" data-provider="azure-devops">
        <input type="hidden" name="csrfToken" value="csrf-token">
        <input type="hidden" name="callbackUrl" value="/">
        <button class="button" type="submit">Sign in with Azure DevOps</button>
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
        <button class="button" type="submit">Sign in with Acme</button>
        </form>
        <p class="or">or</p>
        <form action="https://app.example.com/api/auth/signin/github" method="post" data-provider="github">
        <input type="hidden" name="csrfToken" value="csrf-token">
        <input type="hidden" name="callbackUrl" value="/">
        <button class="button" type="submit">Sign in with GitHub</button>
        </form>
        </div>
        "#);
    }

    #[test]
    fn a_refusal_is_told_in_the_applications_words_if_it_has_any() {
        let page = |error, code, text| {
            let news = News { error, code: Some(code), text };
            content(&sign_in(&shell(&Theme::default()), &[members(&fields())], "csrf-token", "/", Some(news)))
        };
        let own = page("CredentialsSignin", "locked", Some("Come <back> tomorrow."));
        assert!(own.contains(">Come &lt;back&gt; tomorrow.</div>"), "{own}");
        assert!(page("CredentialsSignin", "rate_limited", None).contains("There were too many sign-ins"));
        let unknown = page("CredentialsSignin", "<zebra>", None);
        assert!(unknown.contains("Sign in failed. Check the details you provided are correct."), "{unknown}");
        assert!(!unknown.contains("zebra"));
        assert!(page("OAuthCallbackError", "access_denied", Some("Mine.")).contains("The sign-in was cancelled"));
    }

    // UIX-001: every way to sign in is a plain form.
    #[test]
    fn each_provider_is_a_form_that_posts() {
        insta::assert_snapshot!(content(&page(&[AZURE, GITHUB], "https://app.example.com/inbox", None)), @r#"
        <h1>Sign in</h1>
        <p>to continue to <strong>app.example.com</strong>
        </p>
        <div class="actions">
        <form action="https://app.example.com/api/auth/signin/azure-devops" method="post" data-provider="azure-devops">
        <input type="hidden" name="csrfToken" value="csrf-token">
        <input type="hidden" name="callbackUrl" value="https://app.example.com/inbox">
        <button class="button" type="submit">Sign in with Azure DevOps</button>
        </form>
        <form action="https://app.example.com/api/auth/signin/github" method="post" data-provider="github">
        <input type="hidden" name="csrfToken" value="csrf-token">
        <input type="hidden" name="callbackUrl" value="https://app.example.com/inbox">
        <button class="button" type="submit">Sign in with GitHub</button>
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
            content(&sign_in(&shell(&Theme::default()), &[AZURE], "csrf-token", "/", Some(news)))
        };
        assert!(page("access_denied").contains("The sign-in was cancelled"));
        assert!(!page("access_denied").contains("Try signing in"), "one message, not two");
        assert!(page("<script>").contains("Try signing in with a different account."));
        assert!(!page("<script>").contains("<script>"));
    }

    #[test]
    fn an_error_is_announced_and_has_the_focus() {
        insta::assert_snapshot!(content(&page(&[AZURE], "https://app.example.com/", Some("OAuthAccountNotLinked"))), @r#"
        <h1>Sign in</h1>
        <p>to continue to <strong>app.example.com</strong>
        </p>
        <div class="alert" role="alert" tabindex="-1" autofocus>To confirm your identity, sign in with the same account you used originally.</div>
        <div class="actions">
        <form action="https://app.example.com/api/auth/signin/azure-devops" method="post" data-provider="azure-devops">
        <input type="hidden" name="csrfToken" value="csrf-token">
        <input type="hidden" name="callbackUrl" value="https://app.example.com/">
        <button class="button primary" type="submit">Sign in with Azure DevOps</button>
        </form>
        </div>
        "#);
    }

    #[test]
    fn having_to_sign_in_is_told_without_alarm() {
        let html = html(&page(&[AZURE], "/", Some("SessionRequired")));
        assert!(html.contains(
            r#"<div class="note" role="alert" tabindex="-1" autofocus>Please sign in to access this page.</div>"#
        ));
    }

    #[test]
    fn each_error_has_the_message_of_the_wire() {
        for (error, text) in [
            ("Signin", "Try signing in with a different account."),
            ("OAuthSignin", "Try signing in with a different account."),
            ("OAuthCreateAccount", "Try signing in with a different account."),
            ("EmailCreateAccount", "Try signing in with a different account."),
            ("Callback", "Try signing in with a different account."),
            ("OAuthCallbackError", "Try signing in with a different account."),
            ("OAuthAccountNotLinked", "To confirm your identity, sign in with the same account you used originally."),
            ("EmailSignin", "The e-mail could not be sent."),
            ("CredentialsSignin", "Sign in failed. Check the details you provided are correct."),
            ("SessionRequired", "Please sign in to access this page."),
            ("MissingCSRF", "Unable to sign in."),
            ("AccountNotLinked", "Unable to sign in."),
            ("", "Unable to sign in."),
        ] {
            assert!(html(&page(&[AZURE], "/", Some(error))).contains(&format!(">{text}<")), "{error}");
        }
    }

    // ERR-001
    #[test]
    fn an_unknown_error_is_not_reflected() {
        let html = html(&page(&[AZURE], "/", Some("<script>alert('zebra')</script>")));
        assert!(!html.contains("<script") && !html.contains("zebra"));
        assert!(html.contains(">Unable to sign in.<"));
    }

    // ERR-008
    #[test]
    fn what_is_put_into_an_input_stays_text() {
        let odd = "\"><b>";
        let fields = [Field::text(odd, odd).autocomplete(odd).placeholder(odd)];
        let html = html(&page(&[Way { id: odd, ..members(&fields) }], "/", None));
        assert!(!html.contains("<b>"));
    }

    // ERR-008
    #[test]
    fn what_is_put_into_the_page_stays_text() {
        let odd = Way {
            id: "\"><b>",
            name: "<b>x</b> & \"co\"",
            action: "https://app.example.com/?a=\"><b>",
            fields: &[],
            ends: false,
        };
        let html = html(&page(&[odd], "https://app.example.com/\"><script>alert(1)</script>", None));
        assert!(!html.contains("<b>") && !html.contains("<script"));
        assert!(html.contains("Sign in with &lt;b&gt;x&lt;/b&gt; &amp; &quot;co&quot;</button>"));
        assert!(html.contains(r#"value="https://app.example.com/&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;""#));
        assert!(html.contains(r#"action="https://app.example.com/?a=&quot;&gt;&lt;b&gt;""#));
    }

    #[test]
    fn without_providers_the_page_says_so() {
        assert!(html(&page(&[], "/", None)).contains("No way to sign in has been set up."));
    }
}
