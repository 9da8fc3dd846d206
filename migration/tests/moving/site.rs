//! A site that people come to by Azure DevOps, and by Microsoft Entra ID.

use std::sync::Arc;

use admit::http::{HttpClient, HttpError, HttpRequest, HttpResponse};
use admit::store::{AccountKey, EvidenceStore, TokenStore, UserStore};
use admit::{Auth, AuthBuilder, Client, Environment, MemoryStore, RequestHead};
use admit_migration::{AzureEvidence, AzureMove};
use admit_providers::azure_devops::AzureDevOps;
use admit_providers::microsoft_entra_id::MicrosoftEntraId;
use admit_providers::{azure_devops, microsoft_entra_id};
use admit_testkit::azure_devops::Person;
use admit_testkit::entra::{Account, FABRIKAM, LAMPLIGHT};
use admit_testkit::{CookieJar, FixedClock, FixedRandom, PretendAzureDevOps, PretendEntra};
use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION};
use http::{HeaderMap, Method, Request, Response};
use serde_json::Value;

pub const AZURE: &str = "azure-devops";
pub const ENTRA: &str = "microsoft-entra-id";
pub const ORIGIN: &str = "https://app.example";
pub const SECRET: &str = "header.payload.signature";
const DEVOPS_SCOPE: &str = "499b84ac-1321-427f-aa17-267ca6975798/vso.profile";

pub struct Site {
    pub auth: Auth,
    pub azure: PretendAzureDevOps,
    pub entra: PretendEntra,
    pub clock: FixedClock,
    pub store: MemoryStore,
    pub to_entra: AzureMove,
}

/// Both, by host.
#[derive(Debug)]
struct Microsoft(PretendAzureDevOps, PretendEntra);

#[async_trait]
impl HttpClient for Microsoft {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let is_entra = request.uri().host().is_some_and(|host| host.contains("microsoft"));
        if is_entra { self.1.send(request).await } else { self.0.send(request).await }
    }
}

impl Site {
    /// Norma, a member of Fabrikam and a guest at Lamplight, Bo of Fabrikam, Vera of Lamplight, and Pia with a personal
    /// account. All but Vera are at Azure DevOps too.
    pub fn new(to_entra: AzureMove) -> Self {
        Self::of(to_entra, Vec::new())
    }

    /// And these, at Entra ID.
    pub fn of(to_entra: AzureMove, more: Vec<Account>) -> Self {
        let people = vec![
            Person::new("norma", "Norma Paulk").email("norma@fabrikam.example"),
            Person::new("bo", "Bo Lindqvist"),
            Person::new("pia", "Pia Holm"),
        ];
        let norma = Account::member("norma", "Norma Paulk", FABRIKAM, "norma@fabrikam.example");
        let mut accounts = vec![
            norma.verified_email("norma@fabrikam.example").guest_in(LAMPLIGHT),
            Account::member("bo", "Bo Lindqvist", FABRIKAM, "bo@fabrikam.example"),
            Account::member("vera", "Vera Okafor", LAMPLIGHT, "vera@lamplight.example"),
            Account::personal("pia", "Pia Holm", "pia@mail.example"),
        ];
        accounts.extend(more);
        Self::peopled(to_entra, people, accounts)
    }

    pub fn peopled(to_entra: AzureMove, people: Vec<Person>, accounts: Vec<Account>) -> Self {
        let clock = FixedClock::default();
        let callback = |provider: &str| format!("{ORIGIN}/api/auth/callback/{provider}");
        let entra = PretendEntra::builder("entra-app", SECRET, callback(ENTRA))
            .clock(Arc::new(clock.clone()))
            .random(Arc::new(FixedRandom::new(3)));
        let entra = accounts.into_iter().fold(entra, admit_testkit::entra::Builder::account).build();
        let azure = PretendAzureDevOps::builder("app-id", SECRET, callback(AZURE))
            .clock(Arc::new(clock.clone()))
            .random(Arc::new(FixedRandom::new(1)))
            .entra(entra.clone());
        let azure = people.into_iter().fold(azure, admit_testkit::azure_devops::Builder::person).build();
        let store = MemoryStore::new();
        let auth = build(&azure, &entra, &clock, &store, &to_entra, 2, |azure, entra| (azure, entra));
        Self { auth, azure, entra, clock, store, to_entra }
    }

