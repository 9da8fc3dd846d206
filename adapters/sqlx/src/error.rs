//! Why there is no store, and what it cannot keep.

/// Why a PostgreSQL database does not become a store. None of its texts holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresError {
    /// The address cannot be read.
    #[error("the address of PostgreSQL cannot be read — it looks like postgres://user:password@host:5432/database")]
    Address(#[source] sqlx::Error),
    /// The server cannot be reached, or lets nobody in.
    #[error("PostgreSQL at {at} gave no connection")]
    Unreachable {
        /// Host and port.
        at: String,
        /// What happened.
        #[source]
        source: sqlx::Error,
    },
    /// The server cannot be reached by a connection that is encrypted and verified, and the address asks for no other.
    #[error(
        "PostgreSQL at {at} gave no connection that is encrypted and verified — name its certificate authority in the \
         address by sslmode=verify-full&sslrootcert=<file>, or say by sslmode=disable that the network is trusted"
    )]
    Unverified {
        /// Host and port.
        at: String,
        /// What happened.
        #[source]
        source: sqlx::Error,
    },
    /// The tables could not be made or changed.
    #[error("the tables of admit could not be made or changed — the role needs the right to create in its schema")]
    Migration(#[source] sqlx::Error),
    /// Another release has changed the tables since.
    #[error("the tables of admit are of schema {found}, and this release knows {known} — a newer one is needed")]
    Newer {
        /// The schema that is there.
        found: i32,
        /// The newest that this release knows.
        known: i32,
    },
}

/// What PostgreSQL cannot keep, though other stores could: the cause of a [`StoreError::Unavailable`]. Asking again is
/// no use.
///
/// [`StoreError::Unavailable`]: admit::store::StoreError::Unavailable
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unkeepable {
    /// Text with a NUL, or with one that the database's encoding does not have.
    #[error("PostgreSQL keeps no text with that character — a NUL never, others in a database of encoding UTF8")]
    Character,
    /// A key that its index does not take.
    #[error("PostgreSQL keeps no key of that length — some 2,600 bytes are the most")]
    Long,
}
