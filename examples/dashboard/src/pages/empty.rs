//! Lists that have nothing, and lists that have more.

use maud::{Markup, html};

use crate::azure::Listing;

/// Says in words that there is nothing, and what that means.
pub(super) fn empty(title: &str, explanation: &str) -> Markup {
    html! { div.card { h2 { (title) } p { (explanation) } } }
}

/// Says that there is more than the page shows.
pub(super) fn more<T>(listing: &Listing<T>) -> Markup {
    html! {
        @if !listing.is_complete {
            p.more { "These are the first " (listing.items.len()) ". Azure DevOps has more." }
        }
    }
}
