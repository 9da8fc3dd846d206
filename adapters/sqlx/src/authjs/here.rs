//! What is here already of a page of users, and what that means for each of them.

use std::collections::{HashMap, HashSet};

use admit::store::{AccountKey, StoreError, User};
use sqlx::{Row as _, query};

use super::report::ProblemKind;
use super::rows::{TheirAccount, TheirSession};
use crate::PostgresStore;
use crate::ask::failed;
use crate::users::email_key;

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Take,
    /// It is here.
    Known,
    /// The row before says the same.
    Twice,
    /// It stays there, for a reason that is worth telling or not.
    Left(Option<ProblemKind>),
}

pub(crate) struct Here {
    /// Address and name of each user by their id.
    users: HashMap<String, (Option<String>, Option<String>)>,
    /// Whose an address is.
    addresses: HashMap<String, String>,
    /// Whose an account is.
    owners: HashMap<AccountKey, String>,
}

impl Here {
    pub(crate) async fn find(
        store: &PostgresStore,
        users: &[User],
        accounts: &[TheirAccount],
    ) -> Result<Self, StoreError> {
        let ids: Vec<_> = users.iter().map(|user| &*user.id).collect();
        let keys: Vec<_> = users.iter().filter_map(key).collect();
        let select = "select id, email_key, name from admit_users where id = any($1) or email_key = any($2)";
        let mut here = Self { users: HashMap::new(), addresses: HashMap::new(), owners: HashMap::new() };
        for row in store.find_all(|| query(select).bind(&ids).bind(&keys)).await? {
            let read = || Ok((row.try_get::<String, _>(0)?, row.try_get::<Option<String>, _>(1)?, row.try_get(2)?));
            let (id, key, name) = read().map_err(failed)?;
            if let Some(key) = &key {
                here.addresses.insert(key.clone(), id.clone());
            }
            here.users.insert(id, (key, name));
        }
        let providers: Vec<_> = accounts.iter().map(|account| &*account.key.provider).collect();
        let subjects: Vec<_> = accounts.iter().map(|account| &*account.key.subject).collect();
        let select = "select provider, subject, user_id from admit_accounts
                      where (provider, subject) in (select * from unnest($1::text[], $2::text[]))";
        for row in store.find_all(|| query(select).bind(&providers).bind(&subjects)).await? {
            let read = || Ok((AccountKey { provider: row.try_get(0)?, subject: row.try_get(1)? }, row.try_get(2)?));
            let (account, owner) = read().map_err(failed)?;
            here.owners.insert(account, owner);
        }
        Ok(here)
    }

    pub(crate) fn knows(&self, user: &str) -> bool {
        self.users.contains_key(user)
    }

    /// `accounts` are those that could be the user's.
    pub(crate) fn judge_user<'a>(&self, user: &User, accounts: impl Iterator<Item = &'a TheirAccount>) -> Verdict {
        let left = |kind| Verdict::Left(Some(kind));
        if !is_sound(&user.id) {
            return left(ProblemKind::Id);
        }
        let address = key(user);
        if let Some((known, name)) = self.users.get(&user.id) {
            // Ids are often small numbers, so the same one alone does not mean the same person.
            let mut accounts = accounts.filter(|account| account.is_sound());
            let is_same = match (&address, known) {
                (Some(address), Some(known)) if address == known => true,
                (None, None) if name.is_some() && *name == user.name => true,
                _ => accounts.any(|account| self.owners.get(&account.key) == Some(&user.id)),
            };
            return if is_same { Verdict::Known } else { left(ProblemKind::IdTaken) };
        }
        match &address {
            Some(address) if !is_address(address) => left(ProblemKind::Email),
            Some(address) if self.addresses.contains_key(address) => left(ProblemKind::EmailTaken),
            _ => Verdict::Take,
        }
    }

    pub(crate) fn judge_account(&self, account: &TheirAccount, of_user: &Verdict) -> Verdict {
        let left = |kind| Verdict::Left(Some(kind));
        if !account.at_provider {
            return Verdict::Left(None);
        }
        if matches!(of_user, Verdict::Left(_)) {
            return left(ProblemKind::UserLeft);
        }
        if !account.is_sound() {
            return left(ProblemKind::Account);
        }
        match self.owners.get(&account.key) {
            Some(owner) if *owner == account.user => Verdict::Known,
            Some(_) => left(ProblemKind::AccountTaken),
            None if *of_user == Verdict::Known => left(ProblemKind::NotAgain),
            None => Verdict::Take,
        }
    }
}

