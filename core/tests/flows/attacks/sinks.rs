//! Every place that takes a return address keeps to the one rule, also those that are no part of a sign-in.

use admit::Pages;
use admit::store::UserStore as _;
use http::StatusCode;

use crate::linking::{House, ada, key};
use crate::sign_in::return_to::TRICKS;
use crate::support::{ORIGIN, Site, json, location, parameter};

fn query(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn no_trick_leads_elsewhere_through_the_forms_of_an_account() {
    // RED-001, RED-019, RED-022, RED-030, RED-038
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    let owner = house.owner("acme", "1").await.unwrap();
    let token = browser.csrf_token().await;
    for trick in TRICKS {
        let form = [("csrfToken", token.as_str()), ("callbackUrl", *trick)];
        house.store.link(&owner, &key("initech", "7")).await.unwrap();
        for path in ["sessions/others/end", "sessions/nobody/end", "unlink/initech"] {
            let answer = browser.post(&format!("/api/auth/{path}"), &form).await;
            assert_eq!(
                (answer.status(), location(&answer)),
                (StatusCode::SEE_OTHER, ORIGIN.to_owned()),
                "{path} {trick:?}"
            );
            // A program's address comes by the query as well.
            browser.headers.insert("x-auth-return-redirect", "1".parse().unwrap());
            let answer = browser.post(&format!("/api/auth/{path}?callbackUrl={}", query(trick)), &form[..1]).await;
            browser.headers.clear();
            let url = json(&answer)["url"].as_str().map(str::to_owned);
            assert!(url.is_none_or(|url| url == ORIGIN), "{path} {trick:?}");
        }
        // What is linked leads back to where the form said, by way of the provider.
        let there = browser.post("/api/auth/link/globex", &form).await;
        let back = house.come_back(&mut browser, "globex", &there, crate::linking::nameless(9)).await;
        assert_eq!(location(&back), ORIGIN, "link {trick:?}");
        browser.post("/api/auth/unlink/globex", &form).await;
    }
}

#[tokio::test]
async fn no_trick_leads_elsewhere_by_way_of_somebody_who_has_to_sign_in_first() {
    // RED-039
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    let token = browser.csrf_token().await;
    for is_late in [true, false] {
        if is_late {
            house.site.clock.advance(std::time::Duration::from_secs(900));
        } else {
            browser.sign_out().await;
        }
        for trick in TRICKS {
            let form = [("csrfToken", token.as_str()), ("callbackUrl", *trick)];
            for path in ["link/globex", "unlink/acme"] {
                let sign_in = location(&browser.post(&format!("/api/auth/{path}"), &form).await);
                assert!(sign_in.starts_with(&format!("{ORIGIN}/api/auth/signin?")), "{sign_in}");
                let back = parameter(&sign_in, "callbackUrl").unwrap();
                let back = url::Url::parse(&back).unwrap();
                assert_eq!(back.origin().ascii_serialization(), ORIGIN, "{path} {trick:?}");
                assert_eq!(back.path(), "/", "{path} {trick:?}");
            }
        }
    }
}

#[tokio::test]
async fn no_trick_is_handed_on_to_pages_of_the_applications_own() {
    // RED-038
    let pages = Pages::default().sign_in("/welcome").sign_out("/bye").error("/oops").account("/me");
    let site = Site::with(|builder| builder.pages(pages).danger_single_process_refresh());
    let mut browser = site.browser();
    for trick in TRICKS {
        for (path, own) in [("signin", "/welcome"), ("signout", "/bye"), ("error", "/oops"), ("account", "/me")] {
            let there = location(&browser.get(&format!("/api/auth/{path}?callbackUrl={}", query(trick))).await);
            let there = url::Url::parse(ORIGIN).unwrap().join(&there).unwrap();
            assert_eq!((there.origin().ascii_serialization(), there.path()), (ORIGIN.to_owned(), own), "{trick:?}");
            let back = parameter(there.as_str(), "callbackUrl");
            assert!(back.is_none_or(|back| back == ORIGIN), "{path} {trick:?}");
        }
        // What the application draws itself has it from the request for its own page.
        let page = browser.current(&format!("/welcome?callbackUrl={}", query(trick))).sign_in_page().await;
        for way in &page.ways {
            let back = way.form.hidden.iter().find(|field| field.name == "callbackUrl").unwrap();
            assert_eq!(back.value, ORIGIN, "{trick:?}");
        }
    }
}

#[tokio::test]
async fn no_word_of_an_address_reaches_a_page_but_by_a_table() {
    // ERR-001, RED: words that are looked up.
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    let odd = query("Call+1 800 <b>evil</b>\"'> evil.example");
    for name in [
        "error",
        "error_description",
        "error_uri",
        "code",
        "why",
        "provider",
        "with",
        "other",
        "ask",
        "ref",
        "link",
        "unlink",
        "linked",
        "unlinked",
        "ended",
        "max_age",
        "scope",
        "claims",
        "login_hint",
        "again",
    ] {
        for path in [
            "signin?x=1",
            "signin?error=AccessDenied",
            "signin?why=expired",
            "signin?ask=used-before",
            "signout?x=1",
            "error?error=Configuration",
            "error?code=provider_retired",
            "account?x=1",
            "verify-request?x=1",
        ] {
            let answer = browser.get(&format!("/api/auth/{path}&{name}={odd}")).await;
            let html = String::from_utf8_lossy(answer.body()).into_owned();
            assert!(html.contains("<h1>"), "{path} {name}: {}", location(&answer));
            // In the address of a form it may travel on, encoded.
            for wrong in ["<b>", "evil</b>", "800 ", "Call 1"] {
                assert!(!html.contains(wrong), "{path} {name}: {html}");
            }
        }
    }
}
