//! The program itself: what it prints, and how it ends.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

fn program(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(crate::PROGRAM);
    command.env_clear().env("DATABASE_URL", "memory:").envs(variables.iter().copied()).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn fails(variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let ended = program(variables).output().await.unwrap();
    assert_eq!(ended.stdout, b"");
    (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
}

/// The address that it says to open, once it listens.
async fn address(child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    let notice = lines.next_line().await.unwrap().unwrap();
    assert!(notice.ends_with("no account is needed, and nothing leaves this machine."), "{notice}");
    line.strip_prefix("Open ").unwrap().split(' ').next().unwrap().to_owned()
}

#[tokio::test]
async fn bad_values_are_told_in_words_and_end_with_2() {
    let (code, words) = fails(&[("PORT", "abc"), ("TLS", "maybe")]).await;
    assert_eq!(code, Some(2));
    assert_eq!(
        words,
        "the dashboard cannot start:\n- PORT is \"abc\", a number from 0 to 65535 needed\n\
         - TLS is \"maybe\", 1 or 0 needed\n"
    );
    let (code, words) = fails(&[("PORT", "0"), ("AUTH_AZURE_DEVOPS_ID", "an app")]).await;
    assert_eq!(code, Some(2));
    for remedy in ["set AUTH_AZURE_DEVOPS_SECRET", "give the application an https base URL"] {
        assert!(words.contains(remedy), "{words}");
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_in_words() {
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = other.local_addr().unwrap().port().to_string();
    let (code, words) = fails(&[("PORT", &port)]).await;
    assert_eq!(code, Some(1));
    assert_eq!(words, format!("port {port} of 127.0.0.1 is in use; end the other program, or set PORT to another\n"));
}

#[tokio::test]
async fn it_says_where_it_is_and_is_there() {
    let mut child = program(&[("PORT", "0")]).spawn().unwrap();
    let address = address(&mut child).await;
    assert!(address.starts_with("http://localhost:"), "{address}");
    let page = reqwest::get(&address).await.unwrap().text().await.unwrap();
    assert!(page.contains("Your Azure DevOps at a glance"));
}

#[cfg(unix)]
#[tokio::test]
async fn ctrl_c_ends_it_in_peace() {
    let mut child = program(&[("PORT", "0"), ("TLS", "1")]).spawn().unwrap();
    assert!(address(&mut child).await.starts_with("https://localhost:"));
    let interrupted = Command::new("kill").args(["-INT", &child.id().unwrap().to_string()]).status().await.unwrap();
    assert!(interrupted.success());
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
    let mut log = String::new();
    child.stderr.take().unwrap().read_to_string(&mut log).await.unwrap();
    assert!(!log.contains("panicked"), "{log}");
}
