//! `GET …/error`: the page that says what went wrong.

use http::StatusCode;

use super::{Visit, ways};
use crate::address::with_query;
use crate::answer::{self, Answer};
use crate::language::text;
use crate::page::{self, ErrorPage, Form, Reason};

pub(super) fn page(visit: &Visit) -> Answer {
    let realm = &visit.realm;
    let query = |name| visit.input.query(name);
    match &realm.pages.error {
        // A page of the application's own is sent here only by hand; its query goes along.
        Some(path) => {
            let names = ["error", "code", "ref"];
            let mut pairs: Vec<_> = names.into_iter().filter_map(|name| Some((name, query(name)?))).collect();
            let (with, other) = ways::named(visit);
            pairs.extend(with.map(|with| (ways::WITH, with.id())));
            pairs.extend(other.map(|other| (ways::OTHER, other.id())));
            answer::redirect(StatusCode::FOUND, &with_query(path, &pairs))
        }
        None => page::explained(&visit.frame(), what_happened(visit)),
    }
}

/// What the page has to say to whoever visits it.
pub(super) fn what_happened(visit: &Visit) -> ErrorPage {
    let query = |name| visit.input.query(name);
    let (error, code, reference) = (query("error"), query("code"), query("ref"));
    ErrorPage::new(&visit.frame(), error, code, reference, doors(visit, code))
}

/// The ways on that the address names, where the reason is one that has them.
fn doors(visit: &Visit, code: Option<&str>) -> Vec<Form> {
    match (code.and_then(Reason::parse), ways::named(visit)) {
        (Some(Reason::ProviderRetired | Reason::ProviderClosed), (Some(with), _)) => {
            let door = || {
                ways::sign_in(
                    visit,
                    with,
                    visit.words().with(text::SIGN_IN_WITH, &[("provider", with.provider.name())]),
                )
            };
            (!ways::is_over(&visit.realm, with)).then(door).into_iter().collect()
        }
        (Some(reason), (Some(with), Some(other))) if reason.is_between_two() => {
            let both = visit.words().with(text::WAY_BOTH, &[("provider", other.provider.name())]);
            let can = other.registration.is_some() && !ways::is_over(&visit.realm, other);
            let both = can.then(|| ways::both(visit, other, with, both));
            both.into_iter().chain(ways::newcomer(visit, with, visit.words().text(text::WAY_NEWCOMER))).collect()
        }
        _ => Vec::new(),
    }
}
