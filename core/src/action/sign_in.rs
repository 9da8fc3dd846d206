//! `GET …/signin`: the page with the providers. `POST …/signin/{id}`: a trip begins.

use http::StatusCode;
use serde_json::Value;

use super::{Visit, admission, again, last_used, question, reason_to_be_here, unknown_provider, unsupported, ways};
use crate::address::with_query;
use crate::answer::{self, Answer};
use crate::failure::{Code, Failure};
use crate::oauth::{authorization, pushed};
use crate::page::{News, Offer, Page, Reason, SignInPage};
use crate::pending::{self, Before, LinkTo, Pending, Proven, Wish};
use crate::provider::{Asked, AuthorizationRequest, Metadata, Pkce, essential_contexts, heeded};
use crate::random;
use crate::realm::{Realm, Registered};
use crate::why;

pub(super) fn page(visit: &Visit, provider: Option<&str>) -> Result<Answer, Failure> {
    if provider.is_some() {
        return Err(unsupported());
    }
    let realm = &visit.realm;
    if let Some(page) = question::page(visit) {
        return Ok(page);
    }
    let error = visit.input.query("error");
    if let Some(path) = &realm.pages.sign_in {
        let mut query = vec![("callbackUrl", visit.return_to.as_str())];
        query.extend(error.map(|error| ("error", error)));
        query.extend([why::WHY, why::PROVIDER].into_iter().filter_map(|name| Some((name, visit.input.query(name)?))));
        return Ok(answer::redirect(StatusCode::FOUND, &with_query(path, &query)));
    }
    Ok(visit.frame().answer(&Page::SignIn(ways_in(visit))))
}

/// What the page has to say to whoever visits it.
pub(super) fn ways_in(visit: &Visit) -> SignInPage {
    let realm = &visit.realm;
    // One that ends stands behind those that stay, and is not what to choose.
    let ends = |registered: &Registered| realm.successor_of(registered.id()).is_some();
    let (ending, staying): (Vec<_>, Vec<_>) = realm.providers.iter().partition(|registered| ends(registered));
    let actions: Vec<_> = staying.iter().chain(&ending).map(|registered| action(visit, registered)).collect();
    let offered = staying.iter().map(|registered| (registered, false));
    let offered = offered.chain(ending.iter().map(|registered| (registered, true)));
    let ways = offered.zip(&actions).filter_map(|((registered, ends), action)| way(registered, action, ends));
    let last_used = last_used::provider(visit);
    let ways: Vec<_> = ways.map(|way| Offer { is_last_used: last_used == Some(way.id), ..way }).collect();
    let code = visit.input.query("code");
    let text = code.and_then(|code| texts(realm).find(|(known, _)| known == code)).map(|(_, text)| text.as_str());
    // The wire has one word for whoever has to sign in; why they have to is ours.
    let why = reason_to_be_here::text(visit);
    let required = why.as_deref().map(|why| News { error: "SessionRequired", code: None, text: Some(why) });
    let news = visit.input.query("error").map(|error| News { error, code, text }).or(required);
    SignInPage::new(&visit.frame(), &ways, &visit.csrf.token, &visit.return_to, news)
}

/// Where the form for a provider posts to. What is asked of one sign-in is passed on, if the sign-in would heed it.
fn action(visit: &Visit, registered: &Registered) -> String {
    let mut query: Vec<_> = again::passed_on(visit).into_iter().collect();
    if let Some(registered) = registered.oauth() {
        query.extend(heeded(registered.flow.config(), &visit.input.query));
    }
    let path = if registered.credentials().is_some() { &registered.callback_url } else { &registered.sign_in_url };
    with_query(path, &query)
}

/// How the page offers a provider, if it does.
fn way<'a>(registered: &'a Registered, action: &'a str, ends: bool) -> Option<Offer<'a>> {
    let credentials = registered.credentials();
    if credentials.is_some_and(|credentials| !credentials.has_form) {
        return None;
    }
    Some(Offer {
        id: registered.id(),
        name: registered.provider.name(),
        mark: registered.provider.mark(),
        action,
        fields: credentials.map_or(&[], |credentials| &credentials.fields),
        ends,
        is_last_used: false,
    })
}

