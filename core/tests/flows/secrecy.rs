//! Nothing secret and nothing personal is ever printed: not by a log at its most talkative, not by `Debug`.
//!
//! Every flow is driven under a subscriber that keeps all it hears. Then each secret that passed is searched for, whole
//! and by its beginning, since a cut-off secret is still a leak.

use std::fmt::Debug;

use admit::provider::{AuthorizationRequest, ClientAuthentication, ClientSecret, Grant, Granted, Parameters};
use admit::store::{NewUser, TokenStore};
use admit::{
    AccessTokenError, Account, Auth, AuthBuilder, BoxError, Callbacks, Claims, Client, Decision, Email, Environment,
    Event, Events, GrantRecord, JwtCause, MemoryStore, Profile, RequestHead, Secret, Session, SessionCause,
    SignInAttempt, TokenSet, User,
};
use admit_testkit::azure_devops::{Fault, Stage};
use async_trait::async_trait;
use http::header::COOKIE;
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::json;

use crate::refresh::plain_oauth::{self, Say};
use crate::support::log::Heard;
use crate::support::{Browser, CLIENT_SECRET, SECRET, Site};

#[tokio::test]
async fn no_flow_prints_a_secret() {
    // OBS-001, CFG-007, azure.md T108
    let heard = Heard::default();
    let _guard = heard.listen();
    let mut secrets = Secrets::default();
    for home in [HOME_COOKIE, HOME_STORES] {
        let printed = heard.clone();
        let (site, acme) = plain_oauth::site(|builder| {
            home(builder).callbacks(Printing(printed.clone())).events(Printing(printed.clone()))
        });
        acme.answer(&json!({ "access_token": "acme-access-0123456789", "refresh_token": "acme-refresh-0123456789",
            "id_token": "acme-id-token-0123456789", "extra_secret": "acme-extra-0123456789", "expires_in": 600 }));
        acme.answer(&json!({ "access_token": "acme-access-abcdefghij", "refresh_token": "acme-refresh-abcdefghij" }));
        acme.say(Say::Status(200, "{\"access_token\":\"acme-broken-0123456789".into()));
        secrets.add("acme's tokens", "acme-access-");
        secrets.add("acme's tokens", "acme-refresh-");
        secrets.add("acme's tokens", "acme-id-token-");
        secrets.add("acme's tokens", "acme-extra-");
        secrets.add("acme's tokens", "acme-broken-");
        secrets.add("acme's code", "acme-code-");
        secrets.add("acme's secret", "acme secret");
        secrets.add("acme's secret", "acme%20secret");

        let mut browser = site.browser();
        drive(&site, &mut browser, &heard, &mut secrets).await;

        let mut other = site.browser();
        plain_oauth::sign_in(&mut other).await;
        secrets.of_browser(&other);
        site.clock.advance(std::time::Duration::from_secs(500));
        other.current("/").access_token("acme").await.unwrap();
        site.clock.advance(std::time::Duration::from_secs(3500));
        other.current("/").access_token("acme").await.unwrap();
        for form in acme.token_requests() {
            for (name, value) in url::form_urlencoded::parse(form.as_bytes()) {
                if ["code", "code_verifier", "client_secret", "refresh_token"].contains(&&*name) {
                    secrets.add("what acme was sent", &value);
                }
            }
        }
        assert!(acme.token_requests()[0].contains("code_verifier="), "a PKCE verifier was among it");
        secrets.of_requests(&site);
        heard.print(&site.auth);
        heard.print(&site.azure.requests());
    }

    let text = heard.text();
    for line in [
        "signed in",
        "signed out",
        "request refused",
        "tokens refreshed",
        "the refresh token was refused",
        "tokens could not be refreshed this time",
        "provider answered",
        "an alternate client credential was used",
        "event sign_in",
        "event needs_reauth",
        "callback jwt",
    ] {
        assert!(text.contains(line), "the log holds {line:?}, so that it would hold a secret too");
    }
    assert!(secrets.0.len() > 60, "{} secrets passed", secrets.0.len());
    secrets.assert_absent(&text);
}

#[tokio::test]
async fn a_secret_in_the_log_would_be_found() {
    let heard = Heard::default();
    let _guard = heard.listen();
    tracing::trace!(code = "the-code-0123456789", "something careless");
    let mut secrets = Secrets::default();
    secrets.add("a code", "the-code-0123456789");
    assert_eq!(secrets.found(&heard.text()), ["a code"]);
    heard.print(&Careless { token: "the-code-01234567" });
    let mut cut = Secrets::default();
    cut.add("a code", "the-code-0123456789-and-more");
    assert_eq!(cut.found(&heard.text()), ["a code"], "also when it was cut off");
}