impl TheirAccount {
    fn is_sound(&self) -> bool {
        self.at_provider && is_sound(&self.key.provider) && is_sound(&self.key.subject)
    }
}

/// Adds a user with their accounts in one step. `false`, and nothing done, if one of them is here.
pub(crate) async fn add<'a>(
    store: &PostgresStore,
    user: &User,
    accounts: impl Iterator<Item = &'a AccountKey>,
) -> Result<bool, StoreError> {
    // An account that is known fails the statement, and with it goes the user.
    let insert = query(
        "with made as (
             insert into admit_users (id, name, email, email_key, email_verified, image)
             values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning id
         ), linked as (
             insert into admit_accounts (provider, subject, user_id)
             select theirs.provider, theirs.subject, made.id
             from made, unnest($7::text[], $8::text[]) as theirs (provider, subject)
         )
         select id from made",
    );
    let (providers, subjects): (Vec<_>, Vec<_>) =
        accounts.map(|account| (&*account.provider, &*account.subject)).unzip();
    let insert = insert.bind(&user.id).bind(&user.name).bind(&user.email).bind(key(user));
    let insert = insert.bind(user.email_verified).bind(&user.image).bind(providers).bind(subjects);
    match store.execute_returning(insert).await {
        Ok(made) => Ok(made.is_some()),
        Err(StoreError::Conflict) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Which of these sessions were taken over before, by their digests.
pub(crate) async fn remembered(
    store: &PostgresStore,
    sessions: &[TheirSession],
) -> Result<HashSet<String>, StoreError> {
    let digests: Vec<_> = sessions.iter().map(|session| &*session.digest).collect();
    let select = "select substr(key, 16) from admit_once
                  where key in (select 'authjs session ' || digest from unnest($1::text[]) as digest)";
    let rows = store.find_all(|| query(select).bind(&digests)).await?;
    rows.iter().map(|row| row.try_get(0).map_err(failed)).collect()
}

/// Remembers sessions until they have ended there, so that none of them comes back after it was ended here.
pub(crate) async fn remember(store: &PostgresStore, sessions: &[TheirSession]) -> Result<(), StoreError> {
    let (digests, until): (Vec<_>, Vec<_>) =
        sessions.iter().map(|session| (&*session.digest, session.expires_at.unix_millis())).unzip();
    let insert = "insert into admit_once (key, until)
                  select 'authjs session ' || digest, until
                  from unnest($1::text[], $2::bigint[]) as taken (digest, until) order by digest
                  on conflict do nothing";
    store.execute(query(insert).bind(digests).bind(until)).await.map(drop)
}

fn key(user: &User) -> Option<String> {
    user.email.as_deref().map(email_key)
}

/// As at a sign-in: what identifies is neither blank nor endless, and can be seen.
fn is_sound(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= 1024 && !text.chars().any(char::is_control)
}

/// As at a sign-in, in outline: one address, which can be seen.
fn is_address(address: &str) -> bool {
    let parts: Vec<_> = address.split('@').collect();
    let is_pair = matches!(parts[..], [local, domain] if !local.is_empty() && !domain.is_empty());
    let is_odd = |c: char| c == ',' || c.is_whitespace() || c.is_control();
    is_pair && address.len() <= 320 && !address.contains(is_odd)
}
