//! The application at a refresh: its `jwt` callback, and its events.

use admit::{AccessTokenError, BoxError, Callbacks, Event, Events, JwtCause, Session, SessionCause, Token};
use async_trait::async_trait;

use super::{AZURE, HOMES, advance, ask, leave, token};
use crate::support::Site;

/// Counts refreshes in the session, and ends it or fails when told to.
#[derive(Debug, Default)]
struct Counting {
    ends: bool,
    fails: bool,
}

#[async_trait]
impl Callbacks for Counting {
    async fn jwt(&self, mut token: Token, cause: JwtCause<'_>) -> Result<Option<Token>, BoxError> {
        if let JwtCause::Refresh { account } = cause {
            assert_eq!(account.provider, AZURE);
            let tokens = account.tokens.as_ref().expect("tokens");
            assert!(tokens.refresh_token.is_some() && !account.needs_reauthentication);
            if self.fails {
                return Err("the application's database is away".into());
            }
            if self.ends {
                return Ok(None);
            }
            let count = token.value("refreshes").and_then(serde_json::Value::as_u64).unwrap_or(0);
            token.insert("refreshes", count + 1);
        }
        Ok(Some(token))
    }

    async fn session(&self, mut session: Session, cause: SessionCause<'_>) -> Result<Session, BoxError> {
        if let Some(count) = cause.token.value("refreshes") {
            session.extra.insert("refreshes".to_owned(), count.clone());
        }
        Ok(session)
    }
}

#[tokio::test]
async fn the_jwt_callback_hears_of_a_refresh_and_may_change_the_claims() {
    for home in HOMES {
        let site = Site::with(|builder| (home.configure)(builder).callbacks(Counting::default()));
        let mut browser = site.browser();
        browser.sign_in().await;
        for count in 1..=2 {
            leave(&site, 60);
            let current = browser.current("/");
            current.access_token(AZURE).await.unwrap();
            current.access_token(AZURE).await.unwrap();
            browser.finish(&current).await;
            assert_eq!(browser.session().await["refreshes"], count, "{}", home.name);
        }
    }
}

#[tokio::test]
async fn the_jwt_callback_may_end_the_session_at_a_refresh() {
    for home in HOMES {
        let site = Site::with(|builder| (home.configure)(builder).callbacks(Counting { ends: true, fails: false }));
        let mut browser = site.browser();
        browser.sign_in().await;
        let before = browser.jar.clone();
        leave(&site, 60);
        let current = browser.current("/");
        assert!(current.session().await.unwrap().is_some());
        let error = current.access_token(AZURE).await.unwrap_err();
        assert!(matches!(error, AccessTokenError::SignedOut), "{}: {error:?}", home.name);
        assert_eq!(current.session().await.unwrap(), None);
        browser.finish(&current).await;
        assert!(!browser.jar.names().iter().any(|name| name.contains("session-token")), "{}", home.name);
        let mut copy = site.browser();
        copy.jar = before;
        assert_eq!(copy.session().await, serde_json::Value::Null, "{}: nor does a copy live", home.name);
    }
}

#[tokio::test]
async fn a_callback_that_fails_costs_the_request_its_token_and_nobody_the_grant() {
    for home in HOMES {
        let site = Site::with(|builder| (home.configure)(builder).callbacks(Counting { ends: false, fails: true }));
        let mut browser = site.browser();
        browser.sign_in().await;
        leave(&site, 60);
        let current = browser.current("/");
        let error = current.access_token(AZURE).await.unwrap_err();
        assert_eq!(error.to_string(), "the jwt callback failed", "{}", home.name);
        browser.finish(&current).await;
        assert!(super::works(&site, &token(&browser).await).await, "{}", home.name);
        assert_eq!(site.azure.refreshes(), 1, "{}: what was refreshed is kept", home.name);
    }
}

/// An application whose own log breaks.
#[derive(Debug)]
struct Broken;

#[async_trait]
impl Events for Broken {
    async fn record(&self, event: &Event<'_>) {
        assert_ne!(event.code(), "tokens_refreshed", "it breaks, as it was told to");
    }
}

#[tokio::test]
async fn events_that_panic_lose_no_tokens() {
    for home in HOMES {
        let site = Site::with(|builder| (home.configure)(builder).events(Broken));
        let mut browser = site.browser();
        browser.sign_in().await;
        leave(&site, 60);
        assert!(ask(&browser).await.is_ok(), "{}: what is at hand lives", home.name);
        advance(&site, 60);
        assert!(super::works(&site, &token(&browser).await).await, "{}: kept before it was told", home.name);
        assert_eq!(site.azure.refreshes(), 1, "{}", home.name);
    }
}
