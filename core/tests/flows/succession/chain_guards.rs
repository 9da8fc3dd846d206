//! Two trips in one, and who shall not finish them.

use admit::Recognition;
use admit::store::UserStore;
use http::Response;

use super::{Move, begin, proof, user_of};
use crate::linking::{House, ada, bo, callback, key, nameless};
use crate::support::{Browser, location, refusal};

/// Half-way: a browser that has proven to be Ada's, and is on its way to `globex`.
async fn half_way<'a>(house: &'a House, browser: &mut Browser<'a>) -> Response<bytes::Bytes> {
    let there = begin(browser, "acme", ("connect", "globex")).await;
    let onward = house.come_back(browser, "acme", &there, ada()).await;
    assert!(location(&onward).starts_with("https://globex.example/"), "{}", location(&onward));
    onward
}

async fn with_ada() -> House {
    let house = Move::asks().house();
    house.signed_in("acme", ada()).await;
    house
}

#[tokio::test]
async fn another_browser_cannot_finish_it() {
    // LNK-011
    let house = with_ada().await;
    let mut browser = house.site.browser();
    let onward = half_way(&house, &mut browser).await;
    let mut other = house.signed_in("initech", bo()).await;
    let answer = house.come_back(&mut other, "globex", &onward, nameless(9)).await;
    assert_eq!(refusal(&answer).2, "state_missing");
    assert_eq!(user_of(&house, "globex", "9").await, None);
}

#[tokio::test]
async fn another_session_cannot_finish_it() {
    // LNK-011
    let house = with_ada().await;
    let mut browser = house.site.browser();
    let onward = half_way(&house, &mut browser).await;
    house.sign_in(&mut browser, "initech", bo()).await;
    let before = browser.session().await;
    let answer = house.come_back(&mut browser, "globex", &onward, nameless(9)).await;
    assert_eq!(refusal(&answer).2, "link_interrupted");
    assert_eq!(user_of(&house, "globex", "9").await, None);
    assert_eq!(browser.session().await["user"], before["user"]);

    // Nor one who has signed out meanwhile.
    let mut browser = house.signed_in("initech", bo()).await;
    let onward = half_way(&house, &mut browser).await;
    browser.sign_out().await;
    let answer = house.come_back(&mut browser, "globex", &onward, nameless(9)).await;
    assert_eq!(refusal(&answer).2, "link_interrupted");
}

#[tokio::test]
async fn the_session_before_is_over_once_both_are_proven() {
    let house = with_ada().await;
    let mut browser = house.signed_in("initech", bo()).await;
    let mut copy = house.site.browser();
    copy.jar = browser.jar.clone();
    let onward = half_way(&house, &mut browser).await;
    assert!(copy.current("/").is_signed_in().await.unwrap(), "until then it goes on");
    house.come_back(&mut browser, "globex", &onward, nameless(9)).await;
    assert!(!copy.current("/").is_signed_in().await.unwrap());
    assert_eq!(browser.session().await["user"]["name"], "Ada");
}

#[tokio::test]
async fn it_counts_once_and_not_for_long() {
    let house = with_ada().await;
    let mut browser = house.site.browser();
    let onward = half_way(&house, &mut browser).await;
    let mut copy = house.site.browser();
    copy.jar = browser.jar.clone();
    house.come_back(&mut browser, "globex", &onward, nameless(9)).await;
    let again = house.come_back(&mut copy, "globex", &onward, nameless(8)).await;
    assert_eq!(refusal(&again).2, "state_replayed");

    let mut browser = house.site.browser();
    let onward = half_way(&house, &mut browser).await;
    house.site.clock.advance(std::time::Duration::from_secs(901));
    let late = house.come_back(&mut browser, "globex", &onward, nameless(8)).await;
    assert!(matches!(refusal(&late).2.as_str(), "state_expired" | "state_missing"), "{}", location(&late));
    assert_eq!(user_of(&house, "globex", "8").await, None);
}

