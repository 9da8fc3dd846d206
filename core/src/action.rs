//! The actions: one file per verb of the wire, and the order in which a request meets its checks.
//!
//! 1. Size, method and path; a body that is what it says it is. What fails here is `400 "Bad request."`.
//! 2. The CSRF token and the return address, which every ordinary answer carries on as cookies.
//! 3. The action. What goes wrong in it is told by a redirect to a page, and in full in the log.

mod callback;
mod csrf;
mod providers;
mod session;
mod sessions;
mod sign_in;
mod sign_out;

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use percent_encoding::utf8_percent_encode;

use crate::answer::{self, Answer};
use crate::cookie::{COMPONENT, Cookie};
use crate::csrf::{CsrfToken, Provenance, provenance, same};
use crate::failure::{Code, Failure};
use crate::input::Input;
use crate::page::{self, Reason, Shell};
use crate::realm::Realm;
use crate::route::{Action, Route, SessionsRoute};
use crate::{Event, random, return_to};

/// A request on its way through an action.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) realm: Arc<Realm>,
    pub(crate) input: Input,
    pub(crate) csrf: CsrfToken,
    /// Where the browser goes in the end.
    pub(crate) return_to: String,
    /// Why that is home and not what was asked for, if the `redirect` callback failed. Only a sign-in that begins
    /// fails with it: the session, the error page and the way out do not depend on it.
    pub(crate) no_way_back: Option<Failure>,
    /// What the answer will set, whatever the answer is.
    pub(crate) cookies: Vec<Cookie>,
}

