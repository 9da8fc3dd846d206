//! What requests are about, in words.

use admit::http::HttpRequest;

use super::Stage;
use super::authorize::{ACCEPT, DECISION, LOGIN};
use crate::desk::Heard;

/// A request as developers are told of it. `stage` is where it came.
pub(super) fn heard(request: &HttpRequest, stage: Option<Stage>) -> Heard {
    Heard::of(request, |parameter| match stage {
        Some(Stage::Discovery) => "The app read what the provider publishes".to_owned(),
        Some(Stage::Keys) => "The app fetched the keys".to_owned(),
        Some(Stage::Pushed) => "The app sent a sign-in ahead of the browser".to_owned(),
        Some(Stage::Authorize) => match (parameter(LOGIN), parameter(DECISION).as_deref()) {
            (None, _) => "A browser came to sign in".to_owned(),
            (Some(login), None) => format!("Somebody chose to be {login}"),
            (Some(login), Some(ACCEPT)) => format!("{login} agreed"),
            (Some(login), Some(_)) => format!("{login} did not agree"),
        },
        Some(Stage::Token) => match parameter("grant_type").as_deref() {
            Some("authorization_code") => "The app exchanged a code".to_owned(),
            Some("refresh_token") => "The app refreshed its tokens".to_owned(),
            _ => "The app asked for tokens".to_owned(),
        },
        Some(Stage::Userinfo) => "The app asked about the person".to_owned(),
        Some(Stage::Revoke) => "The app gave a token back".to_owned(),
        Some(Stage::EndSession) => "A browser came to sign out".to_owned(),
        None => "An address where nothing is".to_owned(),
    })
}
