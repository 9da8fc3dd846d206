//! What is written down of links, so that each can be told and undone.
//!
//! 1. What is about to be done is written before it is done: a process that dies in between leaves an entry of something
//!    that was not done, and never a link that nobody can tell.
//! 2. Neither a token nor an address is written: providers' ids of people are.

use std::collections::BTreeSet;

use admit::store::{AccountKey, AuditEntry};
use admit::{Auth, Deed};

use crate::{Method, MoveError};

/// An account of Entra ID, whose it becomes, and why.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link<'a> {
    pub(crate) account: &'a AccountKey,
    pub(crate) user: &'a str,
    pub(crate) method: Method,
    pub(crate) by: Option<&'a AccountKey>,
}

/// Somebody was recognised, and is about to be linked.
pub(crate) async fn recognised(auth: &Auth, link: &Link<'_>) -> Result<(), MoveError> {
    write(auth, SIGN_IN, RECOGNISED, link).await
}

/// An account was linked, or is about to be. Nothing is written if that is the last that was, but that the
/// person has proven it themselves by now.
pub(crate) async fn linked(auth: &Auth, actor: &str, link: &Link<'_>) -> Result<(), MoveError> {
    match last(auth, link.account).await? {
        Some(entry) if entry.action == LINK && entry.user.as_deref() == Some(link.user) && !is_more(&entry, link) => {
            Ok(())
        }
        _ => write(auth, actor, LINK, link).await,
    }
}

/// Whether it is written down last that an account was linked to that user, who was known by another than that one.
pub(crate) async fn is_known_by_another(
    auth: &Auth,
    account: &AccountKey,
    user: &str,
    than: Option<&AccountKey>,
) -> Result<bool, MoveError> {
    let last = last(auth, account).await?.filter(|entry| entry.action == LINK && entry.user.as_deref() == Some(user));
    Ok(last.as_ref().and_then(by).is_some_and(|known_by| Some(&known_by) != than))
}

/// Whether the person has proven now what was only read before.
fn is_more(entry: &AuditEntry, link: &Link<'_>) -> bool {
    link.method.is_by_hand() && !method(entry).is_some_and(Method::is_by_hand)
}

/// Several users are known by evidence of one person.
pub(crate) async fn conflict(
    auth: &Auth,
    account: &AccountKey,
    users: &BTreeSet<String>,
    accounts: &[&str],
) -> Result<(), MoveError> {
    let users: Vec<_> = users.iter().map(String::as_str).collect();
    let deed =
        Deed::new(SIGN_IN, CONFLICT).account(account).detail("users", users).detail("accounts", accounts.to_vec());
    auth.audit(deed).await?;
    Ok(())
}

/// A link was taken off, or is about to be.
pub(crate) async fn unlinked(auth: &Auth, actor: &str, account: &AccountKey, user: &str) -> Result<(), MoveError> {
    auth.audit(Deed::new(actor, UNLINK).account(account).user(user)).await?;
    Ok(())
}

/// The last that was done about whose an account is.
pub(crate) async fn last(auth: &Auth, account: &AccountKey) -> Result<Option<AuditEntry>, MoveError> {
    last_of(auth, account, &ORDER).await
}

/// The last by which an account was linked, whatever was written after it: what was about to be undone may still be there.
pub(crate) async fn last_link(auth: &Auth, account: &AccountKey) -> Result<Option<AuditEntry>, MoveError> {
    last_of(auth, account, &[RECOGNISED, LINK]).await
}

async fn last_of(auth: &Auth, account: &AccountKey, actions: &[&str]) -> Result<Option<AuditEntry>, MoveError> {
    let Some(store) = auth.audit_store() else { return Ok(None) };
    let rank = |entry: &AuditEntry| actions.iter().position(|action| *action == entry.action);
    let entries = store.about(account).await?.into_iter().filter(|entry| rank(entry).is_some());
    // Ids are no order: of two in one millisecond that came later which can only follow the other.
    Ok(entries.max_by_key(|entry| (entry.at, rank(entry))))
}

async fn write(auth: &Auth, actor: &str, action: &str, link: &Link<'_>) -> Result<(), MoveError> {
    let Link { account, user, method, by } = link;
    let deed = Deed::new(actor, action).account(account).user(user).detail(METHOD, method.name());
    let deed = deed.detail("rule", method.number()).detail("confidence", method.confidence().name());
    let deed = match by {
        Some(by) => deed.detail(BY_PROVIDER, by.provider.as_str()).detail(BY, by.subject.as_str()),
        None => deed,
    };
    auth.audit(deed).await?;
    Ok(())
}

/// The account by which the user of an entry was known.
pub(crate) fn by(entry: &AuditEntry) -> Option<AccountKey> {
    let text = |name: &str| entry.detail.get(name)?.as_str().map(str::to_owned);
    Some(AccountKey { provider: text(BY_PROVIDER)?, subject: text(BY)? })
}

/// The rule that an entry names.
pub(crate) fn method(entry: &AuditEntry) -> Option<Method> {
    Method::named(entry.detail.get(METHOD)?.as_str()?)
}

pub(crate) const OPERATOR: &str = "operator";
pub(crate) const PURGE: &str = "purge";
pub(crate) const SIGN_IN: &str = "sign-in";
pub(crate) const RECOGNISED: &str = "recognised";
pub(crate) const LINK: &str = "link";
pub(crate) const UNLINK: &str = "unlink";
/// In the order in which they follow one another.
const ORDER: [&str; 3] = [RECOGNISED, LINK, UNLINK];
const CONFLICT: &str = "conflict";
const METHOD: &str = "method";
const BY: &str = "by";
const BY_PROVIDER: &str = "by_provider";
