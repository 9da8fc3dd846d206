//! What another library kept, taken over: nobody is signed out.

use std::time::Duration;

use admit::store::{AccountKey, NewUser, SessionStore, UserStore};
use admit::{AuthError, ImportError, Imported, ImportedSession, MemoryStore, Profile, TokenSet, User};
use serde_json::Value;

use crate::support::{Browser, Site};

const VALUE: &str = "8c6c4d1e-57a4-4c57-9e47-6a34f5f0b8f6";

#[tokio::test]
async fn a_browser_with_the_other_librarys_cookie_stays_signed_in() {
    let (site, _) = site().await;
    assert_eq!(site.auth.import().session(&session(&site)).await.unwrap(), Imported::Done);
    let mut browser = holding(&site, VALUE);
    assert_eq!(browser.session().await["user"]["name"], "Ada");
    assert_eq!(browser.current("/").session().await.unwrap().unwrap().user.id, "42");
    // Another's value opens nothing, nor does one that is nearly right.
    for other in ["8c6c4d1e-57a4-4c57-9e47-6a34f5f0b8f7", &VALUE[1..], &VALUE.to_uppercase()] {
        assert_eq!(holding(&site, other).session().await, Value::Null, "{other}");
    }
}

#[tokio::test]
async fn what_was_imported_lives_and_ends_like_any_session() {
    let (site, store) = site().await;
    let import = site.auth.import();
    import.session(&session(&site)).await.unwrap();
    let mut browser = holding(&site, VALUE);
    store.bump_epoch("42").await.unwrap();
    assert_eq!(browser.session().await, Value::Null, "a new epoch ends it");

    // One that was taken over after that counts until the next.
    let mut other = session(&site);
    other.value = "another-value-of-a-session".to_owned();
    import.session(&other).await.unwrap();
    let mut browser = holding(&site, "another-value-of-a-session");
    assert_eq!(browser.session().await["user"]["name"], "Ada");
    browser.sign_out().await;
    assert_eq!(holding(&site, "another-value-of-a-session").session().await, Value::Null, "a sign-out ends it");
}

#[tokio::test]
async fn an_import_can_be_repeated_and_brings_nothing_back() {
    let (site, _) = site().await;
    let import = site.auth.import();
    assert_eq!(import.session(&session(&site)).await.unwrap(), Imported::Done);
    assert_eq!(import.session(&session(&site)).await.unwrap(), Imported::Known);
    site.clock.advance(Duration::from_secs(3600));
    assert_eq!(import.session(&session_until(&site, 0)).await.unwrap(), Imported::Ended);
    for value in ["short", "x".repeat(129).as_str()] {
        let mut session = session(&site);
        session.value = value.to_owned();
        let refused = import.session(&session).await.unwrap_err();
        assert!(matches!(refused, ImportError::BadValue(_)), "{refused}");
    }
}

#[tokio::test]
async fn a_session_that_was_ended_is_not_brought_back_by_importing_it_again() {
    // SES-005
    let (site, _) = site().await;
    let import = site.auth.import();
    for leave in [false, true] {
        let mut session = session(&site);
        session.value = format!("{VALUE}{leave}");
        assert_eq!(import.session(&session).await.unwrap(), Imported::Done);
        let mut browser = holding(&site, &session.value);
        assert_eq!(browser.session().await["user"]["name"], "Ada");
        // By a sign-out, and by the session that a further sign-in begins in its place.
        if leave {
            browser.sign_out().await
        } else {
            browser.sign_in().await
        };
        assert_eq!(import.session(&session).await.unwrap(), Imported::Known);
        assert_eq!(holding(&site, &session.value).session().await, Value::Null);
    }
}

#[tokio::test]
async fn an_imported_session_lives_no_longer_than_one_of_this_site() {
    // SES-009
    let (site, store) = site().await;
    site.auth.import().session(&session_until(&site, 100 * 365 * 86_400)).await.unwrap();
    let record = SessionStore::list(&store, "42").await.unwrap().remove(0);
    assert_eq!(record.expires_at, admit::Clock::now(&site.clock) + Duration::from_secs(30 * 86_400));
}

