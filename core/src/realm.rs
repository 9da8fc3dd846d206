//! All that a request needs to be answered: made once by `build()`, never changed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::audience::Audience;
use crate::cookie::CookieNames;
use crate::cookie_memory::CookieMemory;
use crate::credentials::Credentials;
use crate::csrf::Csrf;
use crate::evidence::Marker;
use crate::jwe::{Keys, V4Keys};
use crate::language::Languages;
use crate::oidc::OpenId;
use crate::page::{Frame, PageRenderer};
use crate::pages::Pages;
use crate::provider::{Flow, Metadata, OAuthFlow, ProviderContext, ProviderError, ResolvedClient};
use crate::refresh::RefreshGate;
use crate::seal::Sealer;
use crate::standing::Standing;
use crate::store::{AuditStore, EvidenceStore, Once, SessionStore, TokenStore, UserStore};
use crate::tombstones::Tombstones;
use crate::within::within;
use crate::{BoxError, Callbacks, Catalogue, Clock, Event, HttpClient, Provider, Random, Succession, Theme};

/// The configuration of one site, resolved and checked.
#[derive(Debug)]
pub(crate) struct Realm {
    pub(crate) base: Base,
    pub(crate) providers: Vec<Registered>,
    pub(crate) cookies: CookieNames,
    pub(crate) csrf: Csrf,
    pub(crate) session_keys: Keys,
    pub(crate) session_keys_v4: V4Keys,
    pub(crate) cookie_memory: CookieMemory,
    pub(crate) pending_sealer: Sealer,
    pub(crate) store_sealer: Sealer,
    pub(crate) sessions: Option<Arc<dyn SessionStore>>,
    pub(crate) tokens: Option<Arc<dyn TokenStore>>,
    pub(crate) users: Option<Arc<dyn UserStore>>,
    pub(crate) standing: Standing,
    pub(crate) once: Arc<dyn Once>,
    pub(crate) evidence: Option<Arc<dyn EvidenceStore>>,
    pub(crate) marker: Marker,
    pub(crate) audit: Option<Arc<dyn AuditStore>>,
    pub(crate) succession: Option<Arc<dyn Succession>>,
    pub(crate) callbacks: Option<Arc<dyn Callbacks>>,
    pub(crate) callback_timeout: Duration,
    pub(crate) audience: Option<Audience>,
    pub(crate) http: Arc<dyn HttpClient>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) lifetimes: Lifetimes,
    pub(crate) rules: LinkingRules,
    pub(crate) max_cookies: usize,
    pub(crate) max_sessions: Option<usize>,
    pub(crate) trusted_origins: Vec<String>,
    pub(crate) csrf_headers_suffice: bool,
    pub(crate) remembers_last_used: bool,
    pub(crate) pages: Pages,
    pub(crate) page_renderer: Option<Arc<dyn PageRenderer>>,
    pub(crate) theme: Theme,
    pub(crate) languages: Languages,
    pub(crate) tombstones: Tombstones,
    pub(crate) refresh: RefreshGate,
}

/// Where the site is.
#[derive(Debug)]
pub(crate) struct Base {
    /// The origin as a URL, with path `/`.
    pub(crate) url: Url,
    /// `scheme://host[:port]`.
    pub(crate) origin: String,
    /// The path under which admit is mounted, such as `/api/auth`.
    pub(crate) path: String,
    /// The two together.
    pub(crate) auth_url: String,
}

/// How long things live.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lifetimes {
    /// Of a session that is not used.
    pub(crate) max_age: Duration,
    /// After which a session in use is written anew.
    pub(crate) update_age: Duration,
    /// Of a session, however much it is used.
    pub(crate) absolute: Duration,
    /// How much an access token must have left to be handed out without a refresh.
    pub(crate) refresh_margin: Duration,
}

/// What the application wants of users and their accounts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinkingRules {
    /// How long ago a person may have signed in who connects an account or takes one off.
    pub(crate) recent_sign_in: Duration,
    /// Whether an address that the provider vouches for links an unknown account to the user who has it.
    pub(crate) by_verified_email: bool,
    /// Whether nobody is added to the users.
    pub(crate) existing_users_only: bool,
}

/// A provider, and where it is found at this site.
#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) sign_in_url: String,
    pub(crate) callback_url: String,
    /// For a provider that people are sent to.
    pub(crate) registration: Option<Registration>,
}

/// What the configuration says of this site at an OAuth provider.
#[derive(Debug)]
pub(crate) struct Registration {
    pub(crate) client: ResolvedClient,
    /// The description's own; the issuer's else.
    pub(crate) authorization_endpoint: Option<Url>,
    /// What is known of the issuer, if the provider speaks OpenID Connect.
    pub(crate) openid: Option<OpenId>,
    pub(crate) scopes: Vec<String>,
}

