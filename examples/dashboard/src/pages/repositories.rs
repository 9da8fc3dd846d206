//! A project's Git repositories.

use bytes::Bytes;
use http::Response;
use maud::{Markup, html};

use super::empty::{empty, more};
use super::layout::Page;
use super::tab::Tab;
use super::{View, paths, show, table};
use crate::azure::{Listing, Name, Repository};

/// The Git repositories of a project.
pub fn repositories(
    view: View<'_>,
    organisation: &Name,
    project: &Name,
    found: &Listing<Repository>,
) -> Response<Bytes> {
    let rows = found.items.iter().map(|repository| {
        table::row(
            &html! {
                (repository.name)
                @if repository.is_disabled == Some(true) { " " span.calm { "(disabled)" } }
            },
            &[
                show::branch(repository.default_branch.as_deref()),
                html! { span.number { (show::size(repository.size)) } },
                clone(repository),
            ],
            &COLUMNS,
        )
    });
    let content = html! {
        (Tab::Repositories.bar(organisation, project))
        @if found.items.is_empty() {
            (empty("No repositories yet", "This project keeps no code in Git, or you may not see it."))
        } @else {
            (table::table("Repositories", &COLUMNS, rows))
            (more(found))
        }
    };
    let crumbs = Tab::crumbs(organisation, project);
    Page { heading: Tab::Repositories.title(), crumbs: &crumbs }.ok(view, &content)
}

fn clone(repository: &Repository) -> Markup {
    match repository.remote_url.as_deref() {
        Some(address) if paths::is_safe_link(address) => {
            html! { a href=(address) { code { (address) } } }
        }
        Some(address) => html! { code { (address) } },
        None => show::nothing(),
    }
}

const COLUMNS: [&str; 4] = ["Name", "Default branch", "Size", "Clone from"];
