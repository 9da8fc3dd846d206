//! Which providers the application has, as far as its environment tells.
//!
//! A provider of ours is there if its client is. One of the application's own is there if its client and its issuer are,
//! since then nothing else has to be known of it.

use std::sync::{Arc, Mutex, PoisonError};

use admit::Client;
use admit::provider::{Finding, Flow, OAuthProvider, Provider, Review, Settings, Validity};
use admit_providers::{apple, azure_devops, discord, github, gitlab, google, keycloak, microsoft_entra_id};

use crate::config;

/// A provider that the environment configures, and what it is shown when sign-in is built.
#[derive(Clone, Debug)]
pub(crate) struct Configured {
    provider: Arc<dyn Provider>,
    seen: Arc<Mutex<Option<Registration>>>,
}

/// The registration with a provider, as sign-in sees it. No secret is in it.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub(crate) id: String,
    pub(crate) callback_url: String,
    pub(crate) scopes: Vec<String>,
    /// The lives of the client's secrets, the newest first.
    pub(crate) secrets: Vec<Validity>,
    pub(crate) speaks_openid: bool,
    pub(crate) token_url: Option<String>,
}

/// Those that the environment configures, in the order of the alphabet.
pub(crate) fn configured() -> Vec<Configured> {
    configured_by(&config::names(), config::text)
}

fn configured_by(names: &[String], value: impl Fn(&str) -> Option<String>) -> Vec<Configured> {
    let is_set = |name: String| names.contains(&name);
    let has_client = |prefix: &str| {
        is_set(format!("{prefix}_ID")) || is_set(format!("{prefix}_SECRET")) || is_set(format!("{prefix}_SECRET_1"))
    };
    let ours =
        OURS.iter().filter(|(prefix, _)| has_client(prefix) || (is_older(prefix) && is_set(OLDER_ID.to_owned())));
    let ours = ours.map(|(_, provider)| provider());
    let others = names.iter().filter_map(|name| name.strip_suffix("_ISSUER"));
    let others = others.filter(|prefix| is_provider(prefix) && !is_ours(prefix) && has_client(prefix));
    let others = others.filter_map(|prefix| {
        let id = prefix.strip_prefix("AUTH_")?.to_ascii_lowercase().replace('_', "-");
        let issuer = value(&format!("{prefix}_ISSUER"))?;
        let provider: Arc<dyn Provider> = Arc::new(OAuthProvider::oidc(id.clone(), id, issuer, Client::env()));
        Some(provider)
    });
    ours.chain(others).map(Configured::new).collect()
}

/// Variables that look like the client id of a provider which is not known here.
pub(crate) fn unknown() -> Vec<String> {
    unknown_among(&config::names())
}

fn unknown_among(names: &[String]) -> Vec<String> {
    let prefixes = names.iter().filter_map(|name| name.strip_suffix("_ID")).filter(|prefix| is_provider(prefix));
    let unknown = prefixes.filter(|prefix| !is_ours(prefix) && !names.contains(&format!("{prefix}_ISSUER")));
    unknown.filter(|prefix| !OF_APPLE.contains(prefix)).map(|prefix| format!("{prefix}_ID")).collect()
}

fn is_provider(prefix: &str) -> bool {
    prefix.len() > "AUTH_".len() && prefix.starts_with("AUTH_")
}

fn is_ours(prefix: &str) -> bool {
    OURS.iter().any(|(ours, _)| *ours == prefix)
}

fn is_older(prefix: &str) -> bool {
    prefix == "AUTH_AZURE_DEVOPS"
}

impl Configured {
    fn new(provider: Arc<dyn Provider>) -> Self {
        Self { provider, seen: Arc::default() }
    }

    /// What it was shown. `None` until sign-in is built, and if that did not come so far.
    pub(crate) fn registration(&self) -> Option<Registration> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Provider for Configured {
    fn id(&self) -> &str {
        self.provider.id()
    }

    fn name(&self) -> &str {
        self.provider.name()
    }

    fn flow(&self) -> Flow<'_> {
        self.provider.flow()
    }

