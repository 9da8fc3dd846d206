//! The provider and the pretend Microsoft Entra ID, which were written apart from one another: whole sign-ins, what goes
//! wrong on the way, and what comes of the tokens.
//!
//! The provider is set up as for the real one. It asks `login.microsoftonline.com` and `graph.microsoft.com`, and the
//! pretend one answers for both.

mod client;
mod faults;
mod keys;
mod refresh;
mod resources;
mod sign_out;
mod tenants;

use std::sync::Arc;

use admit::{Client, Environment};
use admit_providers::microsoft_entra_id;
use admit_providers::microsoft_entra_id::MicrosoftEntraId;
use admit_testkit::entra::Builder;
use admit_testkit::{FixedClock, FixedRandom, PretendEntra};
use bytes::Bytes;
use http::Response;
use serde_json::Value;

use crate::browser::{Browser, location, reason};
use crate::{CALLBACK, CLIENT_ID, ORIGIN, SECRET, Site};

/// A site whose people come from the pretend Entra ID.
type Meeting = Site<PretendEntra>;

/// A meeting with nothing said that is not usual.
fn meeting() -> Meeting {
    meet(|entra| entra, |provider| provider)
}

/// A meeting of a server and a provider that are described otherwise.
fn meet(
    server: impl FnOnce(Builder) -> Builder,
    provider: impl FnOnce(MicrosoftEntraId) -> MicrosoftEntraId,
) -> Meeting {
    meet_as(Client::new(CLIENT_ID, SECRET), server, provider)
}

/// The same with a client that proves itself otherwise.
fn meet_as(
    client: Client,
    server: impl FnOnce(Builder) -> Builder,
    provider: impl FnOnce(MicrosoftEntraId) -> MicrosoftEntraId,
) -> Meeting {
    let clock = FixedClock::default();
    let entra = PretendEntra::builder(CLIENT_ID, SECRET, CALLBACK)
        .clock(Arc::new(clock.clone()))
        .random(Arc::new(FixedRandom::new(7)));
    let provider = provider(microsoft_entra_id(client));
    Site::at(server(entra).build(), clock, provider, |builder| builder.environment(Environment::default()))
}

impl Meeting {
    /// Signs somebody in; the account's identifier.
    async fn subject_of(&self, login: &str) -> String {
        self.browser().sign_in_as(login).await;
        self.seen.last().subject
    }

    /// Somebody does not get in; the reason.
    async fn refusal_of(&self, login: &str) -> String {
        let mut browser = self.browser();
        let answer = browser.trip_as(login).await;
        assert_eq!(browser.session().await, Value::Null);
        reason(&answer)
    }
}

impl Browser<'_, PretendEntra> {
    /// Goes to Entra ID, chooses that account, accepts, and comes back; what the site answers.
    async fn trip_as(&mut self, login: &str) -> Response<Bytes> {
        let there = self.begin().await;
        if there.starts_with(ORIGIN) {
            // The site did not get as far as to send it anywhere.
            return Response::builder().header("location", there).body(Bytes::new()).unwrap();
        }
        let back = self.accept_as(login, &there).await;
        self.get(&back).await
    }

    /// Accepts at that address; the path that the browser comes back with.
    async fn accept_as(&self, login: &str, there: &str) -> String {
        self.site.entra.authorize_as(login, there).await.unwrap().path_and_query()
    }

    async fn sign_in_as(&mut self, login: &str) {
        let answer = self.trip_as(login).await;
        assert_eq!(location(&answer), format!("{ORIGIN}/dashboard"));
        assert_ne!(self.session().await, Value::Null);
    }
}
