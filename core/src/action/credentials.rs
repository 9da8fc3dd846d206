//! `POST …/callback/{id}` of a provider that asks the application: what a person typed is checked.
//!
//! Malformed is told like wrong. Whoever does not send the fields of the form learns no more than whoever guesses.

use std::sync::Arc;

use http::Method;

use super::admission::{self, Person};
use super::{Visit, again, unknown_provider, unsupported};
use crate::answer::Answer;
use crate::credentials::{GivenCredentials, Refused, Verdict};
use crate::failure::{Code, Failure};
use crate::input::Body;
use crate::page::Reason;
use crate::pending::Wish;
use crate::realm::{Realm, Registered};
use crate::{Account, Claims};

pub(super) async fn finish(visit: &mut Visit, registered: &Registered) -> Result<Answer, Failure> {
    if visit.input.method != Method::POST {
        return Err(unsupported());
    }
    visit.check_csrf()?;
    if let Some(failure) = visit.no_way_back.take() {
        return Err(failure);
    }
    let credentials = registered.credentials().ok_or_else(unknown_provider)?;
    let body = std::mem::replace(&mut visit.input.body, Body::Absent);
    let given = GivenCredentials::read(body, &visit.input.headers, &credentials.fields)
        .map_err(|unusable| Failure::because(Code::CredentialsSignin, Reason::Credentials, unusable))?;
    let (realm, id) = (Arc::clone(&visit.realm), registered.id().to_owned());
    let same_person = match again::is_asked(visit) {
        true => again::same_person(visit, admission::previous(visit).await?.as_ref()),
        false => None,
    };
    let person = async move { Ok(Person { same_person, ..recognise(&realm, &id, &given).await? }) };
    let return_to = visit.return_to.clone();
    admission::begin(visit, registered.id(), person, return_to).await
}

/// Asks the application who this is.
async fn recognise(realm: &Realm, id: &str, given: &GivenCredentials) -> Result<Person, Failure> {
    let registered = realm.provider(id).ok_or_else(unknown_provider)?;
    let credentials = registered.credentials().ok_or_else(unknown_provider)?;
    let verdict = realm.call(|| credentials.check.check(given)).await;
    let verdict = verdict.map_err(|error| Failure::because(Code::Configuration, Reason::Configuration, error))?;
    let profile = match verdict {
        Verdict::Accepted(profile) => profile,
        Verdict::Refused => return Err(Refused::plainly().into()),
        Verdict::RefusedWith(code) => return Err(Refused::with(&code).into()),
    };
    let profile = profile.checked().map_err(|error| {
        let cause = format!("the check accepted somebody, but {error}; give Profile::new the user's");
        Failure::because(Code::Configuration, Reason::ProfileInvalid, cause)
    })?;
    let account = Account::without_tokens(id, &profile.subject);
    let is_named = credentials.subjects_are_users;
    Ok(Person {
        account,
        profile,
        claims: Claims::default(),
        is_named,
        same_person: None,
        before: None,
        wish: Wish::default(),
        ends_at: None,
    })
}