/// The application's texts for the codes that its checks refuse with.
fn texts(realm: &Realm) -> impl Iterator<Item = &(String, String)> {
    realm.providers.iter().filter_map(Registered::credentials).flat_map(|credentials| &credentials.texts)
}

/// Remembers the trip in a cookie and sends the browser to the provider.
pub(super) async fn start(visit: &mut Visit, provider: Option<&str>) -> Result<Answer, Failure> {
    visit.check_csrf()?;
    if let Some(failure) = visit.no_way_back.take() {
        return Err(failure);
    }
    let page = |visit: &Visit| answer::redirect(StatusCode::FOUND, &format!("{}/signin", visit.realm.base.auth_url));
    let Some(provider) = provider else { return Ok(page(visit)) };
    if visit.realm.provider(provider).ok_or_else(unknown_provider)?.oauth().is_none() {
        // A form on the page is where such a sign-in begins.
        return Ok(page(visit));
    }
    let wish = ways::wish(visit, provider)?;
    depart(visit, provider, Purpose::SignIn(wish)).await
}

/// What a trip to a provider is for.
#[derive(Debug)]
pub(super) enum Purpose {
    SignIn(Wish),
    /// Somebody who is signed in connects an account.
    Link(LinkTo),
    /// In the place of a trip that was not enough to the provider, with the claims that it wants.
    OnceMore(Box<Pending>, String),
    /// Somebody who was proven by another account, and has no session yet, connects one; and then goes there.
    GoOn(Proven, String),
}