#[tokio::test]
async fn what_a_provider_writes_cannot_forge_a_line_of_the_log() {
    // OBS-002
    let heard = Heard::default();
    let _guard = heard.listen();
    let (site, acme) = plain_oauth::site(AuthBuilder::danger_single_process_refresh);
    acme.answer(&json!({ "access_token": "a1", "refresh_token": "r1", "expires_in": 3600 }));
    let mut browser = site.browser();
    plain_oauth::sign_in(&mut browser).await;
    site.clock.advance(std::time::Duration::from_secs(3500));
    let evil = "odd\r\n2026-11-21 INFO forged: signed in\u{1b}[31m\u{202e}\u{0}\u{7}\u{9b}";
    acme.say(Say::Status(400, json!({ "error": evil, "error_description": evil }).to_string().into()));
    browser.current("/").access_token("acme").await.unwrap();
    for query in ["error=odd%0d%0aforged%1b%5b31m&state=x", "error=odd%0aforged", "code=%0d%0aforged&state=%1bforged"] {
        browser.get(&format!("/api/auth/callback/acme?{query}")).await;
        browser.get(&format!("/api/auth/callback/azure-devops?{query}")).await;
    }
    browser.get("/api/auth/signin/%0aforged%1b").await;
    browser.get("/api/auth/error?error=%0aforged%1b&code=%0aforged&ref=%0aforged").await;

    let text = heard.text();
    assert!(text.contains("tokens could not be refreshed this time"), "{text}");
    assert!(text.lines().all(|line| !line.trim_start().starts_with("2026-11-21 INFO forged")), "{text}");
    assert!(text.lines().all(|line| !line.trim_start().starts_with("forged")), "{text}");
    let odd: Vec<_> = text.chars().filter(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}').collect();
    assert!(odd.is_empty(), "{odd:?} in {text:?}");
}

#[test]
fn printing_what_the_library_hands_out_shows_nothing_secret_or_personal() {
    // CFG-007, azure.md T108
    let mut secrets = Secrets::default();
    let mut all = String::new();
    for name in ["access", "refresh", "code", "state", "verifier", "client", "cookie", "mail", "query", "extra"] {
        secrets.add(name, &marked(name));
    }
    let mut print = |value: &dyn Debug| {
        all.push_str(&format!("{value:?}\n{value:#?}\n"));
    };
    let tokens = TokenSet::new(marked("access")).refresh_token(Some(marked("refresh").into()));
    print(&tokens);
    let grant = GrantRecord {
        client_id: "app".to_owned(),
        redirect_uri: "https://app.example/callback".to_owned(),
        scopes: vec!["openid".to_owned()],
        minted_by: None,
        granted_at: admit::Timestamp::from_unix_seconds(0),
    };
    let account = Account::new("acme", "7", tokens.clone(), grant);
    print(&account);
    let claims =
        Claims::parse(json!({ "id": 7, "mail": marked("mail"), "extra": marked("extra") }).to_string().as_bytes());
    let claims = claims.unwrap();
    print(&claims);
    let profile = Profile::new("7").name(Some(marked("mail"))).email(Some(Email::verified(marked("mail"))));
    print(&profile);
    print(&NewUser { id: "7".to_owned(), profile: profile.clone() });
    let mut user = User::new("7");
    user.email = Some(marked("mail"));
    print(&user);
    print(&SignInAttemptLike { account: &account, profile: &profile, claims: &claims, user: &user });
    print(&Client::new("app", marked("client")).secret(marked("client")));
    print(&ClientSecret(marked("client").into()));
    print(&ClientAuthentication::Secret(marked("client").into()));
    print(&Environment::from_iter([("AUTH_SECRET", marked("client"))]));
    let (code, verifier) = (Secret::new(marked("code")), Secret::new(marked("verifier")));
    let redirect_uri = "https://app.example/callback";
    print(&Grant::AuthorizationCode { code: &code, redirect_uri, code_verifier: Some(&verifier), scopes: &[] });
    print(&Grant::RefreshToken { refresh_token: &code, redirect_uri, scopes: &[] });
    print(&AuthorizationRequest::new("app", redirect_uri, &marked("state"), &[]).code_challenge(Some("challenge")));
    print(&Granted::new(&tokens, &[("code".to_owned(), marked("code"))]));
    let mut parameters = Parameters::default();
    parameters.set("client_assertion", marked("client"));
    print(&parameters);

    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, format!("authjs.session-token={}", marked("cookie")).parse().unwrap());
    let uri: Uri = format!("/callback?code={}", marked("query")).parse().unwrap();
    let head = RequestHead::new(&Method::GET, &uri, &headers);
    print(&head);
    let builder = Auth::builder("http://localhost:3000")
        .secret(marked("client"))
        .seal_key(marked("client"))
        .environment(Environment::from_iter([("AUTH_SECRET_1", marked("client"))]))
        .provider(admit_providers::azure_devops(Client::new("app", marked("client"))).endpoints("http://localhost:1"))
        .danger_single_process_refresh();
    print(&builder);
    let auth = builder.build().unwrap();
    print(&auth);
    print(&auth.current(&head));

    assert!(all.contains("Account") && all.contains("azure-devops") && all.contains("RequestHead"), "{all}");
    secrets.assert_absent(&all);
}

