//! `GET /{tenant}/oauth2/v2.0/logout`: the browser leaves, and goes on only to an address that is registered.

use admit::http::{HttpRequest, HttpResponse};
use http::StatusCode;

use super::reply::with_query;
use super::{PretendEntra, pages};
use crate::answer;
use crate::form::{is_form, pairs};

impl PretendEntra {
    pub(super) fn logout(&self, request: &HttpRequest) -> HttpResponse {
        let mut parameters = pairs(request.uri().query().unwrap_or_default().as_bytes());
        if is_form(request) {
            parameters.extend(pairs(request.body()));
        }
        let value = |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        match value("post_logout_redirect_uri").filter(|uri| self.config.redirect_uris.contains(uri)) {
            Some(uri) => match value("state") {
                Some(state) => answer::redirect(&with_query(&uri, &[("state".to_owned(), state)])),
                None => answer::redirect(&uri),
            },
            None => answer::html(StatusCode::OK, pages::signed_out()),
        }
    }
}
