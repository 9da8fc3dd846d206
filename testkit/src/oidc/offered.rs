//! The faults that the page for developers offers, in words.

use std::time::Duration;

use super::{Fault, Stage};
use crate::desk::{Choice, Place};

/// A fault in words.
pub(super) fn in_words(stage: Stage, fault: &Fault) -> String {
    Choice::in_words(CHOICES, stage, fault)
}

pub(super) const CHOICES: &[Choice<Stage, Fault>] = &[
    offer(Stage::Discovery, "busy", "503, to be tried again in five seconds", busy),
    offer(Stage::Discovery, "dropped", "The connection breaks off", || Fault::DroppedConnection),
    offer(Stage::Keys, "busy", "503, to be tried again in five seconds", busy),
    offer(Stage::Authorize, "refused", "The browser comes back with temporarily_unavailable", || {
        Fault::Refused("temporarily_unavailable".to_owned())
    }),
    offer(Stage::Authorize, "no-state", "The browser comes back without state", || Fault::NoState),
    offer(Stage::Authorize, "wrong-state", "The browser comes back with another state", wrong_state),
    offer(Stage::Authorize, "no-iss", "The answer does not say whose it is", || Fault::NoIss),
    offer(Stage::Authorize, "wrong-iss", "The answer says that it is another provider’s", || {
        Fault::WrongIss("https://another.example".to_owned())
    }),
    offer(Stage::Token, "busy", "503, to be tried again in five seconds", busy),
    offer(Stage::Token, "dropped", "The connection breaks off before anything is done", || Fault::DroppedConnection),
    offer(Stage::Token, "no-id-token", "There is no ID token in the answer", || Fault::NoIdToken),
    offer(Stage::Token, "wrong-nonce", "The ID token repeats another nonce", || Fault::WrongNonce),
    offer(Stage::Token, "wrong-audience", "The ID token is for another app", || Fault::WrongAudience),
    offer(Stage::Token, "wrong-issuer", "The ID token is another issuer’s", || Fault::WrongIssuer),
    offer(Stage::Token, "expired", "The ID token ended an hour ago", || Fault::Expired),
    offer(Stage::Token, "wrong-hash", "The ID token has the hash of another access token", || {
        Fault::WrongAccessTokenHash
    }),
    offer(Stage::Token, "unsigned", "Nothing signs the ID token: alg is none", || Fault::AlgNone),
    offer(Stage::Token, "public-key-as-secret", "The public key signs the ID token as if it were a secret", || {
        Fault::HmacWithPublicKey
    }),
    offer(Stage::Token, "unknown-key", "A key signs that was never published", || Fault::UnknownKey),
    offer(Stage::Token, "forged", "A key that was never published signs, under a known name", || Fault::Forged),
    offer(Stage::Userinfo, "another-person", "It speaks of another person", || Fault::AnotherPerson),
    offer(Stage::Userinfo, "busy", "503, to be tried again in five seconds", busy),
    offer(Stage::EndSession, "no-state", "The browser comes back without state", || Fault::NoState),
    offer(Stage::EndSession, "wrong-state", "The browser comes back with another state", wrong_state),
];

impl Place for Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Keys => "keys",
            Self::Pushed => "pushed",
            Self::Authorize => "authorize",
            Self::Token => "token",
            Self::Userinfo => "userinfo",
            Self::Revoke => "revoke",
            Self::EndSession => "end-session",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Discovery => "When the app reads what the provider publishes",
            Self::Keys => "When the app fetches the keys",
            Self::Pushed => "When the app sends a sign-in ahead of the browser",
            Self::Authorize => "When a person has decided",
            Self::Token => "When the app asks for tokens",
            Self::Userinfo => "When the app asks about the person",
            Self::Revoke => "When the app gives a token back",
            Self::EndSession => "When a browser comes to sign out",
        }
    }
}

const fn offer(stage: Stage, name: &'static str, words: &'static str, fault: fn() -> Fault) -> Choice<Stage, Fault> {
    Choice { stage, name, words, fault }
}

fn busy() -> Fault {
    Fault::Busy(Duration::from_secs(5))
}

fn wrong_state() -> Fault {
    Fault::WrongState("another".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        crate::desk::assert_in_order(CHOICES);
    }
}
