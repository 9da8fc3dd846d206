//! Sign-in for Rust web apps: pluggable providers, sessions and token care in the manner of Auth.js.

pub mod store;
mod account;
mod callbacks;
mod claims;
mod clock;
mod events;
mod hkdf;
pub mod http;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals;
mod jwe;
mod oauth;
mod profile;
pub mod provider;
mod random;
mod seal;
mod secret;
mod session;
mod token;

pub use crate::http::{HttpClient, HttpRequest, HttpResponse};
pub use account::{Account, Extra, GrantRecord, TokenSet};
pub use callbacks::{BoxError, Callbacks, Decision, JwtCause, SessionCause, SignInAttempt};
pub use claims::{Claims, ClaimsError};
pub use clock::{Clock, SystemClock, Timestamp};
pub use events::{Event, Events};
pub use profile::{Email, Image, Profile};
pub use provider::{Client, OAuthProvider, Provider, ProfileError};
pub use random::{Random, SystemRandom};
pub use secret::Secret;
pub use session::{Session, SessionUser};
pub use store::User;
pub use token::Token;