/// Everything that can happen to one person at Azure DevOps.
async fn drive(site: &Site, browser: &mut Browser<'_>, heard: &Heard, secrets: &mut Secrets) {
    let hour = std::time::Duration::from_secs(3500);
    secrets.add("the client's secret", CLIENT_SECRET);
    secrets.add("AUTH_SECRET", SECRET);
    secrets.add("an address", "norma@");

    // In, denied, forged, twice, and in again.
    let denied = browser.start("/").await;
    let denied = site.azure.deny(&denied).await.unwrap().path_and_query();
    browser.get(&denied).await;
    let callback = browser.consent("/dashboard?secret=1").await;
    secrets.of_query(&callback);
    browser.get(&callback.replace("state=", "state=forged")).await;
    secrets.of_browser(browser);
    browser.get(&callback).await;
    secrets.of_browser(browser);
    browser.get(&callback).await;
    for path in ["session", "csrf", "providers", "signin", "signout", "error?error=Configuration", "verify-request"] {
        browser.get(&format!("/api/auth/{path}")).await;
    }
    let csrf = browser.csrf_token().await;
    secrets.add("the CSRF token", &csrf);
    browser
        .post_json("/api/auth/session", &json!({ "csrfToken": csrf, "data": { "pin": "browser-data-0123456789" } }))
        .await;
    secrets.add("what the browser sent", "browser-data-0123456789");
    browser.post("/api/auth/signout", &[("csrfToken", "wrong")]).await;

    // Fresh, through faults, and refused.
    for fault in [
        None,
        Some(Fault::Status(StatusCode::BAD_GATEWAY)),
        Some(Fault::HtmlWith200),
        Some(Fault::DroppedConnection),
        Some(Fault::NoRefreshToken),
    ] {
        site.clock.advance(hour);
        if let Some(fault) = fault {
            site.azure.fail_once(Stage::Token, fault);
        }
        let current = browser.current("/page?token=query-secret-0123456789");
        heard.print(&current);
        match current.access_token("azure-devops").await {
            Ok(token) => {
                heard.print(&token);
                secrets.add("an access token", token.expose());
            }
            Err(error) => heard.print(&error),
        }
        heard.print(&current);
        heard.print(&current.session().await);
        heard.print(&current.accounts().await);
        heard.print(&current.set_cookies().await);
        browser.finish(&current).await;
        secrets.of_browser(browser);
    }
    secrets.add("a query", "query-secret-0123456789");
    site.azure.revoke_grants("norma");
    site.clock.advance(hour + hour);
    let refused = browser.current("/").access_token("azure-devops").await.unwrap_err();
    assert!(matches!(refused, AccessTokenError::NeedsReauthentication { .. }), "{refused:?}");
    heard.print(&refused);

    // A second secret, which the provider does not know yet.
    let provider =
        admit_providers::azure_devops(Client::new("app-id", "newest-secret-0123456789").secret(CLIENT_SECRET));
    secrets.add("the client's secret", "newest-secret-0123456789");
    let alternate = crate::refresh::grants::auth_at(site, crate::support::ORIGIN, provider, |builder| {
        builder.danger_single_process_refresh()
    });
    let callback = browser.consent("/").await;
    secrets.of_query(&callback);
    let cookies = browser.jar.header(true).unwrap();
    secrets.of_browser(browser);
    let answer = alternate
        .handle(http::Request::get(&callback).header(COOKIE, cookies).body(bytes::Bytes::new()).unwrap())
        .await;
    heard.print(&answer.headers());

    // Faults on the way in, and out.
    for (stage, fault) in [
        (Stage::Token, Fault::ErrorWith200),
        (Stage::Token, Fault::HugeBody(admit::http::BODY_LIMIT + 1)),
        (Stage::Profile, Fault::HtmlWith203),
        (Stage::Profile, Fault::RedirectTo("https://canary.example/".to_owned())),
    ] {
        let callback = browser.consent("/").await;
        secrets.of_query(&callback);
        site.azure.fail_once(stage, fault);
        browser.get(&callback).await;
    }
    let answer = browser.sign_in().await;
    heard.print(&answer.headers());
    secrets.of_browser(browser);
    let csrf = browser.csrf_token().await;
    browser.post("/api/auth/signout", &[("csrfToken", &csrf)]).await;
}