    /// The same site and its stores, with another provider of Entra ID.
    pub fn with_entra(&self, provide: impl FnOnce(MicrosoftEntraId) -> MicrosoftEntraId) -> Self {
        self.with(|azure, entra| (azure, provide(entra)))
    }

    /// The same, with another provider of Azure DevOps.
    pub fn with_azure(&self, provide: impl FnOnce(AzureDevOps) -> AzureDevOps) -> Self {
        self.with(|azure, entra| (provide(azure), entra))
    }

    fn with(&self, provide: impl FnOnce(AzureDevOps, MicrosoftEntraId) -> (AzureDevOps, MicrosoftEntraId)) -> Self {
        let Self { azure, entra, clock, store, to_entra, .. } = self;
        let auth = build(azure, entra, clock, store, to_entra, 4, provide);
        let (azure, entra, clock) = (azure.clone(), entra.clone(), clock.clone());
        Self { auth, azure, entra, clock, store: store.clone(), to_entra: to_entra.clone() }
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser { site: self, jar: CookieJar::with_clock(Arc::new(self.clock.clone())) }
    }

    /// Signs somebody in, who has to come in; the id of the user.
    pub async fn comes(&self, provider: &str, login: &str) -> String {
        let mut browser = self.browser();
        let there = browser.goes(provider, login, &[]).await;
        assert_eq!(there, ORIGIN, "{login} by {provider}");
        browser.user().await.expect("somebody is signed in")
    }

    /// Has somebody come by Azure DevOps before: once to become a user, and once more, when more is found out.
    pub async fn was_here(&self, login: &str) -> String {
        self.comes(AZURE, login).await;
        self.comes(AZURE, login).await
    }

    pub async fn owner(&self, account: &AccountKey) -> Option<String> {
        self.store.user_by_account(account).await.unwrap().map(|user| user.id)
    }

    /// The accounts of a user, by provider.
    pub async fn providers_of(&self, user: &str) -> Vec<String> {
        let mut providers: Vec<_> =
            self.store.accounts(user).await.unwrap().into_iter().map(|one| one.provider).collect();
        providers.sort();
        providers
    }

    /// What Azure DevOps would have said, in place of what it said.
    pub async fn told(&self, account: &AccountKey, change: impl FnOnce(&mut AzureEvidence)) {
        let evidence = self.auth.evidence().unwrap();
        let known = evidence.load::<AzureEvidence>(account).await.unwrap().map(|known| known.facts);
        let mut facts = known.unwrap_or_default();
        facts.profile_id.clone_from(&account.subject);
        change(&mut facts);
        evidence.put(account, &facts, &facts.marks()).await.unwrap();
    }

    /// What is known of an account was sealed under a key that has gone.
    pub async fn spoils(&self, account: &AccountKey) {
        let mut row = EvidenceStore::load(&self.store, account).await.unwrap().unwrap();
        spoil(&mut row.sealed);
        EvidenceStore::put(&self.store, row).await.unwrap();
    }

    /// And its tokens.
    pub async fn spoils_tokens(&self, account: &AccountKey) {
        let mut stored = TokenStore::load(&self.store, account).await.unwrap().unwrap();
        spoil(&mut stored.sealed);
        TokenStore::put(&self.store, stored).await.unwrap();
    }

    /// The account of Azure DevOps of a user.
    pub async fn azure_account(&self, user: &str) -> AccountKey {
        let accounts = self.store.accounts(user).await.unwrap();
        accounts.into_iter().find(|account| account.provider == AZURE).unwrap()
    }

    /// The account of Entra ID of somebody in a tenant.
    pub fn entra_account(&self, login: &str, tenant: &str) -> AccountKey {
        let object = self.entra.object_id(login, tenant).unwrap();
        AccountKey { provider: ENTRA.to_owned(), subject: format!("{object}.{tenant}") }
    }

    /// What was written down: actor, action, and the rule if there is one.
    pub async fn audit(&self) -> Vec<String> {
        let entries = self.auth.audit_store().unwrap().page(None, 1000).await.unwrap();
        let line = |entry: &admit::store::AuditEntry| {
            let method = entry.detail.get("method").and_then(Value::as_str).map(|name| format!(" {name}"));
            format!("{} {}{}", entry.actor, entry.action, method.unwrap_or_default())
        };
        let mut lines: Vec<_> = entries.iter().map(line).collect();
        lines.sort();
        lines
    }
}

