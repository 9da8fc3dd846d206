//! The mint: the only place where sessions are made and made anew.

use std::sync::Arc;

use crate::cookie::{Cookie, CookieNames};
use crate::live::{self, Home, Live};
use crate::pending::Before;
use crate::private_claim::PrivateClaim;
use crate::realm::Realm;
use crate::store::{SessionKey, SessionRecord, SessionStore, StoreError};
use crate::token::Written;
use crate::{AuthError, Timestamp, Token, random};

/// A session that was minted: the cookies that carry it.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) cookies: Vec<Cookie>,
    pub(crate) expires_at: Timestamp,
}

/// Begins a session, with an id of its own. The one that the browser had before is over.
pub(crate) async fn begin(
    realm: &Realm,
    token: Token,
    private: PrivateClaim,
    previous: Option<&Live>,
) -> Result<Issued, AuthError> {
    let now = realm.clock.now();
    let expires_at = expiry(realm, &private, now);
    let mut begun = None;
    let issued = match &realm.sessions {
        None => sealed_cookie(realm, &token, &private, now, expires_at)?,
        Some(store) => {
            let value = random::token(&*realm.random);
            let key = live::key(&value);
            let data = sealed_record(realm, &token, &private, &key.0)?;
            let user = token.subject.unwrap_or_default();
            // Sessions that name nobody are not one person's.
            begun = (!user.is_empty()).then(|| (key, user.clone()));
            let record = SessionRecord { key, user, data, created_at: now, expires_at, version: 1 };
            // In one step with the end of the one before, if that is in the store too and still there.
            let took_over = match previous.map(|previous| &previous.home) {
                Some(Home::Store { record: old, .. }) => store.rotate(&old.key, record.clone()).await?,
                _ => false,
            };
            if !took_over {
                store.create(record).await?;
            }
            Issued { cookies: realm.cookies.write_session(&value, expires_at), expires_at }
        }
    };
    if let Some(previous) = previous {
        end(realm, previous).await?;
    }
    if let (Some(store), Some(most), Some((key, user))) = (&realm.sessions, realm.max_sessions, begun) {
        end_the_oldest(&**store, &user, &key, most, now).await?;
    }
    sweep(realm, now).await;
    Ok(issued)
}

/// Lets go of a little that has ended. Sessions and trips come and go at about the same rate, so this keeps the stores from
/// growing.
async fn sweep(realm: &Realm, now: Timestamp) {
    if let Some(store) = &realm.sessions
        && let Err(error) = store.delete_expired(now, SWEEP).await
    {
        tracing::warn!(cause = crate::failure::chain(&error), "expired sessions could not be swept");
    }
    if let Err(error) = realm.once.delete_expired(now, SWEEP).await {
        tracing::warn!(cause = crate::failure::chain(&error), "trips that have ended could not be swept");
    }
}

/// Ends what a user has beyond `most` sessions, but not the one that begins. Of several that begin at once each does so
/// after it is in the store, so that the last one counts them all.
async fn end_the_oldest(
    store: &dyn SessionStore,
    user: &str,
    begun: &SessionKey,
    most: usize,
    now: Timestamp,
) -> Result<(), AuthError> {
    let newest_first = store.list(user).await?;
    for record in newest_first.iter().filter(|record| record.key != *begun && record.expires_at > now).skip(most - 1) {
        store.delete(&record.key).await?;
    }
    Ok(())
}

/// Writes a living session anew, with a new expiry. `None` if it was ended meanwhile: then nothing is written.
pub(crate) async fn renew(realm: &Realm, live: &mut Live) -> Result<Option<Issued>, AuthError> {
    let now = realm.clock.now();
    let expires_at = expiry(realm, &live.private, now);
    adopt_successors(realm, &mut live.private);
    if realm.tombstones.hold(&live.private.sid) {
        return Ok(None);
    }
    let issued = match &live.home {
        Home::Cookie { .. } => sealed_cookie(realm, &live.token, &live.private, now, expires_at)?,
        Home::Store { .. } => {
            if replace_record(realm, live, expires_at, true).await? != Replaced::Written {
                return Ok(None);
            }
            match &live.home {
                Home::Store { value, .. } => {
                    Issued { cookies: realm.cookies.write_session(value, expires_at), expires_at }
                }
                Home::Cookie { .. } => return Ok(None),
            }
        }
    };
    live.expires_at = expires_at;
    live.renewed_at = now;
    Ok(Some(issued))
}

