//! Whether each provider answers, and whether its clock and ours agree.
//!
//! An OpenID provider is asked as a sign-in asks it: what it publishes is fetched and judged by sign-in itself. Of
//! another one only the token endpoint is called upon, with nothing in hand.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use admit::http::{HttpError, ReqwestClient};
use admit::{Auth, Clock as _, HttpClient, HttpRequest, HttpResponse, SystemClock, Timestamp};
use async_trait::async_trait;
use bytes::Bytes;
use http::Request;
use http::header::{CONTENT_TYPE, DATE, LOCATION, ORIGIN};

use super::check::Checks;
use super::heard::Heard;
use crate::exit::Failure;
use crate::providers::{Configured, Registration};

/// The way to the providers, on which the times of their clocks are read.
#[derive(Clone, Debug)]
pub(super) struct Line {
    client: Arc<ReqwestClient>,
    /// How far the clock that was read last is from ours.
    apart: Arc<Mutex<Option<Duration>>>,
}

impl Line {
    pub(super) fn new() -> Result<Self, Failure> {
        Ok(Self { client: Arc::new(ReqwestClient::new().map_err(Failure::Http)?), apart: Arc::default() })
    }

    fn apart(&self) -> Option<Duration> {
        self.apart.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[async_trait]
impl HttpClient for Line {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = self.client.send(request).await?;
        let theirs = answer.headers().get(DATE).and_then(|date| date.to_str().ok()).and_then(read);
        *self.apart.lock().unwrap_or_else(PoisonError::into_inner) =
            theirs.map(|theirs| apart(theirs, SystemClock.now()));
        Ok(answer)
    }
}

/// Asks each of them.
pub(super) async fn look(auth: &Auth, providers: &[Configured], line: &Line, heard: &Heard, checks: &mut Checks) {
    for registration in providers.iter().filter_map(Configured::registration) {
        let asked = match (&registration.token_url, registration.speaks_openid) {
            (_, true) => {
                sign_in(auth, &registration.id, heard).await.map(|place| format!("people are sent to {place}"))
            }
            (Some(url), false) => call(line, url).await.map(|place| format!("{place} answers")),
            (None, false) => continue,
        };
        let id = &registration.id;
        match asked {
            Ok(text) => checks.ok(id, text),
            Err(why) => {
                checks.fail(id, why);
                continue;
            }
        }
        clock(&registration, line, checks);
    }
}

/// Begins a sign-in, and tells where a browser would be sent.
async fn sign_in(auth: &Auth, id: &str, heard: &Heard) -> Result<String, String> {
    let request = Request::post(format!("{}/signin/{id}", auth.base_path()))
        .header(ORIGIN, auth.origin())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Bytes::new())
        .map_err(|error| error.to_string())?;
    let answer = auth.handle(request).await;
    let place = answer.headers().get(LOCATION).and_then(|place| place.to_str().ok()).unwrap_or_default();
    if place.is_empty() || place.starts_with(auth.origin()) {
        let causes = heard.take().into_iter().filter_map(|said| said.cause.or(Some(said.text)));
        let causes: Vec<_> = causes.collect();
        return Err(format!("nobody can be sent there: {}", causes.join("; ")));
    }
    Ok(place.split('?').next().unwrap_or_default().to_owned())
}

/// Calls upon an endpoint, which may say whatever it likes.
async fn call(line: &Line, url: &str) -> Result<String, String> {
    let request = Request::get(url).body(Bytes::new()).map_err(|error| error.to_string())?;
    match line.send(request).await {
        Ok(_) => Ok(url.to_owned()),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            Err(format!("{url} does not answer: {error}{cause}"))
        }
    }
}

fn clock(registration: &Registration, line: &Line, checks: &mut Checks) {
    let id = &registration.id;
    match line.apart() {
        None => checks.ok(id, "its answer tells no time, so the clocks were not compared"),
        Some(apart) if apart <= NEAR => checks.ok(id, "its clock and this machine's agree"),
        Some(apart) if apart < FAR => {
            checks
                .warn(id, format!("its clock and this machine's are {} s apart; set this one by NTP", apart.as_secs()));
        }
        Some(apart) => checks.fail(
            id,
            format!(
                "its clock and this machine's are {} s apart, so tokens seem to be from the future or over; set this \
                 one by NTP",
                apart.as_secs()
            ),
        ),
    }
}

/// A date as HTTP writes it (RFC 9110 §5.6.7).
fn read(text: &str) -> Option<Timestamp> {
    let since = httpdate::parse_http_date(text).ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(Timestamp::from_unix_seconds(i64::try_from(since.as_secs()).ok()?))
}

fn apart(a: Timestamp, b: Timestamp) -> Duration {
    a.since(b).max(b.since(a))
}

/// An answer takes its time, and its date has no fractions.
const NEAR: Duration = Duration::from_secs(15);
/// What most who judge tokens let pass.
const FAR: Duration = Duration::from_secs(60);
