//! What every provider of this crate sends, and what it makes of the answers that its provider documents.
//!
//! A provider is a line in [`providers`], a folder in `fixtures/` and its snapshots in `tests/snapshots/`. The last
//! test fails where one of them is missing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "this is a test, helpers included")]

mod replay;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use admit::provider::{
    AuthorizationRequest, ClientAuthentication, Flow, Grant, Granted, Metadata, OAuthFlow, ProviderContext,
    RevocationRequest,
};
use admit::{Claims, Client, Email, HttpRequest, HttpResponse, Image, Profile, Provider, Secret, TokenSet};
use admit_providers::{apple, azure_devops, discord, github, gitlab, google, keycloak, microsoft_entra_id};
use replay::{NOW, Replay, StoppedClock, answer};

/// A provider, and the status that its error comes with.
struct Case {
    provider: Box<dyn Provider>,
    error_status: u16,
}

fn providers() -> Vec<Case> {
    let client = || Client::new("fixture-client", "fixture-secret");
    let case = |provider, error_status| Case { provider, error_status };
    vec![
        case(Box::new(apple(client())), 400),
        case(Box::new(azure_devops(client())), 400),
        case(Box::new(discord(client())), 400),
        case(Box::new(github(client())), 200),
        case(Box::new(gitlab(client())), 400),
        case(Box::new(google(client()).hosted_domain("fixture.example").offline()), 400),
        case(Box::new(keycloak(client()).issuer("https://id.fixture.example/realms/fixture")), 400),
        case(Box::new(microsoft_entra_id(client())), 401),
    ]
}

const STEPS: &[&str] =
    &["authorization", "code_request", "refresh_request", "tokens", "refusal", "profile", "revocation_request"];
const FIXTURES: &[&str] = &["README.md", "token.json", "token_error.json", "userinfo.json"];
/// Of a provider that speaks OpenID Connect. It has `userinfo.json` besides, if that endpoint is read as well.
const OPENID_FIXTURES: &[&str] = &["README.md", "discovery.json", "id_token.json", "token.json", "token_error.json"];
const REDIRECT_URI: &str = "https://app.example/api/auth/callback/provider";

#[test]
fn every_provider_has_a_mark_of_its_own_that_fits_a_page() {
    let mut seen = BTreeSet::new();
    for Case { provider, .. } in providers() {
        let mark = provider.mark().unwrap_or_else(|| panic!("{} has no mark", provider.id()));
        assert_eq!(mark.problems(), [""; 0], "{}", provider.id());
        assert!(mark.svg().len() < 1024, "{}: {} bytes in every page", provider.id(), mark.svg().len());
        assert!(seen.insert(mark.svg()), "{} has the mark of another", provider.id());
    }
}

#[test]
fn the_authorization_request_is_the_documented_one() {
    for_each("authorization", |_, flow, cx| {
        let challenge = flow.config().uses_pkce().then_some("fixture-code-challenge");
        let request = AuthorizationRequest::new(
            "fixture-client",
            REDIRECT_URI,
            "fixture-state",
            flow.config().requested_scopes(),
        )
        .code_challenge(challenge)
        .nonce(cx.metadata().map(|_| "fixture-nonce"));
        let query = flow.authorization(cx, &request).unwrap().encode();
        let published = || cx.metadata().unwrap().authorization_endpoint.as_str();
        let endpoint = flow.config().authorization_url().unwrap_or_else(published);
        format!("{endpoint}\n  {}", query.replace('&', "\n  "))
    });
}

#[test]
fn the_token_request_is_the_documented_one() {
    for_each("code_request", |_, flow, cx| {
        let (code, verifier) = (Secret::new("fixture-code"), Secret::new("fixture-code-verifier"));
        let code_verifier = flow.config().uses_pkce().then_some(&verifier);
        let scopes = flow.config().requested_scopes();
        let grant = Grant::AuthorizationCode { code: &code, redirect_uri: REDIRECT_URI, code_verifier, scopes };
        show_request(&flow.token_request(cx, &grant, &secret()).unwrap())
    });
}

#[test]
fn the_refresh_request_is_the_documented_one() {
    for_each("refresh_request", |_, flow, cx| {
        let refresh_token = Secret::new("fixture-refresh-token");
        let scopes = flow.config().requested_scopes();
        let grant = Grant::RefreshToken { refresh_token: &refresh_token, redirect_uri: REDIRECT_URI, scopes };
        show_request(&flow.token_request(cx, &grant, &secret()).unwrap())
    });
}

