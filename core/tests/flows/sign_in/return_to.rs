//! Where the browser lands in the end, whatever it was told.

use url::Url;

use crate::support::{ORIGIN, Site, location};

const CALLBACK_URL: &str = "__Secure-authjs.callback-url";

/// Every way out of the origin that anybody has thought of.
pub(crate) const TRICKS: &[&str] = &[
    "//evil.example", // RED-001
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%5Cevil.example",
    "https:\\\\evil.example",
    "/%2F/evil.example",
    "/%2fevil.example/..//x",
    "/\t/evil.example",
    "/\n/evil.example",
    "/%09/%5cevil.example",
    "https:evil.example",
    "https:/evil.example",
    "HtTpS:evil.example",
    "https://app.example@evil.example",
    "https://app.example:443@evil.example",
    "//;@evil.example",
    "https://user@app.example/",
    "https://evil.example#app.example",
    "https://evil.example?app.example",
    "https://app.example.evil.example",
    "https://evilapp.example",
    "https://app%2eexample.evil.example",
    "https://app.example\u{3002}evil.example",
    "javascript:alert(1)", // RED-019
    "JaVaScRiPt%3Aalert(1)",
    "java\r\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "/.//evil.example",
    "https://app.example//evil.example", // RED-022
    "/x/..//evil.example",
    "http://app.example",
    "https://app.example:8443",
    "https://sub.app.example",
    "/%00/evil.example",
    "/ok%00//evil.example",
    "/ok%0d%0aSet-Cookie:%20x=y", // RED-030
    "//[::ffff:1.2.3.4]",
    "//0x7f000001",
    "//2130706433",
    "/%252F%252Fevil.example",
    "evil.example",
    "?x",
    "/%25252525252f%25252525252fevil",
];

#[tokio::test]
async fn no_trick_in_the_form_leads_elsewhere() {
    // RED-001, RED-019, RED-022, RED-030
    let site = Site::new();
    for trick in TRICKS {
        let mut browser = site.browser();
        let callback = browser.consent(trick).await;
        assert_eq!(location(&browser.get(&callback).await), ORIGIN, "{trick:?}");
        assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
    }
}

#[tokio::test]
async fn no_trick_leads_elsewhere_through_query_page_or_cookie() {
    // RED-038, RED-039
    let site = Site::new();
    for trick in TRICKS {
        let query: String = url::form_urlencoded::byte_serialize(trick.as_bytes()).collect();
        let mut browser = site.browser();
        let token = browser.csrf_token().await;

        let page = browser.get(&format!("/api/auth/signin?callbackUrl={query}")).await;
        let html = String::from_utf8_lossy(page.body()).into_owned();
        assert!(html.contains(&format!(r#"name="callbackUrl" value="{ORIGIN}""#)), "{trick:?}");
        let out = browser.post(&format!("/api/auth/signout?callbackUrl={query}"), &[("csrfToken", &token)]).await;
        assert_eq!(location(&out), ORIGIN, "{trick:?}");
        let out = browser.post("/api/auth/signout", &[("csrfToken", &token), ("callbackUrl", trick)]).await;
        assert_eq!(location(&out), ORIGIN, "{trick:?}");

        // Planted by hand, and never taken at its word.
        let cookie = url::form_urlencoded::byte_serialize(trick.as_bytes()).collect::<String>().replace('+', "%20");
        browser.jar.set(CALLBACK_URL, &cookie);
        let address = location(&browser.post("/api/auth/signin/azure-devops", &[("csrfToken", &token)]).await);
        assert_eq!(browser.jar.get(CALLBACK_URL), Some("https%3A%2F%2Fapp.example"), "{trick:?}");
        let callback = site.azure.authorize_as("norma", &address).await.unwrap().path_and_query();
        browser.jar.set(CALLBACK_URL, &cookie);
        browser.headers.insert("referer", "https://evil.example/".parse().unwrap());
        let target = location(&browser.get(&format!("{callback}&callbackUrl={query}")).await);
        assert_eq!(Url::parse(&target).unwrap().origin().ascii_serialization(), ORIGIN, "{trick:?}");
        assert_eq!(target, ORIGIN);
    }
}

#[tokio::test]
async fn a_deep_link_survives_the_trip_byte_for_byte() {
    // RED-040
    let site = Site::new();
    for path in ["/", "/a/b?x=1&y=%2Fz#frag", "/caf%C3%A9", "/@me:7/x", "/q?u=//x&v=https://evil.example"] {
        for candidate in [path.to_owned(), format!("{ORIGIN}{path}")] {
            let mut browser = site.browser();
            let callback = browser.consent(&candidate).await;
            assert_eq!(location(&browser.get(&callback).await), format!("{ORIGIN}{path}"));
        }
    }
    let mut browser = site.browser();
    let callback = browser.consent("/café?q=é").await;
    assert_eq!(location(&browser.get(&callback).await), format!("{ORIGIN}/caf%C3%A9?q=%C3%A9"));
}

#[tokio::test]
async fn of_form_query_and_cookie_the_first_that_speaks_counts() {
    let site = Site::new();
    let mut browser = site.browser();
    let token = browser.csrf_token().await;
    browser.jar.set(CALLBACK_URL, "https%3A%2F%2Fapp.example%2Fcookie");
    let path = "/api/auth/signout";
    let form = |target| [("csrfToken", token.as_str()), ("callbackUrl", target)];
    let out = browser.post(path, &form("")).await;
    assert_eq!(location(&out), format!("{ORIGIN}/cookie"));
    let out = browser.post(&format!("{path}?callbackUrl=/query"), &form("")).await;
    assert_eq!(location(&out), format!("{ORIGIN}/query"));
    let out = browser.post(&format!("{path}?callbackUrl=/query"), &form("/form")).await;
    assert_eq!(location(&out), format!("{ORIGIN}/form"));
    assert_eq!(browser.jar.get(CALLBACK_URL), Some("https%3A%2F%2Fapp.example%2Fform"));
}

#[tokio::test]
async fn the_longest_return_address_makes_no_cookie_that_a_browser_throws_away() {
    let site = Site::new();
    for filler in ["x", "é", "/é"] {
        for length in [1_990, 1_000, 600] {
            let target = format!("/{}", filler.repeat(length / filler.len()));
            let mut browser = site.browser();
            let callback = browser.consent(&target).await;
            let landed = location(&browser.get(&callback).await);
            assert!(landed.starts_with(ORIGIN), "{landed}");
            assert_eq!(browser.session().await["user"]["name"], "Norma Paulk", "{filler} {length}");
        }
    }
}
