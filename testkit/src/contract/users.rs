//! Users and their accounts.

use std::sync::Arc;

use admit::store::{EmailProof, LinkOutcome, NewUser, SecurityState, UnlinkOutcome, UserStore};
use admit::{Email, Image, Profile, User};

use super::{account, at_once, conflict, done, unknown};

/// Holds a [`UserStore`] to its contract.
///
/// # Panics
/// At the first promise that is not kept.
pub async fn user_store_contract(store: impl UserStore) {
    let store: Arc<dyn UserStore> = Arc::new(store);
    rows(&*store).await;
    conflicts(&*store).await;
    linking(&*store).await;
    changing(&*store).await;
    proving_an_address(&*store).await;
    letters(&*store).await;
    pages(&*store).await;
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
    unknown(store.link("u-nobody", &account("github", "8")).await, "linking to nobody");

    use UnlinkOutcome::{NotTheirs, TooFewLeft, Unlinked};
    assert_eq!(done(store.unlink("u-bob", &github, 0).await), NotTheirs, "nobody takes off what is another's");
    assert!(done(store.user_by_account(&github).await).is_some());
    assert_eq!(done(store.unlink("u-ada", &github, 3).await), TooFewLeft, "two others are not three");
    assert_eq!(done(store.unlink("u-ada", &github, usize::MAX).await), TooFewLeft);
    assert_eq!(done(store.unlink("u-ada", &github, 2).await), Unlinked, "an account of one's own can be taken off");
    assert_eq!(done(store.unlink("u-ada", &github, 0).await), NotTheirs, "but once");
    assert_eq!(done(store.user_by_account(&github).await), None);
    assert_eq!(done(store.link("u-bob", &github).await), LinkOutcome::Linked, "and is free for another");
}

/// The cases `updateUser` and `deleteUser` of Auth.js's adapters, and their conflicts.
async fn changing(store: &dyn UserStore) {
    let gil = done(store.create(new("u-gil", "gil", Some("gil@example.com")), &account("acme", "gil")).await);
    let mut changed = gil.clone();
    changed.name = Some("Gil".to_owned());
    assert!(done(store.update(&changed).await));
    assert_eq!(done(store.user("u-gil").await), Some(changed.clone()), "only the name changes");
    changed.email = Some("ADA@Example.com".to_owned());
    conflict(store.update(&changed).await, "an address that is another's");
    assert_eq!(done(store.user("u-gil").await).and_then(|gil| gil.email), gil.email, "a conflict changes nothing");
    changed.email = Some("GIL@example.com".to_owned());
    changed.image = Some("https://acme.example/gil.png".to_owned());
    assert!(done(store.update(&changed).await), "one's own address can be written in another case");
    assert_eq!(done(store.user_by_email("gil@example.com").await), Some(changed.clone()));
    changed.email = None;
    assert!(done(store.update(&changed).await));
    assert_eq!(done(store.user_by_email("gil@example.com").await), None, "an address that was given up is nobody's");
    assert!(!done(store.update(&User::new("u-nobody")).await), "nobody is not changed");
    assert_eq!(done(store.user("u-nobody").await), None, "nor made");

    assert!(done(store.delete("u-gil").await), "a user can be deleted");
    assert!(!done(store.delete("u-gil").await), "but once");
    assert_eq!(done(store.user_by_account(&account("acme", "gil")).await), None, "and the accounts go, too");
    assert_eq!(done(store.accounts("u-gil").await), []);
    assert_eq!(done(store.security_state("u-gil").await), None);
    let again = done(store.create(new("u-gil", "gil", Some("gil@example.com")), &account("acme", "gil")).await);
    assert_eq!(again, gil, "id, account and address are free again");
    done(store.delete("u-gil").await);
}

async fn proving_an_address(store: &dyn UserStore) {
    let (hal, kept, trojan) = (account("acme", "hal"), account("github", "hal"), account("gitlab", "mallory"));
    let made = done(store.create(new("u-hal", "hal", Some("hal@example.com")), &hal).await);
    assert!(!made.email_verified, "an address that nobody vouches for is not proven");
    done(store.link("u-hal", &kept).await);
    done(store.link("u-hal", &trojan).await);
    done(store.bump_epoch("u-hal").await);
    let stranger = done(store.prove_email("u-hal", "eve@example.com", None).await);
    assert_eq!(stranger, EmailProof::NotTheirs, "another address proves nothing");
    assert_eq!(done(store.prove_email("u-nobody", "hal@example.com", None).await), EmailProof::NotTheirs);
    assert_eq!(done(store.accounts("u-hal").await).len(), 3);

    match done(store.prove_email("u-hal", "HAL@example.com", Some(&kept)).await) {
        EmailProof::First { mut removed, epoch } => {
            removed.sort();
            assert_eq!((removed, epoch), (vec![hal.clone(), trojan], 2), "the first proof takes off all others");
        }
        other => panic!("the first proof of an address is not {other:?}"),
    }
    assert!(done(store.user("u-hal").await).is_some_and(|hal| hal.email_verified));
    assert_eq!(done(store.accounts("u-hal").await), std::slice::from_ref(&kept));
    assert_eq!(done(store.security_state("u-hal").await).map(|state| state.epoch), Some(2));
    done(store.link("u-hal", &hal).await);
    let again = done(store.prove_email("u-hal", "hal@example.com", Some(&kept)).await);
    assert_eq!(again, EmailProof::Known, "it is proven once");
    assert_eq!(done(store.accounts("u-hal").await).len(), 2, "and what was linked since stays");

    let profile = Profile::new("ivy").email(Some(Email::verified("ivy@example.com")));
    let ivy = NewUser { id: "u-ivy".to_owned(), profile };
    assert!(done(store.create(ivy, &account("acme", "ivy")).await).email_verified, "some come with a proof");
    assert_eq!(done(store.prove_email("u-ivy", "ivy@example.com", None).await), EmailProof::Known);
    for user in ["u-hal", "u-ivy"] {
        done(store.delete(user).await);
    }
}

