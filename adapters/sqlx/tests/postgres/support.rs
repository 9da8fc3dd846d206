//! A database for each test, on one server for all.

use admit_sqlx::PostgresStore;
use admit_testkit::servers::Postgres;

/// A database that puts text in order as people do, and not by its bytes: the store must not rely on either.
pub(crate) async fn database(name: &str) -> String {
    let server = Postgres::shared().await.unwrap();
    let admin = sqlx::PgPool::connect(&server.url()).await.unwrap();
    let create =
        format!("create database {name} template template0 locale_provider icu icu_locale 'en-US' encoding 'UTF8'");
    sqlx::query(sqlx::AssertSqlSafe(create)).execute(&admin).await.unwrap();
    format!("postgres://postgres@127.0.0.1:{}/{name}", server.port())
}

pub(crate) async fn store(name: &str) -> PostgresStore {
    PostgresStore::connect(&database(name).await).await.unwrap()
}
