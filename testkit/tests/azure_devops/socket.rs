//! The same server on a real loopback socket.

use std::time::Duration;

use crate::app::{App, SECRET, authorization_url, code_fields};
use admit_testkit::azure_devops::{Fault, Served, Stage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::form_urlencoded::Serializer;

/// One request over a connection of its own, and all that comes back.
async fn talk(served: &Served, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(served.address()).await.unwrap();
    let length = body.len();
    let request = format!("{head}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![];
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

fn host(served: &Served) -> String {
    served.address().to_string()
}

#[tokio::test]
async fn a_whole_trip_goes_over_the_socket() {
    let app = App::new();
    let served = app.azure.clone().serve().await.unwrap();
    assert_eq!(served.base_url(), format!("http://{}", served.address()));
    assert!(served.address().ip().is_loopback());
    let host = host(&served);
    let url = authorization_url(&[]);
    let query = url.split_once('?').unwrap().1;

    let page = talk(&served, &format!("GET /oauth2/authorize?{query} HTTP/1.1\r\nHost: {host}"), "").await;
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("Who are you today?"));

    let form = "Content-Type: application/x-www-form-urlencoded";
    let decision = Serializer::new(String::new())
        .extend_pairs([("request", query), ("login", "norma"), ("decision", "accept")])
        .finish();
    let sent = talk(&served, &format!("POST /_pretend/consent HTTP/1.1\r\nHost: {host}\r\n{form}"), &decision).await;
    assert!(sent.starts_with("HTTP/1.1 302"), "{sent}");
    let location = sent.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
    let location = url::Url::parse(location).unwrap();
    let code = location.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();

    let body = Serializer::new(String::new()).extend_pairs(code_fields(SECRET, &code)).finish();
    let answer = talk(&served, &format!("POST /oauth2/token HTTP/1.1\r\nHost: {host}\r\n{form}"), &body).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let tokens: serde_json::Value = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    let token = tokens["access_token"].as_str().unwrap();

    let head = format!("GET /_apis/profile/profiles/me HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}");
    assert!(talk(&served, &head, "").await.contains("Norma Paulk"));
    assert!(app.azure.violations().is_empty());
}

#[tokio::test]
async fn a_lost_answer_closes_the_connection_without_a_byte() {
    let app = App::new();
    let served = app.azure.clone().serve().await.unwrap();
    app.azure.fail_once(Stage::Rest, Fault::LostAnswer);
    let head = format!("GET /fabrikam/_apis/projects HTTP/1.1\r\nHost: {}", host(&served));
    assert_eq!(talk(&served, &head, "").await, "");
    assert!(talk(&served, &head, "").await.starts_with("HTTP/1.1 203"));
}

#[tokio::test]
async fn a_name_that_merely_points_here_is_not_answered() {
    let app = App::new();
    let served = app.azure.clone().serve().await.unwrap();
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"] {
        let answer = talk(&served, &format!("GET /_pretend/log HTTP/1.1\r\nHost: {host}"), "").await;
        assert!(answer.starts_with("HTTP/1.1 421"), "{host}: {answer}");
    }
    let nameless = talk(&served, "GET /_pretend/log HTTP/1.1", "").await;
    assert!(nameless.starts_with("HTTP/1.1 421"), "{nameless}");
    let port = served.address().port();
    let answer = talk(&served, &format!("GET / HTTP/1.1\r\nHost: localhost:{port}"), "").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn dropping_it_frees_the_port_and_ends_open_connections() {
    let app = App::new();
    let served = app.azure.clone().serve().await.unwrap();
    let address = served.address();
    app.azure.fail_always(Stage::Rest, Fault::Slow(Duration::from_secs(60)));
    let mut waiting = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /fabrikam/_apis/projects HTTP/1.1\r\nHost: {address}\r\n\r\n");
    waiting.write_all(request.as_bytes()).await.unwrap();
    app.clock.until_sleepers(1).await;

    drop(served);
    let mut rest = vec![];
    // Closed or reset: either way nothing more comes. The limit is there so that a server that lives on fails the test.
    let end = tokio::time::timeout(Duration::from_secs(10), waiting.read_to_end(&mut rest)).await;
    assert!(end.is_ok(), "the connection is still open");
    assert_eq!(rest, b"");
    assert_eq!(app.clock.sleepers(), 0);
    assert!(TcpStream::connect(address).await.is_err());
}
