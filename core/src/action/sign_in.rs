//! `GET …/signin`: the page with the providers. `POST …/signin/{id}`: a trip begins.

use http::StatusCode;

use super::{Visit, unknown_provider, unsupported};
use crate::address::with_query;
use crate::answer::{self, Answer};
use crate::failure::{Code, Failure};
use crate::oauth::{authorization, pushed};
use crate::page::{self, News, Reason, Way};
use crate::pending::{self, Pending};
use crate::provider::{AuthorizationRequest, Pkce};
use crate::random;
use crate::realm::{Realm, Registered};

pub(super) fn page(visit: &Visit, provider: Option<&str>) -> Result<Answer, Failure> {
    if provider.is_some() {
        return Err(unsupported());
    }
    let realm = &visit.realm;
    let error = visit.input.query("error");
    if let Some(path) = &realm.pages.sign_in {
        let mut query = vec![("callbackUrl", visit.return_to.as_str())];
        query.extend(error.map(|error| ("error", error)));
        return Ok(answer::redirect(StatusCode::FOUND, &with_query(path, &query)));
    }
    let ways: Vec<_> = realm.providers.iter().filter_map(way).collect();
    let code = visit.input.query("code");
    let text = code.and_then(|code| texts(realm).find(|(known, _)| known == code)).map(|(_, text)| text.as_str());
    let news = error.map(|error| News { error, code, text });
    Ok(page::sign_in(&realm.shell(), &ways, &visit.csrf.token, &visit.return_to, news))
}

/// How the page offers a provider, if it does.
fn way(registered: &Registered) -> Option<Way<'_>> {
    let credentials = registered.credentials();
    if credentials.is_some_and(|credentials| !credentials.has_form) {
        return None;
    }
    Some(Way {
        id: registered.id(),
        name: registered.provider.name(),
        action: if credentials.is_some() { &registered.callback_url } else { &registered.sign_in_url },
        fields: credentials.map_or(&[], |credentials| &credentials.fields),
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
    let realm = &visit.realm;
    let page = || answer::redirect(StatusCode::FOUND, &format!("{}/signin", realm.base.auth_url));
    let Some(provider) = provider else { return Ok(page()) };
    let registered = realm.provider(provider).ok_or_else(unknown_provider)?;
    // A form on the page is where such a sign-in begins.
    let Some(registered) = registered.oauth() else { return Ok(page()) };
    let flow = registered.flow;
    let config = flow.config();
    let metadata = registered.metadata(realm, &registered.client.id).await?;
    let cx = realm.context(&registered, &registered.client.id).with(metadata.as_deref());

    let state = random::token(&*realm.random);
    let nonce = registered.openid.is_some().then(|| random::token(&*realm.random));
    let code_verifier = (config.pkce == Pkce::S256).then(|| random::token(&*realm.random));
    let code_challenge = code_verifier.as_deref().map(authorization::code_challenge);
    let extra = allowed_parameters(&visit.input.query);
    let request = AuthorizationRequest {
        client_id: &registered.client.id,
        redirect_uri: registered.redirect_uri,
        state: &state,
        nonce: nonce.as_deref(),
        code_challenge: code_challenge.as_deref(),
        scopes: registered.scopes,
        extra: &extra,
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
        nonce,
        code_verifier,
        scopes: registered.scopes.to_owned(),
        return_to: visit.return_to.clone(),
        begun_at: now,
        state,
    };
    let seal =
        |pending: &Pending| pending.cookie(&realm.cookies, &realm.pending_sealer, &*realm.random, config.form_post);
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
    tracing::debug!(provider, "a sign-in began");
    Ok(answer::redirect(StatusCode::FOUND, &location))
}

/// What a page may add to one sign-in. Anything else in the query, `redirect_uri` and `state` above all, has no effect.
fn allowed_parameters(query: &[(String, String)]) -> Vec<(String, String)> {
    query.iter().filter(|(name, value)| ALLOWED.contains(&name.as_str()) && value.len() <= 512).cloned().collect()
}

const ALLOWED: &[&str] = &["prompt", "login_hint", "domain_hint", "max_age", "acr_values", "ui_locales"];
