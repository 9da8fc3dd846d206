//! The pages a person sees.

use http::StatusCode;
use maud::{Markup, html};

use super::{Config, Person, scopes};
use crate::page;

/// The first page: who are you?
pub(super) fn who_are_you(config: &Config, query: &str) -> Markup {
    page(
        "Sign in",
        &html! {
            h1 { "Who are you today?" }
            p { strong { (config.app_name) } " asks you to sign in. Choose somebody to be." }
            form method="post" action="/_pretend/sign-in" {
                input type="hidden" name="request" value=(query);
                ul.people {
                    @for person in config.people.iter().take(SHOWN) {
                        li { button.person name="login" value=(person.login) { (face(person)) (described(person)) } }
                    }
                }
            }
        },
    )
}

/// The second page: do you agree?
pub(super) fn consent(config: &Config, query: &str, person: &Person, scopes: &[String]) -> Markup {
    page(
        "Consent",
        &html! {
            h1 { "Let " (config.app_name) " in?" }
            div.person.chosen { (face(person)) (described(person)) }
            p { strong { (config.app_name) } " would be able to:" }
            ul.scopes {
                @for scope in scopes {
                    li { (scopes::in_words(scope).unwrap_or("Use the scope")) " " code { (scope) } }
                }
            }
            form.decision method="post" action="/_pretend/consent" {
                input type="hidden" name="request" value=(query);
                input type="hidden" name="login" value=(person.login);
                button.accept name="decision" value="accept" { "Accept" }
                button name="decision" value="deny" { "Deny" }
            }
        },
    )
}

/// The provider's own page for a request it does not answer.
pub(super) fn refused(why: &str) -> Markup {
    page(
        "Request refused",
        &html! {
            h1 { "The request was refused" }
            p { "The app asked in a way that Azure DevOps does not answer, so nothing was sent back to it:" }
            p.why role="alert" { (why) "." }
        },
    )
}

/// The page at the root.
pub(super) fn start(config: &Config) -> Markup {
    page(
        "Pretend Azure DevOps",
        &html! {
            h1 { "It runs" }
            p { "Start at your app: its sign-in leads here. These people can sign in:" }
            ul.people { @for person in config.people.iter().take(SHOWN) { li.person { (face(person)) (described(person)) } } }
            p { a href="/_pretend/log" { "What was asked so far" } }
        },
    )
}

/// What comes with status 203 in place of data.
pub(super) fn sign_in_again() -> Markup {
    page("Azure DevOps Services | Sign In", &html! { h1 { "Sign in" } p { "The access token was not accepted." } })
}

/// What a gateway shows.
pub(super) fn gateway(status: StatusCode) -> Markup {
    page("Fault", &html! { h1 { (status) } p { "This fault was asked for." } })
}

fn page(title: &str, content: &Markup) -> Markup {
    page::page("Pretend Azure DevOps.", title, content)
}

fn described(person: &Person) -> Markup {
    html! {
        span.name { (person.display_name) } " "
        span.about { (person.email.as_deref().unwrap_or("no e-mail address")) }
    }
}

fn face(person: &Person) -> Markup {
    page::face(&person.display_name, person.avatar.as_ref())
}

/// Of ten thousand people, nobody wants to scroll by all.
const SHOWN: usize = 20;