    fn configured(&self, settings: &Settings<'_>) -> Option<Arc<dyn Provider>> {
        let provider = self.provider.configured(settings)?;
        Some(Arc::new(Self { provider, seen: Arc::clone(&self.seen) }))
    }

    fn review(&self, review: &Review<'_>) -> Vec<Finding> {
        let config = match self.provider.flow() {
            Flow::OAuth(flow) => Some(flow.config()),
            _ => None,
        };
        let secrets = review.credentials().iter().filter(|credential| credential.as_secret().is_some());
        let registration = Registration {
            id: review.id.to_owned(),
            callback_url: review.redirect_uri.to_string(),
            scopes: review.scopes.to_vec(),
            secrets: secrets.map(|credential| credential.validity()).collect(),
            speaks_openid: config.is_some_and(OAuthProvider::speaks_openid),
            token_url: config.and_then(OAuthProvider::token_url).map(str::to_owned),
        };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(registration);
        self.provider.review(review)
    }
}

/// A provider of ours, which finds its client in the environment.
type Make = fn() -> Arc<dyn Provider>;

/// How the variables of each of ours begin.
const OURS: [(&str, Make); 8] = [
    ("AUTH_APPLE", || Arc::new(apple(Client::env()))),
    ("AUTH_AZURE_DEVOPS", || Arc::new(azure_devops(Client::env()))),
    ("AUTH_DISCORD", || Arc::new(discord(Client::env()))),
    ("AUTH_GITHUB", || Arc::new(github(Client::env()))),
    ("AUTH_GITLAB", || Arc::new(gitlab(Client::env()))),
    ("AUTH_GOOGLE", || Arc::new(google(Client::env()))),
    ("AUTH_KEYCLOAK", || Arc::new(keycloak(Client::env()))),
    ("AUTH_MICROSOFT_ENTRA_ID", || Arc::new(microsoft_entra_id(Client::env()))),
];
/// The older name of Azure DevOps' client id.
const OLDER_ID: &str = "AZURE_DEVOPS_APP_ID";
/// `AUTH_APPLE_TEAM_ID` and `AUTH_APPLE_KEY_ID` are no clients.
const OF_APPLE: [&str; 2] = ["AUTH_APPLE_TEAM", "AUTH_APPLE_KEY"];

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn ids(set: &[&str]) -> Vec<String> {
        let found = configured_by(&names(set), |_| Some("https://id.company.example".to_owned()));
        found.iter().map(|provider| provider.id().to_owned()).collect()
    }

    #[test]
    fn every_provider_of_ours_is_known_by_its_variables() {
        for (prefix, provider) in OURS {
            let id = provider().id().to_owned();
            assert_eq!(prefix, format!("AUTH_{}", id.to_ascii_uppercase().replace('-', "_")));
            assert_eq!(ids(&[&format!("{prefix}_ID")]), [id]);
        }
        assert_eq!(ids(&["AZURE_DEVOPS_APP_ID"]), ["azure-devops"]);
    }

    #[test]
    fn a_client_with_an_issuer_is_an_openid_provider_and_one_without_is_unknown() {
        assert_eq!(ids(&["AUTH_OUR_COMPANY_ID", "AUTH_OUR_COMPANY_ISSUER"]), ["our-company"]);
        assert_eq!(ids(&["AUTH_OUR_COMPANY_ID", "AUTH_SECRET", "AUTH_URL"]), [""; 0]);
        assert_eq!(unknown_among(&names(&["AUTH_OUR_COMPANY_ID"])), ["AUTH_OUR_COMPANY_ID"]);
        let known = ["AUTH_GITHUB_ID", "AUTH_APPLE_KEY_ID", "AUTH_X_ID", "AUTH_X_ISSUER", "AZURE_DEVOPS_APP_ID"];
        assert_eq!(unknown_among(&names(&known)), [""; 0]);
        // The name of the provider ends like a variable.
        assert_eq!(unknown_among(&names(&["AUTH_MICROSOFT_ENTRA_ID"])), ["AUTH_MICROSOFT_ENTRA_ID"]);
    }
}
