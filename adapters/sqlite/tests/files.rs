//! What happens to the file: how it is made, found again, and refused.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "these are tests")]

mod support;

use std::error::Error as _;
use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::task::Poll;

use admit::Timestamp;
use admit::store::{
    AuditEntry, AuditStore, EvidenceStore, Mark, Once, SessionStore, StoreError, StoredEvidence, StoredTokens,
    TokenStore, UserStore,
};
use admit_sqlite::{OpenError, SqliteStore, schema_version};
use rusqlite::Connection;

use support::{Folder, account, at, key, new, of_the_first_release, polled_once, record};

#[tokio::test]
async fn what_was_written_is_there_when_the_file_is_opened_again() {
    let folder = Folder::new("reopened");
    let tokens = StoredTokens { account: account("ada"), sealed: vec![1, 2], refresh_at: Some(at(5)), version: 0 };
    let fence = {
        let store = folder.store().await;
        SessionStore::create(&store, record(1, "ada")).await.unwrap();
        UserStore::create(&store, new("u-ada", "ada"), &account("ada")).await.unwrap();
        store.bump_epoch("u-ada").await.unwrap();
        TokenStore::put(&store, tokens.clone()).await.unwrap();
        assert!(Once::claim(&store, "code", at(0), at(60)).await.unwrap());
        let lease = TokenStore::claim(&store, &account("ada"), at(0), at(9).since(at(0))).await.unwrap().unwrap();
        TokenStore::delete(&store, &account("ada")).await.unwrap();
        TokenStore::put(&store, tokens.clone()).await.unwrap();
        lease.fence
    };
    let store = folder.store().await;
    assert_eq!(SessionStore::load(&store, &key(1)).await.unwrap(), Some(record(1, "ada")));
    assert_eq!(store.user_by_account(&account("ada")).await.unwrap().unwrap().id, "u-ada");
    assert_eq!(store.security_state("u-ada").await.unwrap().unwrap().epoch, 1);
    let found = TokenStore::load(&store, &account("ada")).await.unwrap();
    assert_eq!(found, Some(StoredTokens { version: 1, ..tokens }));
    assert!(!Once::claim(&store, "code", at(0), at(60)).await.unwrap());
    let lease = TokenStore::claim(&store, &account("ada"), at(0), at(9).since(at(0))).await.unwrap().unwrap();
    assert!(lease.fence > fence, "numbers of leases rise for an account that was gone, also after a restart");
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("rights");
    let store = folder.store().await;
    SessionStore::create(&store, record(1, "ada")).await.unwrap();
    let mut seen = Vec::new();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        seen.push(entry.file_name().into_string().unwrap());
    }
    seen.sort();
    assert_eq!(seen, ["admit.db", "admit.db-shm", "admit.db-wal"]);
}

