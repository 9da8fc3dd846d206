//! The table at the head of "Troubleshooting": each row is a refusal that a pretend provider sends in a sign-in, and what
//! the person sees then.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use admit::{Auth, Client, Environment, HttpClient, Provider};
use admit_providers::{azure_devops, microsoft_entra_id};
use admit_testkit::entra::Refusal;
use admit_testkit::{
    CookieJar, PretendAzureDevOps, PretendEntra, azure_devops as pretend_azure, entra as pretend_entra,
};
use http::{Request, StatusCode, header};

const ORIGIN: &str = "https://app.example";
const ENTRA_ID: &str = "6731de76-14a6-49ae-97bc-6eba6914391e";

/// Message, where it comes, code.
fn rows() -> Vec<[String; 3]> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/azure-to-entra/troubleshooting.md");
    let page = fs::read_to_string(path).expect("the page");
    let (_, rest) = page
        .split_once("| message | where it comes | code that the person sees |\n|---|---|---|\n")
        .expect("the table");
    let rows = rest.lines().take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
        cells.try_into().expect("three cells")
    })
    .collect()
}

#[tokio::test]
async fn each_message_ends_as_the_table_says() {
    let (mut wrong, rows) = (Vec::new(), rows());
    for [message, place, code] in &rows {
        let seen = match message.strip_prefix("AADSTS") {
            Some(number) => at_entra(number.parse().expect("a number"), place).await,
            None if message == "admin_consent=True" => of_an_administrator().await,
            None => at_azure_devops(message).await,
        };
        if seen != *code {
            wrong.push(format!("{message}, {place}: the page says {code}, and it is {seen}"));
        }
    }
    assert!(rows.len() > 10 && wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn at_entra(number: u32, place: &str) -> String {
    let callback = format!("{ORIGIN}/api/auth/callback/microsoft-entra-id");
    // Entra ID does not send the browser to an address that it does not know.
    let registered = if number == 50011 { "https://app.example/elsewhere".to_owned() } else { callback };
    let entra = PretendEntra::builder(ENTRA_ID, "the-value", registered).build();
    let stage = match place {
        "the page of Microsoft's" => None,
        "the way back" => Some(pretend_entra::Stage::Authorize),
        "the token endpoint" => Some(pretend_entra::Stage::Token),
        other => panic!("no such place: {other}"),
    };
    if let Some(stage) = stage {
        entra.fail_once(stage, pretend_entra::Fault::Refusal(Refusal::aadsts(number)));
    }
    let mut site = Site::of(entra.clone(), microsoft_entra_id(Client::new(ENTRA_ID, "the-value")));
    let away = site.begin().await;
    let Ok(back) = entra.authorize_as("norma", &away).await else { return "-".to_owned() };
    site.finish(&back.path_and_query()).await
}

/// Who consented by the link for administrators comes to the callback, and has begun nothing.
async fn of_an_administrator() -> String {
    let entra = PretendEntra::builder(ENTRA_ID, "the-value", ORIGIN).build();
    let site = Site::of(entra, microsoft_entra_id(Client::new(ENTRA_ID, "the-value")));
    site.finish("/api/auth/callback/microsoft-entra-id?admin_consent=True&tenant=7a394543-62fd-4274-a7d2-8fac775942b6")
        .await
}

async fn at_azure_devops(message: &str) -> String {
    use pretend_azure::{Fault, Stage};

    let callback = format!("{ORIGIN}/api/auth/callback/azure-devops");
    let azure = PretendAzureDevOps::builder("app-id", "header.payload.signature", callback).build();
    let (mut secret, mut scope) = ("header.payload.signature", "vso.profile");
    match message {
        "InvalidScope" => scope = "vso.profile vso.nonsense",
        "invalid_client" => secret = "an.older.secret",
        "invalid_grant" => {
            let body = r#"{"Error":"invalid_grant","ErrorDescription":"The grant is not valid"}"#.into();
            let (status, media_type) = (StatusCode::BAD_REQUEST, "application/json".to_owned());
            azure.fail_once(Stage::Token, Fault::Answer { status, media_type, body });
        }
        "203 with HTML" => azure.fail_once(Stage::Profile, Fault::HtmlWith203),
        "access_denied" => {}
        other => panic!("no such message: {other}"),
    }
    let provider = azure_devops(Client::new("app-id", secret)).scopes(scope.split(' '));
    let mut site = Site::of(azure.clone(), provider);
    let away = site.begin().await;
    let back = match message {
        "access_denied" => azure.deny(&away).await,
        _ => azure.authorize_as("norma", &away).await,
    };
    let Ok(back) = back else { return "-".to_owned() };
    site.finish(&back.path_and_query()).await
}

struct Site {
    auth: Auth,
    provider: String,
    jar: CookieJar,
}

impl Site {
    fn of(http: impl HttpClient, provider: impl Provider) -> Self {
        let id = provider.id().to_owned();
        let auth = Auth::builder(ORIGIN)
            .secret("at least thirty-two bytes, from openssl rand")
            .environment(Environment::default())
            .http_client(http)
            .provider(provider)
            .danger_single_process_refresh()
            .build()
            .expect("a site");
        Self { auth, provider: id, jar: CookieJar::default() }
    }

    /// Where the browser is sent.
    async fn begin(&mut self) -> String {
        let answer = self.auth.handle(Request::get("/api/auth/csrf").body("".into()).expect("a request")).await;
        self.jar.apply(answer.headers());
        let csrf: HashMap<String, String> = serde_json::from_slice(answer.body()).expect("JSON");
        let request = Request::post(format!("/api/auth/signin/{}", self.provider))
            .header(header::ORIGIN, ORIGIN)
            .header(header::COOKIE, self.jar.header(true).expect("cookies"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(format!("csrfToken={}", csrf["csrfToken"]).into())
            .expect("a request");
        let answer = self.auth.handle(request).await;
        self.jar.apply(answer.headers());
        answer.headers()[header::LOCATION].to_str().expect("an address").to_owned()
    }

    /// The code that the browser is sent to.
    async fn finish(&self, back: &str) -> String {
        let request = Request::get(back).header(header::COOKIE, self.jar.header(true).unwrap_or_default());
        let answer = self.auth.handle(request.body("".into()).expect("a request")).await;
        let to = answer.headers()[header::LOCATION].to_str().expect("an address");
        let code = to.split(['?', '&']).find_map(|member| member.strip_prefix("code="));
        code.unwrap_or("signed in").to_owned()
    }
}
