//! A site whose people signed in by Azure DevOps, and the command with its environment.

use std::process::Stdio;
use std::time::Duration;

use admit::http::{HttpClient, HttpError, HttpRequest, HttpResponse};
use admit::store::{AccountKey, AuditEntry};
use admit::{Auth, Client, Clock as _, Environment, RequestHead, SystemClock};
use admit_migration::{AzureEvidence, AzureMove};
use admit_providers::{azure_devops, microsoft_entra_id};
use admit_sqlite::SqliteStore;
use admit_sqlx::PostgresStore;
use admit_testkit::azure_devops::{Person, Served};
use admit_testkit::entra::{Account, FABRIKAM};
use admit_testkit::{CookieJar, PretendAzureDevOps, PretendEntra};
use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION};
use http::{HeaderMap, Method, Request, Response};
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::support::{self, Folder, Ran};

pub const AZURE: &str = "azure-devops";
pub const ENTRA: &str = "microsoft-entra-id";
pub const ORIGIN: &str = "https://app.example";
pub const SECRET: &str = "a secret for tests, thirty-two bytes or more";
const CLIENT_SECRET: &str = "header.payload.signature";
const DEVOPS_SCOPE: &str = "499b84ac-1321-427f-aa17-267ca6975798/vso.profile";

pub struct Site {
    pub azure: PretendAzureDevOps,
    pub entra: PretendEntra,
    /// Through which tests look, and where people sign in.
    pub auth: Auth,
    pub url: String,
    pub folder: Folder,
    served: Served,
    /// What no output may hold: who somebody is, unless a list is asked for.
    ids: Vec<String>,
}

/// Both, by host.
#[derive(Debug)]
struct Microsoft(PretendAzureDevOps, PretendEntra);

#[async_trait]
impl HttpClient for Microsoft {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let is_entra = request.uri().host().is_some_and(|host| host.contains("microsoft"));
        if is_entra { self.1.send(request).await } else { self.0.send(request).await }
    }
}

impl Site {
    /// Norma and Bo of Fabrikam, Dora of Fabrikam, whose grant is dead, and Pia, who has a personal account.
    pub async fn of_all_kinds(name: &str) -> Self {
        let site = Self::peopled(name, None, &["norma", "bo", "dora", "pia"]).await;
        site.azure.revoke_grants("dora");
        site
    }

    /// So many members of Fabrikam.
    pub async fn crowd(name: &str, count: usize) -> Self {
        let logins: Vec<_> = (0..count).map(|n| format!("person{n:03}")).collect();
        Self::peopled(name, None, &logins.iter().map(String::as_str).collect::<Vec<_>>()).await
    }

    /// Of these people, who have all signed in once. A SQLite file, unless another database is named.
    pub async fn peopled(name: &str, url: Option<String>, logins: &[&str]) -> Self {
        let callback = |provider: &str| format!("{ORIGIN}/api/auth/callback/{provider}");
        let account = |login: &str| match login {
            "pia" => Account::personal(login, login, "pia@mail.example"),
            _ => Account::member(login, login, FABRIKAM, format!("{login}@fabrikam.example")),
        };
        let entra = PretendEntra::builder("entra-app", CLIENT_SECRET, callback(ENTRA));
        let entra = logins.iter().fold(entra, |entra, login| entra.account(account(login))).build();
        let people: Vec<_> =
            logins.iter().map(|login| Person::new(*login, *login).email(format!("{login}@fabrikam.example"))).collect();
        let azure = PretendAzureDevOps::builder("app-id", CLIENT_SECRET, callback(AZURE))
            .people(people.clone())
            .entra(entra.clone())
            .build();

        let folder = Folder::new(&format!("moving-{name}"));
        let url = url.unwrap_or_else(|| format!("sqlite:{}", folder.file("app.sqlite").display()));
        let auth = opened(&url, &azure, &entra, None).await;
        let mut ids: Vec<_> = people.iter().map(|person| person.id.clone()).collect();
        ids.extend(logins.iter().filter_map(|login| entra.object_id(login, FABRIKAM)));
        for login in logins {
            ids.push(browse(&auth, &azure, &entra, AZURE, login).await);
        }
        azure.reset_log();
        let served = azure.clone().serve().await.unwrap();
        let auth = opened(&url, &azure, &entra, Some(AzureMove::new().ask_newcomers(false))).await;
        Self { azure, entra, auth, url, folder, served, ids }
    }

