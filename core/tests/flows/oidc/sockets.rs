//! Documents that come over a real socket, by the client that applications have, from a server that means no good.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use admit::http::{HttpClient, HttpError, HttpRequest, HttpResponse, ReqwestClient};
use admit::{Client, OAuthProvider};
use admit_testkit::oidc::Stage;
use admit_testkit::{FixedClock, FixedRandom, PretendOidc};
use bytes::Bytes;
use http::Request;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use serde_json::json;

use super::{CLIENT_SECRET, held_back, refused, sign_in};
use crate::support::log::Heard;
use crate::support::{BASE, Site};

/// A server on a loopback socket that gives every request the same answer.
struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Falls silent after its answer, in place of hanging up, if it is `slow`.
    fn start(answer: impl Into<Vec<u8>>, slow: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, answer) = (listener.local_addr().unwrap(), answer.into());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let hears = Arc::clone(&asked);
        // It ends with the process: a test has no more to say to it.
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut head = [0; 4096];
                let length = stream.read(&mut head).unwrap_or(0);
                hears.lock().unwrap().push(String::from_utf8_lossy(&head[..length]).into_owned());
                // Whoever has had enough hangs up, and the rest is not written.
                let _ = stream.write_all(&answer);
                silent.extend(slow.then_some(stream));
            }
        });
        Self { address, asked }
    }

    fn url(&self) -> String {
        format!("http://{}/document", self.address)
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// An answer as it goes over the socket.
fn answer(status: &str, headers: &str, body: impl Into<Vec<u8>>) -> Vec<u8> {
    let body = body.into();
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
    [head.into_bytes(), body].concat()
}

/// What the pretend provider says is said in process, and all else by a socket.
#[derive(Debug)]
struct Both(PretendOidc, ReqwestClient);

#[async_trait::async_trait]
impl HttpClient for Both {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        match request.uri().to_string().starts_with(&format!("{}/", self.0.issuer())) {
            true => self.0.send(request).await,
            false => self.1.send(request).await,
        }
    }
}

/// A site whose provider has its discovery document elsewhere, if a test says so.
fn site(discovery: Option<&str>, client: ReqwestClient) -> (Site, PretendOidc) {
    let clock = FixedClock::default();
    let company = PretendOidc::builder("app-id", CLIENT_SECRET, format!("{BASE}/callback/company"))
        .issuer("http://127.0.0.1:9")
        .clock(Arc::new(clock.clone()))
        .random(Arc::new(FixedRandom::new(7)))
        .build();
    let client_of_app = Client::new("app-id", CLIENT_SECRET);
    let provider = OAuthProvider::oidc("company", "Our company", company.issuer(), client_of_app);
    let provider = discovery.into_iter().fold(provider, OAuthProvider::discovery_url);
    let both = Both(company.clone(), client);
    let site = Site::with(|builder| {
        builder.provider(provider).http_client(both).clock(clock.clone()).danger_single_process_refresh()
    });
    (Site { clock, ..site }, company)
}

/// The discovery document as the pretend provider publishes it.
async fn document(company: &PretendOidc) -> Bytes {
    let request = Request::get(format!("{}/.well-known/openid-configuration", company.issuer()));
    company.handle(request.body(Bytes::new()).unwrap()).await.unwrap().into_body()
}

/// Answers that are none, each with the reason that the person is told and what the log says.
fn hostile(elsewhere: &str) -> Vec<(&'static str, Vec<u8>, &'static str, &'static str)> {
    let megabytes = 10 * 1024 * 1024;
    let json = "content-type: application/json\r\n";
    let mut endless = format!("HTTP/1.1 200 OK\r\n{json}transfer-encoding: chunked\r\n\r\n").into_bytes();
    for _ in 0..megabytes / 65_536 {
        endless.extend(b"10000\r\n");
        endless.extend([b' '; 65_536]);
        endless.extend(b"\r\n");
    }
    let redirect = format!("location: {elsewhere}\r\n");
    vec![
        ("10 MB", answer("200 OK", json, vec![b' '; megabytes]), "provider_unavailable", "longer than 1048576 bytes"),
        ("10 MB of unknown length", endless, "provider_unavailable", "longer than 1048576 bytes"),
        ("a redirect", answer("302 Found", &redirect, ""), "discovery_invalid", "a redirect, which is not followed"),
        ("another", answer("307 Temporary Redirect", &redirect, ""), "discovery_invalid", "a redirect, which is not"),
        ("a page", answer("200 OK", "content-type: text/html\r\n", "<html>"), "discovery_invalid", "unexpected"),
        (
            "compressed",
            answer("200 OK", "content-encoding: gzip\r\n", [31, 139, 8, 0]),
            "discovery_invalid",
            "unexpected",
        ),
        ("nothing", answer("200 OK", json, ""), "discovery_invalid", "unexpected"),
        ("no HTTP", b"SSH-2.0-OpenSSH_9.9\r\n".to_vec(), "provider_unavailable", "connection failed"),
        ("half", answer("200 OK", json, "{}")[..40].to_vec(), "provider_unavailable", "connection failed"),
    ]
}

