//! What requests are about, in words.

use admit::http::HttpRequest;

use super::{JWT_BEARER, Stage, pages};
use crate::desk::Heard;

/// A request as developers are told of it; `None` for those of the control endpoints, which nobody wonders about.
pub(super) fn heard(request: &HttpRequest) -> Option<Heard> {
    let path = request.uri().path();
    let stage = Stage::of(path);
    if stage.is_none() && ![pages::SIGN_IN, pages::CONSENT].contains(&path) {
        return None;
    }
    Some(Heard::of(request, |parameter| {
        let login = || parameter("login").unwrap_or_default();
        match stage {
            Some(Stage::Authorize) => "A browser came to sign in".to_owned(),
            Some(Stage::Token) => match parameter("grant_type").as_deref() {
                Some(JWT_BEARER) => "The app exchanged a code".to_owned(),
                Some("refresh_token") => "The app refreshed its tokens".to_owned(),
                _ => "The app asked for tokens".to_owned(),
            },
            Some(Stage::Profile) => "The app read the person’s profile".to_owned(),
            Some(Stage::ConnectionData) => "The app asked whose token it has".to_owned(),
            Some(Stage::Identity) => "The app read the person’s identity".to_owned(),
            Some(Stage::Rest) => "The app called the REST API".to_owned(),
            None if path == pages::SIGN_IN => format!("Somebody chose to be {}", login()),
            None => match parameter("decision").as_deref() {
                Some("accept") => format!("{} agreed", login()),
                _ => format!("{} did not agree", login()),
            },
        }
    }))
}
