//! `admit accounts import`: from a real PostgreSQL of Auth.js into a real one, by the binary itself.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod support;

use admit::store::{SessionStore as _, UserStore as _};
use admit_sqlx::PostgresStore;
use admit_testkit::servers::Postgres;
use sqlx::PgPool;
use support::{Ran, admit, on_the_page};
use tokio::process::Command;

/// A database of Auth.js' with this in it, and an empty one.
struct Move {
    theirs: String,
    ours: String,
}

impl Move {
    async fn of(name: &str, contents: &'static str) -> Self {
        let server = Postgres::shared().await.unwrap();
        let theirs = server.database(&format!("{name}_theirs")).await.unwrap();
        let pool = PgPool::connect(&theirs).await.unwrap();
        for content in [SCHEMA, contents] {
            sqlx::raw_sql(content).execute(&pool).await.unwrap();
        }
        Self { theirs, ours: server.database(&format!("{name}_ours")).await.unwrap() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let environment = [
            ("AUTH_URL", "https://app.example"),
            ("AUTH_SECRET", "zvJIRcJ1rkhbq1PPAB2X6lk6KX0Tv4dIoHcPN5dGQ0Yv"),
            ("AUTH_AZURE_DEVOPS_ID", "app-id"),
            ("AUTH_AZURE_DEVOPS_SECRET", "header.payload.signature"),
            ("DATABASE_URL", self.ours.as_str()),
            ("AUTHJS_DATABASE_URL", self.theirs.as_str()),
        ];
        let from = ["accounts", "import", "--from-variable", "AUTHJS_DATABASE_URL"];
        admit(&[&from, arguments].concat(), &environment)
    }

    async fn import(&self, arguments: &[&str]) -> Ran {
        let ran = Ran::from(self.command(arguments).output().await.unwrap());
        for hidden in ["secret-", "example.com", "8c6c4d1e", "payload"] {
            assert!(!ran.out.contains(hidden) && !ran.err.contains(hidden), "{hidden}: {}{}", ran.out, ran.err);
        }
        ran
    }

    /// What is said of the database that everything goes to.
    async fn doctor(&self) -> String {
        Ran::of(&["doctor", "--format", "csv"], &[("DATABASE_URL", self.ours.as_str())]).await.out
    }

    async fn tables(&self) -> i64 {
        let pool = PgPool::connect(&self.ours).await.unwrap();
        let count = "select count(*) from pg_class where relname like 'admit%' and relkind = 'r'";
        sqlx::query_scalar(count).fetch_one(&pool).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_writes_nothing_an_import_takes_all_over_and_another_one_nothing() {
    let site = Move::of("two", TWO).await;
    let dry = site.import(&[]).await;
    assert_eq!((dry.code, site.tables().await), (Some(2), 0), "{}", dry.out);
    assert!(dry.err.contains("start the application once, or say --apply"), "{}", dry.err);
    let doctor = site.doctor().await;
    assert!(doctor.contains("warn,DATABASE_URL,PostgreSQL has no tables of admit;"), "{doctor}");
    assert_eq!(site.tables().await, 0, "looking makes none");
    drop(PostgresStore::connect(&site.ours).await.unwrap());
    let doctor = site.doctor().await;
    assert!(doctor.contains("ok,DATABASE_URL,\"PostgreSQL answers"), "{doctor}");

    let shown = site.import(&[]).await;
    assert_eq!(shown.out, on_the_page("admit accounts import --from-variable AUTHJS_DATABASE_URL"));
    let dry = site.import(&["--format", "csv"]).await;
    assert_eq!(dry.code, Some(1), "{}", dry.err);
    insta::assert_snapshot!(dry.out, @r"
    table,taken,known,ended,left
    users,2,0,0,0
    accounts,2,0,0,0
    tokens,1,0,0,0
    sessions,1,0,0,0
    verification_tokens,0,0,0,0
    ");
    let store = PostgresStore::connect(&site.ours).await.unwrap();
    assert_eq!(store.user("1").await.unwrap(), None);

    let done = site.import(&["--apply", "--format", "csv", "--actor", "ada"]).await;
    assert_eq!((done.code, &done.out), (Some(0), &dry.out), "{}", done.err);
    assert_eq!(store.user("1").await.unwrap().unwrap().name.as_deref(), Some("Ada"));
    assert_eq!(store.list("1").await.unwrap().len(), 1);
    let actor = "select actor from admit_audit where action = 'import'";
    let actors: Vec<String> = sqlx::query_scalar(actor).fetch_all(store.pool()).await.unwrap();
    assert_eq!(actors, ["operator ada"]);

    let again = site.import(&["--apply"]).await;
    assert_eq!(again.code, Some(0), "{}", again.err);
    insta::assert_snapshot!(again.out, @r"
    table                taken  known  ended  left
    users                0      2      0      0
    accounts             0      2      0      0
    tokens               0      1      0      0
    sessions             0      1      0      0
    verification_tokens  0      0      0      0
    ");
    assert_eq!(site.import(&[]).await.code, Some(0), "nothing is left to take");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_need_a_person_are_counted_and_listed_by_id_alone() {
    let site = Move::of("awkward", AWKWARD).await;
    let done = site.import(&["--apply"]).await;
    assert_eq!(done.code, Some(1), "{}", done.err);
    insta::assert_snapshot!(done.out, @r"
    table                taken  known  ended  left
    users                7      0      0      3
    accounts             4      1      0      8
    tokens               2      1      0      3
    sessions             2      0      1      3
    verification_tokens  0      0      0      2
    ");
    let problems = site.import(&["--problems"]).await;
    insta::assert_snapshot!(problems.out, @r"
    table     row  why
    accounts  7    acme: no such provider is configured, so its tokens cannot be refreshed; add it with .provider(…)
    sessions  3    its user was not taken over — see there
    sessions  5    the session's value is 5 characters, 16 to 128 needed
    accounts  3    several users have this account, and it is not known whose it is — delete all rows but one
    users     3    a user before this one has the same e-mail address, but for case — merge them or set one to null
    accounts  11   its user was not taken over — see there
    accounts  4    several users have this account, and it is not known whose it is — delete all rows but one
    users     5    the e-mail address is none — correct it or set it to null
    accounts  8    the account is blank, too long or holds control characters — delete the row, its owner connects it anew
    accounts  13   the account is blank, too long or holds control characters — delete the row, its owner connects it anew
    users     10   the e-mail address is none — correct it or set it to null
    accounts  6    there is no such user — delete the row
    sessions  4    there is no such user — delete the row
    ");
    assert_eq!(problems.code, Some(1));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_interrupted_has_whole_users_and_the_next_one_goes_on() {
    let site = Move::of("interrupted", CROWD).await;
    let store = PostgresStore::connect(&site.ours).await.unwrap();
    let count = |what: &'static str| {
        let pool = store.pool().clone();
        async move { sqlx::query_scalar::<_, i64>(what).fetch_one(&pool).await.unwrap() }
    };
    let mut child = site.command(&["--apply"]).spawn().unwrap();
    while count("select count(*) from admit_users").await < 20 {
        assert!(child.try_wait().unwrap().is_none(), "it ended before that");
    }
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
    let ran = Ran::from(child.wait_with_output().await.unwrap());
    assert_eq!((ran.code, ran.out.as_str()), (Some(130), ""), "{}", ran.err);
    let there = count("select count(*) from admit_users").await;
    assert!((20..1000).contains(&there), "{there}");
    let halves = "select count(*) from admit_users where not exists
                  (select from admit_accounts where user_id = admit_users.id)";
    assert_eq!(count(halves).await, 0);

    let rest = site.import(&["--apply", "--format", "csv"]).await;
    assert_eq!(rest.code, Some(0), "{}", rest.err);
    // PostgreSQL may still have committed what was under way when the process ended.
    let users = |known: i64| format!("users,{},{known},0,0\n", 1000 - known);
    assert!((there..=there + 1).any(|known| rest.out.contains(&users(known))), "{there}: {}", rest.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_database_of_auth_js_is_told_without_its_password() {
    let site = Move::of("wrong", TWO).await;
    drop(PostgresStore::connect(&site.ours).await.unwrap());
    for (from, code, words) in [
        (site.ours.as_str(), 2, "these are not the tables of Auth.js"),
        ("postgres://app:hush@127.0.0.1:1/app", 3, "gave no connection"),
        ("mysql://app:hush@127.0.0.1/app", 2, "cannot be read"),
    ] {
        let environment = [
            ("AUTH_URL", "https://app.example"),
            ("AUTH_SECRET", "zvJIRcJ1rkhbq1PPAB2X6lk6KX0Tv4dIoHcPN5dGQ0Yv"),
            ("AUTH_GITHUB_ID", "app-id"),
            ("AUTH_GITHUB_SECRET", "hush"),
            ("DATABASE_URL", site.ours.as_str()),
        ];
        let ran = Ran::of(&["accounts", "import", "--from", from], &environment).await;
        assert_eq!(ran.code, Some(code), "{from}: {}", ran.err);
        assert!(ran.err.contains(words) && !ran.err.contains("hush"), "{}", ran.err);
    }
    assert_eq!(Ran::of(&["accounts", "import"], &[]).await.code, Some(2));
}

const SCHEMA: &str = include_str!("../../adapters/sqlx/tests/postgres/authjs/schema.sql");
const AWKWARD: &str = include_str!("../../adapters/sqlx/tests/postgres/authjs/awkward.sql");
const CROWD: &str = r#"
    insert into users (name) select 'Person ' || n from generate_series(1, 1000) n;
    insert into accounts ("userId", type, provider, "providerAccountId", access_token)
    select n, 'oauth', 'azure-devops', 'p' || n, 'secret-' || n from generate_series(1, 1000) n;
"#;
const TWO: &str = r#"
    insert into users (id, name, email) values (1, 'Ada', 'ada@example.com'), (2, 'Grace', null);
    insert into accounts (id, "userId", type, provider, "providerAccountId", access_token, refresh_token) values
        (1, 1, 'oauth', 'azure-devops', 'ada-1', 'secret-access', 'secret-refresh'),
        (2, 2, 'oauth', 'github', 'grace', null, null);
    insert into sessions (id, "userId", expires, "sessionToken") values
        (1, 1, '2100-01-01', '8c6c4d1e-57a4-4c57-9e47-6a34f5f0b8f6');
"#;
