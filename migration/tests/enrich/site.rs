//! A site whose people have signed in by Azure DevOps.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use admit::store::AccountKey;
use admit::{Auth, AuthBuilder, Client, Environment, MemoryStore};
use admit_migration::{AzureEvidence, Enrich, EnrichCounts, EnrichError, enrich};
use admit_providers::azure_devops;
use admit_testkit::azure_devops::{Builder, Person, Stage};
use admit_testkit::{CookieJar, Faulty, FixedClock, FixedRandom, PretendAzureDevOps};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION};
use http::{Request, Response, StatusCode};
use serde_json::Value;

pub const AZURE: &str = "azure-devops";
const SECRET: &str = "header.payload.signature";

pub struct Site {
    pub auth: Auth,
    pub azure: PretendAzureDevOps,
    pub clock: FixedClock,
    pub store: Faulty<MemoryStore>,
}

impl Site {
    /// One that these people have signed in to.
    pub async fn of(people: Vec<Person>) -> Self {
        Self::with(people, |azure| azure).await
    }

    pub async fn with(people: Vec<Person>, provide: impl FnOnce(Builder) -> Builder) -> Self {
        let clock = FixedClock::default();
        let logins: Vec<_> = people.iter().map(|person| person.login.clone()).collect();
        let callback = "https://app.example/api/auth/callback/azure-devops";
        let azure = PretendAzureDevOps::builder("app-id", SECRET, callback)
            .clock(Arc::new(clock.clone()))
            .random(Arc::new(FixedRandom::new(1)))
            .people(people);
        let azure = provide(azure).build();
        let store = Faulty::new(MemoryStore::new());
        let auth = configured(&azure, &clock, &store);
        let site = Self { auth, azure, clock, store };
        for login in logins {
            site.sign_in(&login).await;
        }
        site.azure.reset_log();
        site
    }

    /// The same site after a restart.
    pub fn restarted(&self) -> Auth {
        configured(&self.azure, &self.clock, &self.store)
    }

    /// The same site with its users in the store, too.
    pub fn with_users(&self) -> Auth {
        builder(&self.azure, &self.clock, &self.store).user_store(self.store.inner().clone()).build().unwrap()
    }

    pub async fn sign_in(&self, login: &str) {
        let mut jar = CookieJar::with_clock(Arc::new(self.clock.clone()));
        let answer = self.send(&mut jar, Request::get("/api/auth/csrf"), "").await;
        let token: Value = serde_json::from_slice(answer.body()).unwrap();
        let form = format!("csrfToken={}", token["csrfToken"].as_str().unwrap());
        let start = Request::post("/api/auth/signin/azure-devops")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("x-auth-return-redirect", "1");
        let answer = self.send(&mut jar, start, &form).await;
        let url: Value = serde_json::from_slice(answer.body()).unwrap();
        let callback = self.azure.authorize_as(login, url["url"].as_str().unwrap()).await.unwrap().path_and_query();
        let answer = self.send(&mut jar, Request::get(callback), "").await;
        assert_eq!(
            (answer.status(), answer.headers()[LOCATION].to_str().unwrap()),
            (StatusCode::FOUND, "https://app.example")
        );
    }

    async fn send(&self, jar: &mut CookieJar, request: http::request::Builder, body: &str) -> Response<Bytes> {
        let request = match jar.header(true) {
            Some(cookies) => request.header(COOKIE, cookies),
            None => request,
        };
        let answer = self.auth.handle(request.body(body.to_owned().into()).unwrap()).await;
        jar.apply(answer.headers());
        answer
    }

    pub fn job(&self) -> Enrich {
        enrich(&self.auth, AZURE).unwrap()
    }

    /// Runs to the end, and moves the clock where the job waits.
    pub async fn run(&self, mut job: Enrich) -> (EnrichCounts, Result<(), EnrichError>) {
        loop {
            match self.in_time(job.next()).await {
                Ok(Some(_)) => {}
                Ok(None) => return (job.counts(), Ok(())),
                Err(error) => return (job.counts(), Err(error)),
            }
        }
    }

    pub async fn in_time<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = tokio::task::yield_now() => if self.clock.sleepers() > 0 {
                    self.clock.advance(Duration::from_millis(50));
                },
            }
        }
    }

    pub async fn evidence(&self, person: &Person) -> Option<AzureEvidence> {
        let known = self.auth.evidence().unwrap().load(&key(person)).await.unwrap();
        known.map(|known| known.facts)
    }

    /// How often which path was asked for, of the identity endpoints.
    pub fn asked(&self) -> BTreeMap<String, usize> {
        let stages = [Stage::Profile, Stage::ConnectionData, Stage::Identity];
        let mut asked = BTreeMap::new();
        for request in self.azure.requests().iter().filter(|request| stages.contains(&request.stage)) {
            *asked.entry(request.path().to_owned()).or_default() += 1;
        }
        asked
    }
}

fn configured(azure: &PretendAzureDevOps, clock: &FixedClock, store: &Faulty<MemoryStore>) -> Auth {
    builder(azure, clock, store).build().unwrap()
}

fn builder(azure: &PretendAzureDevOps, clock: &FixedClock, store: &Faulty<MemoryStore>) -> AuthBuilder {
    Auth::builder("https://app.example")
        .secret("a secret for tests, thirty-two bytes or more")
        .environment(Environment::default())
        .clock(clock.clone())
        .random(FixedRandom::new(2))
        .http_client(azure.clone())
        .token_store(store.clone())
        .evidence_store(store.inner().clone())
        .provider(azure_devops(Client::new("app-id", SECRET)))
}

pub fn key(person: &Person) -> AccountKey {
    AccountKey { provider: AZURE.to_owned(), subject: person.id.clone() }
}

pub fn crowd(count: usize) -> Vec<Person> {
    (0..count).map(|n| Person::new(format!("person{n:05}"), format!("Person {n}"))).collect()
}
