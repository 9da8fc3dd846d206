use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use admit::{AccessTokenError, Timestamp};
use http::StatusCode;

use super::*;
use crate::AzureError;
use crate::azure::{Build, Listing, Name, Organisation, Project, Repository, WorkItem};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_300_000);
const SIGNED_IN: View<'_> = View { user_name: Some("Ada"), path: "/org/Fabrikam/projects", pretend: false, now: NOW };
const SIGNED_OUT: View<'_> = View { user_name: None, path: "/", pretend: false, now: NOW };
const MARKUP: &str = "<script>\"'&";

fn text(response: &Response<Bytes>) -> String {
    std::str::from_utf8(response.body()).unwrap().to_owned()
}

/// One element, its parts a line each.
fn element(response: &Response<Bytes>, name: &str) -> String {
    let text = text(response);
    let (start, end) = (text.find(&format!("<{name}")).unwrap(), text.find(&format!("</{name}>")).unwrap());
    text[start..end].replace("><", ">\n<")
}

fn all<T>(items: impl Into<Vec<T>>) -> Listing<T> {
    Listing { items: items.into(), is_complete: true }
}

fn name(name: &str) -> Name {
    name.parse().unwrap()
}

/// Two accounts, two sessions, and one more provider.
fn accounts_of(text: &str) -> Accounts {
    let text = || text.to_owned();
    let authorizations_page = || Some(format!("https://id.example/{text}", text = text()));
    let connected =
        |token| Connected { provider: text(), name: text(), token, authorizations_page: authorizations_page() };
    let session = |is_current| SignedIn { id: text(), is_current, device: Some(text()), since: NOW, used: NOW };
    Accounts {
        csrf_token: text(),
        connected: vec![connected(Ok(())), connected(Err(AccessTokenError::SignedOut))],
        offers: vec![(text(), text())],
        sessions: vec![session(true), session(false)],
    }
}

/// Every page, with markup wherever a text can stand.
fn pages() -> Vec<(&'static str, Response<Bytes>)> {
    let some = || Some(MARKUP.to_owned());
    let view = View { user_name: Some(MARKUP), path: "/\"><script>", pretend: true, now: NOW };
    let (organisation, project) = (name(MARKUP), name(MARKUP));
    let item = WorkItem { id: 7, kind: some(), title: some(), state: some(), assigned_to: some(), changed: None };
    let build = Build {
        build_number: MARKUP.to_owned(),
        definition: some(),
        status: some(),
        result: some(),
        source_branch: some(),
        queue_time: None,
        finish_time: None,
    };
    let repository = Repository {
        name: MARKUP.to_owned(),
        default_branch: some(),
        size: None,
        remote_url: Some(format!("https://dev.azure.com/{MARKUP}")),
        is_disabled: Some(true),
    };
    let found = Project { name: MARKUP.to_owned(), description: some(), last_update_time: None };
    let status = StatusCode::UNAUTHORIZED;
    vec![
        ("home", home(view)),
        ("home, signed out", home(SIGNED_OUT)),
        ("home, to try it", home(View { pretend: true, ..SIGNED_OUT })),
        ("accounts", accounts(view, &accounts_of(MARKUP))),
        ("organisations", organisations(view, &all([Organisation { name: MARKUP.to_owned() }]))),
        ("no organisations", organisations(view, &all([]))),
        ("projects", projects(view, &organisation, &all([found]))),
        ("no projects", projects(view, &organisation, &all([]))),
        ("work items", work_items(view, &organisation, &project, &all([item]))),
        ("no work items", work_items(view, &organisation, &project, &all([]))),
        ("builds", builds(view, &organisation, &project, &all([build]))),
        ("no builds", builds(view, &organisation, &project, &all([]))),
        ("repositories", repositories(view, &organisation, &project, &all([repository]))),
        ("no repositories", repositories(view, &organisation, &project, &all([]))),
        ("problem", problem(view, &AzureError::Expired { call: "builds", status })),
        ("not found", not_found(view)),
    ]
}

