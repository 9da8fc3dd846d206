//! Who is believed to be the server, and what is told of one that is not.

use std::error::Error as _;

use admit_sqlx::{PostgresError, PostgresStore};
use admit_testkit::servers::Postgres;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

#[tokio::test]
async fn a_server_is_believed_by_the_authority_that_the_address_names_and_no_other() {
    let (authority, stranger) = (authority(), authority());
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let server = Postgres::builder().tls(certificate.pem(), key.serialize_pem()).start().await.unwrap();
    let (url, files) = (server.url(), std::env::temp_dir());
    let file = |name: &str, authority: &CertifiedIssuer<'_, KeyPair>| {
        let path = files.join(format!("admit-{name}-{}.pem", std::process::id()));
        std::fs::write(&path, authority.pem()).unwrap();
        path.display().to_string()
    };
    let (right, wrong) = (file("right", &authority), file("wrong", &stranger));

    let store = PostgresStore::connect(&format!("{url}?sslmode=verify-full&sslrootcert={right}")).await.unwrap();
    let select = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    assert!(sqlx::query_scalar::<_, bool>(select).fetch_one(store.pool()).await.unwrap(), "it is encrypted");

    // The same server under other names. A system takes 0.0.0.0 for itself; the store takes it for anybody.
    let (other, elsewhere) = (url.replace("127.0.0.1", "localhost"), url.replace("127.0.0.1", "0.0.0.0"));
    let refused = [
        (format!("{url}?sslmode=verify-full&sslrootcert={wrong}"), "BadSignature"),
        (format!("{other}?sslmode=verify-full&sslrootcert={right}"), "certificate not valid for name"),
        (format!("{elsewhere}?sslrootcert={right}"), "certificate not valid for name"),
        (elsewhere, "UnknownIssuer"),
    ];
    for (url, why) in refused {
        let error = PostgresStore::connect(&url).await.unwrap_err();
        assert!(told(&error).contains(&format!("invalid peer certificate: {why}")), "{}", told(&error));
        // A way out is told to whoever did not choose this.
        assert_eq!(matches!(error, PostgresError::Unverified { .. }), !url.contains("sslmode"), "{error}");
    }
    for path in [right, wrong] {
        std::fs::remove_file(path).unwrap();
    }
}

#[tokio::test]
async fn a_server_without_tls_is_refused_if_it_is_elsewhere_or_the_address_asks_for_it() {
    let url = Postgres::shared().await.unwrap().url();
    let elsewhere = url.replace("127.0.0.1", "0.0.0.0");
    for url in [format!("{url}?sslmode=require"), format!("{url}?sslmode=verify-full"), elsewhere.clone()] {
        let told = told(&PostgresStore::connect(&url).await.unwrap_err());
        assert!(told.contains("server does not support TLS"), "{told}");
    }
    let error = PostgresStore::connect(&elsewhere).await.unwrap_err();
    assert!(error.to_string().contains("say by sslmode=disable that the network is trusted"), "{error}");
    sqlx::PgPool::connect(&format!("{elsewhere}?sslmode=disable")).await.unwrap();
}

#[tokio::test]
async fn no_error_repeats_the_password() {
    let port = Postgres::shared().await.unwrap().port();
    let urls = [
        "postgres://app:hunter2@127.0.0.1:1/app".to_owned(),
        format!("postgres://nobody:hunter2@127.0.0.1:{port}/postgres"),
        format!("postgres://postgres:hunter2@127.0.0.1:{port}/nowhere"),
    ];
    let mut all = Vec::new();
    for url in urls {
        let error = PostgresStore::connect(&url).await.unwrap_err();
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        // The server names a line of its source, which differs from release to release.
        let told = told(&error).replace(&port.to_string(), "<port>");
        all.push(told.split(" at line ").next().unwrap().to_owned());
    }
    let expected = [
        "PostgreSQL at 127.0.0.1:1 gave no connection: error communicating with database: Connection refused (os error 111)",
        "PostgreSQL at 127.0.0.1:<port> gave no connection: error returned from database: role \"nobody\" does not exist",
        "PostgreSQL at 127.0.0.1:<port> gave no connection: error returned from database: database \"nowhere\" does not exist",
    ];
    assert_eq!(all, expected);
    let store =
        PostgresStore::connect(&format!("postgres://postgres:hunter2@127.0.0.1:{port}/postgres")).await.unwrap();
    assert_eq!(format!("{store:?}"), "PostgresStore { connections: 0, .. }");
}

/// The error and its cause, which tells its own.
fn told(error: &PostgresError) -> String {
    format!("{error}: {}", error.source().unwrap())
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}
