//! Why an import stopped.

use admit::ImportError;
use admit::store::StoreError;

/// Why an import stopped. Rows that cannot be taken over are no reason: they are [problems](super::Problem).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthJsError {
    /// The tables are not those of Auth.js, or the connection's `search_path` does not find them.
    #[error("these are not the tables of Auth.js — {} not found — name their schema in the search_path", .0.join(", "))]
    Schema(Vec<String>),
    /// Auth.js's database did not answer.
    #[error("the database of Auth.js cannot be read")]
    Source(#[from] sqlx::Error),
    /// The store failed.
    #[error("the import could not be written")]
    Store(#[from] StoreError),
    /// There is no place for sessions or tokens, or it failed. Leave them by
    /// [`without_sessions`](super::AuthJsImport::without_sessions) or
    /// [`without_tokens`](super::AuthJsImport::without_tokens).
    #[error(transparent)]
    Import(#[from] ImportError),
}