/// LNK-018: case counts for nothing in ASCII letters, and for whatever it counts elsewhere; nothing else is folded.
async fn letters(store: &dyn UserStore) {
    let apart =
        ["i@example.com", "\u{131}@example.com", "\u{130}@example.com", "\u{e9}@example.com", "e\u{301}@example.com"];
    for (address, n) in apart.into_iter().zip(0..) {
        done(store.create(new(&format!("u-l{n}"), "x", Some(address)), &account("letters", address)).await);
    }
    for (address, n) in apart.into_iter().zip(0..) {
        let found = done(store.user_by_email(address).await).map(|user| user.id);
        assert_eq!(found, Some(format!("u-l{n}")), "{address} is one person's");
    }
    conflict(store.create(new("u-l9", "x", Some("I@EXAMPLE.COM")), &account("letters", "9")).await, "I for i");
    let odd = ["", " a", "a ", "A", "a", "% _ *", "'; drop table users; --", "\u{1f980}"];
    for subject in odd {
        assert_eq!(done(store.link("u-l0", &account("odd", subject)).await), LinkOutcome::Linked, "{subject:?} is new");
    }
    assert_eq!(done(store.accounts("u-l0").await).len(), odd.len() + 1, "subjects are told apart by every byte");
    let long = new("u-long", "long", Some(&format!("{}@example.com", "a".repeat(300))));
    let long = NewUser { profile: long.profile.name(Some("\u{1f980}".repeat(2_000))), ..long };
    let made = done(store.create(long, &account("acme", &"s".repeat(1024))).await);
    assert_eq!(done(store.user("u-long").await), Some(made), "what is long comes back whole");
    for user in ["u-l0", "u-l1", "u-l2", "u-l3", "u-l4", "u-long"] {
        done(store.delete(user).await);
    }
}

async fn pages(store: &dyn UserStore) {
    for subject in ["c", "a", "B", "d'"] {
        done(store.link("u-ada", &account("paged", subject)).await);
    }
    done(store.link("u-bob", &account("paged", "b")).await);
    done(store.link("u-bob", &account("paged2", "z")).await);
    let page = async |after: Option<&str>, limit| {
        let page = done(store.accounts_of("paged", after, limit).await);
        page.into_iter().map(|(account, user)| format!("{} of {user}", account.subject)).collect::<Vec<_>>()
    };
    let all = ["B of u-ada", "a of u-ada", "b of u-bob", "c of u-ada", "d' of u-ada"];
    assert_eq!(page(None, 9).await, all, "accounts of one provider come in the order of their subjects' bytes");
    assert_eq!(page(None, 2).await, all[..2], "no more than asked for");
    assert_eq!(page(Some("a"), 2).await, all[2..4], "after one of them");
    assert_eq!(page(Some("aa"), 1).await, all[2..3], "which may have gone");
    assert_eq!(page(Some("d'"), 9).await, [""; 0], "and nothing after the last");
    assert_eq!(page(None, 0).await, [""; 0]);
    assert_eq!(done(store.accounts_of("nobody", None, 9).await), [], "of a provider that nobody uses there are none");
    for (user, subjects) in [("u-ada", ["c", "a", "B", "d'"].as_slice()), ("u-bob", &["b"])] {
        for subject in subjects {
            done(store.unlink(user, &account("paged", subject), 0).await);
        }
    }
    done(store.unlink("u-bob", &account("paged2", "z"), 0).await);
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
    unknown(store.bump_epoch("u-nobody").await, "a new epoch for nobody");
    unknown(store.set_disabled("u-nobody", true).await, "shutting nobody out");
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

    // Two accounts are left; each of ten browsers takes off one, and one must stay.
    done(store.create(new("u-kim", "kim", None), &account("acme", "kim")).await);
    done(store.link("u-kim", &account("github", "kim")).await);
    let unlinked = at_once(10, |n| {
        let store = Arc::clone(&store);
        let provider = if n % 2 == 0 { "acme" } else { "github" };
        async move { done(store.unlink("u-kim", &account(provider, "kim"), 1).await) }
    });
    let unlinked = unlinked.await.into_iter().filter(|outcome| *outcome == UnlinkOutcome::Unlinked).count();
    assert_eq!(unlinked, 1, "the last way in stays");
    assert_eq!(done(store.accounts("u-kim").await).len(), 1);

    done(store.create(new("u-lou", "lou", Some("lou@example.com")), &account("acme", "lou")).await);
    let proofs = at_once(10, |_| {
        let store = Arc::clone(&store);
        async move { done(store.prove_email("u-lou", "lou@example.com", None).await) }
    });
    let firsts = proofs.await.into_iter().filter(|proof| matches!(proof, EmailProof::First { .. })).count();
    assert_eq!(firsts, 1, "of ten proofs one is the first");

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
