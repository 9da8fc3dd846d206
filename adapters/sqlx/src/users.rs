//! Users and their accounts.

use admit::store::{
    AccountKey, EmailProof, LinkOutcome, LookUp, NewUser, SecurityState, StoreError, UnlinkOutcome, User, UserStore,
};
use async_trait::async_trait;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Row as _, query};

use crate::ask::{failed, find_all, in_order, in_time, limit};
use crate::tokens::account;
use crate::{PostgresStore, Unkeepable};

#[async_trait]
impl UserStore for PostgresStore {
    async fn user(&self, id: &str) -> Result<Option<User>, StoreError> {
        let select = "select id, name, email, email_verified, image from admit_users where id = $1";
        self.find(|| query(select).bind(id)).await?.as_ref().map(user).transpose()
    }

    async fn user_by_email(&self, address: &str) -> Result<Option<User>, StoreError> {
        let select = "select id, name, email, email_verified, image from admit_users where email_key = $1";
        let key = email_key(address);
        self.find(|| query(select).bind(&key)).await?.as_ref().map(user).transpose()
    }

    async fn user_by_account(&self, account: &AccountKey) -> Result<Option<User>, StoreError> {
        let select = "select id, name, email, email_verified, image from admit_users
                      where id = (select user_id from admit_accounts where provider = $1 and subject = $2)";
        let row = self.find(|| query(select).bind(&account.provider).bind(&account.subject)).await?;
        row.as_ref().map(user).transpose()
    }

