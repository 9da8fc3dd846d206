//! The least that a session in a store takes: the handler finds its cookie, digests it, and looks the digest up in
//! admit's own table, with the driver that admit uses and none of what admit does besides. What it finds is held against
//! the clock and not opened.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use admit::{Clock as _, SystemClock};
use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use http::header::COOKIE;
use redis::aio::MultiplexedConnection;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row as SqliteRow};
use sqlx::postgres::{PgPool, PgPoolOptions, PgRow};
use sqlx::{Row as _, query};

use super::Store;
use crate::server::{SOMEBODY, session_cookie};

/// The application, with one route.
pub(super) async fn router(store: Store, address: &str) -> Result<Router, Box<dyn Error + Send + Sync>> {
    Ok(match store {
        Store::Sqlite => {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(address, flags)?;
            Router::new().route("/me", get(by_sqlite)).with_state(Arc::new(Mutex::new(connection)))
        }
        Store::Postgres => {
            // Without a second round trip to see whether the connection is there.
            let pool = PgPoolOptions::new().max_connections(10).test_before_acquire(false).connect(address).await?;
            Router::new().route("/me", get(by_postgres)).with_state(pool)
        }
        Store::Redis => {
            let connection = redis::Client::open(address)?.get_multiplexed_async_connection().await?;
            Router::new().route("/me", get(by_redis)).with_state(connection)
        }
    })
}

/// On the thread that asks, with a statement that is kept.
async fn by_sqlite(State(connection): State<Arc<Mutex<Connection>>>, request: Request) -> Response {
    let Some(key) = key(&request) else { return nobody() };
    let found = {
        let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
        let row = |row: &SqliteRow<'_>| Ok(Found { data: row.get(0)?, user: row.get(1)?, expires_at: row.get(2)? });
        let statement = connection.prepare_cached("SELECT data, user, expires_at FROM admit_sessions WHERE key = ?1");
        statement.and_then(|mut statement| statement.query_row([key], row).optional())
    };
    answer(found.ok().flatten())
}

/// Through a pool of ten.
async fn by_postgres(State(pool): State<PgPool>, request: Request) -> Response {
    let Some(key) = key(&request) else { return nobody() };
    let statement = query("select data, user_id, expires_at from admit_sessions where key = $1").bind(&key[..]);
    let found = statement
        .try_map(|row: PgRow| Ok(Found { data: row.try_get(0)?, user: row.try_get(1)?, expires_at: row.try_get(2)? }));
    answer(found.fetch_optional(&pool).await.ok().flatten())
}

/// Over one connection that all share.
async fn by_redis(State(mut connection): State<MultiplexedConnection>, request: Request) -> Response {
    let Some(key) = key(&request) else { return nobody() };
    let name = [&b"admit:s:"[..], &key].concat();
    let found: redis::RedisResult<Option<Vec<u8>>> = redis::cmd("GET").arg(name).query_async(&mut connection).await;
    answer(found.ok().flatten().and_then(|packed| Found::unpack(&packed)))
}

/// What is known of a session that was not opened.
struct Found {
    data: Vec<u8>,
    user: String,
    expires_at: i64,
}

impl Found {
    /// Of the one string that Redis has of it.
    fn unpack(packed: &[u8]) -> Option<Self> {
        let expires_at = i64::from_be_bytes(*packed.get(17..)?.first_chunk()?);
        let length = usize::try_from(u32::from_be_bytes(*packed.get(25..)?.first_chunk()?)).ok()?;
        let (user, data) = packed.get(29..)?.split_at_checked(length)?;
        Some(Self { data: data.to_vec(), user: str::from_utf8(user).ok()?.to_owned(), expires_at })
    }
}

fn key(request: &Request) -> Option<[u8; 32]> {
    let value = session_cookie(request.headers().get(COOKIE)?.as_bytes())?;
    digest(&SHA256, value.as_bytes()).as_ref().try_into().ok()
}

fn answer(found: Option<Found>) -> Response {
    let lives = |found: &Found| found.expires_at > SystemClock.now().unix_millis();
    match found.filter(lives) {
        Some(found) if !found.data.is_empty() && !found.user.is_empty() => Json(SOMEBODY).into_response(),
        _ => nobody(),
    }
}

fn nobody() -> Response {
    StatusCode::UNAUTHORIZED.into_response()
}
