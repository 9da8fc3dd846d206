//! Which address counts: the path that the browser asked for, at the site that the base URL names.

use http::StatusCode;
use http::header::SET_COOKIE;

use super::Row;
use crate::adapter::message::Message;
use crate::adapter::stage::ORIGIN;
use crate::adapter::visitor::{header, location, text};

// HST-002, HST-003, HST-005
pub(super) async fn where_the_site_is_nobody_outside_can_say(row: &mut Row) {
    let stage = row.stage();
    for (name, value) in [
        ("host", "evil.example"),
        ("host", "app.example:8443"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=http"),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-proto", "javascript"),
        ("x-forwarded-port", "8443"),
        ("x-forwarded-prefix", "/evil"),
        ("x-real-ip", "evil.example"),
    ] {
        let mut visitor = stage.stranger().with(name, value);
        let back = visitor.sign_in("/api/auth", "norma").await;
        assert_eq!(location(&back), format!("{ORIGIN}/me"), "{name}");
        for line in header(&back, SET_COOKIE).split(" | ") {
            assert!(line.contains("; Secure"), "{name}: {line}");
        }
        let providers = text(&visitor.get("/api/auth/providers").await);
        assert!(providers.contains("https://app.example/api/auth/signin") && !providers.contains("evil"), "{name}");
        let page = stage.stranger().browsing().with(name, value).get("/guarded").await;
        assert_eq!(location(&page), sign_in("%2Fguarded"), "{name}");
    }
    assert_eq!(stage.azure.violations(), [""; 0]);
}

pub(super) async fn of_an_address_in_absolute_form_only_the_path_counts(row: &mut Row) {
    let stage = row.stage();
    for origin in ["https://evil.example", "http://app.example", "http://evil.example:8080"] {
        let page = stage.stranger().browsing().get(&format!("{origin}/guarded?page=2")).await;
        assert_eq!(location(&page), sign_in("%2Fguarded%3Fpage%3D2"), "{origin}");
        let session = stage.stranger().get(&format!("{origin}/api/auth/session")).await;
        assert_eq!((session.status(), text(&session).as_str()), (StatusCode::OK, "null"), "{origin}");
    }
}

pub(super) async fn a_path_comes_back_as_it_was_asked_for(row: &mut Row) {
    let stage = row.stage();
    for path in [
        "/guarded/caf%C3%A9/%E6%97%A5%E6%9C%AC?name=J%C3%B8rn&city=K%C3%B8benhavn",
        "/guarded/a%2Fb%3Fc?next=%2Fd%26e&plus=a+b&percent=100%25",
        "/guarded/%F0%9F%9A%A2?&&=&a&a=",
        "/guarded/a;b=1,2/~x/(y)!$'*@:?z=[1]",
        "/guarded/trailing/",
    ] {
        let mut norma = stage.stranger().browsing();
        let page = norma.get(path).await;
        row.told.line(path);
        row.told.line(&format!("    {}", location(&page)));
        // The address is carried to the page, to the provider and back.
        let at_sign_in = location(&page);
        let at_sign_in = at_sign_in.strip_prefix(ORIGIN).expect("an address of the site");
        assert_eq!(norma.get(at_sign_in).await.status(), StatusCode::OK, "{path}");
        let callback = norma.consent("/api/auth", "norma", path).await;
        let back = norma.get(&callback).await;
        assert_eq!(location(&back), format!("{ORIGIN}{path}"));
        assert_eq!(text(&norma.get(path).await), "let through");
    }
}

pub(super) async fn letters_that_nobody_encoded_come_back_encoded(row: &mut Row) {
    let stage = row.stage();
    let path = "/guarded/café?name=Jørn";
    let mut norma = stage.stranger().browsing();
    let page = norma.get(path).await;
    // RFC 3986 has no such letters, so a server may refuse them before it asks anybody.
    if page.status() != StatusCode::BAD_REQUEST {
        assert_eq!(location(&page), sign_in("%2Fguarded%2Fcaf%C3%A9%3Fname%3DJ%C3%B8rn"));
        let callback = norma.consent("/api/auth", "norma", path).await;
        assert_eq!(location(&norma.get(&callback).await), format!("{ORIGIN}/guarded/caf%C3%A9?name=J%C3%B8rn"));
    }
}

// A path that a browser would take for another site is not come back to.
pub(super) async fn a_path_with_two_slashes_leads_home_and_not_away(row: &mut Row) {
    let stage = row.stage();
    for path in ["//evil.example/x", "/\\evil.example/x", "///evil.example"] {
        let mut browser = stage.stranger().browsing();
        let message = Message::get(path);
        let page = browser.tell(&mut row.told, message).await;
        // A server may find an address so odd that it does not ask the application.
        if page.status() == StatusCode::SEE_OTHER {
            let callback = browser.consent("/api/auth", "norma", path).await;
            assert_eq!(location(&browser.get(&callback).await), ORIGIN, "{path}");
        }
    }
}

fn sign_in(path: &str) -> String {
    format!("{ORIGIN}/api/auth/signin?callbackUrl={path}")
}
