//! Addresses that lead nowhere, and passwords that are not told.

use std::error::Error;
use std::time::Duration;

use admit::store::SessionStore;
use admit_redis::{ConnectError, RedisStore};
use admit_testkit::servers::Redis;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::support::{Plain, key, now, store, unavailable};

/// Connects in vain; the error with all its causes, as text, both ways.
async fn refused(url: &str) -> (ConnectError, String) {
    let started = now();
    let error = RedisStore::connect(url).await.expect_err("there is nothing to connect to");
    assert!(now().since(started) < Duration::from_secs(4), "it took {:?}", now().since(started));
    let mut said = format!("{error:?}");
    let mut next: Option<&dyn Error> = Some(&error);
    while let Some(error) = next {
        said.push_str(&format!("; {error}"));
        next = error.source();
    }
    assert!(!said.contains(PASSWORD), "{said}");
    (error, said)
}

#[tokio::test]
async fn an_address_that_is_none_says_what_one_looks_like() {
    for address in
        ["", "redis", "http://:hunter2@host", "redis://:hunter2@", "redis://:hunter2@host/x", "redis://:hunter2@h:port"]
    {
        let (error, said) = refused(address).await;
        assert!(matches!(error, ConnectError::Address(_)), "{address}: {said}");
        assert!(said.contains("try redis://"), "{said}");
    }
}

#[cfg(not(feature = "tls"))]
#[tokio::test]
async fn tls_that_is_not_compiled_in_is_said_to_be_missing() {
    let (error, _) = refused("rediss://:hunter2@localhost").await;
    assert!(matches!(error, ConnectError::TlsMissing), "{error:?}");
}

#[cfg(feature = "tls")]
#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_not_reached_by_tls() {
    let server = Redis::shared().await.expect("a server");
    let (error, said) = refused(&format!("rediss://:hunter2@127.0.0.1:{}", server.port())).await;
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{said}");
}

#[tokio::test]
async fn nobody_there_is_told_with_the_address_and_in_time() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let (error, said) = refused(&format!("redis://:hunter2@127.0.0.1:{port}")).await;
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{said}");
    assert!(said.contains(&format!("127.0.0.1:{port}")), "{said}");
}

#[tokio::test]
async fn somebody_who_says_nothing_is_not_waited_for() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let (error, said) = refused(&format!("redis://:hunter2@127.0.0.1:{port}")).await;
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{said}");
}

#[tokio::test]
async fn somebody_else_than_redis_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a visitor");
        let _ = stream.read(&mut [0; 256]).await;
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
    });
    let (error, said) = refused(&format!("redis://:hunter2@127.0.0.1:{port}")).await;
    assert!(matches!(error, ConnectError::NotRedis { .. }), "{said}");
    serving.await.expect("it served");
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_told_nobody() {
    let server = Redis::start().await.expect("a server");
    let mut plain = Plain::to(&server).await;
    let () = plain.ask("CONFIG SET requirepass correct").await;
    for user in ["", "default:hunter2@", ":hunter2@", "somebody:hunter2@"] {
        let (error, said) = refused(&format!("redis://{user}127.0.0.1:{}", server.port())).await;
        assert!(matches!(error, ConnectError::Refused { .. }), "{user}: {said}");
    }
    let url = format!("redis://:correct@127.0.0.1:{}", server.port());
    let store = RedisStore::connect(&url).await.expect("the password is right");
    assert!(store.load(&key(1)).await.expect("it answers").is_none());
    let debug = format!("{store:?}");
    assert!(!debug.contains("correct") && debug.contains("admit:"), "{debug}");
}

#[tokio::test]
async fn a_user_who_may_not_read_our_keys_gets_errors_and_not_nobody() {
    let server = Redis::start().await.expect("a server");
    let mut plain = Plain::to(&server).await;
    let () = plain.ask("ACL SETUSER admit on >correct ~admit:* +@read +@write +@scripting +@connection +time").await;
    let url = format!("redis://admit:correct@127.0.0.1:{}", server.port());
    let store = RedisStore::connect(&url).await.expect("the rights that the front page names are enough");
    store.create(super::support::session(1, "ada")).await.expect("enough to write");
    assert_eq!(store.list("ada").await.expect("and to read").len(), 1);
    unavailable(&store.prefix("others:").load(&key(1)).await);
}

#[tokio::test]
async fn a_client_of_the_applications_own_will_do() {
    use admit_redis::redis::Client;
    let url = Redis::shared().await.expect("a server").url();
    let theirs = RedisStore::new(Client::open(url).expect("an address")).prefix("own:");
    theirs.create(super::support::session(1, "ada")).await.expect("it connects when it is asked");
    assert!(store("own:").await.load(&key(1)).await.expect("it answers").is_some());
}

const PASSWORD: &str = "hunter2";
