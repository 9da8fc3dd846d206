//! The pages a person sees.

use http::StatusCode;
use maud::html;

use super::authorize::{AuthorizationRequest, Form};
use super::{Config, Person, scopes};
use crate::page::{self, AZURE_DEVOPS, Page, Portrait, another_account, decision, person_button};

/// The first page: who are you?
pub(super) fn who_are_you(config: &Config, query: &str) -> Page {
    let content = html! {
        h1 { "Who are you today?" }
        p { strong { (config.app_name) } " asks you to sign in. Choose somebody to be." }
        form method="post" action=(SIGN_IN) {
            input type="hidden" name=(Form::REQUEST) value=(query);
            ul.people { @for person in portraits(config) { li { (person_button(Form::LOGIN, &person)) } } }
        }
        (another_account(Form::LOGIN, config.people.first().map_or("", |person| &person.login), |field| html! {
            form method="post" action=(SIGN_IN) {
                input type="hidden" name=(Form::REQUEST) value=(query);
                (field)
            }
        }))
    };
    step("Sign in", &content)
}

/// The second page: do you agree?
pub(super) fn consent(config: &Config, query: &str, person: &Person, asked: &AuthorizationRequest) -> Page {
    let words = |scope| scopes::in_words(scope).unwrap_or("Use something that has no words here");
    let content = html! {
        h1 { "Let " (config.app_name) " in?" }
        div.person.chosen { (portrait(person).shown()) }
        p { strong { (config.app_name) } " would be able to:" }
        (page::scopes(asked.scopes.iter().map(|scope| (words(scope), scope.as_str()))))
        form method="post" action=(CONSENT) {
            input type="hidden" name=(Form::REQUEST) value=(query);
            input type="hidden" name=(Form::LOGIN) value=(person.login);
            (decision(Form::DECISION, [("accept", "Accept"), ("deny", "Deny")]))
        }
    };
    step("Consent", &content)
}

/// The provider's own page for a request it does not answer.
pub(super) fn refused(config: &Config, why: &str) -> Page {
    let why = format!("The app asked in a way that Azure DevOps does not answer: {why}.");
    page::refused(&AZURE_DEVOPS, "The request was refused", &why, config.redirect_uris.first().map(String::as_str))
}

/// For a login that nobody has.
pub(super) fn nobody(login: &str, query: &str) -> Page {
    let why = format!("Nobody is called `{login}` here.");
    page::nobody(&AZURE_DEVOPS, &why, &format!("/oauth2/authorize?{query}"))
}

/// What comes with status 203 in place of data.
pub(super) fn sign_in_again() -> Page {
    let content = html! { h1 { "Sign in" } p { "The access token was not accepted." } };
    step("Azure DevOps Services | Sign In", &content).telling("a sign-in page in place of data")
}

/// What a gateway shows.
pub(super) fn gateway(status: StatusCode) -> Page {
    let content = html! { h1 { (status) } p { "This fault was asked for." } };
    step("Fault", &content).telling("a gateway’s page")
}

/// The first of the people: of ten thousand, nobody wants to scroll by all.
pub(super) fn portraits(config: &Config) -> impl Iterator<Item = Portrait<'_>> {
    config.people.iter().take(SHOWN).map(portrait)
}

/// Where the form of the first page goes.
pub(super) const SIGN_IN: &str = "/_pretend/sign-in";
/// Where the form of the second page goes.
pub(super) const CONSENT: &str = "/_pretend/consent";

fn step(title: &str, content: &maud::Markup) -> Page {
    Page::step(&AZURE_DEVOPS, title, content)
}

fn portrait(person: &Person) -> Portrait<'_> {
    let organizations: Vec<_> = person.organizations.iter().map(|known| known.name.as_str()).collect();
    let mut traits = vec![match organizations.as_slice() {
        [] => "Belongs to no organisation".to_owned(),
        names => format!("Works at {}", names.join(" and ")),
    }];
    traits.push(if person.avatar.is_some() { "Has a picture" } else { "Has no picture" }.to_owned());
    Portrait {
        login: &person.login,
        name: &person.display_name,
        about: person.email.clone().unwrap_or_else(|| "no e-mail address".to_owned()),
        picture: person.avatar.as_ref(),
        traits,
    }
}

const SHOWN: usize = 20;
