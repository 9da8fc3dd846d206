//! Whether authorization requests are sent ahead.

/// Whether the application sends its authorization requests ahead (RFC 9126), so that the browser takes a reference along
/// and none of the parameters.
///
/// A push that the server refuses ends the sign-in. There is no second way: it would be the way of whoever can disturb
/// the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PushedRequests {
    /// Where the description or the discovery document names an endpoint for it.
    #[default]
    WhereOffered,
    /// Always. Without an endpoint nobody can sign in.
    Always,
    /// Never, for a server that offers it and takes nothing from this client.
    Never,
}
