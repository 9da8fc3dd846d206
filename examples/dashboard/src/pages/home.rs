//! The first page: what this is, and the way in.

use bytes::Bytes;
use http::Response;
use maud::html;

use super::layout::Page;
use super::{View, paths};

/// What this is and the way in, or a greeting.
pub fn home(view: View<'_>) -> Response<Bytes> {
    let heading = match view.user_name {
        Some(name) => format!("Hello, {name}"),
        None => "Your Azure DevOps at a glance".to_owned(),
    };
    let content = html! {
        @if view.user_name.is_some() {
            p.lead { "You are signed in. Your organisations, their projects, and what goes on in them are one step away." }
            div.card {
                h2 { "Where to?" }
                p { "Start with your organisations, and go on to work items, builds and repositories." }
                p.actions { a.button href=(paths::routes::ORGANISATIONS) { "Open the dashboard" } }
            }
        } @else {
            p.lead { "See what is planned, what is being built and where the code is, across your organisations and projects." }
            div.card {
                h2 { "Sign in to begin" }
                p {
                    "You will be asked whether this dashboard may read your profile, projects, work items, builds and \
                     code. It reads; it changes nothing."
                }
                p.actions { a.button href=(paths::sign_in(paths::routes::ORGANISATIONS)) { "See your organisations" } }
            }
        }
    };
    Page { heading: &heading, crumbs: &[] }.ok(view, &content)
}
