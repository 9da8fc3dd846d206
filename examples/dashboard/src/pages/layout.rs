//! The frame around every page: who is signed in, where we are, one main part with one heading.

use std::iter;

use bytes::Bytes;
use http::{Response, StatusCode};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::style::{ICON, STYLE};
use super::{View, paths, response};

/// One page.
#[derive(Debug)]
pub(super) struct Page<'a> {
    /// The one heading, and the document's title.
    pub(super) heading: &'a str,
    /// The way here, from the top: name and address. This page itself is not among them.
    pub(super) crumbs: &'a [(&'a str, String)],
}

impl Page<'_> {
    pub(super) fn ok(&self, view: View<'_>, content: &Markup) -> Response<Bytes> {
        self.with_status(StatusCode::OK, view, content)
    }

    pub(super) fn with_status(&self, status: StatusCode, view: View<'_>, content: &Markup) -> Response<Bytes> {
        response(status, self.document(view, content))
    }

    /// The heading, and whose it is, nearest first: what a row of tabs shows of it tells two projects apart.
    fn title(&self) -> String {
        let owners = self.crumbs.iter().skip(1).rev().map(|(name, _)| *name);
        let parts: Vec<_> = iter::once(self.heading).chain(owners).chain([NAME]).collect();
        parts.join(" · ")
    }

    fn document(&self, view: View<'_>, content: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title()) }
                    link rel="icon" href=(ICON);
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a.skip href="#main" { "Skip to the content" }
                    (header(view))
                    main #main tabindex="-1" {
                        div.inner {
                            (crumbs(self.crumbs, self.heading))
                            h1 { (self.heading) }
                            (content)
                        }
                    }
                    footer { div.inner { p { "An example of " strong { "admit" } ", sign-in for Rust web apps." } } }
                }
            }
        }
    }
}

fn header(view: View<'_>) -> Markup {
    html! {
        header {
            @if view.pretend {
                div.notice { div.inner {
                    p { strong { "Pretend Azure DevOps." } " Nothing leaves this machine." }
                } }
            }
            div.top { div.inner {
                a.brand href=(paths::routes::HOME) aria-current=[current(view, paths::routes::HOME)] { (mark()) (NAME) }
                @match view.user_name {
                    Some(name) => {
                        (sections(view))
                        p.who { "Signed in as " strong { (name) } }
                        // The page behind it holds the form: signing out takes a POST with a token.
                        a href=(paths::SIGN_OUT) { "Sign out" }
                    }
                    None => { a href=(paths::sign_in(view.path)) { "Sign in" } }
                }
            } }
        }
    }
}

fn sections(view: View<'_>) -> Markup {
    html! {
        nav aria-label="Dashboard" {
            ul.sections {
                @for (name, address) in SECTIONS {
                    li { a href=(address) aria-current=[current(view, address)] { (name) } }
                }
            }
        }
    }
}

/// Whether the address is the one of this page, or of the list that this page came from.
fn current(view: View<'_>, address: &str) -> Option<&'static str> {
    let path = view.path.split('?').next().unwrap_or_default();
    if path == address {
        return Some("page");
    }
    (address == paths::routes::ORGANISATIONS && path.starts_with(paths::BELOW_ORGANISATIONS)).then_some("true")
}

fn crumbs(crumbs: &[(&str, String)], heading: &str) -> Markup {
    html! {
        @if !crumbs.is_empty() {
            nav.crumbs aria-label="Breadcrumbs" {
                ol {
                    @for (name, address) in crumbs { li { a href=(address) { (name) } } }
                    li { span aria-current="page" { (heading) } }
                }
            }
        }
    }
}

fn mark() -> Markup {
    html! {
        svg viewBox="0 0 32 32" aria-hidden="true" {
            rect width="32" height="32" rx="7" {}
            path d="M9 22v-6M16 22V9M23 22v-9" {}
        }
    }
}

const NAME: &str = "Dashboard";
const SECTIONS: [(&str, &str); 2] =
    [("Organisations", paths::routes::ORGANISATIONS), ("Accounts", paths::routes::ACCOUNTS)];
