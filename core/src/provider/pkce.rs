//! Whether a code is bound to the browser's trip by more than the `state`.

/// Proof Key for Code Exchange (RFC 7636).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pkce {
    /// Sent, with SHA-256. `plain` is never used.
    S256,
    /// The server does not know it; nothing is sent.
    Unsupported,
}
