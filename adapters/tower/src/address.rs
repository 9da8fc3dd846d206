//! Which address the browser asked for, when a router has taken a prefix off.

use std::fmt;

use http::{Extensions, Uri};

/// Looks for the address as the browser asked for it, where a router keeps it that takes prefixes off.
///
/// tower has no common place for it. axum, for one, puts an `OriginalUri` into the extensions.
pub type OriginalUri = fn(&Extensions) -> Option<&Uri>;

/// How the address of a request is found: it is asked for when it is needed, so that nothing is copied before.
#[derive(Clone, Copy)]
pub(crate) struct Address(pub(crate) OriginalUri);

impl Address {
    /// The address that the browser asked for.
    pub(crate) fn of<'a>(self, uri: &'a Uri, extensions: &'a Extensions) -> &'a Uri {
        (self.0)(extensions).unwrap_or(uri)
    }
}

/// That of the request itself.
impl Default for Address {
    fn default() -> Self {
        Self(|_| None)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address")
    }
}
