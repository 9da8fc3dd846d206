//! From the day on which a provider ends.

use admit::store::TokenStore;
use admit::{Auth, Clock, Environment, OAuthProvider, Parking, Timestamp};
use http::StatusCode;

use super::{Move, begin, page};
use crate::linking::{House, ada, ask, callback, key, nameless};
use crate::support::{Browser, ORIGIN, SECRET, Site, location, refusal};

/// The site of a house once `acme` has ended, under a rule that names its successor.
fn ended(house: &House, rule: Move) -> House {
    let (store, heard, server) = (house.store.clone(), house.heard.clone(), house.server.clone());
    let at: Timestamp = house.site.clock.now();
    let auth = Auth::builder(ORIGIN)
        .secret(SECRET)
        .environment(Environment::default())
        .clock(house.site.clock.clone())
        .http_client(server.clone())
        .events(heard.clone())
        .store(store.clone())
        .succession(rule)
        .provider(provider("acme", "Acme").retires_on(Some(at)))
        .provider(provider("globex", "Globex"))
        .build()
        .unwrap();
    let site = Site { auth, azure: house.site.azure.clone(), clock: house.site.clock.clone() };
    House { site, server, store, heard }
}

fn provider(id: &'static str, name: &'static str) -> OAuthProvider {
    crate::linking::provider(id, name)
}

fn moved<'a>(browser: &Browser<'_>, house: &'a House) -> Browser<'a> {
    let mut moved = house.site.browser();
    moved.jar = browser.jar.clone();
    moved
}

#[tokio::test]
async fn whoever_comes_too_late_is_shown_the_way() {
    // T107, ADO-010
    let house = ended(&Move::nothing().house(), Move::nothing());
    let mut browser = house.site.browser();
    let answer = browser.begin("acme", "/home").await;
    assert_eq!(refusal(&answer), ("/api/auth/error".into(), "Configuration".into(), "provider_retired".into()));
    insta::assert_snapshot!("retired", page(&mut browser, &location(&answer)).await);
}

#[tokio::test]
async fn a_trip_that_was_under_way_is_finished() {
    // ADO-010
    let before = Move::nothing().house();
    let mut browser = before.site.browser();
    let there = browser.begin("acme", "/home").await;
    let house = ended(&before, Move::nothing());
    let mut browser = moved(&browser, &house);
    house.server.person(ada());
    let answer = browser.get(&callback("acme", &there)).await;
    assert_eq!(location(&answer), format!("{ORIGIN}/home"));
    assert!(browser.current("/").is_signed_in().await.unwrap());
}

#[tokio::test]
async fn connecting_parking_and_purging_go_on_after_the_end() {
    // T107
    let before = Move::nothing().house();
    let browser = before.signed_in("acme", ada()).await;
    let house = ended(&before, Move::nothing());
    let mut browser = moved(&browser, &house);
    let there = ask(&mut browser, "link/globex", &[]).await;
    assert_eq!(there.status(), StatusCode::FOUND);
    house.come_back(&mut browser, "globex", &there, nameless(9)).await;
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
    let account = key("acme", "1");
    assert_eq!(house.site.auth.park(&account).await.unwrap(), Parking::Done);
    assert_eq!(house.site.auth.purge_tokens(&account).await.unwrap(), Parking::Done);
    assert_eq!(TokenStore::load(&house.store, &account).await.unwrap(), None);
}

#[tokio::test]
async fn whoever_may_be_known_by_what_has_ended_is_not_sent_there() {
    let house = ended(&Move::asks().house(), Move::asks());
    let mut browser = house.site.browser();
    let answer = house.sign_in(&mut browser, "globex", nameless(9)).await;
    let page = page(&mut browser, &location(&answer)).await;
    assert!(page.contains("no longer sign in with Acme") && !page.contains("signin/acme"), "{page}");
    // A form that somebody had open says so, too.
    let late = begin(&mut browser, "acme", ("connect", "globex")).await;
    assert_eq!(refusal(&late).2, "provider_retired");
}

#[tokio::test]
async fn what_has_a_successor_stands_behind_it_on_the_sign_in_page() {
    let house = Move::nothing().house();
    let html = |answer: http::Response<bytes::Bytes>| String::from_utf8(answer.body().to_vec()).unwrap();
    let place = |html: &str, name: &str| html.find(&format!("Sign in with {name}<")).unwrap();
    let page = html(house.site.browser().get("/api/auth/signin").await);
    assert!(place(&page, "Globex") < place(&page, "Acme") && place(&page, "Pigeon") < place(&page, "Acme"));
    let button = |class: &str, name: &str| {
        format!(
            r#"<button class="button{class}" type="submit"><span class="mark letter" aria-hidden="true">{}</span><span class="label"><span>Sign in with {name}<"#,
            &name[..1]
        )
    };
    assert!(page.contains(&button(" quiet", "Acme")), "{page}");
    let two = ended(&house, Move::nothing());
    let page = html(two.site.browser().get("/api/auth/signin").await);
    assert!(page.contains(&button(" primary", "Globex")), "{page}");

    let plain = House::in_store();
    let page = html(plain.site.browser().get("/api/auth/signin").await);
    assert!(place(&page, "Acme") < place(&page, "Globex") && !page.contains(r#"class="button quiet""#));
}

#[tokio::test]
async fn what_has_a_successor_is_not_offered_to_be_connected() {
    let house = Move::nothing().house();
    let mut browser = house.signed_in("globex", nameless(9)).await;
    let page = browser.get("/api/auth/account").await;
    let page = String::from_utf8_lossy(page.body());
    assert!(page.contains("/link/initech") && !page.contains("/link/acme"), "{page}");
}
