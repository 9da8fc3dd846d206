//! Whether the stores answer, and of which release their tables are. Nothing in them is changed.

use std::error::Error;
use std::path::Path;

use super::check::Checks;
use crate::config::{self, Address, Stores};

pub(super) async fn look(stores: &Stores, offline: bool, checks: &mut Checks) {
    let redis = config::text("REDIS_URL").is_some();
    match Address::read() {
        Err(failure) => checks.warn(DATABASE, failure.to_string()),
        Ok(None) if redis => {}
        Ok(None) => checks.warn(
            "stores",
            "neither DATABASE_URL nor REDIS_URL is set; without a store, sessions and tokens live in cookies, nobody \
             can be signed out everywhere, and one process alone may refresh tokens that are replaced at each use",
        ),
        Ok(Some(Address::Sqlite(file))) => sqlite(&file, checks),
        Ok(Some(Address::Postgres(_))) if offline => checks.ok(DATABASE, "PostgreSQL was not asked"),
        Ok(Some(Address::Postgres(url))) => match admit_sqlx::schema_version(url.expose()).await {
            Ok(version) => tables("PostgreSQL", version.found.into(), version.known.into(), checks),
            Err(error) => checks.fail(DATABASE, chain(&error)),
        },
    }
    if redis && offline {
        checks.ok(REDIS, "Redis was not asked");
    } else if redis {
        match stores.redis().await {
            Ok(_) => checks.ok(REDIS, "Redis answers"),
            Err(failure) => checks.fail(REDIS, chain(&failure)),
        }
    }
}

fn sqlite(file: &str, checks: &mut Checks) {
    if !Path::new(file).exists() {
        return checks
            .warn(DATABASE, format!("there is no {file}; the application makes it when it starts, if it is no slip"));
    }
    match admit_sqlite::schema_version(file) {
        Ok(version) => tables(file, version.found, version.known, checks),
        Err(error) => checks.fail(DATABASE, chain(&error)),
    }
}

fn tables(place: &str, found: i64, known: i64, checks: &mut Checks) {
    match found {
        0 => checks.warn(DATABASE, format!("{place} has no tables of admit; the application makes them when it starts")),
        _ if found < known => checks.warn(
            DATABASE,
            format!("{place} has tables of version {found}; this release makes them {known} when it starts, so stop those before it"),
        ),
        _ if found > known => checks.fail(
            DATABASE,
            format!("{place} has tables of version {found}, and this release knows {known}; run the release that made them"),
        ),
        _ => checks.ok(DATABASE, format!("{place} answers, and its tables are of version {found}, which is the newest")),
    }
}

/// An error and its causes.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

const DATABASE: &str = "DATABASE_URL";
const REDIS: &str = "REDIS_URL";
