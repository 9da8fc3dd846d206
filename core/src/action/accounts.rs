//! `GET …/accounts`: the accounts a person signs in with. `POST …/link/{id}`: they connect a further one.
//! `POST …/unlink/{id}`: they take one off. These are ours, not the wire's.
//!
//! All three are about whoever is signed in, and want a user store. The two that change something want the CSRF token,
//! and a sign-in that is not long ago: a session that somebody left open must not become a way in for ever.

mod link;
mod unlink;

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use super::{Visit, explain};
use crate::address::with_query;
use crate::answer::{self, Answer};
use crate::csrf::{Provenance, provenance};
use crate::failure::{Code, Failure};
use crate::input::{Input, Wants};
use crate::live::{self, Found, Live};
use crate::page::Reason;
use crate::private_claim::PrivateClaim;
use crate::realm::Realm;
use crate::route::AccountsRoute;
use crate::store::{AccountKey, UserStore};
use crate::why::{WHY, Why};
use crate::{current, standing};

pub(super) use link::{arrive, bounce};

pub(super) async fn handle(realm: &Arc<Realm>, request: Request<Bytes>, route: AccountsRoute<'_>) -> Answer {
    let Some(input) = Input::read(request, &realm.cookies) else {
        return answer::bad_request(StatusCode::BAD_REQUEST);
    };
    let expected = if route == AccountsRoute::List { Method::GET } else { Method::POST };
    if input.method != expected {
        return answer::bad_request(StatusCode::METHOD_NOT_ALLOWED);
    }
    let wants = if route == AccountsRoute::List { Wants::Json } else { input.wants() };
    let is_foreign = provenance(&input.headers, &realm.base.origin, &realm.trusted_origins) == Provenance::Foreign;
    if route != AccountsRoute::List && is_foreign {
        return refuse(realm, Failure::new(Code::MissingCsrf, Reason::OriginRejected), route, wants).await;
    }
    let mut visit = Visit::begin(Arc::clone(realm), input).await;
    let checked = if route == AccountsRoute::List { Ok(()) } else { visit.check_csrf() };
    let came_of_it = match checked {
        Ok(()) => answer_to(&mut visit, route, wants).await,
        Err(failure) => Err(failure),
    };
    let mut answer = match came_of_it {
        Ok(answer) if wants == Wants::Redirect => answer,
        Ok(answer) => answer::as_json(answer, StatusCode::OK),
        Err(failure) => refuse(realm, failure, route, wants).await,
    };
    answer::set_cookies(&mut answer, &visit.cookies);
    answer
}

/// A browser goes to a page that says why; a program is told in JSON.
async fn refuse(realm: &Realm, failure: Failure, route: AccountsRoute<'_>, wants: Wants) -> Answer {
    let provider = match route {
        AccountsRoute::List => None,
        AccountsRoute::Link(id) | AccountsRoute::Unlink(id) => Some(id),
    };
    let failure = failure.of_account();
    let told = explain::explain(realm, &failure, provider, false).await;
    match wants {
        Wants::Redirect => told,
        Wants::Json | Wants::JsonOfV4 => explain::to_program(&failure),
    }
}

fn no(status: StatusCode, word: &str) -> Answer {
    answer::json_no_store(status, &json!({ "error": word }))
}

async fn answer_to(visit: &mut Visit, route: AccountsRoute<'_>, wants: Wants) -> Result<Answer, Failure> {
    let realm = Arc::clone(&visit.realm);
    let Some(users) = &realm.users else {
        let cause = "accounts belong to users, and there is no user store; add one with .user_store(…)";
        if wants == Wants::Redirect {
            return Err(Failure::because(Code::Configuration, Reason::Configuration, cause));
        }
        tracing::error!(cause);
        return Ok(no(StatusCode::NOT_FOUND, "needs_a_user_store"));
    };
    let Some(live) = whoever_asks(visit, &**users, route).await? else {
        return Ok(match wants {
            Wants::Redirect => visit.to_sign_in(),
            Wants::Json | Wants::JsonOfV4 => no(StatusCode::UNAUTHORIZED, "unauthenticated"),
        });
    };
    let is_recent = is_recent(&realm, &live.private);
    match route {
        AccountsRoute::List => list(&realm, &**users, &live).await,
        AccountsRoute::Link(id) if is_recent => link::start(visit, &live, id).await,
        AccountsRoute::Link(id) => Ok(once_more(visit, &[("link", id)], wants)),
        AccountsRoute::Unlink(id) if is_recent => unlink::unlink(visit, &**users, live, id).await,
        AccountsRoute::Unlink(id) => {
            let mut wish = vec![("unlink", id)];
            // Whom the provider knows them as stands in an address only where it has to.
            if is_one_of_several(&users.accounts(user_of(&live)).await?, id) {
                wish.extend(visit.input.field("subject").map(|subject| ("subject", subject)));
            }
            Ok(once_more(visit, &wish, wants))
        }
    }
}

