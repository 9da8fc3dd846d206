//! Somebody's browser, over HTTP: its connections are kept, its cookies are new with each trip.

use std::io;

use admit_testkit::CookieJar;
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

/// It follows nothing by itself.
#[derive(Debug)]
pub(super) struct Browser(Client);

impl Browser {
    pub(super) fn new() -> io::Result<Self> {
        Client::builder().redirect(Policy::none()).build().map(Self).map_err(io::Error::other)
    }

    /// A whole trip to the site at that origin: the CSRF token, the start, the provider, the way back, and the session.
    pub(super) async fn sign_in(&self, origin: &str) -> io::Result<()> {
        let mut jar = CookieJar::default();
        let at = |path: &str| format!("{origin}/api/auth/{path}");

        let (_, _, told) = send(self.0.get(at("csrf")), &mut jar).await?;
        let told: Value = serde_json::from_slice(&told)?;
        let token = told.get("csrfToken").and_then(Value::as_str).ok_or_else(|| wrong("no CSRF token"))?;

        let form = format!("csrfToken={token}&callbackUrl=%2Fdashboard");
        let start = self.0.post(at("signin/company")).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let provider = redirect(send(start.body(form), &mut jar).await?)?;

        // The provider is another host, with other cookies; whoever it is, they agree at once.
        let agreed = format!("{provider}&_login=ada&_decision=accept");
        let callback = redirect(send(self.0.get(agreed), &mut CookieJar::default()).await?)?;

        let home = redirect(send(self.0.get(callback), &mut jar).await?)?;
        if home != format!("{origin}/dashboard") {
            return Err(wrong(&format!("it ended at {home}")));
        }
        let (_, _, session) = send(self.0.get(at("session")), &mut jar).await?;
        let session: Value = serde_json::from_slice(&session)?;
        match session.pointer("/user/email").and_then(Value::as_str) {
            Some("ada@id.example") => Ok(()),
            _ => Err(wrong(&format!("the session is {session}"))),
        }
    }
}

type Answer = (StatusCode, Option<String>, Bytes);

async fn send(request: RequestBuilder, jar: &mut CookieJar) -> io::Result<Answer> {
    let request = match jar.header(false) {
        Some(cookies) => request.header(COOKIE, cookies),
        None => request,
    };
    let answer = request.send().await.map_err(io::Error::other)?;
    jar.apply(answer.headers());
    let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Ok((answer.status(), location, answer.bytes().await.map_err(io::Error::other)?))
}

fn redirect((status, location, body): Answer) -> io::Result<String> {
    match location {
        Some(location) if status == StatusCode::FOUND => Ok(location),
        _ => Err(wrong(&format!("no redirect but {status}: {}", String::from_utf8_lossy(&body)))),
    }
}

fn wrong(what: &str) -> io::Error {
    io::Error::other(format!("a sign-in failed: {what}"))
}
