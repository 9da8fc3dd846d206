//! The pretend OpenID provider, asked as an application and a browser ask.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "these are tests")]

use std::sync::Arc;

use admit::http::{HttpError, HttpResponse};
use admit::provider::SigningKey;
use admit::{Claims, Clock as _, HttpClient};
use admit_testkit::azure_devops::NoCallback;
use admit_testkit::oidc::{Builder, ClientAuth, Stage};
use admit_testkit::{FixedClock, FixedRandom, PretendOidc, Served};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Request;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::form_urlencoded::Serializer;

const REDIRECT_URI: &str = "https://app.example/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn describe() -> Builder {
    PretendOidc::builder("app-id", "secret", REDIRECT_URI)
        .clock(Arc::new(FixedClock::default()))
        .random(Arc::new(FixedRandom::new(1)))
}

/// An authorization request with other values for some parameters; without those that are empty.
fn authorization_query(changes: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
    let usual = [
        ("response_type", "code"),
        ("client_id", "app-id"),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "openid profile"),
        ("state", "s1"),
        ("nonce", "n1"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    let value = |name: &str, usual: &str| {
        changes
            .iter()
            .find(|(known, _)| *known == name)
            .map_or_else(|| usual.to_owned(), |(_, value)| (*value).to_owned())
    };
    let pairs = usual.iter().map(|(name, usual)| (*name, value(name, usual))).filter(|(_, value)| !value.is_empty());
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn code(provider: &PretendOidc) -> String {
    let url = format!("{}/authorize?{}", provider.issuer(), authorization_query(&[]));
    provider.authorize_as("ada", &url).await.unwrap().parameter("code").unwrap().to_owned()
}

async fn token(provider: &PretendOidc, fields: &[(&str, &str)]) -> Value {
    let form = Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(format!("{}/token", provider.issuer()));
    read(&provider.send(request.body(form.into()).unwrap()).await.unwrap())
}

fn read(answer: &HttpResponse) -> Value {
    serde_json::from_slice(answer.body()).unwrap()
}

fn exchange<'a>(code: &'a str, verifier: &'a str) -> [(&'a str, &'a str); 6] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("code_verifier", verifier),
        ("redirect_uri", REDIRECT_URI),
        ("client_id", "app-id"),
        ("client_secret", "secret"),
    ]
}

#[tokio::test]
async fn what_a_correct_application_never_asks_is_refused_and_kept() {
    for (change, expected) in [
        (("nonce", ""), "authorize: the parameter `nonce` is missing"),
        (("state", ""), "authorize: the parameter `state` is missing"),
        (("code_challenge", ""), "authorize: the parameter `code_challenge` is missing"),
        (("code_challenge_method", "plain"), "authorize: the parameter `code_challenge_method` is not `S256`"),
        (("response_type", "id_token"), "authorize: the parameter `response_type` is not `code`"),
        (("client_id", "other"), "authorize: the parameter `client_id` is not `app-id`"),
        (("redirect_uri", "https://evil.example/"), "authorize: the parameter `redirect_uri` is not registered"),
        (("scope", "profile"), "authorize: the scope `openid` is missing"),
    ] {
        let provider = describe().build();
        let url = format!("https://id.example/authorize?{}", authorization_query(&[change]));
        assert!(matches!(provider.authorize(&url).await, Err(NoCallback::Page { .. })), "{change:?}");
        assert_eq!(provider.violations(), [expected]);
    }
}

#[tokio::test]
async fn a_code_is_good_once_and_for_whoever_has_its_verifier() {
    let provider = describe().build();
    let first = code(&provider).await;
    assert_eq!(token(&provider, &exchange(&first, "another")).await["error"], "invalid_grant");
    assert_eq!(token(&provider, &exchange(&first, VERIFIER)).await["error"], "invalid_grant", "it is spent");
    let second = code(&provider).await;
    let tokens = token(&provider, &exchange(&second, VERIFIER)).await;
    let refresh = |refresh_token: &str| {
        let mut fields = exchange("", "").to_vec();
        fields[0] = ("grant_type", "refresh_token");
        fields.push(("refresh_token", refresh_token));
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
    };
    let fields = refresh(tokens["refresh_token"].as_str().unwrap());
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert!(token(&provider, &fields).await["id_token"].is_string());
    assert_eq!(token(&provider, &fields).await["error"], "invalid_grant");
    let mut stranger = exchange(&first, VERIFIER);
    stranger[5].1 = "wrong";
    assert_eq!(token(&provider, &stranger).await["error"], "invalid_client");
}

