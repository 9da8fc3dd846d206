//! The page is a plain form for each way, and says why somebody is there.

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
    <span>Sign in with Azure DevOps</span>
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
    <span>Sign in with Acme</span>
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
    <span>Sign in with GitHub</span>
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
    <span>Sign in with Azure DevOps</span>
    </span>
    </button>
    </form>
    <form action="https://app.example.com/api/auth/signin/github" method="post" data-provider="github">
    <input type="hidden" name="csrfToken" value="csrf-token">
    <input type="hidden" name="callbackUrl" value="https://app.example.com/inbox">
    <button class="button" type="submit">
    <span class="mark letter" aria-hidden="true">G</span>
    <span class="label">
    <span>Sign in with GitHub</span>
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
    <span>Sign in with Azure DevOps</span>
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
    assert!(html.contains("Sign in with &lt;b&gt;x&lt;/b&gt; &amp; &quot;co&quot;<"));
    assert!(html.contains(r#"value="https://app.example.com/&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;""#));
    assert!(html.contains(r#"action="https://app.example.com/?a=&quot;&gt;&lt;b&gt;""#));
}

#[test]
fn without_providers_the_page_says_so() {
    assert!(html(&page(&[], "/", None)).contains("No way to sign in has been set up here yet."));
}
