//! The overview: what this is, how to point an application at it, who can sign in, and what just happened.

use maud::{Markup, html};
use url::Url;

use super::{Developed, requests};
use crate::page::{FAULTS, FRONT, Page, Portrait, REQUESTS};

/// What a server says of itself.
pub(crate) struct Front<'a> {
    /// What it stands in for, in a sentence.
    pub(crate) what: String,
    /// The application's environment.
    pub(crate) variables: Vec<(String, String)>,
    /// The line in the application's code.
    pub(crate) code: String,
    /// What is registered here, by name.
    pub(crate) registered: Vec<(&'static str, Vec<String>)>,
    /// The first of those who can sign in.
    pub(crate) people: Vec<Portrait<'a>>,
    /// How many there are.
    pub(crate) all_people: usize,
    /// Who is signed in without being asked.
    pub(crate) consenting: Option<String>,
}

pub(super) fn page(server: &impl Developed, base: &str) -> Page {
    let front = server.front(base);
    let active = server.active().len();
    let (recent, neighbours) =
        server.with_desk(|desk| (requests::list(desk.timeline.entries().take(RECENT)), desk.neighbours.clone()));
    let content = html! {
        h1 { (server.look().title()) }
        p.lead { (front.what) " It lets anybody be anyone, and forgets everything when it ends." }
        @if active > 0 {
            p.why {
                @if active == 1 { "A fault is on" } @else { (active) " faults are on" }
                ", so something goes wrong on purpose. " a href=(FAULTS) { "See the faults" }
            }
        }
        div.columns {
            section.block { (settings(&front)) }
            section.block { (people(&front)) }
        }
        section.recent {
            h2 { "The last requests" }
            (recent)
            p.next { a href=(REQUESTS) { "All requests" } }
        }
        @if !neighbours.is_empty() {
            section.block {
                h2 { "Also running" }
                ul.next { @for (name, url) in &neighbours { li { a href=(url) { (name) } " " code { (url) } } } }
            }
        }
    };
    Page::desk(server.look(), "Overview", FRONT, &content)
}

fn settings(front: &Front<'_>) -> Markup {
    html! {
        h2 { "Point your app at it" }
        h3 #environment { "In its environment" }
        (copied("environment", &html! { @for (name, value) in &front.variables { (name) "=" (value) "\n" } }))
        h3 #code { "In its code" }
        (copied("code", &html! { (front.code) }))
        p.hint { "A click chooses a whole block, ready to be copied." }
        dl.pairs {
            @for (name, values) in &front.registered {
                div { dt { (name) } @for value in values { dd { (value) } } }
            }
        }
    }
}

/// Text to be copied. It can be reached by keyboard, and is chosen whole.
fn copied(label: &str, text: &Markup) -> Markup {
    html! { pre tabindex="0" role="group" aria-labelledby=(label) { code { (text) } } }
}

fn people(front: &Front<'_>) -> Markup {
    html! {
        h2 { "Who can sign in" }
        ul.cast {
            @for person in &front.people {
                li.person {
                    (person.shown())
                    p.login { "User name " code { (person.login) } }
                    ul.traits { @for one in &person.traits { li { (one) } } }
                }
            }
        }
        @if front.all_people > front.people.len() {
            p.hint { "And " (front.all_people - front.people.len()) " more, whose user names can be typed." }
        }
        @if let Some(login) = &front.consenting {
            p.hint { strong { (login) } " is signed in and agrees without being asked." }
        }
    }
}

/// The variables that have a value.
pub(crate) fn given<const N: usize>(variables: [(&str, Option<String>); N]) -> Vec<(String, String)> {
    variables.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Where an application is that takes answers there, if it is at the usual address.
pub(crate) fn site(redirect_uri: &str) -> Option<String> {
    redirect_uri.split_once(CALLBACK).map(|(site, _)| site.to_owned())
}

/// The id by which an application that takes answers there calls the provider.
pub(crate) fn callback_id(redirect_uri: &str) -> Option<String> {
    let url = Url::parse(redirect_uri).ok()?;
    let last = url.path_segments()?.next_back()?;
    let is_id = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_id.then(|| last.to_owned())
}

const CALLBACK: &str = "/api/auth/callback/";
const RECENT: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callback_tells_the_site_and_the_provider() {
        let usual = "http://localhost:3000/api/auth/callback/our-company";
        assert_eq!(site(usual).as_deref(), Some("http://localhost:3000"));
        assert_eq!(callback_id(usual).as_deref(), Some("our-company"));
        let own = "https://app.example/sign/in?x";
        assert_eq!((site(own), callback_id(own).as_deref()), (None, Some("in")));
        assert_eq!(callback_id("https://app.example/"), None);
        assert_eq!(callback_id("https://app.example/a%22b"), None);
    }
}
