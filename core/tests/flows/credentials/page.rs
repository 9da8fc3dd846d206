//! The built-in page's form.

use admit::credentials::{Credentials, Field, GivenCredentials, Verdict};
use bytes::Bytes;
use http::Response;

use super::{Members, PASSWORD, give, in_cookie, site};
use crate::support::{ORIGIN, Site, location};

fn html(answer: &Response<Bytes>) -> String {
    String::from_utf8(answer.body().to_vec()).unwrap()
}

/// The value of the first attribute with that name after a text.
fn after<'a>(html: &'a str, text: &str, attribute: &str) -> &'a str {
    let (_, rest) = html.split_once(text).unwrap_or_else(|| panic!("no {text}"));
    let (_, rest) = rest.split_once(&format!("{attribute}=\"")).unwrap_or_else(|| panic!("no {attribute}"));
    rest.split('"').next().unwrap()
}

#[tokio::test]
async fn the_form_of_the_page_signs_in_as_it_is() {
    // UIX-001: nothing but what the page holds, and what a person types.
    let site = site(&Members::default(), in_cookie);
    let mut browser = site.browser();
    let page = html(&browser.get("/api/auth/signin?callbackUrl=/inbox").await);
    let (_, form) = page.split_once(r#"data-provider="credentials""#).expect("a form");
    let (before, _) = page.split_once(r#" method="post" data-provider="credentials""#).expect("a form");
    let action = before.rsplit("action=\"").next().unwrap().trim_end_matches('"');
    let path = action.strip_prefix(ORIGIN).expect("an address of ours");
    let token = after(form, r#"name="csrfToken""#, "value");
    let back = after(form, r#"name="callbackUrl""#, "value");
    let filled =
        [("csrfToken", token), ("callbackUrl", back), ("username", "ada"), ("password", PASSWORD), ("totp", "")];
    assert_eq!(location(&browser.post(path, &filled).await), format!("{ORIGIN}/inbox"));
    assert_eq!(browser.session().await["user"]["name"], "Ada");
}

#[tokio::test]
async fn after_a_refusal_the_page_says_why_and_keeps_nothing_that_was_typed() {
    // UIX-003
    let site = site(&Members::default(), in_cookie);
    for (name, password, says) in [
        ("ada", "wrong-horse", "Check them, then try again."),
        ("a-stranger", "wrong-horse", "Check them, then try again."),
        ("cy", PASSWORD, "Type the code that your phone shows."),
    ] {
        let mut browser = site.browser();
        let answer = give(&mut browser, name, password).await;
        let target = location(&answer);
        let page = html(&browser.get(target.strip_prefix(ORIGIN).unwrap()).await);
        assert!(page.contains(says) && page.contains(r#"role="alert""#), "{page}");
        assert!(!page.contains(password) && !page.contains(name) && !target.contains(name));
        // The way back is still known.
        assert_eq!(after(&page, r#"name="callbackUrl""#, "value"), format!("{ORIGIN}/in"));
    }
}

#[tokio::test]
async fn what_no_person_types_is_not_on_the_page() {
    let wallet = Credentials::new("Wallet", |_: GivenCredentials| async { Ok(Verdict::Refused) })
        .field(Field::text("signature", "Signature"))
        .without_form();
    let site = Site::with(|builder| in_cookie(builder.provider(wallet)));
    let mut browser = site.browser();
    let page = html(&browser.get("/api/auth/signin").await);
    assert!(page.contains("Azure DevOps") && !page.contains("Wallet") && !page.contains("signature"));
    let list = crate::support::json(&browser.get("/api/auth/providers").await);
    assert_eq!(list["credentials"]["name"], "Wallet");
}
