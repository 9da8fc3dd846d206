//! What a person changes there, and how they are told.

use http::StatusCode;
use serde_json::Value;

use super::{PAGE, end_other, form, has_form, page, page_at, press, said, stored};
use crate::linking::{House, ada, nameless};
use crate::support::{ORIGIN, Site, location};

#[tokio::test]
async fn a_person_ends_a_session_elsewhere_and_is_told_so() {
    // SES-016, UIX-001
    let site = stored();
    let (mut here, mut there) = (site.browser(), site.browser());
    here.sign_in().await;
    there.sign_in().await;
    let html = page(&mut here).await;
    let answer = press(&mut here, &end_other(&html)).await;
    assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, format!("{PAGE}?ended=one")));
    let html = page_at(&mut here, &location(&answer)).await;
    assert_eq!(said(&html), Some("That device is signed out."));
    assert!(!has_form(&html, "/others/end"), "there is nothing else to end");
    assert_eq!(there.session().await, Value::Null);
    assert_ne!(here.session().await, Value::Null);
}

#[tokio::test]
async fn everywhere_else_ends_and_this_one_stays() {
    // SES-016
    for house in House::in_each_home() {
        let mut here = house.signed_in("acme", ada()).await;
        let mut there = house.signed_in("acme", ada()).await;
        let html = page(&mut here).await;
        let answer = press(&mut here, &form(&html, "/sessions/others/end")).await;
        assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, format!("{PAGE}?ended=others")));
        let html = page_at(&mut here, &location(&answer)).await;
        assert_eq!(said(&html), Some("All other devices are signed out."));
        assert_eq!(there.session().await, Value::Null);
    }
}

#[tokio::test]
async fn everywhere_ends_and_the_way_back_is_a_sign_in() {
    // SES-016
    for house in House::in_each_home() {
        let mut here = house.signed_in("acme", ada()).await;
        let mut there = house.signed_in("acme", ada()).await;
        let html = page(&mut here).await;
        let answer = press(&mut here, &form(&html, "/sessions/all/end")).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert_eq!((here.session().await, there.session().await), (Value::Null, Value::Null));
        let path = location(&answer).strip_prefix(ORIGIN).unwrap().to_owned();
        assert!(location(&here.get(&path).await).starts_with(&format!("{ORIGIN}/api/auth/signin?callbackUrl=")));
    }
}

#[tokio::test]
async fn the_session_at_hand_ends_as_at_any_sign_out() {
    for site in [Site::new(), stored()] {
        let mut browser = site.browser();
        browser.sign_in().await;
        let html = page(&mut browser).await;
        let answer = press(&mut browser, &form(&html, "/signout")).await;
        assert_eq!((answer.status(), location(&answer)), (StatusCode::FOUND, ORIGIN.to_owned()));
        assert_eq!(browser.session().await, Value::Null);
    }
}

#[tokio::test]
async fn an_account_is_connected_and_taken_off_and_each_is_told() {
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        let html = page(&mut browser).await;
        assert!(html.contains("Your only way in") && !has_form(&html, "/unlink/acme"));
        let there = press(&mut browser, &form(&html, "/link/globex")).await;
        let back = house.come_back(&mut browser, "globex", &there, nameless(9)).await;
        assert_eq!(location(&back), format!("{PAGE}?linked=globex"));
        let html = page_at(&mut browser, &location(&back)).await;
        assert_eq!(said(&html), Some("Globex is connected. You can sign in with it from now on."));
        assert!(!has_form(&html, "/link/globex") && has_form(&html, "/unlink/acme"));

        let answer = press(&mut browser, &form(&html, "/unlink/globex")).await;
        assert_eq!((answer.status(), location(&answer)), (StatusCode::SEE_OTHER, format!("{PAGE}?unlinked=globex")));
        let html = page_at(&mut browser, &location(&answer)).await;
        assert_eq!(said(&html), Some("Globex is disconnected, and all other devices are signed out."));
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
    }
}

#[tokio::test]
async fn of_two_accounts_at_one_provider_the_one_that_is_pressed_is_taken_off() {
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    house.connect(&mut browser, "globex", nameless(8)).await;
    house.connect(&mut browser, "globex", nameless(9)).await;
    let html = page(&mut browser).await;
    let both: Vec<_> = super::forms(&html).into_iter().filter(|form| form.action.ends_with("/unlink/globex")).collect();
    assert_eq!(both.len(), 2);
    assert_eq!(press(&mut browser, &both[1]).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 8"]);
}

#[tokio::test]
async fn what_has_not_happened_is_not_said() {
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    let _elsewhere = house.signed_in("acme", ada()).await;
    for query in [
        "ended=%3Cscript%3E",
        "ended=others",
        "linked=globex",
        "linked=nobody",
        "linked=%3Cscript%3E",
        "unlinked=acme",
        "unlinked=%3Cscript%3E",
        "unlinked=",
    ] {
        let html = page_at(&mut browser, &format!("{PAGE}?{query}")).await;
        assert_eq!(said(&html), None, "{query}");
        assert!(!html.contains("<script"), "{query}");
    }
}
