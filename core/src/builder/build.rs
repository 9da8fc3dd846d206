//! `build()`: everything is checked, everything that is wrong is told, and the realm is made.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::{AuthBuilder, ConfigError, base_url, clients};
use crate::audience::Audience;
use crate::cookie::CookieNames;
use crate::cookie_memory::CookieMemory;
use crate::csrf::Csrf;
use crate::env::Environment;
use crate::evidence::Marker;
use crate::jwe::{Keys, V4Keys};
use crate::language::Languages;
use crate::memory::MemoryStore;
use crate::realm::{Base, Realm, Registered};
use crate::refresh::RefreshGate;
use crate::seal::Sealer;
use crate::standing::Standing;
use crate::tombstones::Tombstones;
use crate::{Auth, Catalogue, HttpClient, Secret};

impl AuthBuilder {
    /// Checks everything.
    ///
    /// # Errors
    /// All that is wrong, each with its remedy.
    pub fn build(mut self) -> Result<Auth, ConfigError> {
        let mut problems = Vec::new();
        let environment = self.environment.take().unwrap_or_else(Environment::process);

        let base = base_url::resolve(&self.base_url, self.base_path.as_deref(), self.plain_http, &mut problems);
        let secrets = secrets(std::mem::take(&mut self.secrets), &environment, &mut problems);
        let seal_keys = seal_keys(std::mem::take(&mut self.seal_keys), &environment, &mut problems);
        let trusted_origins = self.trusted_origins.iter().filter_map(|text| origin(text, &mut problems)).collect();
        self.check_the_rest(base.as_ref(), &mut problems);
        let mut languages = Languages::new(std::mem::take(&mut self.catalogues));
        let default = self.default_language.as_deref().map_or(Ok(()), |tag| languages.put_first(tag));
        problems.extend(default.err());
        let http = self.http.take().or_else(|| default_http_client(&mut problems));
        let providers = std::mem::take(&mut self.providers);
        let providers = base.as_ref().map(|base| {
            let setup = clients::Setup {
                base,
                environment: &environment,
                now: self.clock.now(),
                tokens_are_stored: self.tokens.is_some(),
                single_process_refresh: self.single_process_refresh,
            };
            clients::resolve(providers, &setup, &mut problems)
        });

        match (base, providers, http) {
            (Some(base), Some(providers), Some(http)) if problems.is_empty() => {
                Ok(self.assemble(Resolved { base, secrets, seal_keys, trusted_origins, languages, providers, http }))
            }
            _ => Err(ConfigError { problems }),
        }
    }

    /// What can be judged by itself.
    fn check_the_rest(&self, base: Option<&Base>, problems: &mut Vec<String>) {
        problems.extend(self.pages.problems(base.map(|base| base.path.as_str())));
        problems.extend(self.page_renderer.iter().flat_map(|renderer| renderer.problems()));
        problems.extend(self.theme.problems());
        problems.extend(self.catalogues.iter().flat_map(Catalogue::problems).cloned());
        if self.max_cookies == 0 || self.max_cookies > 16 {
            problems.push(format!("max_session_cookies is {}; 1 to 16 are possible", self.max_cookies));
        }
        for (name, lifetime) in [("max_age", self.lifetimes.max_age), ("absolute_lifetime", self.lifetimes.absolute)] {
            if lifetime < Duration::from_secs(1) {
                problems.push(format!("{name} is no time at all; give it a second at least"));
            }
        }
        if self.rules.recent_sign_in < Duration::from_secs(1) {
            problems.push("recent_sign_in is no time at all; give it a second at least".to_owned());
        }
        let wants_users = [
            ("existing_users_only", self.rules.existing_users_only),
            ("danger_link_by_verified_email", self.rules.by_verified_email),
        ];
        for (name, _) in wants_users.into_iter().filter(|(_, wanted)| *wanted && self.users.is_none()) {
            problems.push(format!("{name} is about users, and there is no user store; add one with .user_store(…)"));
        }
        if self.max_sessions.is_some() && self.sessions.is_none() {
            problems.push(
                "max_sessions_per_user needs sessions in a store, to count them; give one with .session_store(…)"
                    .to_owned(),
            );
        }
        if self.providers.is_empty() && !self.for_jobs {
            problems.push("no provider is configured; add one with .provider(…)".to_owned());
        }
    }

