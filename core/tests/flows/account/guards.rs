//! What does not get at anybody's account, and what is answered where it cannot be shown or changed.

use admit::store::UserStore as _;
use admit::{MemoryStore, Pages};
use admit_testkit::Faulty;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{PATH, end_other, form, page, press, stored, text};
use crate::linking::{House, ada, bo};
use crate::support::rules::Rules;
use crate::support::{Browser, ORIGIN, Site, json, location, refusal};

/// The page that a form which came to nothing leads to.
async fn told(browser: &mut Browser<'_>, answer: &http::Response<bytes::Bytes>) -> (StatusCode, String) {
    let page = browser.get(location(answer).strip_prefix(ORIGIN).unwrap()).await;
    (page.status(), text(&page))
}

#[tokio::test]
async fn the_page_is_for_nobody_elses_page_and_for_no_cache() {
    // ERR-009, ERR-011, SES-012, SES-026
    let site = stored();
    let mut browser = site.browser();
    browser.sign_in().await;
    browser.headers.insert("origin", "https://evil.example".parse().unwrap());
    let answer = browser.get(PATH).await;
    let header = |name: &str| answer.headers()[name].to_str().unwrap();
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("frame-ancestors 'none'"));
    assert!(policy.contains("img-src 'self' data:;"), "{policy}");
    assert!(header("cache-control").contains("no-store"));
    assert_eq!((header("x-frame-options"), header("x-content-type-options")), ("DENY", "nosniff"));
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn looking_changes_nothing_whatever_the_address_says() {
    // LNK-010
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        let mut elsewhere = house.signed_in("acme", ada()).await;
        for query in ["link=globex", "unlink=acme", "ended=others", "which=all&csrfToken=x", "_method=DELETE"] {
            assert_eq!(browser.get(&format!("{PATH}?{query}")).await.status(), StatusCode::OK);
        }
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1"]);
        assert!(browser.session().await != Value::Null && elsewhere.session().await != Value::Null);
        let token = browser.csrf_token().await;
        assert_eq!(browser.post(PATH, &[("csrfToken", &token)]).await.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn each_form_needs_its_token_and_a_page_of_this_site() {
    // LNK-010
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        let mut elsewhere = house.signed_in("acme", ada()).await;
        house.store.link(&house.owner("acme", "1").await.unwrap(), &crate::linking::key("initech", "7")).await.unwrap();
        let forms = super::forms(&page(&mut browser).await);
        assert!(forms.len() >= 6, "{}", forms.len());
        for mut form in forms {
            browser.headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
            let foreign = press(&mut browser, &form).await;
            browser.headers.clear();
            form.fields.retain(|(name, _)| name != "csrfToken");
            let tokenless = press(&mut browser, &form).await;
            for (answer, code) in [(foreign, "origin_rejected"), (tokenless, "csrf")] {
                assert_eq!(refusal(&answer).2, code, "{}", form.action);
                // Signing out is the wire's, and tells it on the sign-in page.
                let page = if form.action.ends_with("/signout") { "/api/auth/signin" } else { "/api/auth/error" };
                assert_eq!(refusal(&answer).0, page, "{}", form.action);
            }
        }
        assert_eq!(house.accounts_beside("acme", "1").await, ["acme 1", "initech 7"]);
        assert!(browser.session().await != Value::Null && elsewhere.session().await != Value::Null);
    }
}

#[tokio::test]
async fn nobody_sees_or_ends_what_is_somebody_elses() {
    let house = House::in_store();
    let mut ada_here = house.signed_in("acme", ada()).await;
    let _ada_elsewhere = house.signed_in("acme", ada()).await;
    let mut bo_here = house.signed_in("acme", bo()).await;
    let of_ada = page(&mut ada_here).await;
    let of_bo = page(&mut bo_here).await;
    assert!(of_bo.contains("bo@example.com") && !of_bo.contains("ada@example.com"));
    assert!(!super::has_form(&of_bo, "/others/end"), "Ada's two sessions are none of Bo's");

    // Bo posts the form of Ada's page with a token of his own.
    let mut stolen = end_other(&of_ada);
    let own = form(&of_bo, "/signout");
    let token = own.fields.iter().find(|(name, _)| name == "csrfToken").unwrap().clone();
    stolen.fields.iter_mut().filter(|(name, _)| name == "csrfToken").for_each(|field| *field = token.clone());
    assert_eq!(press(&mut bo_here, &stolen).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(json(&ada_here.get("/api/auth/sessions").await).as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_session_that_was_ended_at_another_node_sees_nothing_from_that_moment() {
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        page(&mut browser).await;
        // Behind admit's back, within the second in which the user's standing is believed.
        let user = house.owner("acme", "1").await.unwrap();
        house.store.bump_epoch(&user).await.unwrap();
        let answer = browser.get(PATH).await;
        assert!(location(&answer).contains("/api/auth/signin?callbackUrl="), "{}", answer.status());
        assert!(answer.body().is_empty());
    }
}

#[tokio::test]
async fn a_session_that_the_application_ends_sees_nothing() {
    let is_over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let over = std::sync::Arc::clone(&is_over);
    let rules = Rules::default()
        .jwt(move |token, _| Ok(Some(token).filter(|_| !over.load(std::sync::atomic::Ordering::SeqCst))));
    let site = Site::with(|builder| builder.callbacks(rules).danger_single_process_refresh());
    let mut browser = site.browser();
    browser.sign_in().await;
    page(&mut browser).await;
    is_over.store(true, std::sync::atomic::Ordering::SeqCst);
    assert!(location(&browser.get(PATH).await).contains("/api/auth/signin?callbackUrl="));
    assert_eq!(browser.session_cookies(), [""; 0], "its cookies are taken away");
}

#[tokio::test]
async fn a_session_that_is_over_already_is_no_error_to_who_wanted_it_to_end() {
    let site = stored();
    let (mut here, mut there) = (site.browser(), site.browser());
    here.sign_in().await;
    there.sign_in().await;
    let form = end_other(&page(&mut here).await);
    assert_eq!(press(&mut here, &form).await.status(), StatusCode::SEE_OTHER);
    let again = press(&mut here, &form).await;
    assert_eq!((again.status(), location(&again)), (StatusCode::SEE_OTHER, format!("{ORIGIN}{PATH}?ended=one")));
    // A program is told.
    here.headers.insert("x-auth-return-redirect", "1".parse().unwrap());
    let again = press(&mut here, &form).await;
    assert_eq!((again.status(), json(&again)), (StatusCode::NOT_FOUND, json!({ "error": "no_such_session" })));
}

#[tokio::test]
async fn whoever_was_signed_out_meanwhile_is_led_to_sign_in_and_back() {
    for house in House::in_each_home() {
        let mut browser = house.signed_in("acme", ada()).await;
        let html = page(&mut browser).await;
        browser.sign_out().await;
        for action in ["/sessions/others/end", "/sessions/all/end", "/link/globex"] {
            let Some(form) = super::forms(&html).into_iter().find(|form| form.action.ends_with(action)) else {
                continue;
            };
            let answer = press(&mut browser, &form).await;
            assert_eq!(answer.status(), StatusCode::SEE_OTHER);
            let there = location(&answer);
            assert!(
                there.starts_with(&format!("{ORIGIN}/api/auth/signin?callbackUrl=https%3A%2F%2Fapp.example%2Fapi"))
            );
        }
    }
}

#[tokio::test]
async fn what_the_set_up_does_not_allow_is_told_on_a_page() {
    // An application's own form, at a site without the store that it needs.
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    let token = browser.csrf_token().await;
    for path in ["sessions/others/end", "link/azure-devops", "unlink/azure-devops"] {
        let answer = browser.post(&format!("/api/auth/{path}"), &[("csrfToken", &token)]).await;
        assert_eq!(refusal(&answer).2, "configuration", "{path}");
        assert_eq!(told(&mut browser, &answer).await.0, StatusCode::INTERNAL_SERVER_ERROR);
    }
    let answer = browser.request(Method::DELETE, "/api/auth/sessions/others", None, bytes::Bytes::new()).await;
    assert_eq!(
        (answer.status(), json(&answer)["error"].clone()),
        (StatusCode::CONFLICT, "needs_a_session_store".into())
    );
}

#[tokio::test]
async fn a_store_that_is_down_is_a_page_with_a_reference_and_never_nobody() {
    // FLT: a store unreachable on session read is 503.
    let store = Faulty::new(MemoryStore::new());
    let all = store.clone();
    let site = Site::with(|builder| builder.store(all));
    let mut browser = site.browser();
    browser.sign_in().await;
    let html = page(&mut browser).await;
    store.break_down();
    let answer = browser.get(PATH).await;
    assert_eq!(
        (answer.status(), answer.headers()["retry-after"].to_str().unwrap()),
        (StatusCode::SERVICE_UNAVAILABLE, "5")
    );
    assert!(text(&answer).contains("Reference: <code>") && !text(&answer).contains("norma@"), "{}", text(&answer));
    assert_eq!(browser.session_cookies().len(), 1, "the session is left alone");

    for action in ["/sessions/others/end", "/sessions/all/end", "/link/azure-devops", "/unlink/azure-devops"] {
        let mut form = form(&html, "/signout");
        form.action = format!("/api/auth{action}");
        let answer = press(&mut browser, &form).await;
        assert_eq!(refusal(&answer).2, "session_store_unavailable", "{action}");
        let (status, page) = told(&mut browser, &answer).await;
        assert!(status == StatusCode::SERVICE_UNAVAILABLE && page.contains("Reference: <code>"), "{action} {page}");
    }
    store.mend();
    page(&mut browser).await;
}

#[tokio::test]
async fn a_store_that_is_down_is_told_on_the_applications_error_page_if_it_has_one() {
    let store = Faulty::new(MemoryStore::new());
    let all = store.clone();
    let site = Site::with(|builder| builder.store(all).pages(Pages::default().error("/oops")));
    let mut browser = site.browser();
    browser.sign_in().await;
    store.break_down();
    let (page, _, code) = refusal(&browser.get(PATH).await);
    assert_eq!((page.as_str(), code.as_str()), ("/oops", "session_store_unavailable"));
}
