//! A process is killed in the middle of sign-ins. Prints what was left: see CONTRIBUTING.md for more kills.
#![allow(clippy::unwrap_used, reason = "these are tests")]

use admit_sqlx::PostgresStore;
use admit_testkit::killed::{self, Kills};
use admit_testkit::servers::Postgres;
use sqlx::PgPool;

/// FLT-015
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_in_a_sign_in_leaves_no_half_of_a_person() {
    if let Some(url) = killed::part() {
        killed::sign_in_new_people(PostgresStore::connect(&url).await.unwrap()).await;
        return;
    }
    let server = Postgres::start().await.unwrap();
    let url = server.database("app").await.unwrap();
    let raw = PgPool::connect(&url).await.unwrap();
    let store = PostgresStore::connect(&url).await.unwrap();
    let mut kills = Kills::of("a_process_killed_in_a_sign_in_leaves_no_half_of_a_person");
    let mut rows = Vec::new();
    while let Some(killed) = kills.next(&url) {
        rows.clear();
        for (_, sql) in FIGURES {
            rows.push(sqlx::query_scalar::<_, i64>(sql).fetch_one(&raw).await.unwrap());
        }
        assert_eq!(rows[3..], [0, 0], "{kills}");
        kills.aftermath(&killed, store.clone()).await;
    }
    let rows: Vec<_> = FIGURES.iter().zip(rows).map(|((name, _), count)| format!("{name}={count}")).collect();
    println!("{kills} {}", rows.join(" "));
}

const FIGURES: [(&str, &str); 5] = [
    ("users", "select count(*) from admit_users"),
    ("accounts", "select count(*) from admit_accounts"),
    ("sessions", "select count(*) from admit_sessions"),
    (
        "orphans",
        "select (select count(*) from admit_accounts where user_id not in (select id from admit_users))
              + (select count(*) from admit_users where id not in (select user_id from admit_accounts))
              + (select count(*) from admit_sessions where user_id not in (select id from admit_users))",
    ),
    ("duplicates", "select count(*) - count(distinct email) from admit_users"),
];
