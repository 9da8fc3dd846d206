//! The one page: who is signed in, and by what.

use admit::store::AccountKey;
use admit_axum::Current;
use axum::extract::Extension;
use axum::response::{Html, IntoResponse as _, Response};
use maud::{DOCTYPE, Markup, html};

use crate::Accounts;

/// Shows who is signed in.
pub(crate) async fn page(current: Current, Extension(accounts): Extension<Accounts>) -> Response {
    let session = match current.session().await {
        Ok(session) => session,
        Err(error) => return current.unavailable(&error),
    };
    let Some(session) = session else {
        return show(&html! {
            h1 { "Hello, stranger!" }
            a href="/api/auth/signin?callbackUrl=/" { "Sign in" }
        });
    };
    let by = accounts.of(&session.user.id).await;
    show(&html! {
        h1 { "Hello, " (session.user.display_name()) "!" }
        p { "You are user " code id="user" { (session.user.id) } "." }
        p { "You can sign in by:" }
        ul { @for AccountKey { provider, .. } in &by { li { (provider) } } }
        @if let Some(provider) = session.offered() {
            form method="post" action={ "/api/auth/link/" (provider) } {
                input type="hidden" name="csrfToken" value=(current.csrf_token());
                input type="hidden" name="callbackUrl" value="/";
                button { "Connect your Microsoft account" }
            }
        }
        a href="/api/auth/signout?callbackUrl=/" { "Sign out" }
    })
}

fn show(body: &Markup) -> Response {
    let page = html! { (DOCTYPE) html lang="en" { head { title { "The move" } } body { (body) } } };
    Html(page.into_string()).into_response()
}