/// The trip to a provider.
pub(super) async fn depart(visit: &mut Visit, provider: &str, purpose: Purpose) -> Result<Answer, Failure> {
    let is_sign_in = matches!(purpose, Purpose::SignIn(_));
    let (mut wish, mut link, mut proven, mut return_to) = (Wish::default(), None, None, visit.return_to.clone());
    // The query of a callback is the provider before's.
    let (mut query, mut first, wanted) = (visit.input.query.as_slice(), None, wanted(&purpose));
    match purpose {
        Purpose::SignIn(asked) => wish = asked,
        Purpose::Link(to) => link = Some(to),
        Purpose::GoOn(who, there) => (query, proven, return_to) = (&[], Some(who), there),
        Purpose::OnceMore(mut trip, _) => {
            (wish, link, proven) = (std::mem::take(&mut trip.wish), trip.link.take(), trip.proven.take());
            (query, return_to) = (&wanted, std::mem::take(&mut trip.return_to));
            first = Some(trip);
        }
    }
    let realm = &visit.realm;
    let registered = realm.oauth(provider).ok_or_else(unknown_provider)?;
    let flow = registered.flow;
    let config = flow.config();
    let mut asked = Asked::read(config, registered.scopes, query)?;
    if let Some(first) = &mut first {
        asked.scopes = std::mem::take(&mut first.scopes);
    }
    // Only then: a sign-in begins also while the session store is down.
    let needs_session = is_sign_in && (config.form_post || again::is_asked(visit));
    let now_signed_in = if needs_session { admission::previous(visit).await? } else { None };
    let metadata = registered.metadata(realm, &registered.client.id).await?;
    if config.form_post {
        metadata.as_deref().map_or(Ok(()), check_form_post)?;
    }
    let cx = realm.context(&registered, &registered.client.id).with(metadata.as_deref());

    let state = random::token(&*realm.random);
    let nonce = registered.openid.is_some().then(|| random::token(&*realm.random));
    let code_verifier = (config.pkce == Pkce::S256).then(|| random::token(&*realm.random));
    let code_challenge = code_verifier.as_deref().map(authorization::code_challenge);
    let request = AuthorizationRequest {
        client_id: &registered.client.id,
        redirect_uri: registered.redirect_uri,
        state: &state,
        nonce: nonce.as_deref(),
        code_challenge: code_challenge.as_deref(),
        scopes: &asked.scopes,
        extra: &asked.parameters,
    };
    let query = flow.authorization(&cx, &request)?;
    let published = || metadata.as_deref().map(|metadata| &metadata.authorization_endpoint);
    let endpoint = registered.authorization_endpoint.or_else(published);
    let endpoint = endpoint.ok_or_else(|| Failure::of(Reason::Configuration))?;
    let pushed = pushed::push(realm, &registered, &cx, &query).await?;
    let location = authorization::url(endpoint, pushed.as_ref().unwrap_or(&query));

    let now = realm.clock.now();
    let mut pending = Pending {
        provider: registered.id.to_owned(),
        client_id: registered.client.id.clone(),
        redirect_uri: registered.redirect_uri.to_owned(),
        issuer: metadata.as_ref().map(|metadata| metadata.issuer.clone()).or_else(|| config.issuer.clone()),
        sends_iss: metadata.as_ref().is_some_and(|metadata| metadata.sends_iss),
        token_endpoint: metadata.as_ref().map(|metadata| metadata.token_endpoint.to_string()),
        max_age: nonce.as_ref().and_then(|_| query.get("max_age")?.parse().ok()),
        contexts: nonce.as_ref().and_then(|_| essential_contexts(query.get("claims")?)),
        same_person: again::same_person(visit, now_signed_in.as_ref()),
        before: now_signed_in.filter(|_| config.form_post).as_ref().map(Before::of),
        nonce,
        code_verifier,
        link,
        wish,
        proven,
        is_once_more: false,
        posted: None,
        scopes: asked.scopes,
        return_to,
        begun_at: now,
        state,
    };
    let seal =
        |pending: &Pending| pending.cookie(&realm.cookies, &realm.pending_sealer, &*realm.random, config.form_post);
    if let Some(first) = first {
        pending.is_once_more = true;
        // What was demanded of the first holds, also where the provider is not asked for it in words.
        (pending.max_age, pending.contexts) = (pending.max_age.or(first.max_age), first.contexts.or(pending.contexts));
        (pending.same_person, pending.before) = (first.same_person, first.before);
    }
    let cookie = seal(&pending).or_else(|| {
        // The way back is what can be spared: the person lands at home instead of nowhere.
        pending.return_to.clone_from(&realm.base.origin);
        seal(&pending)
    });
    let cookie = cookie.ok_or_else(|| {
        let cause = "the scopes are too many to be remembered in a cookie";
        Failure::because(Code::Configuration, Reason::Configuration, cause)
    })?;
    let evicted = pending::to_evict(&visit.input.cookies.pending, &realm.pending_sealer, now, cookie.size());
    visit.cookies.extend(evicted.into_iter().map(|name| realm.cookies.delete(name)));
    visit.cookies.push(cookie);
    tracing::debug!(provider, is_link = pending.link.is_some(), "a sign-in began");
    Ok(answer::redirect(StatusCode::FOUND, &location))
}

/// What is asked of a trip that takes the place of another, as a query would ask it.
fn wanted(purpose: &Purpose) -> Vec<(String, String)> {
    let Purpose::OnceMore(first, claims) = purpose else { return Vec::new() };
    let max_age = first.max_age.map(|seconds| ("max_age".to_owned(), seconds.to_string()));
    [("claims".to_owned(), claims.clone())].into_iter().chain(max_age).collect()
}

/// Whoever says by which ways they answer, and not by a post, would show the person a page of errors. Many say nothing.
fn check_form_post(metadata: &Metadata) -> Result<(), Failure> {
    let modes = metadata.document.value("response_modes_supported").and_then(Value::as_array);
    if modes.is_none_or(|modes| modes.iter().any(|mode| mode == "form_post")) {
        return Ok(());
    }
    let cause = "the issuer does not answer by a post (`response_modes_supported`); turn form_post off";
    Err(Failure::because(Code::Configuration, Reason::Configuration, cause))
}
