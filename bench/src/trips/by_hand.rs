//! Sign-in written straight on axum, for one provider that is known beforehand: the least that the same trip takes.
//!
//! It checks what must be checked, and has nothing to choose: no callbacks, no events, no second provider, no errors that
//! say what happened. The provider's addresses and key are fetched when it starts, and never again.

use std::sync::Arc;

use admit::{Clock, Random, SystemClock, SystemRandom};
use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, StatusCode, Uri};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::form_urlencoded::{Serializer, parse};

use super::{CLIENT_ID, CLIENT_SECRET};
use crate::bare::BareKey;
use crate::session_cookie::SECRET;

/// Its routes, once the provider has said where its endpoints are and what its key is.
pub(super) async fn router(origin: String, issuer: &str) -> Option<Router> {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().ok()?;
    let metadata: Metadata = fetch(&http, &format!("{issuer}/.well-known/openid-configuration")).await?;
    let keys: JwkSet = fetch(&http, &metadata.jwks_uri).await?;
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_audience(&[CLIENT_ID]);
    rules.set_issuer(&[issuer]);
    rules.set_required_spec_claims(&["iss", "aud", "exp", "sub"]);
    let site = Site {
        callback: format!("{origin}/api/auth/callback/company"),
        origin,
        http,
        metadata,
        key: DecodingKey::from_jwk(keys.keys.first()?).ok()?,
        rules,
        sessions: BareKey::derive(SECRET, SESSION),
        pending: RandomizedNonceKey::new(&AES_256_GCM, digest(&SHA256, SECRET.as_bytes()).as_ref()).ok()?,
        csrf: hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()),
    };
    let router = Router::new()
        .route("/api/auth/csrf", get(csrf))
        .route("/api/auth/signin/company", post(start))
        .route("/api/auth/callback/company", get(callback))
        .route("/api/auth/session", get(session));
    Some(router.with_state(Arc::new(site)))
}

struct Site {
    origin: String,
    callback: String,
    http: reqwest::Client,
    metadata: Metadata,
    key: DecodingKey,
    rules: Validation,
    sessions: BareKey,
    pending: RandomizedNonceKey,
    csrf: hmac::Key,
}

