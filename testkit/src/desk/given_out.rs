//! The tokens that were given out last, as they are: they open nothing but this server.

use std::collections::VecDeque;

use admit::Timestamp;
use serde_json::Value;

/// A kind of token, as OAuth names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Id,
    Access,
    Refresh,
}

/// The tokens of one answer.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(super) at: Timestamp,
    /// The name of the person who agreed.
    pub(super) person: String,
    /// What they were given out for: `a code`.
    pub(super) because: &'static str,
    pub(super) tokens: Vec<(Kind, String)>,
}

impl Given {
    /// From the answer of a token endpoint.
    pub(crate) fn new(at: Timestamp, person: &str, because: &'static str, answer: &Value) -> Self {
        let token = |kind, name: &str| answer.get(name).and_then(Value::as_str).map(|text| (kind, text.to_owned()));
        let tokens =
            [token(Kind::Id, "id_token"), token(Kind::Access, "access_token"), token(Kind::Refresh, "refresh_token")];
        Self { at, person: person.to_owned(), because, tokens: tokens.into_iter().flatten().collect() }
    }
}

/// The last of them.
#[derive(Debug, Default)]
pub(crate) struct GivenOut(VecDeque<Given>);

impl GivenOut {
    pub(crate) fn remember(&mut self, given: Given) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(given);
    }

    /// The newest first.
    pub(super) fn newest(&self) -> impl ExactSizeIterator<Item = &Given> {
        self.0.iter().rev()
    }
}

const KEPT: usize = 20;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_so_many_answers_are_kept() {
        let mut given_out = GivenOut::default();
        for number in 0..=KEPT {
            let answer = json!({ "access_token": number.to_string(), "expires_in": 1 });
            given_out.remember(Given::new(Timestamp::from_unix_seconds(0), "Ada", "a code", &answer));
        }
        let newest: Vec<_> = given_out.newest().map(|given| given.tokens[0].clone()).collect();
        assert_eq!((newest.len(), &newest[0]), (KEPT, &(Kind::Access, KEPT.to_string())));
    }
}