#[tokio::test]
async fn tokens_that_were_imported_are_handed_out_and_refreshed() {
    let (site, store) = site().await;
    // What the other library kept is a grant that the provider knows.
    let mut elsewhere = site.browser();
    elsewhere.sign_in().await;
    let current = elsewhere.current("/").accounts().await.unwrap();
    let account = AccountKey { provider: current[0].provider.clone(), subject: current[0].subject.clone() };
    let import = site.auth.import();
    let theirs = TokenSet::new("from the other library");
    assert_eq!(import.tokens(&account, theirs.clone()).await.unwrap(), Imported::Known, "what is here stays");

    let new = AccountKey { subject: "somebody else".to_owned(), ..account };
    assert_eq!(import.tokens(&new, theirs).await.unwrap(), Imported::Done);
    let session = session(&site).accounts(vec![new.clone()]);
    import.session(&session).await.unwrap();
    let token = holding(&site, VALUE).current("/").access_token("azure-devops").await.unwrap();
    assert_eq!(token.expose(), "from the other library");
    let dump = format!("{:?}", admit::store::TokenStore::load(&store, &new).await.unwrap().unwrap().sealed);
    assert!(!dump.contains("from the other library"), "and it is sealed");

    let elsewhere = AccountKey { provider: "acme".to_owned(), ..new };
    let refused = import.tokens(&elsewhere, TokenSet::new("x")).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "acme: no such provider is configured, so its tokens cannot be refreshed; add it with .provider(…)"
    );
}

#[tokio::test]
async fn an_import_without_a_place_for_it_says_what_to_configure() {
    let site = Site::new();
    let import = site.auth.import();
    let refused = import.session(&session(&site)).await.unwrap_err();
    assert!(refused.to_string().contains("configure a session_store"), "{refused}");
    let account = AccountKey { provider: "azure-devops".to_owned(), subject: "1".to_owned() };
    let refused = import.tokens(&account, TokenSet::new("x")).await.unwrap_err();
    assert!(refused.to_string().contains("configure a token_store"), "{refused}");
    assert!(!matches!(refused, ImportError::Auth(AuthError::Store(_))));
}

#[test]
fn a_session_to_import_shows_nothing_that_signs_in() {
    let session = ImportedSession::new(VALUE, User::new("42"), admit::Timestamp::from_unix_seconds(0));
    assert!(!format!("{session:?}").contains(VALUE));
}

/// A site that keeps everything in one store, with one user of another library's.
async fn site() -> (Site, MemoryStore) {
    let store = MemoryStore::new();
    let kept = store.clone();
    let site = Site::with(|builder| {
        builder.session_store(kept.clone()).token_store(kept.clone()).user_store(kept.clone()).once(kept)
    });
    let ada = NewUser { id: "42".to_owned(), profile: Profile::new("7").name(Some("Ada")) };
    let account = AccountKey { provider: "github".to_owned(), subject: "7".to_owned() };
    UserStore::create(&store, ada, &account).await.expect("a user");
    (site, store)
}

fn session(site: &Site) -> ImportedSession {
    session_until(site, 7 * 86_400)
}

fn session_until(site: &Site, seconds: u64) -> ImportedSession {
    let mut ada = User::new("42");
    ada.name = Some("Ada".to_owned());
    ImportedSession::new(VALUE, ada, admit::Clock::now(&site.clock) + Duration::from_secs(seconds))
}

/// A browser whose session cookie the other library set.
fn holding<'a>(site: &'a Site, value: &str) -> Browser<'a> {
    let mut browser = site.browser();
    let line = format!("__Secure-authjs.session-token={value}; Path=/; HttpOnly; Secure; SameSite=Lax");
    browser.jar.apply(&[(http::header::SET_COOKIE, line.parse().expect("a cookie"))].into_iter().collect());
    browser
}