impl Registered {
    pub(crate) fn id(&self) -> &str {
        self.provider.id()
    }

    /// The provider as one that asks the application, if it is.
    pub(crate) fn credentials(&self) -> Option<&Credentials> {
        match self.provider.flow() {
            Flow::Credentials(credentials) => Some(credentials),
            Flow::OAuth(_) => None,
        }
    }

    /// The provider as one that people are sent to, if it is.
    pub(crate) fn oauth(&self) -> Option<RegisteredOAuth<'_>> {
        let Registration { client, authorization_endpoint, openid, scopes } = self.registration.as_ref()?;
        match self.provider.flow() {
            Flow::OAuth(flow) => Some(RegisteredOAuth {
                id: self.id(),
                flow,
                client,
                authorization_endpoint: authorization_endpoint.as_ref(),
                openid: openid.as_ref(),
                scopes,
                redirect_uri: &self.callback_url,
            }),
            Flow::Credentials(_) => None,
        }
    }
}

/// A provider that people are sent to, with its client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RegisteredOAuth<'a> {
    pub(crate) id: &'a str,
    pub(crate) flow: &'a dyn OAuthFlow,
    pub(crate) client: &'a ResolvedClient,
    pub(crate) authorization_endpoint: Option<&'a Url>,
    pub(crate) openid: Option<&'a OpenId>,
    pub(crate) scopes: &'a [String],
    pub(crate) redirect_uri: &'a str,
}

impl RegisteredOAuth<'_> {
    /// What the issuer says of itself; nothing, if the provider does not speak OpenID Connect.
    pub(crate) async fn metadata(
        &self,
        realm: &Realm,
        client_id: &str,
    ) -> Result<Option<Arc<Metadata>>, ProviderError> {
        match self.openid {
            Some(openid) => openid.metadata(&realm.context(self, client_id), self.flow).await.map(Some),
            None => Ok(None),
        }
    }
}

impl Realm {
    pub(crate) fn provider(&self, id: &str) -> Option<&Registered> {
        self.providers.iter().find(|registered| registered.id() == id)
    }

    /// Such a provider under an id.
    pub(crate) fn oauth(&self, id: &str) -> Option<RegisteredOAuth<'_>> {
        self.provider(id).and_then(Registered::oauth)
    }

    /// The provider that follows this one, if the application says so and people can be sent there.
    pub(crate) fn successor_of(&self, provider: &str) -> Option<&Registered> {
        let succession = self.succession.as_deref()?;
        // A page that tells the way must not fail with it.
        let asked = catch_unwind(AssertUnwindSafe(|| succession.successor_of(provider)));
        let successor = asked.ok().flatten().filter(|successor| *successor != provider)?;
        self.provider(successor).filter(|registered| registered.registration.is_some())
    }

    pub(crate) fn context<'a>(&'a self, provider: &RegisteredOAuth<'a>, client_id: &'a str) -> ProviderContext<'a> {
        ProviderContext::new(provider.id, client_id, &*self.clock, &*self.http).trusting(provider.openid)
    }

    pub(crate) async fn record(&self, event: Event<'_>) {
        if let Some(audience) = &self.audience {
            audience.hear(&*self.clock, event).await;
        }
    }

    /// Calls the application, which has so long to answer. An error is its own, or [`Broken`](crate::within::Broken).
    pub(crate) async fn call<T, F>(&self, code: impl FnOnce() -> F) -> Result<T, BoxError>
    where
        F: Future<Output = Result<T, BoxError>>,
    {
        within(&*self.clock, self.callback_timeout, code).await?
    }

    /// The address of the page where people sign in: the application's own, or the built-in one.
    pub(crate) fn sign_in_page(&self) -> String {
        self.page(self.pages.sign_in.as_deref(), "signin")
    }

    /// The address of the page where somebody sees how and where they are signed in.
    pub(crate) fn account_page(&self) -> String {
        self.page(self.pages.account.as_deref(), "account")
    }

    /// The address of the page that says what went wrong.
    pub(crate) fn error_page(&self) -> String {
        self.page(self.pages.error.as_deref(), "error")
    }

    fn page(&self, own: Option<&str>, built_in: &str) -> String {
        match own {
            Some(path) => format!("{}{path}", self.base.origin),
            None => format!("{}/{built_in}", self.base.auth_url),
        }
    }

    /// The frame of the built-in pages, in one of the site's languages.
    pub(crate) fn frame<'a>(&'a self, words: &'a Catalogue) -> Frame<'a> {
        let host = self.base.origin.split_once("://").map_or("", |(_, host)| host);
        Frame {
            words,
            theme: &self.theme,
            app: self.theme.name.as_deref().unwrap_or(host),
            host,
            home: &self.base.origin,
            base: &self.base.auth_url,
            renderer: self.page_renderer.as_deref(),
        }
    }
}
