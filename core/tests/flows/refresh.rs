//! `current.access_token(…)`: fresh tokens, one refresh at a time, whatever the provider does.

mod ahead;
mod at_once;
mod background;
mod by_scope;
mod callbacks;
mod clocks;
mod endings;
mod faults;
pub(crate) mod grants;
mod lost_answers;
#[cfg(feature = "metrics")]
mod metrics;
mod older_cookies;
pub(crate) mod plain_oauth;
mod refused;
mod token_store;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use admit::{AccessTokenError, AuthBuilder, Event, Events, MemoryStore, ReauthenticationReason};
use admit_testkit::azure_devops::BASE_URL;
use async_trait::async_trait;

use crate::support::{Browser, Site};

/// The provider all of this is about.
const AZURE: &str = "azure-devops";
/// What the pretend Azure DevOps gives a token to live, in seconds.
const LIFE: u64 = 3599;

#[tokio::test]
async fn a_token_is_handed_out_while_more_than_five_minutes_are_left_and_then_refreshed() {
    // TOK-004, REF-015
    for home in HOMES {
        let site = Site::with(home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        let first = token(&browser).await;
        advance(&site, LIFE - 301);
        assert_eq!(token(&browser).await, first, "{}: 301 s are left", home.name);
        assert_eq!(site.azure.refreshes(), 0);

        advance(&site, 1);
        let second = token(&browser).await;
        assert_ne!(second, first, "{}: 300 s are left", home.name);
        assert_eq!(site.azure.refreshes(), 1);
        assert!(works(&site, &second).await);
        assert_eq!(site.azure.violations(), [""; 0]);
    }
}

#[tokio::test]
async fn without_a_margin_a_token_is_used_to_its_last_second() {
    let site = Site::with(|builder| builder.danger_single_process_refresh().refresh_margin(Duration::ZERO));
    let mut browser = site.browser();
    browser.sign_in().await;
    let first = token(&browser).await;
    advance(&site, LIFE - 1);
    assert_eq!(token(&browser).await, first);
    advance(&site, 1);
    assert_ne!(token(&browser).await, first);
    assert_eq!(site.azure.refreshes(), 1);
}

#[tokio::test]
async fn a_token_that_lives_shorter_than_the_margin_is_not_refreshed_at_every_request() {
    // azure.md T33
    for home in HOMES {
        let site = Site::with_azure(|azure| azure.access_token_lifetime(Duration::from_secs(240)), home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        for _ in 0..20 {
            let current = browser.current("/");
            current.access_token(AZURE).await.unwrap();
            browser.finish(&current).await;
        }
        assert_eq!(site.azure.refreshes(), 0, "{}: two minutes of four are left", home.name);
        advance(&site, 120);
        for _ in 0..20 {
            let current = browser.current("/");
            current.access_token(AZURE).await.unwrap();
            browser.finish(&current).await;
        }
        assert_eq!(site.azure.refreshes(), 1, "{}", home.name);
    }
}

#[tokio::test]
async fn a_day_of_requests_is_a_refresh_an_hour() {
    // azure.md T33
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    for _ in 0..(24 * 60) {
        advance(&site, 60);
        let current = browser.current("/");
        assert!(works(&site, current.access_token(AZURE).await.unwrap().expose()).await);
        browser.finish(&current).await;
    }
    assert!((24..=27).contains(&site.azure.refreshes()), "{} refreshes", site.azure.refreshes());
}

#[tokio::test]
async fn who_cannot_have_a_token_is_told_why() {
    let site = Site::new();
    let mut browser = site.browser();
    let error = |result: Result<admit::Secret, AccessTokenError>| result.unwrap_err();
    assert!(matches!(error(browser.current("/").access_token(AZURE).await), AccessTokenError::SignedOut));
    browser.sign_in().await;
    let unknown = error(browser.current("/").access_token("gitlab").await);
    assert!(matches!(&unknown, AccessTokenError::UnknownProvider(id) if id == "gitlab"), "{unknown:?}");
    assert_eq!(unknown.to_string(), "no provider \"gitlab\" is configured");

    let two = plain_oauth::site(|builder| builder.danger_single_process_refresh());
    let mut browser = two.0.browser();
    browser.sign_in().await;
    let missing = error(browser.current("/").access_token("acme").await);
    assert!(matches!(&missing, AccessTokenError::NotConnected { provider } if provider == "acme"), "{missing:?}");
}

/// Where sessions and their tokens live.
#[derive(Clone, Copy)]
struct Homes {
    name: &'static str,
    configure: fn(AuthBuilder) -> AuthBuilder,
}

const HOMES: [Homes; 4] = [
    Homes { name: "all in the cookie", configure: AuthBuilder::danger_single_process_refresh },
    Homes {
        name: "all in the session store",
        configure: |builder| builder.session_store(MemoryStore::new()).danger_single_process_refresh(),
    },
    Homes {
        name: "session in the cookie, tokens in their store",
        configure: |builder| builder.token_store(MemoryStore::new()),
    },
    Homes {
        name: "session and tokens in stores",
        configure: |builder| builder.session_store(MemoryStore::new()).token_store(MemoryStore::new()),
    },
];

/// The token that a request of its own gets.
async fn token(browser: &Browser<'_>) -> String {
    ask(browser).await.unwrap()
}

async fn ask(browser: &Browser<'_>) -> Result<String, AccessTokenError> {
    browser.current("/").access_token(AZURE).await.map(|token| token.expose().to_owned())
}

fn advance(site: &Site, seconds: u64) {
    site.clock.advance(Duration::from_secs(seconds));
}

/// Leaves the token at hand that many seconds, from the moment of a sign-in.
fn leave(site: &Site, seconds: u64) {
    advance(site, LIFE - seconds);
}

/// Whether Azure DevOps takes the token.
async fn works(site: &Site, token: &str) -> bool {
    use admit::HttpClient;
    let request = http::Request::get(format!("{BASE_URL}/_apis/profile/profiles/me?api-version=6.0"))
        .header("Authorization", format!("Bearer {token}"))
        .body(bytes::Bytes::new())
        .unwrap();
    site.azure.send(request).await.unwrap().status() == 200
}

/// Hears the names of events, and why somebody has to sign in again.
#[derive(Clone, Debug, Default)]
struct Heard(Arc<Mutex<Vec<&'static str>>>, Arc<Mutex<Vec<ReauthenticationReason>>>);

impl Heard {
    fn count(&self, code: &str) -> usize {
        self.0.lock().unwrap().iter().filter(|heard| **heard == code).count()
    }

    fn reasons(&self) -> Vec<ReauthenticationReason> {
        self.1.lock().unwrap().clone()
    }
}

#[async_trait]
impl Events for Heard {
    async fn record(&self, event: &Event<'_>) {
        self.0.lock().unwrap().push(event.code());
        if let Event::NeedsReauthentication { reason, .. } = event {
            self.1.lock().unwrap().push(*reason);
        }
    }
}
