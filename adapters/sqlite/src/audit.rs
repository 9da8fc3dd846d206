//! What was done to accounts.

use admit::store::{AccountKey, AuditEntry, AuditPlace, AuditStore, StoreError};
use async_trait::async_trait;
use rusqlite::Row;
use rusqlite::types::Type;

use crate::SqliteStore;
use crate::error::{conflicts, unavailable};
use crate::sql::{all, instant, rows};

#[async_trait]
impl AuditStore for SqliteStore {
    async fn record(&self, entry: AuditEntry) -> Result<(), StoreError> {
        let detail = serde_json::to_string(&entry.detail).map_err(unavailable)?;
        self.write(move |sqlite| {
            let account = entry.account.as_ref();
            let (provider, subject) = (account.map(|key| &key.provider), account.map(|key| &key.subject));
            let (at, AuditEntry { id, actor, action, user, .. }) = (entry.at.unix_millis(), &entry);
            let row = (id, at, actor, action, provider, subject, user, detail);
            sqlite.prepare_cached(RECORD)?.execute(row).map_err(conflicts)?;
            Ok(())
        })
        .await
    }

    async fn about(&self, account: &AccountKey) -> Result<Vec<AuditEntry>, StoreError> {
        let AccountKey { provider, subject } = account.clone();
        self.read_aside(move |sqlite| all(sqlite.prepare_cached(ABOUT)?, (&provider, &subject), entry)).await
    }

    async fn page(&self, after: Option<&AuditPlace>, limit: usize) -> Result<Vec<AuditEntry>, StoreError> {
        let after = after.cloned();
        self.read_aside(move |sqlite| match &after {
            None => all(sqlite.prepare_cached(FIRST_PAGE)?, [rows(limit)], entry),
            Some(AuditPlace { at, id }) => {
                all(sqlite.prepare_cached(NEXT_PAGE)?, (rows(limit), at.unix_millis(), id), entry)
            }
        })
        .await
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    let mut entry =
        AuditEntry::new(row.get::<_, String>(0)?, instant(row, 1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?);
    entry.account = match (row.get(4)?, row.get(5)?) {
        (Some(provider), Some(subject)) => Some(AccountKey { provider, subject }),
        _ => None,
    };
    entry.user = row.get(6)?;
    entry.detail = serde_json::from_str(row.get_ref(7)?.as_str()?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(7, Type::Text, error.into()))?;
    Ok(entry)
}

const RECORD: &str = "
INSERT INTO admit_audit (id, at, actor, action, provider, subject, user, detail)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

const ABOUT: &str = "
SELECT id, at, actor, action, provider, subject, user, detail FROM admit_audit
WHERE provider = ?1 AND subject = ?2 ORDER BY at, id";

const FIRST_PAGE: &str = "
SELECT id, at, actor, action, provider, subject, user, detail FROM admit_audit
ORDER BY at, id LIMIT ?1";

const NEXT_PAGE: &str = "
SELECT id, at, actor, action, provider, subject, user, detail FROM admit_audit
WHERE (at, id) > (?2, ?3) ORDER BY at, id LIMIT ?1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::plan;

    #[test]
    fn whatever_is_looked_up_is_looked_up_by_an_index_that_has_the_order_too() {
        for query in [ABOUT, NEXT_PAGE] {
            let plan = plan(query);
            assert!(plan.contains("SEARCH") && !plan.contains("SCAN") && !plan.contains("TEMP"), "{query}: {plan}");
        }
        let walk = plan(FIRST_PAGE);
        assert!(walk.contains("USING INDEX") && !walk.contains("TEMP"), "{walk}");
    }
}
