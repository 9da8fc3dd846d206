//! Signing out at the provider too (OpenID Connect RP-Initiated Logout 1.0).

use admit::store::{AccountKey, TokenStore};
use admit::{AuthBuilder, Client, MemoryStore, OAuthProvider};
use admit_testkit::PretendOidc;
use admit_testkit::oidc::{Fault, Stage};
use http::StatusCode;
use serde_json::{Value, json};

use super::{sign_in, site_and, site_with};
use crate::support::log::Heard;
use crate::support::{BASE, Browser, ORIGIN, Site, location, parameter, set_cookies, shown};

const BACK: &str = "https://app.example/api/auth/signout/company";

fn registered(company: admit_testkit::oidc::Builder) -> admit_testkit::oidc::Builder {
    company.post_logout_redirect_uri(BACK)
}

/// A site whose people are signed out at the company too.
fn site() -> (Site, PretendOidc) {
    site_with(registered, OAuthProvider::sign_out_at_provider)
}

async fn sign_out(browser: &mut Browser<'_>) -> String {
    let token = browser.csrf_token().await;
    location(&browser.post("/api/auth/signout", &[("csrfToken", &token), ("callbackUrl", "/bye")]).await)
}

#[tokio::test]
async fn whoever_signs_out_here_is_signed_out_there_and_comes_back() {
    let (site, company) = site();
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let token = browser.csrf_token().await;
    let answer = browser.post("/api/auth/signout", &[("csrfToken", &token), ("callbackUrl", "/bye")]).await;
    insta::assert_snapshot!(shown(&answer), @r"
    302 Found
    cache-control: private, no-cache, no-store
    expires: 0
    location: https://id.example/logout?client_id=app-id&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2Fapi%2Fauth%2Fsignout%2Fcompany&state=ju_O5dHYdYYgB1Eyblapni3XzA_-HvwCgm2dHAXSBk0
    pragma: no-cache
    set-cookie: __Secure-authjs.callback-url=https%3A%2F%2Fapp.example%2Fbye; Path=/; HttpOnly; Secure; SameSite=Lax
    set-cookie: __Secure-authjs.session-token=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax
    set-cookie: __Host-admit.leaving=(228 characters); Max-Age=900; Path=/; Expires=Sat, 21 Nov 2026 22:41:40 GMT; HttpOnly; Secure; SameSite=Lax
    ");
    assert_eq!(browser.session().await, Value::Null, "before the browser is anywhere else");

    let back = company.end_session(&location(&answer)).await.unwrap().path_and_query();
    insta::assert_snapshot!(shown(&browser.get(&back).await), @r"
    302 Found
    cache-control: private, no-cache, no-store
    expires: 0
    location: https://app.example/bye
    pragma: no-cache
    set-cookie: __Host-admit.leaving=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax
    ");
    let left: Vec<_> = browser.jar.names().into_iter().filter(|name| name.contains("admit.")).collect();
    assert_eq!(left, ["__Secure-admit.last-used"], "which says nothing of the person");
    assert_eq!(browser.jar.refused(), [""; 0]);
    assert_eq!(company.violations(), [""; 0]);
    // It counts once; whoever asks again is as signed out as before.
    assert_eq!(location(&browser.get(&back).await), ORIGIN);
}

#[tokio::test]
async fn the_official_client_is_told_where_to_go() {
    let (site, company) = site();
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    browser.headers.insert("x-auth-return-redirect", "1".parse().unwrap());
    let answer = browser.sign_out().await;
    assert_eq!(answer.status(), StatusCode::OK);
    let url = crate::support::json(&answer)["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with("https://id.example/logout?client_id=app-id&"), "{url}");
    company.end_session(&url).await.unwrap();
    assert_eq!(company.violations(), [""; 0]);
}

#[tokio::test]
async fn without_the_setting_nobody_goes_anywhere() {
    let (site, company) = super::site();
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    assert_eq!(sign_out(&mut browser).await, format!("{ORIGIN}/bye"));
    assert!(browser.jar.names().iter().all(|name| !name.contains("leaving")));
}

#[tokio::test]
async fn whatever_goes_wrong_on_the_way_there_the_person_is_signed_out_here() {
    // LGO-005
    let down = Fault::Answer { status: StatusCode::BAD_GATEWAY, body: "".into() };
    for (name, fault, published, log) in [
        ("no endpoint", None, json!({ "end_session_endpoint": null }), "names no `end_session_endpoint`"),
        (
            "plain http",
            None,
            json!({ "end_session_endpoint": "http://id.example/x" }),
            "names no `end_session_endpoint`",
        ),
        ("down", Some(down), json!({}), "discovery endpoint is unavailable"),
    ] {
        let heard = Heard::default();
        let _listening = heard.listen();
        let (site, company) = site_with(registered, OAuthProvider::sign_out_at_provider);
        company.publish(&published);
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        if let Some(fault) = fault {
            // What was known serves for two days at most.
            site.clock.advance(std::time::Duration::from_secs(2 * 86_400 + 1));
            company.fail_always(Stage::Discovery, fault);
        }
        assert_eq!(sign_out(&mut browser).await, format!("{ORIGIN}/bye"), "{name}");
        assert_eq!(browser.session().await, Value::Null, "{name}");
        assert!(browser.session_cookies().is_empty(), "{name}");
        assert!(heard.text().contains("signed out here, but not at the provider"), "{name}");
        assert!(heard.text().contains(log), "{name}: {}", heard.text());
    }
}

#[tokio::test]
async fn whoever_signs_out_waits_three_seconds_for_a_provider_and_no_longer() {
    // LGO-005, FLT-001
    let (site, company) = site();
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let token = browser.csrf_token().await;
    site.clock.advance(std::time::Duration::from_secs(2 * 86_400 + 1));
    let held = company.hold(Stage::Discovery);
    let form = [("csrfToken", token.as_str()), ("callbackUrl", "/bye")];
    let time_passes = async {
        held.until_waiting(1).await;
        site.clock.advance(std::time::Duration::from_secs(3));
    };
    let (answer, ()) = tokio::join!(browser.post("/api/auth/signout", &form), time_passes);
    assert_eq!(location(&answer), format!("{ORIGIN}/bye"));
    assert_eq!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn an_endpoint_of_the_description_needs_no_issuer_that_answers() {
    let own =
        |provider: OAuthProvider| provider.sign_out_at_provider().end_session_endpoint("https://id.example/out?x=1");
    let (site, company) = site_with(registered, own);
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    site.clock.advance(std::time::Duration::from_secs(2 * 86_400 + 1));
    company.fail_always(Stage::Discovery, Fault::DroppedConnection);
    let there = sign_out(&mut browser).await;
    assert!(there.starts_with("https://id.example/out?x=1&client_id=app-id&post_logout_redirect_uri="), "{there}");
}

#[tokio::test]
async fn an_id_token_that_a_store_keeps_says_who_signs_out_also_after_a_refresh() {
    let heard = Heard::default();
    let _listening = heard.listen();
    let stored = |builder: AuthBuilder| builder.token_store(MemoryStore::new());
    let (site, company) = site_and(registered, OAuthProvider::sign_out_at_provider, stored);
    for refreshes in [0, 1, 2] {
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        for turn in 0..refreshes {
            site.clock.advance(std::time::Duration::from_secs(3500));
            // A refresh need bring no ID token; then the one before it counts.
            if turn == 1 {
                company.fail_once(Stage::Token, Fault::NoIdToken);
            }
            let current = browser.current("/");
            current.access_token("company").await.unwrap();
            browser.finish(&current).await;
        }
        let there = sign_out(&mut browser).await;
        let hint = parameter(&there, "id_token_hint").unwrap();
        assert_eq!(hint.split('.').count(), 3, "{refreshes}");
        assert_eq!(browser.session().await, Value::Null);
        company.end_session(&there).await.unwrap();
    }
    assert_eq!(company.violations(), [""; 0]);
    let log = heard.text();
    assert!(log.contains("signed out") && !log.contains("eyJ"), "{log}");
}

#[tokio::test]
async fn an_id_token_is_kept_nowhere_that_nobody_asked_for() {
    // In a cookie there is no room for one.
    let (site, company) = self::site();
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    assert_eq!(browser.session_cookies().len(), 1);
    assert_eq!(parameter(&sign_out(&mut browser).await, "id_token_hint"), None);

    // A store holds one more for a provider that signs people out, and only for that.
    let mut lengths = Vec::new();
    for describe in [OAuthProvider::sign_out_at_provider as fn(OAuthProvider) -> OAuthProvider, |provider| provider] {
        let store = MemoryStore::new();
        let (site, company) = site_and(registered, describe, |builder| builder.token_store(store.clone()));
        sign_in(&mut site.browser(), &company).await;
        let key = AccountKey { provider: "company".to_owned(), subject: "248289761001".to_owned() };
        lengths.push(store.load(&key).await.unwrap().unwrap().sealed.len());
    }
    assert!(lengths[0] > lengths[1] + 500, "{lengths:?}");
}

#[tokio::test]
async fn a_claim_tells_the_provider_who_signs_out() {
    let person = json!({ "sub": "7", "name": "Ada", "login_hint": "O.CiQ" });
    let build = |company: admit_testkit::oidc::Builder| registered(company).person("ada", person, json!({}));
    let (site, company) = site_with(build, |provider| provider.sign_out_at_provider().logout_hint_claim("login_hint"));
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    // It outlives a refresh.
    site.clock.advance(std::time::Duration::from_secs(3500));
    let current = browser.current("/");
    current.access_token("company").await.unwrap();
    browser.finish(&current).await;
    assert_eq!(parameter(&sign_out(&mut browser).await, "logout_hint").as_deref(), Some("O.CiQ"));
}

#[tokio::test]
async fn the_way_back_can_be_the_applications_own() {
    let home = "https://app.example/signed-out";
    let (site, company) = site_with(
        |company| company.post_logout_redirect_uri(home),
        |provider| provider.sign_out_at_provider().post_logout_redirect_uri(home),
    );
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let there = sign_out(&mut browser).await;
    assert_eq!(parameter(&there, "state"), None);
    assert!(browser.jar.names().iter().all(|name| !name.contains("leaving")));
    assert_eq!(company.end_session(&there).await.unwrap().url(), home);
}

#[tokio::test]
async fn the_way_back_leads_nowhere_else() {
    // LGO-026
    let (site, company) = site();
    for trick in ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"] {
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        let token = browser.csrf_token().await;
        let form = [("csrfToken", token.as_str()), ("callbackUrl", trick)];
        let there = location(&browser.post("/api/auth/signout", &form).await);
        let back = company.end_session(&there).await.unwrap().path_and_query();
        assert_eq!(location(&browser.get(&back).await), ORIGIN, "{trick}");
    }
}

#[tokio::test]
async fn a_cookie_of_another_provider_or_an_hour_ago_counts_for_nothing() {
    let partners = OAuthProvider::oidc("partners", "Partners", "https://id.example", Client::new("app-id", "s"));
    let (site, company) =
        site_and(registered, OAuthProvider::sign_out_at_provider, |builder| builder.provider(partners));
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let there = sign_out(&mut browser).await;
    let state = parameter(&there, "state").unwrap();
    for path in [format!("{BASE}/signout/partners?state={state}"), format!("{BASE}/signout/nobody?state={state}")] {
        let answer = browser.get(path.strip_prefix(ORIGIN).unwrap()).await;
        assert_eq!((location(&answer), set_cookies(&answer).len()), (ORIGIN.to_owned(), 0), "{path}");
    }
    // The cookie itself outlives its time where somebody kept a copy.
    let kept = browser.jar.get("__Host-admit.leaving").unwrap().to_owned();
    site.clock.advance(std::time::Duration::from_secs(901));
    browser.jar.set("__Host-admit.leaving", &kept);
    assert_eq!(location(&browser.get(&format!("/api/auth/signout/company?state={state}")).await), ORIGIN);
}

#[tokio::test]
async fn no_link_and_no_foreign_page_signs_anybody_out() {
    // LGO-001
    let (site, company) = site();
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    browser.get("/api/auth/signout/company?state=x").await;
    let token = browser.csrf_token().await;
    let posted = browser.post("/api/auth/signout/company", &[("csrfToken", &token)]).await;
    assert_eq!(crate::support::refusal(&posted).2, "action_unsupported");
    let mut foreign = site.browser();
    foreign.jar = browser.jar.clone();
    foreign.headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
    let answer = foreign.post("/api/auth/signout", &[("csrfToken", &token)]).await;
    assert_eq!(crate::support::refusal(&answer).2, "origin_rejected");
    assert_eq!(browser.session().await["user"]["name"], "Ada Byron");
    assert_eq!(company.count(Stage::EndSession), 0);
}

#[test]
fn where_people_sign_out_has_to_be_known() {
    let acme = OAuthProvider::oauth2("acme", "Acme", Client::new("id", "secret"))
        .authorization_endpoint("https://acme.example/a")
        .token_endpoint("https://acme.example/t")
        .userinfo_endpoint("https://acme.example/u");
    let error = |provider: OAuthProvider| {
        let builder = admit::Auth::builder(ORIGIN).secret(crate::support::SECRET).provider(provider);
        builder.environment(admit::Environment::default()).build().map(drop).map_err(|error| error.to_string())
    };
    insta::assert_snapshot!(error(acme.clone().sign_out_at_provider()).unwrap_err(), @r"
    admit cannot start, 1 problem:
    - acme: no end_session_endpoint; set it on the provider's description
    ");
    let plain = acme.clone().end_session_endpoint("http://acme.example/out").post_logout_redirect_uri("/bye");
    insta::assert_snapshot!(error(plain).unwrap_err(), @r#"
    admit cannot start, 2 problems:
    - acme: end_session_endpoint is "http://acme.example/out", which is no https address; secrets and tokens go there, so give one
    - acme: post_logout_redirect_uri is "/bye", which is no https address; people are sent there, so give the whole of one
    "#);
    assert_eq!(error(acme.sign_out_at_provider().end_session_endpoint("https://acme.example/out")), Ok(()));
}