    /// The command with the stores of the application, and neither of its registrations.
    pub fn admit(&self, arguments: &[&str]) -> Command {
        let environment = [("AUTH_URL", ORIGIN), ("AUTH_SECRET", SECRET), ("DATABASE_URL", self.url.as_str())];
        let mut command = support::admit(&[&["azure"], arguments].concat(), &environment);
        command.env("USER", "ada").stdin(Stdio::null());
        command
    }

    /// The same with the registration with Azure DevOps.
    pub fn registered(&self, arguments: &[&str]) -> Command {
        let mut command = self.admit(arguments);
        command.env("AUTH_AZURE_DEVOPS_ID", "app-id").env("AUTH_AZURE_DEVOPS_SECRET", CLIENT_SECRET);
        command.env("AUTH_AZURE_DEVOPS_ENDPOINTS", self.served.base_url());
        command
    }

    /// Runs a command to its end; `enrich` with the registration, and all others without.
    pub async fn run(&self, arguments: &[&str]) -> Ran {
        let command = match arguments.contains(&"enrich") && !arguments.contains(&"--without-asking") {
            true => self.registered(arguments),
            false => self.admit(arguments),
        };
        self.ran(command, arguments.contains(&"--list")).await
    }

    /// Runs one, and sees to it that it keeps to itself what it has to.
    pub async fn ran(&self, mut command: Command, is_list: bool) -> Ran {
        let ran = Ran::from(command.output().await.unwrap());
        let ids = self.ids.iter().map(String::as_str).filter(|_| !is_list);
        for hidden in ["@", "eyJ", SECRET, CLIENT_SECRET, "norma", "person0"].into_iter().chain(ids) {
            assert!(!ran.err.contains(hidden) && !ran.out.contains(hidden), "{hidden}: {}{}", ran.out, ran.err);
        }
        ran
    }

    /// Has somebody come; the id of the user.
    pub async fn comes(&self, provider: &str, login: &str) -> String {
        browse(&self.auth, &self.azure, &self.entra, provider, login).await
    }

    pub async fn owner(&self, account: &AccountKey) -> Option<String> {
        self.auth.user_store().unwrap().user_by_account(account).await.unwrap().map(|user| user.id)
    }

    /// The account of somebody at Azure DevOps.
    pub fn azure_account(&self, login: &str) -> AccountKey {
        AccountKey { provider: AZURE.to_owned(), subject: Person::new(login, login).id }
    }

    /// The account of somebody at Entra ID.
    pub fn entra_account(&self, login: &str) -> AccountKey {
        let object = self.entra.object_id(login, FABRIKAM).unwrap();
        AccountKey { provider: ENTRA.to_owned(), subject: format!("{object}.{FABRIKAM}") }
    }

    /// What Azure DevOps would have said, in place of what it said.
    pub async fn told(&self, login: &str, change: impl FnOnce(&mut AzureEvidence)) {
        let (account, evidence) = (self.azure_account(login), self.auth.evidence().unwrap());
        let known = evidence.load::<AzureEvidence>(&account).await.unwrap();
        let mut facts = known.map(|known| known.facts).unwrap_or_default();
        facts.profile_id.clone_from(&account.subject);
        change(&mut facts);
        evidence.put(&account, &facts, &facts.marks()).await.unwrap();
    }

    pub async fn audit(&self) -> Vec<AuditEntry> {
        self.auth.audit_store().unwrap().page(None, 10_000).await.unwrap()
    }

    /// What was written down: actor and action, and how often.
    pub async fn deeds(&self) -> Vec<String> {
        let mut counts = std::collections::BTreeMap::<_, usize>::new();
        for entry in self.audit().await {
            *counts.entry(format!("{}: {}", entry.actor, entry.action)).or_default() += 1;
        }
        counts.into_iter().map(|(deed, count)| format!("{count} {deed}")).collect()
    }

