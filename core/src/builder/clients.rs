//! Providers with their clients: ids and secrets found, endpoints parsed, each provider's own checks heard.

use std::collections::HashSet;
use std::sync::Arc;

use url::Url;

use super::credentials;
use crate::env::{Environment, provider_prefix};
use crate::http::is_loopback;
use crate::oidc::OpenId;
use crate::provider::{
    Alarms, ClientCredential, Finding, Flow, OAuthProvider, PushedRequests, ResolvedClient, Review, Settings,
    openid_problems, parameter_problems,
};
use crate::realm::{Base, Registered, Registration};
use crate::{Provider, Timestamp};

/// What is known before providers are looked at.
pub(super) struct Setup<'a> {
    pub(super) base: &'a Base,
    pub(super) environment: &'a Environment,
    pub(super) now: Timestamp,
    pub(super) tokens_are_stored: bool,
    pub(super) single_process_refresh: bool,
}

/// Resolves every provider. Problems are added to the list, warnings are logged.
pub(super) fn resolve(
    providers: Vec<Arc<dyn Provider>>,
    setup: &Setup<'_>,
    problems: &mut Vec<String>,
) -> Vec<Registered> {
    let mut registered = Vec::with_capacity(providers.len());
    // Also those that do not resolve count, so that a mistake in one hides no mistake in the next.
    let mut ids = HashSet::new();
    for provider in providers {
        let id = provider.id().to_owned();
        let provider = provider.configured(&Settings::new(&id, setup.environment)).unwrap_or(provider);
        if !is_plain(&id) {
            problems.push(format!("provider id {id:?} does not fit a path; use a-z, 0-9 and hyphens"));
        }
        if ids.contains(&id) {
            problems.push(format!("provider {id} is there twice; give one of them another id with .id(…)"));
            continue;
        }
        ids.insert(id);
        registered.extend(resolve_one(provider, setup, problems));
    }
    registered
}

fn resolve_one(provider: Arc<dyn Provider>, setup: &Setup<'_>, problems: &mut Vec<String>) -> Option<Registered> {
    let id = provider.id().to_owned();
    let callback_url = format!("{}/callback/{id}", setup.base.auth_url);
    let before = problems.len();
    let of_mark = provider.mark().map(|mark| mark.problems()).unwrap_or_default();
    problems.extend(of_mark.into_iter().map(|problem| format!("{id}: {problem}")));
    let registration = match provider.flow() {
        Flow::OAuth(flow) => Some(registration(&*provider, flow.config(), &callback_url, setup, problems)),
        Flow::Credentials(credentials) => {
            problems.extend(credentials.problems().into_iter().map(|problem| format!("{id}: {problem}")));
            review(&*provider, setup, &callback_url, ("", &[]), &[], problems);
            None
        }
    };
    if problems.len() > before {
        return None;
    }
    let sign_in_url = format!("{}/signin/{id}", setup.base.auth_url);
    Some(Registered { provider, sign_in_url, callback_url, registration })
}

/// Lets the provider look at the configuration.
fn review(
    provider: &dyn Provider,
    setup: &Setup<'_>,
    callback_url: &str,
    (client_id, credentials): (&str, &[Arc<dyn ClientCredential>]),
    scopes: &[String],
    problems: &mut Vec<String>,
) {
    let id = provider.id();
    let Ok(redirect_uri) = &Url::parse(callback_url) else { return };
    for finding in provider.review(&Review { id, client_id, redirect_uri, scopes, now: setup.now, credentials }) {
        match finding {
            Finding::Problem(text) => problems.push(format!("{id}: {text}")),
            Finding::Warning(text) => tracing::warn!(provider = %id, "{text}"),
        }
    }
}

