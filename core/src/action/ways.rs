//! By which other providers somebody can go on, as an address says it and as forms on a page.

use super::Visit;
use crate::failure::{Code, Failure};
use crate::page::{Form, Reason};
use crate::pending::Wish;
use crate::realm::{Realm, Registered};

/// The members of an address of ours that name them.
pub(super) const WITH: &str = "with";
pub(super) const OTHER: &str = "other";

/// The fields of a form that begins a sign-in.
const CONNECT: &str = "connect";
const NEWCOMER: &str = "newcomer";

/// What a form wants of a sign-in by that provider, besides.
pub(super) fn wish(visit: &Visit, provider: &str) -> Result<Wish, Failure> {
    let (realm, field) = (&visit.realm, |name| visit.input.field(name).filter(|value| !value.is_empty()));
    let is_newcomer = field(NEWCOMER).is_some();
    let Some(then) = field(CONNECT) else { return Ok(Wish { then: None, is_newcomer }) };
    let can = realm.succession.is_some() && realm.users.is_some() && realm.oauth(then).is_some() && then != provider;
    if !can {
        let cause = "`connect` has to name another provider that people can be sent to, at a site with a user store and a \
                     succession";
        return Err(Failure::because(Code::Configuration, Reason::ParameterInvalid, cause));
    }
    Ok(Wish { then: Some(then.to_owned()), is_newcomer: false })
}

/// The providers that the address of a page names. What is not configured is none.
pub(super) fn named(visit: &Visit) -> (Option<&Registered>, Option<&Registered>) {
    let named = |name| visit.input.query(name).and_then(|id| visit.realm.provider(id));
    (named(WITH).filter(|registered| registered.registration.is_some()), named(OTHER))
}

/// A form that signs in by a provider.
pub(super) fn sign_in(visit: &Visit, registered: &Registered, label: String) -> Form {
    form(visit, registered.sign_in_url.clone(), label).marked(registered.provider.mark())
}

/// One that signs in by a provider and connects an account of another.
pub(super) fn both(visit: &Visit, first: &Registered, then: &Registered, label: String) -> Form {
    sign_in(visit, first, label).with(CONNECT, then.id())
}

/// One that makes a user of somebody who was asked, unless nobody is added here.
pub(super) fn newcomer(visit: &Visit, registered: &Registered, label: &str) -> Option<Form> {
    if visit.realm.rules.existing_users_only {
        return None;
    }
    Some(sign_in(visit, registered, label.to_owned()).with(NEWCOMER, "1").marked(None))
}

/// One that connects an account to whoever is signed in.
pub(super) fn link(visit: &Visit, registered: &Registered, label: String) -> Form {
    form(visit, format!("{}/link/{}", visit.realm.base.auth_url, registered.id()), label)
        .marked(registered.provider.mark())
}

fn form(visit: &Visit, action: String, label: String) -> Form {
    Form::new(action, &visit.csrf.token, label).returning_to(&visit.return_to)
}

/// Whether nobody can begin a sign-in by a provider any more.
pub(super) fn is_over(realm: &Realm, registered: &Registered) -> bool {
    let retires_on = registered.oauth().and_then(|registered| registered.flow.config().retires_on);
    retires_on.is_some_and(|end| end <= realm.clock.now())
}
