//! What has to hold of a request before its handler is called. Adapters make guards of it, so that they judge alike.

use bytes::Bytes;
use http::Response;

use crate::{AccessTokenError, Current, Session};

/// What a guard asks for: somebody who is signed in, and perhaps more.
///
/// Applications use the `require_session()` of their adapter, which has the same two methods.
#[derive(Clone, Debug, Default)]
pub struct Requirements {
    roles: Vec<String>,
    providers: Vec<String>,
}

impl Requirements {
    /// That the person has this role; each one if called again. See [`Session::has_role`](crate::Session::has_role).
    pub fn role(&mut self, role: impl Into<String>) {
        self.roles.push(role.into());
    }

    /// That this provider's access token is fresh; each one if called again.
    pub fn fresh_token(&mut self, provider: impl Into<String>) {
        self.providers.push(provider.into());
    }

    /// What is answered in place of the handler, if anything.
    ///
    /// While a provider cannot refresh a token the handler is called all the same: it may have something to show
    /// without, and sees the error when it asks.
    pub async fn refusal(&self, current: &Current) -> Option<Response<Bytes>> {
        match current.is_signed_in().await {
            Ok(true) => {}
            Ok(false) => return Some(current.unauthenticated()),
            Err(error) => return Some(current.unavailable(&error)),
        }
        if !self.roles.is_empty() && !self.are_roles_of(current).await {
            return Some(current.forbidden());
        }
        for provider in &self.providers {
            // In a box, since most guards have no need of it.
            match Box::pin(current.access_token(provider)).await {
                Ok(_) | Err(AccessTokenError::Unavailable { .. }) => {}
                Err(error) => return Some(current.without_token(&error)),
            }
        }
        None
    }

    /// Whether it is known by now that nothing is to be refused: the session is, and no token has to be fresh. So an
    /// adapter gets by without a future of its own. `false` says nothing.
    pub fn are_known_to_hold(&self, current: &Current) -> bool {
        if !self.providers.is_empty() {
            return false;
        }
        if self.roles.is_empty() {
            return current.is_known_to_be_signed_in();
        }
        current.known_session().is_some_and(|session| self.are_all_roles_of(&session))
    }

    async fn are_roles_of(&self, current: &Current) -> bool {
        let session = current.shared_session().await.ok().flatten();
        session.is_some_and(|session| self.are_all_roles_of(&session))
    }

    fn are_all_roles_of(&self, session: &Session) -> bool {
        self.roles.iter().all(|role| session.has_role(role))
    }
}
