//! `GET …/error`: the page that says what went wrong.

use http::StatusCode;

use super::{Visit, ways};
use crate::address::with_query;
use crate::answer::{self, Answer};
use crate::page::{self, Door, Reason};

pub(super) fn page(visit: &Visit) -> Answer {
    let realm = &visit.realm;
    let query = |name| visit.input.query(name);
    match &realm.pages.error {
        // A page of the application's own is sent here only by hand; its query goes along.
        Some(path) => {
            let names = ["error", "code", "ref", ways::WITH, ways::OTHER];
            let pairs: Vec<_> = names.into_iter().filter_map(|name| Some((name, query(name)?))).collect();
            answer::redirect(StatusCode::FOUND, &with_query(path, &pairs))
        }
        None => {
            let (error, code, reference) = (query("error"), query("code"), query("ref"));
            page::error_with_ways(&realm.shell(), error, code, reference, &doors(visit, code))
        }
    }
}

/// The ways on that the address names, where the reason is one that has them.
fn doors<'a>(visit: &'a Visit, code: Option<&str>) -> Vec<Door<'a>> {
    let with_name = |with: &crate::realm::Registered| format!("Sign in with {}", with.provider.name());
    match (code.and_then(Reason::parse), ways::named(visit)) {
        (Some(Reason::ProviderRetired | Reason::ProviderClosed), (Some(with), _)) => {
            vec![ways::sign_in(visit, with, with_name(with))]
        }
        (Some(reason), (Some(with), Some(other))) if reason.is_between_two() => {
            let both = format!("Sign in with {}, then {}", other.provider.name(), with.provider.name());
            let can = other.registration.is_some() && !ways::is_over(&visit.realm, other);
            let both = can.then(|| ways::both(visit, other, with, both));
            both.into_iter().chain(ways::newcomer(visit, with, "I am new here")).collect()
        }
        _ => Vec::new(),
    }
}
