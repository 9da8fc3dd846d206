//! What a provider is shown of the configuration, and what it can say of it, before the first request.

use std::sync::Arc;

use url::Url;

use super::ClientCredential;
use crate::{Secret, Timestamp};

/// The configuration that a provider may look at when `build()` runs.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Review<'a> {
    /// The id under which the provider stands.
    pub id: &'a str,
    /// The client id; empty for a provider that this site is no client of.
    pub client_id: &'a str,
    /// Where the provider will send the browser.
    pub redirect_uri: &'a Url,
    /// The scopes that will be asked for.
    pub scopes: &'a [String],
    /// The present instant.
    pub now: Timestamp,
    pub(crate) credentials: &'a [Arc<dyn ClientCredential>],
}

impl<'a> Review<'a> {
    /// A configuration, for testing a provider by itself: a client with these credentials that asks for these scopes.
    pub fn new(
        id: &'a str,
        client_id: &'a str,
        redirect_uri: &'a Url,
        scopes: &'a [String],
        now: Timestamp,
        credentials: &'a [Arc<dyn ClientCredential>],
    ) -> Self {
        Self { id, client_id, redirect_uri, scopes, now, credentials }
    }

    /// What the client proves itself with, in the order in which it is tried, with all that is known of its dates.
    pub fn credentials(&self) -> &'a [Arc<dyn ClientCredential>] {
        self.credentials
    }

    /// The client's secrets, newest first.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.credentials.iter().filter_map(|credential| credential.as_secret())
    }
}

/// Something a provider says of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It cannot work: `build()` fails. The text ends in the remedy.
    Problem(String),
    /// It may not work, or not for long: logged as a warning.
    Warning(String),
}
