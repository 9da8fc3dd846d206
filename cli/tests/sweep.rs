//! `admit azure secrets sweep`: the binary itself, against a pretend Azure DevOps on a socket and a real SQLite file.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "these are tests"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use admit::store::{StoredTokens, TokenStore};
use admit::{Auth, Client, Environment};
use admit_providers::azure_devops;
use admit_sqlite::SqliteStore;
use admit_testkit::azure_devops::{Fault, Person, Served, Stage};
use admit_testkit::{CookieJar, PretendAzureDevOps};
use bytes::Bytes;
use http::Request;
use tokio::process::{Child, Command};

const ORIGIN: &str = "https://app.example";
const SECRET: &str = "a secret for tests, thirty-two bytes or more";
const OLD: &str = "older.payload.signature";
const NEW: &str = "newer.payload.signature";
const PEOPLE: usize = 200;

/// An application whose people signed in under the old secret, and its provider.
struct Site {
    azure: PretendAzureDevOps,
    served: Served,
    folder: PathBuf,
}

impl Site {
    async fn of(name: &str, people: usize) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("sweep-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let logins: Vec<_> = (0..people).map(|n| format!("person{n:03}")).collect();
        let azure = PretendAzureDevOps::builder("app-id", OLD, format!("{ORIGIN}/api/auth/callback/azure-devops"));
        let azure = logins.iter().fold(azure, |azure, login| azure.person(Person::new(login, login))).build();
        let auth = Auth::builder(ORIGIN)
            .secret(SECRET)
            .environment(Environment::default())
            .http_client(azure.clone())
            .token_store(SqliteStore::open(folder.join("app.sqlite")).await.unwrap())
            .provider(azure_devops(Client::new("app-id", OLD)))
            .build()
            .unwrap();
        for login in &logins {
            sign_in(&auth, &azure, login).await;
        }
        azure.add_secret(NEW);
        azure.reset_log();
        let served = azure.clone().serve().await.unwrap();
        Self { azure, served, folder }
    }

