//! A request as it goes over the wire, and what its answer must be.

use std::sync::Arc;

use crate::people::Person;
use crate::server::Profile;

/// A request, and what is known of its answer.
#[derive(Debug)]
pub struct Exchange {
    pub(super) request: Vec<u8>,
    begins: Vec<u8>,
    length: usize,
}

/// What an answer was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answered {
    /// Status 200, and the body that was to come.
    Well,
    /// Anything else.
    Otherwise,
}

/// What the body of an answer is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// The same for everybody.
    Fixed,
    /// The person's own profile.
    Own,
    /// What `GET …/session` says of the person.
    Session,
}

impl Exchange {
    /// One exchange for each person, whose `Cookie` headers these are.
    pub fn of_all(path: &str, body: Body, cookies: &[String]) -> Arc<[Self]> {
        cookies.iter().enumerate().map(|(number, cookie)| Self::of(path, body, Person(number), cookie)).collect()
    }

    fn of(path: &str, body: Body, person: Person, cookie: &str) -> Self {
        let request = format!("GET {path} HTTP/1.1\r\nHost: app.example\r\nCookie: {cookie}\r\n\r\n");
        let begins = match body {
            Body::Fixed => Profile::json(Person(0)),
            Body::Own => Profile::json(person),
            Body::Session => {
                let [name, email, image] = [person.name(), person.email(), person.picture()];
                format!(r#"{{"user":{{"name":"{name}","email":"{email}","image":"{image}"}},"expires":"2"#).into_bytes()
            }
        };
        let rest = if body == Body::Session { "027-01-01T00:00:00.000Z\"}".len() } else { 0 };
        Self { request: request.into_bytes(), length: begins.len() + rest, begins }
    }

    /// What to think of what has arrived, once it is whole.
    pub(super) fn judge(&self, arrived: &[u8]) -> Option<Answered> {
        let end = arrived.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
        let (head, body) = arrived.split_at_checked(end + 4)?;
        let length = content_length(head);
        if length.is_some_and(|length| body.len() < length) {
            return None;
        }
        let well = head.starts_with(b"HTTP/1.1 200 OK\r\n")
            && length == Some(self.length)
            && body.len() == self.length
            && body.starts_with(&self.begins);
        Some(if well { Answered::Well } else { Answered::Otherwise })
    }
}

fn content_length(head: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"\r\ncontent-length: ";
    let at = head.windows(NAME.len()).position(|bytes| bytes.eq_ignore_ascii_case(NAME))?;
    let digits = head.get(at + NAME.len()..)?.split(|byte| *byte == b'\r').next()?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange() -> Exchange {
        Exchange { request: Vec::new(), begins: b"{\"a\"".to_vec(), length: 7 }
    }

    #[test]
    fn an_answer_is_judged_when_it_is_whole() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nx: y\r\n\r\n{\"a\":1}";
        for end in 0..answer.len() {
            assert_eq!(exchange().judge(&answer[..end]), None, "{end}");
        }
        assert_eq!(exchange().judge(answer), Some(Answered::Well));
    }

    #[test]
    fn another_status_another_length_and_another_body_are_wrong() {
        for answer in [
            "HTTP/1.1 401 Unauthorized\r\ncontent-length: 7\r\n\r\n{\"a\":1}",
            "HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{\"a\":12}",
            "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"b\":1}",
            "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}{",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        ] {
            assert_eq!(exchange().judge(answer.as_bytes()), Some(Answered::Otherwise), "{answer}");
        }
    }
}
