//! A project's work items.

use bytes::Bytes;
use http::Response;
use maud::{Markup, html};

use super::empty::{empty, more};
use super::layout::Page;
use super::tab::Tab;
use super::{View, show, table};
use crate::azure::{Listing, Name, WorkItem};

/// The work items of a project that changed last.
pub fn work_items(view: View<'_>, organisation: &Name, project: &Name, found: &Listing<WorkItem>) -> Response<Bytes> {
    let rows = found.items.iter().map(|item| {
        table::row(
            &html! { span.title { (show::text(item.title.as_deref())) } },
            &[
                html! { span.number { (item.id) } },
                show::text(item.kind.as_deref()),
                state(item.state.as_deref()),
                show::text(item.assigned_to.as_deref()),
                show::instant(item.changed, view.now),
            ],
            &COLUMNS,
        )
    });
    let content = html! {
        (Tab::WorkItems.bar(organisation, project))
        @if found.items.is_empty() {
            (empty("No work items yet", "As soon as somebody adds a bug, a task or a story, it shows up here."))
        } @else {
            (table::table("Work items, latest change first", &COLUMNS, rows))
            (more(found))
        }
    };
    let crumbs = Tab::crumbs(organisation, project);
    Page { heading: Tab::WorkItems.title(), crumbs: &crumbs }.ok(view, &content)
}

/// How far an item is, in the words of the processes that Azure DevOps brings along.
fn state(word: Option<&str>) -> Markup {
    match word.map(str::trim) {
        None | Some("") => show::nothing(),
        Some(word @ ("Active" | "Approved" | "Committed" | "Doing" | "In Progress")) => show::state("live", word),
        Some(word @ "Resolved") => show::state("busy", word),
        Some(word @ ("Closed" | "Completed" | "Done")) => show::state("good", word),
        // A team may have words of its own.
        Some(word) => show::state("calm", word),
    }
}

const COLUMNS: [&str; 6] = ["Title", "Id", "Type", "State", "Assigned to", "Changed"];
