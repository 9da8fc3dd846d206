//! The accounts that the person is signed in with, and whether each can still be used.

use admit::AccessTokenError;
use bytes::Bytes;
use http::Response;
use maud::html;

use super::layout::Page;
use super::table::{row, table};
use super::{View, paths};

/// The accounts of the person who is signed in, each with what came of asking for an access token.
pub fn accounts(view: View<'_>, found: &[(String, Result<(), AccessTokenError>)]) -> Response<Bytes> {
    let rows = found.iter().map(|(provider, asked)| {
        let state = html! {
            @match asked {
                Ok(()) => { "Its access token is fresh" }
                Err(AccessTokenError::NeedsReauthentication { .. }) => {
                    a href=(paths::sign_in(view.path)) { "Sign in there again" }
                }
                Err(AccessTokenError::Unavailable { .. }) => { "It does not answer at the moment" }
                Err(_) => { "It cannot be used; the log says why" }
            }
        };
        row(&html! { (provider) }, &[state], COLUMNS)
    });
    let content = html! {
        p.lead { "What this dashboard may use in your name. Opening this page refreshes what is about to end." }
        (table("Your accounts", COLUMNS, rows))
    };
    Page { heading: "Your accounts", crumbs: &[] }.ok(view, &content)
}

const COLUMNS: &[&str] = &["Account at", "State"];
