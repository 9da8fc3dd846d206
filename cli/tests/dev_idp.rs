//! `admit dev-idp`: a site with the lines that it prints signs people in, over sockets, and `admit doctor` is content.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod support;

use admit::http::ReqwestClient;
use admit::{Auth, Client, Environment, HttpClient, OAuthProvider};
use admit_providers::{azure_devops, microsoft_entra_id};
use admit_testkit::CookieJar;
use bytes::Bytes;
use http::Request;
use support::{Ran, admit, on_the_page};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;

/// The command, and what it printed. It ends with this.
struct DevIdp {
    lines: Vec<String>,
    child: Child,
}

impl DevIdp {
    async fn start(arguments: &[&str]) -> Self {
        let arguments = [&["dev-idp", "--port", "0"], arguments].concat();
        let mut child = admit(&arguments, &[]).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines = Vec::new();
        while lines.last().is_none_or(|line: &String| !line.starts_with("# OpenID")) {
            lines.push(out.next_line().await.unwrap().unwrap_or_else(|| panic!("it ended before that")));
        }
        Self { lines, child }
    }

    fn variables(&self) -> Vec<(&str, &str)> {
        self.lines.iter().filter(|line| !line.starts_with('#')).map(|line| line.split_once('=').unwrap()).collect()
    }

    fn get(&self, name: &str) -> &str {
        self.variables().into_iter().find(|(known, _)| *known == name).unwrap().1
    }

