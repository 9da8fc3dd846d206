//! A whole sign-in by OpenID Connect with the pretend provider, in process: no socket, no TLS.

use std::sync::Arc;
use std::time::Duration;

use admit::{Auth, Client, Environment, OAuthProvider};
use admit_testkit::oidc::Stage;
use admit_testkit::{FixedClock, PretendOidc};

use crate::Operation;
use crate::session_cookie::SECRET;
use crate::site::{Browser, ORIGIN, runtime};

/// With the discovery document and the keys at hand.
pub fn operations() -> Vec<Operation> {
    vec![sign_in()]
}

/// The CSRF token, the start, consent, the exchange with its ID token, and the session that is then shown.
///
/// The clock moves a second a trip, so that the memory of consumed trips holds no more than a quarter of an hour's, and
/// the documents stay fresh for a day of them.
fn sign_in() -> Operation {
    let clock = FixedClock::default();
    let company = PretendOidc::builder("app-id", CLIENT_SECRET, format!("{ORIGIN}/api/auth/callback/company"))
        .clock(Arc::new(clock.clone()))
        .documents_live(Duration::from_secs(86_400))
        .build();
    let client = Client::new("app-id", CLIENT_SECRET);
    let auth = Auth::builder(ORIGIN)
        .secret(SECRET)
        .environment(Environment::default())
        .clock(clock.clone())
        .http_client(company.clone())
        .provider(OAuthProvider::oidc("company", "Our company", company.issuer(), client))
        .build()
        .expect("the configuration is in order");
    let runtime = runtime();
    let trip = move || {
        runtime.block_on(async {
            let mut browser = Browser::new(&auth, Arc::new(clock.clone()));
            let provider = browser.begin("/api/auth/signin/company").await;
            let callback = company.authorize(&provider).await.expect("consent");
            browser.get(&callback.path_and_query()).await;
            let session = browser.get("/api/auth/session").await;
            assert!(session.body().starts_with(br#"{"user":{"name":"Ada Byron""#), "{session:?}");
        });
        clock.advance(Duration::from_secs(1));
        let asked = [Stage::Discovery, Stage::Keys, Stage::Token].map(|stage| company.count(stage));
        company.reset_log();
        asked
    };
    trip();
    assert_eq!(trip(), [0, 0, 1], "a warm sign-in asks for nothing but the tokens");
    Operation::new("oidc/sign_in", trip)
}

const CLIENT_SECRET: &str = "a client secret";