    async fn create(&self, new: NewUser, account: &AccountKey) -> Result<User, StoreError> {
        // An account that is known fails the statement, and with it goes the user.
        let insert = query(
            "with made as (
                 insert into admit_users (id, name, email, email_key, email_verified, image)
                 values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id
             )
             insert into admit_accounts (provider, subject, user_id) select $7, $8, id from made",
        );
        let user = new.user();
        let insert = insert.bind(&user.id).bind(&user.name).bind(&user.email);
        let insert = insert.bind(user.email.as_deref().map(email_key)).bind(user.email_verified).bind(&user.image);
        match self.execute(insert.bind(&account.provider).bind(&account.subject)).await? {
            0 => Err(StoreError::Conflict),
            _ => Ok(user),
        }
    }

    async fn update(&self, user: &User) -> Result<bool, StoreError> {
        let update = query(
            "update admit_users set name = $2, email = $3, email_key = $4, email_verified = $5, image = $6
             where id = $1",
        );
        let update = update.bind(&user.id).bind(&user.name).bind(&user.email);
        let update = update.bind(user.email.as_deref().map(email_key)).bind(user.email_verified).bind(&user.image);
        Ok(self.execute(update).await? == 1)
    }

    async fn delete(&self, user: &str) -> Result<bool, StoreError> {
        // The accounts go by their reference.
        Ok(self.execute(query("delete from admit_users where id = $1").bind(user)).await? == 1)
    }

    async fn link(&self, user: &str, account: &AccountKey) -> Result<LinkOutcome, StoreError> {
        in_time(async {
            loop {
                if let Some(outcome) = self.try_link(user, account).await? {
                    return Ok(outcome);
                }
            }
        })
        .await
    }

    async fn unlink(&self, user: &str, account: &AccountKey, leave: usize) -> Result<UnlinkOutcome, StoreError> {
        in_time(async {
            let mut transaction = self.pool.begin().await.map_err(failed)?;
            lock(&mut transaction, user).await.map_err(failed)?;
            // In a statement of its own, which sees what was done while the lock was waited for.
            let delete = query(
                "with theirs as (select provider, subject from admit_accounts where user_id = $1),
                 gone as (
                     delete from admit_accounts
                     where provider = $2 and subject = $3 and user_id = $1 and (select count(*) from theirs) > $4
                     returning 1
                 )
                 select exists (select from gone), exists (select from theirs where provider = $2 and subject = $3)",
            );
            let delete = delete.bind(user).bind(&account.provider).bind(&account.subject);
            let leave = i64::try_from(leave).unwrap_or(i64::MAX);
            let row = delete.bind(leave).fetch_one(&mut *transaction).await.map_err(failed)?;
            transaction.commit().await.map_err(failed)?;
            let told = |at| row.try_get::<bool, _>(at).map_err(failed);
            Ok(match (told(0)?, told(1)?) {
                (true, _) => UnlinkOutcome::Unlinked,
                (false, true) => UnlinkOutcome::TooFewLeft,
                (false, false) => UnlinkOutcome::NotTheirs,
            })
        })
        .await
    }

    async fn prove_email(
        &self,
        user: &str,
        address: &str,
        keep: Option<&AccountKey>,
    ) -> Result<EmailProof, StoreError> {
        // At nearly every sign-in it was proven long ago.
        let select = "select email_key, email_verified from admit_users where id = $1";
        let known = self.find(|| query(select).bind(user)).await?;
        let key = email_key(address);
        if let Some(outcome) = proven_before(known.as_ref(), &key)? {
            return Ok(outcome);
        }
        in_time(async {
            let mut transaction = self.pool.begin().await.map_err(failed)?;
            let known = lock(&mut transaction, user).await.map_err(failed)?;
            if let Some(outcome) = proven_before(known.as_ref(), &key)? {
                return Ok(outcome);
            }
            let prove = query(
                "with proven as (
                     update admit_users set email_verified = true, epoch = epoch + 1 where id = $1 returning epoch
                 ), removed as (
                     delete from admit_accounts
                     where user_id = $1 and (provider, subject) is distinct from ($2, $3) returning provider, subject
                 )
                 select removed.provider, removed.subject, proven.epoch from proven left join removed on true",
            );
            let prove = prove.bind(user).bind(keep.map(|keep| &keep.provider)).bind(keep.map(|keep| &keep.subject));
            let rows = prove.fetch_all(&mut *transaction).await.map_err(failed)?;
            transaction.commit().await.map_err(failed)?;
            first_proof(&rows).map_err(failed)
        })
        .await
    }

    async fn accounts(&self, user: &str) -> Result<Vec<AccountKey>, StoreError> {
        let select = "select provider, subject from admit_accounts where user_id = $1 order by provider, subject";
        let rows = self.find_all(|| query(select).bind(user)).await?;
        rows.iter().map(|row| account(row).map_err(failed)).collect()
    }

    async fn accounts_of(
        &self,
        provider: &str,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<(AccountKey, String)>, StoreError> {
        let select = "select provider, subject, user_id from admit_accounts
                      where provider = $1 and ($2 is null or subject > $2) order by subject limit $3";
        let rows = self.find_all(|| query(select).bind(provider).bind(after).bind(limit(most))).await?;
        rows.iter().map(|row| Ok((account(row)?, row.try_get(2)?))).collect::<Result<_, _>>().map_err(failed)
    }

    async fn security_state(&self, user: &str) -> Result<Option<SecurityState>, StoreError> {
        self.standings.find(user.to_owned()).await
    }

    async fn bump_epoch(&self, user: &str) -> Result<u64, StoreError> {
        let update = query("update admit_users set epoch = epoch + 1 where id = $1 returning epoch");
        let row = self.execute_returning(update.bind(user)).await?.ok_or(StoreError::UnknownUser)?;
        Ok(row.try_get::<i64, _>(0).map_err(failed)?.cast_unsigned())
    }

    async fn set_disabled(&self, user: &str, disabled: bool) -> Result<(), StoreError> {
        let update = query("update admit_users set disabled = $2 where id = $1");
        match self.execute(update.bind(user).bind(disabled)).await? {
            0 => Err(StoreError::UnknownUser),
            _ => Ok(()),
        }
    }
}

/// Where users stand, asked at requests.
pub(crate) struct Standings(pub(crate) PgPool);

impl LookUp for Standings {
    type Key = String;
    type Row = SecurityState;

