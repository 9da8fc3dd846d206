//! What the application keeps in a session: a claim of its own, which a page can set and see.

use admit::{BoxError, Callbacks, JwtCause, Session, SessionCause, Token};
use async_trait::async_trait;

/// Puts what `update()` was given into the token, and shows it. A real application would look at it first.
#[derive(Debug)]
pub(crate) struct Claims;

#[async_trait]
impl Callbacks for Claims {
    async fn jwt(&self, mut token: Token, cause: JwtCause<'_>) -> Result<Option<Token>, BoxError> {
        if let JwtCause::Update { data } = cause {
            if let Some(name) = data.get("name").and_then(|name| name.as_str()) {
                token.name = Some(name.to_owned());
            }
            if let Some(claims) = data.get(NAME) {
                token.insert(NAME, claims.clone());
            }
        }
        Ok(Some(token))
    }

    async fn session(&self, mut session: Session, cause: SessionCause<'_>) -> Result<Session, BoxError> {
        if let Some(claims) = cause.token.value(NAME) {
            session.extra.insert(NAME.to_owned(), claims.clone());
        }
        Ok(session)
    }
}

const NAME: &str = "claims";
