//! What a page of the application's own would say, if it were the built-in one.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;

use super::accounts::user_of;
use super::{Visit, account_page, error, sign_in, sign_out};
use crate::input::Input;
use crate::live::Live;
use crate::page::{AccountPage, ErrorPage, SignInPage, SignOutPage};
use crate::realm::Realm;
use crate::{AuthError, Session, standing};

/// What the sign-in page says to whoever makes that request. Its forms repeat the token.
pub(crate) async fn sign_in(realm: &Arc<Realm>, head: Request<Bytes>, csrf_token: &str) -> SignInPage {
    sign_in::ways_in(&visit(realm, head, csrf_token).await)
}

/// What the sign-out page says.
pub(crate) async fn sign_out(realm: &Arc<Realm>, head: Request<Bytes>, csrf_token: &str) -> SignOutPage {
    sign_out::way_out(&visit(realm, head, csrf_token).await)
}

/// What the error page says.
pub(crate) async fn error(realm: &Arc<Realm>, head: Request<Bytes>, csrf_token: &str) -> ErrorPage {
    error::what_happened(&visit(realm, head, csrf_token).await)
}

/// What the page of an account says to whoever has that session. Nothing, if the stores say that it counts no more.
pub(crate) async fn account(
    realm: &Arc<Realm>,
    head: Request<Bytes>,
    csrf_token: &str,
    live: &Live,
    session: &Session,
) -> Result<Option<AccountPage>, AuthError> {
    if let Some(users) = &realm.users
        && !standing::counts_now(&**users, user_of(live), live.private.epoch).await?
    {
        return Ok(None);
    }
    account_page::account_of(&visit(realm, head, csrf_token).await, live, session).await.map(Some)
}

/// As if the request had come to a page of ours. The answer is not ours, so nothing is set by it.
async fn visit(realm: &Arc<Realm>, head: Request<Bytes>, csrf_token: &str) -> Visit {
    let input = Input::of_page(head, &realm.cookies);
    let mut visit = Visit::begin(Arc::clone(realm), input).await;
    csrf_token.clone_into(&mut visit.csrf.token);
    visit
}
