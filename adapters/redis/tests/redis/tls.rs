//! A Redis behind TLS, with a certificate of its own.

use std::error::Error;
use std::fs;
use std::net::TcpListener;

use admit::store::SessionStore;
use admit_redis::redis::{Client, ProtocolVersion, TlsCertificates};
use admit_redis::{ConnectError, RedisStore};
use admit_testkit::servers::Redis;

use super::support::{Plain, key, session};

#[tokio::test]
async fn sessions_go_over_tls_and_only_to_whom_the_certificate_names() {
    let server = Redis::start().await.expect("a server");
    let mut plain = Plain::to(&server).await;
    let folder: (String, String) = plain.ask("CONFIG GET dir").await;
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let (certificate, secret) = (format!("{}/certificate.pem", folder.1), format!("{}/key.pem", folder.1));
    fs::write(&certificate, made.cert.pem()).expect("written");
    fs::write(&secret, made.signing_key.serialize_pem()).expect("written");
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let () = plain
        .ask(&format!(
            "CONFIG SET tls-cert-file {certificate} tls-key-file {secret} tls-ca-cert-file {certificate} \
             tls-auth-clients no tls-port {port}"
        ))
        .await;

    let trusted = |host: &str| {
        let root_cert = Some(made.cert.pem().into_bytes());
        let url = format!("rediss://{host}:{port}/?protocol=resp3");
        let client = Client::build_with_tls(url, TlsCertificates { client_tls: None, root_cert }).expect("a client");
        assert_eq!(client.get_connection_info().redis_settings().protocol(), ProtocolVersion::RESP3);
        RedisStore::new(client)
    };
    let store = trusted("localhost");
    store.create(session(1, "ada")).await.expect("created");
    assert!(store.load(&key(1)).await.expect("loaded").is_some());
    let error = trusted("127.0.0.1").load(&key(1)).await.expect_err("the certificate names another");
    let cause = error.source().expect("a cause").to_string();
    assert!(cause.contains("certificate"), "{cause}");

    // The operating system knows nothing of this certificate.
    let error = RedisStore::connect(&format!("rediss://:hunter2@localhost:{port}")).await.expect_err("unknown");
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{error:?}");
    let cause = error.source().expect("a cause").to_string();
    assert!(cause.contains("certificate") && !cause.contains("hunter2"), "{cause}");
}
