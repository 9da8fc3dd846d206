//! What a node does: it is told lines by the first process, and answers each when it can.

use std::collections::HashMap;
use std::sync::Arc;

use admit::AccessTokenError;
use admit::store::{Once, SessionStore, TokenStore};

use super::clock::WrongClock;
use super::player::{PROVIDER, READY, say, told, variable};
use super::site::Site;
use super::steps::{Steps, Stepwise};
use super::wire::Wire;

/// Plays a node of the site over that store, until the first process has gone.
///
/// # Panics
/// When it is told what it does not understand.
pub async fn play_a_node(store: impl SessionStore + TokenStore + Once + Clone) {
    let (clock, steps) = (WrongClock::default(), Steps::default());
    let tokens = Stepwise { inner: store.clone(), steps: steps.clone() };
    let http = Stepwise { inner: Wire, steps: steps.clone() };
    let provider = variable(PROVIDER).expect("where the provider is");
    let site = Arc::new(Site::new(&provider, store, tokens, http, clock.clone()));
    let mut sessions = HashMap::new();
    let mut told = told();
    say(READY);
    while let Some(line) = told.recv().await {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["session", n, session] => drop(sessions.insert(number(n), session.to_owned())),
            ["clock", ahead] => clock.set(ahead.parse().expect("seconds")),
            ["halt", step] => steps.halt_at(step),
            ["on"] => steps.go_on(),
            ["ask", from, to] => {
                for n in number(from)..number(to) {
                    let (site, session) = (Arc::clone(&site), sessions.get(&n).cloned().expect("a session"));
                    tokio::spawn(async move { say(&format!("{n} {}", answer(site.token(&session).await))) });
                }
            }
            _ => panic!("{line}: nobody says that"),
        }
    }
}

fn answer(token: Result<String, AccessTokenError>) -> String {
    match token {
        Ok(token) => format!("{TOKEN}{token}"),
        Err(AccessTokenError::NeedsReauthentication { .. }) => SIGN_IN_AGAIN.to_owned(),
        Err(error) => format!("{error:?}").replace('\n', " "),
    }
}

fn number(word: &str) -> usize {
    word.parse().expect("a number")
}

pub(super) const TOKEN: &str = "token ";
pub(super) const SIGN_IN_AGAIN: &str = "sign in again";