#[tokio::test]
async fn an_account_of_somebody_else_stays_theirs() {
    // LNK-012
    let house = Move::nothing().house();
    house.signed_in("acme", ada()).await;
    house.signed_in("globex", bo()).await;
    let owner = user_of(&house, "globex", "2").await;
    let mut browser = house.site.browser();
    let onward = half_way(&house, &mut browser).await;
    let answer = house.come_back(&mut browser, "globex", &onward, bo()).await;
    assert_eq!(refusal(&answer).2, "linked_to_other_user");
    assert_eq!(user_of(&house, "globex", "2").await, owner);
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
    assert!(browser.session_cookies().is_empty());
}

#[tokio::test]
async fn an_account_that_is_recognised_as_somebody_elses_is_not_connected() {
    for says in [
        Recognition::User { id: "somebody".to_owned(), proof: proof("3") },
        Recognition::Contradiction { cause: "two of them".to_owned() },
    ] {
        let rule = Move::recognises(move |arrival| {
            Ok(if arrival.account.provider == "globex" { says.clone() } else { Recognition::Nobody })
        });
        let house = rule.house();
        house.signed_in("acme", ada()).await;
        let mut browser = house.site.browser();
        let onward = half_way(&house, &mut browser).await;
        let answer = house.come_back(&mut browser, "globex", &onward, nameless(9)).await;
        assert_eq!(refusal(&answer).2, "identity_contradicted");
        assert_eq!((user_of(&house, "globex", "9").await, rule.told().len()), (None, 0));
    }
}

#[tokio::test]
async fn whoever_was_shut_out_or_signed_out_everywhere_or_parted_meanwhile_does_not_come_in() {
    for (what, code) in [("disable", "user_disabled"), ("epoch", "link_interrupted"), ("unlink", "link_interrupted")] {
        let house = with_ada().await;
        let user = user_of(&house, "acme", "1").await.unwrap();
        let mut browser = house.site.browser();
        let onward = half_way(&house, &mut browser).await;
        match what {
            "disable" => house.store.set_disabled(&user, true).await.unwrap(),
            "epoch" => drop(house.store.bump_epoch(&user).await.unwrap()),
            _ => drop(house.store.unlink(&user, &key("acme", "1"), 0).await.unwrap()),
        }
        let answer = house.come_back(&mut browser, "globex", &onward, nameless(9)).await;
        assert_eq!(refusal(&answer).2, code, "{what}");
        assert_eq!(user_of(&house, "globex", "9").await, None);
        assert!(browser.session_cookies().is_empty());
    }
}

#[tokio::test]
async fn it_begins_with_a_form_of_ours_alone() {
    // LNK-010
    let house = with_ada().await;
    let mut browser = house.site.browser();
    let answer = browser.post("/api/auth/signin/acme", &[("connect", "globex")]).await;
    assert_eq!(refusal(&answer).1, "MissingCSRF");
    // In an address it means nothing.
    let token = browser.csrf_token().await;
    let there = browser.post("/api/auth/signin/acme?connect=globex&newcomer=1", &[("csrfToken", &token)]).await;
    let answer = house.come_back(&mut browser, "acme", &there, ada()).await;
    assert!(!location(&answer).contains("globex.example"), "{}", location(&answer));
}

#[tokio::test]
async fn only_another_provider_that_people_can_be_sent_to_can_be_the_second() {
    let house = with_ada().await;
    for second in ["acme", "nowhere", "<b>"] {
        let answer = begin(&mut house.site.browser(), "acme", ("connect", second)).await;
        assert_eq!(refusal(&answer).2, "parameter_invalid", "{second}");
    }
    let plain = House::in_store();
    let answer = begin(&mut plain.site.browser(), "acme", ("connect", "globex")).await;
    assert_eq!(refusal(&answer).2, "parameter_invalid", "nothing follows anything here");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_finish_at_once_one_links() {
    // ADO-014
    let house = with_ada().await;
    let mut trips = Vec::new();
    for _ in 0..10 {
        let mut browser = house.site.browser();
        let onward = half_way(&house, &mut browser).await;
        trips.push((browser, callback("globex", &onward)));
    }
    house.server.person(nameless(9));
    for answer in crate::linking::at_once(&house, &mut trips).await {
        assert!(location(&answer).ends_with("/home"), "{}", location(&answer));
    }
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
    assert_eq!(house.heard.all().iter().filter(|line| *line == "link_account").count(), 2);
}
