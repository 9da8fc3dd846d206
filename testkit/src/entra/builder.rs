//! How a pretend Entra ID is described before it runs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use admit::{Clock, Random, SystemClock, SystemRandom};
use serde_json::Value;

use super::client::{Credential, SecretState};
use super::{Account, Config, Faults, GRAPH_HOST, KeyRing, LOGIN_HOST, PretendEntra, State, Tenant, sample};
use crate::desk::Desk;
use crate::served::{self, Served};

/// Describes a [`PretendEntra`]. What is not said is as it would be at Microsoft.
#[must_use]
pub struct Builder {
    config: Config,
    secrets: Vec<String>,
    auto_consent: Option<String>,
    sample_tenants: bool,
    sample_accounts: bool,
}

impl Builder {
    pub(super) fn new(client_id: String, client_secret: String, redirect_uri: String) -> Self {
        let config = Config {
            app_name: "Your app".to_owned(),
            client_id,
            redirect_uris: vec![redirect_uri],
            single_tenant: None,
            credentials: Vec::new(),
            optional_claims: BTreeSet::new(),
            lifetime: Duration::from_secs(3599),
            login_host: LOGIN_HOST.to_owned(),
            graph_host: GRAPH_HOST.to_owned(),
            tenants: sample::tenants(),
            accounts: sample::accounts(),
            places: HashMap::new(),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        };
        Self { config, secrets: vec![client_secret], auto_consent: None, sample_tenants: true, sample_accounts: true }
    }

    /// The application's name on the pages.
    pub fn app_name(mut self, name: impl Into<String>) -> Self {
        self.config.app_name = name.into();
        self
    }

    /// One more client secret that is valid from the start.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// A certificate, in DER, and its public key as a JWK: assertions signed by PS256 that name it prove the client.
    pub fn certificate(mut self, public_key: Value, der: impl Into<Vec<u8>>) -> Self {
        self.config.credentials.push(Credential::Certificate(public_key, der.into()));
        self
    }

    /// An assertion of another issuer's that proves the client: a federated credential.
    pub fn federated(mut self, assertion: impl Into<String>) -> Self {
        self.config.credentials.push(Credential::Federated(assertion.into()));
        self
    }

    /// One more registered callback address, or address to go to after signing out.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.config.redirect_uris.push(uri.into());
        self
    }

    /// Registers the application for one tenant only, in place of every tenant and personal accounts.
    pub fn single_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.config.single_tenant = Some(tenant.into());
        self
    }

    /// Optional claims of the registration: `acct`, `login_hint`, `sid`, `upn`, `xms_edov`.
    pub fn optional_claims<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.config.optional_claims = names.into_iter().map(Into::into).collect();
        self
    }

    /// How long an access token lives: 3599 seconds unless this is called. From two hours on, the answer says when to
    /// renew it (`refresh_in`).
    pub fn access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.config.lifetime = lifetime;
        self
    }

    /// Other hosts than Microsoft's own, such as those of a national cloud.
    pub fn hosts(mut self, login: impl Into<String>, graph: impl Into<String>) -> Self {
        self.config.login_host = login.into();
        self.config.graph_host = graph.into();
        self
    }

    /// A tenant. The first one given takes the place of the two sample tenants.
    pub fn tenant(mut self, tenant: Tenant) -> Self {
        if std::mem::take(&mut self.sample_tenants) {
            self.config.tenants.clear();
        }
        self.config.tenants.push(tenant);
        self
    }

    /// Somebody who can sign in. The first one given takes the place of the sample people.
    pub fn account(mut self, account: Account) -> Self {
        if std::mem::take(&mut self.sample_accounts) {
            self.config.accounts.clear();
        }
        self.config.accounts.push(account);
        self
    }

    /// Many people at once.
    pub fn accounts(self, accounts: impl IntoIterator<Item = Account>) -> Self {
        accounts.into_iter().fold(self, Self::account)
    }

    /// Has that person signed in already, so that they consent without being asked. A login that nobody has is a
    /// newcomer's, who belongs to the first tenant.
    pub fn auto_consent(mut self, login: impl Into<String>) -> Self {
        self.auto_consent = Some(login.into());
        self
    }

    /// The clock, in place of the machine's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.config.clock = clock;
        self
    }

    /// The randomness, in place of the machine's.
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.config.random = random;
        self
    }

    /// Opens its doors on a loopback socket, where a person can click; port 0 is any that is free. Sign-in and Graph are
    /// both at the socket's address. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn serve_on(self, port: u16) -> io::Result<(PretendEntra, Served)> {
        let mut opened = None;
        let served = served::serve(port, |address| {
            let host = format!("http://{address}");
            opened.insert(self.hosts(host.clone(), host).build()).clone()
        })
        .await?;
        opened.map(|entra| (entra, served)).ok_or_else(|| io::ErrorKind::Other.into())
    }

    /// Opens its doors.
    #[must_use]
    pub fn build(mut self) -> PretendEntra {
        let knows = |login: &str| self.config.accounts.iter().any(|account| account.login == login);
        if let Some(login) = self.auto_consent.as_deref().filter(|login| !knows(login)) {
            let newcomer = self.config.tenants.first().map(|tenant| sample::newcomer(login, tenant));
            self.config.accounts.extend(newcomer);
        }
        for (place, account) in self.config.accounts.iter().enumerate() {
            self.config.places.entry(account.login.clone()).or_insert(place);
        }
        let state = State {
            secrets: self.secrets.into_iter().map(|secret| (secret, SecretState::Valid)).collect(),
            assertions: HashSet::new(),
            keys: KeyRing::new(),
            published: BTreeMap::new(),
            codes: HashMap::new(),
            refresh_tokens: HashMap::new(),
            access_tokens: HashMap::new(),
            consents: BTreeMap::new(),
            auto_consent: self.auto_consent,
            required_claims: None,
            faults: Faults::default(),
            gates: BTreeMap::new(),
            requests: VecDeque::new(),
            counts: BTreeMap::new(),
            violations: Vec::new(),
            desk: Desk::default(),
        };
        PretendEntra { config: Arc::new(self.config), state: Arc::new(Mutex::new(state)) }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("client_id", &self.config.client_id).finish_non_exhaustive()
    }
}