#[test]
fn the_revocation_request_is_the_documented_one_where_there_is_one() {
    for_each("revocation_request", |_, flow, cx| {
        let config = flow.config();
        let published = || Some(cx.metadata()?.revocation_endpoint.as_ref()?.as_str());
        let page = config.authorizations_url().unwrap_or("no page that is documented");
        let Some(endpoint) = config.revocation_url().or_else(published) else {
            return format!("none\n\npeople: {page}");
        };
        // GitHub knows no other than the access token here.
        let is_refresh_token = cx.provider != "github";
        let token = Secret::new(if is_refresh_token { "fixture-refresh-token" } else { "fixture-access-token" });
        let request = RevocationRequest::new(endpoint, &token, is_refresh_token);
        format!("{}\n\npeople: {page}", show_request(&flow.revocation_request(cx, &request, &secret()).unwrap()))
    });
}

#[test]
fn the_documented_token_answer_is_understood() {
    for_each("tokens", |case, flow, cx| {
        show_tokens(&flow.token_response(cx, &code(), &fixture_answer(case, 200, "token.json")).unwrap())
    });
}

#[test]
fn the_documented_refusal_is_understood() {
    for_each("refusal", |case, flow, cx| {
        let refusal = fixture_answer(case, case.error_status, "token_error.json");
        let refresh_token = Secret::new("fixture-refresh-token");
        let show = |grant: &Grant<'_>| {
            let error = flow.token_response(cx, grant, &refusal).unwrap_err();
            format!("{error}\n  fault: {:?}", error.fault())
        };
        format!("code exchange: {}\nrefresh: {}", show(&code()), show(&refresh(&refresh_token)))
    });
}

#[tokio::test]
async fn the_documented_person_is_understood() {
    for case in providers() {
        let Flow::OAuth(flow) = case.provider.flow() else { panic!("{} is no OAuth provider", case.provider.id()) };
        let speaks_openid = flow.config().speaks_openid();
        let reads_userinfo = has_fixture(case.provider.id(), "userinfo.json");
        let http = Replay::new(reads_userinfo.then(|| fixture_answer(&case, 200, "userinfo.json")));
        let metadata = metadata(&case, flow);
        let cx =
            ProviderContext::new(case.provider.id(), "fixture-client", &StoppedClock, &http).with(metadata.as_ref());
        let (tokens, id_token) = match speaks_openid {
            true => {
                let tokens = flow.token_response(&cx, &code(), &fixture_answer(&case, 200, "token.json")).unwrap();
                (tokens, Some(Claims::parse(&fixture(&case, "id_token.json")).unwrap()))
            }
            false => (TokenSet::new("fixture-access-token"), None),
        };
        let claims = flow.claims(&cx, &Granted::new(&tokens, &[]).id_token(id_token.as_ref())).await.unwrap();
        let profile = flow.config().to_profile(&claims).unwrap();
        let requests: Vec<_> = http.requests().iter().map(show_request).collect();
        assert_eq!(requests.len(), usize::from(reads_userinfo), "{}: a fixture that nobody reads", case.provider.id());
        snapshot(&case, "profile", &format!("{}\n\n{}", requests.join("\n\n"), show_profile(&profile)));
    }
}

#[test]
fn every_provider_of_the_crate_is_in_the_table_with_fixtures_and_snapshots() {
    let table: BTreeSet<String> = providers().iter().map(|case| case.provider.id().to_owned()).collect();
    let modules =
        names_in("src").into_iter().filter_map(|name| name.strip_suffix(".rs").map(|name| name.replace('_', "-")));
    assert_eq!(modules.filter(|name| name != "lib").collect::<BTreeSet<_>>(), table);
    assert_eq!(names_in("fixtures"), table);
    assert_eq!(names_in("tests/snapshots"), table);
    for id in &table {
        let expected =
            |names: &[&str], end: &str| names.iter().map(|name| format!("{name}{end}")).collect::<BTreeSet<_>>();
        let mut fixtures = expected(if speaks_openid(id) { OPENID_FIXTURES } else { FIXTURES }, "");
        fixtures.extend(has_fixture(id, "userinfo.json").then(|| "userinfo.json".to_owned()));
        assert_eq!(names_in(&format!("fixtures/{id}")), fixtures, "{id}");
        assert_eq!(names_in(&format!("tests/snapshots/{id}")), expected(STEPS, ".snap"), "{id}");
    }
}

#[test]
fn every_provider_has_the_id_and_the_page_that_the_house_asks_for() {
    for case in providers() {
        let id = case.provider.id();
        assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{id}");
        let page = fs::read_to_string(here(&format!("src/{}.rs", id.replace('-', "_")))).unwrap();
        let mut rest = page.as_str();
        for heading in ["**Registration:**", "**Callback URL:**", "**Environment:**", "**Scopes:**", "**Quirks**"] {
            let found = rest.find(heading).unwrap_or_else(|| panic!("{id}: no {heading} where it belongs"));
            rest = &rest[found..];
        }
    }
}

