//! Try sign-in without an account, and test it without a network.
//!
//! The testkit holds what admit's own tests run on:
//!
//! - [`PretendAzureDevOps`] is Azure DevOps as an application sees it: the pages, the token endpoint and a slice of the
//!   REST API, with sample data. It is stricter than the real one, fails on demand, and remembers what it was asked.
//!   It answers in process, as an [`admit::HttpClient`], or on a loopback socket where a person can click.
//! - [`PretendEntra`] is Microsoft Entra ID with several tenants, and the slice of Graph that sign-in touches.
//! - [`PretendOidc`] is an OpenID provider that keeps to the letter, and departs from it on demand.
//! - [`FixedClock`] and [`FixedRandom`] stand in for time and chance.
//! - [`CookieJar`] keeps cookies as a browser does, and refuses what a browser refuses.
//! - [`contract`] holds stores to what the engine relies on.
//! - `adapter`, behind the feature of that name, holds web adapters to one table of behaviour.
//! - `servers`, behind the feature of that name, starts PostgreSQL and Redis for tests of stores.
//! - `cross_process`, behind the feature `processes`, holds a store to refreshes by several processes: at once, killed,
//!   stopped, and with clocks that are wrong.
//! - [`Faulty`] is any store, with faults on demand.
//! - [`killed`] holds a store to what is left when the process is killed in the middle of a sign-in.
//! - [`render`] writes requests and responses down for snapshots.
//!
//! # Example
//! One whole trip: the browser goes to the provider, somebody consents, and the code becomes tokens.
//!
//! ```
//! use std::sync::Arc;
//!
//! use admit::HttpClient;
//! use admit_testkit::azure_devops::{BASE_URL, JWT_BEARER, Stage};
//! use admit_testkit::{FixedClock, FixedRandom, PretendAzureDevOps};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let clock = FixedClock::default();
//! let azure = PretendAzureDevOps::builder("app-id", "secret", "https://app.example/callback")
//!     .clock(Arc::new(clock.clone()))
//!     .random(Arc::new(FixedRandom::new(1)))
//!     .build();
//!
//! let url = format!(
//!     "{BASE_URL}/oauth2/authorize?client_id=app-id&response_type=Assertion&state=s1\
//!      &scope=vso.profile%20vso.project&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback"
//! );
//! let callback = azure.authorize_as("norma", &url).await?;
//! assert_eq!(callback.parameter("state"), Some("s1"));
//!
//! let form = url::form_urlencoded::Serializer::new(String::new())
//!     .append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
//!     .append_pair("client_assertion", "secret")
//!     .append_pair("grant_type", JWT_BEARER)
//!     .append_pair("assertion", callback.parameter("code").unwrap_or_default())
//!     .append_pair("redirect_uri", "https://app.example/callback")
//!     .finish();
//! let request = http::Request::post(format!("{BASE_URL}/oauth2/token"))
//!     .header("Content-Type", "application/x-www-form-urlencoded")
//!     .body(form.into())?;
//! let answer = azure.send(request).await?;
//!
//! assert_eq!(answer.status(), 200);
//! assert_eq!(azure.count(Stage::Token), 1);
//! assert_eq!(azure.violations(), [""; 0]);
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "adapter")]
pub mod adapter;
mod answer;
mod assertion;
pub mod azure_devops;
mod clock;
pub mod contract;
#[cfg(feature = "processes")]
pub mod cross_process;
mod desk;
pub mod entra;
mod faulty;
mod form;
mod guid;
mod held;
mod jar;
mod keys;
pub mod killed;
pub mod oidc;
mod page;
mod random;
pub mod render;
mod served;
#[cfg(feature = "servers")]
pub mod servers;
mod signed;
mod signed_secret;

#[doc(inline)]
pub use azure_devops::PretendAzureDevOps;
pub use clock::FixedClock;
#[doc(inline)]
pub use entra::PretendEntra;
pub use faulty::Faulty;
pub use held::Held;
pub use jar::CookieJar;
#[doc(inline)]
pub use oidc::PretendOidc;
pub use random::FixedRandom;
pub use served::Served;
