//! The page with the last requests, and with what a correct application never asks.

use maud::{Markup, html};

use super::timeline::Entry;
use super::{Developed, at_most, time};
use crate::page::{Page, REQUESTS};

pub(super) fn page(server: &impl Developed) -> Page {
    let mistakes = server.mistakes();
    let newest: Vec<_> = mistakes.iter().rev().take(MISTAKES).collect();
    let entries = server.with_desk(|desk| list(desk.timeline.entries()));
    let content = html! {
        h1 { "Requests" }
        p.lead { "What browsers and the app asked, the newest first. Secrets are blotted out. " a href=(REQUESTS) { "Look again" } }
        @if !mistakes.is_empty() {
            section.block {
                h2 { "A correct app asks none of this" }
                ul.mistakes {
                    @for same in newest.chunk_by(|one, next| one == next) {
                        li {
                            @if let Some(mistake) = same.first() { (at_most(mistake, LONGEST)) }
                            @if same.len() > 1 { span.hint { " (" (same.len()) " times)" } }
                        }
                    }
                 }
                @if mistakes.len() > MISTAKES { p.hint { "And " (mistakes.len() - MISTAKES) " more before." } }
            }
        }
        (entries)
    };
    Page::desk(server.look(), "Requests", REQUESTS, &content)
}

/// Some of them, or a word on why there is none.
pub(super) fn list<'a>(entries: impl ExactSizeIterator<Item = &'a Entry>) -> Markup {
    html! {
        @if entries.len() == 0 {
            div.block.empty { p { "Nothing was asked yet." } p.hint { "Begin at your app: its sign-in leads here." } }
        } @else {
            ol.block.timeline { @for entry in entries { li { (row(entry)) } } }
        }
    }
}

fn row(entry: &Entry) -> Markup {
    let outcome = &entry.outcome;
    html! {
        div.when { (time::of_day(entry.at)) }
        div.told {
            p.what { (entry.what) }
            p.outcome.bad[!outcome.is_good] {
                @match outcome.status {
                    Some(status) => span.status { (status) },
                    None => span.status { "—" },
                }
                " " (outcome.words)
            }
            @if let Some(fault) = &entry.fault { p.fault { strong { "On purpose: " } (fault) } }
            @if entry.parameters.is_empty() && entry.authorization.is_none() {
                p.line { code { (entry.method) " " (entry.path) } }
            } @else {
                details {
                    summary { code { (entry.method) " " (entry.path) } }
                    dl.pairs {
                        @for (name, value) in &entry.parameters { div { dt { (name) } dd { (value) } } }
                        @if let Some(scheme) = &entry.authorization {
                            div { dt { "Authorization (header)" } dd { (scheme) " …" } }
                        }
                    }
                }
            }
        }
    }
}

const MISTAKES: usize = 20;
/// Of one of them, in characters.
const LONGEST: usize = 400;