#[derive(Deserialize)]
struct Metadata {
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

/// What is kept of a trip until the browser comes back, sealed in a cookie.
#[derive(Deserialize, Serialize)]
struct Pending {
    state: String,
    verifier: String,
    nonce: String,
    until: i64,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

#[derive(Deserialize)]
struct IdToken {
    sub: String,
    nonce: String,
    name: String,
    email: String,
    picture: String,
}

async fn csrf(State(site): State<Arc<Site>>) -> Response {
    let token = random();
    let proof = URL_SAFE_NO_PAD.encode(hmac::sign(&site.csrf, token.as_bytes()));
    let cookie = format!("{CSRF}={token}|{proof}; Path=/; HttpOnly; SameSite=Lax");
    ([(SET_COOKIE, cookie)], Json(json!({ "csrfToken": token }))).into_response()
}

async fn start(State(site): State<Arc<Site>>, headers: HeaderMap, body: Bytes) -> Response {
    begin(&site, &headers, &body).unwrap_or_else(|| StatusCode::BAD_REQUEST.into_response())
}

fn begin(site: &Site, headers: &HeaderMap, body: &[u8]) -> Option<Response> {
    let (token, proof) = cookie(headers, CSRF)?.split_once('|')?;
    hmac::verify(&site.csrf, token.as_bytes(), &URL_SAFE_NO_PAD.decode(proof).ok()?).ok()?;
    let (_, repeated) = parse(body).find(|(name, _)| name == "csrfToken")?;
    verify_slices_are_equal(repeated.as_bytes(), token.as_bytes()).ok()?;

    let pending = Pending { state: random(), verifier: random(), nonce: random(), until: now() + 900 };
    let query = Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", CLIENT_ID)
        .append_pair("redirect_uri", &site.callback)
        .append_pair("scope", "openid profile email")
        .append_pair("state", &pending.state)
        .append_pair("nonce", &pending.nonce)
        .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(digest(&SHA256, pending.verifier.as_bytes())))
        .append_pair("code_challenge_method", "S256")
        .finish();
    let sealed = seal(&site.pending, &pending)?;
    let cookie = format!("{PENDING}={sealed}; Path=/; Max-Age=900; HttpOnly; SameSite=Lax");
    let provider = format!("{}?{query}", site.metadata.authorization_endpoint);
    Some((StatusCode::FOUND, [(LOCATION, provider), (SET_COOKIE, cookie)]).into_response())
}

async fn callback(State(site): State<Arc<Site>>, headers: HeaderMap, uri: Uri) -> Response {
    finish(&site, &headers, uri.query().unwrap_or_default())
        .await
        .unwrap_or_else(|| StatusCode::BAD_REQUEST.into_response())
}

async fn finish(site: &Site, headers: &HeaderMap, query: &str) -> Option<Response> {
    let pending = open(&site.pending, cookie(headers, PENDING)?).filter(|pending| pending.until > now())?;
    let parameter = |name: &str| parse(query.as_bytes()).find(|(known, _)| known == name).map(|(_, value)| value);
    verify_slices_are_equal(parameter("state")?.as_bytes(), pending.state.as_bytes()).ok()?;

    let form = Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("code", &parameter("code")?)
        .append_pair("redirect_uri", &site.callback)
        .append_pair("code_verifier", &pending.verifier)
        .finish();
    let request = site.http.post(&site.metadata.token_endpoint).basic_auth(CLIENT_ID, Some(CLIENT_SECRET));
    let answer = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form).send().await.ok()?;
    let answer = answer.error_for_status().ok()?.bytes().await.ok()?;
    let tokens: Tokens = serde_json::from_slice(&answer).ok()?;
    let proven = jsonwebtoken::decode::<IdToken>(&tokens.id_token, &site.key, &site.rules).ok()?.claims;
    verify_slices_are_equal(proven.nonce.as_bytes(), pending.nonce.as_bytes()).ok()?;

    let session = site.sessions.begin_session([proven.name, proven.email, proven.picture, proven.sub])?;
    let mut answer = StatusCode::FOUND.into_response();
    let set = [
        format!("{SESSION}={session}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"),
        format!("{PENDING}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"),
    ];
    for cookie in set {
        answer.headers_mut().append(SET_COOKIE, cookie.parse().ok()?);
    }
    answer.headers_mut().insert(LOCATION, format!("{}/dashboard", site.origin).parse().ok()?);
    Some(answer)
}

async fn session(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    match site.sessions.get_session(&headers) {
        Some(answer) => answer.map(axum::body::Body::from),
        None => Json(Value::Null).into_response(),
    }
}

fn seal(key: &RandomizedNonceKey, pending: &Pending) -> Option<String> {
    let mut text = serde_json::to_vec(pending).ok()?;
    let nonce = key.seal_in_place_append_tag(Aad::from(PENDING), &mut text).ok()?;
    text.extend_from_slice(nonce.as_ref());
    Some(URL_SAFE_NO_PAD.encode(text))
}

fn open(key: &RandomizedNonceKey, sealed: &str) -> Option<Pending> {
    let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (text, nonce) = bytes.split_last_chunk_mut::<12>()?;
    let nonce = Nonce::assume_unique_for_key(*nonce);
    serde_json::from_slice(key.open_in_place(nonce, Aad::from(PENDING), text).ok()?).ok()
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut pairs = headers.get(COOKIE)?.to_str().ok()?.split(';').map(str::trim_ascii_start);
    pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn random() -> String {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn now() -> i64 {
    SystemClock.now().unix_seconds()
}

async fn fetch<T: serde::de::DeserializeOwned>(http: &reqwest::Client, url: &str) -> Option<T> {
    let answer = http.get(url).send().await.ok()?.error_for_status().ok()?.bytes().await.ok()?;
    serde_json::from_slice(&answer).ok()
}

const SESSION: &str = "authjs.session-token";
const PENDING: &str = "pending";
const CSRF: &str = "csrf";
