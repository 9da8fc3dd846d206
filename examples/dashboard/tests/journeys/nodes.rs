//! The program ends and comes back, or stands twice: users and sessions are where the settings say.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Stdio;
use std::sync::Arc;

use admit::SystemClock;
use admit_testkit::servers::{Postgres, Redis};
use admit_testkit::{PretendOidc, Served};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::browser::Browser;
use super::folder::Folder;

/// What all processes of one site have in common: where people reach it, and an OpenID provider that outlives them.
struct Site {
    port: u16,
    variables: Vec<(&'static str, String)>,
    _provider: (PretendOidc, Served),
}

impl Site {
    async fn new(variables: Vec<(&'static str, String)>) -> Self {
        let port = free_port();
        let base_url = format!("http://localhost:{port}");
        let callback = format!("{base_url}/api/auth/callback/openid");
        let provider = PretendOidc::builder("dashboard", "a client secret", callback).serve_on(0).await.unwrap();
        let shared = [
            ("AUTH_URL", base_url),
            ("AUTH_OPENID_ISSUER", provider.0.issuer().to_owned()),
            ("AUTH_OPENID_ID", "dashboard".to_owned()),
            ("AUTH_OPENID_SECRET", "a client secret".to_owned()),
        ];
        Self { port, variables: [shared.to_vec(), variables].concat(), _provider: provider }
    }

    fn page(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// Starts a process of it, at its own port or another.
    async fn start(&self, port: u16) -> Child {
        let mut command = Command::new(crate::PROGRAM);
        command.env_clear().envs(self.variables.iter().cloned()).env("PORT", port.to_string()).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        assert!(lines.next_line().await.unwrap().is_some_and(|line| line.starts_with("Open ")), "it starts");
        child
    }
}

fn browser() -> Browser {
    Browser::new(Arc::new(SystemClock))
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn people_stay_signed_in_when_the_program_ends_and_comes_back() {
    // Without AUTH_SECRET: it is kept beside the file.
    let folder = Folder::new();
    let site = Site::new(vec![("DATABASE_URL", folder.sqlite())]).await;
    let mut child = site.start(site.port).await;
    let mut ada = browser();
    ada.open(&site.page("/accounts")).await;
    ada.press("Sign in with OpenID Connect").await;
    ada.press("value=\"ada\"").await;
    ada.press("Accept").await;
    assert!(ada.page.shows("Signed in as <strong>Ada Byron</strong>"), "{:?}", ada.page);

    child.kill().await.unwrap();
    let _again = site.start(site.port).await;
    ada.open(&site.page("/accounts")).await;
    assert!(ada.page.shows("Signed in as <strong>Ada Byron</strong>"), "{:?}", ada.page);
    assert!(ada.page.shows("Its access token is fresh"), "{:?}", ada.page);
}

#[tokio::test]
async fn a_sign_in_begins_on_one_process_ends_on_another_and_counts_on_both() {
    // FLT-013
    let url = Postgres::shared().await.unwrap().database("one_database").await.unwrap();
    on_two_processes(vec![("DATABASE_URL", url)]).await;
}

#[tokio::test]
async fn the_same_with_sessions_in_redis() {
    let url = Postgres::shared().await.unwrap().database("users_only").await.unwrap();
    on_two_processes(vec![("DATABASE_URL", url), ("REDIS_URL", Redis::shared().await.unwrap().url())]).await;
}

async fn on_two_processes(variables: Vec<(&'static str, String)>) {
    let secret = ("AUTH_SECRET", "a secret for tests, thirty-two bytes or more".to_owned());
    let site = Site::new([vec![secret], variables].concat()).await;
    let other = free_port();
    let (_one, _two) = tokio::join!(site.start(site.port), site.start(other));

    // The other process gives the page and begins the trip; the provider sends the browser back to the first.
    let mut desk = browser();
    desk.detour = Some((site.port, other));
    desk.open(&site.page("/accounts")).await;
    desk.press("Sign in with OpenID Connect").await;
    desk.press("value=\"ada\"").await;
    desk.detour = None;
    desk.press("Accept").await;
    assert!(desk.page.shows("Signed in as <strong>Ada Byron</strong>"), "{:?}", desk.page);

    let mut phone = browser();
    phone.detour = Some((site.port, other));
    phone.open(&site.page("/accounts")).await;
    phone.press("Sign in with OpenID Connect").await;
    phone.press("value=\"ada\"").await;
    phone.press("Accept").await;
    assert!(phone.page.shows("Signed in as <strong>Ada Byron</strong>"), "{:?}", phone.page);

    // Ended on the first, it is gone on the other.
    desk.open(&site.page("/accounts")).await;
    assert!(desk.page.shows("2 sessions"), "{:?}", desk.page);
    desk.press("Sign out everywhere else").await;
    phone.open(&site.page("/accounts")).await;
    assert_eq!(phone.page.heading(), "Sign in", "{:?}", phone.page);
    desk.detour = Some((site.port, other));
    desk.open(&site.page("/accounts")).await;
    assert!(desk.page.shows("1 session"), "{:?}", desk.page);
}