#[test]
fn names_are_text_wherever_they_stand() {
    for (page, response) in pages() {
        let text = text(&response);
        assert!(!text.contains("<script"), "{page}");
        assert!(!text.contains(MARKUP), "{page}");
    }
}

#[test]
fn every_page_has_one_heading_a_title_and_its_landmarks() {
    for (page, response) in pages() {
        let text = text(&response);
        for once in ["<h1>", "<title>", "<header>", "<main ", "<footer>", "lang=\"en\""] {
            assert_eq!(text.matches(once).count(), 1, "{page}: {once}");
        }
        assert!(text.contains("href=\"#main\"") && text.contains("id=\"main\""), "{page}");
    }
}

#[test]
fn every_column_has_a_header_and_every_cell_its_label() {
    for (page, response) in pages() {
        let text = text(&response);
        if text.contains("<table") {
            for table in text.split("<table").skip(1) {
                let columns = table.matches("<th scope=\"col\"").count();
                let rows = table.matches("<th scope=\"row\"").count();
                assert!(columns > 1 && rows > 0, "{page}");
                assert_eq!(table.matches("<td").count(), rows * (columns - 1), "{page}");
                assert_eq!(table.matches(" data-label=\"").count(), rows * (columns - 1), "{page}");
            }
        }
    }
}

#[test]
fn a_page_loads_nothing_and_runs_nothing() {
    for (page, response) in pages() {
        let text = text(&response);
        for loads in [" src=", "url(", "@import", " style=", " onclick=", "rel=\"stylesheet\""] {
            assert!(!text.contains(loads), "{page}: {loads}");
        }
    }
}

#[test]
fn every_page_is_kept_from_frames_caches_and_guesses_about_its_type() {
    for (page, response) in pages() {
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/html; charset=utf-8", "{page}");
        assert_eq!(header("cache-control"), "no-store", "{page}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{page}");
        assert_eq!(header("referrer-policy"), "same-origin", "{page}");
        assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{page}");
    }
}

#[test]
fn the_policy_names_the_style_sheet_that_the_page_holds() {
    use base64::Engine;

    let text = text(&home(SIGNED_OUT));
    let style = text.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, style.as_bytes());
    let digest = base64::engine::general_purpose::STANDARD.encode(digest);
    let policy = security_headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; \
             frame-ancestors 'none'"
        )
    );
}

#[test]
fn only_a_pretend_azure_devops_is_called_one() {
    let notice = "<strong>Pretend Azure DevOps.</strong> Nothing leaves this machine.";
    assert!(!text(&home(SIGNED_IN)).contains(notice));
    assert!(text(&home(View { pretend: true, ..SIGNED_IN })).contains(notice));
}

#[test]
fn home_names_files_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for view in [SIGNED_IN, SIGNED_OUT] {
        let page = text(&home(View { pretend: true, ..view })).replace("<wbr>", "");
        let files: Vec<_> = page.split("<code>").filter_map(|rest| rest.split_once("</code>")).collect();
        let files: Vec<_> = files.into_iter().map(|(file, _)| file).filter(|file| file.ends_with(".rs")).collect();
        assert!(files.len() >= 4, "{files:?}");
        for file in files {
            assert!(root.join(file).is_file(), "{file}");
        }
    }
}

