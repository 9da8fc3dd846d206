//! Somebody who is signed in proves it once more: whoever comes back has to be the same person.

use super::Visit;
use crate::current;
use crate::live::Live;
use crate::pending::SamePerson;

/// Who has to come back, if this sign-in is for whoever is signed in now. Nobody may be by now: then it is a
/// sign-in like any other.
pub(super) fn same_person(visit: &Visit, now: Option<&Live>) -> Option<SamePerson> {
    now.filter(|_| is_asked(visit)).map(SamePerson::of)
}

/// What the forms of a page pass on of it.
pub(super) fn passed_on(visit: &Visit) -> Option<(&'static str, &'static str)> {
    is_asked(visit).then_some((current::AGAIN, "1"))
}

/// Whether it is asked of this sign-in.
pub(super) fn is_asked(visit: &Visit) -> bool {
    visit.input.query(current::AGAIN).is_some_and(|value| !value.is_empty())
}