#[tokio::test]
async fn its_tokens_repeat_and_name_a_key_that_it_publishes() {
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let provider = describe().build();
        let code = code(&provider).await;
        let answer = token(&provider, &exchange(&code, VERIFIER)).await;
        let id_token = answer["id_token"].as_str().unwrap().to_owned();
        let header = URL_SAFE_NO_PAD.decode(id_token.split('.').next().unwrap()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        let keys = provider.send(Request::get("https://id.example/keys").body("".into()).unwrap()).await.unwrap();
        assert_eq!(read(&keys)["keys"][0]["kid"], header["kid"]);
        assert_eq!(read(&keys)["keys"][0].get("d"), None);
        tokens.push(id_token);
    }
    assert_eq!(tokens[0], tokens[1]);
}

#[tokio::test]
async fn the_back_channel_ends_at_the_issuer_and_before_the_browser_s_page() {
    let provider = describe().build();
    for uri in ["https://evil.example/keys", "http://id.example/keys", "https://id.example/authorize?a=b", "/keys"] {
        let answer = provider.send(Request::get(uri).body("".into()).unwrap()).await;
        assert!(matches!(answer, Err(HttpError::Refused(_))), "{uri}");
    }
    assert_eq!((provider.violations().len(), provider.count(Stage::Keys)), (4, 0));
}