/// Answers a request to one of admit's endpoints.
pub(crate) async fn handle(realm: &Arc<Realm>, request: Request<Bytes>) -> Answer {
    if request.body().len() > crate::Auth::BODY_LIMIT {
        return answer::bad_request(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let path = request.uri().path().to_owned();
    if let Some(route) = SessionsRoute::parse(&path, &realm.base.path) {
        return sessions::handle(realm, request, route).await;
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
    let wants_json = input.wants_json();
    let is_update = route.action == Action::Session && input.method == Method::POST;

    let mut visit = Visit::begin(Arc::clone(realm), input).await;
    let mut answer = match dispatch(&mut visit, route).await {
        Ok(answer) => answer,
        Err(failure) => explain(realm, &failure, route.provider, is_update).await,
    };
    answer::set_cookies(&mut answer, &visit.cookies);
    if wants_json { answer::as_json(answer) } else { answer }
}

async fn dispatch(visit: &mut Visit, route: Route<'_>) -> Result<Answer, Failure> {
    let is_post = visit.input.method == Method::POST;
    match (route.action, is_post) {
        (Action::Csrf, false) => Ok(csrf::token(visit)),
        (Action::Session, false) => session::read(visit).await,
        (Action::Session, true) => session::update(visit).await,
        (Action::SignIn, false) => sign_in::page(visit, route.provider),
        (Action::SignIn, true) => sign_in::start(visit, route.provider).await,
        (Action::SignOut, false) => Ok(sign_out::page(visit)),
        (Action::SignOut, true) => sign_out::end(visit).await,
        (Action::Callback, _) => callback::finish(visit, route.provider).await,
        (Action::Error, false) => Ok(error_page(visit)),
        (Action::VerifyRequest, false) => Ok(verify_request_page(visit)),
        (Action::Providers | Action::Csrf | Action::Error | Action::VerifyRequest, _)
        | (Action::WebauthnOptions, _) => Err(unsupported()),
    }
}

impl Visit {
    /// What every action starts from.
    async fn begin(realm: Arc<Realm>, input: Input) -> Self {
        let csrf = realm.csrf.token(input.cookies.csrf.iter().map(String::as_str), &*realm.random);
        let mut cookies = Vec::new();
        if let Some(value) = &csrf.fresh {
            cookies.push(Cookie::new(&realm.cookies.csrf, value, realm.cookies.secure));
        }
        let candidate = [input.field("callbackUrl"), input.query("callbackUrl")]
            .into_iter()
            .chain([input.cookies.callback_url.as_deref()])
            .flatten()
            .find(|candidate| !candidate.is_empty());
        let (return_to, no_way_back) = match resolve(&realm, candidate).await {
            Ok(return_to) => {
                if input.cookies.callback_url.as_deref() != Some(&return_to) {
                    cookies.push(Cookie::new(&realm.cookies.callback_url, &return_to, realm.cookies.secure));
                }
                (return_to, None)
            }
            Err(failure) => {
                tracing::error!(cause = failure.chain(), "the redirect callback failed; home is where to go");
                (realm.base.origin.clone(), Some(failure))
            }
        };
        Self { realm, input, csrf, return_to, no_way_back, cookies }
    }

    /// Refuses a request that a page of ours did not make.
    pub(crate) fn check_csrf(&self) -> Result<(), Failure> {
        let realm = &self.realm;
        let provenance = provenance(&self.input.headers, &realm.base.origin, &realm.trusted_origins);
        if provenance == Provenance::Foreign {
            return Err(Failure::new(Code::MissingCsrf, Reason::OriginRejected));
        }
        let repeated = self.input.field("csrfToken").is_some_and(|token| same(token, &self.csrf.token));
        let has_cookie = self.csrf.fresh.is_none();
        if (repeated && has_cookie) || (realm.csrf_headers_suffice && provenance == Provenance::Ours) {
            return Ok(());
        }
        Err(Failure::new(Code::MissingCsrf, Reason::Csrf))
    }
}

/// Where a candidate leads: through the rules of `return_to` and the application's `redirect` callback, else home.
pub(crate) async fn resolve(realm: &Realm, candidate: Option<&str>) -> Result<String, Failure> {
    let home = || realm.base.origin.clone();
    let Some(candidate) = candidate else { return Ok(home()) };
    // What the cookie holds as a rule. The rules below lead to the same, at the price of parsing.
    if realm.callbacks.is_none() && candidate == realm.base.origin {
        return Ok(home());
    }
    let Some(target) = return_to::parse(candidate, &realm.base.url) else { return Ok(home()) };
    let face = return_to::face(&target, &realm.base.url, &realm.trusted_origins);
    let target = match (&realm.callbacks, face) {
        (None, Some(_)) => target,
        (None, None) => return Ok(home()),
        (Some(callbacks), face) => callbacks
            .redirect(target, &face.unwrap_or_else(|| realm.base.url.clone()))
            .await
            .map_err(|error| Failure::because(Code::Configuration, Reason::Configuration, error))?,
    };
    if !matches!(target.scheme(), "http" | "https") {
        return Ok(home());
    }
    // Auth.js keeps a bare origin bare.
    let bare = target.path() == "/" && target.query().is_none() && target.fragment().is_none();
    if bare && !candidate.ends_with('/') {
        return Ok(target.origin().ascii_serialization());
    }
    Ok(target.to_string())
}

/// Tells a failure: to the log and the events in full, to the browser by a code, a reason and a reference.
async fn explain(realm: &Realm, failure: &Failure, provider: Option<&str>, is_update: bool) -> Answer {
    let reference = random::reference(&*realm.random);
    let provider = provider.and_then(|id| realm.provider(id)).map(crate::realm::Registered::id);
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
        return answer::plain_json(status, &());
    }
    let at_sign_in = failure.code.is_shown_at_sign_in();
    let own = if at_sign_in { &realm.pages.sign_in } else { &realm.pages.error };
    let page = match own {
        Some(path) => format!("{}{path}", realm.base.origin),
        None => format!("{}/{}", realm.base.auth_url, if at_sign_in { "signin" } else { "error" }),
    };
    let query = [("error", failure.code.as_str()), ("code", failure.reason.code()), ("ref", &reference)];
    answer::redirect(StatusCode::FOUND, &with_query(&page, &query))
}

fn error_page(visit: &Visit) -> Answer {
    let realm = &visit.realm;
    let query = |name| visit.input.query(name);
    match &realm.pages.error {
        // A page of the application's own is sent here only by hand; its query goes along.
        Some(path) => {
            let pairs: Vec<_> =
                ["error", "code", "ref"].into_iter().filter_map(|name| Some((name, query(name)?))).collect();
            answer::redirect(StatusCode::FOUND, &with_query(path, &pairs))
        }
        None => page::error(&shell(realm), query("error"), query("code"), query("ref")),
    }
}

fn verify_request_page(visit: &Visit) -> Answer {
    match &visit.realm.pages.verify_request {
        Some(path) => {
            let pairs: Vec<_> = visit.input.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            answer::redirect(StatusCode::FOUND, &with_query(path, &pairs))
        }
        None => page::verify_request(&shell(&visit.realm)),
    }
}

/// The frame of the built-in pages.
pub(crate) fn shell(realm: &Realm) -> Shell<'_> {
    Shell {
        theme: &realm.theme,
        app: realm.base.origin.split_once("://").map_or("", |(_, host)| host),
        home: &realm.base.origin,
        base: &realm.base.auth_url,
    }
}

/// Appends to a query, whether there is one or not.
pub(crate) fn with_query(page: &str, pairs: &[(&str, &str)]) -> String {
    let mut url = page.to_owned();
    for (name, value) in pairs {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.extend(utf8_percent_encode(name, COMPONENT));
        url.push('=');
        url.extend(utf8_percent_encode(value, COMPONENT));
    }
    url
}

pub(crate) fn unsupported() -> Failure {
    Failure::new(Code::Configuration, Reason::ActionUnsupported)
}

pub(crate) fn unknown_provider() -> Failure {
    Failure::new(Code::Configuration, Reason::ProviderUnknown)
}
