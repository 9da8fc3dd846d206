//! What the page asks the server: who is signed in, and what Azure DevOps says of them.
//!
//! The page never sees an access token. It asks here, and the server asks Azure DevOps with a token that is fresh.

use std::sync::Arc;

use admit::http::HttpClient as _;
use admit::{AccessTokenError, Secret};
use admit_axum::{Current, Session};
use axum::Json;
use axum::extract::State;
use axum::response::Result;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::site::Site;

/// `GET /api/me`: the session as an argument is the guard. Whoever is not signed in gets 401.
pub(crate) async fn me(session: Session, current: Current, State(site): State<Arc<Site>>) -> Result<Json<Value>> {
    let azure_devops = match current.access_token("azure-devops").await {
        Ok(token) => profile(&site, &token).await?,
        // They came by password.
        Err(AccessTokenError::NotConnected { .. }) => Value::Null,
        Err(error) => return Err(current.without_token(&error).into()),
    };
    Ok(Json(json!({ "name": session.user.display_name(), "azureDevOps": azure_devops })))
}

/// Whom Azure DevOps takes them for.
async fn profile(site: &Site, token: &Secret) -> Result<Value> {
    let request = Request::get(format!("{}/_apis/profile/profiles/me?api-version=7.1", site.served.base_url()))
        .header(AUTHORIZATION, format!("Bearer {}", token.expose()))
        .body(Bytes::new())
        .map_err(|_| StatusCode::BAD_GATEWAY)?;
    let answer = site.azure.send(request).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    if answer.status() != StatusCode::OK {
        return Err(StatusCode::BAD_GATEWAY.into());
    }
    let profile: Value = serde_json::from_slice(answer.body()).map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(json!({ "name": profile.get("displayName"), "address": profile.get("emailAddress") }))
}
