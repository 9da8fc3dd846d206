//! The three servers, each with somebody who has just signed in.

use std::sync::Arc;

use admit::http::{HttpRequest, HttpResponse};
use admit_testkit::azure_devops::{CLIENT_ASSERTION_TYPE, Dropped, JWT_BEARER};
use admit_testkit::{FixedClock, FixedRandom, PretendAzureDevOps, PretendEntra, PretendOidc};
use bytes::Bytes;
use url::Url;
use url::form_urlencoded::Serializer;

/// One of the three.
#[derive(Clone)]
pub(crate) enum Server {
    Azure(PretendAzureDevOps),
    Entra(PretendEntra),
    Openid(PretendOidc),
}

impl Server {
    /// All three, with their sample people.
    pub(crate) fn all() -> [Self; 3] {
        let clock = || Arc::new(FixedClock::default());
        let random = || Arc::new(FixedRandom::new(1));
        [
            Self::Azure(
                PretendAzureDevOps::builder("app-id", SECRET, callback("azure-devops"))
                    .app_name("Harbor")
                    .allow_http_on_loopback()
                    .clock(clock())
                    .random(random())
                    .build(),
            ),
            Self::Entra(
                PretendEntra::builder("app-id", SECRET, callback("microsoft-entra-id"))
                    .app_name("Harbor")
                    .clock(clock())
                    .random(random())
                    .hosts(BASE, BASE)
                    .build(),
            ),
            Self::Openid(
                PretendOidc::builder("app-id", SECRET, callback("our-company"))
                    .app_name("Harbor")
                    .clock(clock())
                    .random(random())
                    .issuer(BASE)
                    .build(),
            ),
        ]
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Azure(_) => "azure_devops",
            Self::Entra(_) => "entra",
            Self::Openid(_) => "openid",
        }
    }

    pub(crate) async fn handle(&self, request: HttpRequest) -> Result<HttpResponse, Dropped> {
        match self {
            Self::Azure(server) => server.handle(request).await,
            Self::Entra(server) => server.handle(request).await,
            Self::Openid(server) => server.handle(request).await,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> HttpResponse {
        let request = http::Request::get(format!("{BASE}{path}")).body(Bytes::new()).unwrap();
        self.handle(request).await.unwrap()
    }

    /// A page, which is there.
    pub(crate) async fn page(&self, path: &str) -> String {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{} {path}", self.name());
        String::from_utf8(response.body().to_vec()).unwrap()
    }

    /// What stands in `main`, a line for each element.
    pub(crate) async fn content(&self, path: &str) -> String {
        let page = self.page(path).await;
        let (_, rest) = page.split_once("<main").unwrap();
        rest.split_once('>').unwrap().1.split_once("</main>").unwrap().0.replace("><", ">\n<")
    }

    /// A form that a page of this server sends.
    pub(crate) async fn post(&self, path: &str, form: &[(&str, &str)]) -> Result<HttpResponse, Dropped> {
        self.handle(posted(path, form, &[("sec-fetch-site", "same-origin")])).await
    }

    /// Where a browser goes to sign in; changes replace or add parameters.
    pub(crate) fn authorization(&self, changes: &[(&str, &str)]) -> String {
        let (path, provider, own) = match self {
            Self::Azure(_) => ("/oauth2/authorize", "azure-devops", &AZURE[..]),
            Self::Entra(_) => ("/common/oauth2/v2.0/authorize", "microsoft-entra-id", &OPENID[..]),
            Self::Openid(_) => ("/authorize", "our-company", &OPENID[..]),
        };
        let callback = callback(provider);
        let mut pairs = vec![("client_id", "app-id"), ("redirect_uri", &callback), ("state", STATE)];
        pairs.extend_from_slice(own);
        pairs.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        pairs.extend_from_slice(changes);
        format!("{path}?{}", Serializer::new(String::new()).extend_pairs(pairs).finish())
    }

    /// Somebody signs in at the pages, and the application exchanges the code. Gives back the code.
    pub(crate) async fn sign_in(&self, login: &str) -> String {
        let target = self.authorization(&[]);
        let query = target.split_once('?').unwrap().1;
        let answer = match self {
            Self::Azure(_) => {
                self.post("/_pretend/consent", &[("request", query), ("login", login), ("decision", "accept")]).await
            }
            Self::Entra(_) => {
                self.post("/_pretend/consent", &[("request", &target), ("login", login), ("decision", "accept")]).await
            }
            Self::Openid(_) => Ok(self.get(&format!("{target}&_login={login}&_decision=accept")).await),
        };
        let answer = answer.unwrap();
        let there = answer.headers()[http::header::LOCATION].to_str().unwrap();
        let there = Url::parse(there).unwrap();
        let code = there.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
        let _ = self.exchange(&code).await;
        code
    }

    /// The request by which the application exchanges a code.
    pub(crate) async fn exchange(&self, code: &str) -> Result<HttpResponse, Dropped> {
        match self {
            Self::Azure(_) => {
                let form = [
                    ("client_assertion_type", CLIENT_ASSERTION_TYPE),
                    ("client_assertion", SECRET),
                    ("grant_type", JWT_BEARER),
                    ("assertion", code),
                    ("redirect_uri", &callback("azure-devops")),
                ];
                self.handle(posted("/oauth2/token", &form, &[])).await
            }
            Self::Entra(_) => {
                let uri = callback("microsoft-entra-id");
                self.handle(posted("/common/oauth2/v2.0/token", &code_fields(code, &uri), &[])).await
            }
            Self::Openid(_) => {
                let uri = callback("our-company");
                self.handle(posted("/token", &code_fields(code, &uri), &[])).await
            }
        }
    }
}

/// A form, with these headers besides.
pub(crate) fn posted(path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> HttpRequest {
    let request = http::Request::post(format!("{BASE}{path}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("host", "127.0.0.1:9009");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(Serializer::new(String::new()).extend_pairs(form).finish().into()).unwrap()
}

fn code_fields<'a>(code: &'a str, redirect_uri: &'a str) -> [(&'static str, &'a str); 6] {
    [
        ("grant_type", "authorization_code"),
        ("client_id", "app-id"),
        ("client_secret", SECRET),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
    ]
}

fn callback(provider: &str) -> String {
    format!("http://localhost:3000/api/auth/callback/{provider}")
}

pub(crate) const BASE: &str = "http://127.0.0.1:9009";
pub(crate) const SECRET: &str = "the-secret-of-the-app";
pub(crate) const STATE: &str = "the-state-of-the-trip";
/// The pages for developers.
pub(crate) const PLACES: [&str; 4] = ["/", "/_pretend/requests", "/_pretend/tokens", "/_pretend/faults"];
const AZURE: [(&str, &str); 2] = [("response_type", "Assertion"), ("scope", "vso.profile vso.project")];
const OPENID: [(&str, &str); 5] = [
    ("response_type", "code"),
    ("scope", "openid profile email"),
    ("nonce", "the-nonce-of-the-trip"),
    ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ("code_challenge_method", "S256"),
];
