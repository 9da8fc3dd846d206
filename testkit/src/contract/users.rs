//! Users and their accounts.

use std::sync::Arc;

use admit::store::{LinkOutcome, NewUser, SecurityState, UserStore};
use admit::{Email, Image, Profile};

use super::{account, at_once, conflict, done};

/// Holds a [`UserStore`] to its contract.
///
/// # Panics
/// At the first promise that is not kept.
pub async fn user_store_contract(store: impl UserStore) {
    let store: Arc<dyn UserStore> = Arc::new(store);
    rows(&*store).await;
    conflicts(&*store).await;
    linking(&*store).await;
    standing(&*store).await;
    at_the_same_time(store).await;
}

async fn rows(store: &dyn UserStore) {
    let key = account("acme", "ada");
    assert_eq!(done(store.user("u-ada").await), None, "an empty store knows nobody");
    assert_eq!(done(store.user_by_account(&key).await), None);
    assert_eq!(done(store.user_by_email("Ada@Example.com").await), None);
    assert_eq!(done(store.accounts("u-ada").await), []);

    let profile = Profile::new("ada")
        .name(Some("Ada Lovelace"))
        .email(Some(Email::unverified("Ada@Example.com")))
        .image(Some(Image::Url("https://acme.example/ada.png".to_owned())));
    let ada = done(store.create(NewUser { id: "u-ada".to_owned(), profile }, &key).await);
    assert_eq!(ada.name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(ada.email.as_deref(), Some("Ada@Example.com"));
    assert_eq!(ada.image.as_deref(), Some("https://acme.example/ada.png"));
    assert_eq!(done(store.user(&ada.id).await), Some(ada.clone()), "a user is found by id");
    assert_eq!(done(store.user_by_account(&key).await), Some(ada.clone()), "by account");
    for address in ["Ada@Example.com", "ada@example.com", "ADA@EXAMPLE.COM"] {
        assert_eq!(done(store.user_by_email(address).await), Some(ada.clone()), "and by address, whatever its case");
    }
    assert_eq!(done(store.user_by_email("ada@example.co").await), None);
    assert_eq!(done(store.user_by_email("").await), None, "users without an address are not found by none");
    assert_eq!(done(store.user_by_account(&account("acme", "ADA")).await), None, "subjects differ by case");
    assert_eq!(done(store.user_by_account(&account("other", "ada")).await), None, "and by provider");
    assert_eq!(done(store.accounts(&ada.id).await), [key]);
}

async fn conflicts(store: &dyn UserStore) {
    let (eve, key) = (new("u-eve", "eve", Some("ADA@example.com")), account("acme", "eve"));
    conflict(store.create(eve, &key).await, "an address that is known in another case");
    conflict(store.create(new("u-eve", "eve", None), &account("acme", "ada")).await, "an account that is known");
    assert_eq!(done(store.user("u-eve").await), None, "user and account are added both or neither");
    assert_eq!(done(store.user_by_account(&key).await), None);
    let bob = done(store.create(new("u-bob", "bob", None), &account("acme", "bob")).await);
    conflict(store.create(new(&bob.id, "bo2", None), &account("acme", "bo2")).await, "an id that is known");
    done(store.create(new("u-cyd", "cyd", None), &account("acme", "cyd")).await);
    assert_eq!(done(store.user_by_email("").await), None, "two users may have no address");
}

async fn linking(store: &dyn UserStore) {
    let (github, gitlab) = (account("github", "7"), account("gitlab", "7"));
    assert_eq!(done(store.link("u-ada", &github).await), LinkOutcome::Linked);
    assert_eq!(done(store.link("u-ada", &github).await), LinkOutcome::AlreadyTheirs);
    assert_eq!(done(store.link("u-bob", &github).await), LinkOutcome::TakenBy("u-ada".to_owned()));
    assert_eq!(done(store.user_by_account(&github).await).map(|user| user.id), Some("u-ada".to_owned()));
    assert_eq!(done(store.link("u-ada", &gitlab).await), LinkOutcome::Linked);
    let mut accounts = done(store.accounts("u-ada").await);
    accounts.sort();
    assert_eq!(accounts, [account("acme", "ada"), github.clone(), gitlab.clone()]);
    assert!(store.link("u-nobody", &account("github", "8")).await.is_err(), "nothing is linked to nobody");

    assert!(!done(store.unlink("u-bob", &github).await), "nobody takes off what is another's");
    assert!(done(store.user_by_account(&github).await).is_some());
    assert!(done(store.unlink("u-ada", &github).await), "an account of one's own can be taken off");
    assert!(!done(store.unlink("u-ada", &github).await), "but once");
    assert_eq!(done(store.user_by_account(&github).await), None);
    assert_eq!(done(store.link("u-bob", &github).await), LinkOutcome::Linked, "and is free for another");
}

async fn standing(store: &dyn UserStore) {
    assert_eq!(done(store.security_state("u-nobody").await), None, "of nobody nothing is known");
    assert_eq!(done(store.security_state("u-bob").await), Some(SecurityState::default()));
    assert_eq!(done(store.bump_epoch("u-bob").await), 1);
    assert_eq!(done(store.bump_epoch("u-bob").await), 2);
    done(store.set_disabled("u-bob", true).await);
    assert_eq!(done(store.security_state("u-bob").await), Some(SecurityState { epoch: 2, disabled: true }));
    done(store.set_disabled("u-bob", false).await);
    assert_eq!(done(store.security_state("u-bob").await), Some(SecurityState { epoch: 2, disabled: false }));
    assert_eq!(done(store.security_state("u-ada").await), Some(SecurityState::default()), "others are as they were");
    assert!(store.bump_epoch("u-nobody").await.is_err(), "nobody has no epoch");
    assert!(store.set_disabled("u-nobody", true).await.is_err(), "nobody cannot be shut out");
}

async fn at_the_same_time(store: Arc<dyn UserStore>) {
    // A hundred browsers of one person come for the first time at the same moment.
    let created = at_once(100, |n| {
        let store = Arc::clone(&store);
        async move { store.create(new(&format!("u-dan-{n}"), "dan", None), &account("acme", "dan")).await.ok() }
    });
    let created: Vec<_> = created.await.into_iter().flatten().collect();
    assert_eq!(created.len(), 1, "of a hundred first sign-ins one makes the user");
    assert_eq!(done(store.user_by_account(&account("acme", "dan")).await).as_ref(), created.first());

    let created = at_once(20, |n| {
        let store = Arc::clone(&store);
        let new = new(&format!("u-fay-{n}"), "fay", Some("fay@example.com"));
        async move { store.create(new, &account("acme", &format!("fay-{n}"))).await.is_ok() }
    });
    assert_eq!(created.await.into_iter().filter(|created| *created).count(), 1, "an address belongs to one user");

    let linked = at_once(20, |n| {
        let store = Arc::clone(&store);
        let user = if n % 2 == 0 { "u-ada" } else { "u-bob" };
        async move { done(store.link(user, &account("discord", "9")).await) }
    });
    let linked = linked.await.into_iter().filter(|outcome| *outcome == LinkOutcome::Linked).count();
    assert_eq!(linked, 1, "of twenty links one links");

    let epochs = at_once(20, |_| {
        let store = Arc::clone(&store);
        async move { done(store.bump_epoch("u-ada").await) }
    });
    let mut epochs = epochs.await;
    epochs.sort_unstable();
    assert_eq!(epochs, (1..=20).collect::<Vec<_>>(), "no epoch is given twice");
}

fn new(id: &str, subject: &str, address: Option<&str>) -> NewUser {
    NewUser { id: id.to_owned(), profile: Profile::new(subject).email(address.map(Email::unverified)) }
}
