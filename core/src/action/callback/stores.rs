//! Whether the stores answer, asked before a code is spent: it cannot be spent a second time.
//!
//! If they do not, nothing of the trip is touched. The browser is told to come again, and may do so with the same address
//! as long as the trip lives.

use std::time::Duration;

use http::StatusCode;
use http::header::ACCEPT;
use serde_json::json;

use crate::action::Visit;
use crate::answer::{self, Answer};
use crate::failure::{Code, chain};
use crate::page::{self, Reason};
use crate::realm::Realm;
use crate::store::{AccountKey, SessionKey, StoreError};
use crate::{Event, random};

/// Reads a row that is not there from each store which the sign-in will write to.
pub(super) async fn probe(realm: &Realm) -> Result<(), StoreError> {
    let sessions = async {
        match &realm.sessions {
            Some(store) => store.load(&SessionKey([0; 32])).await.map(drop),
            None => Ok(()),
        }
    };
    let tokens = async {
        let nobody = || AccountKey { provider: String::new(), subject: String::new() };
        match &realm.tokens {
            Some(store) => store.load(&nobody()).await.map(drop),
            None => Ok(()),
        }
    };
    let users = async {
        match &realm.users {
            Some(store) => store.user("").await.map(drop),
            None => Ok(()),
        }
    };
    in_time(realm, async { tokio::try_join!(sessions, tokens, users).map(drop) }).await
}

/// What a store says, if it says it soon: whoever waits longer has reloaded the page, which begins it all once more.
pub(super) async fn in_time<T>(
    realm: &Realm,
    said: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    tokio::select! {
        biased;
        said = said => said,
        () = realm.clock.sleep(PATIENCE) => Err(StoreError::Unavailable("no answer within five seconds".into())),
    }
}

/// 503, at the address that the browser came back to, so that a reload tries again.
pub(super) async fn come_again(visit: &Visit, provider: &str, error: &StoreError) -> Answer {
    let realm = &visit.realm;
    let reference = random::reference(&*realm.random);
    let reason = Reason::SessionStoreUnavailable.code();
    tracing::error!(%reference, provider, cause = chain(error), "a store does not answer; the code was not redeemed");
    let event = Event::SignInFailed { provider: Some(provider), reason, provider_code: None, correlation: &reference };
    realm.record(event).await;
    let accept = visit.input.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    if accept.is_some_and(|accept| accept.contains("text/html")) {
        return page::error(&visit.frame(), Some(Code::Configuration.as_str()), Some(reason), Some(&reference));
    }
    answer::unavailable(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": reason, "reference": reference }))
}

const PATIENCE: Duration = Duration::from_secs(5);
