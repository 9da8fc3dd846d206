//! `{:?}` in a log line is no way to a session: what is public prints nothing that opens anything.

use admit::provider::{Granted, Parameters};
use admit::{AuthBuilder, Claims, MemoryStore, RequestHead, TokenSet};
use http::header::COOKIE;
use http::{HeaderMap, Method, Uri};

use crate::support::Site;

const SESSION: &str = "__Secure-authjs.session-token";

#[tokio::test]
async fn who_prints_a_request_prints_no_session() {
    // CFG-007, OBS-001
    let stored = |builder: AuthBuilder| builder.session_store(MemoryStore::new()).danger_single_process_refresh();
    for site in [Site::new(), Site::with(stored)] {
        let mut browser = site.browser();
        browser.sign_in().await;
        let value = browser.jar.get(SESSION).unwrap().to_owned();
        let current = browser.current("/join?invitation=hush");
        let before = format!("{current:?}");
        assert!(current.session().await.unwrap().is_some());
        for text in [before, format!("{current:#?}")] {
            assert!(!text.contains(&value) && !text.contains("hush"), "{text}");
        }
    }
}

#[test]
fn who_prints_the_head_of_a_request_prints_no_header() {
    // CFG-007
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, "authjs.session-token=hush".parse().unwrap());
    let uri: Uri = "/callback?code=hush".parse().unwrap();
    let text = format!("{:?}", RequestHead::new(&Method::GET, &uri, &headers));
    assert!(text.contains("/callback") && !text.contains("hush"), "{text}");
}

#[test]
fn who_prints_what_a_provider_is_sent_or_says_prints_names_only() {
    // CFG-007, azure.md T108
    let mut form = Parameters::default();
    form.set("client_assertion", "hush");
    let claims = Claims::parse(br#"{"sub":"7","email":"hush@example.com"}"#).unwrap();
    let tokens = TokenSet::new("hush");
    let callback = [("code".to_owned(), "hush".to_owned())];
    let text = format!("{form:?} {claims:?} {:?}", Granted::new(&tokens, &callback));
    for name in ["client_assertion", "email", "code"] {
        assert!(text.contains(name), "{text}");
    }
    assert!(!text.contains("hush"), "{text}");
}
