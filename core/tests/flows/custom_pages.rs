//! Pages that the application draws: by a renderer, by templates, and at its own paths.

#[cfg(feature = "templates")]
mod templates;

use admit::page::{Form, Frame, Loads, Page, PageHtml, PageRenderer};
use admit::{Auth, AuthBuilder, BoxError, Current, MemoryStore, Pages, RequestHead};
use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_LANGUAGE, COOKIE, SET_COOKIE};
use http::{HeaderMap, Method, Response, StatusCode, Uri};

use crate::support::log::Heard;
use crate::support::{Browser, ORIGIN, Site, location};

/// Draws what its function draws.
#[derive(Debug)]
struct Drawn(fn(&Frame<'_>, &Page) -> Result<Option<PageHtml>, BoxError>);

impl PageRenderer for Drawn {
    fn render(&self, frame: &Frame<'_>, page: &Page) -> Result<Option<PageHtml>, BoxError> {
        self.0(frame, page)
    }
}

pub fn with(renderer: impl PageRenderer) -> Site {
    Site::with(|builder: AuthBuilder| builder.page_renderer(renderer).danger_single_process_refresh())
}

pub fn html(answer: &Response<Bytes>) -> String {
    String::from_utf8(answer.body().to_vec()).unwrap()
}

pub fn policy(answer: &Response<Bytes>) -> &str {
    answer.headers()["content-security-policy"].to_str().unwrap()
}

const PAGES: &[&str] = &[
    "/api/auth/signin",
    "/api/auth/signout",
    "/api/auth/verify-request",
    "/api/auth/error?error=Configuration&code=state_expired&ref=abc",
    "/api/auth/error?code=session_store_unavailable",
];

#[tokio::test]
async fn a_renderer_draws_the_pages_it_wants_and_leaves_the_others_to_admit() {
    let site = with(Drawn(|frame, page| {
        let Page::Error(error) = page else { return Ok(None) };
        let told = format!("{} {:?} {} {}", error.status, error.code, error.title, frame.app());
        Ok(Some(PageHtml::new(told)))
    }));
    let mut browser = site.browser();
    let refused = browser.get("/api/auth/error?error=Configuration&code=state_expired&ref=abc").await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert_eq!(html(&refused), r#"400 Bad Request Some("state_expired") The sign-in took too long app.example"#);
    assert!(html(&browser.get("/api/auth/signin").await).starts_with("<!DOCTYPE html>"));
}

#[tokio::test]
async fn whoever_draws_a_page_status_and_headers_are_those_of_the_built_in_one() {
    // ERR-009, ERR-011
    let (built_in, drawn) = (Site::new(), with(Drawn(|_, page| Ok(Some(PageHtml::new(page.kind()))))));
    for path in PAGES {
        let (built_in, drawn) = (built_in.browser().get(path).await, drawn.browser().get(path).await);
        assert_eq!((drawn.status(), drawn.headers()), (built_in.status(), built_in.headers()), "{path}");
        assert_ne!(drawn.body(), built_in.body());
    }
}

#[tokio::test]
async fn what_a_page_may_load_is_added_to_its_policy_and_nothing_is_taken_out() {
    // ERR-009
    let site = with(Drawn(|_, _| {
        let loads = Loads::nothing().styles_from_self().fonts_from_self().inline_style("b{}").scripts_from_self();
        Ok(Some(PageHtml::new("").loads(loads.inline_script("1").connections_to_self())))
    }));
    let page = site.browser().get("/api/auth/signin").await;
    // The first is the built-in stylesheet's.
    let (before, rest) = policy(&page).split_once("'sha256-").unwrap();
    let (_, rest) = rest.split_once("' ").unwrap();
    insta::assert_snapshot!(format!("{before}'sha256-…' {rest}").replace("; ", ";\n"), @r"
    default-src 'none';
    style-src 'sha256-…' 'self' 'sha256-7yqHVAesot11p6HczDsgKRipvI5UPgs97z80zNXlans=';
    img-src 'self' data:;
    script-src 'self' 'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s=';
    font-src 'self';
    connect-src 'self';
    base-uri 'none';
    frame-ancestors 'none'
    ");
}

#[tokio::test]
async fn a_renderer_that_fails_or_panics_costs_nobody_their_page() {
    type Draw = fn(&Frame<'_>, &Page) -> Result<Option<PageHtml>, BoxError>;
    let failing: [Draw; 2] = [|_, _| Err("the ink is dry".into()), |_, _| panic!("the pen broke")];
    for (draw, cause) in failing.into_iter().zip(["the ink is dry", "it panicked"]) {
        let heard = Heard::default();
        let _listening = heard.listen();
        let page = with(Drawn(draw)).browser().get(PAGES[3]).await;
        let built_in = Site::new().browser().get(PAGES[3]).await;
        assert_eq!(
            (page.status(), page.headers(), page.body()),
            (built_in.status(), built_in.headers(), built_in.body())
        );
        let line = heard.text().lines().find(|line| line.contains("page renderer failed")).unwrap().to_owned();
        for part in ["ERROR", cause, r#"page="error""#, r#"reference="abc""#] {
            assert!(line.contains(part), "{line}");
        }
    }
}

#[test]
fn what_is_wrong_with_a_renderer_is_told_by_build() {
    #[derive(Debug)]
    struct Wrong;
    impl PageRenderer for Wrong {
        fn render(&self, _: &Frame<'_>, _: &Page) -> Result<Option<PageHtml>, BoxError> {
            Ok(None)
        }
        fn problems(&self) -> Vec<String> {
            vec!["pages: the ink is dry; buy some".to_owned()]
        }
    }
    let error =
        Auth::builder(ORIGIN).page_renderer(Wrong).for_jobs().secret(crate::support::SECRET).build().unwrap_err();
    assert!(error.to_string().contains("pages: the ink is dry; buy some"), "{error}");
}

/// The request of a browser for a page of the application's own.
fn current(browser: &Browser<'_>, path: &str, language: &'static str) -> Current {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, "text/html".parse().unwrap());
    headers.insert(ACCEPT_LANGUAGE, language.parse().unwrap());
    if let Some(cookies) = browser.jar.header(true) {
        headers.insert(COOKIE, cookies.parse().unwrap());
    }
    browser.site.auth.current(&RequestHead::new(&Method::GET, &path.parse::<Uri>().unwrap(), &headers))
}

async fn keep_cookies(browser: &mut Browser<'_>, current: &Current) {
    let cookies = current.set_cookies().await.into_iter().map(|value| (SET_COOKIE, value));
    browser.jar.apply(&cookies.collect());
}

pub async fn submit(browser: &mut Browser<'_>, form: &Form) -> Response<Bytes> {
    let fields: Vec<_> = form.hidden.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect();
    browser.post(form.action.strip_prefix(ORIGIN).unwrap(), &fields).await
}

#[tokio::test]
async fn a_page_at_a_path_of_the_applications_own_signs_in_and_out() {
    let site = Site::new();
    let mut browser = site.browser();
    let welcome = current(&browser, "/welcome?callbackUrl=/inbox%3Fa%3D1&error=SessionRequired", "en");
    let page = welcome.sign_in_page().await;
    assert_eq!(page.ways[0].form.label, "Sign in with Azure DevOps");
    let notice = page.notice.unwrap();
    assert_eq!((notice.is_alarm, notice.texts[0].as_str()), (false, "Sign in to open this page."));
    keep_cookies(&mut browser, &welcome).await;

    let address = location(&submit(&mut browser, &page.ways[0].form).await);
    let callback = site.azure.authorize_as("norma", &address).await.unwrap().path_and_query();
    assert_eq!(location(&browser.get(&callback).await), format!("{ORIGIN}/inbox?a=1"));
    assert_eq!(browser.session_cookies().len(), 1);

    let leave = current(&browser, "/leave?callbackUrl=/bye", "en");
    let form = leave.sign_out_page().await.form;
    keep_cookies(&mut browser, &leave).await;
    assert_eq!(location(&submit(&mut browser, &form).await), format!("{ORIGIN}/bye"));
    assert!(browser.session_cookies().is_empty());
}

#[tokio::test]
async fn a_page_of_ones_own_says_what_the_built_in_one_says() {
    let site = Site::new();
    let browser = site.browser();
    let query = "error=Configuration&code=state_expired&ref=b7Qk2";
    let page = current(&browser, &format!("/oops?{query}"), "de").error_page().await;
    let mut german = site.browser();
    german.headers.insert(ACCEPT_LANGUAGE, "de".parse().unwrap());
    let built_in = german.get(&format!("/api/auth/error?{query}")).await;
    let words = [&page.title, &page.happened, &page.next, &page.links[0].label];
    for text in words.into_iter().chain([&page.reference.as_ref().unwrap().id]) {
        assert!(html(&built_in).contains(text.as_str()), "{text}");
    }
    assert_eq!((page.status, page.code), (built_in.status(), Some("state_expired")));
    // ERR-001
    let evil = "/oops?error=%3Cb%3E&code=%3Cb%3E&ref=%3Cb%3E&callbackUrl=https://evil.example";
    let page = current(&browser, evil, "en").error_page().await;
    assert_eq!((page.code, &page.reference), (None, &None));
    let page = current(&browser, evil, "en").sign_in_page().await;
    let said = format!("{page:?}");
    assert!(!said.contains("<b>") && !said.contains("evil"), "{said}");
}

#[tokio::test]
async fn an_account_at_a_path_of_the_applications_own_has_forms_that_lead_back_there() {
    let store = MemoryStore::new();
    let site = Site::with(|builder| builder.store(store).pages(Pages::default().account("/settings")));
    let mut browser = site.browser();
    assert_eq!(current(&browser, "/settings", "en").account_page().await.unwrap(), None);
    browser.sign_in().await;
    site.browser().sign_in().await;
    let settings = current(&browser, "/settings", "de");
    let page = settings.account_page().await.unwrap().unwrap();
    keep_cookies(&mut browser, &settings).await;
    assert_eq!((page.title.as_str(), page.person.name.as_str()), ("Ihr Konto", "Norma Paulk"));
    let connections = page.connections.unwrap();
    assert!(connections.accounts[0].disconnect.is_none() && connections.accounts[0].stays.is_some());
    assert_eq!(page.sessions.devices.len(), 2);
    let gone = submit(&mut browser, page.sessions.sign_out_others.as_ref().unwrap()).await;
    assert_eq!(location(&gone), format!("{ORIGIN}/settings?ended=others"));
    let page = current(&browser, "/settings?ended=others", "en").account_page().await.unwrap().unwrap();
    assert_eq!(page.notice.unwrap().text, "All other devices are signed out.");
    assert_eq!(page.sessions.devices.len(), 1);

    let signed_out = submit(&mut browser, &page.sessions.devices[0].sign_out).await;
    assert_eq!(signed_out.status(), StatusCode::FOUND);
    assert_eq!(current(&browser, "/settings", "en").account_page().await.unwrap(), None);
}

#[tokio::test]
async fn a_renderer_draws_the_page_of_an_account_as_any_other() {
    let site = with(Drawn(|_, page| {
        let Page::Account(account) = page else { return Ok(None) };
        Ok(Some(PageHtml::new(format!("{}: {}", account.person.name, account.sessions.devices.len()))))
    }));
    let mut browser = site.browser();
    browser.sign_in().await;
    let page = browser.get("/api/auth/account").await;
    assert_eq!((page.status(), html(&page).as_str()), (StatusCode::OK, "Norma Paulk: 1"));
}
