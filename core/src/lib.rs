//! Sign-in for Rust web apps: pluggable providers, sessions and token care in the manner of Auth.js.
//!
//! This crate is the protocol. It knows no web framework, no database and no provider; an adapter mounts it
//! (`admit-axum`, `admit-actix`), `admit-providers` describes providers, and `admit-testkit` has a pretend one for tests.
//!
//! # The three things to know
//! - [`Auth`] is sign-in for one site. [`Auth::builder`] puts it together, and [`build()`](AuthBuilder::build) tells all
//!   that is wrong with a configuration at once.
//! - [`Auth::handle`] answers the requests below `/api/auth`: sign-in, callback, session, sign-out and the pages. It cannot
//!   fail: errors are responses.
//! - [`Auth::current`] says who makes any other request. [`Current::session`] is the [`Session`], if there is one;
//!   [`Current::access_token`] is an access token of a provider, refreshed if need be.
//!
//! # Example
//! An application without an adapter: a provider of its own, a request to admit, and a request to a page.
//!
//! ```
//! use admit::{Auth, Client, Email, OAuthProvider, Profile, RequestHead};
//! use http::{HeaderMap, Method, Request, Uri};
//!
//! /// Signs people in with their Acme account.
//! fn acme(client: Client) -> OAuthProvider {
//!     OAuthProvider::oauth2("acme", "Acme", client)
//!         .authorization_endpoint("https://acme.example/oauth/authorize")
//!         .token_endpoint("https://acme.example/oauth/token")
//!         .userinfo_endpoint("https://acme.example/api/me")
//!         .scopes(["profile", "email"])
//!         .profile(|source| {
//!             Ok(Profile::new(source.id("id")?)
//!                 .name(source.text("login"))
//!                 .email(source.text("mail").map(Email::unverified)))
//!         })
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let auth = Auth::builder("https://app.example")
//!     .secret("at least thirty-two bytes, from openssl rand") // else from AUTH_SECRET
//!     .provider(acme(Client::new("id", "secret"))) // Client::env() reads AUTH_ACME_ID and AUTH_ACME_SECRET
//!     .build()?;
//!
//! // What is below `/api/auth` goes to admit.
//! let answer = auth.handle(Request::get("/api/auth/session").body("".into())?).await;
//! assert_eq!((answer.status().as_u16(), &answer.body()[..]), (200, &b"null"[..]));
//!
//! // Everywhere else, ask who is there. The cookies go into the response.
//! let (uri, headers) = (Uri::from_static("/projects?page=2"), HeaderMap::new());
//! let current = auth.current(&RequestHead::new(&Method::GET, &uri, &headers));
//! assert!(current.session().await?.is_none());
//! assert_eq!(current.sign_in_url(), "https://app.example/api/auth/signin?callbackUrl=%2Fprojects%3Fpage%3D2");
//! assert!(current.set_cookies().await.is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! # Where to find what
//! | you want to | look at |
//! |---|---|
//! | decide who may come in, and what a session holds | [`Callbacks`] |
//! | hear what happened | [`Events`], [`Event`] |
//! | shut a user out, or sign them out everywhere | [`Auth::users`] |
//! | sign people in by OpenID Connect | [`OAuthProvider::oidc`] |
//! | prove which client you are by something other than a secret | [`provider::PrivateKeyJwt`], [`provider::ClientCredential`] |
//! | check yourself what a person types | [`credentials`] |
//! | describe a provider, or override what it does differently | [`OAuthProvider`], [`provider::OAuthFlow`] |
//! | keep sessions, tokens or users elsewhere | [`store`], [`MemoryStore`] |
//! | take over what another library kept | [`Import`] |
//! | replace a client's secret, and lose no grant | [`Auth::remint`] |
//! | send requests by a client of your own | [`HttpClient`], [`http`] |
//! | change the looks of the pages | [`Theme`] |
//! | show pages of your own: by path, by template or by trait | [`Pages`], [`page`] |
//! | show pages in another language, or in other words | [`Catalogue`] |
//! | test with time and chance in your hands | [`Clock`], [`Random`], [`Environment`] |
//!
//! # Features
//! | feature | default | brings |
//! |---|---|---|
//! | `reqwest` | yes | `http::ReqwestClient`, on rustls; without it, give the builder an [`HttpClient`] |
//! | `metrics` | no | a counter and a histogram of refreshes, by the `metrics` facade |
//! | `templates` | no | `page::Templates`: pages from templates of the application's own |

mod account;
mod action;
mod address;
mod answer;
mod audience;
mod audit;
mod auth;
mod background;
mod builder;
mod callbacks;
mod claims;
mod clock;
mod cookie;
mod cookie_memory;
pub mod credentials;
mod csrf;
mod current;
mod env;
mod error;
mod events;
mod evidence;
mod failure;
mod grants;
mod guard;
mod hkdf;
pub mod http;
mod import;
mod input;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals;
mod issue;
mod json;
mod jwe;
mod jws;
mod kept_tokens;
mod language;
mod leaving;
mod linking;
mod live;
mod mark;
mod memory;
mod oauth;
mod oidc;
mod opened;
mod origin;
mod other_tokens;
pub mod page;
mod pages;
mod park;
mod pending;
mod private_claim;
mod profile;
pub mod provider;
mod purge;
mod random;
mod realm;
mod refresh;
mod remint;
mod requirements;
mod reseal;
mod return_to;
mod revoke;
mod route;
mod seal;
mod secret;
mod session;
mod standing;
pub mod store;
mod succession;
mod theme;
mod token;
mod tombstones;
mod user_session;
mod users;
mod why;
mod within;

pub use crate::http::{HttpClient, HttpRequest, HttpResponse};
pub use account::{Account, Extra, GrantRecord, TokenSet};
pub use audit::Deed;
pub use auth::Auth;
pub use builder::{AuthBuilder, ConfigError};
pub use callbacks::{BoxError, Callbacks, Decision, JwtCause, SessionCause, SignInAttempt};
pub use claims::{Authentication, Claims, ClaimsError};
pub use clock::{Clock, SystemClock, Timestamp};
pub use current::{ConnectedAccount, Current, Disconnected, PlainHead, RequestHead, SignInAgain};
pub use env::Environment;
pub use error::{AccessTokenError, AuthError};
pub use events::{Event, Events};
pub use evidence::{Evidence, Known, Unopened};
pub use grants::GrantState;
pub use import::{Import, ImportError, Imported, ImportedSession};
pub use language::Catalogue;
pub use memory::MemoryStore;
pub use origin::{SessionOrigin, SignInRequest};
pub use pages::Pages;
pub use park::Parking;
pub use profile::{Email, Image, Profile};
pub use provider::{Client, OAuthProvider, ProfileError, Provider};
pub use random::{Random, SystemRandom};
pub use refresh::{ReauthenticationReason, RefreshEnding};
pub use remint::{Remint, RemintCounts, RemintError, Reminted};
pub use requirements::Requirements;
pub use reseal::Reseal;
pub use secret::Secret;
pub use session::{Session, SessionUser};
pub use store::User;
pub use succession::{Arrival, Onward, Proof, Recognition, Succession};
pub use theme::{ColorScheme, Theme};
pub use token::Token;
pub use user_session::UserSession;
pub use users::{Users, UsersError};
