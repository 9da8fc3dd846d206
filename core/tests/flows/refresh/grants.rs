//! What a refresh is made with: what the grant was made with, and whichever credential the provider takes.

use admit::{AccessTokenError, Auth, AuthBuilder, Client, Environment, Provider, RequestHead};
use admit_providers::azure_devops;
use admit_testkit::azure_devops::{Fault, Stage};
use admit_testkit::{FixedRandom, render};
use http::header::COOKIE;
use http::{HeaderMap, Method, Uri};

use super::{AZURE, Heard, advance, ask, leave, token, works};
use crate::support::{BASE, Browser, CLIENT_SECRET, ORIGIN, SECRET, Site, refusal};

#[tokio::test]
async fn the_code_exchange_and_the_refresh_have_azure_devops_own_form() {
    // ADO-001, ADO-003, azure.md T35, T38
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    leave(&site, 60);
    token(&browser).await;
    let tokens: Vec<_> = site.azure.requests().into_iter().filter(|request| request.stage == Stage::Token).collect();
    let shown = |place: usize, name: &str| {
        let assertion = tokens[place].parameter("assertion").unwrap();
        assert!(assertion.len() > 64, "{assertion}");
        render::request(tokens[place].request()).replace(assertion, name)
    };
    insta::assert_snapshot!(shown(0, "<the code>"), @r"
    POST https://app.vssps.visualstudio.com/oauth2/token
    accept: application/json
    content-type: application/x-www-form-urlencoded

    client_assertion_type = urn:ietf:params:oauth:client-assertion-type:jwt-bearer
    client_assertion = header.payload.signature
    grant_type = urn:ietf:params:oauth:grant-type:jwt-bearer
    assertion = <the code>
    redirect_uri = https://app.example/api/auth/callback/azure-devops
    ");
    insta::assert_snapshot!(shown(1, "<the refresh token>"), @r"
    POST https://app.vssps.visualstudio.com/oauth2/token
    accept: application/json
    content-type: application/x-www-form-urlencoded

    client_assertion_type = urn:ietf:params:oauth:client-assertion-type:jwt-bearer
    client_assertion = header.payload.signature
    grant_type = refresh_token
    assertion = <the refresh token>
    redirect_uri = https://app.example/api/auth/callback/azure-devops
    ");
    // TOK-024
    assert!(site.azure.requests().iter().filter(|request| request.stage != Stage::Authorize).all(|request| {
        let uri = request.request().uri().to_string();
        !uri.contains(CLIENT_SECRET) && tokens.iter().all(|token| !uri.contains(token.parameter("assertion").unwrap()))
    }));
}

#[tokio::test]
async fn a_refresh_sends_the_redirect_uri_of_the_grant_though_the_site_has_moved() {
    // azure.md T37, ADO-011
    let site = Site::new();
    let mut browser = site.browser();
    browser.sign_in().await;
    leave(&site, 60);
    let moved = auth_at(
        &site,
        "https://moved.example",
        azure_devops(Client::new("app-id", CLIENT_SECRET)).scopes(["vso.work"]),
        |builder| builder.danger_single_process_refresh(),
    );
    let new = at(&moved, &browser).access_token(AZURE).await.unwrap();
    assert!(works(&site, new.expose()).await);
    let last = site.azure.requests().into_iter().rfind(|request| request.stage == Stage::Token).unwrap();
    assert_eq!(last.parameter("redirect_uri"), Some(format!("{BASE}/callback/azure-devops").as_str()));
}

#[tokio::test]
async fn an_answer_without_a_refresh_token_leaves_the_one_at_hand() {
    // azure.md T27, REF-007
    for home in super::HOMES {
        let site = Site::with(home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        leave(&site, 60);
        site.azure.fail_once(Stage::Token, Fault::NoRefreshToken);
        let current = browser.current("/");
        let new = current.access_token(AZURE).await.unwrap();
        assert!(works(&site, new.expose()).await, "{}", home.name);
        browser.finish(&current).await;
        assert_eq!(token(&browser).await, new.expose());
        assert_eq!(site.azure.refreshes(), 1, "{}", home.name);

        leave(&site, 60);
        drop(ask(&browser).await);
        let sent: Vec<_> = site.azure.requests().into_iter().filter(|request| request.stage == Stage::Token).collect();
        assert_eq!(sent[2].parameter("assertion"), sent[1].parameter("assertion"), "{}", home.name);
    }
}

#[tokio::test]
async fn when_the_newest_secret_is_not_taken_the_alternate_is_tried_exactly_once() {
    // ADO-022
    let heard = Heard::default();
    let mut site = Site::new();
    let provider = azure_devops(Client::new("app-id", "newest, and not yet known").secret(CLIENT_SECRET));
    site.auth = auth_at(&site, ORIGIN, provider.scopes(["vso.profile"]), |builder| {
        builder.danger_single_process_refresh().events(heard.clone())
    });
    let mut browser = site.browser();
    browser.sign_in().await;
    assert_eq!((site.azure.code_exchanges(), heard.count("alternate_credential_used")), (2, 1));
    leave(&site, 60);
    assert!(works(&site, &token(&browser).await).await);
    assert_eq!((site.azure.refreshes(), heard.count("alternate_credential_used")), (2, 2));
    assert_eq!(heard.count("tokens_refreshed"), 1);
}

#[tokio::test]
async fn when_no_secret_is_taken_the_administrator_is_asked_and_not_the_person() {
    for home in super::HOMES {
        let heard = Heard::default();
        let site = Site::with(|builder| (home.configure)(builder).events(heard.clone()));
        let mut browser = site.browser();
        browser.sign_in().await;
        let old = token(&browser).await;
        leave(&site, 60);
        site.azure.expire_secret(CLIENT_SECRET);
        for _ in 0..5 {
            assert_eq!(ask(&browser).await.unwrap(), old, "{}", home.name);
        }
        advance(&site, 60);
        let error = ask(&browser).await.unwrap_err();
        assert!(matches!(&error, AccessTokenError::Misconfigured { provider, .. } if provider == AZURE), "{error:?}");
        assert_eq!(error.to_string(), "azure-devops: the provider does not accept the application's configuration");
        assert_eq!((site.azure.refreshes(), heard.count("needs_reauth")), (2, 0), "{}", home.name);

        let mut other = site.browser();
        let callback = other.consent("/").await;
        let (page, error, code) = refusal(&other.get(&callback).await);
        assert_eq!(
            (page.as_str(), error.as_str(), code.as_str()),
            ("/api/auth/error", "Configuration", "configuration")
        );
    }
}

/// Azure DevOps with that secret.
pub(crate) fn azure(secret: &str) -> impl Provider {
    azure_devops(Client::new("app-id", secret)).scopes(["vso.profile", "vso.project"])
}

/// A second process, or the same site set up otherwise: same secrets, clock and provider.
pub(crate) fn auth_at(
    site: &Site,
    origin: &str,
    provider: impl Provider,
    configure: impl FnOnce(AuthBuilder) -> AuthBuilder,
) -> Auth {
    let builder = Auth::builder(origin)
        .secret(SECRET)
        .environment(Environment::default())
        .clock(site.clock.clone())
        .random(FixedRandom::new(3))
        .http_client(site.azure.clone())
        .provider(provider);
    configure(builder).build().unwrap()
}

/// The request of a browser as that process sees it.
pub(crate) fn at(auth: &Auth, browser: &Browser<'_>) -> admit::Current {
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, browser.jar.header(true).unwrap().parse().unwrap());
    auth.current(&RequestHead::new(&Method::GET, &Uri::from_static("/"), &headers))
}
