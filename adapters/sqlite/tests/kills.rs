//! The process is killed in the middle of sign-ins. Prints what was left: see CONTRIBUTING.md for more kills.
#![allow(clippy::unwrap_used, reason = "these are tests")]

mod support;

use admit_sqlite::SqliteStore;
use admit_testkit::killed::{self, Kills};
use rusqlite::Connection;

use support::Folder;

/// FLT-015
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_killed_in_a_sign_in_leaves_no_half_of_a_person() {
    if let Some(file) = killed::part() {
        killed::sign_in_new_people(SqliteStore::open(file).await.unwrap()).await;
        return;
    }
    let folder = Folder::new("kills");
    let file = folder.file();
    let mut kills = Kills::of("a_process_killed_in_a_sign_in_leaves_no_half_of_a_person");
    let mut rows = [0; 5];
    while let Some(killed) = kills.next(file.to_str().unwrap()) {
        let raw = Connection::open(&file).unwrap();
        let sound: String = raw.query_row("PRAGMA integrity_check", (), |row| row.get(0)).unwrap();
        assert_eq!(sound, "ok", "{kills}");
        rows = FIGURES.map(|(_, sql)| raw.query_row(sql, (), |row| row.get::<_, i64>(0)).unwrap());
        assert_eq!(rows[3..], [0, 0], "{kills}");
        kills.aftermath(&killed, folder.store().await).await;
    }
    let rows: Vec<_> = FIGURES.iter().zip(rows).map(|((name, _), count)| format!("{name}={count}")).collect();
    println!("{kills} {}", rows.join(" "));
}

const FIGURES: [(&str, &str); 5] = [
    ("users", "SELECT count(*) FROM admit_users"),
    ("accounts", "SELECT count(*) FROM admit_accounts"),
    ("sessions", "SELECT count(*) FROM admit_sessions"),
    (
        "orphans",
        "SELECT (SELECT count(*) FROM admit_accounts WHERE user NOT IN (SELECT id FROM admit_users))
              + (SELECT count(*) FROM admit_users WHERE id NOT IN (SELECT user FROM admit_accounts))
              + (SELECT count(*) FROM admit_sessions WHERE user NOT IN (SELECT id FROM admit_users))",
    ),
    ("duplicates", "SELECT count(*) - count(DISTINCT email) FROM admit_users"),
];
