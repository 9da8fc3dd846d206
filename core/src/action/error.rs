//! `GET …/error`: the page that says what went wrong.

use http::StatusCode;

use super::Visit;
use crate::address::with_query;
use crate::answer::{self, Answer};
use crate::page;

pub(super) fn page(visit: &Visit) -> Answer {
    let realm = &visit.realm;
    let query = |name| visit.input.query(name);
    match &realm.pages.error {
        // A page of the application's own is sent here only by hand; its query goes along.
        Some(path) => {
            let pairs: Vec<_> =
                ["error", "code", "ref"].into_iter().filter_map(|name| Some((name, query(name)?))).collect();
            answer::redirect(StatusCode::FOUND, &with_query(path, &pairs))
        }
        None => page::error(&realm.shell(), query("error"), query("code"), query("ref")),
    }
}
