//! What is known of accounts, and the marks that find it.

use std::collections::BTreeSet;

use admit::store::{AccountKey, EvidenceStore, Mark, StoreError, StoredEvidence};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Params, Row};

use crate::SqliteStore;
use crate::sql::{all, instant, rows};

#[async_trait]
impl EvidenceStore for SqliteStore {
    async fn put(&self, evidence: StoredEvidence) -> Result<(), StoreError> {
        self.write(move |sqlite| {
            let StoredEvidence { account, sealed, marks, captured_at } = evidence;
            let row = (&account.provider, &account.subject, sealed, captured_at.unix_millis());
            sqlite.prepare_cached(PUT)?.execute(row)?;
            Ok(mark(sqlite, &account, &marks)?)
        })
        .await
    }

    async fn load(&self, account: &AccountKey) -> Result<Option<StoredEvidence>, StoreError> {
        let account = account.clone();
        self.read(move |sqlite| {
            let snapshot = sqlite.unchecked_transaction()?;
            find(&snapshot, &account)
        })
        .await
    }

    async fn find(&self, marks: &[Mark], limit: usize) -> Result<Vec<StoredEvidence>, StoreError> {
        let marks = marks.to_vec();
        self.read(move |sqlite| {
            let snapshot = sqlite.unchecked_transaction()?;
            let mut found = BTreeSet::new();
            for mark in &marks {
                // The first of all are among the first of each.
                found.extend(all(snapshot.prepare_cached(MARKED)?, (mark.0, rows(limit)), account)?);
            }
            let found = found.iter().take(limit).map(|account| find(&snapshot, account));
            found.filter_map(Result::transpose).collect()
        })
        .await
    }

    async fn page(&self, provider: &str, after: Option<&str>, limit: usize) -> Result<Vec<StoredEvidence>, StoreError> {
        let (provider, after) = (provider.to_owned(), after.map(str::to_owned));
        self.read_aside(move |sqlite| match &after {
            None => page(sqlite, FIRST_PAGE, (&provider, rows(limit))),
            Some(after) => page(sqlite, NEXT_PAGE, (&provider, rows(limit), after)),
        })
        .await
    }

    async fn page_all(&self, after: Option<&AccountKey>, limit: usize) -> Result<Vec<StoredEvidence>, StoreError> {
        let after = after.cloned();
        self.read_aside(move |sqlite| match &after {
            None => page(sqlite, FIRST_PAGE_OF_ALL, [rows(limit)]),
            Some(after) => page(sqlite, NEXT_PAGE_OF_ALL, (rows(limit), &after.provider, &after.subject)),
        })
        .await
    }

    async fn replace(&self, evidence: StoredEvidence, expected: &[u8]) -> Result<bool, StoreError> {
        let expected = expected.to_vec();
        self.write(move |sqlite| {
            let StoredEvidence { account, sealed, marks, captured_at } = evidence;
            let row = (&account.provider, &account.subject, sealed, captured_at.unix_millis(), expected);
            let is_expected = sqlite.prepare_cached(REPLACE)?.execute(row)? == 1;
            if is_expected {
                mark(sqlite, &account, &marks)?;
            }
            Ok(is_expected)
        })
        .await
    }

    async fn delete(&self, account: &AccountKey) -> Result<bool, StoreError> {
        let account = account.clone();
        self.write(move |sqlite| Ok(sqlite.prepare_cached(DELETE)?.execute((account.provider, account.subject))? == 1))
            .await
    }
}

/// Puts these marks in the place of those that were there.
fn mark(sqlite: &Connection, account: &AccountKey, marks: &[Mark]) -> rusqlite::Result<()> {
    sqlite.prepare_cached(UNMARK)?.execute((&account.provider, &account.subject))?;
    let mut insert = sqlite.prepare_cached(MARK)?;
    for mark in marks {
        insert.execute((mark.0, &account.provider, &account.subject))?;
    }
    Ok(())
}

