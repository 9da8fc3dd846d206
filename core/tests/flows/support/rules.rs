//! An application's decisions, one closure for each that a test cares about, and what it hears.

use std::fmt;
use std::sync::{Arc, Mutex};

use admit::{BoxError, Callbacks, Decision, Event, Events, JwtCause, Session, SessionCause, SignInAttempt, Token};
use async_trait::async_trait;
use url::Url;

type SignIn = dyn Fn(&SignInAttempt<'_>) -> Result<Decision, BoxError> + Send + Sync;
type Redirect = dyn Fn(Url, &Url) -> Result<Url, BoxError> + Send + Sync;
type Jwt = dyn Fn(Token, JwtCause<'_>) -> Result<Option<Token>, BoxError> + Send + Sync;
type Show = dyn Fn(Session, SessionCause<'_>) -> Result<Session, BoxError> + Send + Sync;

/// Auth.js's defaults, save where a test says otherwise.
#[derive(Default)]
pub struct Rules {
    sign_in: Option<Box<SignIn>>,
    redirect: Option<Box<Redirect>>,
    jwt: Option<Box<Jwt>>,
    session: Option<Box<Show>>,
}

impl Rules {
    pub fn sign_in(
        mut self,
        rule: impl Fn(&SignInAttempt<'_>) -> Result<Decision, BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.sign_in = Some(Box::new(rule));
        self
    }

    pub fn redirect(mut self, rule: impl Fn(Url, &Url) -> Result<Url, BoxError> + Send + Sync + 'static) -> Self {
        self.redirect = Some(Box::new(rule));
        self
    }

    pub fn jwt(
        mut self,
        rule: impl Fn(Token, JwtCause<'_>) -> Result<Option<Token>, BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.jwt = Some(Box::new(rule));
        self
    }

    pub fn session(
        mut self,
        rule: impl Fn(Session, SessionCause<'_>) -> Result<Session, BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.session = Some(Box::new(rule));
        self
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rules")
    }
}

#[async_trait]
impl Callbacks for Rules {
    async fn sign_in(&self, attempt: &SignInAttempt<'_>) -> Result<Decision, BoxError> {
        self.sign_in.as_ref().map_or(Ok(Decision::Allow), |rule| rule(attempt))
    }

    async fn redirect(&self, target: Url, base_url: &Url) -> Result<Url, BoxError> {
        match &self.redirect {
            Some(rule) => rule(target, base_url),
            None => ().redirect(target, base_url).await,
        }
    }

    async fn jwt(&self, token: Token, cause: JwtCause<'_>) -> Result<Option<Token>, BoxError> {
        match &self.jwt {
            Some(rule) => rule(token, cause),
            None => Ok(Some(token)),
        }
    }

    async fn session(&self, session: Session, cause: SessionCause<'_>) -> Result<Session, BoxError> {
        match &self.session {
            Some(rule) => rule(session, cause),
            None => Ok(session),
        }
    }
}

/// Writes down what it hears. Clones are one pair of ears.
#[derive(Clone, Debug, Default)]
pub struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    /// What was heard so far, in its order.
    pub fn all(&self) -> Vec<String> {
        self.0.lock().expect("a lock").clone()
    }
}

#[async_trait]
impl Events for Heard {
    async fn record(&self, event: &Event<'_>) {
        let line = match event {
            Event::SignIn { profile, is_new_user, .. } => format!("sign_in {} new={is_new_user}", profile.subject),
            Event::SignInFailed { provider, reason, provider_code: Some(code), .. } => {
                format!("sign_in_failed {provider:?} {reason} {code}")
            }
            Event::SignInFailed { provider, reason, .. } => format!("sign_in_failed {provider:?} {reason}"),
            event => event.code().to_owned(),
        };
        self.0.lock().expect("a lock").push(line);
    }
}
