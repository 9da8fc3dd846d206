//! The token inspector: what is in the tokens that were given out last.

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::claims::{self, Parts};
use super::given_out::{Given, Kind};
use super::{Developed, time};
use crate::page::{Page, TOKENS};

pub(super) fn page(server: &impl Developed) -> Page {
    let given: Vec<_> = server.with_desk(|desk| desk.given_out.newest().cloned().collect());
    let content = html! {
        h1 { "Tokens" }
        p.lead { "What is in the tokens that the app was given, the newest first. They open nothing but pretend servers. " a href=(TOKENS) { "Look again" } }
        @if given.is_empty() {
            div.block.empty { p { "No token was given out yet." } p.hint { "The app gets one for the code that it comes back with." } }
        }
        @for (place, given) in given.iter().enumerate() { (answer(given, place == 0)) }
    };
    Page::desk(server.look(), "Tokens", TOKENS, &content)
}

fn answer(given: &Given, is_newest: bool) -> Markup {
    html! {
        section.block {
            h2 { "For " (given.person) ", by " (given.because) ", at " (time::of_day(given.at)) }
            @for (place, (kind, token)) in given.tokens.iter().enumerate() {
                details open[is_newest && place == 0] {
                    summary { (name(*kind)) }
                    p.hint { (whose(*kind)) }
                    @match Parts::of(token) {
                        Some(parts) => { (table("Claims", &parts.claims)) (table("Header", &parts.header)) }
                        None => p { "It is a text that says nothing to anybody but this server." }
                    }
                    details { summary { "The token itself" } pre tabindex="0" role="group" aria-label=(name(*kind)) { code { (token) } } }
                }
            }
        }
    }
}

fn table(title: &str, members: &Map<String, Value>) -> Markup {
    html! {
        h3 { (title) }
        dl.pairs {
            @for (name, value) in members {
                div {
                    dt { code { (name) } @if let Some(words) = claims::meaning(name) { span.hint { (words) } } }
                    dd { (claims::shown(name, value)) }
                }
            }
        }
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Id => "ID token",
        Kind::Access => "Access token",
        Kind::Refresh => "Refresh token",
    }
}

fn whose(kind: Kind) -> &'static str {
    match kind {
        Kind::Id => "For the app: it proves who signed in, once its signature and its claims were checked.",
        Kind::Access => "For the API that it is sent to. To the app it is a text without a meaning.",
        Kind::Refresh => "For this server alone, which gives out new tokens for it.",
    }
}
