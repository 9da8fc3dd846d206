//! The page that offers the ways to sign in.

use bytes::Bytes;
use http::{Response, StatusCode};
use maud::html;

use super::{Reason, Shell};

/// One way to sign in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProviderButton<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    /// The absolute address that begins the sign-in.
    pub(crate) action: &'a str,
}

/// The sign-in page. `error` and `reason` are what the address carries; they are looked up, never shown. A reason that is
/// known says more than the wire's error, so it has the word.
pub(crate) fn sign_in(
    shell: &Shell<'_>,
    providers: &[ProviderButton<'_>],
    csrf_token: &str,
    return_to: &str,
    error: Option<&str>,
    reason: Option<&str>,
) -> Response<Bytes> {
    let reason = reason.and_then(Reason::parse).map(Reason::words);
    // One way is the thing to do here; several are equals.
    let button = if providers.len() == 1 { "button primary" } else { "button" };
    let content = html! {
        h1 { "Sign in" }
        p { "to continue to " strong { (shell.app) } }
        @if let Some(error) = error {
            // The focus goes to what is new on the page. Without script, `autofocus` is how.
            div class=(if error == "SessionRequired" { "note" } else { "alert" }) role="alert" tabindex="-1" autofocus {
                @match &reason {
                    Some(reason) => { p { (reason.happened) } p { (reason.next) } }
                    None => { (message(error)) }
                }
            }
        }
        @if providers.is_empty() {
            p { "No way to sign in has been set up." }
        } @else {
            div.actions {
                @for provider in providers {
                    form action=(provider.action) method="post" data-provider=(provider.id) {
                        input type="hidden" name="csrfToken" value=(csrf_token);
                        input type="hidden" name="callbackUrl" value=(return_to);
                        button class=(button) type="submit" { "Sign in with " (provider.name) }
                    }
                }
            }
        }
    };
    shell.page(StatusCode::OK, "Sign In", &content)
}

fn message(error: &str) -> &'static str {
    match error {
        "Signin" | "OAuthSignin" | "OAuthCallbackError" | "OAuthCreateAccount" | "EmailCreateAccount" | "Callback" => {
            "Try signing in with a different account."
        }
        "OAuthAccountNotLinked" => "To confirm your identity, sign in with the same account you used originally.",
        "EmailSignin" => "The e-mail could not be sent.",
        "CredentialsSignin" => "Sign in failed. Check the details you provided are correct.",
        "SessionRequired" => "Please sign in to access this page.",
        _ => "Unable to sign in.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Theme;
    use crate::page::tests::{content, html, shell};

    const AZURE: ProviderButton<'_> = ProviderButton {
        id: "azure-devops",
        name: "Azure DevOps",
        action: "https://app.example.com/api/auth/signin/azure-devops",
    };
    const GITHUB: ProviderButton<'_> =
        ProviderButton { id: "github", name: "GitHub", action: "https://app.example.com/api/auth/signin/github" };

    fn page(providers: &[ProviderButton<'_>], return_to: &str, error: Option<&str>) -> Response<Bytes> {
        sign_in(&shell(&Theme::default()), providers, "csrf-token", return_to, error, None)
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
            content(&sign_in(
                &shell(&Theme::default()),
                &[AZURE],
                "csrf-token",
                "/",
                Some("OAuthCallbackError"),
                Some(reason),
            ))
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
    fn what_is_put_into_the_page_stays_text() {
        let odd =
            ProviderButton { id: "\"><b>", name: "<b>x</b> & \"co\"", action: "https://app.example.com/?a=\"><b>" };
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
