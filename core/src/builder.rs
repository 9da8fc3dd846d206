//! Putting an [`Auth`] together, and telling everything that is wrong with it at once.

mod base_url;
mod build;
mod clients;
mod config_error;
mod credentials;
mod lifetimes;
mod stores;
mod users;

use std::sync::Arc;
use std::time::Duration;

use crate::env::Environment;
use crate::page::PageRenderer;
use crate::realm::{Lifetimes, LinkingRules};
use crate::store::{AuditStore, EvidenceStore, Once, SessionStore, TokenStore, UserStore};
use crate::{
    Callbacks, Catalogue, Clock, Events, HttpClient, Pages, Provider, Random, Secret, Succession, SystemClock,
    SystemRandom, Theme,
};

pub use config_error::ConfigError;

/// Puts an [`Auth`](crate::Auth) together: see [`Auth::builder`](crate::Auth::builder).
#[must_use]
#[derive(Debug)]
pub struct AuthBuilder {
    base_url: String,
    base_path: Option<String>,
    environment: Option<Environment>,
    secrets: Vec<Secret>,
    seal_keys: Vec<Secret>,
    providers: Vec<Arc<dyn Provider>>,
    callbacks: Option<Arc<dyn Callbacks>>,
    callback_timeout: Duration,
    events: Option<Arc<dyn Events>>,
    sessions: Option<Arc<dyn SessionStore>>,
    tokens: Option<Arc<dyn TokenStore>>,
    users: Option<Arc<dyn UserStore>>,
    once: Option<Arc<dyn Once>>,
    evidence: Option<Arc<dyn EvidenceStore>>,
    audit: Option<Arc<dyn AuditStore>>,
    succession: Option<Arc<dyn Succession>>,
    http: Option<Arc<dyn HttpClient>>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    lifetimes: Lifetimes,
    rules: LinkingRules,
    user_check_interval: Duration,
    max_sessions: Option<usize>,
    max_cookies: usize,
    cookie_memory: usize,
    trusted_origins: Vec<String>,
    csrf_headers_suffice: bool,
    host_only_cookies: bool,
    remembers_last_used: bool,
    single_process_refresh: bool,
    plain_http: bool,
    for_jobs: bool,
    pages: Pages,
    page_renderer: Option<Arc<dyn PageRenderer>>,
    theme: Theme,
    catalogues: Vec<Catalogue>,
    default_language: Option<String>,
}

impl AuthBuilder {
    pub(crate) fn new(base_url: String) -> Self {
        Self {
            base_url,
            base_path: None,
            environment: None,
            secrets: Vec::new(),
            seal_keys: Vec::new(),
            providers: Vec::new(),
            callbacks: None,
            callback_timeout: Duration::from_secs(30),
            events: None,
            sessions: None,
            tokens: None,
            users: None,
            once: None,
            evidence: None,
            audit: None,
            succession: None,
            http: None,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            lifetimes: Lifetimes {
                max_age: 30 * DAY,
                update_age: DAY,
                absolute: 90 * DAY,
                refresh_margin: Duration::from_secs(300),
            },
            rules: LinkingRules {
                recent_sign_in: Duration::from_secs(900),
                by_verified_email: false,
                existing_users_only: false,
            },
            user_check_interval: Duration::from_secs(1),
            max_sessions: None,
            max_cookies: 4,
            cookie_memory: COOKIE_MEMORY,
            trusted_origins: Vec::new(),
            csrf_headers_suffice: false,
            host_only_cookies: false,
            remembers_last_used: true,
            single_process_refresh: false,
            plain_http: false,
            for_jobs: false,
            pages: Pages::default(),
            page_renderer: None,
            theme: Theme::default(),
            catalogues: Vec::new(),
            default_language: None,
        }
    }

    /// Adds a provider. Pages list providers in the order they were added.
    pub fn provider(mut self, provider: impl Provider) -> Self {
        self.providers.push(Arc::new(provider));
        self
    }

