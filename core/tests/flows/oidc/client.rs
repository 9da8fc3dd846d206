//! How the application proves which client it is: where its secret goes, and what else it can show.

use admit::provider::ClientAuthMethod;
use admit::{Client, Environment, HttpRequest};
use admit_testkit::PretendOidc;
use admit_testkit::oidc::{ClientAuth, Stage};
use admit_testkit::render;
use http::header::AUTHORIZATION;
use serde_json::json;

use super::{CLIENT_SECRET, sign_in, site, site_as, site_with, trip};
use crate::support::log::Heard;
use crate::support::{refusal, rules};

/// Where the secret went in the last exchange: in the header, in the form, or in both.
fn places(company: &PretendOidc) -> (bool, bool) {
    let request: HttpRequest = company.requests(Stage::Token).pop().unwrap();
    let form: Vec<(String, String)> = url::form_urlencoded::parse(request.body()).into_owned().collect();
    (request.headers().contains_key(AUTHORIZATION), form.iter().any(|(name, _)| name == "client_secret"))
}

const HEADER: (bool, bool) = (true, false);
const FORM: (bool, bool) = (false, true);

#[tokio::test]
async fn the_secret_goes_where_the_document_says_and_nowhere_else() {
    // TOK-022
    for (offered, expected) in [
        (json!(null), HEADER),
        (json!([]), HEADER),
        (json!("client_secret_post"), HEADER),
        (json!(["client_secret_basic"]), HEADER),
        (json!(["client_secret_post"]), FORM),
        (json!(["client_secret_post", "client_secret_basic"]), HEADER),
        (json!(["private_key_jwt", "client_secret_post", "self_signed_tls_client_auth"]), FORM),
        (json!([7, "client_secret_post"]), FORM),
    ] {
        let (site, company) = site();
        company.require(if expected == HEADER { ClientAuth::Basic } else { ClientAuth::Post });
        company.publish(&json!({ "token_endpoint_auth_methods_supported": offered }));
        sign_in(&mut site.browser(), &company).await;
        assert_eq!(places(&company), expected, "{offered}");
        assert_eq!(company.violations(), [""; 0]);
    }
}

#[tokio::test]
async fn what_the_description_says_counts_before_what_the_document_says() {
    // TOK-022
    for (method, required, offered, expected) in [
        (ClientAuthMethod::Post, ClientAuth::Post, "client_secret_basic", FORM),
        (ClientAuthMethod::Basic, ClientAuth::Basic, "client_secret_post", HEADER),
        (ClientAuthMethod::Post, ClientAuth::Post, "tls_client_auth", FORM),
    ] {
        let (site, company) = site_with(|company| company, |provider| provider.client_auth(method));
        company.require(required);
        company.publish(&json!({ "token_endpoint_auth_methods_supported": [offered] }));
        sign_in(&mut site.browser(), &company).await;
        assert_eq!(places(&company), expected, "{method:?}");
    }
}

#[tokio::test]
async fn a_secret_that_is_taken_nowhere_is_a_mistake_that_is_told_with_both_lists() {
    // TOK-022
    let heard = Heard::default();
    let listening = heard.listen();
    let (site, company) = site();
    company.publish(&json!({ "token_endpoint_auth_methods_supported": ["private_key_jwt", "odd\nforged"] }));
    let answer = trip(&mut site.browser(), &company).await;
    assert_eq!(refusal(&answer).2, "configuration");
    assert_eq!(company.count(Stage::Token), 0, "nothing was sent");
    drop(listening);
    let log = heard.text();
    let expected = "the client's secret can go by client_secret_basic or client_secret_post, and the token endpoint takes \
                    [private_key_jwt, odd\\nforged]; give the client such a credential, or say where the secret goes \
                    with client_auth";
    assert!(log.replace("\\\\n", "\\n").contains(expected), "{log}");
}

#[tokio::test]
async fn a_public_client_says_who_it_is_and_proves_nothing() {
    let required = |company: admit_testkit::oidc::Builder| company.client_auth(ClientAuth::None);
    let (site, company) = site_as(Client::public("app-id"), required, |provider| provider, |builder| builder);
    let mut browser = site.browser();
    sign_in(&mut browser, &company).await;
    let exchange = company.requests(Stage::Token).pop().unwrap();
    insta::assert_snapshot!("public", render::request(&exchange));
    assert_eq!(browser.session().await["user"]["name"], "Ada Byron");
}

#[tokio::test]
async fn each_secret_is_tried_once_where_it_belongs() {
    let client = Client::new("app-id", "an older secret").secret(CLIENT_SECRET).secret("never tried");
    let heard = rules::Heard::default();
    let events = heard.clone();
    let required = |company: admit_testkit::oidc::Builder| company.client_auth(ClientAuth::Post);
    let (site, company) = site_as(client, required, |provider| provider, |builder| builder.events(events));
    sign_in(&mut site.browser(), &company).await;
    assert_eq!(company.count(Stage::Token), 2);
    assert_eq!(places(&company), FORM);
    assert!(heard.all().contains(&"alternate_credential_used".to_owned()), "{:?}", heard.all());
    // None of them.
    company.require(ClientAuth::None);
    let answer = trip(&mut site.browser(), &company).await;
    assert_eq!((refusal(&answer).2.as_str(), company.count(Stage::Token)), ("configuration", 5));
}

#[test]
fn a_client_with_another_credential_is_not_asked_for_a_secret() {
    let build = |client: Client| {
        admit::Auth::builder("https://app.example")
            .secret(crate::support::SECRET)
            .environment([("AUTH_COMPANY_ID", "from-environment")].into_iter().collect::<Environment>())
            .provider(admit::OAuthProvider::oidc("company", "Our company", "https://id.example", client))
            .http_client(PretendOidc::builder("app-id", "", "https://app.example").build())
            .build()
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    let file = || admit::provider::FederatedTokenFile::new("/token");
    assert_eq!(build(Client::with_credential("app-id", file())), Ok(()));
    assert_eq!(build(Client::env().credential(file())), Ok(()));
    assert_eq!(build(Client::new("app-id", "a secret").credential(file())), Ok(()));
    assert!(build(Client::env()).unwrap_err().contains("no client secret; set AUTH_COMPANY_SECRET"));
    assert!(build(Client::new("app-id", "").credential(file())).unwrap_err().contains("no client secret"));
    assert!(build(Client::with_credential(" ", file())).unwrap_err().contains("no client id"));
}