    /// An administrator's export that names these people.
    pub fn export(&self, logins: &[&str]) -> String {
        let text = |value: &str| serde_json::json!({ "$type": "System.String", "$value": value });
        let rows = logins.iter().map(|login| {
            serde_json::json!({
                "id": self.azure_account(login).subject,
                "properties": {
                    "Domain": text(FABRIKAM),
                    "Mail": text("somebody@fabrikam.example"),
                    "http://schemas.microsoft.com/identity/claims/objectidentifier":
                        text(&self.entra.object_id(login, FABRIKAM).unwrap()),
                },
            })
        });
        serde_json::json!({ "value": rows.collect::<Vec<_>>() }).to_string()
    }
}

/// Until something has happened in this process or in the database, while the other runs. `false` if it ended before.
pub async fn until<F: Future<Output = bool>>(child: &mut Child, happened: impl Fn() -> F) -> bool {
    while !happened().await {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        SystemClock.sleep(Duration::from_millis(1)).await;
    }
    true
}

pub fn count(ran: &Ran, name: &str) -> u64 {
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
    report[name].as_u64().unwrap_or_else(|| panic!("{name}: {}", ran.out))
}

async fn opened(url: &str, azure: &PretendAzureDevOps, entra: &PretendEntra, to_entra: Option<AzureMove>) -> Auth {
    let builder = Auth::builder(ORIGIN)
        .secret(SECRET)
        .environment(Environment::default())
        .http_client(Microsoft(azure.clone(), entra.clone()))
        .provider(azure_devops(Client::new("app-id", CLIENT_SECRET)))
        .provider(microsoft_entra_id(Client::new("entra-app", CLIENT_SECRET)).tenant("common").scopes([
            "openid",
            "profile",
            "offline_access",
            DEVOPS_SCOPE,
        ]));
    let builder = match to_entra {
        Some(to_entra) => builder.succession(to_entra),
        None => builder,
    };
    match url.strip_prefix("sqlite:") {
        Some(file) => {
            let store = SqliteStore::open(file).await.unwrap();
            builder.store(store.clone()).evidence_store(store.clone()).audit_store(store)
        }
        None => {
            let store = PostgresStore::connect(url).await.unwrap();
            builder.store(store.clone()).evidence_store(store.clone()).audit_store(store)
        }
    }
    .build()
    .unwrap()
}

/// Signs somebody in, in a browser of their own; the id of the user.
async fn browse(auth: &Auth, azure: &PretendAzureDevOps, entra: &PretendEntra, provider: &str, login: &str) -> String {
    let mut jar = CookieJar::default();
    let answer = send(auth, &mut jar, Request::get("/api/auth/csrf"), String::new()).await;
    let token: Value = serde_json::from_slice(answer.body()).unwrap();
    let start = Request::post(format!("/api/auth/signin/{provider}"))
        .header("origin", ORIGIN)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let form = format!("csrfToken={}", token["csrfToken"].as_str().unwrap());
    let there = location(&send(auth, &mut jar, start, form).await);
    let back = match provider {
        AZURE => azure.authorize_as(login, &there).await.unwrap().path_and_query(),
        _ => entra.authorize_as(login, &there).await.unwrap().path_and_query(),
    };
    let answer = send(auth, &mut jar, Request::get(back), String::new()).await;
    assert_eq!(location(&answer), ORIGIN, "{login} by {provider}");
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, jar.header(true).unwrap().parse().unwrap());
    let current = auth.current(&RequestHead::new(&Method::GET, &"/".parse().unwrap(), &headers));
    current.session().await.unwrap().expect("somebody is signed in").user.id
}

async fn send(auth: &Auth, jar: &mut CookieJar, request: http::request::Builder, body: String) -> Response<Bytes> {
    let request = match jar.header(true) {
        Some(cookies) => request.header(COOKIE, cookies),
        None => request,
    };
    let answer = auth.handle(request.body(body.into()).unwrap()).await;
    jar.apply(answer.headers());
    answer
}

fn location(answer: &Response<Bytes>) -> String {
    answer.headers()[LOCATION].to_str().unwrap().to_owned()
}
