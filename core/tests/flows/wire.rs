//! A move from Node and back: what Auth.js left with a browser counts here, and what we leave counts there. The cookies
//! were recorded from the official packages, see `tests/vectors/authjs-wire.mjs`.

use admit::AuthBuilder;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::support::log::Heard;
use crate::support::{Browser, Site, json, location, refusal};

#[tokio::test]
async fn a_session_of_auth_js_is_read_and_rolled_with_the_attributes_that_auth_js_writes() {
    let (site, recorded) = (Site::new(), recorded());
    let mut browser = moved(&site, &recorded["session"]);
    let answer = browser.get("/api/auth/session").await;
    assert_eq!(json(&answer)["user"], json!({ "name": "Ada", "email": null }));
    let [rolled] = set(answer.headers(), SESSION)[..] else { panic!("one session cookie") };
    assert!(rolled.starts_with(&format!("{SESSION}=ey")), "{rolled}");
    assert_eq!(attributes(rolled), recorded["session_attributes"]);
    assert_eq!(browser.session().await["user"]["name"], "Ada");
}

#[tokio::test]
async fn a_guarded_request_makes_a_session_of_auth_js_ours_at_once() {
    let (site, recorded) = (Site::new(), recorded());
    let mut browser = moved(&site, &recorded["session"]);
    let before = browser.jar.get(SESSION).map(str::to_owned);
    let current = browser.current("/dashboard");
    assert_eq!(current.session().await.unwrap().unwrap().user.name.as_deref(), Some("Ada"));
    browser.finish(&current).await;
    let adopted = browser.jar.get(SESSION).map(str::to_owned);
    assert_ne!(adopted, before);
    // From then on it is written anew only when there is a reason.
    let again = browser.current("/dashboard");
    assert!(again.session().await.unwrap().is_some());
    assert!(again.set_cookies().await.is_empty());
}

#[tokio::test]
async fn a_session_of_auth_js_in_chunks_is_read_and_fits_as_many() {
    let (site, recorded) = (Site::new(), recorded());
    let mut browser = moved(&site, &recorded["session_in_chunks"]);
    let answer = browser.get("/api/auth/session").await;
    assert_eq!(json(&answer)["user"]["name"], "Ada");
    let names: Vec<_> = set(answer.headers(), SESSION).iter().map(|line| line.split_once('=').unwrap().0).collect();
    assert_eq!(names, [format!("{SESSION}.0"), format!("{SESSION}.1")]);
    assert_eq!(browser.session().await["user"]["name"], "Ada");
}

#[tokio::test]
async fn a_session_under_a_rotated_secret_is_sealed_anew_under_the_first() {
    let (both, recorded) = (Site::with(two_secrets), recorded());
    let mut browser = moved(&both, &recorded["session_of_older_secret"]);
    assert_eq!(browser.session().await["user"]["name"], "Ada");
    // A site that never had the older secret reads what was rolled, and nothing from before.
    let first = Site::new();
    let mut later = first.browser();
    later.jar = browser.jar;
    assert_eq!(later.session().await["user"]["name"], "Ada");
    assert_eq!(moved(&first, &recorded["session_of_older_secret"]).session().await, Value::Null);
}

#[tokio::test]
async fn a_session_of_next_auth_v4_lives_on_under_the_name_of_v5() {
    let (site, recorded) = (Site::new(), recorded());
    let mut browser = moved(&site, &recorded["session_of_v4"]);
    let answer = browser.get("/api/auth/session").await;
    assert_eq!(json(&answer)["user"], json!({ "name": "Ada", "email": null }));
    let [rolled] = set(answer.headers(), SESSION)[..] else { panic!("one session cookie") };
    let mut alone = site.browser();
    alone.jar.apply(&HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_str(rolled).unwrap())]));
    assert_eq!(alone.session().await["user"]["name"], "Ada");
    // Signing out ends both: the older cookie does not bring the session back.
    sign_out(&mut alone).await;
    assert_eq!(moved(&site, &recorded["session_of_v4"]).session().await, Value::Null);
}

#[tokio::test]
async fn what_auth_js_rolled_is_still_our_session_with_its_tokens() {
    let (site, recorded) = (Site::new(), recorded());
    let mut ours = moved(&site, &recorded["ours"]["cookies"]);
    let mut theirs = moved(&site, &recorded["ours"]["rolled_by_auth_js"]);
    assert_eq!(theirs.session().await, ours.session().await);
    let token = ours.current("/").access_token("azure-devops").await.unwrap();
    let same = theirs.current("/").access_token("azure-devops").await.unwrap();
    assert_eq!(same.expose(), token.expose());
    sign_out(&mut theirs).await;
    assert_eq!(ours.session().await, Value::Null, "one session, whoever wrote its cookie");
}

