//! How long things live, and how long they are waited for.

use std::time::Duration;

use super::AuthBuilder;

impl AuthBuilder {
    /// How long a session lives that is not used: 30 days unless told otherwise.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.lifetimes.max_age = max_age;
        self
    }

    /// After what time a session in use is written anew by guarded requests: one day unless told otherwise.
    pub fn update_age(mut self, update_age: Duration) -> Self {
        self.lifetimes.update_age = update_age;
        self
    }

    /// How long a session lives however much it is used: 90 days unless told otherwise.
    pub fn absolute_lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetimes.absolute = lifetime;
        self
    }

    /// How much an access token must have left to be handed out without a refresh: five minutes unless told otherwise.
    pub fn refresh_margin(mut self, margin: Duration) -> Self {
        self.lifetimes.refresh_margin = margin;
        self
    }

    /// How long a callback or a check of credentials may take: 30 seconds unless told otherwise. The request of one that
    /// takes longer fails. Code that blocks its thread cannot be stopped.
    pub fn callback_timeout(mut self, timeout: Duration) -> Self {
        self.callback_timeout = timeout;
        self
    }
}