/// Who is signed in. Where something is to be changed, the store says whether their session counts, and not what is
/// remembered of them: it may have been ended at another node.
async fn whoever_asks(visit: &Visit, users: &dyn UserStore, route: AccountsRoute<'_>) -> Result<Option<Live>, Failure> {
    let cookies = &visit.input.cookies;
    let Found::Live(live, _) = live::find(&visit.realm, &cookies.session, &cookies.session_v4).await? else {
        return Ok(None);
    };
    let counts =
        route == AccountsRoute::List || standing::counts_now(users, user_of(&live), live.private.epoch).await?;
    Ok(counts.then_some(live))
}

async fn list(realm: &Realm, users: &dyn UserStore, live: &Live) -> Result<Answer, Failure> {
    let mut accounts = users.accounts(user_of(live)).await?;
    accounts.sort_unstable();
    let ways_in = accounts.iter().filter(|account| is_way_in(realm, account)).count();
    let shown = accounts.iter().map(|account| {
        let name = realm.provider(&account.provider).map(|registered| registered.provider.name());
        let last_way_in = ways_in == 1 && is_way_in(realm, account);
        json!({
            "provider": account.provider,
            "name": name.unwrap_or(&account.provider),
            "subject": account.subject,
            "lastWayIn": last_way_in,
        })
    });
    Ok(answer::json_no_store(StatusCode::OK, &Value::Array(shown.collect())))
}

/// Whether people can sign in by an account: its provider may have left the configuration.
pub(super) fn is_way_in(realm: &Realm, account: &AccountKey) -> bool {
    realm.provider(&account.provider).is_some()
}

/// Whether they have several accounts at that provider, so that its name does not say which is meant.
pub(super) fn is_one_of_several(accounts: &[AccountKey], provider: &str) -> bool {
    accounts.iter().filter(|account| account.provider == provider).count() > 1
}

/// With a user store, a session that counts names its user: see `live.rs`.
pub(super) fn user_of(live: &Live) -> &str {
    live.token.subject.as_deref().unwrap_or_default()
}

/// Of a session that Auth.js made it cannot be said when its person signed in.
pub(super) fn is_recent(realm: &Realm, private: &PrivateClaim) -> bool {
    !private.is_adopted() && private.started_at + realm.rules.recent_sign_in > realm.clock.now()
}

/// Sends the person to sign in once more, and back to where they were, with their wish in the query: a page can show it
/// again, and nothing is done that a form of ours did not ask for.
fn once_more(visit: &Visit, wish: &[(&str, &str)], wants: Wants) -> Answer {
    let realm = &visit.realm;
    let back = with_query(&visit.return_to, wish);
    let recent = realm.rules.recent_sign_in.as_secs().to_string();
    let query = [("callbackUrl", back.as_str()), (current::AGAIN, "1"), ("max_age", &recent)];
    let query = query.into_iter().chain([(WHY, Why::Account.word())]).collect::<Vec<_>>();
    let there = with_query(&realm.sign_in_page(), &query);
    match wants {
        Wants::Redirect => answer::redirect(StatusCode::SEE_OTHER, &there),
        Wants::Json | Wants::JsonOfV4 => {
            let body = json!({ "error": "recent_sign_in_required", "url": there });
            answer::json_no_store(StatusCode::FORBIDDEN, &body)
        }
    }
}
