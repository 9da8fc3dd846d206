//! How a failure is told: in full to the log and to the application, and by three words to the browser.

use http::StatusCode;
use serde_json::json;

use super::ways;
use crate::address::with_query;
use crate::answer::{self, Answer};
use crate::failure::{Code, Failure};
use crate::page::Reason;
use crate::realm::{Realm, Registered};
use crate::{Event, random};

/// Tells a failure: to the log and the events in full, to the browser by a code, a reason and a reference.
pub(super) async fn explain(realm: &Realm, failure: &Failure, provider: Option<&str>, is_update: bool) -> Answer {
    let reference = random::reference(&*realm.random);
    let provider = provider.and_then(|id| realm.provider(id)).map(Registered::id);
    tracing::warn!(
        %reference,
        provider = provider.unwrap_or("-"),
        code = failure.code.as_str(),
        reason = failure.reason.code(),
        cause = failure.chain(),
        "request refused"
    );
    let event = Event::SignInFailed {
        provider,
        reason: failure.reason.code(),
        provider_code: failure.provider_code(),
        correlation: &reference,
    };
    realm.record(event).await;
    if is_update {
        let unavailable = failure.reason == Reason::SessionStoreUnavailable;
        let status = if unavailable { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::BAD_REQUEST };
        let mut answer = answer::plain_json(status, &());
        answer::advise(&mut answer);
        return answer;
    }
    let page = if failure.is_shown_at_sign_in() { realm.sign_in_page() } else { realm.error_page() };
    let mut query = vec![("error", failure.code.as_str()), ("code", failure.word())];
    // Of a wrong password there is nothing to look up.
    if failure.code != Code::CredentialsSignin {
        query.push(("ref", &reference));
    }
    let successor = provider.filter(|_| failure.reason == Reason::ProviderRetired);
    let successor = successor.and_then(|retired| realm.successor_of(retired)).map(Registered::id);
    let ways = failure.ways.as_ref();
    query.extend(ways.map(|ways| ways.with.as_str()).or(successor).map(|with| (ways::WITH, with)));
    query.extend(ways.and_then(|ways| ways.other.as_deref()).map(|other| (ways::OTHER, other)));
    answer::redirect(StatusCode::FOUND, &with_query(&page, &query))
}

/// What a program is told of one, where it is no page that comes of it.
pub(super) fn to_program(failure: &Failure) -> Answer {
    let status = match failure.code {
        Code::MissingCsrf => StatusCode::FORBIDDEN,
        _ => failure.reason.words().status,
    };
    answer::unavailable(status, &json!({ "error": failure.reason.code() }))
}