#[test]
fn the_title_says_whose_it_is_and_the_header_where_it_is() {
    let page = text(&builds(SIGNED_IN, &name("Fabrikam"), &name("Web Shop"), &all([])));
    assert!(page.contains("<title>Builds · Web Shop · Fabrikam · Dashboard</title>"), "{page}");
    assert!(page.contains(r#"<a href="/dashboard" aria-current="true">Organisations</a>"#), "{page}");

    let page = text(&organisations(View { path: "/dashboard?x=1", ..SIGNED_IN }, &all([])));
    assert!(page.contains("<title>Organisations · Dashboard</title>"), "{page}");
    assert!(page.contains(r#"<a href="/dashboard" aria-current="page">Organisations</a>"#), "{page}");
    assert!(page.contains(r#"<a href="/accounts">Accounts</a>"#), "{page}");
}

#[test]
fn links_lead_where_the_router_expects_them() {
    let page = text(&work_items(SIGNED_IN, &name("a b"), &name("c/d"), &all([])));
    for route in [routes::PROJECTS, routes::WORK_ITEMS, routes::BUILDS, routes::REPOSITORIES] {
        let address = route.replace("{org}", "a%20b").replace("{project}", "c%2Fd");
        assert!(page.contains(&format!("href=\"{address}\"")), "{address}");
    }
}

#[test]
fn a_name_that_no_path_can_hold_is_shown_without_a_link() {
    let page = text(&organisations(SIGNED_IN, &all([Organisation { name: "..".to_owned() }])));
    assert!(page.contains("<li>..</li>"));
}

#[test]
fn a_list_that_goes_on_says_so_on_the_page() {
    let found = Listing { items: vec![Organisation { name: "Fabrikam".to_owned() }], is_complete: false };
    assert!(text(&organisations(SIGNED_IN, &found)).contains("These are the first 1. Azure DevOps has more."));
}

#[test]
fn every_problem_offers_the_step_that_helps() {
    let call = "builds";
    let status = StatusCode::UNAUTHORIZED;
    let wait = std::time::Duration::from_secs(30);
    let again = "href=\"/api/auth/signin?callbackUrl=%2Forg%2FFabrikam%2Fprojects\">Sign in again";
    let retry = "href=\"/org/Fabrikam/projects\">Try again";
    let elsewhere = "href=\"/dashboard\">Your organisations";
    for (error, status, retry_after, step) in [
        (AzureError::Expired { call, status }, 401, None, again),
        (AzureError::OrganisationRefuses { call, status }, 403, None, elsewhere),
        (AzureError::ConditionalAccess { call }, 403, None, elsewhere),
        (AzureError::MissingScope { call, scope: Some("vso.build".to_owned()) }, 403, None, elsewhere),
        (AzureError::NotAllowed { call }, 403, None, elsewhere),
        (AzureError::RateLimited { call, retry_after: wait }, 503, Some("30"), retry),
        (AzureError::Unavailable { call, status: None, retry_after: None, source: None }, 502, None, retry),
        (AzureError::Unavailable { call, status: None, retry_after: Some(wait), source: None }, 503, Some("30"), retry),
        (AzureError::NotFound { call }, 404, None, elsewhere),
        (AzureError::Unexpected { call, status: None, what: "x", source: None }, 502, None, retry),
    ] {
        let response = problem(SIGNED_IN, &error);
        let text = text(&response);
        assert_eq!(response.status(), status, "{error}");
        let header = response.headers().get("retry-after").map(|value| value.to_str().unwrap());
        assert_eq!(header, retry_after, "{error}");
        assert!(text.contains(step), "{error}");
        assert!(text.contains(&maud::html! { (error.explanation()) }.into_string()), "{error}");
    }
}

#[test]
fn the_cause_is_in_the_log_and_not_on_the_page() {
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_ansi(false).without_time().with_writer(move || writer.clone()).finish();
    let source = Some(Box::from("no sense from line 1 column 3 on"));
    let error = AzureError::Unexpected { call: "builds", status: None, what: "JSON of another shape", source };
    let page = tracing::subscriber::with_default(subscriber, || text(&problem(SIGNED_IN, &error)));
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for cause in ["builds: JSON of another shape", "line 1 column 3"] {
        assert!(log.contains(cause), "{log}");
        assert!(!page.contains(cause));
    }
}

/// WCAG 2.2 §1.4.3, for every pair of colours that the style sheet puts together.
#[test]
fn every_text_stands_out_from_its_ground() {
    let pairs = [
        ("ink", "ground"),
        ("ink", "paper"),
        ("ink", "tint"),
        ("soft", "ground"),
        ("soft", "paper"),
        ("accent", "ground"),
        ("accent", "paper"),
        ("on-accent", "accent"),
        ("on-notice", "notice"),
        ("good", "paper"),
        ("bad", "paper"),
        ("busy", "paper"),
    ];
    let (light, dark) = style::STYLE.split_once("prefers-color-scheme: dark").unwrap();
    for (scheme, sheet) in [("light", light), ("dark", dark)] {
        for (text, ground) in pairs {
            let (one, other) = (luminance(sheet, text), luminance(sheet, ground));
            let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
            assert!(contrast >= 4.5, "{scheme}: {text} on {ground} is {contrast:.2}");
        }
    }
}

fn luminance(sheet: &str, variable: &str) -> f64 {
    let hex = sheet.split_once(&format!("--{variable}: #")).unwrap().1.split(';').next().unwrap();
    let hex: String =
        if hex.len() == 3 { hex.chars().flat_map(|digit| [digit, digit]).collect() } else { hex.to_owned() };
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    assert_eq!(hex.len(), 6, "{variable}");
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

#[test]
fn home_offers_the_way_in() {
    insta::assert_snapshot!(element(&home(SIGNED_OUT), "body"), @r##"
    <body>
    <a class="skip" href="#main">Skip to the content</a>
    <header>
    <div class="top">
    <div class="inner">
    <a class="brand" href="/" aria-current="page">
    <svg viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="7">
    </rect>
    <path d="M9 22v-6M16 22V9M23 22v-9">
    </path>
    </svg>Dashboard</a>
    <a href="/api/auth/signin?callbackUrl=%2F">Sign in</a>
    </div>
    </div>
    </header>
    <main id="main" tabindex="-1">
    <div class="inner">
    <h1>Your Azure DevOps at a glance</h1>
    <p class="lead">A small app that signs people in with admit, and reads Azure DevOps in their name. It changes nothing there.</p>
    <div class="card">
    <h2>Sign in to begin</h2>
    <p>You will be asked whether this dashboard may read your profile, projects, work items, builds and code.</p>
    <p class="actions">
    <a class="button primary" href="/api/auth/signin?callbackUrl=%2Fdashboard">See your organisations</a>
    </p>
    </div>
    </div>
    </main>
    <footer>
    <div class="inner">
    <p>An example of <strong>admit</strong>, sign-in for Rust web apps.</p>
    </div>
    </footer>
    "##);
}

#[test]
fn home_tells_what_to_try_with_the_pretend_providers() {
    insta::assert_snapshot!(element(&home(View { pretend: true, ..SIGNED_OUT }), "main"), @r#"
    <main id="main" tabindex="-1">
    <div class="inner">
    <h1>Your Azure DevOps at a glance</h1>
    <p class="lead">A small app that signs people in with admit, and reads Azure DevOps in their name. It changes nothing there.</p>
    <h2 class="part">What to try</h2>
    <ol class="steps" role="list">
    <li>
    <h3>Sign in as Norma</h3>
    <p>Choose Azure DevOps, then Norma, and accept what the dashboard asks for. There is no password.</p>
    <p class="actions">
    <a class="button primary" href="/api/auth/signin?callbackUrl=%2Fdashboard">See your organisations</a>
    </p>
    <p class="files">See <code>examples/<wbr>dashboard-axum/<wbr>src/<wbr>lib.rs</code> and <code>examples/<wbr>dashboard/<wbr>src/<wbr>pretend.rs</code>
    </p>
    </li>
    <li>
    <h3>Watch a token being refreshed</h3>
    <p>Start it with <code>PRETEND_TOKEN_SECONDS=20</code> and stay signed in. All you notice is the log, which says <code>tokens refreshed</code>.</p>
    <p class="files">See <code>examples/<wbr>dashboard/<wbr>src/<wbr>visit.rs</code>
    </p>
    </li>
    <li>
    <h3>Deny the consent</h3>
    <p>Sign in, and deny what the dashboard asks for. You are told what happened, and stay out.</p>
    <p class="files">See <code>core/<wbr>src/<wbr>action/<wbr>callback.rs</code>
    </p>
    </li>
    <li>
    <h3>End a session on another device</h3>
    <p>Sign in from a private window too. Then end that session among your accounts, and reload the private window.</p>
    <p class="files">See <code>examples/<wbr>dashboard/<wbr>src/<wbr>pages/<wbr>accounts.rs</code>
    </p>
    </li>
    </ol>
    </div>
    "#);
}

#[test]
fn a_build_is_a_row_whose_cells_know_their_columns() {
    let json = r#"{"buildNumber":"20261120.3","status":"completed","result":"failed","definition":{"name":"CI"},
        "sourceBranch":"refs/heads/main","finishTime":"2026-11-20T09:20:00Z"}"#;
    let build: Build = serde_json::from_str(json).unwrap();
    let page = builds(SIGNED_IN, &name("Fabrikam"), &name("Web Shop"), &all([build]));
    insta::assert_snapshot!(element(&page, "main"), @r##"
    <main id="main" tabindex="-1">
    <div class="inner">
    <nav class="crumbs" aria-label="Breadcrumbs">
    <ol>
    <li>
    <a href="/dashboard">Organisations</a>
    </li>
    <li>
    <a href="/org/Fabrikam/projects">Fabrikam</a>
    </li>
    <li>
    <a href="/org/Fabrikam/project/Web%20Shop/workitems">Web Shop</a>
    </li>
    <li>
    <span aria-current="page">Builds</span>
    </li>
    </ol>
    </nav>
    <h1>Builds</h1>
    <nav class="tabs" aria-label="Parts of the project">
    <ul>
    <li>
    <a href="/org/Fabrikam/project/Web%20Shop/workitems">Work items</a>
    </li>
    <li>
    <a href="/org/Fabrikam/project/Web%20Shop/builds" aria-current="page">Builds</a>
    </li>
    <li>
    <a href="/org/Fabrikam/project/Web%20Shop/repos">Repositories</a>
    </li>
    </ul>
    </nav>
    <table role="table">
    <caption class="hidden">Builds, latest first</caption>
    <thead role="rowgroup">
    <tr role="row">
    <th scope="col" role="columnheader">Number</th>
    <th scope="col" role="columnheader">Definition</th>
    <th scope="col" role="columnheader">State</th>
    <th scope="col" role="columnheader">Branch</th>
    <th scope="col" role="columnheader">When</th>
    </tr>
    </thead>
    <tbody role="rowgroup">
    <tr role="row">
    <th scope="row" role="rowheader">20261120.3</th>
    <td role="cell" data-label="Definition">
    <div>CI</div>
    </td>
    <td role="cell" data-label="State">
    <div>
    <span class="state bad">Failed</span>
    </div>
    </td>
    <td role="cell" data-label="Branch">
    <div>
    <code>main</code>
    </div>
    </td>
    <td role="cell" data-label="When">
    <div>
    <time datetime="2026-11-20T09:20:00.000Z">1 day ago <span class="exact">20 Nov 2026, 09:20 UTC</span>
    </time>
    </div>
    </td>
    </tr>
    </tbody>
    </table>
    </div>
    "##);
}

#[test]
fn an_account_that_is_the_only_way_in_cannot_be_taken_off_and_the_others_can() {
    let two = text(&accounts(SIGNED_IN, &accounts_of("acme")));
    assert_eq!(two.matches("action=\"/api/auth/unlink/acme\"").count(), 2);
    assert!(two.contains("action=\"/api/auth/link/acme\"") && two.contains("action=\"/api/auth/sessions/acme/end\""));
    assert!(two.contains("2 sessions") && two.contains("This one") && two.contains("Sign out everywhere else"));

    assert_eq!(two.matches("href=\"https://id.example/acme\"").count(), 2, "where consent is withdrawn");

    let mut found = accounts_of("acme");
    found.connected.truncate(1);
    found.sessions.truncate(1);
    let one = text(&accounts(SIGNED_IN, &found));
    assert!(!one.contains("/unlink/") && one.contains("It is your only way in"));
    assert!(one.contains("1 session<") && !one.contains("Sign out everywhere else"));
}
