//! The actions: one file per verb of the wire, and the order in which a request meets its checks.
//!
//! 1. Size, method and path; a body that is what it says it is. What fails here is `400 "Bad request."`.
//! 2. The CSRF token and the return address, which every ordinary answer carries on as cookies.
//! 3. The action. What goes wrong in it is told by a redirect to a page, and in full in the log.

mod account_page;
mod accounts;
mod admission;
mod again;
mod callback;
mod chain;
mod credentials;
mod csrf;
mod destination;
mod error;
mod explain;
mod following;
mod last_used;
pub(crate) mod own_page;
mod providers;
mod question;
mod reason_to_be_here;
mod session;
mod sessions;
mod sign_in;
mod sign_out;
mod verify_request;
mod visit;
mod ways;

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, StatusCode};

use crate::answer::{self, Answer};
use crate::failure::{Code, Failure};
use crate::input::{Input, Wants};
use crate::page::Reason;
use crate::realm::Realm;
use crate::route::{self, AccountsRoute, Action, Route, SessionsRoute};

use visit::Visit;

/// Answers a request to one of admit's endpoints.
pub(crate) async fn handle(realm: &Arc<Realm>, request: Request<Bytes>) -> Answer {
    if request.body().len() > crate::Auth::BODY_LIMIT {
        return answer::bad_request(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let path = request.uri().path().to_owned();
    if let Some(route) = SessionsRoute::parse(&path, &realm.base.path) {
        return Box::pin(sessions::handle(realm, request, route)).await;
    }
    if let Some(route) = AccountsRoute::parse(&path, &realm.base.path) {
        return Box::pin(accounts::handle(realm, request, route)).await;
    }
    if route::is_account_page(&path, &realm.base.path) {
        return Box::pin(account_page::handle(realm, request)).await;
    }
    let known_method = matches!(*request.method(), Method::GET | Method::POST);
    let Some(route) = Route::parse(&path, &realm.base.path).filter(|_| known_method) else {
        return answer::bad_request(StatusCode::BAD_REQUEST);
    };
    let Some(input) = Input::read(request, &realm.cookies) else {
        return answer::bad_request(StatusCode::BAD_REQUEST);
    };
    if route.action == Action::Providers && input.method == Method::GET {
        return providers::list(realm);
    }
    let wants = input.wants();
    let is_update = route.action == Action::Session && input.method == Method::POST;

    let mut visit = Visit::begin(Arc::clone(realm), input).await;
    let answered = dispatch(&mut visit, route).await;
    let refused = answered.as_ref().is_err_and(|failure| failure.code == Code::CredentialsSignin);
    let mut answer = match answered {
        Ok(answer) => answer,
        Err(failure) => explain::explain(realm, &failure, route.provider, is_update).await,
    };
    answer::set_cookies(&mut answer, &visit.cookies);
    match wants {
        Wants::Redirect => answer,
        Wants::JsonOfV4 if refused => answer::as_json(answer, StatusCode::UNAUTHORIZED),
        Wants::Json | Wants::JsonOfV4 => answer::as_json(answer, StatusCode::OK),
    }
}

/// What is seldom asked has its future in a box, so that those of other requests are small: they are moved about.
async fn dispatch(visit: &mut Visit, route: Route<'_>) -> Result<Answer, Failure> {
    let is_post = visit.input.method == Method::POST;
    match (route.action, is_post) {
        (Action::Csrf, false) => Ok(csrf::token(visit)),
        (Action::Session, false) => session::read(visit).await,
        (Action::Session, true) => Box::pin(session::update(visit)).await,
        (Action::SignIn, false) => sign_in::page(visit, route.provider),
        (Action::SignIn, true) => Box::pin(sign_in::start(visit, route.provider)).await,
        (Action::SignOut, false) => Ok(Box::pin(sign_out::page(visit, route.provider)).await),
        (Action::SignOut, true) => Box::pin(sign_out::end(visit, route.provider)).await,
        (Action::Callback, _) => Box::pin(callback::finish(visit, route.provider)).await,
        (Action::Error, false) => Ok(error::page(visit)),
        (Action::VerifyRequest, false) => Ok(verify_request::page(visit)),
        (Action::Providers | Action::Csrf | Action::Error | Action::VerifyRequest, _)
        | (Action::WebauthnOptions, _) => Err(unsupported()),
    }
}

fn unsupported() -> Failure {
    Failure::of(Reason::ActionUnsupported)
}

fn unknown_provider() -> Failure {
    Failure::of(Reason::ProviderUnknown)
}
