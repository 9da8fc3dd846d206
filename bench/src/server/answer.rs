//! What the handlers answer, and how the bare ones find their cookie.

use admit::Session;
use serde::Serialize;

use crate::people::Person;
use crate::session_cookie::COOKIE;

/// A person, as the application shows them: 183 bytes of JSON.
#[derive(Debug, Serialize)]
pub(crate) struct Profile<'a> {
    id: &'a str,
    name: &'a str,
    email: &'a str,
    picture: &'a str,
    projects: [&'static str; 4],
}

impl<'a> Profile<'a> {
    /// Of whoever is signed in.
    pub(crate) fn of(session: &'a Session) -> Self {
        let user = &session.user;
        Self {
            id: &user.id,
            name: user.name.as_deref().unwrap_or_default(),
            email: user.email.as_deref().unwrap_or_default(),
            picture: user.image.as_deref().unwrap_or_default(),
            projects: PROJECTS,
        }
    }

    /// What the session of that person comes to.
    pub(crate) fn json(person: Person) -> Vec<u8> {
        let (id, name, email, picture) = (person.id(), person.name(), person.email(), person.picture());
        let profile = Profile { id: &id, name: &name, email: &email, picture: &picture, projects: PROJECTS };
        serde_json::to_vec(&profile).expect("text")
    }
}

/// What there is without a session: that of person 0.
pub(crate) const SOMEBODY: Profile<'static> = Profile {
    id: "3a98ec25-4ddd-4c12-00000",
    name: "Ada 00000",
    email: "ada@00000.example",
    picture: "https://a.example/00000",
    projects: PROJECTS,
};

const PROJECTS: [&str; 4] = ["lighthouse", "breakwater", "harbour-map", "tide-tables"];

/// The session's cookie among those of a `Cookie` header, looked for as cheaply as can be.
pub(crate) fn session_cookie(header: &[u8]) -> Option<&str> {
    let mut pairs = std::str::from_utf8(header).ok()?.split(';').map(str::trim_ascii_start);
    pairs.find_map(|pair| pair.strip_prefix(COOKIE)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_as_long_with_a_session_as_without() {
        let bare = serde_json::to_vec(&SOMEBODY).unwrap();
        assert_eq!(bare, Profile::json(Person(0)));
        assert_eq!(bare.len(), 183);
        assert_eq!(Profile::json(Person(9_999)).len(), 183);
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let header = format!("theme=dark; {COOKIE}=a.b; x=y");
        assert_eq!(session_cookie(header.as_bytes()), Some("a.b"));
        assert_eq!(session_cookie(b"theme=dark"), None);
    }
}
