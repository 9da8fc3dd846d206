//! Why somebody is on the sign-in page, in their language.

use super::{Visit, again};
use crate::why::{self, Why};

/// The reason that the address names, if it does. A provider that is none of the site's is not named.
pub(super) fn text(visit: &Visit) -> Option<String> {
    let query = |name| visit.input.query(name);
    let provider = query(why::PROVIDER).and_then(|id| visit.realm.provider(id));
    let names = provider.map(|registered| ("provider", registered.provider.name()));
    let told = query(why::WHY).and_then(Why::parse).filter(|why| names.is_some() || !why.names_a_provider());
    let why = told.or_else(|| again::is_asked(visit).then_some(Why::Again))?;
    Some(visit.words().with(why.text(), names.as_slice()))
}
