//! What requests are about, in words.

use admit::http::HttpRequest;

use super::{Stage, pages};
use crate::desk::Heard;

/// A request as developers are told of it. `stage` is where it came, if that is none of the pages.
pub(super) fn heard(request: &HttpRequest, stage: Option<Stage>) -> Heard {
    let path = request.uri().path();
    Heard::of(request, |parameter| {
        let login = || parameter("login").unwrap_or_default();
        match stage {
            Some(Stage::Discovery) => "The app read what the tenant publishes".to_owned(),
            Some(Stage::Keys) => "The app fetched the keys".to_owned(),
            Some(Stage::Authorize) => "A browser came to sign in".to_owned(),
            Some(Stage::Token) => match parameter("grant_type").as_deref() {
                Some("authorization_code") => "The app exchanged a code".to_owned(),
                Some("refresh_token") => "The app refreshed its tokens".to_owned(),
                _ => "The app asked for tokens".to_owned(),
            },
            Some(Stage::Logout) => "A browser came to sign out".to_owned(),
            Some(Stage::Graph) => "The app asked Microsoft Graph about the person".to_owned(),
            Some(Stage::Photo) => "The app asked Microsoft Graph for the picture".to_owned(),
            None if path == pages::ACCOUNT => format!("Somebody chose to be {}", login()),
            None if path == pages::CONSENT => match parameter("decision").as_deref() {
                Some("accept") => format!("{} agreed", login()),
                _ => format!("{} did not agree", login()),
            },
            None => "An address where nothing is".to_owned(),
        }
    })
}