    /// Derives the keys and puts the realm together. Nothing can go wrong any more.
    fn assemble(self, resolved: Resolved) -> Auth {
        let Resolved { base, secrets, seal_keys, trusted_origins, languages, providers, http } = resolved;
        let cookies = CookieNames::new(base.url.scheme() == "https", self.host_only_cookies);
        let sealed_under = if seal_keys.is_empty() { &secrets } else { &seal_keys };
        Auth::new(Realm {
            csrf: Csrf::new(&secrets),
            session_keys: Keys::derive(&secrets, &cookies.session),
            session_keys_v4: V4Keys::derive(&secrets),
            cookie_memory: CookieMemory::new(self.cookie_memory),
            pending_sealer: Sealer::new(&secrets, "admit pending v1"),
            store_sealer: Sealer::new(sealed_under, "admit store v1"),
            base,
            providers,
            cookies,
            sessions: self.sessions,
            tokens: self.tokens,
            users: self.users,
            standing: Standing::new(self.user_check_interval),
            evidence: self.evidence,
            marker: Marker::new(sealed_under),
            audit: self.audit,
            succession: self.succession,
            once: self.once.unwrap_or_else(|| Arc::new(MemoryStore::new())),
            callbacks: self.callbacks,
            callback_timeout: self.callback_timeout,
            audience: self.events.map(Audience::new),
            http,
            clock: self.clock,
            random: self.random,
            lifetimes: self.lifetimes,
            rules: self.rules,
            max_cookies: self.max_cookies,
            max_sessions: self.max_sessions,
            trusted_origins,
            csrf_headers_suffice: self.csrf_headers_suffice,
            remembers_last_used: self.remembers_last_used,
            pages: self.pages,
            page_renderer: self.page_renderer,
            theme: self.theme,
            languages,
            tombstones: Tombstones::new(),
            refresh: RefreshGate::default(),
        })
    }
}

/// What was found in order.
struct Resolved {
    base: Base,
    secrets: Vec<Secret>,
    seal_keys: Vec<Secret>,
    trusted_origins: Vec<String>,
    languages: Languages,
    providers: Vec<Registered>,
    http: Arc<dyn HttpClient>,
}

/// Given, else `AUTH_SEAL_KEY`, else the older `TOKEN_ENCRYPTION_KEY`, else none: then the secret serves.
fn seal_keys(given: Vec<Secret>, environment: &Environment, problems: &mut Vec<String>) -> Vec<Secret> {
    let keys = match given.is_empty() {
        false => given,
        true => [environment.secrets("AUTH_SEAL_KEY"), environment.secrets("TOKEN_ENCRYPTION_KEY")].concat(),
    };
    for key in keys.iter().filter(|key| key.len() < SECRET_BYTES) {
        problems.push(too_short("AUTH_SEAL_KEY", key));
    }
    keys
}

fn too_short(name: &str, secret: &Secret) -> String {
    format!("{name} is {} bytes, {SECRET_BYTES} needed; try \"openssl rand -base64 33\"", secret.len())
}

fn secrets(given: Vec<Secret>, environment: &Environment, problems: &mut Vec<String>) -> Vec<Secret> {
    let mut secrets = given;
    if secrets.is_empty() {
        secrets = environment.secrets("AUTH_SECRET");
    }
    if secrets.is_empty() {
        secrets.extend(environment.secret("NEXTAUTH_SECRET"));
    }
    if secrets.is_empty() {
        problems.push("AUTH_SECRET is not set; try \"openssl rand -base64 33\"".to_owned());
    }
    for secret in secrets.iter().filter(|secret| secret.len() < SECRET_BYTES) {
        problems.push(too_short("AUTH_SECRET", secret));
    }
    secrets
}

fn origin(text: &str, problems: &mut Vec<String>) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.username().is_empty()
    });
    if url.is_none() {
        problems.push(format!(
            "trusted_origins: {text:?} is no origin; write scheme, host and port, as in \"http://localhost:5173\""
        ));
    }
    url.map(|url| url.origin().ascii_serialization())
}

#[cfg(feature = "reqwest")]
fn default_http_client(problems: &mut Vec<String>) -> Option<Arc<dyn HttpClient>> {
    match crate::http::ReqwestClient::new() {
        Ok(client) => Some(Arc::new(client)),
        Err(error) => {
            problems.push(format!("the HTTP client cannot be made: {}", crate::failure::chain(&error)));
            None
        }
    }
}

#[cfg(not(feature = "reqwest"))]
fn default_http_client(problems: &mut Vec<String>) -> Option<Arc<dyn HttpClient>> {
    problems.push("no HTTP client; give one with .http_client(…) or turn on the feature \"reqwest\"".to_owned());
    None
}

const SECRET_BYTES: usize = 32;
