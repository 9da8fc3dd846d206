//! The first page: what this is, the way in, and what there is to try with the pretend providers.

use bytes::Bytes;
use http::Response;
use maud::{Markup, html};

use super::layout::Page;
use super::{View, paths};

/// What this is and the way in, or a greeting and the way on.
pub fn home(view: View<'_>) -> Response<Bytes> {
    let heading = match view.user_name {
        Some(name) => format!("Hello, {name}"),
        None => "Your Azure DevOps at a glance".to_owned(),
    };
    let content = html! {
        p.lead {
            @match view.user_name {
                Some(_) => "You are signed in. The dashboard reads Azure DevOps in your name, and renews its access token by itself.",
                None => "A small app that signs people in with admit, and reads Azure DevOps in their name. It changes nothing there.",
            }
        }
        @if view.pretend {
            h2.part { "What to try" }
            ol.steps role="list" { (first_step(view)) (next_steps(view)) }
        } @else {
            (begin(view))
        }
    };
    Page { heading: &heading, crumbs: &[] }.ok(view, &content)
}

/// With the real Azure DevOps, all that somebody needs is the way in.
fn begin(view: View<'_>) -> Markup {
    html! {
        div.card {
            @if view.user_name.is_some() {
                h2 { "Where to?" }
                p { "Start with your organisations, and go on to work items, builds and repositories." }
            } @else {
                h2 { "Sign in to begin" }
                p { "You will be asked whether this dashboard may read your profile, projects, work items, builds and code." }
            }
            (way(view))
        }
    }
}

fn first_step(view: View<'_>) -> Markup {
    match view.user_name {
        None => {
            let words = html! {
                "Choose Azure DevOps, then Norma, and accept what the dashboard asks for. There is no password."
            };
            step("Sign in as Norma", &words, Some(&way(view)), &[ROUTES, PROVIDERS])
        }
        Some(_) => {
            let words = html! { "Open an organisation, a project, its builds: each page is read with an access token that is fresh." };
            step("Look around", &words, Some(&way(view)), &[VISIT])
        }
    }
}

fn next_steps(view: View<'_>) -> Markup {
    let refresh = html! {
        "Start it with " code { "PRETEND_TOKEN_SECONDS=20" } " and stay signed in. All you notice is the log, which says "
        code { "tokens refreshed" } "."
    };
    let deny = html! {
        @if view.user_name.is_some() { "Sign out, sign in once more, and deny it this time. " }
        @else { "Sign in, and deny what the dashboard asks for. " }
        "You are told what happened, and stay out."
    };
    let end = html! {
        "Sign in from a private window too. Then end that session among your "
        @if view.user_name.is_some() { a href=(paths::routes::ACCOUNTS) { "accounts" } } @else { "accounts" }
        ", and reload the private window."
    };
    html! {
        (step("Watch a token being refreshed", &refresh, None, &[VISIT]))
        (step("Deny the consent", &deny, None, &[CALLBACK]))
        (step("End a session on another device", &end, None, &[ACCOUNTS]))
    }
}

/// Something to try, and the files that make it work.
fn step(title: &str, words: &Markup, action: Option<&Markup>, files: &[&str]) -> Markup {
    html! {
        li {
            h3 { (title) }
            p { (words) }
            @if let Some(action) = action { (action) }
            p.files {
                "See "
                @for (at, file) in files.iter().enumerate() { @if at > 0 { " and " } (path(file)) }
            }
        }
    }
}

/// A file's path, which may go on in the next line after any folder.
fn path(file: &str) -> Markup {
    html! {
        code { @for (at, part) in file.split('/').enumerate() { @if at > 0 { "/" wbr; } (part) } }
    }
}

fn way(view: View<'_>) -> Markup {
    let (address, words) = match view.user_name {
        Some(_) => (paths::routes::ORGANISATIONS.to_owned(), "Open the dashboard"),
        None => (paths::sign_in(paths::routes::ORGANISATIONS), "See your organisations"),
    };
    html! { p.actions { a.button.primary href=(address) { (words) } } }
}

const ROUTES: &str = "examples/dashboard-axum/src/lib.rs";
const PROVIDERS: &str = "examples/dashboard/src/pretend.rs";
const VISIT: &str = "examples/dashboard/src/visit.rs";
const ACCOUNTS: &str = "examples/dashboard/src/pages/accounts.rs";
const CALLBACK: &str = "core/src/action/callback.rs";
