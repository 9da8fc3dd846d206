//! What a dashboard is told from outside: the environment variables, and what holds without them.
//!
//! | variable | says | otherwise |
//! |---|---|---|
//! | `PORT` | where to listen; 0 is any free port | 3000 |
//! | `HOST` | the address to listen on | 127.0.0.1 and, where there is one, ::1 |
//! | `TLS` | `1` serves https, with a certificate made for this run | plain http |
//! | `AUTH_URL` | where people reach the dashboard | `http://localhost:{PORT}`, or https with `TLS=1` |
//! | `AUTH_SECRET` | what sessions are sealed with | a random one, in `dashboard.secret` beside the SQLite file |
//! | `DATABASE_URL` | where users, sessions and tokens are kept: `sqlite:FILE`, `postgres://…`, or `memory:` until the end of the run | `sqlite:dashboard.sqlite` |
//! | `REDIS_URL` | a Redis that keeps the sessions in the database's place | the database |
//! | `AUTH_AZURE_DEVOPS_ID`, `AUTH_AZURE_DEVOPS_SECRET` | the app registered with Azure DevOps | without it |
//! | `AUTH_AZURE_DEVOPS_SCOPE` | the scopes to ask for | the five that the pages need |
//! | `AUTH_MICROSOFT_ENTRA_ID_ID`, `AUTH_MICROSOFT_ENTRA_ID_SECRET` | the app registered with Microsoft Entra ID | without it |
//! | `AUTH_MICROSOFT_ENTRA_ID_ISSUER` | whose people may come | everybody whom the registration lets in |
//! | `AUTH_MICROSOFT_ENTRA_ID_SCOPE` | the scopes to ask for | the five, by its names |
//! | `AUTH_OPENID_ISSUER`, `AUTH_OPENID_ID`, `AUTH_OPENID_SECRET` | an OpenID provider, and the app registered with it | without it |
//! | `PRETEND_AUTO` | who consents without being asked: `norma`, `bo`, or anybody new | a person clicks |
//! | `PRETEND_TOKEN_SECONDS` | how long a pretend access token lives | an hour |
//! | `PRETEND_TENANT` | whose people the pretend Microsoft Entra ID lets in: `organizations`, `common`, `consumers`, or one tenant, `fabrikam.example` or `lamplight.example`, by its GUID too | `organizations` |
//!
//! Without a registration with Microsoft, the providers are pretend ones: Azure DevOps, Microsoft Entra ID, and one for OpenID Connect.
//!
//! The older names of the registration are read too, such as `AZURE_DEVOPS_APP_ID`. A blank variable counts as absent.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use admit::{Environment, Secret};
use admit_testkit::entra::{FABRIKAM, LAMPLIGHT};

/// What a dashboard is told from outside.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address to listen on; if none is given, this machine's own.
    pub host: Option<IpAddr>,
    /// The port to listen on; 0 is any free one.
    pub port: u16,
    /// Whether to serve https.
    pub tls: bool,
    /// Which Azure DevOps to talk to.
    pub azure: Azure,
    /// The issuer of an OpenID provider by which people may sign in too.
    pub openid: Option<String>,
    /// Where users, sessions and tokens are kept.
    pub database: Database,
    /// The address of a Redis that keeps the sessions. It may hold a password.
    pub redis: Option<Secret>,
    /// Whether the environment has a secret to seal sessions with.
    pub has_secret: bool,
    /// Where admit looks for the registration and the secrets.
    pub environment: Environment,
    url: Option<String>,
}

/// Where a dashboard keeps its users, sessions and tokens.
#[derive(Clone, Debug)]
pub enum Database {
    /// In one file.
    Sqlite(PathBuf),
    /// In PostgreSQL, at an address that may hold a password.
    Postgres(Secret),
    /// Until the process ends.
    Memory,
}

/// Which Azure DevOps a dashboard talks to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Azure {
    /// The real one, with the registrations that the environment holds: one of them at least.
    Real {
        /// With Azure DevOps itself.
        azure_devops: Option<Registration>,
        /// With Microsoft Entra ID.
        entra: Option<Registration>,
    },
    /// One that runs in this process.
    Pretend(Pretended),
}

