//! What `build()` says of a configuration, and what it reads from the environment.

use admit::credentials::{Credentials, Field, GivenCredentials, Verdict};
use admit::provider::{Mark, Shape};
use admit::{Auth, AuthBuilder, Client, ConfigError, Environment, OAuthProvider, Pages, Theme};
use admit_providers::{azure_devops, github};
use admit_testkit::PretendAzureDevOps;

use crate::support::standard::Standard;
use crate::support::{CLIENT_SECRET, ORIGIN, SECRET, Site, location, parameter};

fn problems(builder: AuthBuilder) -> ConfigError {
    builder.http_client(Standard::new()).build().expect_err("a configuration with problems")
}

fn environment(variables: &[(&str, &str)]) -> Environment {
    variables.iter().map(|(name, value)| (*name, *value)).collect()
}

#[test]
fn all_that_is_wrong_is_told_at_once_each_with_its_remedy() {
    // CFG-002, CFG-003, azure.md T45
    let acme = OAuthProvider::oauth2("acme", "Acme", Client::new("acme-app", "s"))
        .authorization_endpoint("http://acme.example/authorize")
        .userinfo_endpoint("ftp://acme.example/me");
    let builder = Auth::builder("http://localhost:3000")
        .environment(environment(&[("AUTH_SECRET", "too short"), ("AUTH_SEAL_KEY", "short too")]))
        .provider(azure_devops(Client::new("app-id", CLIENT_SECRET)))
        .provider(github(Client::env()))
        .provider(github(Client::new("another", "one")))
        .provider(acme)
        .provider(github(Client::new("gh", "s")).id("Git Hub"))
        .trusted_origins(["localhost:5173", "http://localhost:5173/path"])
        .pages(
            Pages::default()
                .sign_in("welcome")
                .error("//evil.example")
                .sign_out("/api/auth/signout")
                .account("/api/auth/account/"),
        )
        .theme(Theme::default().brand_color("forest").logo("javascript:alert(1)"))
        .max_session_cookies(17)
        .max_age(std::time::Duration::ZERO);
    insta::assert_snapshot!(problems(builder), @r#"
    admit cannot start, 21 problems:
    - AUTH_SECRET is 9 bytes, 32 needed; try "openssl rand -base64 33"
    - AUTH_SEAL_KEY is 9 bytes, 32 needed; try "openssl rand -base64 33"
    - trusted_origins: "localhost:5173" is no origin; write scheme, host and port, as in "http://localhost:5173"
    - trusted_origins: "http://localhost:5173/path" is no origin; write scheme, host and port, as in "http://localhost:5173"
    - pages: sign_in is "welcome", which is no path of this site; begin it with one "/"
    - pages: sign_out is "/api/auth/signout", the page it stands in for, so that a browser would go in circles; leave it out
    - pages: error is "//evil.example", which is no path of this site; begin it with one "/"
    - pages: account is "/api/auth/account/", the page it stands in for, so that a browser would go in circles; leave it out
    - theme: brand_color `forest` is no colour the pages know; write #rgb or #rrggbb
    - theme: logo `javascript:alert(1)` is no picture the pages can show; give a path such as /logo.svg, an https URL or data:image/…
    - max_session_cookies is 17; 1 to 16 are possible
    - max_age is no time at all; give it a second at least
    - azure-devops: its refresh tokens are replaced at each use, so two processes would void each other's; give a token_store, or say danger_single_process_refresh() if there is one process only
    - azure-devops: the callback is http://localhost:3000/api/auth/callback/azure-devops, and Azure DevOps answers to https only, on localhost too; give the application an https base URL, or point endpoints() at a pretend server on this machine
    - github: no client id; set AUTH_GITHUB_ID, or give it with Client::new
    - github: no client secret; set AUTH_GITHUB_SECRET, or give it with Client::new
    - provider github is there twice; give one of them another id with .id(…)
    - acme: authorization_endpoint is "http://acme.example/authorize", which is no https address; secrets and tokens go there, so give one
    - acme: no token_endpoint; set it on the provider's description
    - acme: userinfo_endpoint is "ftp://acme.example/me", which is no https address; secrets and tokens go there, so give one
    - provider id "Git Hub" does not fit a path; use a-z, 0-9 and hyphens
    "#);
}

#[test]
fn a_description_that_cannot_recognise_anybody_does_not_start() {
    let acme = OAuthProvider::oauth2("acme", "Acme", Client::new("acme-app", "s"))
        .authorization_endpoint("https://acme.example/authorize")
        .token_endpoint("https://acme.example/token");
    let builder = || Auth::builder("https://app.example").secret("at least thirty-two bytes, from openssl rand");
    insta::assert_snapshot!(problems(builder().provider(acme.clone())), @"
    admit cannot start, 1 problem:
    - acme: no userinfo_endpoint, so nobody can be recognised; set it on the provider's description, or override OAuthFlow::claims
    ");
    let whole = acme.userinfo_endpoint("https://acme.example/me");
    assert!(builder().http_client(Standard::new()).provider(whole).build().is_ok());
}

#[test]
fn a_mark_that_is_no_drawing_does_not_start() {
    let mark =
        Mark::new([0, 0, 24, 0], &[Shape::Plain("M0 0h8v8H0z"), Shape::Colored([1, 2, 3], "<svg onload=alert(1)>")]);
    let builder = Auth::builder("https://app.example").secret("at least thirty-two bytes, from openssl rand");
    let members = Credentials::new("Acme", |_: GivenCredentials| async { Ok(Verdict::Refused) }).mark(mark);
    let builder = builder.provider(github(Client::new("id", "hush")).describe(|description| description.mark(mark)));
    insta::assert_snapshot!(problems(builder.provider(members.field(Field::username("name", "Name")))), @r#"
    admit cannot start, 4 problems:
    - github: its mark is 24 wide and 0 high; write the box as in [0, 0, 24, 24]
    - github: its mark has the shape "<svg onload=alert(1)>", which is no path data; write it as in "M0 0h8v8H0z"
    - credentials: its mark is 24 wide and 0 high; write the box as in [0, 0, 24, 24]
    - credentials: its mark has the shape "<svg onload=alert(1)>", which is no path data; write it as in "M0 0h8v8H0z"
    "#);
}

#[test]
fn an_empty_configuration_is_told_what_it_needs() {
    let builder = Auth::builder("app.example").environment(Environment::default());
    insta::assert_snapshot!(problems(builder), @r#"
    admit cannot start, 3 problems:
    - the base URL "app.example" is no http(s) address; write it as "https://app.example"
    - AUTH_SECRET is not set; try "openssl rand -base64 33"
    - no provider is configured; add one with .provider(…)
    "#);
    let builder = Auth::builder("http://app.example").environment(environment(&[("AUTH_SECRET", "  ")]));
    insta::assert_snapshot!(problems(builder), @r#"
    admit cannot start, 3 problems:
    - the base URL "http://app.example" is plain http, so that cookies cross the network in the clear; use https, or say danger_plain_http()
    - AUTH_SECRET is not set; try "openssl rand -base64 33"
    - no provider is configured; add one with .provider(…)
    "#);
}

#[test]
fn one_problem_is_told_in_the_singular() {
    let builder = Auth::builder(ORIGIN)
        .secret(SECRET)
        .environment(Environment::default())
        .provider(github(Client::new("a", "b")))
        .base_path("auth");
    insta::assert_snapshot!(problems(builder), @r#"
    admit cannot start, 1 problem:
    - base_path "auth" is no plain path; write it as "/api/auth"
    "#);
}

/// A site that finds all it needs in its environment.
fn from_environment(variables: &[(&str, &str)]) -> Result<Auth, ConfigError> {
    Auth::builder(ORIGIN)
        .environment(environment(variables))
        .provider(azure_devops(Client::env()))
        .http_client(PretendAzureDevOps::builder("app", "s", "https://app.example").build())
        .danger_single_process_refresh()
        .build()
}

/// The client id and the scopes that a site sends to the provider.
async fn sent(auth: Auth) -> (String, String) {
    let site = Site { auth, ..Site::new() };
    let address = location(&site.browser().begin("azure-devops", "/").await);
    (parameter(&address, "client_id").unwrap(), parameter(&address, "scope").unwrap())
}

#[tokio::test]
async fn the_names_of_every_age_are_read_and_the_newest_counts() {
    let secret = ("AUTH_SECRET", SECRET);
    for (variables, client_id, scope) in [
        (
            &[
                ("AUTH_AZURE_DEVOPS_ID", "new"),
                ("AUTH_AZURE_DEVOPS_SECRET", CLIENT_SECRET),
                ("AUTH_AZURE_DEVOPS_SCOPE", "vso.profile vso.code"),
                ("AZURE_DEVOPS_APP_ID", "old"),
                ("AZURE_DEVOPS_SCOPE", "vso.work"),
            ][..],
            "new",
            "vso.profile vso.code",
        ),
        (
            &[
                ("AZURE_DEVOPS_APP_ID", "old"),
                ("AZURE_DEVOPS_CLIENT_SECRET", CLIENT_SECRET),
                ("AZURE_DEVOPS_SCOPE", "vso.work"),
            ],
            "old",
            "vso.work",
        ),
        (
            &[("AUTH_AZURE_DEVOPS_APP_ID", "older"), ("AUTH_AZURE_DEVOPS_CLIENT_SECRET", CLIENT_SECRET)],
            "older",
            "vso.profile",
        ),
    ] {
        let auth = from_environment(&[variables, &[secret]].concat()).unwrap();
        assert_eq!(sent(auth).await, (client_id.to_owned(), scope.to_owned()));
    }
    let missing = from_environment(&[secret]).unwrap_err();
    insta::assert_snapshot!(missing, @r"
    admit cannot start, 2 problems:
    - azure-devops: no client id; set AUTH_AZURE_DEVOPS_ID, or give it with Client::new
    - azure-devops: no client secret; set AUTH_AZURE_DEVOPS_SECRET, or give it with Client::new
    ");
}

/// Whether a session that was sealed under one secret opens on a site with this environment.
async fn opens(sealed_under: &str, variables: &[(&str, &str)]) -> bool {
    let client = [("AUTH_AZURE_DEVOPS_ID", "a"), ("AUTH_AZURE_DEVOPS_SECRET", CLIENT_SECRET)];
    let sealing = Site::with_secrets(&[sealed_under]);
    let mut browser = sealing.browser();
    browser.sign_in().await;
    let jar = browser.jar.clone();
    let auth = Auth::builder(ORIGIN)
        .environment(environment(&[&client[..], variables].concat()))
        .clock(sealing.clock.clone())
        .provider(azure_devops(Client::env()))
        .http_client(sealing.azure.clone())
        .danger_single_process_refresh()
        .build()
        .unwrap();
    let other = Site { auth, azure: sealing.azure.clone(), clock: sealing.clock.clone() };
    let mut browser = other.browser();
    browser.jar = jar;
    browser.session().await["user"]["name"] == "Norma Paulk"
}

#[tokio::test]
async fn every_numbered_secret_opens_and_nextauth_s_own_counts_where_there_is_no_other() {
    let secret = |word: &str| format!("{word} of the secrets, thirty-two bytes or more");
    let (base, one, two, three, v4) = (secret("base"), secret("one"), secret("two"), secret("three"), secret("v4"));
    let all = [
        ("AUTH_SECRET", base.as_str()),
        ("AUTH_SECRET_1", &one),
        ("AUTH_SECRET_2", &two),
        ("AUTH_SECRET_3", &three),
        ("NEXTAUTH_SECRET", &v4),
    ];
    for known in [&base, &one, &two, &three] {
        assert!(opens(known, &all).await, "{known}");
    }
    assert!(!opens(&v4, &all).await);
    assert!(opens(&v4, &[("NEXTAUTH_SECRET", &v4)]).await);
    assert!(!opens(&one, &[("AUTH_SECRET", &base)]).await);
}

#[test]
fn nothing_that_is_printed_shows_a_secret() {
    // CFG-007
    let environment = environment(&[("AUTH_SECRET", SECRET), ("AUTH_SEAL_KEY", "seal-key-of-thirty-two-bytes-or-so")]);
    let builder = Auth::builder(ORIGIN)
        .environment(environment)
        .secret(SECRET)
        .seal_key("seal-key-of-thirty-two-bytes-or-so")
        .provider(azure_devops(Client::new("app-id", CLIENT_SECRET)))
        .http_client(Standard::new())
        .danger_single_process_refresh();
    let mut printed = format!("{builder:?} {builder:#?}");
    let auth = builder.build().unwrap();
    printed.push_str(&format!("{auth:?} {auth:#?}"));
    let short = Auth::builder(ORIGIN).secret("hush-hush").environment(Environment::default());
    let error = problems(short.provider(github(Client::new("id", "hush-too"))));
    printed.push_str(&format!("{error} {error:?}"));
    for secret in [SECRET, CLIENT_SECRET, "seal-key-of", "hush-hush", "hush-too"] {
        assert!(!printed.contains(secret), "{secret}");
    }
}
