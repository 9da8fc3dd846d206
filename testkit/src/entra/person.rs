//! Plays the person at the pages, so that a test gets from the authorization URL to the callback.

use bytes::Bytes;
use http::{Request, StatusCode};

use super::PretendEntra;
use super::authorize::Decision;
use super::request::{AuthorizationRequest, target};
use crate::azure_devops::{Callback, NoCallback};

impl PretendEntra {
    /// Goes to the authorization URL, chooses that account, and accepts what is asked for.
    ///
    /// # Errors
    /// When it sends the browser nowhere.
    pub async fn authorize_as(&self, login: &str, url: &str) -> Result<Callback, NoCallback> {
        self.visit(url, login, Decision::Accept).await
    }

    /// Goes to the authorization URL, chooses that account, and presses "Cancel".
    ///
    /// # Errors
    /// When it sends the browser nowhere.
    pub async fn cancel_as(&self, login: &str, url: &str) -> Result<Callback, NoCallback> {
        self.visit(url, login, Decision::Cancel).await
    }

    async fn visit(&self, url: &str, login: &str, decision: Decision) -> Result<Callback, NoCallback> {
        let request = Request::get(url).body(Bytes::new()).map_err(|_| NoCallback::NotAUrl)?;
        let target = target(&request).to_owned();
        let response = self.handle(request).await?;
        if response.status() != StatusCode::OK {
            return Callback::read(&response);
        }
        match AuthorizationRequest::again(&target, &self.config) {
            Ok(asked) => self.chosen(&asked, login, decision, &target),
            Err(stop) => self.stop(stop),
        }
        .into_callback()
    }
}