/// How the pretend providers behave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pretended {
    /// Who consents without being asked.
    pub auto_consent: Option<String>,
    /// How long an access token lives.
    pub token_lifetime: Option<Duration>,
    /// Whose people come by Microsoft Entra ID, if not those of every organisation.
    pub tenant: Option<String>,
}

/// That the environment holds an application's registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Whether it says which scopes to ask for, too.
    pub has_scopes: bool,
}

impl Settings {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn from_process() -> Result<Self, SettingsError> {
        #[allow(clippy::disallowed_methods, reason = "the one place where the examples read the environment")]
        let variable = |name: &str| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        Self::read(variable, Environment::process())
    }

    /// Reads variables from somewhere else.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn from_variables(variables: &[(&str, &str)]) -> Result<Self, SettingsError> {
        let variable =
            |wanted: &str| variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned());
        Self::read(variable, variables.iter().copied().collect())
    }

    /// Where people reach the dashboard, when it listens on that port.
    pub fn base_url(&self, port: u16) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        self.url.clone().unwrap_or_else(|| format!("{scheme}://localhost:{port}"))
    }

    fn read(variable: impl Fn(&str) -> Option<String>, environment: Environment) -> Result<Self, SettingsError> {
        let variable =
            |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let any = |names: &[&str]| names.iter().any(|name| variable(name).is_some());
        let mut problems = Vec::new();

        let port = parsed("PORT", variable("PORT"), "a number from 0 to 65535", &mut problems).unwrap_or(DEFAULT_PORT);
        let host = parsed("HOST", variable("HOST"), "an IP address such as 127.0.0.1", &mut problems);
        let tls = match variable("TLS").as_deref() {
            None | Some("0" | "false") => false,
            Some("1" | "true") => true,
            Some(other) => {
                problems.push(format!("TLS is {other:?}, 1 or 0 needed"));
                false
            }
        };
        let url = variable("AUTH_URL").or_else(|| variable("NEXTAUTH_URL"));
        let url = url.map(|url| {
            let url = url.trim_end_matches('/');
            url.strip_suffix("/api/auth").unwrap_or(url).to_owned()
        });
        if let Some(url) = url.as_deref().filter(|url| url.splitn(4, '/').nth(3).is_some()) {
            problems
                .push(format!("AUTH_URL is {url:?}, an address without a path needed: the pages link from the top"));
        }

        let has_secret = any(SECRETS);
        let database = database(variable("DATABASE_URL"), has_secret, &mut problems);
        let redis = variable("REDIS_URL").map(Secret::from);
        if redis.is_some() && !has_secret && matches!(database, Database::Memory) {
            problems.push(format!("REDIS_URL is set{WITHOUT_SECRET}"));
        }

        let auto_consent = variable("PRETEND_AUTO");
        if let Some(login) = auto_consent.as_deref().filter(|login| !is_login(login)) {
            problems.push(format!("PRETEND_AUTO is {login:?}, a login of letters and digits needed, such as norma"));
        }
        // A token that never lives would be refreshed at each request, for ever.
        let seconds: Option<NonZeroU32> = parsed(
            "PRETEND_TOKEN_SECONDS",
            variable("PRETEND_TOKEN_SECONDS"),
            "a whole number from 1 on",
            &mut problems,
        );
        let tenant = variable("PRETEND_TENANT").map(|tenant| tenant.to_ascii_lowercase());
        if let Some(tenant) = tenant.as_deref().filter(|tenant| !TENANTS.contains(tenant)) {
            problems.push(format!(
                "PRETEND_TENANT is {tenant:?}, organizations, common, consumers, fabrikam.example or lamplight.example \
                 needed"
            ));
        }

        if !problems.is_empty() {
            return Err(SettingsError { problems });
        }
        let registration =
            |names: &[&str], scopes: &[&str]| any(names).then(|| Registration { has_scopes: any(scopes) });
        let azure_devops = registration(REGISTRATION, SCOPES);
        let entra = registration(ENTRA_REGISTRATION, ENTRA_SCOPES);
        let azure = match azure_devops.or(entra) {
            Some(_) => Azure::Real { azure_devops, entra },
            None => Azure::Pretend(Pretended {
                auto_consent,
                token_lifetime: seconds.map(|seconds| Duration::from_secs(seconds.get().into())),
                tenant,
            }),
        };
        let openid = variable("AUTH_OPENID_ISSUER");
        Ok(Self { host, port, tls, azure, openid, database, redis, has_secret, environment, url })
    }
}

