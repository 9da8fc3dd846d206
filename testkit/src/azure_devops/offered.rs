//! The faults that the page for developers offers, in words.

use std::time::Duration;

use http::StatusCode;

use super::{Fault, Stage};
use crate::desk::{Choice, Place};

/// A fault in words.
pub(super) fn in_words(stage: Stage, fault: &Fault) -> String {
    Choice::in_words(CHOICES, stage, fault)
}

pub(super) const CHOICES: &[Choice<Stage, Fault>] = &[
    offer(Stage::Authorize, "unavailable", "503 with a gateway’s page", unavailable),
    offer(Stage::Authorize, "dropped", "The connection breaks off", || Fault::DroppedConnection),
    offer(Stage::Token, "unavailable", "503 with a gateway’s page", unavailable),
    offer(Stage::Token, "busy", "429, to be tried again in five seconds", busy),
    offer(Stage::Token, "dropped", "The connection breaks off before anything is done", || Fault::DroppedConnection),
    offer(Stage::Token, "lost", "The work is done and the answer is lost: the old refresh token is dead", || {
        Fault::LostAnswer
    }),
    offer(Stage::Token, "slow", "The answer takes ten seconds", slow),
    offer(Stage::Token, "no-refresh-token", "There is no refresh token in the answer", || Fault::NoRefreshToken),
    offer(Stage::Token, "error-with-200", "An error that comes with status 200", || Fault::ErrorWith200),
    offer(Stage::Token, "html-with-200", "A sign-in page that comes with status 200", || Fault::HtmlWith200),
    offer(Stage::Profile, "html-with-203", "A sign-in page with status 203, as for a dead token", || {
        Fault::HtmlWith203
    }),
    offer(Stage::Profile, "unavailable", "503 with a gateway’s page", unavailable),
    offer(Stage::Profile, "slow", "The answer takes ten seconds", slow),
    offer(Stage::Profile, "byte-order-mark", "JSON that begins with a byte order mark", || Fault::ByteOrderMark),
    offer(Stage::ConnectionData, "unavailable", "503 with a gateway’s page", unavailable),
    offer(Stage::Identity, "unavailable", "503 with a gateway’s page", unavailable),
    offer(Stage::Rest, "html-with-203", "A sign-in page with status 203, as for a dead token", || Fault::HtmlWith203),
    offer(Stage::Rest, "busy", "429, to be tried again in five seconds", busy),
    offer(Stage::Rest, "unavailable", "503 with a gateway’s page", unavailable),
    offer(Stage::Rest, "denied", "The organisation fabrikam refuses the app by its policy", || {
        Fault::OrganizationDenied("fabrikam".to_owned())
    }),
    offer(Stage::Rest, "huge", "An answer of 16 MB", || Fault::HugeBody(16 * 1024 * 1024)),
];

impl Place for Stage {
    fn name(self) -> &'static str {
        Self::name(self)
    }

    fn words(self) -> &'static str {
        match self {
            Self::Authorize => "When a browser comes to sign in",
            Self::Token => "When the app asks for tokens",
            Self::Profile => "When the app reads the profile",
            Self::ConnectionData => "When the app asks whose token it has",
            Self::Identity => "When the app reads the identity",
            Self::Rest => "When the app calls the REST API",
        }
    }
}

const fn offer(stage: Stage, name: &'static str, words: &'static str, fault: fn() -> Fault) -> Choice<Stage, Fault> {
    Choice { stage, name, words, fault }
}

fn unavailable() -> Fault {
    Fault::Status(StatusCode::SERVICE_UNAVAILABLE)
}

fn busy() -> Fault {
    Fault::TooManyRequests { retry_after: "5".to_owned() }
}

fn slow() -> Fault {
    Fault::Slow(Duration::from_secs(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        crate::desk::assert_in_order(CHOICES);
    }

    #[test]
    fn a_fault_that_no_page_offers_is_told_as_it_is_written() {
        assert_eq!(in_words(Stage::Token, &Fault::LostAnswer), CHOICES[5].words);
        assert_eq!(in_words(Stage::Rest, &Fault::LostAnswer), "LostAnswer");
    }
}