#[tokio::test]
async fn the_applications_own_tables_stay_as_they_are() {
    let folder = Folder::new("shared");
    let own = Connection::open(folder.file()).unwrap();
    own.execute_batch("CREATE TABLE users (id TEXT); INSERT INTO users VALUES ('mine'); CREATE TABLE notes (x)")
        .unwrap();
    let store = folder.store().await;
    UserStore::create(&store, new("u-ada", "ada"), &account("ada")).await.unwrap();
    let users: String = own.query_row("SELECT group_concat(id) FROM users", (), |row| row.get(0)).unwrap();
    assert_eq!(users, "mine");
    let others: i64 = own
        .query_row("SELECT count(*) FROM sqlite_schema WHERE tbl_name NOT LIKE 'admit\\_%' ESCAPE '\\'", (), |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(others, 2, "whatever is admit's says so in its name");
}

#[tokio::test]
async fn a_file_of_an_earlier_release_keeps_its_rows_and_gets_the_tables_that_it_lacks() {
    let folder = Folder::new("older");
    of_the_first_release(&folder.file());
    let version = schema_version(folder.file()).unwrap();
    assert_eq!((version.found, version.known), (1, 2), "looking changes nothing");
    assert_eq!(schema_version(folder.file()).unwrap(), version);
    let store = folder.store().await;
    assert_eq!(schema_version(folder.file()).unwrap().found, 2, "while another connection writes, too");
    assert_eq!(store.user_by_account(&account("ada")).await.unwrap().unwrap().id, "u-ada");
    assert_eq!(store.security_state("u-ada").await.unwrap().unwrap().epoch, 3);
    assert_eq!(SessionStore::load(&store, &key(1)).await.unwrap(), Some(record(1, "ada")));
    let tokens = StoredTokens { account: account("ada"), sealed: vec![1, 2], refresh_at: Some(at(5)), version: 7 };
    assert_eq!(TokenStore::load(&store, &account("ada")).await.unwrap(), Some(tokens));
    let lease = TokenStore::claim(&store, &account("ada"), at(0), at(9).since(at(0))).await.unwrap().unwrap();
    assert_eq!(lease.fence, 42);
    assert!(!Once::claim(&store, "code", at(0), at(60)).await.unwrap());

    let evidence =
        StoredEvidence { account: account("ada"), sealed: vec![7], marks: vec![Mark([1; 32])], captured_at: at(0) };
    EvidenceStore::put(&store, evidence.clone()).await.unwrap();
    let entry = AuditEntry::new("e-1", at(0), "sign-in", "link").account(account("ada"));
    store.record(entry.clone()).await.unwrap();
    drop(store);
    let store = folder.store().await;
    assert_eq!(EvidenceStore::find(&store, &[Mark([1; 32])], 9).await.unwrap(), [evidence]);
    assert_eq!(store.about(&account("ada")).await.unwrap(), [entry]);
}

#[tokio::test]
async fn a_file_of_a_later_release_is_refused_and_left_alone() {
    let folder = Folder::new("newer");
    drop(folder.store().await);
    let raw = Connection::open(folder.file()).unwrap();
    raw.execute("INSERT INTO admit_migrations (version) VALUES (7)", ()).unwrap();
    let error = refused(&folder.file()).await;
    assert!(matches!(error, OpenError::Newer { found: 7, known: 2, .. }), "{error:?}");
    assert_eq!(schema_version(folder.file()).unwrap().found, 7);
    assert!(schema_version(folder.file().with_extension("none")).is_err());
    assert!(!folder.file().with_extension("none").exists(), "looking makes no file");
    assert_eq!(
        told(&error, &folder),
        "sqlite: …/admit.db: its tables are of version 7, this release knows 2; run the release that made them, or a later one"
    );
    let versions: String =
        raw.query_row("SELECT group_concat(version) FROM admit_migrations", (), |r| r.get(0)).unwrap();
    assert_eq!(versions, "1,2,7");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = Folder::new("letter");
    let letter = "Dear Sir or Madam, ".repeat(100);
    fs::write(folder.file(), &letter).unwrap();
    let error = refused(&folder.file()).await;
    assert!(matches!(error, OpenError::NotADatabase { .. }), "{error:?}");
    assert_eq!(told(&error, &folder), "sqlite: …/admit.db: is not an SQLite database; name another path");
    assert_eq!(fs::read_to_string(folder.file()).unwrap(), letter);
}

#[tokio::test]
async fn a_damaged_file_is_refused() {
    let folder = Folder::new("damaged");
    Connection::open(folder.file()).unwrap().execute_batch("CREATE TABLE notes (x)").unwrap();
    // The first page says what tables there are, from byte 100 on.
    overwrite(&folder.file(), 100, &[0xff; 200]);
    let error = refused(&folder.file()).await;
    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
    assert!(error.source().is_some(), "what SQLite says is behind it");
    assert_eq!(
        told(&error, &folder),
        "sqlite: …/admit.db: the file is damaged; restore it, its -wal included, from a backup"
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_refused() {
    let folder = Folder::new("read-only");
    Connection::open(folder.file()).unwrap().execute_batch("CREATE TABLE notes (x)").unwrap();
    // File format 1.3, "File format version numbers": a write version that SQLite does not know makes the file one
    // that it only reads. The rights of a file would not stop a test that runs as root.
    overwrite(&folder.file(), 18, &[9]);
    let error = refused(&folder.file()).await;
    assert!(matches!(error, OpenError::ReadOnly { .. }), "{error:?}");
    assert_eq!(
        told(&error, &folder),
        "sqlite: …/admit.db: cannot be written; let this process write to the file and its directory"
    );
}

#[tokio::test]
async fn a_file_that_another_process_keeps_locked_is_refused_in_the_end() {
    let folder = Folder::new("kept");
    let other = Connection::open(folder.file()).unwrap();
    other.execute_batch("CREATE TABLE notes (x); BEGIN EXCLUSIVE").unwrap();
    let error = refused(&folder.file()).await;
    assert!(matches!(error, OpenError::Busy { .. }), "{error:?}");
    assert_eq!(
        told(&error, &folder),
        "sqlite: …/admit.db: another process keeps it locked; end that process, or its transaction"
    );
    other.execute_batch("ROLLBACK").unwrap();
    folder.store().await;
}

#[tokio::test]
async fn paths_that_lead_nowhere_are_refused() {
    let folder = Folder::new("paths");
    let error = refused(&folder.path().join("none/admit.db")).await;
    assert!(matches!(error, OpenError::NoDirectory { .. }), "{error:?}");
    assert_eq!(
        told(&error, &folder),
        "sqlite: …/none/admit.db: its directory is not there; make it, or name another path"
    );
    assert!(!folder.path().join("none").exists());
    let error = refused(folder.path()).await;
    assert!(matches!(error, OpenError::IsDirectory { .. }), "{error:?}");
    assert_eq!(told(&error, &folder), "sqlite: …: is a directory; name a file in it");
    let error = refused(Path::new("")).await;
    assert!(matches!(error, OpenError::Io { .. }), "{error:?}");
}

#[tokio::test]
async fn a_name_that_means_something_to_sqlite_is_a_name_of_a_file() {
    let folder = Folder::new("names");
    for name in ["file:a?mode=memory", "a%20b?c#d.db", ":memory:", "Zoë 🦀.db"] {
        let path = folder.path().join(name);
        let store = SqliteStore::open(&path).await.unwrap();
        SessionStore::create(&store, record(1, "ada")).await.unwrap();
        assert!(path.is_file(), "{name}");
    }
}

#[tokio::test]
async fn a_write_whose_caller_has_gone_is_made_all_the_same() {
    let store = Folder::new("gone").store().await;
    assert!(polled_once(SessionStore::create(&store, record(1, "ada"))).is_pending());
    // Work is done in the order in which it was asked for.
    SessionStore::create(&store, record(2, "ada")).await.unwrap();
    assert!(SessionStore::load(&store, &key(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_lock_that_is_not_given_up_fails_writes_and_delays_no_reader() {
    let folder = Folder::new("locked");
    let store = folder.store().await;
    SessionStore::create(&store, record(1, "ada")).await.unwrap();
    let other = Connection::open(folder.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let write = tokio::spawn({
        let store = store.clone();
        async move { SessionStore::create(&store, record(2, "ada")).await }
    });
    assert!(SessionStore::load(&store, &key(1)).await.unwrap().is_some());
    for _ in 0..100 {
        let loaded = polled_once(SessionStore::load(&store, &key(1)));
        assert!(matches!(loaded, Poll::Ready(Ok(Some(_)))), "it is read on this thread, at once: {loaded:?}");
    }
    assert!(!write.is_finished(), "a write waits for some seconds");
    let write = write.await.unwrap();
    assert!(matches!(write, Err(StoreError::Unavailable(_))), "{write:?}");
    other.execute_batch("ROLLBACK").unwrap();
    assert!(store.touch(&key(1), at(9)).await.unwrap(), "and the next one after the lock is made");
}

#[tokio::test]
async fn debug_shows_nothing_of_what_is_kept() {
    let store = Folder::new("debug").store().await;
    SessionStore::create(&store, record(1, "ada")).await.unwrap();
    assert_eq!(format!("{store:?}"), "SqliteStore");
}

#[tokio::test]
async fn numbers_and_instants_keep_all_their_bits() {
    let store = Folder::new("bits").store().await;
    for version in [0, u64::MAX, 1 << 63] {
        let edge = Timestamp::from_unix_millis;
        let kept = admit::store::SessionRecord {
            version,
            created_at: edge(i64::MIN),
            expires_at: edge(i64::MAX),
            ..record(1, "a\0b")
        };
        SessionStore::create(&store, kept.clone()).await.unwrap();
        assert_eq!(SessionStore::load(&store, &key(1)).await.unwrap(), Some(kept.clone()));
        assert!(SessionStore::replace(&store, kept, version).await.unwrap());
        let replaced = SessionStore::load(&store, &key(1)).await.unwrap().unwrap();
        assert_eq!(replaced.version, version.wrapping_add(1));
        assert_eq!(store.delete_all("a\0b", None).await.unwrap(), 1);
    }
}

async fn refused(path: &Path) -> OpenError {
    SqliteStore::open(path).await.expect_err("this cannot be opened")
}

/// The text of an error, without the place of the folder.
fn told(error: &OpenError, folder: &Folder) -> String {
    error.to_string().replace(&folder.path().display().to_string(), "…")
}

fn overwrite(path: &Path, position: u64, bytes: &[u8]) {
    let mut file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(position)).unwrap();
    file.write_all(bytes).unwrap();
}
