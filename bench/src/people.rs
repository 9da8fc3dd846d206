//! Ten thousand people who are signed in, each with a session cookie of their own.

use admit::internals::SessionCookie;
use admit::{Clock, Secret, SystemClock, SystemRandom};

use crate::session_cookie::{COOKIE, SECRET};
use crate::site::{Site, at_once};

/// How many there are.
pub(crate) const PEOPLE: usize = 10_000;

/// Somebody, told from all others by a number of five digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person(pub(crate) usize);

impl Person {
    pub(crate) fn name(self) -> String {
        format!("Ada {:05}", self.0)
    }

    pub(crate) fn email(self) -> String {
        format!("ada@{:05}.example", self.0)
    }

    pub(crate) fn picture(self) -> String {
        format!("https://a.example/{:05}", self.0)
    }

    pub(crate) fn id(self) -> String {
        format!("3a98ec25-4ddd-4c12-{:05}", self.0)
    }

    /// The claims of a session that began at that time, and admit's own among them.
    fn claims(self, seconds: i64) -> String {
        format!(
            concat!(
                r#"{{"name":"{name}","email":"{email}","picture":"{picture}","sub":"{id}","#,
                r#""admit":{{"sid":"65r-ziep3dx9It_Wn1SecTrIJ-GDPOCdsLjOhm{number:05}","started_at":{seconds}000}},"#,
                r#""iat":{seconds},"exp":{until},"jti":"b3b4f587-2a7d-431d-9bf7-ea9e856{number:05}"}}"#,
            ),
            name = self.name(),
            email = self.email(),
            picture = self.picture(),
            id = self.id(),
            number = self.0,
            seconds = seconds,
            until = seconds + 30 * 86_400,
        )
    }
}

/// The `Cookie` headers of the first so many, for sessions that begin now. With the session's cookie go the two others
/// that admit gives every browser at its first visit, or it goes alone.
pub(crate) fn cookies(people: usize, with_others: bool) -> Vec<String> {
    let keys = SessionCookie::derive(&[Secret::new(SECRET)], COOKIE);
    let now = SystemClock.now().unix_seconds();
    let others = if with_others { others() } else { String::new() };
    let sealed = |person: Person| keys.seal(person.claims(now).as_bytes(), &SystemRandom);
    (0..people).map(|number| format!("{others}{COOKIE}={}", sealed(Person(number)))).collect()
}

fn others() -> String {
    let site = Site::new(SystemClock);
    let mut browser = site.browser();
    at_once(browser.get("/api/auth/session"));
    browser.jar.header(true).expect("two cookies") + "; "
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everybody_has_a_cookie_of_their_own_as_long_as_the_one_the_goals_were_set_by() {
        let cookies = cookies(PEOPLE, false);
        assert_eq!(cookies.iter().collect::<BTreeSet<_>>().len(), PEOPLE);
        assert!(cookies.iter().all(|cookie| cookie.len() == COOKIE.len() + 1 + 627));
    }
}
