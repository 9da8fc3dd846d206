//! One provider follows another: people come by the new one, and stay who they are. `acme` is the one that ends, `globex`
//! follows it.

mod chain;
mod chain_guards;
mod newcomer;
mod onward;
mod park;
mod recognise;
mod retired;

use std::fmt;
use std::sync::{Arc, Mutex};

use admit::{Arrival, AuthBuilder, BoxError, MemoryStore, Onward, Proof, Recognition, Succession, User};
use async_trait::async_trait;
use bytes::Bytes;
use http::Response;

use crate::linking::{House, key};
use crate::support::{Browser, parameter};

type Recognise = dyn Fn(&Arrival<'_>) -> Result<Recognition, BoxError> + Send + Sync;
type Next = dyn Fn(&Arrival<'_>, &User) -> Result<Onward, BoxError> + Send + Sync;

type Welcome = dyn Fn(&Arrival<'_>) -> Result<Onward, BoxError> + Send + Sync;

/// What a test says of people, and what it was told. Clones are one.
#[derive(Clone)]
struct Move(Arc<Rules>);

struct Rules {
    recognise: Box<Recognise>,
    onward: Box<Next>,
    newcomer: Box<Welcome>,
    told: Mutex<Vec<String>>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            recognise: Box::new(|_| Ok(Recognition::Nobody)),
            onward: Box::new(|_, _| Ok(Onward::Nothing)),
            newcomer: Box::new(|_| Ok(Onward::Nothing)),
            told: Mutex::default(),
        }
    }
}

impl Move {
    /// Nobody is recognised, and nobody has to do anything.
    fn nothing() -> Self {
        Self::new(|_| Ok(Recognition::Nobody), |_, _| Ok(Onward::Nothing))
    }

    fn recognises(rule: impl Fn(&Arrival<'_>) -> Result<Recognition, BoxError> + Send + Sync + 'static) -> Self {
        Self::new(rule, |_, _| Ok(Onward::Nothing))
    }

    /// People of `acme` have to look at `globex`.
    fn sends(onward: fn(String) -> Onward) -> Self {
        Self::new(
            |_| Ok(Recognition::Nobody),
            move |arrival, _| {
                let is_old = arrival.account.provider == "acme";
                Ok(if is_old { onward("globex".to_owned()) } else { Onward::Nothing })
            },
        )
    }

    /// People who are new at `acme` have to look at `globex`, before they are made users.
    fn greets(newcomer: impl Fn(&Arrival<'_>) -> Result<Onward, BoxError> + Send + Sync + 'static) -> Self {
        let rules = Rules { newcomer: Box::new(newcomer), ..Rules::default() };
        Self(Arc::new(rules))
    }

    /// Whoever comes by `globex` may be known by `acme`.
    fn asks() -> Self {
        Self::recognises(|arrival| {
            let is_new = arrival.account.provider == "globex";
            Ok(if is_new { Recognition::Perhaps { provider: "acme".to_owned() } } else { Recognition::Nobody })
        })
    }

    fn new(
        recognise: impl Fn(&Arrival<'_>) -> Result<Recognition, BoxError> + Send + Sync + 'static,
        onward: impl Fn(&Arrival<'_>, &User) -> Result<Onward, BoxError> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Rules { recognise: Box::new(recognise), onward: Box::new(onward), ..Rules::default() }))
    }

    /// The links that it was told of.
    fn told(&self) -> Vec<String> {
        self.0.told.lock().unwrap().clone()
    }

    /// A site under this rule, with everything in a store.
    fn house(&self) -> House {
        self.house_with(|builder| builder)
    }

    fn house_with(&self, configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> House {
        let (store, rule) = (MemoryStore::new(), self.clone());
        let all = store.clone();
        House::over(store, |builder| configure(builder.store(all).succession(rule)))
    }
}

impl fmt::Debug for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Move")
    }
}

#[async_trait]
impl Succession for Move {
    async fn recognise(&self, arrival: &Arrival<'_>) -> Result<Recognition, BoxError> {
        (self.0.recognise)(arrival)
    }

    async fn onward(&self, arrival: &Arrival<'_>, user: &User) -> Result<Onward, BoxError> {
        (self.0.onward)(arrival, user)
    }

    async fn newcomer(&self, arrival: &Arrival<'_>) -> Result<Onward, BoxError> {
        (self.0.newcomer)(arrival)
    }

    async fn linked(&self, arrival: &Arrival<'_>, _: &User, how: &Proof) -> Result<(), BoxError> {
        let by = how.by.as_ref().map(|by| format!(" by {} {}", by.provider, by.subject)).unwrap_or_default();
        let account = arrival.account;
        self.0.told.lock().unwrap().push(format!("{} {} {}{by}", account.provider, account.subject, how.method));
        Ok(())
    }

    fn successor_of(&self, provider: &str) -> Option<&str> {
        (provider == "acme").then_some("globex")
    }
}

/// The form of a page that asks whoever comes by `globex`.
async fn begin(browser: &mut Browser<'_>, provider: &str, field: (&str, &str)) -> Response<Bytes> {
    let token = browser.csrf_token().await;
    let form = [("csrfToken", token.as_str()), ("callbackUrl", "/home"), field];
    browser.post(&format!("/api/auth/signin/{provider}"), &form).await
}

/// What stands in `main` of a page at an address of ours.
async fn page(browser: &mut Browser<'_>, address: &str) -> String {
    let path = address.strip_prefix(crate::support::ORIGIN).unwrap();
    let answer = browser.get(path).await;
    let html = String::from_utf8(answer.body().to_vec()).unwrap();
    let (_, rest) = html.split_once("<main>").unwrap();
    let token = browser.csrf_token().await;
    let main = rest.split_once("</main>").unwrap().0.replace("><", ">\n<").replace(&token, "…");
    match parameter(address, "ref") {
        Some(reference) => main.replace(&reference, "…"),
        None => main,
    }
}

async fn user_of(house: &House, provider: &str, subject: &str) -> Option<String> {
    house.owner(provider, subject).await
}

/// The proof of a rule that knows by which account of `acme` it knows somebody.
fn proof(subject: &str) -> Proof {
    Proof { method: "rule".to_owned(), by: Some(key("acme", subject)) }
}
