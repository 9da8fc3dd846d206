//! Users, and the accounts linked to them.

use admit::User;
use admit::store::{AccountKey, EmailProof, LinkOutcome, NewUser, SecurityState, StoreError, UnlinkOutcome, UserStore};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::SqliteStore;
use crate::error::conflicts;
use crate::sql::{all, number, rows};

#[async_trait]
impl UserStore for SqliteStore {
    async fn user(&self, id: &str) -> Result<Option<User>, StoreError> {
        let id = id.to_owned();
        self.read(move |sqlite| sqlite.prepare_cached(USER)?.query_row([&id], user).optional()).await
    }

    async fn user_by_email(&self, address: &str) -> Result<Option<User>, StoreError> {
        let folded = folded(address);
        self.read(move |sqlite| sqlite.prepare_cached(USER_BY_EMAIL)?.query_row([&folded], user).optional()).await
    }

    async fn user_by_account(&self, account: &AccountKey) -> Result<Option<User>, StoreError> {
        let account = account.clone();
        self.read(move |sqlite| {
            sqlite.prepare_cached(USER_BY_ACCOUNT)?.query_row((&account.provider, &account.subject), user).optional()
        })
        .await
    }

    async fn create(&self, new: NewUser, account: &AccountKey) -> Result<User, StoreError> {
        let (user, account) = (new.user(), account.clone());
        self.write(move |sqlite| {
            let folded = user.email.as_deref().map(folded);
            let row = (&user.id, &user.name, &user.email, folded, user.email_verified, &user.image);
            sqlite.prepare_cached(CREATE)?.execute(row).map_err(conflicts)?;
            let row = (&account.provider, &account.subject, &user.id);
            sqlite.prepare_cached(LINK)?.execute(row).map_err(conflicts)?;
            Ok(user)
        })
        .await
    }

    async fn update(&self, user: &User) -> Result<bool, StoreError> {
        let user = user.clone();
        self.write(move |sqlite| {
            let folded = user.email.as_deref().map(folded);
            let row = (&user.id, &user.name, &user.email, folded, user.email_verified, &user.image);
            Ok(sqlite.prepare_cached(UPDATE)?.execute(row).map_err(conflicts)? == 1)
        })
        .await
    }

    async fn delete(&self, user: &str) -> Result<bool, StoreError> {
        let user = user.to_owned();
        self.write(move |sqlite| Ok(sqlite.prepare_cached(DELETE)?.execute([user])? == 1)).await
    }

    async fn link(&self, user: &str, account: &AccountKey) -> Result<LinkOutcome, StoreError> {
        let (user, account) = (user.to_owned(), account.clone());
        self.write(move |sqlite| {
            if !sqlite.prepare_cached(USER)?.exists([&user])? {
                return Err(StoreError::UnknownUser.into());
            }
            match owner(sqlite, &account)? {
                Some(owner) if owner == user => Ok(LinkOutcome::AlreadyTheirs),
                Some(owner) => Ok(LinkOutcome::TakenBy(owner)),
                None => {
                    sqlite.prepare_cached(LINK)?.execute((&account.provider, &account.subject, &user))?;
                    Ok(LinkOutcome::Linked)
                }
            }
        })
        .await
    }

    async fn unlink(&self, user: &str, account: &AccountKey, leave: usize) -> Result<UnlinkOutcome, StoreError> {
        let (user, account) = (user.to_owned(), account.clone());
        self.write(move |sqlite| {
            if owner(sqlite, &account)?.is_none_or(|owner| owner != user) {
                return Ok(UnlinkOutcome::NotTheirs);
            }
            let linked: i64 = sqlite.prepare_cached(COUNT)?.query_row([&user], |row| row.get(0))?;
            if linked <= rows(leave) {
                return Ok(UnlinkOutcome::TooFewLeft);
            }
            sqlite.prepare_cached(UNLINK)?.execute((&account.provider, &account.subject))?;
            Ok(UnlinkOutcome::Unlinked)
        })
        .await
    }

    async fn prove_email(
        &self,
        user: &str,
        address: &str,
        keep: Option<&AccountKey>,
    ) -> Result<EmailProof, StoreError> {
        let (user, address, keep) = (user.to_owned(), folded(address), keep.cloned());
        self.write(move |sqlite| {
            let verified =
                sqlite.prepare_cached(IS_PROVEN)?.query_row((&user, address), |row| row.get(0)).optional()?;
            match verified {
                None => return Ok(EmailProof::NotTheirs),
                Some(true) => return Ok(EmailProof::Known),
                Some(false) => {}
            }
            let keep = (keep.as_ref().map(|keep| &keep.provider), keep.as_ref().map(|keep| &keep.subject));
            let removed = all(sqlite.prepare_cached(UNLINK_OTHERS)?, (&user, keep.0, keep.1), account)?;
            let epoch = sqlite.prepare_cached(PROVE)?.query_row([&user], |row| number(row, 0))?;
            Ok(EmailProof::First { removed, epoch })
        })
        .await
    }

    async fn accounts(&self, user: &str) -> Result<Vec<AccountKey>, StoreError> {
        let user = user.to_owned();
        self.read(move |sqlite| all(sqlite.prepare_cached(ACCOUNTS)?, [&user], account)).await
    }

