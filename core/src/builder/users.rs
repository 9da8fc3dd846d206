//! Who may become a user, and what it takes to stay one.

use std::time::Duration;

use super::AuthBuilder;

impl AuthBuilder {
    /// Lets in only whom the user store knows: an account that is linked to nobody is refused (`signup_disabled`).
    pub fn existing_users_only(mut self) -> Self {
        self.rules.existing_users_only = true;
        self
    }

    /// How long ago a person may have signed in who connects an account to themselves or takes one off: 15 minutes
    /// unless told otherwise. After that they are asked to sign in once more.
    pub fn recent_sign_in(mut self, recent: Duration) -> Self {
        self.rules.recent_sign_in = recent;
        self
    }

    /// How long the user store's answer is believed, that a user may be signed in: one second unless told otherwise.
    ///
    /// It costs one read per user and that time, whatever the number of their requests. A user who was shut out or
    /// signed out everywhere is noticed by other processes that much later at most, and at once by the process that did
    /// it through [`Auth::users`](crate::Auth::users) or `…/sessions`. With zero the store is asked at every request.
    pub fn user_check_interval(mut self, interval: Duration) -> Self {
        self.user_check_interval = interval;
        self
    }

    /// Links an account that nobody has to the user who has its e-mail address, if the provider vouches for it.
    ///
    /// From then on every provider of this site can let its people in as any user of yours, by vouching for an address:
    /// one that does not check addresses, one whose tenants may write what they like, and one that is broken into. An
    /// address that was given up and given to somebody else lets that one in, too. Where the user's address was never
    /// proven before, all their accounts are taken off first and their sessions end, for they may be somebody's who
    /// only typed the address.
    pub fn danger_link_by_verified_email(mut self) -> Self {
        self.rules.by_verified_email = true;
        self
    }
}
