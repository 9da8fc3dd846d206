//! What the page says has just happened is so, whoever leads somebody to it.

use super::{PAGE, form, page, page_at, press, said, stored};
use crate::linking::{House, ada};
use crate::support::{Site, location, parameter};

const WORDS: [&str; 4] = ["ended=one", "ended=others", "unlinked=globex", "ended=one&unlinked=globex"];

#[tokio::test]
async fn a_link_from_elsewhere_cannot_have_it_say_what_has_not_happened() {
    // RED: what an address carries is no proof of anything.
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        let mut elsewhere = house.signed_in("acme", ada()).await;
        // Another site, another host of this one, and a message or a bookmark.
        for from in ["cross-site", "same-site", "none", "?"] {
            browser.headers.insert("sec-fetch-site", from.parse().unwrap());
            for words in WORDS {
                let html = page_at(&mut browser, &format!("{PAGE}?{words}")).await;
                assert_eq!(said(&html), None, "{from} {words}");
            }
        }
        assert_ne!(elsewhere.session().await, serde_json::Value::Null);
        // A form of this site leads here by way of this site alone.
        browser.headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
        let html = page(&mut browser).await;
        let answer = press(&mut browser, &form(&html, "/sessions/others/end")).await;
        let html = page_at(&mut browser, &location(&answer)).await;
        assert_eq!(said(&html), Some("All other devices are signed out."));
        assert_eq!(elsewhere.session().await, serde_json::Value::Null);
    }
}

#[tokio::test]
async fn what_is_so_is_said_wherever_somebody_comes_from() {
    // The way back from a provider is one from another site.
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    browser.headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
    let html = page_at(&mut browser, &format!("{PAGE}?linked=acme")).await;
    assert_eq!(said(&html), Some("Acme is connected. You can sign in with it from now on."));
    let html = page_at(&mut browser, &format!("{PAGE}?linked=globex")).await;
    assert_eq!(said(&html), None);
}

#[tokio::test]
async fn where_other_sessions_are_not_known_none_is_said_to_have_ended() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    for words in ["ended=others", "ended=one"] {
        assert_eq!(said(&page_at(&mut browser, &format!("{PAGE}?{words}")).await), None, "{words}");
    }
}

#[tokio::test]
async fn whoever_had_to_sign_in_first_is_not_told_that_it_is_done() {
    let site = stored();
    let (mut here, mut there) = (site.browser(), site.browser());
    here.sign_in().await;
    there.sign_in().await;
    let html = page(&mut here).await;
    here.sign_out().await;
    for form in [super::end_other(&html), form(&html, "/sessions/others/end")] {
        let sign_in = location(&press(&mut here, &form).await);
        assert_eq!(parameter(&sign_in, "callbackUrl").as_deref(), Some(PAGE));
    }
    assert_ne!(there.session().await, serde_json::Value::Null);
}