fn find(snapshot: &Connection, account: &AccountKey) -> rusqlite::Result<Option<StoredEvidence>> {
    let key = (&account.provider, &account.subject);
    let row = snapshot.prepare_cached(LOAD)?.query_row(key, evidence).optional()?;
    row.map(|row| with_marks(snapshot, row)).transpose()
}

/// The row and its marks are read of one moment.
fn page(sqlite: &Connection, query: &str, params: impl Params) -> rusqlite::Result<Vec<StoredEvidence>> {
    let snapshot = sqlite.unchecked_transaction()?;
    let page = all(snapshot.prepare_cached(query)?, params, evidence)?;
    page.into_iter().map(|row| with_marks(&snapshot, row)).collect()
}

fn with_marks(snapshot: &Connection, row: StoredEvidence) -> rusqlite::Result<StoredEvidence> {
    let key = (&row.account.provider, &row.account.subject);
    let marks = all(snapshot.prepare_cached(MARKS)?, key, |row| row.get(0).map(Mark))?;
    Ok(StoredEvidence { marks, ..row })
}

/// Without its marks, which are in a table of their own.
fn evidence(row: &Row<'_>) -> rusqlite::Result<StoredEvidence> {
    let (account, sealed, captured_at) = (account(row)?, row.get(2)?, instant(row, 3)?);
    Ok(StoredEvidence { account, sealed, marks: Vec::new(), captured_at })
}

fn account(row: &Row<'_>) -> rusqlite::Result<AccountKey> {
    Ok(AccountKey { provider: row.get(0)?, subject: row.get(1)? })
}

const PUT: &str = "
INSERT INTO admit_evidence (provider, subject, sealed, captured_at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO UPDATE SET sealed = excluded.sealed, captured_at = excluded.captured_at";

const REPLACE: &str = "
UPDATE admit_evidence SET sealed = ?3, captured_at = ?4 WHERE provider = ?1 AND subject = ?2 AND sealed = ?5";

/// The marks go with it.
const DELETE: &str = "
DELETE FROM admit_evidence WHERE provider = ?1 AND subject = ?2";

const MARK: &str = "
INSERT INTO admit_marks (mark, provider, subject) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";

const UNMARK: &str = "
DELETE FROM admit_marks WHERE provider = ?1 AND subject = ?2";

const MARKED: &str = "
SELECT provider, subject FROM admit_marks WHERE mark = ?1 ORDER BY provider, subject LIMIT ?2";

const MARKS: &str = "
SELECT mark FROM admit_marks WHERE provider = ?1 AND subject = ?2 ORDER BY mark";

const LOAD: &str = "
SELECT provider, subject, sealed, captured_at FROM admit_evidence WHERE provider = ?1 AND subject = ?2";

const FIRST_PAGE: &str = "
SELECT provider, subject, sealed, captured_at FROM admit_evidence WHERE provider = ?1
ORDER BY subject LIMIT ?2";

const NEXT_PAGE: &str = "
SELECT provider, subject, sealed, captured_at FROM admit_evidence WHERE provider = ?1 AND subject > ?3
ORDER BY subject LIMIT ?2";

const FIRST_PAGE_OF_ALL: &str = "
SELECT provider, subject, sealed, captured_at FROM admit_evidence ORDER BY provider, subject LIMIT ?1";

const NEXT_PAGE_OF_ALL: &str = "
SELECT provider, subject, sealed, captured_at FROM admit_evidence WHERE (provider, subject) > (?2, ?3)
ORDER BY provider, subject LIMIT ?1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::plan;

    #[test]
    fn whatever_is_looked_up_is_looked_up_by_an_index_that_has_the_order_too() {
        for query in [REPLACE, DELETE, UNMARK, MARKED, MARKS, LOAD, FIRST_PAGE, NEXT_PAGE, NEXT_PAGE_OF_ALL] {
            let plan = plan(query);
            assert!(plan.contains("SEARCH") && !plan.contains("SCAN") && !plan.contains("TEMP"), "{query}: {plan}");
        }
        let walk = plan(FIRST_PAGE_OF_ALL);
        assert!(walk.contains("USING INDEX") && !walk.contains("TEMP"), "{walk}");
    }
}
