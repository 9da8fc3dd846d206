//! Which user somebody is, and whether they may come in.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use admit::credentials::{Credentials, Field, GivenCredentials, Verdict};
use admit::store::{AccountKey, NewUser, UserStore};
use admit::{AuthBuilder, Decision, Email, JwtCause, MemoryStore, Pages, Profile};
use serde_json::Value;

use super::{HOMES, Members, PASSWORD, PATH, give, in_cookie, site};
use crate::support::rules::{Heard, Rules};
use crate::support::{Browser, ORIGIN, Site, location, refusal};

/// Takes everybody for whoever they say.
fn trusting() -> Credentials {
    Credentials::new("Acme", |given: GivenCredentials| async move {
        let name = given.text("username")?;
        let email = given.text("email")?;
        let email = Some(email).filter(|email| !email.is_empty()).map(Email::unverified);
        Ok(Verdict::Accepted(Profile::new(name).name(Some(name)).email(email)))
    })
    .field(Field::username("username", "User name"))
    .field(Field::email("email", "E-mail").optional())
}

async fn come(browser: &mut Browser<'_>, name: &str, email: &str) -> http::Response<bytes::Bytes> {
    let token = browser.csrf_token().await;
    browser.post(PATH, &[("csrfToken", &token), ("username", name), ("email", email)]).await
}

async fn user_id(browser: &Browser<'_>) -> String {
    browser.current("/").session().await.unwrap().expect("a session").user.id
}

#[tokio::test]
async fn the_applications_rules_are_asked_as_of_any_other_sign_in() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let write = seen.clone();
    let rules = Rules::default()
        .sign_in(|attempt| {
            assert_eq!((attempt.account.provider.as_str(), attempt.account.subject.as_str()), ("credentials", "7"));
            assert!(attempt.account.tokens.is_none() && attempt.claims.as_map().is_empty() && attempt.user.is_none());
            Ok(Decision::Allow)
        })
        .jwt(move |token, cause| {
            if let JwtCause::SignIn { account, profile, is_new_user, .. } = cause {
                assert!(account.tokens.is_none() && !is_new_user);
                write.lock().unwrap().push(profile.subject.clone());
            }
            Ok(Some(token))
        });
    let site = site(&Members::default(), |builder| in_cookie(builder.callbacks(rules)));
    give(&mut site.browser(), "ada", PASSWORD).await;
    assert_eq!(*seen.lock().unwrap(), ["7"]);
}

#[tokio::test]
async fn a_right_password_does_not_outweigh_a_no() {
    for (decision, told) in [
        (Decision::Deny, format!("{ORIGIN}/api/auth/error?error=AccessDenied&code=access_denied&ref=")),
        (Decision::Redirect("/pending".to_owned()), format!("{ORIGIN}/pending")),
    ] {
        let rules = Rules::default().sign_in(move |_| Ok(decision.clone()));
        let site = site(&Members::default(), |builder| in_cookie(builder.callbacks(rules)));
        let mut browser = site.browser();
        let answer = give(&mut browser, "ada", PASSWORD).await;
        assert!(location(&answer).starts_with(&told), "{}", location(&answer));
        assert_eq!(browser.session().await, Value::Null);
    }
}

#[tokio::test]
async fn whoever_is_new_is_shown_around() {
    let pages = Pages::default().new_user("/tour");
    let site =
        Site::with(|builder| in_cookie(builder.provider(trusting()).user_store(MemoryStore::new()).pages(pages)));
    let first = come(&mut site.browser(), "ada", "").await;
    assert_eq!(location(&first), "/tour?callbackUrl=https%3A%2F%2Fapp.example");
    assert_eq!(location(&come(&mut site.browser(), "ada", "").await), ORIGIN);
}

#[tokio::test]
async fn without_a_way_back_nobody_is_asked_for_a_password() {
    let members = Members::default();
    let rules = Rules::default().redirect(|_, _| Err("the list of ways is gone".into()));
    let site = site(&members, |builder| in_cookie(builder.callbacks(rules)));
    let answer = give(&mut site.browser(), "ada", PASSWORD).await;
    assert_eq!(refusal(&answer), ("/api/auth/error".into(), "Configuration".into(), "configuration".into()));
    assert_eq!(members.asked(), [""; 0]);
}

#[tokio::test]
async fn a_subject_is_linked_to_a_user_when_it_first_comes() {
    let (users, events) = (MemoryStore::new(), Heard::default());
    let (store, ears) = (users.clone(), events.clone());
    let site = Site::with(|builder| in_cookie(builder.provider(trusting()).user_store(store).events(ears)));
    let mut browser = site.browser();
    come(&mut browser, "ada", "ada@acme.example").await;
    let key = AccountKey { provider: "credentials".to_owned(), subject: "ada".to_owned() };
    let user = users.user_by_account(&key).await.unwrap().expect("a user");
    assert_eq!(user_id(&browser).await, user.id);
    come(&mut site.browser(), "ada", "").await;
    let expected = ["create_user", "link_account", "sign_in ada new=true", "sign_in ada new=false"];
    assert_eq!(events.all(), expected);

    // LNK-001: an address that somebody has is no proof of being them.
    let answer = come(&mut site.browser(), "eve", "ADA@acme.example").await;
    assert_eq!(refusal(&answer).1, "OAuthAccountNotLinked");
    users.set_disabled(&user.id, true).await.unwrap();
    let answer = come(&mut site.browser(), "ada", "").await;
    assert_eq!(refusal(&answer), ("/api/auth/error".into(), "AccessDenied".into(), "user_disabled".into()));
}

#[tokio::test]
async fn a_check_that_knows_the_users_names_them() {
    let users = MemoryStore::new();
    let new = NewUser { id: "user-1".to_owned(), profile: Profile::new("x").name(Some("Ada")) };
    let key = AccountKey { provider: "acme".to_owned(), subject: "x".to_owned() };
    users.create(new, &key).await.unwrap();
    let (store, events) = (users.clone(), Heard::default());
    let ears = events.clone();
    let named = trusting().subjects_are_users();
    let site = Site::with(|builder| in_cookie(builder.provider(named).user_store(store).events(ears)));
    let mut browser = site.browser();
    come(&mut browser, "user-1", "").await;
    assert_eq!(user_id(&browser).await, "user-1");
    assert_eq!(browser.session().await["user"]["name"], "Ada");
    assert_eq!(events.all(), ["sign_in user-1 new=false", "session"]);
    assert_eq!(users.accounts("user-1").await.unwrap(), [key], "nothing was linked");

    // Nobody is made of a name that the store does not know.
    let answer = come(&mut site.browser(), "user-2", "").await;
    assert_eq!(refusal(&answer).2, "profile_invalid");
    assert!(users.user("user-2").await.unwrap().is_none());
    users.set_disabled("user-1", true).await.unwrap();
    site.clock.advance(Duration::from_secs(1));
    assert_eq!(refusal(&come(&mut site.browser(), "user-1", "").await).2, "user_disabled");
    assert_eq!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn without_a_user_store_a_chosen_name_is_nobody_elses_id() {
    for home in HOMES {
        let site = Site::with(|builder: AuthBuilder| home(builder.provider(trusting())));
        let mut norma = site.browser();
        norma.sign_in().await;
        let id = user_id(&norma).await;
        let mut eve = site.browser();
        come(&mut eve, &id, "").await;
        assert_ne!(user_id(&eve).await, id);

        let named = Site::with(|builder: AuthBuilder| home(builder.provider(trusting().subjects_are_users())));
        let mut ada = named.browser();
        come(&mut ada, "7", "").await;
        assert_eq!(user_id(&ada).await, "7");
    }
}