#[tokio::test]
async fn a_discovery_document_of_a_server_that_means_no_good_is_bounded_and_told() {
    // SRF-006, FLT-001
    let canary = Server::start(answer("200 OK", "", "{}"), false);
    for (what, bytes, reason, log) in hostile(&canary.url()) {
        let heard = Heard::default();
        let _listening = heard.listen();
        let server = Server::start(bytes, false);
        let (site, _) = self::site(Some(&server.url()), ReqwestClient::new().unwrap());
        assert_eq!(held_back(&site).await, reason, "{what}");
        assert!(heard.text().contains(log), "{what}: {}", heard.text());
        assert_eq!(server.asked(), 1, "{what}");
    }
    assert_eq!(canary.asked(), 0);
}

#[tokio::test]
async fn keys_of_a_server_that_means_no_good_are_bounded_and_told() {
    // SRF-006, FLT-001
    let canary = Server::start(answer("200 OK", "", "{}"), false);
    for (what, bytes, reason, log) in hostile(&canary.url()) {
        let heard = Heard::default();
        let _listening = heard.listen();
        let server = Server::start(bytes, false);
        let (site, company) = self::site(None, ReqwestClient::new().unwrap());
        company.publish(&json!({ "jwks_uri": server.url() }));
        assert_eq!(refused(&site, &company).await, reason, "{what}");
        assert!(heard.text().contains(log), "{what}: {}", heard.text());
        assert_eq!(server.asked(), 1, "{what}");
    }
    assert_eq!(canary.asked(), 0);
}

#[tokio::test]
async fn a_document_that_drips_is_waited_for_ten_seconds_in_all() {
    // FLT-001
    let drips = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n{\"issuer\":";
    let server = Server::start(drips, true);
    let (site, _) = self::site(Some(&server.url()), ReqwestClient::new().unwrap());
    let time_passes = async {
        while server.asked() == 0 {
            tokio::task::yield_now().await;
        }
        site.clock.advance(Duration::from_secs(10));
    };
    let (reason, ()) = tokio::join!(held_back(&site), time_passes);
    assert_eq!(reason, "provider_unavailable");
}

/// Finds this machine under every name, or nothing at all.
#[derive(Clone)]
struct Names {
    port: u16,
    is_down: Arc<AtomicBool>,
}

impl Resolve for Names {
    fn resolve(&self, _: Name) -> Resolving {
        let found: Addrs = Box::new(std::iter::once(SocketAddr::from(([127, 0, 0, 1], self.port))));
        let down = self.is_down.load(Ordering::Relaxed);
        Box::pin(async move { if down { Err("no such name".into()) } else { Ok(found) } })
    }
}

#[tokio::test]
async fn names_that_cannot_be_resolved_cost_nobody_who_has_a_document_and_others_half_a_minute() {
    // FLT-025
    let company = self::site(None, ReqwestClient::new().unwrap()).1;
    let server = Server::start(answer("200 OK", "", document(&company).await), false);
    let names = Names { port: server.address.port(), is_down: Arc::new(AtomicBool::new(true)) };
    let client = || {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        ReqwestClient::from_client(client.dns_resolver(names.clone()).build().unwrap())
    };
    let url = format!("http://localhost:{}/document", server.address.port());
    let (site, company) = self::site(Some(&url), client());
    assert_eq!(held_back(&site).await, "provider_unavailable");
    names.is_down.store(false, Ordering::Relaxed);
    assert_eq!(held_back(&site).await, "provider_unavailable", "not at once");
    site.clock.advance(Duration::from_secs(30));
    sign_in(&mut site.browser(), &company).await;

    names.is_down.store(true, Ordering::Relaxed);
    site.clock.advance(Duration::from_secs(3600));
    sign_in(&mut site.browser(), &company).await;
    assert_eq!(server.asked(), 1);
}

#[tokio::test]
async fn a_proxy_that_a_request_names_is_none() {
    // SRF-014
    let (canary, server) = (Server::start("", false), Server::start(answer("200 OK", "", "{}"), false));
    let (site, _) = self::site(Some(&server.url()), ReqwestClient::new().unwrap());
    let mut browser = site.browser();
    for name in ["proxy", "http-proxy", "x-http-proxy"] {
        browser.headers.insert(name, canary.url().parse().unwrap());
    }
    browser.begin("company", "/").await;
    assert_eq!((server.asked(), canary.asked()), (1, 0));
    assert!(!server.asked.lock().unwrap()[0].to_ascii_lowercase().contains("proxy"));

    let (site, company) = self::site(None, ReqwestClient::new().unwrap());
    let mut browser = site.browser();
    browser.headers.insert("proxy", canary.url().parse().unwrap());
    sign_in(&mut browser, &company).await;
    let told = company.requests(Stage::Token).pop().unwrap();
    assert!(!told.headers().contains_key("proxy"));
    assert_eq!(canary.asked(), 0);
}