/// What an OAuth provider needs.
fn registration(
    provider: &dyn Provider,
    config: &OAuthProvider,
    callback_url: &str,
    setup: &Setup<'_>,
    problems: &mut Vec<String>,
) -> Registration {
    let id = provider.id();
    // An issuer publishes its endpoints.
    let required = config.openid.is_none();
    let authorization_endpoint = config.authorization_endpoint.as_deref();
    let authorization_endpoint = endpoint(id, "authorization_endpoint", authorization_endpoint, required, problems);
    endpoint(id, "token_endpoint", config.token_endpoint.as_deref(), required, problems);
    endpoint(id, "userinfo_endpoint", config.userinfo_endpoint.as_deref(), false, problems);
    let pushed = config.pushed_authorization_request_endpoint.as_deref();
    let must_push = required && config.pushed_requests == PushedRequests::Always;
    endpoint(id, "pushed_authorization_request_endpoint", pushed, must_push, problems);
    endpoint(id, "revocation_endpoint", config.revocation_url(), false, problems);
    sign_out(id, config, problems);
    form_post(id, config, setup.base, problems);
    let (client_id, credentials) = credentials::find(id, config, setup.environment, problems);
    let scopes = match (&config.scopes, scopes_from_environment(id, config, setup.environment)) {
        (Some(scopes), _) => scopes.clone(),
        (None, Some(scopes)) => scopes,
        (None, None) => config.default_scopes.clone(),
    };
    problems.extend(parameter_problems(config).into_iter().map(|text| format!("{id}: {text}")));
    if let Some(rules) = &config.openid {
        problems.extend(openid_problems(config, rules, &scopes).into_iter().map(|text| format!("{id}: {text}")));
    }
    if config.rotates_refresh_tokens && !setup.tokens_are_stored && !setup.single_process_refresh {
        problems.push(format!(
            "{id}: its refresh tokens are replaced at each use, so two processes would void each other's; give a \
             token_store, or say danger_single_process_refresh() if there is one process only"
        ));
    }
    review(provider, setup, callback_url, (&client_id, &credentials), &scopes, problems);
    Registration {
        client: ResolvedClient { id: client_id, alarms: Alarms::new(id, &credentials, setup.now), credentials },
        authorization_endpoint,
        openid: config
            .openid
            .as_ref()
            .map(|rules| OpenId::new(id, config.issuer.as_deref().unwrap_or_default(), rules)),
        scopes,
    }
}

/// Where people sign out, and where they come back to.
fn sign_out(id: &str, config: &OAuthProvider, problems: &mut Vec<String>) {
    let rules = &config.sign_out;
    // An issuer may publish it.
    let required = rules.is_on && config.openid.is_none();
    endpoint(id, "end_session_endpoint", rules.endpoint.as_deref(), required, problems);
    if let Some(text) = rules.return_to.as_deref().filter(|text| !is_secure(text)) {
        problems.push(format!(
            "{id}: post_logout_redirect_uri is {text:?}, which is no https address; people are sent there, so give the \
             whole of one"
        ));
    }
}

/// The cookie of a trip that ends in another site's post has to be `Secure`, or browsers throw it away.
fn form_post(id: &str, config: &OAuthProvider, base: &Base, problems: &mut Vec<String>) {
    if !config.form_post || base.url.scheme() == "https" {
        return;
    }
    if is_loopback(&base.url) {
        tracing::warn!(
            provider = id,
            "its answer is a post, whose cookie has to be Secure; on http://localhost Safari does not keep that one, \
             other browsers do"
        );
    } else {
        problems.push(format!(
            "{id}: its answer is a post, and no browser keeps the cookie for that on plain http; use https, or turn \
             form_post off"
        ));
    }
}

/// https, or http on this machine.
fn endpoint(id: &str, name: &str, text: Option<&str>, required: bool, problems: &mut Vec<String>) -> Option<Url> {
    let Some(text) = text else {
        if required {
            problems.push(format!("{id}: no {name}; set it on the provider's description"));
        }
        return None;
    };
    match Url::parse(text) {
        Ok(url) if is_secure(text) => Some(url),
        _ => {
            problems.push(format!(
                "{id}: {name} is {text:?}, which is no https address; secrets and tokens go there, so give one"
            ));
            None
        }
    }
}

fn is_secure(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)))
}

fn scopes_from_environment(id: &str, config: &OAuthProvider, environment: &Environment) -> Option<Vec<String>> {
    std::iter::once(format!("{}_SCOPE", provider_prefix(id)))
        .chain(config.scope_variables.iter().map(|name| (*name).to_owned()))
        .find_map(|name| environment.text(&name).map(|text| text.split_whitespace().map(str::to_owned).collect()))
}

fn is_plain(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= 64
        && id != "undefined"
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
