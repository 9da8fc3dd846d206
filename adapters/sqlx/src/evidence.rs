//! What is known of accounts, and the marks that find it.

use admit::Timestamp;
use admit::store::{AccountKey, EvidenceStore, Mark, StoreError, StoredEvidence};
use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::{Row as _, query};

use crate::PostgresStore;
use crate::ask::{Statement, failed, in_time, limit};
use crate::tokens::account;

/// Rows and their marks in one statement, so that both are of one moment.
macro_rules! select {
    ($which:literal) => {
        concat!(
            "select provider, subject, sealed, captured_at, array(
                 select mark from admit_marks
                 where (admit_marks.provider, admit_marks.subject) = (admit_evidence.provider, admit_evidence.subject)
                 order by mark)
             from admit_evidence ",
            $which
        )
    };
}

#[async_trait]
impl EvidenceStore for PostgresStore {
    async fn put(&self, evidence: StoredEvidence) -> Result<(), StoreError> {
        let upsert = query(
            "insert into admit_evidence (provider, subject, sealed, captured_at) values ($1, $2, $3, $4)
             on conflict (provider, subject) do update
             set sealed = excluded.sealed, captured_at = excluded.captured_at",
        );
        self.write(bind(upsert, &evidence), &evidence).await.map(drop)
    }

    async fn load(&self, account: &AccountKey) -> Result<Option<StoredEvidence>, StoreError> {
        let select = select!("where provider = $1 and subject = $2");
        let row = self.find(|| query(select).bind(&account.provider).bind(&account.subject)).await?;
        row.as_ref().map(evidence).transpose()
    }

    async fn find(&self, marks: &[Mark], most: usize) -> Result<Vec<StoredEvidence>, StoreError> {
        let select = select!(
            "where (provider, subject) in (select provider, subject from admit_marks where mark = any($1))
             order by provider, subject limit $2"
        );
        let marks = bytes(marks);
        let rows = self.find_all(|| query(select).bind(&marks).bind(limit(most))).await?;
        rows.iter().map(evidence).collect()
    }

    async fn page(&self, provider: &str, after: Option<&str>, most: usize) -> Result<Vec<StoredEvidence>, StoreError> {
        let select = select!("where provider = $1 and ($2 is null or subject > $2) order by subject limit $3");
        let rows = self.find_all(|| query(select).bind(provider).bind(after).bind(limit(most))).await?;
        rows.iter().map(evidence).collect()
    }

    async fn page_all(&self, after: Option<&AccountKey>, most: usize) -> Result<Vec<StoredEvidence>, StoreError> {
        let select = select!("where $1 is null or (provider, subject) > ($1, $2) order by provider, subject limit $3");
        let (provider, subject) = (after.map(|key| &key.provider), after.map(|key| &key.subject));
        let rows = self.find_all(|| query(select).bind(provider).bind(subject).bind(limit(most))).await?;
        rows.iter().map(evidence).collect()
    }

    async fn replace(&self, evidence: StoredEvidence, expected: &[u8]) -> Result<bool, StoreError> {
        let update = query(
            "update admit_evidence set sealed = $3, captured_at = $4
             where provider = $1 and subject = $2 and sealed = $5",
        );
        self.write(bind(update, &evidence).bind(expected), &evidence).await
    }

    async fn delete(&self, account: &AccountKey) -> Result<bool, StoreError> {
        // The marks go by their reference.
        let delete = query("delete from admit_evidence where provider = $1 and subject = $2");
        Ok(self.execute(delete.bind(&account.provider).bind(&account.subject)).await? == 1)
    }
}

impl PostgresStore {
    /// Writes a row, and its marks if there was one to write. Whoever writes the same row waits for the end of it.
    async fn write(&self, row: Statement<'_>, evidence: &StoredEvidence) -> Result<bool, StoreError> {
        let StoredEvidence { account, marks, .. } = evidence;
        in_time(async {
            let mut transaction = self.pool.begin().await.map_err(failed)?;
            if row.execute(&mut *transaction).await.map_err(failed)?.rows_affected() == 0 {
                return Ok(false);
            }
            // In a statement of its own, which sees the marks of whoever was waited for. No mark is deleted and inserted.
            let mark = query(
                "with gone as (
                     delete from admit_marks where provider = $1 and subject = $2 and mark <> all($3)
                 )
                 insert into admit_marks (mark, provider, subject) select mark, $1, $2 from unnest($3) as mark
                 on conflict do nothing",
            );
            let mark = mark.bind(&account.provider).bind(&account.subject).bind(bytes(marks));
            mark.execute(&mut *transaction).await.map_err(failed)?;
            transaction.commit().await.map_err(failed)?;
            Ok(true)
        })
        .await
    }
}

fn bind<'a>(statement: Statement<'a>, evidence: &'a StoredEvidence) -> Statement<'a> {
    let StoredEvidence { account, sealed, captured_at, .. } = evidence;
    statement.bind(&account.provider).bind(&account.subject).bind(sealed).bind(captured_at.unix_millis())
}

fn bytes(marks: &[Mark]) -> Vec<&[u8]> {
    marks.iter().map(|mark| &mark.0[..]).collect()
}

fn evidence(row: &PgRow) -> Result<StoredEvidence, StoreError> {
    let read = || {
        Ok(StoredEvidence {
            account: account(row)?,
            sealed: row.try_get(2)?,
            captured_at: Timestamp::from_unix_millis(row.try_get(3)?),
            marks: row.try_get::<Vec<[u8; 32]>, _>(4)?.into_iter().map(Mark).collect(),
        })
    };
    read().map_err(failed)
}