    /// The secret that sessions are sealed with, in place of `AUTH_SECRET`. Call again for older ones that are still
    /// read; the first seals.
    pub fn secret(mut self, secret: impl Into<Secret>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// The key that tokens and sessions in stores are sealed with, in place of `AUTH_SEAL_KEY`. Without one it is
    /// derived from the secret. Call again for older ones that are still read; the first seals.
    pub fn seal_key(mut self, key: impl Into<Secret>) -> Self {
        self.seal_keys.push(key.into());
        self
    }

    /// The path admit is mounted at: `/api/auth` unless the base URL has a path of its own.
    pub fn base_path(mut self, path: impl Into<String>) -> Self {
        self.base_path = Some(path.into());
        self
    }

    /// The application's decisions.
    pub fn callbacks(mut self, callbacks: impl Callbacks) -> Self {
        self.callbacks = Some(Arc::new(callbacks));
        self
    }

    /// Where the application hears what happened.
    pub fn events(mut self, events: impl Events) -> Self {
        self.events = Some(Arc::new(events));
        self
    }

    /// Sends requests to providers, in place of reqwest.
    pub fn http_client(mut self, client: impl HttpClient) -> Self {
        self.http = Some(Arc::new(client));
        self
    }

    /// Where the time comes from, for tests.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Where randomness comes from, for tests.
    pub fn random(mut self, random: impl Random) -> Self {
        self.random = Arc::new(random);
        self
    }

    /// Where variables come from, for tests: the process's environment unless told otherwise.
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// How many cookies a session may take up, of 4 KiB each: four unless told otherwise.
    pub fn max_session_cookies(mut self, most: usize) -> Self {
        self.max_cookies = most;
        self
    }

    /// How many bytes of memory hold what session cookies opened to, so that the next request with the same cookie
    /// need not open it: 32 MiB unless told otherwise, for some fifteen thousand sessions; less while there are fewer.
    /// With 0 each is opened each time. Stored sessions are remembered likewise, by the bytes that the store holds: it
    /// is asked all the same.
    pub fn cookie_memory(mut self, bytes: usize) -> Self {
        self.cookie_memory = bytes;
        self
    }

    /// Origins besides the base URL's that may post to admit and be returned to, such as a development proxy's.
    pub fn trusted_origins(mut self, origins: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.trusted_origins.extend(origins.into_iter().map(Into::into));
        self
    }

    /// Lets `Sec-Fetch-Site` and `Origin` stand in for the CSRF token, for clients that send none.
    pub fn csrf_headers_suffice(mut self) -> Self {
        self.csrf_headers_suffice = true;
        self
    }

    /// Names the session's cookie `__Host-…` on https, so that no sibling domain can plant one. Auth.js no longer
    /// reads it.
    pub fn host_only_cookies(mut self) -> Self {
        self.host_only_cookies = true;
        self
    }

    /// Keeps no cookie that says by which provider somebody signed in last, so that the sign-in page marks none.
    pub fn without_last_used(mut self) -> Self {
        self.remembers_last_used = false;
        self
    }

    /// Pages of the application's own.
    pub fn pages(mut self, pages: Pages) -> Self {
        self.pages = pages;
        self
    }

    /// Draws pages in the place of the built-in ones, all of them or some.
    pub fn page_renderer(mut self, renderer: impl PageRenderer) -> Self {
        self.page_renderer = Some(Arc::new(renderer));
        self
    }

    /// The looks of the built-in pages.
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// The texts of the built-in pages in one more language, or in other words in one they know. May be called several
    /// times. Which language somebody sees is for their browser's `Accept-Language` to say.
    pub fn catalogue(mut self, catalogue: Catalogue) -> Self {
        self.catalogues.push(catalogue);
        self
    }

    /// The language of the built-in pages for whoever's browser asks for none that they know, by its tag. English, if
    /// nothing is said.
    pub fn default_language(mut self, tag: impl Into<String>) -> Self {
        self.default_language = Some(tag.into());
        self
    }

    /// Says that one process alone serves this site, so that refresh tokens that rotate may live in the cookie.
    ///
    /// With two processes both would spend one refresh token, and the provider would void the grant.
    pub fn danger_single_process_refresh(mut self) -> Self {
        self.single_process_refresh = true;
        self
    }

    /// Builds without a provider too: for jobs over what is stored, which ask nobody and sign nobody in. They go on where
    /// the registration with a provider has gone.
    pub fn for_jobs(mut self) -> Self {
        self.for_jobs = true;
        self
    }

    /// Allows a base URL on plain http that is not loopback. Cookies then cross the network in the clear.
    pub fn danger_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }
}

/// Room for some fifteen thousand sessions without tokens of providers.
pub(crate) const COOKIE_MEMORY: usize = 32 * 1024 * 1024;
const DAY: Duration = Duration::from_secs(86_400);
