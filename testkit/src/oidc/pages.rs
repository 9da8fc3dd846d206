//! The pages a person sees.

use maud::{Markup, html};
use serde_json::Value;

use super::Config;
use super::authorize::{ACCEPT, DECISION, LOGIN};
use crate::form::pairs;
use crate::page::{self, account_field, another_account};

/// Whose pages they are.
pub(super) const SERVER: &str = "Pretend OpenID.";

/// The first page: who are you?
pub(super) fn who_are_you(config: &Config, query: &str) -> Markup {
    page(
        "Sign in",
        &html! {
            h1 { "Who are you?" }
            p { strong { (config.app_name) } " asks you to sign in. Choose somebody to be." }
            form action="authorize" {
                (request(query))
                ul.people {
                    @for (login, (claims, _)) in &config.people {
                        li { button.person name=(LOGIN) value=(login) { (face(claims)) (described(claims)) } }
                    }
                }
            }
            (another_account(&html! {
                form.another action="authorize" { (request(query)) (account_field(LOGIN)) }
            }))
        },
    )
}

/// The second page: do you agree?
pub(super) fn consent(config: &Config, query: &str, claims: &Value, scope: &str) -> Markup {
    page(
        "Consent",
        &html! {
            h1 { "Let " (config.app_name) " in?" }
            div.person.chosen { (face(claims)) (described(claims)) }
            p { strong { (config.app_name) } " would be able to:" }
            ul.scopes { @for scope in scope.split(' ') { li { (in_words(scope)) " " code { (scope) } } } }
            form.decision action="authorize" {
                (request(query))
                button.accept name=(DECISION) value=(ACCEPT) { "Accept" }
                button name=(DECISION) value="cancel" { "Cancel" }
            }
        },
    )
}

/// The provider's own page for a request that it does not answer.
pub(super) fn refused(why: &str) -> Markup {
    page(
        "Request refused",
        &html! {
            h1 { "The request was refused" }
            p { "The app asked in a way that this provider does not answer, so nothing was sent back to it:" }
            p.why role="alert" { (why) "." }
        },
    )
}

/// The page at the root.
pub(super) fn start(config: &Config) -> Markup {
    page(
        "Pretend OpenID",
        &html! {
            h1 { "It runs" }
            p { "Start at your app: its sign-in leads here. These people can sign in:" }
            ul.people { @for (claims, _) in config.people.values() { li.person { (face(claims)) (described(claims)) } } }
        },
    )
}

fn page(title: &str, content: &Markup) -> Markup {
    page::page(SERVER, title, content)
}

/// The whole request, and what was said so far.
fn request(query: &str) -> Markup {
    html! { @for (name, value) in pairs(query.as_bytes()) { input type="hidden" name=(name) value=(value); } }
}

fn text<'a>(claims: &'a Value, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

fn face(claims: &Value) -> Markup {
    page::face(text(claims, "name").unwrap_or("?"), None)
}

fn described(claims: &Value) -> Markup {
    html! {
        span.name { (text(claims, "name").unwrap_or("Somebody without a name")) } " "
        span.about { (text(claims, "email").unwrap_or("no e-mail address")) }
    }
}

/// What a scope allows, in the words of a consent page.
fn in_words(scope: &str) -> &'static str {
    match scope {
        "openid" => "Know who you are",
        "profile" => "See your name and picture",
        "email" => "See your e-mail address",
        "offline_access" => "Do so while you are away",
        _ => "Use the scope",
    }
}
