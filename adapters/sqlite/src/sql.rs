//! How values of the ports are put into SQLite's, and taken out.

use admit::Timestamp;
use rusqlite::{CachedStatement, Params, Row};

/// SQLite's integers have a sign. A number keeps its 64 bits.
pub(crate) fn bits(number: u64) -> i64 {
    number.cast_signed()
}

pub(crate) fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get(column).map(i64::cast_unsigned)
}

pub(crate) fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_unix_millis)
}

/// A limit. There are no more rows than this can say.
pub(crate) fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// All that a query finds, each row read by `read`.
pub(crate) fn all<T>(
    mut query: CachedStatement<'_>,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    query.query_map(params, read)?.collect()
}