    async fn ask(&self, users: &[String]) -> Result<Vec<Option<SecurityState>>, StoreError> {
        let rows = match users {
            [user] => {
                let select = "select id, epoch, disabled from admit_users where id = $1";
                find_all(&self.0, || query(select).bind(user)).await?
            }
            users => {
                let select = "select id, epoch, disabled from admit_users where id = any($1)";
                find_all(&self.0, || query(select).bind(users)).await?
            }
        };
        let read = |row: &PgRow| {
            let epoch = row.try_get::<i64, _>(1)?.cast_unsigned();
            Ok((row.try_get(0)?, SecurityState { epoch, disabled: row.try_get(2)? }))
        };
        in_order(users, rows.iter().map(|row| read(row).map_err(failed)))
    }

    /// A user may have any name, also one that no user of this database can have.
    fn is_over_one_key(&self, error: &StoreError) -> bool {
        matches!(error, StoreError::Unavailable(cause) if cause.is::<Unkeepable>())
    }
}

impl PostgresStore {
    /// Links, or tells whose the account is. `None` if it was taken, or given up, while this statement ran: the next
    /// one sees it.
    async fn try_link(&self, user: &str, account: &AccountKey) -> Result<Option<LinkOutcome>, StoreError> {
        let link = query(
            "with linked as (
                 insert into admit_accounts (provider, subject, user_id) values ($2, $3, $1)
                 on conflict do nothing returning user_id
             )
             select exists (select from admit_users where id = $1), exists (select from linked),
                    (select user_id from admit_accounts where provider = $2 and subject = $3)",
        );
        let row = self.execute_returning(link.bind(user).bind(&account.provider).bind(&account.subject)).await?;
        let row = row.ok_or_else(|| failed(sqlx::Error::RowNotFound))?;
        let read = || Ok((row.try_get(0)?, row.try_get(1)?, row.try_get::<Option<String>, _>(2)?));
        let (known, linked, owner) = read().map_err(failed)?;
        match (known, linked, owner) {
            (_, true, _) => Ok(Some(LinkOutcome::Linked)),
            (false, ..) => Err(StoreError::UnknownUser),
            (true, false, Some(owner)) if owner == user => Ok(Some(LinkOutcome::AlreadyTheirs)),
            (true, false, Some(owner)) => Ok(Some(LinkOutcome::TakenBy(owner))),
            (true, false, None) => Ok(None),
        }
    }
}

/// Locks a user against all that changes their accounts: also against links, which refer to the user and so wait.
async fn lock(connection: &mut PgConnection, user: &str) -> sqlx::Result<Option<PgRow>> {
    let select = query("select email_key, email_verified from admit_users where id = $1 for update");
    select.bind(user).fetch_optional(connection).await
}

/// `None` if this is the first proof.
fn proven_before(row: Option<&PgRow>, key: &str) -> Result<Option<EmailProof>, StoreError> {
    let Some(row) = row else { return Ok(Some(EmailProof::NotTheirs)) };
    let read = || Ok((row.try_get::<Option<String>, _>(0)?, row.try_get(1)?));
    let (own, verified) = read().map_err(failed)?;
    Ok(match (own.as_deref() == Some(key), verified) {
        (false, _) => Some(EmailProof::NotTheirs),
        (true, true) => Some(EmailProof::Known),
        (true, false) => None,
    })
}

/// Each row is an account that was taken off; without any there is one row all the same, for the epoch.
fn first_proof(rows: &[PgRow]) -> sqlx::Result<EmailProof> {
    let mut removed = Vec::new();
    let mut epoch = 0;
    for row in rows {
        epoch = row.try_get::<i64, _>(2)?.cast_unsigned();
        if row.try_get::<Option<String>, _>(0)?.is_some() {
            removed.push(account(row)?);
        }
    }
    Ok(EmailProof::First { removed, epoch })
}

fn user(row: &PgRow) -> Result<User, StoreError> {
    let read = || {
        let mut user = User::new(row.try_get::<String, _>(0)?);
        user.name = row.try_get(1)?;
        user.email = row.try_get(2)?;
        user.email_verified = row.try_get(3)?;
        user.image = row.try_get(4)?;
        Ok(user)
    };
    read().map_err(failed)
}

pub(crate) fn email_key(address: &str) -> String {
    address.to_ascii_lowercase()
}
