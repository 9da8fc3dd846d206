//! The address of the application, the secrets that it seals with, and what sign-in says of all of it.

use admit::{Auth, AuthBuilder, Environment, MemoryStore};

use super::check::Checks;
use super::heard::Heard;
use super::network::Line;
use crate::config;
use crate::providers::{self, Configured};

/// Builds sign-in as the application does, and tells what it says.
pub(super) fn build(providers: &[Configured], heard: &Heard, line: Line, checks: &mut Checks) -> Option<Auth> {
    for name in providers::unknown() {
        checks.warn(&name, unknown(&name));
    }
    let url = config::base_url();
    if url.is_none() {
        checks.fail(
            "AUTH_URL",
            "it is not set, and is never guessed from a request; set it to where people reach the application",
        );
    }
    if providers.is_empty() {
        checks.fail("providers", "none has a client; set AUTH_<ID>_ID and AUTH_<ID>_SECRET");
    }
    // Without an address the rest is looked at all the same, for one that leads nowhere.
    let builder = Auth::builder(url.as_deref().unwrap_or(NOWHERE)).environment(Environment::process());
    let builder = builder.http_client(line).csrf_headers_suffice();
    let builder = providers.iter().cloned().fold(builder, AuthBuilder::provider);
    // Where tokens are kept is looked at elsewhere, and an application may have a store of another kind.
    match builder.token_store(MemoryStore::new()).build() {
        Ok(auth) => {
            let place =
                if auth.origin().starts_with("https:") { "" } else { "; plain http will do on this machine only" };
            if url.is_some() {
                let (origin, path) = (auth.origin(), auth.base_path());
                checks.ok("AUTH_URL", format!("people reach {origin}, and sign-in is below {path}{place}"));
            }
            said(heard, checks);
            url.is_some().then_some(auth)
        }
        Err(error) => {
            said(heard, checks);
            // That there is no provider is told already, with what to do about it here.
            for problem in error.problems().iter().filter(|problem| !problem.starts_with("no provider")) {
                let (about, text) = about(problem, providers);
                checks.fail(about, text);
            }
            None
        }
    }
}

/// What was logged.
fn said(heard: &Heard, checks: &mut Checks) {
    for said in heard.take().into_iter().filter(|said| !said.is_of_a_secret) {
        checks.warn(said.provider.as_deref().unwrap_or("sign-in"), said.text);
    }
}

/// What a problem is about, and the rest of it.
fn about<'a>(problem: &'a str, providers: &[Configured]) -> (&'a str, &'a str) {
    use admit::Provider as _;
    match problem.split_once(": ") {
        Some((id, text)) if providers.iter().any(|provider| provider.id() == id) => (id, text),
        _ if problem.starts_with("the base URL") => ("AUTH_URL", problem),
        _ if problem.starts_with("AUTH_SECRET") => ("AUTH_SECRET", problem),
        _ if problem.starts_with("AUTH_SEAL_KEY") => ("AUTH_SEAL_KEY", problem),
        _ => ("sign-in", problem),
    }
}

fn unknown(name: &str) -> String {
    match name {
        "AUTH_MICROSOFT_ENTRA_ID" => {
            "no provider reads it; the client id is AUTH_MICROSOFT_ENTRA_ID_ID, with ID twice".to_owned()
        }
        _ => "no provider that comes with admit reads it, and there is no issuer beside it; it was not looked at"
            .to_owned(),
    }
}

/// Looks at the secrets by themselves: whether they are there and long enough, sign-in says.
pub(super) fn secrets(checks: &mut Checks) {
    for name in ["AUTH_SECRET", "AUTH_SEAL_KEY"] {
        let numbered = ["_3", "_2", "_1", ""].map(|number| format!("{name}{number}"));
        let found: Vec<_> = numbered.iter().filter_map(|name| Some((name, config::text(name)?))).collect();
        for (name, _) in found.iter().filter(|(_, secret)| is_weak(secret)) {
            checks
                .warn(name, "it can be guessed: it repeats itself, or is made of words; make another by admit secret");
        }
        let mut values: Vec<_> = found.iter().map(|(_, secret)| secret).collect();
        values.sort();
        values.dedup();
        if values.len() < found.len() {
            checks.warn(name, "the same secret is there twice; one of them is of no use");
        }
        match &*found {
            [] => {}
            [(newest, _)] => checks.ok(newest, "it seals"),
            [(newest, _), older @ ..] => {
                let older: Vec<_> = older.iter().map(|(name, _)| name.as_str()).collect();
                checks.ok(
                    newest,
                    format!("it seals, and {} is still read; take out what is not needed", older.join(", ")),
                );
            }
        }
    }
}

/// Whether somebody may guess it: less than 100 bits by what it shows. What chance makes of 16 bytes
/// shows a little more than that.
fn is_weak(secret: &str) -> bool {
    let lower = secret.to_lowercase();
    TELLING.iter().any(|word| lower.contains(word)) || bits(secret) < ENOUGH
}

/// How hard a text is to guess, at most.
fn bits(text: &str) -> f64 {
    let characters: Vec<char> = text.chars().collect();
    let period = (1..=characters.len())
        .find(|period| characters.iter().zip(characters.iter().skip(*period)).all(|(a, b)| a == b));
    let unit: Vec<char> = characters.into_iter().take(period.unwrap_or_default()).collect();
    let is_words = unit.iter().any(|c| " -_.,".contains(*c)) && !unit.iter().any(char::is_ascii_digit);
    if is_words {
        return WORDS * count(unit.len());
    }
    // Shannon's measure of what is there.
    let share = |c: &char| count(unit.iter().filter(|other| *other == c).count()) / count(unit.len());
    unit.iter().map(|c| -share(c).log2()).sum()
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::INFINITY, f64::from)
}

/// A name that is never given to anybody (RFC 6761).
pub(super) const NOWHERE: &str = "https://auth-url.invalid";
const TELLING: [&str; 7] = ["secret", "password", "changeme", "change-me", "example", "default", "12345678"];
const ENOUGH: f64 = 100.0;
/// What a letter of a text in words is worth (Shannon 1951 has 0.6 to 1.3 for English).
const WORDS: f64 = 1.3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_by_chance_is_strong() {
        for strong in [
            "zvJIRcJ1rkhbq1PPAB2X6lk6KX0Tv4dIoHcPN5dGQ0Yv",
            "wq3-kXo_0yT7bZp4Hn2Lr8Vd5Fs9Jc6Gm1Aq0Ex3Uy",
            "8f14e45fceea167a5a36dedd4bea2543b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9",
            "6731de76-14a6-49ae-97bc-6eba6914391e",
        ] {
            assert!(!is_weak(strong), "{strong}: {}", bits(strong));
        }
    }

    #[test]
    fn what_repeats_itself_or_is_made_of_words_is_weak() {
        for weak in [
            "secretsecretsecretsecretsecretsecret",
            "kX3kX3kX3kX3kX3kX3kX3kX3kX3kX3kX3kX3",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "correct horse battery staple and so on and on",
            "correct-horse-battery-staple-correct-again",
            "CHANGEME-zvJIRcJ1rkhbq1PPAB2X6lk6KX0Tv4d",
        ] {
            assert!(is_weak(weak), "{weak}: {}", bits(weak));
        }
    }
}
