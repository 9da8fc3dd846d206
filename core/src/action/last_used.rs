//! By which provider somebody signed in last in this browser: a hint for the sign-in page, and nothing else.
//!
//! 1. The cookie holds a provider's id. Nothing in it says who signed in, and nobody is let in by it.
//! 2. Its path is that of admit, so that no request to the application carries it.
//! 3. What it says is looked up among the providers; anything else in it is nothing.

use super::Visit;
use crate::cookie::{Cookie, Life};
use crate::realm::Realm;

/// The id of the provider that the browser remembers, if it is one of this site's.
pub(super) fn provider(visit: &Visit) -> Option<&str> {
    let remembered = visit.input.cookies.last_used.as_deref().filter(|_| visit.realm.remembers_last_used)?;
    visit.realm.provider(remembered).map(|registered| registered.id())
}

/// Has the browser remember a provider by which somebody has signed in, unless it does.
pub(super) fn remember(visit: &mut Visit, provider: &str) {
    let Realm { cookies, base, clock, .. } = &*visit.realm;
    if !visit.realm.remembers_last_used || visit.input.cookies.last_used.as_deref() == Some(provider) {
        return;
    }
    let life = Life::For(YEAR, clock.now() + std::time::Duration::from_secs(YEAR.into()));
    let cookie = Cookie::new(&cookies.last_used, provider, cookies.secure);
    visit.cookies.push(cookie.life(life).path(&base.path));
}

/// In seconds.
const YEAR: u32 = 365 * 86_400;
