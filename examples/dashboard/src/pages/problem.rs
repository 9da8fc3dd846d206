//! When there is nothing to show: what happened, why, and what to do.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use maud::{Markup, html};

use super::layout::Page;
use super::{View, paths};
use crate::azure::AzureError;

/// What went wrong with a call to Azure DevOps. The log gets the cause; the person gets what helps.
pub fn problem(view: View<'_>, error: &AzureError) -> Response<Bytes> {
    tracing::warn!(error = error as &(dyn std::error::Error + 'static), "Azure DevOps has nothing to show");
    let action = match error {
        AzureError::Expired { .. } => {
            html! { a.button.primary href=(paths::sign_in(view.path)) { "Sign in again" } }
        }
        AzureError::RateLimited { .. } | AzureError::Unavailable { .. } | AzureError::Unexpected { .. } => {
            html! { a.button.primary href=(paths::here(view.path)) { "Try again" } }
        }
        _ => html! { a.button.primary href=(paths::routes::ORGANISATIONS) { "Your organisations" } },
    };
    let mut response = page(view, error.status(), error.title(), &error.explanation(), &error.next_step(), &action);
    if let Some(wait) = error.retry_after() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
    }
    response
}

/// There is no such page.
pub fn not_found(view: View<'_>) -> Response<Bytes> {
    page(
        view,
        StatusCode::NOT_FOUND,
        "There is no such page",
        "The address may be mistyped, or the page has moved.",
        "Start again from the first page.",
        &html! { a.button.primary href=(paths::routes::HOME) { "To the first page" } },
    )
}

/// Whoever is signed in came by a way that Azure DevOps knows nothing of.
pub fn no_access(view: View<'_>) -> Response<Bytes> {
    page(
        view,
        StatusCode::FORBIDDEN,
        "Azure DevOps does not know this account",
        "You are signed in, but not by Azure DevOps or Microsoft Entra ID, whose people Azure DevOps lets in.",
        "Sign in by one of these two.",
        &html! { a.button.primary href=(paths::sign_in(view.path)) { "Sign in another way" } },
    )
}

fn page(
    view: View<'_>,
    status: StatusCode,
    title: &str,
    explanation: &str,
    next_step: &str,
    action: &Markup,
) -> Response<Bytes> {
    let content = html! {
        p.lead { (explanation) }
        div.card {
            h2 { "What you can do" }
            p { (next_step) }
            p.actions { (action) }
        }
    };
    Page { heading: title, crumbs: &[] }.with_status(status, view, &content)
}
