//! A provider that lets the browser post its answer.

use admit::{Auth, AuthBuilder, Client, Environment, MemoryStore, OAuthProvider};
use http::{Method, Response};
use serde_json::Value;

use crate::support::standard::{Standard, field};
use crate::support::{Browser, ORIGIN, SECRET, Site, json, location, parameter, refusal, set_cookies};

const CALLBACK: &str = "/api/auth/callback/acme";

fn acme(client: Client) -> OAuthProvider {
    OAuthProvider::oauth2("acme", "Acme", client)
        .authorization_endpoint("https://acme.example/authorize")
        .token_endpoint("https://acme.example/token")
        .userinfo_endpoint("https://acme.example/me")
        .form_post(true)
}

fn site(server: &Standard) -> Site {
    site_with(server, |builder| builder)
}

fn site_with(server: &Standard, configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Site {
    let back_channel = server.clone();
    Site::with(|builder| {
        let builder = builder.provider(acme(Client::new("acme-app", "s"))).http_client(back_channel);
        configure(builder.danger_single_process_refresh())
    })
}

async fn posted(browser: &mut Browser<'_>, kind: &str, body: String) -> Response<bytes::Bytes> {
    browser.post_from_elsewhere(CALLBACK, kind, body).await
}

#[tokio::test]
async fn an_answer_in_a_form_signs_in_and_only_the_trip_s_cookie_crosses_sites() {
    // FLW-032
    let server = Standard::new();
    let site = site(&server);
    let mut browser = site.browser();
    let begun = browser.begin("acme", "/in").await;
    let pending: Vec<_> = set_cookies(&begun).into_iter().filter(|line| line.contains("pending")).collect();
    assert_eq!(pending.len(), 1);
    assert!(pending[0].contains("; HttpOnly; Secure; SameSite=None"), "{pending:?}");
    let state = parameter(&location(&begun), "state").unwrap();
    assert_eq!(parameter(&location(&begun), "response_mode").as_deref(), Some("form_post"));

    // Where a form is promised, nothing else is taken, and the trip is not touched by it.
    assert_eq!(refusal(&browser.get(&format!("{CALLBACK}?code=x&state={state}")).await).2, "action_unsupported");
    let object = serde_json::json!({ "code": "x", "state": state }).to_string();
    assert_eq!(refusal(&posted(&mut browser, "application/json", object).await).2, "action_unsupported");
    assert_eq!(server.token_requests().len(), 0);

    let form = format!("code=c-1&state={state}");
    let answer = posted(&mut browser, "application/x-www-form-urlencoded", form.clone()).await;
    assert_eq!(location(&answer), format!("{ORIGIN}/in"));
    let session: Vec<_> = set_cookies(&answer).into_iter().filter(|line| line.contains("session-token")).collect();
    assert!(session.iter().all(|line| line.ends_with("; HttpOnly; Secure; SameSite=Lax")), "{session:?}");
    // What the browser kept to itself is not replaced: forms that are open in other tabs go on.
    let set: Vec<_> = set_cookies(&answer).iter().map(|line| line.split('=').next().unwrap().to_owned()).collect();
    let made_here = ["session-token", "pending", "last-used"];
    assert!(set.iter().all(|name| made_here.iter().any(|part| name.contains(part))), "{set:?}");
    // A cookie goes as it came.
    let gone = set_cookies(&answer).into_iter().find(|line| line.contains("pending")).unwrap();
    assert!(gone.contains("Max-Age=0") && gone.ends_with("SameSite=None"), "{gone}");
    assert_eq!(field(&server.token_requests().pop().unwrap(), "code"), Some("c-1"));
    assert!(browser.jar.names().iter().all(|name| !name.contains("pending")));

    // The id comes from `id` where there is no `sub`.
    assert_eq!(browser.session().await["user"]["name"], "Mona Octave");
    let again = posted(&mut browser, "application/x-www-form-urlencoded", form).await;
    assert_eq!(refusal(&again).2, "state_missing");
}

#[tokio::test]
async fn a_post_without_the_trip_s_cookie_is_nobody_s() {
    // FLW-005
    let server = Standard::new();
    let site = site(&server);
    let mut browser = site.browser();
    let state = parameter(&location(&browser.begin("acme", "/in").await), "state").unwrap();
    let mut victim = site.browser();
    let answer = posted(&mut victim, "application/x-www-form-urlencoded", format!("code=x&state={state}")).await;
    assert_eq!(refusal(&answer).2, "state_missing");
    let probe = victim.request(Method::GET, "/api/auth/session", None, bytes::Bytes::new()).await;
    assert_eq!(json(&probe), Value::Null);
    assert_eq!(server.token_requests().len(), 0);
}

#[tokio::test]
async fn an_error_in_a_form_ends_the_trip_and_is_told() {
    let server = Standard::new();
    let site = site(&server);
    let mut browser = site.browser();
    let state = parameter(&location(&browser.begin("acme", "/in").await), "state").unwrap();
    let form = format!("error=access_denied&error_description=no&state={state}");
    let answer = posted(&mut browser, "application/x-www-form-urlencoded", form.clone()).await;
    assert_eq!(refusal(&answer).2, "access_denied");
    assert!(browser.jar.names().iter().all(|name| !name.contains("pending")));
    assert_eq!(refusal(&posted(&mut browser, "application/x-www-form-urlencoded", form).await).2, "state_missing");
    assert_eq!(server.token_requests().len(), 0);
}

#[tokio::test]
async fn a_server_that_cannot_post_may_say_so_in_the_address() {
    let server = Standard::new();
    let site = site(&server);
    let mut browser = site.browser();
    let state = parameter(&location(&browser.begin("acme", "/in").await), "state").unwrap();
    // With a code beside it, it is the answer that was to come in a form.
    let both = browser.get(&format!("{CALLBACK}?error=server_error&code=x&state={state}")).await;
    assert_eq!(refusal(&both).2, "action_unsupported");
    let answer = browser.get(&format!("{CALLBACK}?error=unsupported_response_mode&state={state}")).await;
    assert_eq!(refusal(&answer).2, "token_rejected");
    assert_eq!(server.token_requests().len(), 0);
}

#[tokio::test]
async fn the_session_before_it_is_over_though_its_cookie_did_not_come_along() {
    // STP-006
    for store in [None, Some(MemoryStore::new())] {
        let server = Standard::new();
        let site = site_with(&server, |builder| match &store {
            Some(store) => builder.session_store(store.clone()),
            None => builder,
        });
        let mut browser = site.browser();
        for first in [true, false] {
            let copy = browser.jar.clone();
            let state = parameter(&location(&browser.begin("acme", "/in").await), "state").unwrap();
            let form = format!("code=c-1&state={state}");
            let answer = posted(&mut browser, "application/x-www-form-urlencoded", form).await;
            assert_eq!(location(&answer), format!("{ORIGIN}/in"));
            if !first {
                let mut older = site.browser();
                older.jar = copy;
                assert_eq!(older.session().await, Value::Null);
            }
            assert_eq!(browser.session().await["user"]["name"], "Mona Octave");
        }
    }
}

#[test]
fn on_plain_http_no_browser_would_keep_its_cookie() {
    let build = |base: &str| {
        let acme = acme(Client::new("acme-app", "s"));
        let builder = Auth::builder(base).secret(SECRET).environment(Environment::default()).provider(acme);
        builder.danger_plain_http().build().map_err(|error| error.to_string())
    };
    // COK-002: browsers treat localhost as they treat https, all but one.
    assert!(build("http://localhost:3000").is_ok());
    insta::assert_snapshot!(build("http://app.example").unwrap_err(), @r"
    admit cannot start, 1 problem:
    - acme: its answer is a post, and no browser keeps the cookie for that on plain http; use https, or turn form_post off
    ");
}
