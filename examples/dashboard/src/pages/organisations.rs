//! The dashboard's own page: the person's organisations.

use bytes::Bytes;
use http::Response;
use maud::html;

use super::empty::{empty, more};
use super::layout::Page;
use super::{View, paths};
use crate::azure::{Listing, Name, Organisation};

/// The organisations that a person belongs to.
pub fn organisations(view: View<'_>, found: &Listing<Organisation>) -> Response<Bytes> {
    let content = html! {
        p.lead { "Choose an organisation to see its projects." }
        @if found.items.is_empty() {
            (empty(
                "No organisations to show",
                "Azure DevOps knows you, and lists no organisation for this sign-in. If you expected one, you may have \
                 signed in with another account, or through another directory than the one the organisation belongs to.",
            ))
        } @else {
            ul.tiles role="list" {
                @for Organisation { name } in &found.items {
                    li {
                        @match name.parse::<Name>() {
                            Ok(organisation) => { a href=(paths::projects(&organisation)) { (name) } }
                            Err(_) => { (name) }
                        }
                    }
                }
            }
            (more(found))
        }
    };
    Page { heading: "Organisations", crumbs: &[] }.ok(view, &content)
}