#[tokio::test]
async fn a_csrf_cookie_of_auth_js_stands_for_one_of_ours() {
    let recorded = recorded();
    for (site, csrf) in [(Site::new(), &recorded["csrf"]), (Site::with(two_secrets), &recorded["csrf_of_two_secrets"])]
    {
        let mut browser = moved(&site, &csrf["cookie"]);
        let form = [("csrfToken", csrf["token"].as_str().unwrap()), ("callbackUrl", "/x")];
        let answer = browser.post("/api/auth/signin/azure-devops", &form).await;
        assert!(location(&answer).starts_with("https://app.vssps.visualstudio.com/"), "{}", location(&answer));
        assert!(set(answer.headers(), CSRF).is_empty(), "the browser keeps the one it has");
        let fresh = site.browser().get("/api/auth/csrf").await;
        assert_eq!(attributes(set(fresh.headers(), CSRF)[0]), csrf["attributes"]);
    }
}

#[tokio::test]
async fn both_generations_of_the_client_get_the_address_as_json() {
    let site = Site::new();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    // v5 always writes the question mark, and says what it wants in a header; v4 says it in the form.
    let v5 = [("csrfToken", token.as_str()), ("callbackUrl", "/x")];
    let v4 = [("redirect", "false"), ("callbackUrl", "/x"), ("csrfToken", token.as_str()), ("json", "true")];
    browser.headers.insert("x-auth-return-redirect", HeaderValue::from_static("1"));
    let to_v5 = browser.post("/api/auth/signin/azure-devops?", &v5).await;
    browser.headers.clear();
    let to_v4 = browser.post("/api/auth/signin/azure-devops", &v4).await;
    for answer in [to_v5, to_v4] {
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(json(&answer), json!({ "url": location(&answer) }));
        assert!(location(&answer).starts_with("https://app.vssps.visualstudio.com/oauth2/authorize?"));
    }
}

#[tokio::test]
async fn an_update_without_data_answers_with_the_session() {
    // What v4's `update()` sends.
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    let token = browser.csrf_token().await;
    let answer = browser.post_json("/api/auth/session", &json!({ "csrfToken": token })).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(json(&answer), browser.session().await);
}

#[tokio::test]
async fn a_sign_in_begun_at_another_host_ends_on_a_page_and_the_log_names_the_host() {
    // The official client posts to the host the page is at, so its cookie stays there; the provider answers elsewhere.
    let site = Site::new();
    let callback = site.browser().consent("/").await;
    let heard = Heard::default();
    let _listening = heard.listen();
    let answer = site.browser().get(&callback).await;
    assert_eq!(refusal(&answer), ("/api/auth/error".into(), "Configuration".into(), "state_missing".into()));
    let page = site.browser().get(&location(&answer)).await;
    assert_eq!(page.status(), StatusCode::BAD_REQUEST, "a page, and no further redirect");
    let text = heard.text();
    assert!(text.contains("begun at another host than https://app.example"), "{text}");
}

/// A browser that comes from the Node server with these cookies.
fn moved<'a>(site: &'a Site, cookies: &Value) -> Browser<'a> {
    let mut browser = site.browser();
    let lines = cookies.as_str().unwrap().split("; ").map(|pair| format!("{pair}; Path=/; HttpOnly; Secure"));
    browser.jar.apply(&lines.map(|line| (SET_COOKIE, HeaderValue::try_from(line).unwrap())).collect());
    assert_eq!(browser.jar.refused(), [""; 0]);
    browser
}

async fn sign_out(browser: &mut Browser<'_>) {
    let token = browser.csrf_token().await;
    let answer = browser.post("/api/auth/signout", &[("csrfToken", &token)]).await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    assert_eq!(browser.session().await, Value::Null);
}

fn two_secrets(builder: AuthBuilder) -> AuthBuilder {
    builder.secret("an older secret for tests, thirty-two bytes").danger_single_process_refresh()
}

/// The lines that set a cookie whose name begins so.
fn set<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    let lines = headers.get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap());
    lines.filter(|line| line.starts_with(name)).collect()
}

fn attributes(line: &str) -> &str {
    &line[line.find("; ").unwrap()..]
}

fn recorded() -> Value {
    serde_json::from_str(include_str!("../vectors/authjs-wire.json")).unwrap()
}

const SESSION: &str = "__Secure-authjs.session-token";
const CSRF: &str = "__Host-authjs.csrf-token";
