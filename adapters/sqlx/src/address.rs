//! The address of a server, and how it is spoken to.

use std::io;
use std::net::IpAddr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use url::Url;

use crate::PostgresError;
use crate::ask::PATIENCE;

/// Where a server is, and how to connect to it.
pub(crate) struct Address {
    pub(crate) options: PgConnectOptions,
    /// That the connection is verified is our doing, so a failure says how to have it otherwise.
    verified_by_us: bool,
}

impl Address {
    /// Reads an address. One that names a host elsewhere and says no `sslmode` gets `verify-full`.
    ///
    /// sqlx, like libpq, would prefer TLS: it takes any certificate, and goes without TLS where the server, or whoever
    /// is between, says that there is none. Sessions and tokens are not sent that way because nobody said otherwise.
    pub(crate) fn parse(url: &str) -> Result<Self, PostgresError> {
        let unreadable =
            |error: Box<dyn std::error::Error + Send + Sync>| PostgresError::Address(sqlx::Error::Configuration(error));
        let url = Url::parse(url).map_err(|error| unreadable(error.into()))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(unreadable(format!("its scheme is {}", url.scheme()).into()));
        }
        let options = PgConnectOptions::from_url(&url).map_err(PostgresError::Address)?;
        let said = url.query_pairs().any(|(name, _)| matches!(&*name, "sslmode" | "ssl-mode"))
            // The environment said it, by PGSSLMODE.
            || !matches!(options.get_ssl_mode(), PgSslMode::Prefer);
        if said || options.get_socket().is_some() || is_here(options.get_host()) {
            return Ok(Self { options, verified_by_us: false });
        }
        Ok(Self { options: options.ssl_mode(PgSslMode::VerifyFull), verified_by_us: true })
    }

    /// One connection, and not through a pool, which tries until its time is up and then no longer knows why.
    pub(crate) async fn connect(&self) -> Result<PgConnection, PostgresError> {
        let connection = tokio::time::timeout(PATIENCE, PgConnection::connect_with(&self.options)).await;
        connection.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(|error| self.unreachable(error))
    }

    fn unreachable(&self, source: sqlx::Error) -> PostgresError {
        let at = format!("{}:{}", self.options.get_host(), self.options.get_port());
        match &source {
            sqlx::Error::Tls(_) if self.verified_by_us => PostgresError::Unverified { at, source },
            // A certificate that proves nothing comes as this.
            sqlx::Error::Io(error) if self.verified_by_us && error.kind() == io::ErrorKind::InvalidData => {
                PostgresError::Unverified { at, source }
            }
            _ => PostgresError::Unreachable { at, source },
        }
    }
}

/// This machine by its name or number, or a folder with a socket.
fn is_here(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    let number = host.parse::<IpAddr>();
    host == "localhost"
        || host.ends_with(".localhost")
        || host.starts_with('/')
        || number.is_ok_and(|n| n.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> String {
        match Address::parse(url) {
            Ok(address) => format!("{:?}", address.options.get_ssl_mode()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_server_elsewhere_is_verified_unless_the_address_says_otherwise() {
        let elsewhere = ["db.example", "10.0.0.1", "[2001:db8::1]", "localhost.example", "127.0.0.1.example", "db"];
        for host in elsewhere {
            assert_eq!(mode(&format!("postgres://app:pw@{host}/app")), "VerifyFull", "{host}");
            assert_eq!(mode(&format!("postgres://app@{host}/app?sslmode=disable")), "Disable", "{host}");
            assert_eq!(mode(&format!("postgres://app@{host}/app?sslmode=prefer")), "Prefer", "{host}");
            assert_eq!(mode(&format!("postgres://app@localhost/app?host={host}")), "VerifyFull", "{host}");
        }
        for host in ["localhost", "db.localhost", "127.0.0.1", "127.8.9.1", "[::1]", "%2Frun%2Fpostgresql"] {
            assert_eq!(mode(&format!("postgresql://app@{host}/app")), "Prefer", "{host}");
        }
        assert_eq!(mode("postgres:///app?host=/run/postgresql"), "Prefer");
    }

    #[test]
    fn an_address_that_cannot_be_read_is_not_repeated() {
        for url in [
            "hunter2",
            "postgres://app:hunter2@db:port/app",
            "mysql://app:hunter2@db/app",
            "postgres://app:hunter2@db/app?sslmode=yes",
        ] {
            let error = Address::parse(url).err().unwrap();
            let text = format!("{error} {error:?}");
            assert!(matches!(error, PostgresError::Address(_)) && !text.contains("hunter2"), "{text}");
        }
    }
}