/// Writes the tokens of a stored session, and its claims if they were changed here. Its expiry stays, since its cookie
/// does. `false` if it was ended meanwhile.
pub(crate) async fn save(realm: &Realm, live: &mut Live, claims_changed: bool) -> Result<bool, AuthError> {
    adopt_successors(realm, &mut live.private);
    if realm.tombstones.hold(&live.private.sid) {
        return Ok(false);
    }
    let expires_at = live.expires_at;
    // Who wrote in its place has taken up the tokens, too.
    Ok(replace_record(realm, live, expires_at, claims_changed).await? != Replaced::Gone)
}

/// Makes a change to the claim of a living session. A cookie is sealed anew; `None` if the session was ended meanwhile.
/// A record is written in its place: if somebody else wrote at the same time, the change is made to what they left.
pub(crate) async fn rewrite(
    realm: &Realm,
    live: &mut Live,
    change: impl Fn(&mut PrivateClaim),
) -> Result<Option<Issued>, AuthError> {
    change(Arc::make_mut(&mut live.private));
    if matches!(live.home, Home::Cookie { .. }) {
        return renew(realm, live).await;
    }
    for _ in 0..ATTEMPTS {
        let is_alive = save(realm, live, false).await?;
        let written = Arc::clone(&live.private);
        change(Arc::make_mut(&mut live.private));
        if !is_alive || written == live.private {
            break;
        }
    }
    Ok(None)
}

/// Adds a session that another library began, under the value that the browser holds already. Its key, and whether it is
/// new here.
pub(crate) async fn import(
    realm: &Realm,
    store: &dyn SessionStore,
    value: &str,
    token: &Token,
    private: &PrivateClaim,
    expires_at: Timestamp,
) -> Result<(SessionKey, bool), AuthError> {
    let key = live::key(value);
    let data = sealed_record(realm, token, private, &key.0)?;
    let user = token.subject.clone().unwrap_or_default();
    let expires_at = expires_at.min(expiry(realm, private, private.started_at));
    let record = SessionRecord { key, user, data, created_at: private.started_at, expires_at, version: 1 };
    match store.create(record).await {
        Ok(()) => Ok((key, true)),
        Err(StoreError::Conflict) => Ok((key, false)),
        Err(error) => Err(error.into()),
    }
}

/// Moves the expiry of a stored session without rewriting it. `None` if it is gone.
pub(crate) async fn touch(realm: &Realm, live: &Live) -> Result<Option<Issued>, AuthError> {
    let (Some(store), Home::Store { record, value }) = (&realm.sessions, &live.home) else { return Ok(None) };
    let expires_at = expiry(realm, &live.private, realm.clock.now());
    if !store.touch(&record.key, expires_at).await? {
        return Ok(None);
    }
    Ok(Some(Issued { cookies: realm.cookies.write_session(value, expires_at), expires_at }))
}

/// Ends a session of which nothing is at hand but what a trip remembered.
pub(crate) async fn end_before(realm: &Realm, before: &Before) -> Result<(), AuthError> {
    let now = realm.clock.now();
    realm.tombstones.bury(&before.sid, now, (before.started_at + realm.lifetimes.absolute).max(now));
    if let (Some(store), Some(key)) = (&realm.sessions, before.key) {
        store.delete(&SessionKey(key)).await?;
    }
    Ok(())
}

/// Ends a session on this side, so that no copy of its cookie counts any more.
pub(crate) async fn end(realm: &Realm, live: &Live) -> Result<(), AuthError> {
    end_before(realm, &Before::of(live)).await
}

/// The idle lifetime from now, but never beyond the absolute one, nor what the provider allows.
fn expiry(realm: &Realm, private: &PrivateClaim, now: Timestamp) -> Timestamp {
    let idle = (now + realm.lifetimes.max_age).min(private.started_at + realm.lifetimes.absolute);
    private.ends_at.map_or(idle, |ends_at| idle.min(ends_at))
}

