//! A client's id and its secrets, found in the code or in the environment, the newest first.

use std::sync::Arc;
use std::time::Duration;

use crate::Timestamp;
use crate::env::{Environment, provider_prefix};
use crate::provider::{ClientCredential, ClientSecret, Dated, OAuthProvider, Validity, read_date};

/// The client's id, and what it can prove itself with, in the order in which they are tried.
pub(super) fn find(
    id: &str,
    config: &OAuthProvider,
    environment: &Environment,
    problems: &mut Vec<String>,
) -> (String, Vec<Arc<dyn ClientCredential>>) {
    let prefix = provider_prefix(id);
    let client = &config.client;
    let client_id = client.id.clone().or_else(|| {
        std::iter::once(format!("{prefix}_ID"))
            .chain(config.id_variables.iter().map(|name| (*name).to_owned()))
            .find_map(|name| environment.text(&name).map(str::to_owned))
    });
    let client_id = client_id.filter(|client_id| !client_id.trim().is_empty()).unwrap_or_else(|| {
        problems.push(format!("{id}: no client id; set {prefix}_ID, or give it with Client::new"));
        String::new()
    });
    let mut credentials = client.credentials.clone();
    if credentials.is_empty() && !client.public {
        let names = std::iter::once(format!("{prefix}_SECRET"))
            .chain(config.secret_variables.iter().map(|name| (*name).to_owned()));
        for name in names {
            for (name, secret) in environment.named_secrets(&name) {
                credentials.push(dated(id, &name, ClientSecret(secret), environment, problems));
            }
        }
    }
    let blank = |credential: &Arc<dyn ClientCredential>| credential.as_secret().is_some_and(|secret| secret.is_empty());
    if !client.public && (credentials.is_empty() || credentials.iter().any(blank)) {
        problems.push(format!("{id}: no client secret; set {prefix}_SECRET, or give it with Client::new"));
    }
    (client_id, newest_first(credentials, config.secret_lifetime))
}

/// A secret with the dates that stand beside it: `…_SECRET_CREATED` and `…_SECRET_ENDS`.
fn dated(
    id: &str,
    name: &str,
    secret: ClientSecret,
    environment: &Environment,
    problems: &mut Vec<String>,
) -> Arc<dyn ClientCredential> {
    let mut date = |which: &str| -> Option<Timestamp> {
        let variable = format!("{name}_{which}");
        let text = environment.text(&variable)?;
        let date = read_date(text);
        if date.is_none() {
            problems.push(format!("{id}: {variable} is {text:?}, which is no date; write it as \"2026-11-21\""));
        }
        date
    };
    let validity = Validity { made_at: date("CREATED"), ends_at: date("ENDS") }.or(secret.validity());
    Arc::new(Dated { credential: Arc::new(secret), validity })
}

/// By the day when each was made. Where one has no date, the order in which they were given says which is newer.
fn newest_first(
    credentials: Vec<Arc<dyn ClientCredential>>,
    lifetime: Option<Duration>,
) -> Vec<Arc<dyn ClientCredential>> {
    let mut dated: Vec<_> =
        credentials.into_iter().map(|credential| (credential.validity().within(lifetime), credential)).collect();
    if dated.iter().all(|(validity, _)| validity.made_at.is_some()) {
        dated.sort_by_key(|(validity, _)| std::cmp::Reverse(validity.made_at));
    }
    let with_its_dates = |(validity, credential): (Validity, Arc<dyn ClientCredential>)| {
        let is_known = credential.validity() == validity;
        if is_known { credential } else { Arc::new(Dated { credential, validity }) }
    };
    dated.into_iter().map(with_its_dates).collect()
}
