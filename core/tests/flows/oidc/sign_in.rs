//! The whole trip, as it should be.

use std::collections::HashSet;

use admit::provider::SigningAlgorithm;
use admit::{Client, OAuthProvider};
use admit_testkit::oidc::Stage;
use admit_testkit::render;

use super::{CLIENT_SECRET, counts, sign_in, site, site_and, site_with};
use crate::support::{BASE, json, location, parameter};

#[tokio::test]
async fn a_person_signs_in_by_what_the_id_token_says() {
    let (site, company) = site();
    let mut browser = site.browser();
    let there = location(&browser.begin("company", "/dashboard").await);
    insta::assert_snapshot!("authorization", there.replace('&', "\n&"));
    let back = company.authorize_as("ada", &there).await.unwrap().path_and_query();
    browser.get(&back).await;
    insta::assert_snapshot!("session", format!("{:#}", browser.session().await));
    let exchange = company.requests(Stage::Token).pop().unwrap();
    insta::assert_snapshot!("exchange", render::request(&exchange));
    let fetches = [Stage::Discovery, Stage::Keys].map(|stage| render::request(&company.requests(stage)[0]));
    insta::assert_snapshot!("documents", fetches.join("\n"));
    assert_eq!((counts(&company), company.count(Stage::Userinfo)), ((1, 1, 1), 0));
    assert_eq!(company.violations(), [""; 0]);
    assert_eq!(browser.jar.refused(), [""; 0]);
}

#[tokio::test]
async fn a_sign_in_asks_the_provider_once_when_others_came_before() {
    let (site, company) = site();
    sign_in(&mut site.browser(), &company).await;
    for _ in 0..3 {
        company.reset_log();
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        assert_eq!(browser.session().await["user"]["email"], "ada@id.example");
        let asked = BACK_CHANNEL.map(|stage| company.count(stage));
        assert_eq!(asked, [0, 0, 0, 1, 0], "{BACK_CHANNEL:?}");
        assert_eq!(company.violations(), [""; 0]);
    }
}

#[tokio::test]
async fn the_list_of_providers_says_which_speak_openid_connect() {
    let (site, company) = site();
    let list = json(&site.browser().get("/api/auth/providers").await);
    assert_eq!((&list["company"]["type"], &list["azure-devops"]["type"]), (&"oidc".into(), &"oauth".into()));
    assert_eq!(counts(&company), (0, 0, 0), "nobody asked");
}

#[tokio::test]
async fn fifty_sign_ins_have_fifty_nonces_that_are_nothing_else() {
    // FLW-017
    let (site, company) = site();
    let mut seen = HashSet::new();
    for _ in 0..50 {
        let mut browser = site.browser();
        let there = location(&browser.begin("company", "/").await);
        for name in ["nonce", "state", "code_challenge"] {
            let value = parameter(&there, name).unwrap();
            assert!(value.len() >= 43, "{name}");
            assert!(seen.insert(value), "{name}");
        }
        let nonce = parameter(&there, "nonce").unwrap();
        assert!(browser.jar.names().iter().all(|name| !name.contains(&nonce)));
        assert!(!browser.jar.header(true).unwrap().contains(&nonce), "it is sealed");
    }
    assert_eq!(company.count(Stage::Discovery), 1);
}

#[tokio::test]
async fn every_algorithm_that_was_agreed_upon_signs_people_in_and_no_other() {
    for algorithm in [
        SigningAlgorithm::Rs256,
        SigningAlgorithm::Rs384,
        SigningAlgorithm::Rs512,
        SigningAlgorithm::Ps256,
        SigningAlgorithm::Es256,
        SigningAlgorithm::EdDsa,
    ] {
        let signs = |company: admit_testkit::oidc::Builder| company.signs_with(algorithm);
        let (site, company) = site_with(signs, |provider| provider.id_token_algorithms([algorithm]));
        let mut browser = site.browser();
        sign_in(&mut browser, &company).await;
        assert_eq!(browser.session().await["user"]["name"], "Ada Byron", "{algorithm}");
        // The key that the issuer published since is of the same kind.
        company.rotate_keys(false);
        sign_in(&mut site.browser(), &company).await;
        assert_eq!(company.violations(), [""; 0]);
    }
}

#[tokio::test]
async fn one_subject_at_two_providers_is_two_persons() {
    // MIX-012, MIX-013
    let partners =
        |issuer: &str| OAuthProvider::oidc("partners", "Partners", issuer, Client::new("app-id", CLIENT_SECRET));
    let (site, company) = site_and(
        |company| company.redirect_uri(format!("{BASE}/callback/partners")),
        |provider| provider,
        |builder| builder.provider(partners("https://id.example")),
    );
    let mut users = HashSet::new();
    for provider in ["company", "partners"] {
        let mut browser = site.browser();
        let there = location(&browser.begin(provider, "/").await);
        let back = company.authorize_as("ada", &there).await.unwrap().path_and_query();
        browser.get(&back).await;
        users.insert(browser.current("/").session().await.unwrap().unwrap().user.id);
    }
    assert_eq!(users.len(), 2);
}

/// All that an application can ask of a provider by itself.
const BACK_CHANNEL: [Stage; 5] = [Stage::Discovery, Stage::Keys, Stage::Pushed, Stage::Token, Stage::Userinfo];
