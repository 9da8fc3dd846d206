//! Putting an [`Auth`] together, and telling everything that is wrong with it at once.

mod base_url;
mod build;
mod clients;
mod config_error;

use std::sync::Arc;
use std::time::Duration;

use crate::env::Environment;
use crate::realm::{Lifetimes, LinkingRules};
use crate::store::{Once, SessionStore, TokenStore, UserStore};
use crate::{Callbacks, Clock, Events, HttpClient, Pages, Provider, Random, Secret, SystemClock, SystemRandom, Theme};

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
    single_process_refresh: bool,
    plain_http: bool,
    pages: Pages,
    theme: Theme,
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
            single_process_refresh: false,
            plain_http: false,
            pages: Pages::default(),
            theme: Theme::default(),
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

    /// How long a callback or a check of credentials may take: 30 seconds unless told otherwise. The request of one that
    /// takes longer fails. Code that blocks its thread cannot be stopped.
    pub fn callback_timeout(mut self, timeout: Duration) -> Self {
        self.callback_timeout = timeout;
        self
    }

    /// Where the application hears what happened.
    pub fn events(mut self, events: impl Events) -> Self {
        self.events = Some(Arc::new(events));
        self
    }

    /// Keeps everything in one store: sessions, tokens, users, and what may happen once. A home that is to be elsewhere
    /// is named after it: `.store(postgres).session_store(redis)`.
    ///
    /// Which home to choose:
    /// - The cookie, with no store at all: no database, no read at a request. A session ends on other nodes when its
    ///   cookie does, and it has to fit the cookie with the tokens in it.
    /// - The cookie with [`token_store`](Self::token_store): as before, and refresh tokens that rotate are safe with
    ///   several nodes. The store is asked for a token only. With [`user_store`](Self::user_store) beside it all sessions
    ///   of a person can be ended everywhere.
    /// - The store: people see their sessions and end each of them, everywhere at once; large claims fit. Every request
    ///   that asks who is there costs a read.
    pub fn store(mut self, store: impl SessionStore + TokenStore + UserStore + Once + Clone) -> Self {
        self.sessions = Some(Arc::new(store.clone()));
        self.tokens = Some(Arc::new(store.clone()));
        self.users = Some(Arc::new(store.clone()));
        self.once = Some(Arc::new(store));
        self
    }

    /// Keeps sessions in a store, in place of the cookie.
    pub fn session_store(mut self, store: impl SessionStore) -> Self {
        self.sessions = Some(Arc::new(store));
        self
    }

    /// Keeps tokens in a store, in place of the session.
    pub fn token_store(mut self, store: impl TokenStore) -> Self {
        self.tokens = Some(Arc::new(store));
        self
    }

    /// Keeps users. Without one, a user is who their account says.
    pub fn user_store(mut self, store: impl UserStore) -> Self {
        self.users = Some(Arc::new(store));
        self
    }

    /// Lets in only whom the user store knows: an account that is linked to nobody is refused (`signup_disabled`).
    pub fn existing_users_only(mut self) -> Self {
        self.rules.existing_users_only = true;
        self
    }

    /// How long ago a person may have signed in who connects an account to themselves or takes one off: 15 minutes
    /// unless told otherwise. After that they are asked to sign in once more.
    pub fn recent_sign_in(mut self, recent: Duration) -> Self {
        self.rules.recent_sign_in = recent;
        self
    }

    /// Remembers which callbacks were consumed. In this process's memory unless told otherwise.
    pub fn once(mut self, once: impl Once) -> Self {
        self.once = Some(Arc::new(once));
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

    /// How long a session lives that is not used: 30 days unless told otherwise.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.lifetimes.max_age = max_age;
        self
    }

    /// After what time a session in use is written anew by guarded requests: one day unless told otherwise.
    pub fn update_age(mut self, update_age: Duration) -> Self {
        self.lifetimes.update_age = update_age;
        self
    }

    /// How long a session lives however much it is used: 90 days unless told otherwise.
    pub fn absolute_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetimes.absolute = lifetime;
        self
    }

    /// How much an access token must have left to be handed out without a refresh: five minutes unless told otherwise.
    pub fn refresh_margin(mut self, margin: Duration) -> Self {
        self.lifetimes.refresh_margin = margin;
        self
    }

    /// How long the user store's answer is believed, that a user may be signed in: one second unless told otherwise.
    ///
    /// It costs one read per user and that time, whatever the number of their requests. A user who was shut out or
    /// signed out everywhere is noticed by other processes that much later at most, and at once by the process that did
    /// it through [`Auth::users`](crate::Auth::users) or `…/sessions`. With zero the store is asked at every request.
    pub fn user_check_interval(mut self, interval: Duration) -> Self {
        self.user_check_interval = interval;
        self
    }

    /// How many sessions a user may have, where sessions are stored: as many as they like unless told otherwise. When
    /// one more begins, those that began first end.
    pub fn max_sessions_per_user(mut self, most: usize) -> Self {
        self.max_sessions = Some(most.max(1));
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

    /// Pages of the application's own.
    pub fn pages(mut self, pages: Pages) -> Self {
        self.pages = pages;
        self
    }

    /// The looks of the built-in pages.
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// Says that one process alone serves this site, so that refresh tokens that rotate may live in the cookie.
    ///
    /// With two processes both would spend one refresh token, and the provider would void the grant.
    pub fn danger_single_process_refresh(mut self) -> Self {
        self.single_process_refresh = true;
        self
    }

    /// Links an account that nobody has to the user who has its e-mail address, if the provider vouches for it.
    ///
    /// From then on every provider of this site can let its people in as any user of yours, by vouching for an address:
    /// one that does not check addresses, one whose tenants may write what they like, and one that is broken into. An
    /// address that was given up and given to somebody else lets that one in, too. Where the user's address was never
    /// proven before, all their accounts are taken off first and their sessions end, for they may be somebody's who
    /// only typed the address.
    pub fn danger_link_by_verified_email(mut self) -> Self {
        self.rules.by_verified_email = true;
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
