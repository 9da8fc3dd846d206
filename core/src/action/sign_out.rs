//! `GET …/signout`: the page that asks. `POST …/signout`: the session ends. `GET …/signout/{id}`: the browser comes back
//! from the provider, where it ended too.

mod at_provider;

use std::sync::Arc;

use http::StatusCode;

use super::{Visit, unsupported};
use crate::address::with_query;
use crate::answer::{self, Answer};
use crate::failure::{Failure, chain};
use crate::live::{self, Found};
use crate::page::{Page, SignOutPage};
use crate::{AuthError, Event, issue, opened, revoke};

pub(super) async fn page(visit: &mut Visit, provider: Option<&str>) -> Answer {
    if let Some(provider) = provider {
        return at_provider::come_back(visit, provider).await;
    }
    let realm = &visit.realm;
    match &realm.pages.sign_out {
        Some(path) => answer::redirect(StatusCode::FOUND, &with_query(path, &[])),
        None => visit.frame().answer(&Page::SignOut(way_out(visit))),
    }
}

/// What the page has to say to whoever visits it.
pub(super) fn way_out(visit: &Visit) -> SignOutPage {
    let action = format!("{}/signout", visit.realm.base.auth_url);
    SignOutPage::new(&visit.frame(), &action, &visit.csrf.token, Some(&visit.return_to))
}

/// Takes the session's cookies away, also those that open to nothing, and ends the session on this side. If that cannot
/// be done it is told, and the cookies go all the same. Then the person goes on to be signed out at the provider, if its
/// description says so.
pub(super) async fn end(visit: &mut Visit, provider: Option<&str>) -> Result<Answer, Failure> {
    if provider.is_some() {
        return Err(unsupported());
    }
    visit.check_csrf()?;
    let realm = Arc::clone(&visit.realm);
    let realm = &realm;
    let cookies = &visit.input.cookies;
    // Whatever happens on this side: who leaves a machine must not be found there by the next.
    visit.cookies.extend(opened::deletions(realm, &cookies.session, &cookies.session_v4));
    match live::find(realm, &cookies.session, &cookies.session_v4).await {
        Ok(Found::Live(live, _)) => {
            issue::end(realm, &live).await?;
            let user = live.token.subject.as_deref().unwrap_or_default();
            tracing::info!("signed out");
            realm.record(Event::SignOut { user }).await;
            revoke::at_sign_out(realm, &live).await;
            if let Some(url) = at_provider::leave(visit, &live).await {
                return Ok(answer::redirect(StatusCode::FOUND, &url));
            }
        }
        Ok(Found::Nothing | Found::Dead | Found::Ended) => {}
        Err(error @ AuthError::Store(_)) => return Err(error.into()),
        Err(error) => tracing::warn!(cause = chain(&error), "signed out of a session that cannot be read"),
    }
    Ok(answer::redirect(StatusCode::FOUND, &visit.return_to))
}
