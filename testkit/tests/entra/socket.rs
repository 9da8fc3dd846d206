//! On a socket: both hosts at one address, and pages for a person.

use admit_testkit::entra::FABRIKAM;
use admit_testkit::{FixedClock, Served};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::form_urlencoded::Serializer;

use super::app::{App, LOGIN, REDIRECT_URI, authorization_url, builder};

/// One request over a connection of its own, and all that comes back.
async fn ask(served: &Served, method: &str, path: &str, form: &[(&str, &str)]) -> String {
    let mut stream = TcpStream::connect(served.address()).await.unwrap();
    let body = Serializer::new(String::new()).extend_pairs(form).finish();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        served.address(),
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = vec![];
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

fn target(authority: &str, changes: &[(&str, &str)]) -> String {
    authorization_url(authority, changes).replace(LOGIN, "")
}

#[tokio::test]
async fn the_hosts_are_the_socket_s() {
    let (entra, served) = builder(&FixedClock::default()).serve_on(0).await.unwrap();
    let base = served.base_url();
    assert_eq!((entra.login_host(), entra.graph_host()), (base.as_str(), base.as_str()));
    let document = ask(&served, "GET", "/common/v2.0/.well-known/openid-configuration", &[]).await;
    assert!(document.contains(&format!("\"issuer\":\"{base}/{{tenantid}}/v2.0\"")), "{document}");
    assert!(ask(&served, "GET", "/v1.0/me", &[]).await.starts_with("HTTP/1.1 401"));
    assert!(ask(&served, "GET", "/elsewhere", &[]).await.starts_with("HTTP/1.1 404"));
    assert!(ask(&served, "GET", "/", &[]).await.contains("Norma Paulk"));
}

#[tokio::test]
async fn a_person_picks_an_account_and_agrees() {
    let (entra, served) = builder(&FixedClock::default()).app_name("<Harbor>").serve_on(0).await.unwrap();
    let request = target("common", &[("state", "\"><script>")]);
    let page = ask(&served, "GET", &request, &[]).await;
    assert!(
        page.contains("Pick an account") && page.contains("&lt;Harbor&gt;") && !page.contains("<script>"),
        "{page}"
    );
    for name in ["Norma Paulk", "Bo Lindqvist", "Pia Holm", "Use another account"] {
        assert!(page.contains(name), "{name}");
    }
    let consent = ask(&served, "POST", "/_pretend/account", &[("request", &request), ("login", "norma")]).await;
    assert!(consent.contains("Permissions requested") && consent.contains("Read your profile"), "{consent}");
    let form = [("request", request.as_str()), ("login", "norma"), ("decision", "accept")];
    let sent = ask(&served, "POST", "/_pretend/consent", &form).await;
    assert!(sent.contains(&format!("location: {REDIRECT_URI}?code=1.A")), "{sent}");
    // Whoever has agreed is not asked again, and may type who they are.
    let form = [("request", request.as_str()), ("login", " Norma@Fabrikam.example ")];
    assert!(ask(&served, "POST", "/_pretend/account", &form).await.starts_with("HTTP/1.1 302"));
    let again = target("common", &[("prompt", "consent")]);
    let form = [("request", again.as_str()), ("login", "norma")];
    assert!(ask(&served, "POST", "/_pretend/account", &form).await.contains("Permissions requested"));
    entra.withdraw_consent("norma");
    let form = [("request", request.as_str()), ("login", "norma")];
    assert!(ask(&served, "POST", "/_pretend/account", &form).await.contains("Permissions requested"));

    let form = [("request", request.as_str()), ("login", "norma"), ("decision", "cancel")];
    assert!(
        ask(&served, "POST", "/_pretend/consent", &form).await.contains("?error=access_denied&error_subcode=cancel")
    );
    let form = [("request", request.as_str()), ("login", "<nobody>")];
    let nobody = ask(&served, "POST", "/_pretend/account", &form).await;
    assert!(nobody.starts_with("HTTP/1.1 400") && nobody.contains("AADSTS50034") && nobody.contains("&lt;nobody&gt;"));
}

#[tokio::test]
async fn hints_and_authorities_say_whom_the_page_offers() {
    let (_entra, served) = builder(&FixedClock::default()).serve_on(0).await.unwrap();
    for (authority, changes, offered) in [
        ("organizations", &[][..], &["norma", "bo", "vera"][..]),
        ("consumers", &[], &["pia"]),
        (FABRIKAM, &[], &["norma", "bo"]),
        ("common", &[("domain_hint", "lamplight.example")], &["vera"]),
        ("common", &[("domain_hint", "consumers")], &["pia"]),
        ("common", &[("login_hint", "bo@fabrikam.example")], &["bo"]),
    ] {
        let page = ask(&served, "GET", &target(authority, changes), &[]).await;
        for login in ["norma", "bo", "vera", "pia"] {
            let is_there = page.contains(&format!("value=\"{login}\""));
            assert_eq!(is_there, offered.contains(&login), "{login} at {authority} with {changes:?}");
        }
    }
}

#[tokio::test]
async fn the_answer_as_a_form_is_sent_by_a_button() {
    let (entra, served) = builder(&FixedClock::default()).serve_on(0).await.unwrap();
    entra.auto_consent(Some("bo"));
    let page = ask(&served, "GET", &target("common", &[("response_mode", "form_post")]), &[]).await;
    assert!(page.contains(&format!("method=\"post\" action=\"{REDIRECT_URI}\"")), "{page}");
    assert!(
        page.contains("name=\"code\"") && page.contains("name=\"state\" value=\"s1\"") && !page.contains("<script")
    );
}

#[tokio::test]
async fn a_page_answers_its_own_forms_only() {
    let (entra, served) = builder(&FixedClock::default()).serve_on(0).await.unwrap();
    for (method, form) in
        [("GET", &[][..]), ("POST", &[("login", "norma")]), ("POST", &[("request", "/x?y"), ("login", "norma")])]
    {
        assert!(ask(&served, method, "/_pretend/consent", form).await.starts_with("HTTP/1.1 400"));
    }
    assert_eq!(entra.violations(), ["authorize: this page answers its own forms only"; 2]);
}

#[tokio::test]
async fn signing_out_leads_to_registered_addresses_only() {
    let app = App::new();
    let (_entra, served) = builder(&app.clock).redirect_uri("https://app.example/bye").serve_on(0).await.unwrap();
    let logout = |uri: &str| format!("/common/oauth2/v2.0/logout?post_logout_redirect_uri={uri}&state=a%26b");
    let known = ask(&served, "GET", &logout("https%3A%2F%2Fapp.example%2Fbye"), &[]).await;
    assert!(known.contains("location: https://app.example/bye?state=a%26b"), "{known}");
    // T97
    let unknown = ask(&served, "GET", &logout("https%3A%2F%2Fevil.example"), &[]).await;
    assert!(unknown.starts_with("HTTP/1.1 200") && unknown.contains("You signed out"), "{unknown}");
}
