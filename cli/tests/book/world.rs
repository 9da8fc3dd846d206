//! Where a page's commands are run: an application's environment, with pretend providers on sockets and a SQLite file in
//! which people are who signed in by Azure DevOps.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use admit::http::ReqwestClient;
use admit::{Auth, AuthBuilder, Client, Environment};
use admit_migration::AzureMove;
use admit_providers::azure_devops::{Scope, azure_devops};
use admit_providers::microsoft_entra_id::{Resource, microsoft_entra_id};
use admit_sqlite::SqliteStore;
use admit_sqlx::PostgresStore;
use admit_testkit::azure_devops::{Organization, Person};
use admit_testkit::entra::FABRIKAM;
use admit_testkit::servers::Postgres;
use admit_testkit::{CookieJar, PretendAzureDevOps, PretendEntra, Served};
use bytes::Bytes;
use http::Request;
use sqlx::PgPool;
use tokio::process::Command;

const ORIGIN: &str = "https://app.example";
const SECRET: &str = "TnW0yMyQ3mYxkS8o9Qp1b7cR2vJ5uL4dFhGzKxXe6ZaB";
const AZURE_ID: &str = "5d0c3b6e-7a41-4f0e-9f65-2f6d3c1b8a90";
const AZURE_SECRET: &str = "header.payload.signature";
const ENTRA_ID: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";
const ENTRA_SECRET: &str = "the-value-of-the-secret";

/// One page's surroundings. What a command leaves behind, the next one finds.
#[derive(Debug)]
pub(crate) struct World {
    folder: PathBuf,
    /// It runs on while an operator runs commands.
    application: Auth,
    azure: (PretendAzureDevOps, Served),
    entra: (PretendEntra, Served),
    /// Where the application's database is, and that of Auth.js if there is one.
    databases: Vec<(&'static str, String)>,
    /// How the last command ended.
    pub(crate) status: i32,
}

impl World {
    pub(crate) async fn new(page: &str) -> Self {
        let name = format!("book-{}-{}", page.trim_end_matches(".md"), std::process::id());
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let callback = |id: &str| format!("{ORIGIN}/api/auth/callback/{id}");
        let entra = PretendEntra::builder(ENTRA_ID, ENTRA_SECRET, callback("microsoft-entra-id"));
        let entra = entra.serve_on(0).await.unwrap();
        let azure = PretendAzureDevOps::builder(AZURE_ID, AZURE_SECRET, callback("azure-devops"));
        let azure = azure.entra(entra.0.clone()).people([
            Person::new("norma", "Norma Paulk").organization(Organization::new("fabrikam").tenant(FABRIKAM)),
            Person::new("pia", "Pia Holm").personal().organization(Organization::new("workshop")),
        ]);
        let azure = azure.build();
        let azure = (azure.clone(), azure.serve().await.unwrap());
        let databases = match page {
            "from-auth-js.md" => databases_of_auth_js().await,
            _ => vec![("DATABASE_URL", "sqlite:app.sqlite".to_owned())],
        };
        let before = application(&folder, &azure.1, &entra.1).await.build().unwrap();
        let mut world = Self { folder, application: before, azure, entra, databases, status: 0 };
        for login in ["norma", "pia"] {
            world.sign_in("azure-devops", login).await;
        }
        let builder = application(&world.folder, &world.azure.1, &world.entra.1).await;
        world.application = builder.succession(AzureMove::new()).build().unwrap();
        world
    }

    /// What happens between two commands.
    pub(crate) async fn play(&self, scene: &str) {
        match scene {
            "Norma comes by Microsoft" => self.sign_in("microsoft-entra-id", "norma").await,
            other => panic!("nobody knows how this goes: {other}"),
        }
    }

