//! What a description may not be, and what nobody gets to see.

use admit::provider::SigningAlgorithm;
use admit::{Auth, Client, Environment, OAuthProvider};

use super::{sign_in, site, trip};
use crate::support::log::Heard;
use crate::support::{ORIGIN, SECRET, location, parameter};

#[tokio::test]
async fn a_sign_in_leaves_no_token_in_the_log_and_none_in_the_browser() {
    // REF-018
    let heard = Heard::default();
    let _listening = heard.listen();
    let (site, company) = site();
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let there = location(&browser.begin("company", "/").await);
    let nonce = parameter(&there, "nonce").unwrap();
    heard.print(&site.auth);
    heard.print(&browser.current("/"));
    let log = heard.text();
    assert!(log.contains("signed in"));
    for secret in ["eyJ", "access-", "refresh-", "code-", "a client secret", &nonce] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    let session = browser.session().await.to_string();
    assert!(!session.contains("eyJ") && !session.contains("access-"));
}

#[tokio::test]
async fn an_answer_counts_once() {
    let (site, company) = site();
    let mut browser = site.browser();
    let there = location(&browser.begin("company", "/").await);
    let back = company.authorize_as("ada", &there).await.unwrap().path_and_query();
    let before = browser.jar.clone();
    browser.get(&back).await;
    let mut again = site.browser();
    again.jar = before;
    assert_eq!(crate::support::refusal(&again.get(&back).await).2, "state_replayed");
    trip(&mut browser, &company).await;
}

#[test]
fn a_description_that_cannot_work_is_refused_with_all_that_is_wrong() {
    // CFG-002
    let provider =
        OAuthProvider::oidc("company", "Our company", "http://id.example/?tenant=1", Client::new("id", "secret"))
            .discovery_url("ftp://id.example")
            .id_token_algorithms(Vec::<SigningAlgorithm>::new())
            .scopes(["email"]);
    let error = Auth::builder(ORIGIN).secret(SECRET).environment(Environment::default()).provider(provider).build();
    insta::assert_snapshot!("problems", error.unwrap_err().to_string());
}
