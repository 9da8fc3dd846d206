//! The session of whoever comes in, and the tokens that they bring.

use http::HeaderMap;

use super::{Member, Person};
use crate::failure::{Code, Failure, chain};
use crate::issue::{self, Issued};
use crate::kept_tokens::KeptTokens;
use crate::live::Live;
use crate::page::Reason;
use crate::private_claim::{PrivateClaim, SessionAccount};
use crate::realm::Realm;
use crate::refresh;
use crate::store::AccountKey;
use crate::{Account, AuthError, JwtCause, SessionOrigin, SignInRequest, Token, User};

/// Begins it. The one that the browser had before is over then.
pub(in crate::action) async fn begin(
    realm: &Realm,
    person: &Person,
    headers: &HeaderMap,
    member: &Member,
    previous: Option<&Live>,
) -> Result<Issued, Failure> {
    let Person { account, profile, claims, .. } = person;
    let Member { user, epoch, is_new_user, offer } = member;
    let mut token = Token {
        subject: Some(user.id.clone()),
        name: user.name.clone(),
        email: user.email.clone(),
        picture: user.image.clone(),
        ..Token::default()
    };
    if let Some(callbacks) = &realm.callbacks {
        let cause = JwtCause::SignIn { user, account, profile, claims, is_new_user: *is_new_user };
        let denied = || Failure::new(Code::AccessDenied, Reason::AccessDenied);
        let said = realm.call(|| callbacks.jwt(token, cause)).await;
        token = said.map_err(|error| AuthError::callback("jwt", error))?.ok_or_else(denied)?;
    }
    let mut private = PrivateClaim::begin(realm.clock.now(), *epoch, &*realm.random);
    private.ends_at = person.ends_at;
    if let Some(callbacks) = &realm.callbacks {
        let request = SignInRequest::new(headers, &account.provider);
        let said = realm.call(|| async { Ok(callbacks.origin(&request).await) }).await;
        private.origin = said.unwrap_or_else(|error| {
            tracing::error!(cause = chain(&*error), "the origin callback failed; the session has none");
            SessionOrigin::default()
        });
    }
    store_tokens(realm, account).await?;
    private.set_account(session_account(realm, person));
    for other in other_accounts(realm, user, previous).await? {
        if private.account(&other.provider).is_none() {
            private.set_account(other);
        }
    }
    private.offered.clone_from(offer);
    let issued = issue::begin(realm, token, private, previous).await?;
    if let Some(before) = person.before.as_ref().filter(|_| previous.is_none()) {
        issue::end_before(realm, before).await?;
    }
    Ok(issued)
}

/// The account as a session has it: with its tokens, unless they are in a store.
pub(in crate::action) fn session_account(realm: &Realm, person: &Person) -> SessionAccount {
    let account = &person.account;
    let kept = account.granted().filter(|_| realm.tokens.is_none()).as_ref().map(KeptTokens::of);
    let (provider, subject) = (account.provider.clone(), account.subject.clone());
    SessionAccount { provider, subject, kept, logout_hint: logout_hint(realm, person) }
}

/// Puts what was granted into the token store, if there is one.
pub(in crate::action) async fn store_tokens(realm: &Realm, account: &Account) -> Result<(), AuthError> {
    match (account.granted(), &realm.tokens) {
        (Some(account), Some(store)) => refresh::keep(realm, &**store, &account).await,
        _ => Ok(()),
    }
}

/// The user's further accounts whose tokens are to be had: in the token store, or in the session before this one.
async fn other_accounts(realm: &Realm, user: &User, previous: Option<&Live>) -> Result<Vec<SessionAccount>, AuthError> {
    let Some(users) = &realm.users else { return Ok(Vec::new()) };
    if realm.tokens.is_none() && previous.is_none_or(|previous| previous.private.accounts.is_empty()) {
        return Ok(Vec::new());
    }
    let mut accounts = users.accounts(&user.id).await?;
    accounts.retain(|account| realm.provider(&account.provider).is_some());
    accounts.sort_unstable();
    let before = previous.map(|previous| previous.private.accounts.as_slice()).unwrap_or_default();
    let further = accounts.into_iter().filter_map(|AccountKey { provider, subject }| {
        let had = before.iter().find(|account| account.provider == provider && account.subject == subject);
        let bare = || SessionAccount { provider, subject, kept: None, logout_hint: None };
        had.cloned().or_else(|| realm.tokens.is_some().then(bare))
    });
    Ok(further.collect())
}

/// What the provider wants to hear when this person signs out there, if its description names a claim for it.
fn logout_hint(realm: &Realm, person: &Person) -> Option<String> {
    let registered = realm.oauth(&person.account.provider)?;
    let rules = &registered.flow.config().sign_out;
    let hint = person.claims.text(rules.hint_claim.as_deref().filter(|_| rules.is_on)?)?;
    (hint.len() <= LONGEST_HINT).then(|| hint.to_owned())
}

/// It may have to be carried in a cookie.
const LONGEST_HINT: usize = 512;
