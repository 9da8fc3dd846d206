//! A team's users, accounts and sessions move over from Auth.js, and nobody is signed out.

use admit::store::{AccountKey, NewUser, SessionStore, TokenStore, UserStore};
use admit::{Auth, AuthBuilder, Client, Email, Environment, Profile};
use admit_providers::azure_devops;
use admit_sqlx::{AuthJsError, AuthJsImport, AuthJsReport, PostgresStore, ProblemKind, Tally};
use admit_testkit::{FixedClock, FixedRandom, PretendAzureDevOps};
use bytes::Bytes;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};

use super::support::{database, store};

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_what_an_import_then_does_and_writes_nothing() {
    let (source, store) = (theirs("awkward_theirs", &[SCHEMA, AWKWARD]).await, store("awkward").await);
    let auth = site(&store);
    somebody_is_here(&store).await;
    let import = AuthJsImport::new(source);

    let before = rows(&store).await;
    let plan = import.plan(&store, &auth).await.unwrap();
    insta::assert_snapshot!(plan);
    assert_eq!(rows(&store).await, before, "a plan writes nothing");
    let told = format!("{plan} {plan:?}");
    for secret in ["secret-", "example.com", "8c6c4d1e"] {
        assert!(!told.contains(secret), "{secret} is told");
    }

    assert_eq!(import.apply(&store, &auth).await.unwrap(), plan);
    let ada = store.user("1").await.unwrap().unwrap();
    assert_eq!((ada.name.as_deref(), ada.email.as_deref()), (Some("Ada"), Some("Ada@example.com")));
    assert_eq!((ada.email_verified, ada.image.as_deref()), (true, Some("https://img.example/ada.png")));
    let line = store.user("8").await.unwrap().unwrap();
    assert_eq!((line.name.as_deref(), line.email, line.email_verified), (Some("Line"), None, false));
    let accounts = store.accounts("1").await.unwrap();
    assert_eq!(accounts, [account("azure-devops", "ada-1"), account("github", "Ａｄａ")]);
    for left in ["3", "5", "6", "10", "99"] {
        assert_eq!(store.user(left).await.unwrap(), None, "{left}");
    }
    let tokens = TokenStore::load(&store, &account("azure-devops", "ada-1")).await.unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&tokens.sealed).contains("secret-"), "they are sealed");

    // What was here is as it was.
    let seven = store.user("7").await.unwrap().unwrap();
    assert_eq!(seven.email.as_deref(), Some("other@example.com"));
    assert_eq!(store.user_by_account(&account("azure-devops", "here")).await.unwrap().unwrap().id, "7");
    assert_eq!(store.accounts("4").await.unwrap(), []);

    let before = rows(&store).await;
    let again = import.apply(&store, &auth).await.unwrap();
    assert_eq!(again.problems, plan.problems);
    for (first, second) in tallies(&plan).into_iter().zip(tallies(&again)) {
        let Tally { taken, known, ended, left } = first;
        assert_eq!(second, Tally { taken: 0, known: known + taken, ended, left });
    }
    assert_eq!(rows(&store).await, before, "another run changes nothing");
}

