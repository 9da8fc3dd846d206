//! The providers that come with [admit]: one file each, and in it all there is to know of the provider.
//!
//! ```
//! use admit::Client;
//! use admit_providers::{azure_devops, discord, github};
//!
//! // AUTH_GITHUB_ID and AUTH_GITHUB_SECRET, read when the application is built.
//! let github = github(Client::env());
//!
//! // A client given by hand, a scope more than usual.
//! let discord = discord(Client::new("client-id", "client-secret")).scopes(["identify", "email", "guilds"]);
//!
//! // Two secrets, the newer first, so that they can be changed while people sign in.
//! let azure = azure_devops(Client::new("app-id", "newer").secret("older")).scopes(["vso.profile", "vso.work"]);
//! # let _ = (github, discord, azure);
//! ```
//!
//! | provider | function | id | environment | what it is |
//! |---|---|---|---|---|
//! | Apple | [`apple`](apple()) | `apple` | `AUTH_APPLE_ID`, and `_SECRET` or `_TEAM_ID`, `_KEY_ID`, `_PRIVATE_KEY` | OpenID Connect with a secret that is signed each time, and a name beside the code |
//! | Azure DevOps | [`azure_devops`](azure_devops()) | `azure-devops` | `AUTH_AZURE_DEVOPS_ID`, `_SECRET` | an OAuth server of its own kind, so a type of its own |
//! | Discord | [`discord`](discord()) | `discord` | `AUTH_DISCORD_ID`, `_SECRET` | a description |
//! | GitHub | [`github`](github()) | `github` | `AUTH_GITHUB_ID`, `_SECRET` | a description, and a way of its own to delete a grant |
//! | GitLab | [`gitlab`](gitlab()) | `gitlab` | `AUTH_GITLAB_ID`, `_SECRET`, `_ISSUER` | a description, by OpenID Connect |
//! | Google | [`google`](google()) | `google` | `AUTH_GOOGLE_ID`, `_SECRET` | OpenID Connect, and for one organization if you say so |
//! | Keycloak | [`keycloak`](keycloak()) | `keycloak` | `AUTH_KEYCLOAK_ID`, `_SECRET`, `_ISSUER` | OpenID Connect, with an issuer that is looked at |
//! | Microsoft Entra ID | [`microsoft_entra_id`](microsoft_entra_id()) | `microsoft-entra-id` | `AUTH_MICROSOFT_ENTRA_ID_ID`, `_SECRET`, `_ISSUER` | OpenID Connect with issuers by template, so a type of its own |
//!
//! Each has its logo for the sign-in page, as a [`Mark`](admit::provider::Mark). The logos are trademarks of those whose
//! they are.
//!
//! The modules' pages say where to register, which callback URL to enter, and what is odd about each.
//!
//! # A provider of your own
//!
//! Most providers keep to RFC 6749, and then a description is enough: endpoints, scopes, and how the provider's words
//! for a person become a [`Profile`](admit::Profile). [`OAuthProvider`](admit::OAuthProvider) shows one, and
//! `discord.rs` in this crate is one. It needs nothing of this crate.
//!
//! Where a provider departs from the RFCs, write a type that holds the description and implements
//! [`OAuthFlow`](admit::provider::OAuthFlow): each method it leaves alone does what the RFCs say. `azure_devops.rs` is
//! an example of how far this can go.

pub mod apple;
pub mod azure_devops;
pub mod discord;
pub mod github;
pub mod gitlab;
pub mod google;
pub mod keycloak;
pub mod microsoft_entra_id;

#[doc(inline)]
pub use crate::{
    apple::apple, azure_devops::azure_devops, discord::discord, github::github, gitlab::gitlab, google::google,
    keycloak::keycloak, microsoft_entra_id::microsoft_entra_id,
};
