//! The pages a person sees.

use maud::{Markup, html};
use serde_json::Value;

use super::Config;
use super::authorize::{ACCEPT, DECISION, LOGIN};
use crate::form::pairs;
use crate::page::{self, OPENID, Page, Portrait, another_account, decision, person_button};

/// The first page: who are you?
pub(super) fn who_are_you(config: &Config, query: &str) -> Page {
    let content = html! {
        h1 { "Who are you?" }
        p { strong { (config.app_name) } " asks you to sign in. Choose somebody to be." }
        form action="authorize" {
            (request(query))
            ul.people { @for person in portraits(config) { li { (person_button(LOGIN, &person)) } } }
        }
        (another_account(LOGIN, config.people.keys().next().map_or("", String::as_str), |field| html! {
            form action="authorize" { (request(query)) (field) }
        }))
    };
    step("Sign in", &content)
}

/// The second page: do you agree?
pub(super) fn consent(config: &Config, query: &str, login: &str, claims: &Value, scope: &str) -> Page {
    let content = html! {
        h1 { "Let " (config.app_name) " in?" }
        div.person.chosen { (portrait(login, claims).shown()) }
        p { strong { (config.app_name) } " would be able to:" }
        (page::scopes(scope.split(' ').map(|scope| (in_words(scope), scope))))
        form action="authorize" {
            (request(query))
            (decision(DECISION, [(ACCEPT, "Accept"), ("cancel", "Cancel")]))
        }
    };
    step("Consent", &content)
}

/// The provider's own page for a request that it does not answer.
pub(super) fn refused(config: &Config, why: &str) -> Page {
    let why = format!("The app asked in a way that this provider does not answer: {why}.");
    page::refused(&OPENID, "The request was refused", &why, config.redirect_uris.first().map(String::as_str))
}

/// For a login that nobody has.
pub(super) fn nobody(login: &str, query: &str) -> Page {
    let asked = pairs(query.as_bytes()).into_iter().filter(|(name, _)| ![LOGIN, DECISION].contains(&name.as_str()));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish();
    page::nobody(&OPENID, &format!("Nobody is called `{login}` here."), &format!("/authorize?{query}"))
}

/// The first of the people; all can sign in.
pub(super) fn portraits(config: &Config) -> impl Iterator<Item = Portrait<'_>> {
    config.people.iter().take(SHOWN).map(|(login, (claims, _))| portrait(login, claims))
}

fn step(title: &str, content: &Markup) -> Page {
    Page::step(&OPENID, title, content)
}

/// The whole request, and what was said so far.
fn request(query: &str) -> Markup {
    html! { @for (name, value) in pairs(query.as_bytes()) { input type="hidden" name=(name) value=(value); } }
}

fn portrait<'a>(login: &'a str, claims: &'a Value) -> Portrait<'a> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let is_verified = claims.get("email_verified").and_then(Value::as_bool);
    let mut traits = vec![format!("Is known to apps as {}", text("sub").unwrap_or("nobody: the claim sub is missing"))];
    if text("email").is_some() {
        let words =
            if is_verified == Some(true) { "Has verified the address" } else { "Nobody vouches for the address" };
        traits.push(words.to_owned());
    }
    if text("picture").is_some() {
        traits.push("Has the address of a picture".to_owned());
    }
    Portrait {
        login,
        name: text("name").unwrap_or("Somebody without a name"),
        about: text("email").unwrap_or("no e-mail address").to_owned(),
        // It is an address elsewhere, and a page asks nobody else for anything.
        picture: None,
        traits,
    }
}

/// What a scope allows, in the words of a consent page.
fn in_words(scope: &str) -> &'static str {
    match scope {
        "openid" => "Know who you are",
        "profile" => "See your name and picture",
        "email" => "See your e-mail address",
        "address" => "See your postal address",
        "phone" => "See your telephone number",
        "offline_access" => "Do so while you are away",
        _ => "Use something that has no words here",
    }
}

const SHOWN: usize = 20;
