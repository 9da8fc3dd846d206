//! What a row plays on: three sites on one clock, with the pretend Azure DevOps behind them, and a server in front.

use std::net::SocketAddr;
use std::sync::Arc;

use admit::{Auth, AuthBuilder, Client, Environment, MemoryStore, OAuthProvider};
use admit_providers::azure_devops;

use super::gate::Gate;
use super::people::People;
use super::server::{Serve, Server};
use super::visitor::{Door, Visitor};
use super::{Application, wire};
use crate::{CookieJar, Faulty, FixedClock, FixedRandom, PretendAzureDevOps, PretendOidc};

/// Where the own site is.
pub(super) const ORIGIN: &str = "https://app.example";
/// The name of its session cookie.
pub(super) const SESSION: &str = "__Secure-authjs.session-token";

/// Everything is fixed: what happens on one stage happens on another, to the byte.
pub(super) struct Stage {
    pub(super) azure: PretendAzureDevOps,
    /// Known to the sites of [`with_company`](Self::with_company) only.
    pub(super) company: PretendOidc,
    pub(super) clock: FixedClock,
    pub(super) people: People,
    /// Between the sites and the provider.
    pub(super) gate: Gate,
    /// Only on a stage with stored sessions.
    pub(super) sessions: Faulty<MemoryStore>,
    pub(super) application: Application,
    server: Option<Server>,
}

impl Stage {
    /// Sessions and tokens in cookies.
    pub(super) fn new(serve: Serve) -> Self {
        Self::set(Some(serve), |builder, _, _| builder.danger_single_process_refresh())
    }

    /// Sessions in a store that can be made to fail.
    pub(super) fn stored(serve: Serve) -> Self {
        Self::set(Some(serve), |builder, sessions, _| {
            builder.session_store(sessions.clone()).danger_single_process_refresh()
        })
    }

    /// Tokens in a store.
    pub(super) fn with_stored_tokens(serve: Serve) -> Self {
        Self::set(Some(serve), |builder, _, _| builder.token_store(MemoryStore::new()))
    }

    /// With a provider that lets the browser post its answer, and signs people out. Without a server, it is what the
    /// engine says when it is asked directly.
    pub(super) fn with_company(serve: Option<Serve>) -> Self {
        Self::set(serve, |builder, _, company| {
            let client = Client::new("app", CLIENT_SECRET);
            let provider = OAuthProvider::oidc("company", "Our company", company.issuer(), client)
                .form_post(true)
                .sign_out_at_provider();
            builder.provider(provider).http_client(company.clone()).danger_single_process_refresh()
        })
    }

    /// Without a server: what the engine says when it is asked directly, which no adapter may change.
    pub(super) fn direct() -> Self {
        Self::set(None, |builder, _, _| builder.danger_single_process_refresh())
    }

    fn set(serve: Option<Serve>, configure: Configure) -> Self {
        let clock = FixedClock::default();
        let azure = PretendAzureDevOps::builder("app", CLIENT_SECRET, callback("https://app.example/api/auth"))
            .redirect_uri(callback(SHOP))
            .redirect_uri(callback(STAFF))
            .clock(Arc::new(clock.clone()))
            .random(Arc::new(FixedRandom::new(1)))
            .build();
        let company = PretendOidc::builder("app", CLIENT_SECRET, format!("{ORIGIN}/api/auth/callback/company"))
            .post_logout_redirect_uri(format!("{ORIGIN}/api/auth/signout/company"))
            .clock(Arc::new(clock.clone()))
            .random(Arc::new(FixedRandom::new(5)))
            .build();
        let (gate, people, sessions) = (Gate::new(azure.clone()), People::default(), Faulty::new(MemoryStore::new()));
        let site = |base_url: &str, seed: u64| {
            let builder = Auth::builder(base_url)
                .secret(format!("secret {seed} for tests, thirty-two bytes or more"))
                .environment(Environment::default())
                .clock(clock.clone())
                .random(FixedRandom::new(seed))
                .max_session_cookies(16)
                .http_client(gate.clone())
                .callbacks(people.clone())
                .events(people.clone())
                .provider(azure_devops(Client::new("app", CLIENT_SECRET)).scopes(["vso.profile", "vso.project"]));
            configure(builder, &sessions, &company)
        };
        let build = |builder: AuthBuilder| builder.build().expect("the configuration is in order");
        let application = Application::new(
            build(site(ORIGIN, 2)),
            // On the same origin as the first, so its session needs a name of its own.
            build(site(SHOP, 3).host_only_cookies()),
            build(site(STAFF, 4)),
        );
        let server = serve.map(|serve| Server::start(serve, application.clone()));
        Self { azure, company, clock, people, gate, sessions, application, server }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.server.as_ref().expect("this stage has a server").address
    }

    pub(super) async fn connect(&self) -> wire::Connection {
        wire::Connection::open(self.address()).await
    }

    /// How many counted handlers were called.
    pub(super) fn calls(&self) -> usize {
        self.application.calls()
    }

    /// Somebody who has never been here. They ask as a program does, unless they are told to browse.
    pub(super) fn stranger(&self) -> Visitor<'_> {
        let door = match &self.server {
            Some(server) => Door::Socket(server.address),
            None => Door::Engine(self.application.auth.clone()),
        };
        Visitor::new(self, door, CookieJar::with_clock(Arc::new(self.clock.clone())))
    }

    /// Somebody who asks that engine directly.
    pub(super) fn at_the_engine(&self, engine: &Auth) -> Visitor<'_> {
        Visitor::new(self, Door::Engine(engine.clone()), CookieJar::with_clock(Arc::new(self.clock.clone())))
    }

    /// Somebody who was at another stage, which is to them the same site after a restart: the secrets are the same,
    /// what was in memory is gone.
    pub(super) fn returning(&self, visitor: &Visitor<'_>) -> Visitor<'_> {
        let mut returning = self.stranger();
        returning.jar = visitor.jar.clone();
        returning.headers.clone_from(&visitor.headers);
        returning
    }

    /// Norma Paulk, who is signed in to the own site.
    pub(super) async fn norma(&self) -> Visitor<'_> {
        let mut norma = self.stranger();
        norma.sign_in("/api/auth", "norma").await;
        norma
    }
}

/// What a stage has beside the rest.
type Configure = fn(AuthBuilder, &Faulty<MemoryStore>, &PretendOidc) -> AuthBuilder;

fn callback(base: &str) -> String {
    format!("{base}/callback/azure-devops")
}

pub(super) const SHOP: &str = "https://app.example/shop/auth";
pub(super) const STAFF: &str = "https://staff.example/staff/auth";
const CLIENT_SECRET: &str = "header.payload.signature";