    /// With the ports that it takes unless it is told otherwise.
    fn on_its_usual_ports(&self, text: &str) -> String {
        let entra = self.get("AUTH_MICROSOFT_ENTRA_ID_ISSUER").trim_end_matches("/organizations/v2.0");
        let text = text.replace(self.get("AUTH_AZURE_DEVOPS_ENDPOINTS"), "http://127.0.0.1:9009");
        text.replace(entra, "http://127.0.0.1:9010").replace(self.get("AUTH_OPENID_ISSUER"), "http://127.0.0.1:9011")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_with_the_lines_that_are_printed_signs_people_in_by_each_of_the_three() {
    let idp = DevIdp::start(&["--auto", "norma"]).await;
    let environment: Environment = idp.variables().into_iter().chain([("AUTH_SECRET", SECRET)]).collect();
    let auth = Auth::builder(idp.get("AUTH_URL"))
        .environment(environment)
        .danger_single_process_refresh()
        .provider(azure_devops(Client::env()))
        .provider(microsoft_entra_id(Client::env()))
        .provider(OAuthProvider::oidc("openid", "OpenID", idp.get("AUTH_OPENID_ISSUER"), Client::env()))
        .build()
        .unwrap();
    for (id, further, person) in [
        ("azure-devops", "", "Norma Paulk"),
        ("microsoft-entra-id", "", "Norma Paulk"),
        ("openid", "&_login=ada&_decision=accept", "Ada Byron"),
    ] {
        let session = sign_in(&auth, id, further).await;
        assert_eq!(session["user"]["name"], person, "{id}: {session}");
    }
}

/// Through the pages, as a browser goes; the answer of the session endpoint in the end.
async fn sign_in(auth: &Auth, id: &str, further: &str) -> serde_json::Value {
    let mut jar = CookieJar::default();
    let with = |jar: &CookieJar, request: http::request::Builder| match jar.header(false) {
        Some(cookies) => request.header("cookie", cookies),
        None => request,
    };
    let answer = auth.handle(Request::get("/api/auth/csrf").body(Bytes::new()).unwrap()).await;
    jar.apply(answer.headers());
    let csrf: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    let post =
        Request::post(format!("/api/auth/signin/{id}")).header("content-type", "application/x-www-form-urlencoded");
    let form = format!("csrfToken={}", csrf["csrfToken"].as_str().unwrap());
    let answer = auth.handle(with(&jar, post).body(form.into()).unwrap()).await;
    jar.apply(answer.headers());
    let there = format!("{}{further}", answer.headers()["location"].to_str().unwrap());
    let consented = get(&there).await;
    assert!(consented.status().is_redirection(), "{id}: {}", String::from_utf8_lossy(consented.body()));
    let back = consented.headers()["location"].to_str().unwrap();
    let back = back.strip_prefix(auth.origin()).unwrap_or_else(|| panic!("{id}: {back}"));
    let answer = auth.handle(with(&jar, Request::get(back)).body(Bytes::new()).unwrap()).await;
    jar.apply(answer.headers());
    let answer = auth.handle(with(&jar, Request::get("/api/auth/session")).body(Bytes::new()).unwrap()).await;
    serde_json::from_slice(answer.body()).unwrap()
}

async fn get(url: &str) -> admit::HttpResponse {
    ReqwestClient::new().unwrap().send(Request::get(url).body(Bytes::new()).unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_book_shows_what_is_printed_and_that_the_doctor_is_content_with_it() {
    let idp = DevIdp::start(&[]).await;
    let printed = idp.on_its_usual_ports(&idp.lines.join("\n"));
    assert_eq!(on_the_page("admit dev-idp").trim_end(), printed);

    let variables = [idp.variables(), vec![("AUTH_SECRET", SECRET)]].concat();
    let doctor = Ran::of(&["doctor"], &variables).await;
    assert_eq!(on_the_page("admit doctor"), idp.on_its_usual_ports(&doctor.out));
    // The stores that it has none of, and a secret whose end nobody knows.
    assert_eq!((doctor.code, doctor.err.as_str()), (Some(1), ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_people_that_are_named_are_those_on_the_pages() {
    let idp = DevIdp::start(&[]).await;
    for (base, service) in [
        (idp.get("AUTH_AZURE_DEVOPS_ENDPOINTS"), "Azure DevOps"),
        (idp.get("AUTH_MICROSOFT_ENTRA_ID_ISSUER").trim_end_matches("/organizations/v2.0"), "Microsoft Entra ID"),
        (idp.get("AUTH_OPENID_ISSUER"), "OpenID"),
    ] {
        let page = String::from_utf8(get(&format!("{base}/")).await.body().to_vec()).unwrap();
        let people = idp.lines.iter().find_map(|line| line.strip_prefix(&format!("# {service}, {base}: "))).unwrap();
        assert_eq!(page.matches("class=\"name\"").count(), people.split(", ").count(), "{page}");
        for person in people.split(", ") {
            assert!(page.contains(&format!(">{person}<")), "{service}: {person}: {page}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_overview_has_the_lines_for_its_own_and_links_the_others() {
    let idp = DevIdp::start(&[]).await;
    let azure = idp.get("AUTH_AZURE_DEVOPS_ENDPOINTS");
    let entra = idp.get("AUTH_MICROSOFT_ENTRA_ID_ISSUER").trim_end_matches("/organizations/v2.0");
    let openid = idp.get("AUTH_OPENID_ISSUER");
    for (own, prefix) in [(azure, "AUTH_AZURE_DEVOPS_"), (entra, "AUTH_MICROSOFT_ENTRA_ID_"), (openid, "AUTH_OPENID_")]
    {
        let page = String::from_utf8(get(&format!("{own}/")).await.body().to_vec()).unwrap();
        for (name, value) in idp.variables() {
            let is_here = name == "AUTH_URL" || name.starts_with(prefix);
            assert_eq!(page.contains(&format!("{name}={value}\n")), is_here, "{own}: {name}: {page}");
        }
        for other in [azure, entra, openid] {
            assert_eq!(page.contains(&format!("<a href=\"{other}\">")), other != own, "{own}: {other}: {page}");
        }
    }
}

// RED, CFG: it is for this machine, whatever name somebody lets point at it.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_for_developers_are_answered_under_names_of_this_machine_only() {
    let idp = DevIdp::start(&[]).await;
    let entra = idp.get("AUTH_MICROSOFT_ENTRA_ID_ISSUER").trim_end_matches("/organizations/v2.0");
    for base in [idp.get("AUTH_AZURE_DEVOPS_ENDPOINTS"), entra, idp.get("AUTH_OPENID_ISSUER")] {
        for path in ["/", "/_pretend/requests", "/_pretend/tokens", "/_pretend/faults"] {
            assert_eq!(get(&format!("{base}{path}")).await.status(), 200, "{base}{path}");
            let named = Request::get(format!("{base}{path}")).header("host", "evil.example").body(Bytes::new());
            let answer = ReqwestClient::new().unwrap().send(named.unwrap()).await.unwrap();
            assert_eq!((answer.status().as_u16(), answer.body().len()), (421, 0), "{base}{path}");
        }
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn it_runs_until_it_is_interrupted_and_a_port_that_is_taken_is_told() {
    let mut idp = DevIdp::start(&["--callback", "https://localhost:8443/auth/callback/{id}"]).await;
    assert!(!idp.lines.iter().any(|line| line.starts_with("AUTH_URL")), "where such a site is, it cannot tell");
    let taken = idp.get("AUTH_AZURE_DEVOPS_ENDPOINTS").rsplit(':').next().unwrap().to_owned();
    let other = Ran::of(&["dev-idp", "--port", &taken], &[]).await;
    assert_eq!(other.code, Some(2));
    assert!(other.err.contains("choose other ports by --port") && other.out.is_empty(), "{}", other.err);
    let id = idp.child.id().unwrap().to_string();
    assert!(tokio::process::Command::new("kill").args(["-INT", &id]).status().await.unwrap().success());
    assert_eq!(idp.child.wait().await.unwrap().code(), Some(0));
}

const SECRET: &str = "zvJIRcJ1rkhbq1PPAB2X6lk6KX0Tv4dIoHcPN5dGQ0Yv";