const HOME_COOKIE: fn(AuthBuilder) -> AuthBuilder = AuthBuilder::danger_single_process_refresh;
const HOME_STORES: fn(AuthBuilder) -> AuthBuilder = |builder| {
    let store = MemoryStore::new();
    let _: &dyn TokenStore = &store;
    builder.session_store(store.clone()).token_store(store.clone()).user_store(store.clone()).once(store)
};

fn marked(name: &str) -> String {
    format!("{name}-secret-0123456789-0123456789")
}

/// `SignInAttempt` cannot be made outside of the library; what it prints is what it holds.
#[derive(Debug)]
#[allow(dead_code, reason = "printed")]
struct SignInAttemptLike<'a> {
    account: &'a Account,
    profile: &'a Profile,
    claims: &'a Claims,
    user: &'a User,
}

#[derive(Debug)]
#[allow(dead_code, reason = "printed")]
struct Careless {
    token: &'static str,
}

/// An application that logs all it is shown.
#[derive(Clone, Debug)]
struct Printing(Heard);

#[async_trait]
impl Callbacks for Printing {
    async fn sign_in(&self, attempt: &SignInAttempt<'_>) -> Result<Decision, BoxError> {
        self.0.print(attempt);
        Ok(Decision::Allow)
    }

    async fn jwt(&self, token: admit::Token, cause: JwtCause<'_>) -> Result<Option<admit::Token>, BoxError> {
        self.0.write("callback jwt");
        self.0.print(&token);
        // What the browser sent is handed on as it came, so the application must not log it.
        if !matches!(cause, JwtCause::Update { .. }) {
            self.0.print(&cause);
        }
        Ok(Some(token))
    }

    async fn session(&self, session: Session, cause: SessionCause<'_>) -> Result<Session, BoxError> {
        self.0.print(&session);
        self.0.print(&cause.token);
        Ok(session)
    }
}

#[async_trait]
impl Events for Printing {
    async fn record(&self, event: &Event<'_>) {
        self.0.write(&format!("event {}", event.code()));
        self.0.print(event);
    }
}

/// What must not be found, with a name for it.
#[derive(Default)]
struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    /// Takes up a secret: whole if it is short, else its first sixteen characters.
    fn add(&mut self, name: &'static str, secret: &str) {
        let needle: String = secret.chars().take(16).collect();
        assert!(needle.len() >= 6, "{name}: too short to be searched for");
        if !self.0.iter().any(|(_, known)| *known == needle) {
            self.0.push((name, needle));
        }
    }

    fn of_query(&mut self, path: &str) {
        let query = path.split_once('?').unwrap().1;
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            if name == "code" || name == "state" {
                self.part("a code or state", &value);
            }
        }
    }

    fn of_browser(&mut self, browser: &Browser<'_>) {
        for name in browser.jar.names() {
            let value = browser.jar.get(name).unwrap();
            // Where somebody goes and by which provider they came is no secret.
            if !name.contains("callback-url") && !name.contains("last-used") && !value.is_empty() {
                self.part("a cookie", value);
            }
        }
    }

    fn of_requests(&mut self, site: &Site) {
        for request in site.azure.requests() {
            for name in ["assertion", "client_assertion", "state", "code"] {
                if let Some(value) = request.parameter(name) {
                    self.part("what Azure DevOps was sent", value);
                }
            }
            if let Some(bearer) = request.request().headers().get("authorization") {
                self.part("a bearer token", bearer.to_str().unwrap().strip_prefix("Bearer ").unwrap());
            }
        }
    }

    /// All tokens of one form begin alike, so the middle is searched for as well as the beginning.
    fn part(&mut self, name: &'static str, secret: &str) {
        self.add(name, secret);
        let middle: String = secret.chars().skip(secret.len() / 2).collect();
        if middle.len() >= 16 {
            self.add(name, &middle);
        }
    }

    fn found(&self, text: &str) -> Vec<&'static str> {
        self.0.iter().filter(|(_, secret)| text.contains(secret)).map(|(name, _)| *name).collect()
    }

    #[track_caller]
    fn assert_absent(&self, text: &str) {
        for (name, secret) in &self.0 {
            if let Some(place) = text.find(secret) {
                let start = text.floor_char_boundary(place.saturating_sub(400));
                let end = text.floor_char_boundary((place + 40).min(text.len()));
                panic!("{name} was printed: …{}…", &text[start..end]);
            }
        }
    }
}
