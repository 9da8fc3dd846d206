//! Sign-in through OpenID Connect, against the pretend provider.

mod assertion;
mod attacks;
mod certification;
mod claims;
mod client;
mod disconnect;
mod discovery;
mod id_token;
mod issuer;
mod keys;
mod outages;
mod parameters;
mod pushed;
mod refresh;
mod revocation;
mod session_end;
mod sign_in;
mod sign_out;
#[cfg(feature = "reqwest")]
mod sockets;
mod step_up;
mod userinfo;

use std::sync::Arc;

use admit::{AuthBuilder, Client, OAuthProvider};
use admit_testkit::oidc::{Builder, Stage};
use admit_testkit::{FixedClock, FixedRandom, PretendOidc};
use bytes::Bytes;
use http::Response;
use serde_json::Value;

use crate::support::{BASE, Browser, ORIGIN, Site, location, refusal};

const CLIENT_SECRET: &str = "a client secret";

/// A site, and the provider that its people come from.
fn site() -> (Site, PretendOidc) {
    site_with(|company| company, |provider| provider)
}

/// The same, with what a test wants otherwise.
fn site_with(
    build: impl FnOnce(Builder) -> Builder,
    describe: impl FnOnce(OAuthProvider) -> OAuthProvider,
) -> (Site, PretendOidc) {
    site_and(build, describe, |builder| builder)
}

fn site_and(
    build: impl FnOnce(Builder) -> Builder,
    describe: impl FnOnce(OAuthProvider) -> OAuthProvider,
    configure: impl FnOnce(AuthBuilder) -> AuthBuilder,
) -> (Site, PretendOidc) {
    site_as(Client::new("app-id", CLIENT_SECRET), build, describe, configure)
}

fn site_as(
    client: Client,
    build: impl FnOnce(Builder) -> Builder,
    describe: impl FnOnce(OAuthProvider) -> OAuthProvider,
    configure: impl FnOnce(AuthBuilder) -> AuthBuilder,
) -> (Site, PretendOidc) {
    let clock = FixedClock::default();
    let company = build(
        PretendOidc::builder("app-id", CLIENT_SECRET, format!("{BASE}/callback/company"))
            .clock(Arc::new(clock.clone()))
            .random(Arc::new(FixedRandom::new(7))),
    )
    .build();
    let provider = describe(OAuthProvider::oidc("company", "Our company", company.issuer(), client));
    let site = Site::with(|builder| {
        let builder = builder.provider(provider).http_client(company.clone()).clock(clock.clone());
        configure(builder.danger_single_process_refresh())
    });
    (Site { clock, ..site }, company)
}

/// Goes to the provider and back; what the site answers.
async fn trip(browser: &mut Browser<'_>, company: &PretendOidc) -> Response<Bytes> {
    let there = location(&browser.begin("company", "/dashboard").await);
    let back = company.authorize_as("ada", &there).await.expect("consent").path_and_query();
    browser.get(&back).await
}

/// Signs in as Ada.
async fn sign_in(browser: &mut Browser<'_>, company: &PretendOidc) {
    let answer = trip(browser, company).await;
    assert_eq!(location(&answer), format!("{ORIGIN}/dashboard"));
}

/// Fails to sign in; the reason.
async fn refused(site: &Site, company: &PretendOidc) -> String {
    let mut browser = site.browser();
    let answer = trip(&mut browser, company).await;
    assert_eq!(browser.session().await, Value::Null);
    assert!(browser.session_cookies().is_empty());
    refusal(&answer).2
}

/// Does not even get to the provider; the reason.
async fn held_back(site: &Site) -> String {
    let mut browser = site.browser();
    let answer = browser.begin("company", "/").await;
    refusal(&answer).2
}

/// How often the discovery document, the keys and the token endpoint were asked.
fn counts(company: &PretendOidc) -> (usize, usize, usize) {
    (company.count(Stage::Discovery), company.count(Stage::Keys), company.count(Stage::Token))
}
