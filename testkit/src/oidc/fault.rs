//! What can be made to go wrong, and where.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;

/// A stop on an application's way through an OpenID provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// `GET /.well-known/openid-configuration`.
    Discovery,
    /// `GET /keys`.
    Keys,
    /// `POST /par`, where authorization requests are pushed to.
    Pushed,
    /// `GET /authorize`, where the browser goes.
    Authorize,
    /// `POST /token`.
    Token,
    /// `GET /userinfo`.
    Userinfo,
    /// `POST /revoke`, where tokens are voided.
    Revoke,
    /// `GET /logout`, where the browser goes.
    EndSession,
}

/// A way to fail. Hand it to [`fail_once`](super::PretendOidc::fail_once) or
/// [`fail_always`](super::PretendOidc::fail_always).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Answers with exactly this, without doing anything.
    Answer {
        /// The status.
        status: StatusCode,
        /// The body.
        body: Bytes,
    },
    /// Answers 503, and says when to come back.
    Busy(Duration),
    /// Drops the connection without having done anything.
    DroppedConnection,
    /// Leaves the ID token out. For [`Stage::Token`], like all up to [`NoIss`](Self::NoIss). What is about claims and
    /// signatures is for [`Stage::Userinfo`] too, where that is signed.
    NoIdToken,
    /// Gives the ID token other claims; `null` takes one away.
    Claims(Value),
    /// Repeats another `nonce`.
    WrongNonce,
    /// Names another client.
    WrongAudience,
    /// Names another issuer.
    WrongIssuer,
    /// Says that the ID token ended an hour ago.
    Expired,
    /// Gives the hash of another access token.
    WrongAccessTokenHash,
    /// Gives the header of the ID token other members, and signs what comes of it.
    Header(Value),
    /// Signs nothing, and says so: `alg` is `none`.
    AlgNone,
    /// Signs by HS256, with the published key as if it were a shared secret.
    HmacWithPublicKey,
    /// Signs by a key that was never published, under a name that nobody has.
    UnknownKey,
    /// Signs by a key that was never published, under the name of the one that was.
    Forged,
    /// Leaves its name out of the answer to the browser. For [`Stage::Authorize`], like the next.
    NoIss,
    /// Gives another name in the answer to the browser.
    WrongIss(String),
    /// Sends the browser back with this error in place of a code.
    Refused(String),
    /// Leaves `state` out of the answer to the browser. For [`Stage::Authorize`] and [`Stage::EndSession`], like the next.
    NoState,
    /// Gives another `state` in the answer to the browser.
    WrongState(String),
    /// Speaks of another person. For [`Stage::Userinfo`].
    AnotherPerson,
}