/// All that is wrong with the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    problems: Vec<String>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the dashboard cannot start:")?;
        for problem in &self.problems {
            write!(f, "\n- {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for SettingsError {}

fn parsed<T: FromStr>(name: &str, value: Option<String>, needed: &str, problems: &mut Vec<String>) -> Option<T> {
    let value = value?;
    let parsed = value.parse().ok();
    if parsed.is_none() {
        problems.push(format!("{name} is {value:?}, {needed} needed"));
    }
    parsed
}

/// What the database holds is sealed, so it outlives the process only if the secret does.
fn database(url: Option<String>, has_secret: bool, problems: &mut Vec<String>) -> Database {
    let Some(url) = url else { return Database::Sqlite(PathBuf::from(DEFAULT_FILE)) };
    match url.split_once(':') {
        Some(("sqlite", file)) if !file.is_empty() => Database::Sqlite(PathBuf::from(file)),
        Some(("postgres" | "postgresql", _)) => {
            if !has_secret {
                problems.push(format!("DATABASE_URL names a PostgreSQL{WITHOUT_SECRET}"));
            }
            Database::Postgres(Secret::from(url))
        }
        Some(("memory", "")) => Database::Memory,
        // It may hold a password, so it is not shown.
        _ => {
            problems.push("DATABASE_URL is unknown, sqlite:FILE, postgres://… or memory: needed".to_owned());
            Database::Memory
        }
    }
}

fn is_login(text: &str) -> bool {
    text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

const DEFAULT_PORT: u16 = 3000;
const DEFAULT_FILE: &str = "dashboard.sqlite";
const WITHOUT_SECRET: &str =
    ", and AUTH_SECRET is not set, with which all that is kept there is sealed; try \"openssl rand -base64 33\"";
/// The tenants of the pretend Microsoft Entra ID, and the names for many of them at once.
const TENANTS: &[&str] =
    &["organizations", "common", "consumers", "fabrikam.example", "lamplight.example", FABRIKAM, LAMPLIGHT];
/// Any of these says that there is a registration; what is missing of it, admit tells.
const REGISTRATION: &[&str] = &[
    "AUTH_AZURE_DEVOPS_ID",
    "AUTH_AZURE_DEVOPS_SECRET",
    "AUTH_AZURE_DEVOPS_APP_ID",
    "AUTH_AZURE_DEVOPS_CLIENT_SECRET",
    "AZURE_DEVOPS_APP_ID",
    "AZURE_DEVOPS_CLIENT_SECRET",
];
const ENTRA_REGISTRATION: &[&str] = &["AUTH_MICROSOFT_ENTRA_ID_ID", "AUTH_MICROSOFT_ENTRA_ID_SECRET"];
const ENTRA_SCOPES: &[&str] = &["AUTH_MICROSOFT_ENTRA_ID_SCOPE"];
const SCOPES: &[&str] = &["AUTH_AZURE_DEVOPS_SCOPE", "AZURE_DEVOPS_SCOPE"];
const SECRETS: &[&str] = &["AUTH_SECRET", "AUTH_SECRET_1", "AUTH_SECRET_2", "AUTH_SECRET_3", "NEXTAUTH_SECRET"];

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(variables: &[(&str, &str)]) -> String {
        Settings::from_variables(variables).unwrap_err().to_string()
    }

    #[test]
    fn without_a_registration_azure_devops_is_pretended() {
        let settings = Settings::from_variables(&[("PORT", " "), ("PRETEND_AUTO", "bo")]).unwrap();
        let azure = Azure::Pretend(Pretended { auto_consent: Some("bo".to_owned()), ..Pretended::default() });
        assert_eq!((settings.port, settings.host, settings.tls, settings.azure), (3000, None, false, azure));
        let with =
            |name: &str| Settings::from_variables(&[(name, "x"), ("AZURE_DEVOPS_SCOPE", "vso.work")]).unwrap().azure;
        for name in REGISTRATION {
            let azure_devops = Some(Registration { has_scopes: true });
            assert_eq!(with(name), Azure::Real { azure_devops, entra: None }, "{name}");
        }
        for name in ENTRA_REGISTRATION {
            let entra = Some(Registration { has_scopes: false });
            assert_eq!(with(name), Azure::Real { azure_devops: None, entra }, "{name}");
        }
    }

    #[test]
    fn the_base_url_is_the_one_given_else_this_machines() {
        let base = |variables: &[(&str, &str)]| Settings::from_variables(variables).unwrap().base_url(4711);
        assert_eq!(base(&[]), "http://localhost:4711");
        assert_eq!(base(&[("TLS", "1")]), "https://localhost:4711");
        assert_eq!(base(&[("AUTH_URL", "https://app.example/")]), "https://app.example");
        assert_eq!(base(&[("AUTH_URL", "https://app.example/api/auth")]), "https://app.example");
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once_with_its_remedy() {
        let wrong = [
            ("PORT", "abc"),
            ("HOST", "example"),
            ("TLS", "yes"),
            ("AUTH_URL", "https://app.example/shop"),
            ("DATABASE_URL", "mysql://root:password@db"),
            ("PRETEND_AUTO", "eve <b>"),
            ("PRETEND_TOKEN_SECONDS", "0"),
            ("PRETEND_TENANT", "contoso.example"),
        ];
        insta::assert_snapshot!(problems(&wrong), @r#"
        the dashboard cannot start:
        - PORT is "abc", a number from 0 to 65535 needed
        - HOST is "example", an IP address such as 127.0.0.1 needed
        - TLS is "yes", 1 or 0 needed
        - AUTH_URL is "https://app.example/shop", an address without a path needed: the pages link from the top
        - DATABASE_URL is unknown, sqlite:FILE, postgres://… or memory: needed
        - PRETEND_AUTO is "eve <b>", a login of letters and digits needed, such as norma
        - PRETEND_TOKEN_SECONDS is "0", a whole number from 1 on needed
        - PRETEND_TENANT is "contoso.example", organizations, common, consumers, fabrikam.example or lamplight.example needed
        "#);
    }

    #[test]
    fn what_a_database_keeps_outlives_the_process_only_with_the_secret() {
        let database = |url: &str| Settings::from_variables(&[("DATABASE_URL", url)]).map(|settings| settings.database);
        assert!(matches!(database(" "), Ok(Database::Sqlite(file)) if file.ends_with("dashboard.sqlite")));
        assert!(matches!(database("sqlite:/var/lib/a.db"), Ok(Database::Sqlite(file)) if file.ends_with("a.db")));
        assert!(matches!(database("memory:"), Ok(Database::Memory)));
        let url = "postgres://ada:lovelace@db/app";
        insta::assert_snapshot!(problems(&[("DATABASE_URL", url)]), @r#"
        the dashboard cannot start:
        - DATABASE_URL names a PostgreSQL, and AUTH_SECRET is not set, with which all that is kept there is sealed; try "openssl rand -base64 33"
        "#);
        let settings = Settings::from_variables(&[("DATABASE_URL", url), ("AUTH_SECRET", "x")]).unwrap();
        assert!(matches!(settings.database, Database::Postgres(_)));
        assert!(!format!("{settings:?}").contains("lovelace"));
    }

    #[test]
    fn a_port_is_none_beyond_65535() {
        assert!(problems(&[("PORT", "65536")]).contains("PORT is \"65536\""));
        assert!(problems(&[("PORT", "-1")]).contains("a number from 0 to 65535 needed"));
    }
}