/// Whether a session is to be written anew, so that it does not end while it is used. One in the store is left alone
/// once its end moves no more: else each request would write it.
pub(crate) fn is_old(realm: &Realm, live: &Live, now: Timestamp) -> bool {
    let moves = || expiry(realm, &live.private, now) > live.expires_at;
    live.renewed_at + realm.lifetimes.update_age <= now && (matches!(live.home, Home::Cookie { .. }) || moves())
}

/// A request that carries an older cookie must not write the tokens of yesterday over those of today.
fn adopt_successors(realm: &Realm, private: &mut Arc<PrivateClaim>) {
    if realm.refresh.successors.is_empty() {
        return;
    }
    for account in &mut Arc::make_mut(private).accounts {
        if let Some(kept) = account.kept.take() {
            account.kept = Some(realm.refresh.successors.latest(&account.provider, &account.subject, kept));
        }
    }
}

fn sealed_cookie(
    realm: &Realm,
    token: &Token,
    private: &PrivateClaim,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<Issued, AuthError> {
    let id = random::uuid(&*realm.random);
    let times = Some((now.unix_seconds(), expires_at.unix_seconds(), id.as_str()));
    let claims = json(&Written { token, private: Some(private), times })?;
    let value = realm.session_keys.seal(&claims, &*realm.random);
    let needed = CookieNames::chunks(&value);
    if needed > realm.max_cookies {
        return Err(AuthError::TooLarge { needed, allowed: realm.max_cookies });
    }
    Ok(Issued { cookies: realm.cookies.write_session(&value, expires_at), expires_at })
}

fn sealed_record(realm: &Realm, token: &Token, private: &PrivateClaim, key: &[u8]) -> Result<Vec<u8>, AuthError> {
    let claims = json(&Written { token, private: Some(private), times: None })?;
    Ok(realm.store_sealer.seal(&claims, key, &*realm.random))
}

fn json(claims: &Written<'_>) -> Result<Vec<u8>, AuthError> {
    let mut text = Vec::with_capacity(TYPICAL);
    serde_json::to_writer(&mut text, claims).map_err(|error| AuthError::Unwritable(Arc::new(error)))?;
    Ok(text)
}

/// What became of an attempt to write a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Replaced {
    /// The store holds it.
    Written,
    /// The session was ended meanwhile.
    Gone,
    /// Others were faster each time.
    Outrun,
}

/// Compare-and-swap. Whoever loses takes up what the winner wrote, sets its own claims in it if it has any of its own,
/// and tries again unless nothing is left to write.
async fn replace_record(
    realm: &Realm,
    live: &mut Live,
    mut expires_at: Timestamp,
    claims_changed: bool,
) -> Result<Replaced, AuthError> {
    for _ in 0..ATTEMPTS {
        let (Some(store), Home::Store { record, value }) = (&realm.sessions, &live.home) else {
            return Ok(Replaced::Gone);
        };
        let data = sealed_record(realm, &live.token, &live.private, &record.key.0)?;
        let next = SessionRecord { data, expires_at, ..SessionRecord::clone(record) };
        let expected = record.version;
        if store.replace(next.clone(), expected).await? {
            let record = Box::new(SessionRecord { version: expected + 1, ..next });
            live.home = Home::Store { record, value: value.clone() };
            live.expires_at = expires_at;
            return Ok(Replaced::Written);
        }
        let Some(winner) = store.load(&record.key).await? else { return Ok(Replaced::Gone) };
        let mut theirs = live::open_record(realm, winner, value)?;
        let written = theirs.private.clone();
        adopt_successors(realm, &mut theirs.private);
        let same_claims = !claims_changed || theirs.token == live.token;
        let nothing_left = same_claims && theirs.private == written && theirs.expires_at >= expires_at;
        expires_at = expires_at.max(theirs.expires_at);
        if same_claims {
            live.token = theirs.token;
        }
        live.private = theirs.private;
        live.home = theirs.home;
        if nothing_left {
            live.expires_at = expires_at;
            return Ok(Replaced::Written);
        }
    }
    Ok(Replaced::Outrun)
}

const ATTEMPTS: usize = 4;
const SWEEP: usize = 16;
/// What a session's claims come to in bytes, without tokens of providers.
const TYPICAL: usize = 512;
