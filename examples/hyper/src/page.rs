//! What the site shows. maud escapes what is put in: a name may be anything.

use admit::Session;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use maud::{DOCTYPE, Markup, html};

pub(crate) fn home(session: Option<&Session>) -> Response<Full<Bytes>> {
    page(&html! {
        @if let Some(session) = session {
            h1 { "Hello, " (session.user.display_name()) "!" }
            a href="/api/auth/signout" { "Sign out" }
        } @else {
            h1 { "Hello, stranger!" }
            a href="/api/auth/signin?callbackUrl=/" { "Sign in" }
        }
    })
}

pub(crate) fn not_found() -> Response<Full<Bytes>> {
    let mut response = page(&html! { h1 { "Nothing is here." } a href="/" { "Home" } });
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn page(body: &Markup) -> Response<Full<Bytes>> {
    let page = html! { (DOCTYPE) html lang="en" { head { title { "Harbor" } } body { (body) } } };
    let mut response = Response::new(Full::from(page.into_string()));
    response.headers_mut().insert(CONTENT_TYPE, HTML);
    response
}

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
