//! `GET …/verify-request`: the page that says to look into one's mail.

use http::StatusCode;

use super::Visit;
use crate::address::with_query;
use crate::answer::{self, Answer};
use crate::page;

pub(super) fn page(visit: &Visit) -> Answer {
    match &visit.realm.pages.verify_request {
        Some(path) => {
            let pairs: Vec<_> = visit.input.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            answer::redirect(StatusCode::FOUND, &with_query(path, &pairs))
        }
        None => page::verify_request(&visit.frame()),
    }
}
