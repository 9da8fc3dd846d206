//! What somebody wanted, and had to sign in once more for.

use std::time::Duration;

use admit::store::UserStore;
use http::StatusCode;

use super::{PAGE, form, page, page_at, press, said};
use crate::linking::{House, ada, key, nameless};
use crate::support::{ORIGIN, location};

#[tokio::test]
async fn after_the_new_sign_in_it_is_one_button() {
    // LNK-009
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        for (wish, button) in [("link/globex", "Connect Globex now"), ("unlink/globex", "Disconnect Globex now")] {
            house.site.clock.advance(Duration::from_secs(900));
            let html = page(&mut browser).await;
            let sent_away = press(&mut browser, &form(&html, wish)).await;
            assert_eq!(sent_away.status(), StatusCode::SEE_OTHER);
            let sign_in = location(&sent_away);
            assert!(sign_in.starts_with(&format!("{ORIGIN}/api/auth/signin?")), "{sign_in}");

            // The sign-in page's own form, and back from the provider.
            let html = page_at(&mut browser, &sign_in).await;
            let acme = super::forms(&html).into_iter().find(|form| form.action.contains("/signin/acme")).unwrap();
            let there = press(&mut browser, &acme).await;
            let back = location(&house.come_back(&mut browser, "acme", &there, ada()).await);
            assert!(back.starts_with(PAGE), "{back}");
            let html = page_at(&mut browser, &back).await;
            let offered = super::forms(said(&html).unwrap()).remove(0);
            assert_eq!(offered.button, button);

            let answer = press(&mut browser, &offered).await;
            if wish.starts_with("link") {
                house.come_back(&mut browser, "globex", &answer, nameless(9)).await;
                assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 9"]);
            } else {
                assert_eq!(location(&answer), format!("{PAGE}?unlinked=globex"));
                assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
            }
        }
    }
}

#[tokio::test]
async fn of_two_accounts_at_one_provider_it_is_the_one_that_was_meant() {
    // LNK-009
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    let user = house.owner("acme", "1").await.unwrap();
    for subject in ["7", "9"] {
        house.store.link(&user, &key("globex", subject)).await.unwrap();
    }
    house.site.clock.advance(Duration::from_secs(900));
    let html = page(&mut browser).await;
    let wanted = super::forms(&html).into_iter().find(|form| form.fields.contains(&("subject".into(), "9".into())));
    let sign_in = location(&press(&mut browser, &wanted.unwrap()).await);
    let html = page_at(&mut browser, &sign_in).await;
    let acme = super::forms(&html).into_iter().find(|form| form.action.contains("/signin/acme")).unwrap();
    let there = press(&mut browser, &acme).await;
    let back = location(&house.come_back(&mut browser, "acme", &there, ada()).await);
    let html = page_at(&mut browser, &back).await;
    let offered = super::forms(said(&html).unwrap()).remove(0);
    assert_eq!(offered.button, "Disconnect Globex (9) now");
    press(&mut browser, &offered).await;
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "globex 7"]);
    // Which of two is not guessed, and none is offered that is not theirs.
    house.store.link(&user, &key("globex", "9")).await.unwrap();
    for query in ["unlink=globex", "unlink=globex&subject=8"] {
        assert_eq!(said(&page_at(&mut browser, &format!("{PAGE}?{query}")).await), None, "{query}");
    }
}

#[tokio::test]
async fn a_wish_that_cannot_be_granted_is_not_offered() {
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    let offered = page_at(&mut browser, &format!("{PAGE}?link=globex")).await;
    assert!(said(&offered).is_some());
    for query in ["link=acme", "link=nobody", "link=%3Cscript%3E", "unlink=acme", "unlink=globex", "unlink=nobody"] {
        let html = page_at(&mut browser, &format!("{PAGE}?{query}")).await;
        assert_eq!(said(&html), None, "{query}");
    }
    // Nobody has just signed in who is sent here by another page's link.
    house.site.clock.advance(Duration::from_secs(900));
    let html = page_at(&mut browser, &format!("{PAGE}?link=globex")).await;
    assert_eq!(said(&html), None);
    assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
}
