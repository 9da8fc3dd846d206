//! Discovery documents and keys, of every kind of authority.

use admit_testkit::entra::{CONSUMERS, FABRIKAM, LAMPLIGHT};
use admit_testkit::render;
use serde_json::{Value, json};

use super::app::{App, LOGIN};

fn discovery(authority: &str) -> String {
    format!("{LOGIN}/{authority}/v2.0/.well-known/openid-configuration")
}

#[tokio::test]
async fn the_document_of_a_tenant_names_it() {
    let answer = App::new().get(&discovery("fabrikam.example"), None).await;
    insta::assert_snapshot!(render::response(&answer.response));
}

#[tokio::test]
async fn where_the_tenant_is_not_known_the_issuer_is_a_template() {
    let app = App::new();
    // T59, T71
    for (authority, issuer, tenant) in [
        ("common", "{tenantid}", "common"),
        ("organizations", "{tenantid}", "organizations"),
        ("consumers", CONSUMERS, CONSUMERS),
        (CONSUMERS, CONSUMERS, CONSUMERS),
        (FABRIKAM, FABRIKAM, FABRIKAM),
        ("FABRIKAM.onmicrosoft.example", FABRIKAM, FABRIKAM),
        ("lamplight.example", LAMPLIGHT, LAMPLIGHT),
    ] {
        let document = app.get(&discovery(authority), None).await.json;
        assert_eq!(document["issuer"], format!("{LOGIN}/{issuer}/v2.0"), "{authority}");
        assert_eq!(document["token_endpoint"], format!("{LOGIN}/{tenant}/oauth2/v2.0/token"));
        assert_eq!(document.get("code_challenge_methods_supported"), None);
        assert_eq!(document.get("authorization_response_iss_parameter_supported"), None);
    }
    let unknown = app.get(&discovery("contoso.example"), None).await;
    assert_eq!(unknown.error(), (400, "invalid_tenant".to_owned(), 90_002));
}

#[tokio::test]
async fn every_key_says_whose_tokens_it_signs_and_none_by_which_algorithm() {
    let app = App::new();
    let issuer = |tenant: &str| Value::from(format!("{LOGIN}/{tenant}/v2.0"));
    let (template, personal) = (issuer("{tenantid}"), issuer(CONSUMERS));
    for (authority, expected) in [
        ("common", vec![&template, &template, &personal]),
        ("organizations", vec![&template, &template]),
        ("consumers", vec![&personal]),
        ("fabrikam.example", vec![&issuer(FABRIKAM), &issuer(FABRIKAM)]),
    ] {
        let keys = app.get(&format!("{LOGIN}/{authority}/discovery/v2.0/keys"), None).await.json["keys"].clone();
        let keys = keys.as_array().unwrap();
        assert_eq!(keys.iter().map(|key| &key["issuer"]).collect::<Vec<_>>(), expected, "{authority}");
        for key in keys {
            let members: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(members, ["e", "issuer", "kid", "kty", "n", "use", "x5c", "x5t"]);
            assert_eq!(key["kid"], key["x5t"]);
        }
    }
}

#[tokio::test]
async fn a_document_can_be_published_otherwise() {
    let app = App::new();
    app.entra.publish(&json!({ "issuer": "https://evil.example", "userinfo_endpoint": null }));
    let document = app.get(&discovery("common"), None).await.json;
    assert_eq!((document["issuer"].as_str(), document.get("userinfo_endpoint")), (Some("https://evil.example"), None));
}

#[tokio::test]
async fn a_national_cloud_has_hosts_of_its_own() {
    // T72
    let app = App::with(|builder| builder.hosts("https://login.microsoftonline.us", "https://graph.microsoft.us"));
    let url = discovery("organizations").replace(".com/", ".us/");
    let document = app.get(&url, None).await.json;
    assert_eq!(document["issuer"], "https://login.microsoftonline.us/{tenantid}/v2.0");
    assert_eq!(document["msgraph_host"], "graph.microsoft.us");
    assert_eq!(document["userinfo_endpoint"], "https://graph.microsoft.us/oidc/userinfo");
}
