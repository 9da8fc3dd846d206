//! What a pretend provider shows to whoever writes the application: how to point the application at it, who can sign
//! in, what was asked and what came of it, what is in the tokens, and faults to turn on.
//!
//! All of it is plain pages, forms and links. Nothing here grows without end: a pretend server may run for weeks on
//! somebody's desk. Forms change something only if they come from these pages.

mod choice;
mod claims;
mod error_of;
mod faults;
mod from_here;
mod front;
mod given_out;
mod outcome;
mod requests;
mod time;
mod timeline;
mod tokens;

use admit::http::{HttpRequest, HttpResponse};
use http::{Method, StatusCode, header};

#[cfg(test)]
pub(crate) use choice::assert_in_order;
pub(crate) use choice::{Choice, Place};
pub(crate) use faults::{Active, Offer, Scope};
pub(crate) use front::{Front, callback_id, given, site};
pub(crate) use given_out::{Given, GivenOut};
pub(crate) use timeline::{ByFault, Heard, Timeline};

use crate::page::{FAULTS, FRONT, Look, REQUESTS, TOKENS};

/// What a server keeps for these pages.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) timeline: Timeline,
    pub(crate) given_out: GivenOut,
    /// Other pretend servers that run beside this one: name and address.
    pub(crate) neighbours: Vec<(String, String)>,
}

/// A pretend provider with these pages.
pub(crate) trait Developed {
    /// Whose pages they are.
    fn look(&self) -> &'static Look;

    /// What the overview says. `base` is where the browser has found the server.
    fn front(&self, base: &str) -> Front<'_>;

    /// Reads or writes what is kept for these pages.
    fn with_desk<R>(&self, what: impl FnOnce(&mut Desk) -> R) -> R;

    /// What was asked that a correct application never asks.
    fn mistakes(&self) -> Vec<String>;

    /// The faults that can be turned on here, those of a stage together.
    fn offers(&self) -> Vec<Offer>;

    /// The faults that are on.
    fn active(&self) -> Vec<Active>;

    /// Turns an offered fault on; `false` if there is none of that id.
    fn turn_on(&self, id: &str, scope: Scope) -> bool;

    /// Turns all faults off.
    fn turn_off(&self);
}

/// The answer to a request for one of these pages; `None` for every other request.
pub(crate) fn answer(server: &impl Developed, request: &HttpRequest) -> Option<HttpResponse> {
    let page = match (request.method(), request.uri().path()) {
        (&Method::GET, FRONT) => front::page(server, &base(request)),
        (&Method::GET, REQUESTS) => requests::page(server),
        (&Method::GET, TOKENS) => tokens::page(server),
        (&Method::GET, FAULTS) => faults::page(server),
        (&Method::POST, FAULTS) => return Some(faults::turn(server, request)),
        _ => return None,
    };
    Some(page.into_response(StatusCode::OK))
}

/// Where the browser has found the server.
fn base(request: &HttpRequest) -> String {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let scheme = request.uri().scheme_str().unwrap_or("http");
    let host = host.or_else(|| request.uri().authority().map(http::uri::Authority::as_str)).unwrap_or("127.0.0.1");
    format!("{scheme}://{host}")
}

/// No more of a text than pages and memory have room for.
fn at_most(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
