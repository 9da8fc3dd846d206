//! People who are signed in, each with a session in the store.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use admit::store::{AccountKey, NewUser};
use admit::{Auth, Clock as _, Email, Imported, ImportedSession, Profile, SystemClock, User};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::task::JoinSet;

use super::keeping::Keeping;
use crate::people::Person;
use crate::session_cookie::COOKIE;
use crate::site::Site;

/// What that person's browser holds: as long as a value of admit's own.
pub(super) fn value(person: Person) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, format!("session {}", person.0).as_bytes()))
}

/// The `Cookie` headers of the first so many.
pub(super) fn cookies(people: usize) -> Vec<String> {
    (0..people).map(|number| format!("{COOKIE}={}", value(Person(number)))).collect()
}

/// Puts the sessions of the first so many into the store.
pub(super) async fn bring_sessions(keeping: &Keeping, people: usize) -> Result<(), Box<dyn Error>> {
    let auth = Site::with(SystemClock, |builder| keeping.clone().sessions(builder)).auth;
    for_all(people, move |person| {
        let auth = auth.clone();
        async move { bring_session(&auth, person).await }
    })
    .await
}

/// Puts the users of these sessions into the store, if it keeps users.
pub(super) async fn bring_users(keeping: &Keeping, people: usize) -> Result<(), Box<dyn Error>> {
    let Some(users) = keeping.users() else { return Ok(()) };
    for_all(people, move |person| {
        let users = Arc::clone(&users);
        async move {
            let profile = Profile::new(person.id())
                .name(Some(person.name()))
                .email(Some(Email::unverified(person.email())))
                .image_url(Some(person.picture()));
            users.create(NewUser { id: person.id(), profile }, &account(person)).await?;
            Ok(())
        }
    })
    .await
}

async fn bring_session(auth: &Auth, person: Person) -> Failing<()> {
    let mut user = User::new(person.id());
    user.name = Some(person.name());
    user.email = Some(person.email());
    user.image = Some(person.picture());
    let session = ImportedSession::new(value(person), user, SystemClock.now() + MONTH).accounts(vec![account(person)]);
    match auth.import().session(&session).await? {
        Imported::Done => Ok(()),
        other => Err(format!("the session of {} was {other:?}", person.id()).into()),
    }
}

fn account(person: Person) -> AccountKey {
    AccountKey { provider: "azure-devops".to_owned(), subject: person.id() }
}

/// Does something for each of the first so many people, many at a time: what waits goes to the disk together.
async fn for_all<F>(people: usize, each: impl Fn(Person) -> F + Clone + Send + 'static) -> Result<(), Box<dyn Error>>
where
    F: Future<Output = Failing<()>> + Send,
{
    let turn = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..AT_A_TIME {
        let (turn, each) = (Arc::clone(&turn), each.clone());
        tasks.spawn(async move {
            loop {
                let number = turn.fetch_add(1, Ordering::Relaxed);
                if number >= people {
                    return Failing::Ok(());
                }
                each(Person(number)).await?;
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended?.map_err(|error| -> Box<dyn Error> { error })?;
    }
    Ok(())
}

type Failing<T> = Result<T, Box<dyn Error + Send + Sync>>;

const AT_A_TIME: usize = 128;
const MONTH: std::time::Duration = std::time::Duration::from_secs(30 * 86_400);
