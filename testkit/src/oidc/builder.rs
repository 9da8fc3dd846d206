//! Describing a pretend OpenID provider before it opens its doors.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use admit::provider::SigningAlgorithm;
use admit::{Clock, Random, SystemClock, SystemRandom};
use serde_json::{Value, json};

use super::{ClientAuth, Config, PretendOidc, Pushed, State};
use crate::desk::Desk;
use crate::keys::SigningKey;
use crate::served::{self, Served};

/// Describes a [`PretendOidc`].
#[must_use]
pub struct Builder {
    config: Config,
    client_auth: ClientAuth,
    sample_people: bool,
}

impl Builder {
    pub(super) fn new(client_id: String, client_secret: String, redirect_uri: String) -> Self {
        let ada = json!({
            "sub": "248289761001", "name": "Ada Byron", "email": "ada@id.example", "email_verified": true,
            "picture": "https://id.example/ada.png",
        });
        let bo = json!({ "sub": "248289761002", "name": "Bo" });
        let config = Config {
            app_name: "Your app".to_owned(),
            issuer: "https://id.example".to_owned(),
            client_id,
            client_secret,
            redirect_uris: vec![redirect_uri],
            post_logout_redirect_uris: Vec::new(),
            algorithm: SigningAlgorithm::Rs256,
            lifetime: Duration::from_secs(3600),
            documents_live: Duration::from_secs(3600),
            sends_iss: true,
            signs_userinfo: false,
            pushed: Pushed::Unknown,
            offers_revocation: false,
            people: BTreeMap::from([
                ("ada".to_owned(), (ada, json!({ "locale": "en-GB" }))),
                ("bo".to_owned(), (bo, json!({}))),
            ]),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        };
        Self { config, client_auth: ClientAuth::Secret, sample_people: true }
    }

    /// Its issuer identifier, in place of `https://id.example`. Endpoints are below it.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.config.issuer = issuer.into();
        self
    }

    /// The application's name on the pages.
    pub fn app_name(mut self, name: impl Into<String>) -> Self {
        self.config.app_name = name.into();
        self
    }

    /// One more registered callback address.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.config.redirect_uris.push(uri.into());
        self
    }

    /// A registered address to come back to from signing out. There is none at first.
    pub fn post_logout_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.config.post_logout_redirect_uris.push(uri.into());
        self
    }

    /// The algorithm of its ID tokens: `RS256`, `RS384`, `RS512`, `PS256`, `ES256` or `EdDSA`.
    ///
    /// # Panics
    /// For `ES384`, of which it has no key.
    pub fn signs_with(mut self, algorithm: SigningAlgorithm) -> Self {
        self.config.algorithm = algorithm;
        self
    }

    /// Whether it names itself in its answers to the browser, and promises to (RFC 9207): yes, unless told otherwise.
    pub fn sends_iss(mut self, sends_iss: bool) -> Self {
        self.config.sends_iss = sends_iss;
        self
    }

    /// Signs what it says at its userinfo endpoint (OpenID Connect Core §5.3.2).
    pub fn signs_userinfo(mut self) -> Self {
        self.config.signs_userinfo = true;
        self
    }

    /// How its client has to prove who it is: by its secret, in either place, unless told otherwise.
    pub fn client_auth(mut self, client_auth: ClientAuth) -> Self {
        self.client_auth = client_auth;
        self
    }

    /// Takes authorization requests by the back channel too (RFC 9126).
    pub fn offers_pushed_requests(mut self) -> Self {
        self.config.pushed = Pushed::Offered;
        self
    }

    /// Takes them in no other way.
    pub fn requires_pushed_requests(mut self) -> Self {
        self.config.pushed = Pushed::Required;
        self
    }

    /// Voids tokens that its client needs no more (RFC 7009).
    pub fn offers_revocation(mut self) -> Self {
        self.config.offers_revocation = true;
        self
    }

    /// How long access tokens and ID tokens live: an hour unless told otherwise.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.config.lifetime = lifetime;
        self
    }

    /// How long it says that its discovery document and its keys are fresh: an hour unless told otherwise.
    pub fn documents_live(mut self, lifetime: Duration) -> Self {
        self.config.documents_live = lifetime;
        self
    }

    /// A person who can sign in: the claims of their ID token, `sub` among them, and those that the userinfo endpoint
    /// adds. The first one given takes the place of the two sample people, Ada and Bo.
    pub fn person(mut self, login: impl Into<String>, id_token: Value, userinfo: Value) -> Self {
        if std::mem::take(&mut self.sample_people) {
            self.config.people.clear();
        }
        self.config.people.insert(login.into(), (id_token, userinfo));
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

    /// Opens its doors on a loopback socket, where a person can choose who they are; port 0 is any that is free. The
    /// issuer is the socket's address. Needs a tokio runtime.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn serve_on(self, port: u16) -> io::Result<(PretendOidc, Served)> {
        let mut opened = None;
        let served = served::serve(port, |address| {
            let provider = self.issuer(format!("http://{address}")).build();
            opened.insert(provider).clone()
        })
        .await?;
        opened.map(|provider| (provider, served)).ok_or_else(|| io::ErrorKind::Other.into())
    }

    /// Opens its doors.
    #[must_use]
    pub fn build(self) -> PretendOidc {
        let state = State {
            keys: vec![SigningKey::new(self.config.algorithm, 1)],
            turn: 1,
            published: BTreeMap::new(),
            client_auth: self.client_auth,
            assertions: HashSet::new(),
            pushed: HashMap::new(),
            codes: HashMap::new(),
            access_tokens: HashMap::new(),
            refresh_tokens: HashMap::new(),
            once: Vec::new(),
            always: Vec::new(),
            gates: BTreeMap::new(),
            requests: VecDeque::new(),
            counts: BTreeMap::new(),
            violations: Vec::new(),
            desk: Desk::default(),
        };
        PretendOidc { config: Arc::new(self.config), state: Arc::new(Mutex::new(state)) }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("issuer", &self.config.issuer).finish_non_exhaustive()
    }
}