/// Takes a snapshot of one step for every provider; the step needs no answer from the network.
fn for_each(step: &str, show: impl Fn(&Case, &dyn OAuthFlow, &ProviderContext<'_>) -> String) {
    for case in providers() {
        let Flow::OAuth(flow) = case.provider.flow() else { panic!("{} is no OAuth provider", case.provider.id()) };
        let http = Replay::new([]);
        let metadata = metadata(&case, flow);
        let cx =
            ProviderContext::new(case.provider.id(), "fixture-client", &StoppedClock, &http).with(metadata.as_ref());
        snapshot(&case, step, &show(&case, flow, &cx));
        assert!(http.requests().is_empty(), "{step} sent something");
    }
}

fn snapshot(case: &Case, step: &str, text: &str) {
    assert!(STEPS.contains(&step));
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new("snapshots").join(case.provider.id()));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(step, text));
}

fn code() -> Grant<'static> {
    static CODE: std::sync::OnceLock<Secret> = std::sync::OnceLock::new();
    let code = CODE.get_or_init(|| Secret::new("fixture-code"));
    Grant::AuthorizationCode { code, redirect_uri: REDIRECT_URI, code_verifier: None, scopes: &[] }
}

fn refresh(refresh_token: &Secret) -> Grant<'_> {
    Grant::RefreshToken { refresh_token, redirect_uri: REDIRECT_URI, scopes: &[] }
}

fn secret() -> ClientAuthentication {
    ClientAuthentication::Secret(Secret::new("fixture-secret"))
}

fn fixture_answer(case: &Case, status: u16, name: &str) -> HttpResponse {
    answer(status, fixture(case, name))
}

fn fixture(case: &Case, name: &str) -> Vec<u8> {
    fs::read(here(&format!("fixtures/{}/{name}", case.provider.id()))).unwrap()
}

fn has_fixture(id: &str, name: &str) -> bool {
    here(&format!("fixtures/{id}/{name}")).exists()
}

/// What the issuer says of itself, if the provider speaks OpenID Connect.
fn metadata(case: &Case, flow: &dyn OAuthFlow) -> Option<Metadata> {
    let read = || Metadata::parse(&fixture(case, "discovery.json"), false).unwrap();
    flow.config().speaks_openid().then(read)
}

fn speaks_openid(id: &str) -> bool {
    let case = providers().into_iter().find(|case| case.provider.id() == id).unwrap();
    matches!(case.provider.flow(), Flow::OAuth(flow) if flow.config().speaks_openid())
}

fn show_request(request: &HttpRequest) -> String {
    let mut headers: Vec<_> =
        request.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    headers.sort();
    let body = std::str::from_utf8(request.body()).unwrap();
    let body = if body.is_empty() { String::new() } else { format!("\n\n  {}", body.replace('&', "\n  ")) };
    format!("{} {}\n{}{body}", request.method(), request.uri(), headers.join("\n"))
}

fn show_tokens(tokens: &TokenSet) -> String {
    let shown =
        |secret: &Option<Secret>| secret.as_ref().map_or("none".to_owned(), |secret| secret.expose().to_owned());
    let life = tokens.expires_at.map_or("unknown".to_owned(), |at| format!("{} s", at.since(NOW).as_secs()));
    format!(
        "access token: {}\ntoken type: {}\nlife: {life}\nrefresh token: {}\nid token: {}\nscope: {}\nother members: {:?}",
        tokens.access_token.expose(),
        tokens.token_type,
        shown(&tokens.refresh_token),
        shown(&tokens.id_token),
        tokens.scope.as_deref().unwrap_or("not said"),
        tokens.extra,
    )
}

fn show_profile(profile: &Profile) -> String {
    let email = match &profile.email {
        None => "none".to_owned(),
        Some(Email::Verified(address)) => format!("{address}, verified"),
        Some(Email::Unverified(address)) => format!("{address}, unverified"),
    };
    let image = match &profile.image {
        None => "none".to_owned(),
        Some(Image::Url(url)) => url.clone(),
        Some(image) => format!("{image:?}"),
    };
    let name = profile.name.as_deref().unwrap_or("none");
    format!("subject: {}\nname: {name}\nemail: {email}\nimage: {image}", profile.subject)
}

fn names_in(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(here(folder)).unwrap();
    entries
        .map(|entry| entry.unwrap())
        .filter(|entry| folder != "src" || entry.path().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".snap.new"))
        .collect()
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