/// One request over a connection of its own, and all that comes back.
async fn get(served: &Served, path: &str) -> String {
    let mut stream = TcpStream::connect(served.address()).await.unwrap();
    let host = served.address();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![];
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn on_a_socket_a_person_chooses_who_they_are() {
    let (provider, served) = describe().serve_on(0).await.unwrap();
    assert_eq!(provider.issuer(), served.base_url());
    let document = get(&served, "/.well-known/openid-configuration").await;
    assert!(document.contains(&format!("\"issuer\":\"{}\"", served.base_url())), "{document}");

    let query = authorization_query(&[("state", "\"><script>")]);
    let page = get(&served, &format!("/authorize?{query}")).await;
    assert!(page.contains("Ada Byron") && page.contains("Use another account") && !page.contains("<script>"), "{page}");
    let consent = get(&served, &format!("/authorize?{query}&_login=ada")).await;
    assert!(consent.contains("Let Your app in?") && consent.contains("See your name and picture"), "{consent}");
    let sent = get(&served, &format!("/authorize?{query}&_login=ada&_decision=accept")).await;
    assert!(
        sent.starts_with("HTTP/1.1 302") && sent.contains("location: https://app.example/callback?code="),
        "{sent}"
    );
    let cancelled = get(&served, &format!("/authorize?{query}&_login=ada&_decision=cancel")).await;
    assert!(cancelled.contains("location: https://app.example/callback?error=access_denied&state="), "{cancelled}");
    for wrong in ["/authorize?_login=ada", &format!("/authorize?{query}&_login=nobody")] {
        let page = get(&served, wrong).await;
        assert!(page.starts_with("HTTP/1.1 400") && page.contains("role=\"alert\""), "{page}");
    }
    assert!(get(&served, "/").await.contains("Who can sign in"));
    assert!(get(&served, "/elsewhere").await.starts_with("HTTP/1.1 404"));
    drop(served);
}

/// The client's key, and what it would have to claim to be believed.
fn assertion(claims: &[(&str, Value)]) -> String {
    let vectors: Value = serde_json::from_str(include_str!("../../core/tests/vectors/client-keys.json")).unwrap();
    let key = SigningKey::from_pem(vectors["keys"]["ed25519"].as_str().unwrap()).unwrap();
    let now = FixedClock::default().now().unix_seconds();
    let mut usual = Claims::default();
    for (name, value) in [("iss", "app-id"), ("sub", "app-id"), ("aud", "https://id.example/token"), ("jti", "one")] {
        usual.insert(name, value);
    }
    for (name, value) in [("iat", now), ("nbf", now), ("exp", now + 60)] {
        usual.insert(name, value);
    }
    for (name, value) in claims {
        usual.insert(*name, value.clone());
    }
    key.sign(&usual).unwrap().expose().to_owned()
}

/// A provider that wants such an assertion.
fn wanting() -> PretendOidc {
    let vectors: Value = serde_json::from_str(include_str!("../../core/tests/vectors/jws-vectors.json")).unwrap();
    let key = vectors["keys"]["ed25519"]["jwk"].clone();
    describe().client_auth(ClientAuth::PrivateKeyJwt(key)).offers_pushed_requests().build()
}

/// What the token endpoint says to a code that nobody has: `invalid_grant`, once it knows who asks.
async fn judged(provider: &PretendOidc, assertion: &str, more: &[(&str, &str)]) -> String {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "app-id"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
    ];
    token(provider, &[&fields[..], more].concat()).await["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_assertion_counts_once_and_only_if_all_of_it_is_as_it_should_be() {
    let now = FixedClock::default().now().unix_seconds();
    for claims in [
        [("aud", "https://id.example/token".into())],
        [("aud", "https://id.example/par".into())],
        [("aud", "https://id.example".into())],
        [("exp", (now + 600).into())],
    ] {
        assert_eq!(judged(&wanting(), &assertion(&claims), &[]).await, "invalid_grant", "{claims:?}");
    }
    for (claims, why) in [
        ([("aud", "https://other.example".into())], "token: `aud` is somebody else"),
        ([("iss", "other".into())], "token: `iss` and `sub` are not the client"),
        ([("sub", Value::Null)], "token: `iss` and `sub` are not the client"),
        ([("exp", now.into())], "token: the assertion does not count now, or for longer than ten minutes"),
        ([("exp", (now + 601).into())], "token: the assertion does not count now, or for longer than ten minutes"),
        ([("nbf", (now + 1).into())], "token: the assertion does not count now, or for longer than ten minutes"),
        ([("iat", Value::Null)], "token: no `iat`"),
        ([("jti", Value::Null)], "token: no `jti`"),
    ] {
        let provider = wanting();
        assert_eq!(judged(&provider, &assertion(&claims), &[]).await, "invalid_client", "{claims:?}");
        assert_eq!(provider.violations(), [why]);
    }
    let provider = wanting();
    let once = assertion(&[]);
    assert_eq!(judged(&provider, &once, &[]).await, "invalid_grant");
    assert_eq!(judged(&provider, &once, &[]).await, "invalid_client");
    let (signed, _) = once.rsplit_once('.').unwrap();
    assert_eq!(judged(&provider, &format!("{signed}.AAAA"), &[]).await, "invalid_client");
    assert_eq!(judged(&provider, &once, &[("client_secret", "secret")]).await, "invalid_client");
    assert_eq!(
        provider.violations(),
        [
            "token: the assertion was here before",
            "token: the signature by EdDSA does not hold",
            "token: the client proves itself in two ways"
        ]
    );
}

#[tokio::test]
async fn a_pushed_request_is_judged_at_once_and_its_reference_counts_once() {
    let provider = describe().requires_pushed_requests().build();
    let push = async |query: String| {
        let form = format!("{query}&client_secret=secret");
        let request = Request::post(format!("{}/par", provider.issuer())).body(form.into()).unwrap();
        provider.send(request).await.unwrap()
    };
    let refused = push(authorization_query(&[("nonce", "")])).await;
    assert_eq!((refused.status().as_u16(), &read(&refused)["error"]), (400, &"invalid_request".into()));
    let nested = push(format!("{}&request_uri=urn:x", authorization_query(&[]))).await;
    assert_eq!(nested.status(), 400);
    let taken = push(authorization_query(&[])).await;
    assert_eq!((taken.status().as_u16(), &read(&taken)["expires_in"]), (201, &60.into()));
    let reference = read(&taken)["request_uri"].as_str().unwrap().to_owned();
    let there = |query: &str| format!("{}/authorize?{query}", provider.issuer());
    let short = Serializer::new(String::new())
        .append_pair("client_id", "app-id")
        .append_pair("request_uri", &reference)
        .finish();
    assert!(provider.authorize_as("ada", &there(&format!("{short}&state=s1"))).await.is_err());
    assert!(provider.authorize_as("ada", &there(&short)).await.is_ok());
    assert!(provider.authorize_as("ada", &there(&short)).await.is_err());
    assert!(provider.authorize_as("ada", &there(&authorization_query(&[]))).await.is_err());
    assert_eq!(
        provider.violations(),
        [
            "par: the parameter `nonce` is missing",
            "par: a reference in place of a request",
            "authorize: the browser brings more than a reference",
            "authorize: the `request_uri` refers to nothing",
            "authorize: the request was not pushed"
        ]
    );
}

#[tokio::test]
async fn silence_needs_no_page() {
    let (_provider, served) = describe().serve_on(0).await.unwrap();
    let silent = get(&served, &format!("/authorize?{}&prompt=none", authorization_query(&[]))).await;
    assert!(silent.contains("location: https://app.example/callback?error=login_required"), "{silent}");
}

#[tokio::test]
async fn a_pushed_request_lasts_until_the_person_has_decided() {
    let (provider, served) = describe().requires_pushed_requests().serve_on(0).await.unwrap();
    let push = Request::post(format!("{}/par", served.base_url()));
    let form = format!("{}&client_secret=secret", authorization_query(&[]));
    let pushed = read(&provider.send(push.body(form.into()).unwrap()).await.unwrap());
    let reference = pushed["request_uri"].as_str().unwrap();
    let query = format!("/authorize?client_id=app-id&request_uri={reference}");
    assert!(get(&served, &query).await.contains("Who are you?"));
    assert!(get(&served, &format!("{query}&_login=ada")).await.contains("Let Your app in?"));
    let decided = format!("{query}&_login=ada&_decision=accept");
    assert!(get(&served, &decided).await.starts_with("HTTP/1.1 302"));
    assert!(get(&served, &decided).await.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn an_answer_that_is_to_be_posted_comes_as_a_form_with_a_button() {
    let provider = describe().build();
    let query = authorization_query(&[]);
    let get = |path: String| Request::get(format!("{}{path}", provider.issuer())).body(bytes::Bytes::new()).unwrap();
    let path = format!("/authorize?{query}&response_mode=form_post&_login=ada&_decision=accept");
    let answer = provider.handle(get(path)).await.unwrap();
    assert_eq!(answer.status(), 200);
    let page = String::from_utf8(answer.body().to_vec()).unwrap();
    assert!(page.contains(r#" method="post" action="https://app.example/callback">"#), "{page}");
    assert!(page.contains(r#"name="code""#) && page.contains(r#"name="state" value="s1""#), "{page}");
    assert!(page.contains("Continue") && !page.contains("submit()") && !page.contains("<script"), "{page}");

    let answer = provider.handle(get(format!("/authorize?{query}&response_mode=fragment&_login=ada"))).await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(provider.violations().len(), 1);
}

#[tokio::test]
async fn signing_out_leads_back_to_what_is_registered_and_nowhere_else() {
    let provider = describe().post_logout_redirect_uri("https://app.example/bye").build();
    let out = |query: &str| format!("{}/logout?{query}", provider.issuer());
    let back = "post_logout_redirect_uri=https://app.example/bye";
    let there = provider.end_session(&out(&format!("client_id=app-id&{back}&state=s%201"))).await.unwrap();
    assert_eq!((there.path(), there.parameter("state")), ("/bye", Some("s 1")));
    assert_eq!(provider.violations(), [""; 0]);
    for wrong in [
        back.to_owned(),
        format!("client_id=another&{back}"),
        format!("client_id=app-id&id_token_hint=a.b.c&{back}"),
        format!("client_id=app-id&client_id=app-id&{back}"),
        "client_id=app-id".to_owned(),
        "client_id=app-id&post_logout_redirect_uri=https://app.example/".to_owned(),
    ] {
        assert!(matches!(provider.end_session(&out(&wrong)).await, Err(NoCallback::Page { .. })), "{wrong}");
    }
    assert_eq!((provider.violations().len(), provider.count(Stage::EndSession)), (6, 7));
}