fn build(
    azure: &PretendAzureDevOps,
    entra: &PretendEntra,
    clock: &FixedClock,
    store: &MemoryStore,
    to_entra: &AzureMove,
    seed: u64,
    provide: impl FnOnce(AzureDevOps, MicrosoftEntraId) -> (AzureDevOps, MicrosoftEntraId),
) -> Auth {
    let scopes = ["openid", "profile", "offline_access", DEVOPS_SCOPE];
    let to_entra_id = microsoft_entra_id(Client::new("entra-app", SECRET)).tenant("common").scopes(scopes);
    let (from, to) = provide(azure_devops(Client::new("app-id", SECRET)), to_entra_id);
    let builder: AuthBuilder = Auth::builder(ORIGIN)
        .secret("a secret for tests, thirty-two bytes or more")
        .environment(Environment::default())
        .clock(clock.clone())
        .random(FixedRandom::new(seed))
        .http_client(Microsoft(azure.clone(), entra.clone()))
        .store(store.clone())
        .evidence_store(store.clone())
        .audit_store(store.clone())
        .succession(to_entra.clone())
        .provider(from)
        .provider(to);
    builder.build().unwrap()
}

fn spoil(sealed: &mut [u8]) {
    *sealed.last_mut().unwrap() ^= 1;
}

/// Somebody's browser.
pub struct Browser<'a> {
    site: &'a Site,
    jar: CookieJar,
}

impl Browser<'_> {
    /// Goes to a provider and on to wherever that leads, consenting everywhere as that person; where it ends.
    pub async fn goes(&mut self, provider: &str, login: &str, fields: &[(&str, &str)]) -> String {
        let there = self.begins(provider, fields).await;
        self.follows(there, login).await
    }

    /// Connects an account from the session that is there; where it ends.
    pub async fn connects(&mut self, provider: &str, login: &str) -> String {
        let there = self.posts(&format!("link/{provider}"), &[]).await;
        self.follows(there, login).await
    }

    async fn follows(&mut self, mut there: String, login: &str) -> String {
        for _ in 0..4 {
            let back = if there.starts_with("https://app.vssps.visualstudio.com/") {
                self.site.azure.authorize_as(login, &there).await.unwrap()
            } else if there.starts_with("https://login.microsoftonline.com/") {
                self.site.entra.authorize_as(login, &there).await.unwrap()
            } else {
                return there;
            };
            there = location(&self.get(&back.path_and_query()).await);
        }
        there
    }

    /// Begins a sign-in; where it leads.
    pub async fn begins(&mut self, provider: &str, fields: &[(&str, &str)]) -> String {
        self.posts(&format!("signin/{provider}"), fields).await
    }

    async fn posts(&mut self, action: &str, fields: &[(&str, &str)]) -> String {
        let answer = self.get("/api/auth/csrf").await;
        let token: Value = serde_json::from_slice(answer.body()).unwrap();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("csrfToken", token["csrfToken"].as_str().unwrap())
            .extend_pairs(fields)
            .finish();
        let start =
            Request::post(format!("/api/auth/{action}")).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        location(&self.send(start, form).await)
    }

    pub async fn get(&mut self, path: &str) -> Response<Bytes> {
        self.send(Request::get(path), String::new()).await
    }

    /// Whoever is signed in.
    pub async fn user(&self) -> Option<String> {
        let mut headers = HeaderMap::new();
        if let Some(cookies) = self.jar.header(true) {
            headers.insert(COOKIE, cookies.parse().unwrap());
        }
        let current = self.site.auth.current(&RequestHead::new(&Method::GET, &"/".parse().unwrap(), &headers));
        current.session().await.unwrap().map(|session| session.user.id)
    }

    async fn send(&mut self, request: http::request::Builder, body: String) -> Response<Bytes> {
        let request = match self.jar.header(true) {
            Some(cookies) => request.header(COOKIE, cookies),
            None => request,
        };
        let answer = self.site.auth.handle(request.body(body.into()).unwrap()).await;
        self.jar.apply(answer.headers());
        answer
    }
}

fn location(answer: &Response<Bytes>) -> String {
    let location = answer.headers().get(LOCATION);
    location.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}
