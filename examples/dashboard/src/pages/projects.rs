//! An organisation's projects.

use bytes::Bytes;
use http::Response;
use maud::html;

use super::empty::{empty, more};
use super::layout::Page;
use super::tab::Tab;
use super::{View, paths, show};
use crate::azure::{Listing, Name, Project};

/// The projects of an organisation.
pub fn projects(view: View<'_>, organisation: &Name, found: &Listing<Project>) -> Response<Bytes> {
    let content = html! {
        p.lead { "Projects of this organisation that you can see." }
        @if found.items.is_empty() {
            (empty(
                "No projects to show",
                "The organisation has no projects yet, or you have not been added to any of them.",
            ))
        } @else {
            ul.tiles role="list" {
                @for project in &found.items {
                    li {
                        @match project.name.parse::<Name>() {
                            Ok(name) => { a href=(Tab::WorkItems.address(organisation, &name)) { (name) } }
                            Err(_) => { (project.name) }
                        }
                        @if let Some(description) = project.description.as_deref().filter(|text| !text.is_empty()) {
                            p { (description) }
                        }
                        @if project.last_update_time.is_some() {
                            p { "Updated " (show::instant(project.last_update_time, view.now)) }
                        }
                    }
                }
            }
            (more(found))
        }
    };
    let crumbs = [("Organisations", paths::routes::ORGANISATIONS.to_owned())];
    Page { heading: organisation.as_str(), crumbs: &crumbs }.ok(view, &content)
}
