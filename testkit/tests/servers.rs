//! The servers for tests: they answer, they come back, and they never outlive the test.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use admit::{Clock as _, SystemClock};
use admit_testkit::servers::{Postgres, Redis, ServerError, Stop};

fn listens(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[tokio::test]
async fn postgres_comes_back_on_its_port_and_ends_when_it_is_dropped() {
    let mut server = Postgres::builder().durable().start().await.unwrap();
    let url = server.database("accounts").await.unwrap();
    assert_eq!(url, format!("postgres://postgres@127.0.0.1:{}/accounts", server.port()));
    for stop in [Stop::Orderly, Stop::Abrupt] {
        server.stop(stop).await.unwrap();
        assert!(!listens(server.port()));
        assert!(matches!(server.database("other").await, Err(ServerError::Stopped)));
        server.resume().await.unwrap();
        assert!(listens(server.port()));
    }
    let known = server.database("accounts").await.unwrap_err().to_string();
    assert!(known.contains("already exists"), "the data stay: {known}");
    let port = server.port();
    drop(server);
    assert!(!listens(port));
}

#[tokio::test]
async fn redis_comes_back_on_its_port_and_ends_when_it_is_dropped() {
    let mut server = Redis::start().await.unwrap();
    assert_eq!(server.url(), format!("redis://127.0.0.1:{}/0", server.port()));
    for stop in [Stop::Orderly, Stop::Abrupt] {
        server.restart(stop).await.unwrap();
        assert!(listens(server.port()));
    }
    let port = server.port();
    drop(server);
    assert!(!listens(port));
}

/// This very program again, with servers, as a process that is killed.
#[tokio::test]
async fn no_server_outlives_a_test_that_is_killed() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "servers_that_nobody_drops", "--nocapture"])
        .env(VICTIM, "yes")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let ports = lines.filter_map(|line| line.split_once("listening on ").map(|(_, port)| port.parse().unwrap()));
    let ports: Vec<u16> = ports.take(2).collect();
    assert!(ports.len() == 2 && ports.iter().all(|port| listens(*port)), "{ports:?}");

    child.kill().unwrap();
    child.wait().unwrap();
    for _ in 0..1_000 {
        if !ports.iter().any(|port| listens(*port)) && folders_of(child.id()) == 0 {
            return;
        }
        SystemClock.sleep(Duration::from_millis(10)).await;
    }
    panic!("after ten seconds the servers still listen on {ports:?}, or have left a folder");
}

#[tokio::test]
async fn servers_that_nobody_drops() {
    #[allow(clippy::disallowed_methods, reason = "this process is told by it that it is to be killed")]
    if std::env::var_os(VICTIM).is_none() {
        return;
    }
    println!("\nlistening on {}", Postgres::shared().await.unwrap().port());
    println!("\nlistening on {}", Redis::shared().await.unwrap().port());
    std::future::pending().await
}

fn folders_of(process: u32) -> usize {
    let name = format!("-{process}-");
    let entries = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().contains(&name)).count()
}

const VICTIM: &str = "ADMIT_SERVERS_FOR_A_KILL";