    async fn accounts_of(
        &self,
        provider: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(AccountKey, String)>, StoreError> {
        let (provider, after) = (provider.to_owned(), after.map(str::to_owned));
        let owned = |row: &Row<'_>| Ok((account(row)?, row.get(2)?));
        self.read_aside(move |sqlite| match &after {
            None => all(sqlite.prepare_cached(FIRST_PAGE)?, (&provider, rows(limit)), owned),
            Some(after) => all(sqlite.prepare_cached(NEXT_PAGE)?, (&provider, rows(limit), after), owned),
        })
        .await
    }

    async fn security_state(&self, user: &str) -> Result<Option<SecurityState>, StoreError> {
        let user = user.to_owned();
        let state = |row: &Row<'_>| Ok(SecurityState { epoch: number(row, 0)?, disabled: row.get(1)? });
        self.read(move |sqlite| sqlite.prepare_cached(SECURITY_STATE)?.query_row([&user], state).optional()).await
    }

    async fn bump_epoch(&self, user: &str) -> Result<u64, StoreError> {
        let user = user.to_owned();
        self.write(move |sqlite| {
            let epoch = sqlite.prepare_cached(BUMP_EPOCH)?.query_row([user], |row| number(row, 0)).optional()?;
            epoch.ok_or_else(|| StoreError::UnknownUser.into())
        })
        .await
    }

    async fn set_disabled(&self, user: &str, disabled: bool) -> Result<(), StoreError> {
        let user = user.to_owned();
        self.write(move |sqlite| match sqlite.prepare_cached(SET_DISABLED)?.execute((user, disabled))? {
            0 => Err(StoreError::UnknownUser.into()),
            _ => Ok(()),
        })
        .await
    }
}

/// As addresses are compared. SQLite's own `NOCASE` would do so too, but is easily left out of a query.
fn folded(address: &str) -> String {
    address.to_ascii_lowercase()
}

fn owner(sqlite: &Connection, account: &AccountKey) -> rusqlite::Result<Option<String>> {
    sqlite.prepare_cached(OWNER)?.query_row((&account.provider, &account.subject), |row| row.get(0)).optional()
}

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    let mut user = User::new(row.get::<_, String>(0)?);
    user.name = row.get(1)?;
    user.email = row.get(2)?;
    user.email_verified = row.get(3)?;
    user.image = row.get(4)?;
    Ok(user)
}

fn account(row: &Row<'_>) -> rusqlite::Result<AccountKey> {
    Ok(AccountKey { provider: row.get(0)?, subject: row.get(1)? })
}

const USER: &str = "
SELECT id, name, email, email_verified, image FROM admit_users WHERE id = ?1";

const USER_BY_EMAIL: &str = "
SELECT id, name, email, email_verified, image FROM admit_users WHERE email_folded = ?1";

const USER_BY_ACCOUNT: &str = "
SELECT id, name, email, email_verified, image FROM admit_accounts JOIN admit_users ON id = user
WHERE provider = ?1 AND subject = ?2";

const CREATE: &str = "
INSERT INTO admit_users (id, name, email, email_folded, email_verified, image) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

const UPDATE: &str = "
UPDATE admit_users SET name = ?2, email = ?3, email_folded = ?4, email_verified = ?5, image = ?6 WHERE id = ?1";

/// Their accounts go with them.
const DELETE: &str = "
DELETE FROM admit_users WHERE id = ?1";

const LINK: &str = "
INSERT INTO admit_accounts (provider, subject, user) VALUES (?1, ?2, ?3)";

const OWNER: &str = "
SELECT user FROM admit_accounts WHERE provider = ?1 AND subject = ?2";

const COUNT: &str = "
SELECT count(*) FROM admit_accounts WHERE user = ?1";

const UNLINK: &str = "
DELETE FROM admit_accounts WHERE provider = ?1 AND subject = ?2";

const IS_PROVEN: &str = "
SELECT email_verified FROM admit_users WHERE id = ?1 AND email_folded = ?2";

const UNLINK_OTHERS: &str = "
DELETE FROM admit_accounts WHERE user = ?1 AND NOT (provider IS ?2 AND subject IS ?3)
RETURNING provider, subject";

const PROVE: &str = "
UPDATE admit_users SET email_verified = TRUE, epoch = epoch + 1 WHERE id = ?1 RETURNING epoch";

const ACCOUNTS: &str = "
SELECT provider, subject FROM admit_accounts WHERE user = ?1";

const FIRST_PAGE: &str = "
SELECT provider, subject, user FROM admit_accounts WHERE provider = ?1
ORDER BY subject LIMIT ?2";

const NEXT_PAGE: &str = "
SELECT provider, subject, user FROM admit_accounts WHERE provider = ?1 AND subject > ?3
ORDER BY subject LIMIT ?2";

const SECURITY_STATE: &str = "
SELECT epoch, disabled FROM admit_users WHERE id = ?1";

const BUMP_EPOCH: &str = "
UPDATE admit_users SET epoch = epoch + 1 WHERE id = ?1 RETURNING epoch";

const SET_DISABLED: &str = "
UPDATE admit_users SET disabled = ?2 WHERE id = ?1";
