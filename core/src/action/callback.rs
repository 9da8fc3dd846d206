//! `GET|POST …/callback/{id}`: the browser comes back from the provider.
//!
//! 1. The trip is looked up by its `state`. Without a `state` no trip is touched, whatever else came.
//! 2. It must be this browser's, this provider's, fresh, and not yet consumed.
//! 3. The stores have to answer, since the code can be spent once only.
//! 4. Then it is consumed: whatever happens now, it cannot be used again.
//! 5. The exchange, and all that follows, runs to its end even if the browser hangs up.

mod answer_of_provider;
mod arrival;
mod identify;
mod once_more;
mod stores;

use std::sync::Arc;

use http::Method;

use super::{Visit, accounts, admission, chain, credentials, unknown_provider};
use crate::answer::Answer;
use crate::failure::Failure;
use crate::page::Reason;

use answer_of_provider::Answered;
use identify::identify;

pub(super) async fn finish(visit: &mut Visit, provider: Option<&str>) -> Result<Answer, Failure> {
    let realm = Arc::clone(&visit.realm);
    let registered = provider.and_then(|id| realm.provider(id)).ok_or_else(unknown_provider)?;
    if registered.credentials().is_some() {
        return credentials::finish(visit, registered).await;
    }
    let registered = registered.oauth().ok_or_else(unknown_provider)?;
    let form_post = registered.flow.config().form_post;
    if form_post && visit.input.method == Method::POST {
        // Another site's page sends it, so the browser kept the cookies that are `SameSite=Lax` to itself. New ones would
        // take the place of those it has, and void the forms that are open in other tabs.
        visit.cookies.clear();
    }
    let answered = match arrival::waiting(&realm, &visit.input, &registered) {
        Some(answered) => answered,
        None => Answered::read(&visit.input, &registered)?,
    };
    let (pending, cookie) = arrival::look_up(&realm, &visit.input.cookies.pending, &registered, &answered)?;
    if (pending.link.is_some() || pending.proven.is_some()) && visit.input.method == Method::POST {
        return accounts::bounce(visit, pending, answered.parameters);
    }
    if let Err(error) = stores::probe(&realm).await {
        return Ok(stores::come_again(visit, registered.id, &error).await);
    }
    match stores::in_time(&realm, arrival::consume(&realm, &pending)).await {
        Ok(true) => {}
        Ok(false) => return Err(Failure::of(Reason::StateReplayed)),
        Err(error) => return Ok(stores::come_again(visit, registered.id, &error).await),
    }
    visit.cookies.push(realm.cookies.delete(cookie).cross_site(form_post));
    let code = answered.code(&registered, &pending);
    let code = code.map_err(|failure| match (&pending.link, &pending.proven) {
        (Some(_), _) => failure.of_account(),
        (None, Some(proven)) => chain::interrupted_there(failure, registered.id, proven),
        (None, None) => failure,
    })?;

    let id = registered.id.to_owned();
    let return_to = pending.return_to.clone();
    let realm = Arc::clone(&visit.realm);
    let (link, proven, trip) = (pending.link.clone(), pending.proven.clone(), pending.clone());
    let person = async move {
        let registered = realm.oauth(&id).ok_or_else(unknown_provider)?;
        identify(&realm, &registered, &pending, &code, &answered.parameters).await
    };
    let arrived = match (link, proven) {
        (Some(link), _) => accounts::arrive(visit, link, person, return_to).await.map_err(Failure::of_account),
        (None, Some(proven)) => chain::arrive(visit, registered.id, proven, person, return_to).await,
        (None, None) => admission::begin(visit, registered.id, person, return_to).await,
    };
    match arrived {
        Err(failure) => once_more::instead_of(failure, visit, trip).await,
        answer => answer,
    }
}