#[tokio::test]
async fn the_cookie_that_auth_js_set_goes_on_counting_until_it_is_ended_here() {
    let (source, store) = (theirs("cookie_theirs", &[SCHEMA, AWKWARD]).await, store("cookie").await);
    let auth = site(&store);
    assert_eq!(session(&auth, SESSION).await, "null");
    let import = AuthJsImport::new(source);
    import.apply(&store, &auth).await.unwrap();
    let answer = session(&auth, SESSION).await;
    assert!(answer.contains(r#""name":"Ada","email":"Ada@example.com""#), "{answer}");
    let accounts = store.list("1").await.unwrap();
    assert_eq!(accounts.len(), 1);

    // It is signed out, and an account taken off. Another run brings neither back.
    assert!(SessionStore::delete(&store, &accounts[0].key).await.unwrap());
    store.unlink("1", &account("github", "Ａｄａ"), 1).await.unwrap();
    assert_eq!(session(&auth, SESSION).await, "null");
    let again = import.plan(&store, &auth).await.unwrap();
    assert_eq!(import.apply(&store, &auth).await.unwrap(), again);
    assert_eq!(again.sessions, Tally { taken: 0, known: 1, ended: 2, left: 3 });
    assert!(again.problems.iter().any(|problem| problem.row == "2" && problem.kind == ProblemKind::NotAgain));
    assert_eq!(session(&auth, SESSION).await, "null");
    assert_eq!(store.accounts("1").await.unwrap().len(), 1);

    // One that began there meanwhile is taken over.
    let begin = "insert into sessions values (7, 1, '2100-01-01', 'began-meanwhile-there')";
    sqlx::query(begin).execute(&theirs_again("cookie_theirs").await).await.unwrap();
    assert_eq!(import.apply(&store, &auth).await.unwrap().sessions.taken, 1);
    assert!(session(&auth, "began-meanwhile-there").await.contains("Ada"));
}

/// Killed somewhere, and then run by two at once: in the end everything is here, once.
#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_was_killed_is_completed_by_others_also_at_once() {
    let (source, store) = (theirs("killed_theirs", &[SCHEMA, CROWD]).await, store("killed").await);
    let auth = site(&store);
    let import = AuthJsImport::new(source);
    let plan = import.plan(&store, &auth).await.unwrap();
    assert_eq!(tallies(&plan).map(|tally| tally.taken), [PEOPLE, 2 * PEOPLE, PEOPLE / 5, PEOPLE / 5]);
    assert_eq!(plan.problem_count, 0);

    let first = tokio::spawn({
        let (import, store, auth) = (import.clone(), store.clone(), auth.clone());
        async move { import.apply(&store, &auth).await }
    });
    while rows(&store).await[0] < 100 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    let halfway = rows(&store).await[0];
    assert!((100..PEOPLE).contains(&halfway), "{halfway}");
    let incomplete = "select count(*) from admit_users where
                      (select count(*) from admit_accounts where user_id = admit_users.id) <> 2";
    assert_eq!(sqlx::query_scalar::<_, i64>(incomplete).fetch_one(store.pool()).await.unwrap(), 0);

    let (one, other) = tokio::join!(import.apply(&store, &auth), import.apply(&store, &auth));
    for report in [one.unwrap(), other.unwrap()] {
        assert_eq!(report.problem_count, 0, "{report}");
        assert_eq!(report.users.taken + report.users.known, PEOPLE);
    }
    assert_eq!(rows(&store).await[..4], [PEOPLE, 2 * PEOPLE, PEOPLE / 5, PEOPLE / 5]);
    assert_eq!(tallies(&import.apply(&store, &auth).await.unwrap()).map(|tally| tally.taken), [0; 4]);
}

#[tokio::test]
async fn one_connection_to_one_database_suffices_for_both() {
    let url = database("same").await;
    let pool = PgPoolOptions::new().max_connections(1).connect(&url).await.unwrap();
    fill(&pool, &[SCHEMA, AWKWARD]).await;
    let store = PostgresStore::new(pool.clone()).await.unwrap();
    let report = AuthJsImport::new(pool).apply(&store, &site(&store)).await.unwrap();
    assert_eq!(report.users, Tally { taken: 7, known: 0, ended: 0, left: 3 });
}

#[tokio::test]
async fn the_tables_of_prisma_are_known_too() {
    let (source, store) = (theirs("prisma_theirs", &[PRISMA]).await, store("prisma").await);
    let auth = site(&store);
    let report = AuthJsImport::new(source).apply(&store, &auth).await.unwrap();
    assert_eq!(tallies(&report).map(|tally| tally.taken), [1; 4], "{report}");
    assert_eq!(report.verification_tokens, 0);
    assert!(store.user("clh2x8k9s0000").await.unwrap().unwrap().email_verified);
    // An instant without a time zone is UTC, whatever the server's is.
    let ends = store.list("clh2x8k9s0000").await.unwrap()[0].expires_at;
    assert_eq!(ends.unix_seconds(), 1_796_083_200);
    assert!(session(&auth, SESSION).await.contains("Ada"));
}

#[tokio::test]
async fn other_tables_are_refused_and_it_is_said_what_is_missing() {
    let (source, store) = (theirs("odd_theirs", &[SCHEMA, ODD]).await, store("odd").await);
    let auth = site(&store);
    let error = AuthJsImport::new(source.clone()).plan(&store, &auth).await.unwrap_err();
    assert!(matches!(error, AuthJsError::Schema(_)));
    assert_eq!(
        error.to_string(),
        "these are not the tables of Auth.js — users.image, accounts.userId (a text, and users.id is none), \
         accounts.expires_at (a text cannot be read), sessions not found — name their schema in the search_path"
    );
    let bare = theirs("bare_theirs", &[]).await;
    let error = AuthJsImport::new(bare).plan(&store, &auth).await.unwrap_err();
    assert!(error.to_string().contains("users, accounts, sessions not found"), "{error}");
}

#[tokio::test]
async fn where_there_is_no_place_for_tokens_or_sessions_they_can_be_left() {
    let (source, store) = (theirs("homeless_theirs", &[SCHEMA, AWKWARD]).await, store("homeless").await);
    let cookies = builder().user_store(store.clone()).danger_single_process_refresh().build().unwrap();
    let import = AuthJsImport::new(source);
    let error = import.apply(&store, &cookies).await.unwrap_err();
    assert!(error.to_string().contains("configure a token_store"), "{error}");
    let error = import.clone().without_tokens().apply(&store, &cookies).await.unwrap_err();
    assert!(error.to_string().contains("configure a session_store"), "{error}");
    let report = import.without_tokens().without_sessions().apply(&store, &cookies).await.unwrap();
    assert_eq!((report.users.taken, report.tokens.taken, report.sessions), (7, 0, Tally::default()));
}

fn builder() -> AuthBuilder {
    Auth::builder("https://app.example")
        .secret("a secret for tests, thirty-two bytes or more")
        .environment(Environment::default())
        .clock(FixedClock::default())
        .random(FixedRandom::new(1))
        .http_client(PretendAzureDevOps::builder("app-id", "h.p.s", "https://app.example/cb").build())
        .provider(azure_devops(Client::new("app-id", "h.p.s")))
}

/// A site that keeps everything in the store.
fn site(store: &PostgresStore) -> Auth {
    let store = store.clone();
    builder()
        .session_store(store.clone())
        .token_store(store.clone())
        .user_store(store.clone())
        .once(store)
        .build()
        .unwrap()
}

/// Two users who have signed in to admit before the import.
async fn somebody_is_here(store: &PostgresStore) {
    let people = [("u-here", "taken@example.com", "else"), ("7", "other@example.com", "here")];
    for (id, address, subject) in people {
        let profile = Profile::new(subject).email(Some(Email::verified(address)));
        let new = NewUser { id: id.to_owned(), profile };
        UserStore::create(store, new, &account("azure-devops", subject)).await.unwrap();
    }
}

/// What a browser with Auth.js's cookie is told.
async fn session(auth: &Auth, value: &str) -> String {
    let request = http::Request::get("https://app.example/api/auth/session")
        .header("cookie", format!("__Secure-authjs.session-token={value}"))
        .body(Bytes::new())
        .unwrap();
    String::from_utf8(auth.handle(request).await.body().to_vec()).unwrap()
}

async fn theirs(name: &str, contents: &[&'static str]) -> PgPool {
    let pool = PgPool::connect(&database(name).await).await.unwrap();
    fill(&pool, contents).await;
    pool
}

/// Another connection to a database that is there.
async fn theirs_again(name: &str) -> PgPool {
    let server = admit_testkit::servers::Postgres::shared().await.unwrap();
    PgPool::connect(&format!("postgres://postgres@127.0.0.1:{}/{name}", server.port())).await.unwrap()
}

async fn fill(pool: &PgPool, contents: &[&'static str]) {
    for content in contents {
        sqlx::raw_sql(*content).execute(pool).await.unwrap();
    }
}

/// How many users, accounts, tokens, sessions, and keys that may be used once there are.
async fn rows(store: &PostgresStore) -> [u64; 5] {
    let mut counts = [0; 5];
    let tables = ["users", "accounts", "tokens", "sessions", "once"];
    for (count, table) in counts.iter_mut().zip(tables) {
        let select = AssertSqlSafe(format!("select count(*) from admit_{table}"));
        *count = sqlx::query_scalar::<_, i64>(select).fetch_one(store.pool()).await.unwrap().cast_unsigned();
    }
    counts
}

fn tallies(report: &AuthJsReport) -> [Tally; 4] {
    [report.users, report.accounts, report.tokens, report.sessions]
}

fn account(provider: &str, subject: &str) -> AccountKey {
    AccountKey { provider: provider.to_owned(), subject: subject.to_owned() }
}

const SCHEMA: &str = include_str!("authjs/schema.sql");
const AWKWARD: &str = include_str!("authjs/awkward.sql");
const SESSION: &str = "8c6c4d1e-57a4-4c57-9e47-6a34f5f0b8f6";
const PEOPLE: u64 = 1_050;
/// As many people, each with two accounts, and each fifth with tokens and a session.
const CROWD: &str = r#"
    insert into users (name, email) select 'Person ' || n, 'p' || n || '@example.com' from generate_series(1, 1050) n;
    insert into accounts ("userId", type, provider, "providerAccountId", access_token)
    select n, 'oauth', provider, 'p' || n, case when provider = 'azure-devops' and n % 5 = 0 then 'secret' end
    from generate_series(1, 1050) n, unnest(array['azure-devops', 'github']) provider;
    insert into sessions ("userId", expires, "sessionToken")
    select n, '2100-01-01', gen_random_uuid() from generate_series(5, 1050, 5) n;
"#;
const PRISMA: &str = r#"
    create table "User" (id text primary key, name text, email text unique, "emailVerified" timestamp(3), image text);
    create table "Account" (
        id text primary key, "userId" text not null references "User", type text not null, provider text not null,
        "providerAccountId" text not null, refresh_token text, access_token text, expires_at integer, token_type text,
        scope text, id_token text, session_state text, unique (provider, "providerAccountId")
    );
    create table "Session" (
        id text primary key, "sessionToken" text unique not null, "userId" text not null references "User",
        expires timestamp(3) not null
    );
    insert into "User" values ('clh2x8k9s0000', 'Ada', 'ada@example.com', '2026-01-02 03:04:05', null);
    insert into "Account" values ('a1', 'clh2x8k9s0000', 'oauth', 'azure-devops', 'ada', 'r', 'a', 1795300000, 'bearer');
    insert into "Session" values
        ('s1', '8c6c4d1e-57a4-4c57-9e47-6a34f5f0b8f6', 'clh2x8k9s0000', '2026-12-01 00:00:00');
"#;
const ODD: &str = r#"
    alter table users drop column image;
    alter table accounts alter column "userId" type text, alter column expires_at type text;
    drop table sessions;
"#;
