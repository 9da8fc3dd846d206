//! `GET …/signin?ask=…`: what somebody is asked, where one provider follows another. Nothing is done by asking; what the
//! address names is looked up, and each answer is a form.

use super::{Visit, ways};
use crate::address::with_query;
use crate::answer::Answer;
use crate::language::text;
use crate::page;
use crate::realm::Realm;

/// Where somebody is asked whether they have used the site before, by the `other` provider.
pub(super) fn used_before(realm: &Realm, with: &str, other: &str, return_to: &str) -> String {
    let query = [(ASK, USED_BEFORE), (ways::WITH, with), (ways::OTHER, other), ("callbackUrl", return_to)];
    with_query(&format!("{}/signin", realm.base.auth_url), &query)
}

/// Where somebody is asked to connect an account, after they have signed in.
pub(super) fn connect(realm: &Realm, with: &str, return_to: &str) -> String {
    let query = [(ASK, CONNECT), (ways::WITH, with), ("callbackUrl", return_to)];
    with_query(&format!("{}/signin", realm.base.auth_url), &query)
}

/// The question that an address asks, if it asks one.
pub(super) fn page(visit: &Visit) -> Option<Answer> {
    let realm = &visit.realm;
    realm.succession.as_ref()?;
    match (visit.input.query(ASK)?, ways::named(visit)) {
        (USED_BEFORE, (Some(with), Some(other))) => {
            let name = other.provider.name();
            let can = other.registration.is_some() && !ways::is_over(realm, other);
            let yes = can
                .then(|| ways::both(visit, other, with, visit.words().with(text::BEFORE_YES, &[("provider", name)])));
            let no = ways::newcomer(visit, with, visit.words().text(text::BEFORE_NO));
            Some(page::used_before(&visit.frame(), name, yes, no))
        }
        (CONNECT, (Some(with), _)) => {
            let name = with.provider.name();
            let door = ways::link(visit, with, visit.words().with(text::CONNECT_GO, &[("provider", name)]));
            Some(page::connect(&visit.frame(), name, door, &visit.return_to))
        }
        _ => None,
    }
}

const ASK: &str = "ask";
const USED_BEFORE: &str = "used_before";
const CONNECT: &str = "connect";
