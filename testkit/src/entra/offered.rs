//! The faults that the page for developers offers, in words.

use std::time::Duration;

use http::StatusCode;
use serde_json::json;

use super::{Fault, Refusal, Stage};
use crate::desk::{Choice, Place};

/// A fault in words.
pub(super) fn in_words(stage: Stage, fault: &Fault) -> String {
    Choice::in_words(CHOICES, stage, fault)
}

pub(super) const CHOICES: &[Choice<Stage, Fault>] = &[
    offer(Stage::Discovery, "unavailable", "503 with a gateway’s page", unavailable),
    offer(Stage::Keys, "unavailable", "503 with a gateway’s page", unavailable),
    offer(Stage::Authorize, "conditional-access", "Conditional Access lets nobody in this way (AADSTS53003)", || {
        refusal(53_003)
    }),
    offer(Stage::Authorize, "not-assigned", "The person is not assigned to the app (AADSTS50105)", || refusal(50_105)),
    offer(Stage::Authorize, "admin", "An administrator has to consent (AADSTS90094)", || refusal(90_094)),
    offer(Stage::Authorize, "wrong-state", "The browser comes back with another state", || {
        Fault::Callback(vec![("state".to_owned(), "another".to_owned())])
    }),
    offer(Stage::Authorize, "unavailable", "503 with a gateway’s page", unavailable),
    offer(Stage::Token, "second-factor", "A second factor is required (AADSTS50076)", || refusal(50_076)),
    offer(Stage::Token, "revoked", "The grant was revoked (AADSTS50173)", || refusal(50_173)),
    offer(Stage::Token, "secret-expired", "The client secret has expired (AADSTS7000222)", || refusal(7_000_222)),
    offer(Stage::Token, "unavailable", "503 with a gateway’s page", unavailable),
    offer(Stage::Token, "busy", "429, to be tried again in five seconds", || Fault::TooManyRequests {
        retry_after: "5".to_owned(),
    }),
    offer(Stage::Token, "slow", "The answer takes ten seconds", || Fault::Slow(Duration::from_secs(10))),
    offer(Stage::Token, "dropped", "The connection breaks off before anything is done", || Fault::DroppedConnection),
    offer(Stage::Token, "lost", "The work is done and the answer is lost", || Fault::LostAnswer),
    offer(Stage::Token, "no-id-token", "There is no ID token in the answer", || Fault::NoIdToken),
    offer(Stage::Token, "no-refresh-token", "There is no refresh token in the answer", || Fault::NoRefreshToken),
    offer(Stage::Token, "wrong-nonce", "The ID token repeats another nonce", || Fault::WrongNonce),
    offer(Stage::Token, "wrong-audience", "The ID token is for another app", || Fault::WrongAudience),
    offer(Stage::Token, "wrong-issuer", "The ID token’s issuer is another tenant than it says", || {
        Fault::WrongIssuer
    }),
    offer(Stage::Token, "expired", "The ID token ended an hour ago", || Fault::Expired),
    offer(Stage::Token, "key-of-the-others", "The key of personal accounts signs for an organisation", || {
        Fault::KeyOfTheOthers
    }),
    offer(Stage::Token, "forged", "A key that was never published signs, under a known name", || Fault::Forged),
    offer(Stage::Token, "unsigned", "Nothing signs the ID token: alg is none", || Fault::AlgNone),
    offer(Stage::Graph, "claims", "It wants a token with more claims", || {
        Fault::InsufficientClaims(json!({ "access_token": { "acrs": { "essential": true, "value": "c1" } } }))
    }),
    offer(Stage::Graph, "unavailable", "503 with a gateway’s page", unavailable),
    offer(Stage::Photo, "unavailable", "503 with a gateway’s page", unavailable),
];

impl Place for Stage {
    fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Keys => "keys",
            Self::Authorize => "authorize",
            Self::Token => "token",
            Self::Logout => "logout",
            Self::Graph => "graph",
            Self::Photo => "photo",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Discovery => "When the app reads what a tenant publishes",
            Self::Keys => "When the app fetches the keys",
            Self::Authorize => "When a browser comes to sign in",
            Self::Token => "When the app asks for tokens",
            Self::Logout => "When a browser comes to sign out",
            Self::Graph => "When the app asks Microsoft Graph about the person",
            Self::Photo => "When the app asks Microsoft Graph for the picture",
        }
    }
}

const fn offer(stage: Stage, name: &'static str, words: &'static str, fault: fn() -> Fault) -> Choice<Stage, Fault> {
    Choice { stage, name, words, fault }
}

fn unavailable() -> Fault {
    Fault::Status(StatusCode::SERVICE_UNAVAILABLE)
}

fn refusal(code: u32) -> Fault {
    Fault::Refusal(Refusal::aadsts(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        crate::desk::assert_in_order(CHOICES);
    }
}
