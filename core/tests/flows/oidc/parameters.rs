//! What one sign-in may ask of the provider.

use std::sync::{Arc, Mutex};

use admit::{Auth, Client, Decision, Environment, OAuthProvider};
use admit_testkit::oidc::Stage;
use http::StatusCode;

use super::{site, site_and, site_with};
use crate::support::log::Heard;
use crate::support::rules::Rules;
use crate::support::{Browser, ORIGIN, SECRET, location, parameter, refusal};

/// Begins a sign-in with that query; where it leads.
async fn begin(browser: &mut Browser<'_>, query: &str) -> String {
    location(&browser.begin(&format!("company?{query}"), "/in").await)
}

#[tokio::test]
async fn what_the_list_names_reaches_the_provider_and_nothing_else() {
    // STP-001, FLW-019
    let (site, company) = site();
    let mut browser = site.browser();
    let claims = "claims=%7B%20%22id_token%22%3A%7B%22acr%22%3Anull%7D%20%7D";
    let evil = "state=e&nonce=e&redirect_uri=e&client_id=e&response_mode=fragment&request=e&request_uri=e&scope=e";
    let usual = "prompt=login&login_hint=a%20b&domain_hint=d&max_age=60&acr_values=phr&ui_locales=de";
    let there = begin(&mut browser, &format!("{usual}&{claims}&{evil}&code_challenge=e&callbackUrl=e&x=e")).await;
    let names = ["prompt", "login_hint", "domain_hint", "max_age", "acr_values", "ui_locales", "claims"];
    let asked = names.map(|name| format!("{name}={}", parameter(&there, name).unwrap()));
    insta::assert_snapshot!(asked.join("\n"), @r#"
    prompt=login
    login_hint=a b
    domain_hint=d
    max_age=60
    acr_values=phr
    ui_locales=de
    claims={"id_token":{"acr":null}}
    "#);
    assert_eq!(parameter(&there, "scope").as_deref(), Some("openid profile email"));
    for name in ["response_mode", "request", "request_uri", "callbackUrl", "x"] {
        assert_eq!(parameter(&there, name), None, "{name}");
    }
    assert!(!there.contains("=e&"), "{there}");
    let back = company.authorize_as("ada", &there).await.unwrap().path_and_query();
    assert_eq!(location(&browser.get(&back).await), format!("{ORIGIN}/in"));
    assert_eq!(company.violations(), [""; 0]);
}

#[tokio::test]
async fn what_is_malformed_is_refused_and_leaves_no_trace() {
    let (site, company) = site();
    let heard = Heard::default();
    let _listening = heard.listen();
    for query in ["max_age=5m", "prompt=none%20login", "claims=%5B%5D", "login_hint=%0d%0ax", "max_age=1&max_age=9"] {
        let mut browser = site.browser();
        let answer = browser.begin(&format!("company?{query}"), "/in").await;
        let (page, error, code) = refusal(&answer);
        let expected = ("/api/auth/error", "Configuration", "parameter_invalid");
        assert_eq!((page.as_str(), error.as_str(), code.as_str()), expected, "{query}");
        assert!(browser.jar.names().iter().all(|name| !name.contains("pending")));
        let page = browser.get(location(&answer).strip_prefix(ORIGIN).unwrap()).await;
        assert_eq!(page.status(), StatusCode::BAD_REQUEST);
    }
    assert!(heard.text().contains("the parameter `max_age` of this sign-in is no number of seconds"));
    assert_eq!(company.count(Stage::Discovery), 0);
}

#[tokio::test]
async fn scopes_are_added_to_those_configured_and_remembered_with_the_grant() {
    let heard = Heard::default();
    let _listening = heard.listen();
    let granted = Arc::new(Mutex::new(Vec::new()));
    let hears = Arc::clone(&granted);
    let rules = Rules::default().sign_in(move |attempt| {
        hears.lock().unwrap().clone_from(&attempt.account.grant.as_ref().unwrap().scopes);
        Ok(Decision::Allow)
    });
    let optional = |provider: OAuthProvider| provider.optional_scopes(["files", "mail"]);
    let (site, company) = site_and(|company| company, optional, |builder| builder.callbacks(rules));
    let mut browser = site.browser();
    let there = begin(&mut browser, "scope=files%20admin%20openid").await;
    assert_eq!(parameter(&there, "scope").as_deref(), Some("openid profile email files"));
    assert!(heard.text().contains("a sign-in asks for a scope that optional_scopes lacks"));
    let back = company.authorize_as("ada", &there).await.unwrap().path_and_query();
    browser.get(&back).await;
    assert_eq!(*granted.lock().unwrap(), ["openid", "profile", "email", "files"]);
    // The next one asks for what it asks for.
    assert_eq!(parameter(&begin(&mut browser, "").await, "scope").as_deref(), Some("openid profile email"));
}

#[tokio::test]
async fn the_built_in_page_passes_on_what_a_sign_in_would_heed() {
    let (site, _) = site_with(|company| company, |provider| provider.optional_scopes(["files"]));
    let mut browser = site.browser();
    let query = "max_age=60&prompt=login&scope=files&login_hint=%22%3E%3Cb%3E&reauthenticate=1&state=e&x=e";
    let page = browser.get(&format!("/api/auth/signin?callbackUrl=%2Fin&{query}")).await;
    let page = String::from_utf8(page.body().to_vec()).unwrap();
    let actions: Vec<_> = page.split("action=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    insta::assert_snapshot!(actions.join("\n"), @r"
    https://app.example/api/auth/signin/azure-devops?reauthenticate=1&amp;max_age=60&amp;prompt=login&amp;login_hint=%22%3E%3Cb%3E
    https://app.example/api/auth/signin/company?reauthenticate=1&amp;max_age=60&amp;prompt=login&amp;scope=files&amp;login_hint=%22%3E%3Cb%3E
    ");
}

#[tokio::test]
async fn what_the_description_fixes_is_not_for_a_page_to_change() {
    let fixed = |provider: OAuthProvider| provider.authorization_parameter("max_age", "300");
    let (site, _) = site_with(|company| company, fixed);
    let there = begin(&mut site.browser(), "max_age=86400&prompt=login").await;
    assert_eq!(parameter(&there, "max_age").as_deref(), Some("300"));
    assert_eq!(parameter(&there, "prompt").as_deref(), Some("login"));
}

#[test]
fn what_admit_sets_cannot_be_given_away() {
    let provider = OAuthProvider::oidc("company", "Our company", "https://id.example", Client::new("id", "secret"))
        .allowed_parameters(["prompt", "redirect_uri", "scope"])
        .authorization_parameter("nonce", "n")
        .authorization_parameter("response_mode", "form_post");
    let error = Auth::builder(ORIGIN).secret(SECRET).environment(Environment::default()).provider(provider).build();
    insta::assert_snapshot!(error.unwrap_err().to_string(), @r#"
    admit cannot start, 4 problems:
    - company: authorization_parameter names "nonce", which is set by admit alone; take it out
    - company: authorization_parameter names "response_mode", which is set by admit alone; take it out, and use form_post
    - company: allowed_parameters names "redirect_uri", which is set by admit alone; take it out
    - company: allowed_parameters names "scope", which is set by admit alone; take it out, and use scopes or optional_scopes
    "#);
}