    /// What a shell would print: results, then remarks.
    pub(crate) async fn run(&mut self, command: &str) -> String {
        let folder = Path::new(env!("CARGO_BIN_EXE_admit")).parent().unwrap();
        let output = Command::new("/bin/sh")
            .arg("-c")
            .arg(format!("(exit {}); {command}", self.status))
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
            .env("USER", "ada")
            .env("AUTH_URL", ORIGIN)
            .env("AUTH_SECRET", SECRET)
            .envs(self.databases.iter().map(|(name, url)| (name, url)))
            .env("AUTH_AZURE_DEVOPS_ID", AZURE_ID)
            .env("AUTH_AZURE_DEVOPS_SECRET", AZURE_SECRET)
            .env("AUTH_AZURE_DEVOPS_SECRET_ENDS", "2999-01-01")
            .env("AUTH_AZURE_DEVOPS_SCOPE", "vso.work vso.code")
            .env("AUTH_AZURE_DEVOPS_ENDPOINTS", self.azure.1.base_url())
            .env("AUTH_MICROSOFT_ENTRA_ID_ID", ENTRA_ID)
            .env("AUTH_MICROSOFT_ENTRA_ID_SECRET", ENTRA_SECRET)
            .env("AUTH_MICROSOFT_ENTRA_ID_ISSUER", format!("{}/organizations/v2.0", self.entra.1.base_url()))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .unwrap();
        self.status = output.status.code().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    }

    async fn sign_in(&self, provider: &str, login: &str) {
        let auth = &self.application;
        let mut jar = CookieJar::default();
        let answer = auth.handle(Request::get("/api/auth/csrf").body(Bytes::new()).unwrap()).await;
        jar.apply(answer.headers());
        let csrf: HashMap<String, String> = serde_json::from_slice(answer.body()).unwrap();
        let post = Request::post(format!("/api/auth/signin/{provider}"))
            .header("origin", ORIGIN)
            .header("cookie", jar.header(true).unwrap())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("csrfToken={}", csrf["csrfToken"]).into());
        let answer = auth.handle(post.unwrap()).await;
        jar.apply(answer.headers());
        let away = answer.headers()["location"].to_str().unwrap().to_owned();
        let back = match provider {
            "azure-devops" => self.azure.0.authorize_as(login, &away).await,
            _ => self.entra.0.authorize_as(login, &away).await,
        };
        let back = Request::get(back.unwrap().path_and_query()).header("cookie", jar.header(true).unwrap());
        let answer = auth.handle(back.body(Bytes::new()).unwrap()).await;
        assert_eq!(answer.headers()["location"], ORIGIN, "{login} by {provider}");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The application, before its move begins.
async fn application(folder: &Path, azure: &Served, entra: &Served) -> AuthBuilder {
    let store = SqliteStore::open(folder.join("app.sqlite")).await.unwrap();
    let issuer = format!("{}/organizations/v2.0", entra.base_url());
    let entra = microsoft_entra_id(Client::new(ENTRA_ID, ENTRA_SECRET)).issuer(issuer);
    Auth::builder(ORIGIN)
        .secret(SECRET)
        .environment(Environment::default())
        .http_client(ReqwestClient::new().unwrap())
        .provider(entra.more_scopes([Resource::AzureDevOps.scope(Scope::WORK)]))
        .provider(azure_devops(Client::new(AZURE_ID, AZURE_SECRET)).endpoints(azure.base_url()))
        .store(store.clone())
        .evidence_store(store.clone())
        .audit_store(store)
}

/// One that Auth.js filled, and an empty one with admit's tables.
async fn databases_of_auth_js() -> Vec<(&'static str, String)> {
    let server = Postgres::shared().await.unwrap();
    let (theirs, ours) = (server.database("book_theirs").await.unwrap(), server.database("book_ours").await.unwrap());
    let pool = PgPool::connect(&theirs).await.unwrap();
    for sql in [SCHEMA, ROWS] {
        sqlx::raw_sql(sql).execute(&pool).await.unwrap();
    }
    drop(PostgresStore::connect(&ours).await.unwrap());
    vec![("DATABASE_URL", ours), ("AUTHJS_DATABASE_URL", theirs)]
}

const SCHEMA: &str = include_str!("../../../adapters/sqlx/tests/postgres/authjs/schema.sql");
const ROWS: &str = r#"
    insert into users (id, name) values (1, 'Norma'), (2, 'Pia');
    insert into accounts (id, "userId", type, provider, "providerAccountId", access_token, refresh_token) values
        (1, 1, 'oauth', 'azure-devops', 'd6245f20-2af8-44f4-9451-8107cb2767db', 'an-access-token', 'a-refresh-token'),
        (2, 2, 'oauth', 'azure-devops', '7c0e2c3f-4c53-4ac1-9d4b-6bb1f0b4f2d1', 'another-one', 'and-another');
    insert into sessions (id, "userId", expires, "sessionToken") values
        (1, 1, '2100-01-01', '8c6c4d1e-57a4-4c57-9e47-6a34f5f0b8f6');
"#;
