//! Whose fault a refusal by the token endpoint is.
//!
//! 1. On a refresh, a token or grant that is invalid, expired, used or gone is dead, whatever code the server gives:
//!    it says `invalid_request`, "The access token is not valid". The same words on a code exchange say nothing of
//!    the person, so they stay a fault of the protocol.
//! 2. A client or a client's secret that is not known is a matter of configuration.
//! 3. Everything else means what RFC 6749 §5.2 says it means.

use admit::provider::{Fault, Grant, ProviderError, same_word};

/// Corrects the fault of a refusal, and explains the one that everybody meets first.
pub(super) fn reclass(error: ProviderError, grant: &Grant<'_>) -> ProviderError {
    match error {
        ProviderError::Refused { endpoint, status, code, description, fault } => {
            let fault = fault_of(grant, &code, description.as_deref()).unwrap_or(fault);
            let description = description.map(explain);
            ProviderError::Refused { endpoint, status, code, description, fault }
        }
        other => other,
    }
}

fn fault_of(grant: &Grant<'_>, code: &str, description: Option<&str>) -> Option<Fault> {
    if CLIENT.iter().any(|word| same_word(code, word)) {
        return Some(Fault::Configuration);
    }
    // Departs from RFC 6749 §5.2, which has `invalid_grant` for this.
    let refresh = matches!(grant, Grant::RefreshToken { .. });
    let says_dead = is_dead(code) || same_word(code, "invalid_request") && description.is_some_and(is_dead);
    (refresh && says_dead).then_some(Fault::Reauthenticate)
}

/// Whether a sentence, or one of the service's own words such as `invalidRefreshToken`, tells of a dead grant.
fn is_dead(text: &str) -> bool {
    let letters: String = text.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect();
    SUBJECTS.iter().any(|subject| letters.contains(subject)) && VERDICTS.iter().any(|verdict| letters.contains(verdict))
}

fn explain(description: String) -> String {
    if description.contains("deserialize the JsonWebToken") {
        format!("{description} (it says so of an App Secret; the Client Secret is needed)")
    } else {
        description
    }
}

const CLIENT: &[&str] = &["invalid_client", "invalid_client_id", "invalid_client_secret", "client_secret_expired"];
const SUBJECTS: &[&str] = &["accesstoken", "refreshtoken", "authorizationgrant"];
const VERDICTS: &[&str] = &["notvalid", "invalid", "expired", "revoked", "notfound", "alreadyrefreshed"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_grant_is_told_in_sentences_and_in_the_services_own_words() {
        for text in [
            "The access token is not valid",
            "the ACCESS TOKEN is not valid.",
            "The refresh token has expired.",
            "Invalid refresh token",
            "The authorization grant was revoked.",
            "invalidRefreshToken",
            "AccessTokenAlreadyRefreshed",
            "authorizationGrantExpired",
        ] {
            assert!(is_dead(text), "{text}");
        }
        for text in [
            "Failed to deserialize the JsonWebToken object.",
            "The redirect URI is not valid",
            "The client assertion token is not valid",
            "An access token is required",
            "",
        ] {
            assert!(!is_dead(text), "{text}");
        }
    }
}
