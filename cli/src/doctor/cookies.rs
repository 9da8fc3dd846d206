//! How large the cookies of a session become.
//!
//! Tokens in the session are what makes it large. They are long, and nobody knows how long beforehand, so this is an
//! estimate: what was seen, rather too large than too small.

use super::check::Checks;
use crate::config;
use crate::providers::Configured;

/// Estimates the largest session of a person with one account.
pub(super) fn look(providers: &[Configured], checks: &mut Checks) {
    let stored = ["DATABASE_URL", "REDIS_URL"].iter().any(|name| config::text(name).is_some());
    let tokens = |provider: &Configured| Some((tokens(&provider.registration()?.id), provider.registration()?.id));
    let largest = providers.iter().filter_map(tokens).max().filter(|_| !stored);
    let (tokens, of) = match largest {
        Some((tokens, id)) => (tokens, format!(" with the tokens of {id}")),
        None => (0, String::new()),
    };
    let bytes = sealed(PERSON + tokens);
    let count = bytes.div_ceil(CHUNK);
    let cookies = if count == 1 { "one cookie".to_owned() } else { format!("{count} cookies") };
    let finding = format!("a session{of} takes some {bytes} bytes, {cookies} of the four that it may have");
    if count > 2 {
        let remedy = "; many servers take headers of 8 KiB in all, so keep tokens in a store";
        checks.warn("cookies", format!("{finding}{remedy}"));
    } else {
        checks.ok("cookies", finding);
    }
}

/// What a session is made of as a JWE: base64 of the text, and what stands before and behind it.
fn sealed(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4 + ENVELOPE
}

/// The access token and the refresh token of a grant.
fn tokens(id: &str) -> usize {
    match id {
        "azure-devops" => 1_100 + 1_500,
        "microsoft-entra-id" => 2_600 + 1_600,
        "discord" | "github" => 40 + 80,
        "google" | "gitlab" | "apple" => 300 + 150,
        // Mostly JWTs with roles.
        _ => 1_500 + 900,
    }
}

/// Name, address, picture and what admit keeps of its own.
const PERSON: usize = 700;
const ENVELOPE: usize = 200;
/// What fits one cookie.
const CHUNK: usize = 3_936;
