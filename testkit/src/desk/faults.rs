//! The page where faults are turned on and off.

use admit::http::{HttpRequest, HttpResponse};
use http::{Method, StatusCode, header};
use maud::{Markup, html};

use super::Developed;
use super::from_here::is_from_here;
use crate::answer;
use crate::form::{is_form, pairs};
use crate::page::{FAULTS, Page};

/// A fault that can be turned on.
pub(crate) struct Offer {
    /// What the form sends: `token-lost-answer`.
    pub(crate) id: String,
    /// Where it strikes, in words.
    pub(crate) stage: &'static str,
    /// What goes wrong, in words.
    pub(crate) words: &'static str,
}

/// A fault that is on.
pub(crate) struct Active {
    pub(crate) stage: &'static str,
    pub(crate) words: String,
    pub(crate) scope: Scope,
}

/// How often a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Next,
    All,
}

pub(super) fn page(server: &impl Developed) -> Page {
    content(server, None)
}

/// Turns faults on or off, for a form of that page.
pub(super) fn turn(server: &impl Developed, request: &HttpRequest) -> HttpResponse {
    if !is_form(request) {
        return refused(server, StatusCode::UNSUPPORTED_MEDIA_TYPE, "This address takes the form of this page only.");
    }
    if !is_from_here(request) {
        return refused(server, StatusCode::FORBIDDEN, "That form came from another site, so nothing was changed.");
    }
    let pairs = pairs(request.body());
    let field = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let scope = match field(SCOPE) {
        Some(ALL) => Scope::All,
        _ => Scope::Next,
    };
    match (field(OFF), field(FAULT)) {
        (Some(_), _) => server.turn_off(),
        (None, Some(id)) if server.turn_on(id, scope) => {}
        _ => return refused(server, StatusCode::BAD_REQUEST, "Choose one of the faults."),
    }
    let mut response = answer::empty(StatusCode::SEE_OTHER);
    answer::set(&mut response, header::LOCATION, FAULTS);
    response
}

fn refused(server: &impl Developed, status: StatusCode, why: &str) -> HttpResponse {
    content(server, Some(why)).into_response(status)
}

fn content(server: &impl Developed, problem: Option<&str>) -> Page {
    let (active, offers) = (server.active(), server.offers());
    let content = html! {
        h1 { "Faults" }
        p.lead { "What can go wrong with a real provider, whenever you want it to. See how your app takes it." }
        @if let Some(problem) = problem { p.why role="alert" { (problem) } }
        section.block { (switched_on(&active)) }
        form.block method=(Method::POST) action=(FAULTS) {
            h2 { "Turn a fault on" }
            div.stages {
                @for group in offers.chunk_by(|one, next| one.stage == next.stage) {
                    fieldset {
                        legend { (group.first().map_or("", |offer| offer.stage)) }
                        @for offer in group { (choice(FAULT, &offer.id, offer.words, false)) }
                    }
                }
            }
            div.last {
                fieldset {
                    legend { "For how long" }
                    (choice(SCOPE, NEXT, "For the next request", true))
                    (choice(SCOPE, ALL, "For every request, until it is turned off", false))
                }
                div.decision { button.accept { "Turn it on" } }
            }
        }
    };
    Page::desk(server.look(), "Faults", FAULTS, &content)
}

fn switched_on(active: &[Active]) -> Markup {
    html! {
        h2 { "What is on" }
        @if active.is_empty() {
            p { "Nothing. Every request is answered as it should be." }
        } @else {
            ul.active {
                @for fault in active {
                    li {
                        strong { (fault.stage) } " "
                        span { (fault.words) }
                        span.hint {
                            @match fault.scope {
                                Scope::Next => "For the next request",
                                Scope::All => "For every request",
                            }
                        }
                    }
                }
            }
            form method="post" action=(FAULTS) {
                div.decision { button name=(OFF) value="all" { "Turn everything off" } }
            }
        }
    }
}

fn choice(name: &str, value: &str, words: &str, is_chosen: bool) -> Markup {
    html! {
        label.choice {
            input type="radio" name=(name) value=(value) required checked[is_chosen];
            span { (words) }
        }
    }
}

const FAULT: &str = "fault";
const SCOPE: &str = "for";
const NEXT: &str = "next";
const ALL: &str = "all";
const OFF: &str = "off";