    /// The command with the application's environment, and no other.
    fn admit(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_admit"));
        command
            .args(["azure", "secrets", "sweep"])
            .args(arguments)
            .env_clear()
            .env("AUTH_URL", ORIGIN)
            .env("AUTH_SECRET", SECRET)
            .env("AUTH_AZURE_DEVOPS_ID", "app-id")
            .env("AUTH_AZURE_DEVOPS_SECRET", OLD)
            .env("AUTH_AZURE_DEVOPS_SECRET_2", NEW)
            .env("AUTH_AZURE_DEVOPS_ENDPOINTS", self.served.base_url())
            .env("DATABASE_URL", format!("sqlite:{}", self.folder.join("app.sqlite").display()))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    async fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.admit(arguments).output().await.unwrap())
    }

    /// What the store holds, as it is there.
    async fn rows(&self) -> Vec<StoredTokens> {
        let store = SqliteStore::open(self.folder.join("app.sqlite")).await.unwrap();
        TokenStore::page(&store, "azure-devops", None, 1000).await.unwrap()
    }

    /// The refresh tokens that came to the provider, in their order.
    fn presented(&self) -> Vec<String> {
        let requests = self.azure.requests().into_iter().filter(|request| request.stage == Stage::Token);
        requests.map(|request| request.parameter("assertion").unwrap().to_owned()).collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn sign_in(auth: &Auth, azure: &PretendAzureDevOps, login: &str) {
    let mut jar = CookieJar::default();
    let begin = |jar: &CookieJar, request: http::request::Builder| match jar.header(true) {
        Some(cookies) => request.header("cookie", cookies),
        None => request,
    };
    let answer = auth.handle(begin(&jar, Request::get("/api/auth/csrf")).body(Bytes::new()).unwrap()).await;
    jar.apply(answer.headers());
    let csrf: std::collections::HashMap<String, String> = serde_json::from_slice(answer.body()).unwrap();
    let post = Request::post("/api/auth/signin/azure-devops").header("origin", ORIGIN);
    let post = post.header("content-type", "application/x-www-form-urlencoded");
    let form = format!("csrfToken={}", csrf["csrfToken"]);
    let answer = auth.handle(begin(&jar, post).body(form.into()).unwrap()).await;
    jar.apply(answer.headers());
    let to_provider = answer.headers()["location"].to_str().unwrap().to_owned();
    let callback = azure.authorize_as(login, &to_provider).await.unwrap().path_and_query();
    let answer = auth.handle(begin(&jar, Request::get(callback)).body(Bytes::new()).unwrap()).await;
    assert!(answer.status().is_redirection(), "{}", answer.status());
}

/// How a run ended.
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    fn count(&self, name: &str) -> u64 {
        let report: serde_json::Value = serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{}", self.err));
        report[name].as_u64().unwrap_or_else(|| panic!("{name}: {}", self.out))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_writes_nothing_and_a_sweep_brings_everybody_under_the_new_secret() {
    let site = Site::of("all", PEOPLE).await;
    let before = site.rows().await;
    let dry = site.run(&[]).await;
    assert_eq!((dry.code, site.azure.refreshes()), (Some(1), 0), "{}", dry.err);
    insta::assert_snapshot!(dry.out, @r"
    provider                azure-devops
    applied                 false
    ended                   complete
    accounts                200
    reminted                0
    already                 0
    due                     200
    needs reauthentication  0
    refused                 0
    in doubt                0
    held                    0
    failed                  0
    left                    200
    ");
    assert_eq!(site.rows().await, before);

    let swept = site.run(&["--apply", "--rate", "1000", "--format", "json"]).await;
    assert_eq!(swept.code, Some(0), "{}", swept.err);
    insta::assert_snapshot!(swept.out, @r#"
    {
      "provider": "azure-devops",
      "applied": true,
      "ended": "complete",
      "accounts": 200,
      "reminted": 200,
      "already": 0,
      "due": 0,
      "needs_reauthentication": 0,
      "refused": 0,
      "in_doubt": 0,
      "held": 0,
      "failed": 0,
      "left": 0
    }
    "#);
    let presented = site.presented();
    assert_eq!(presented.iter().collect::<BTreeSet<_>>().len(), PEOPLE);
    assert_eq!(presented.len(), PEOPLE);
    for text in [&dry.out, &dry.err, &swept.out, &swept.err] {
        let is_named =
            presented.iter().any(|token| text.contains(token)) || text.contains("person") || text.contains('@');
        assert!(!is_named && !text.contains(NEW) && !text.contains(OLD), "{text}");
    }

    // With the old secret gone, everything lives on.
    site.azure.expire_secret(OLD);
    let mut again = site.admit(&["--apply", "--format", "csv"]);
    let again = Ran::of(
        again.env("AUTH_AZURE_DEVOPS_SECRET", NEW).env_remove("AUTH_AZURE_DEVOPS_SECRET_2").output().await.unwrap(),
    );
    assert_eq!((again.code, site.azure.refreshes()), (Some(0), PEOPLE), "{}", again.err);
    insta::assert_snapshot!(again.out, @r"
    provider,applied,ended,accounts,reminted,already,due,needs_reauthentication,refused,in_doubt,held,failed,left
    azure-devops,true,complete,200,0,200,0,0,0,0,0,0,0
    ");
    assert_eq!(site.azure.violations(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_is_killed_again_and_again_presents_no_refresh_token_twice() {
    let site = Site::of("kills", PEOPLE).await;
    // Long enough for most kills to meet a request that is under way.
    site.azure.fail_always(Stage::Token, Fault::Slow(std::time::Duration::from_millis(5)));
    let mut kills = 0;
    for point in [11, 37, 64, 90, 131, 170] {
        let mut child = site.admit(&["--apply", "--rate", "1000"]).spawn().unwrap();
        until(&mut child, || site.azure.refreshes() >= point).await;
        child.kill().await.unwrap();
        kills += 1;
    }
    site.azure.clear_faults();
    let last = site.run(&["--apply", "--rate", "1000", "--format", "json"]).await;
    let (minted, already) = (last.count("reminted"), last.count("already"));
    // An account is in doubt or, for ten seconds, held by the process that is no more.
    let caught = last.count("in_doubt") + last.count("held");
    assert_eq!(minted + already + caught, PEOPLE as u64, "{}", last.out);
    assert_eq!(last.count("accounts"), PEOPLE as u64);
    assert!(caught <= kills, "{}", last.out);
    assert_eq!(last.code, Some(if caught > 0 { 1 } else { 0 }), "{}", last.err);
    let presented = site.presented();
    assert_eq!(presented.iter().collect::<BTreeSet<_>>().len(), presented.len(), "each once at most");
    println!("kills={kills} presented={} minted={} in_doubt={caught}", presented.len(), minted + already);
}

/// Until something has happened in this process, while the other runs.
async fn until(child: &mut Child, happened: impl Fn() -> bool) {
    while !happened() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before that");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_that_is_wrong_stops_the_sweep_at_once_and_touches_nothing() {
    let site = Site::of("wrong", 5).await;
    let wrong =
        site.admit(&["--apply", "--format", "json"]).env("AUTH_AZURE_DEVOPS_SECRET_2", "wr.o.ng").output().await;
    let wrong = Ran::of(wrong.unwrap());
    assert_eq!((wrong.code, wrong.count("failed"), site.azure.refreshes()), (Some(2), 1, 1), "{}", wrong.err);
    assert!(wrong.err.contains("does not take the newest client secret"), "{}", wrong.err);
    let right = site.run(&["--apply", "--format", "json"]).await;
    assert_eq!((right.code, right.count("reminted")), (Some(0), 5), "{}", right.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_wants_it_slower_is_heeded() {
    // azure.md §2.5
    let site = Site::of("slower", 3).await;
    site.azure.fail_once(Stage::Token, Fault::TooManyRequests { retry_after: "2".to_owned() });
    site.azure.fail_once(Stage::Token, Fault::Headers(vec![("retry-after", "1".to_owned())]));
    let clock = admit::SystemClock;
    let begun = admit::Clock::now(&clock);
    let ran = site.run(&["--apply", "--rate", "1000", "--format", "json"]).await;
    assert_eq!((ran.code, ran.count("reminted"), site.azure.refreshes()), (Some(0), 3, 4), "{}", ran.err);
    let took = admit::Clock::now(&clock).since(begun);
    assert!(took.as_secs() >= 3, "two seconds after the 429 and one after the 200: {took:?}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_between_two_accounts_and_leaves_nobody_in_doubt() {
    let site = Site::of("interrupt", 40).await;
    site.azure.fail_always(Stage::Token, Fault::Slow(std::time::Duration::from_millis(20)));
    let mut child = site.admit(&["--apply", "--rate", "1000", "--format", "json"]).spawn().unwrap();
    until(&mut child, || site.azure.refreshes() >= 7).await;
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
    let ran = Ran::of(child.wait_with_output().await.unwrap());
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    assert_eq!(ran.count("reminted") as usize, site.azure.refreshes(), "{}", ran.out);
    assert!(ran.out.contains("\"interrupted\""), "{}", ran.out);
    let rest = site.run(&["--apply", "--rate", "1000", "--format", "json"]).await;
    assert_eq!((rest.code, rest.count("reminted") + rest.count("already"), rest.count("left")), (Some(0), 40, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_said_and_no_database_is_made() {
    let site = Site::of("missing", 0).await;
    for (variable, value, word) in [
        ("AUTH_URL", "", "AUTH_URL is not set"),
        ("DATABASE_URL", "", "DATABASE_URL or REDIS_URL is not set"),
        ("DATABASE_URL", "mysql://root:password@db", "neither sqlite:FILE nor postgres://"),
        ("AUTH_SECRET", "", "AUTH_SECRET is not set"),
        ("AUTH_AZURE_DEVOPS_SECRET_2_CREATED", "soon", "which is no date"),
    ] {
        let ran = Ran::of(site.admit(&[]).env(variable, value).output().await.unwrap());
        assert_eq!(ran.code, Some(2), "{variable}: {}", ran.err);
        assert!(ran.err.contains(word) && !ran.err.contains("password") && ran.out.is_empty(), "{}", ran.err);
    }
    let nowhere = site.folder.join("nowhere.sqlite");
    let ran = site.admit(&[]).env("DATABASE_URL", format!("sqlite:{}", nowhere.display())).output().await;
    assert_eq!(Ran::of(ran.unwrap()).code, Some(2));
    assert!(!nowhere.exists());
    assert_eq!(site.run(&["--format", "yaml"]).await.code, Some(2));
}
