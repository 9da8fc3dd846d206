//! Google: whose people come, and whose mailbox an address is.

use admit::Client;
use admit_providers::google;
use serde_json::{Value, json};

use crate::browser::parameter;
use crate::{CLIENT_ID, SECRET, Site, builder, problems};

const ISSUER: &str = "https://accounts.google.com";

fn client() -> Client {
    Client::new(CLIENT_ID, SECRET)
}

#[tokio::test]
async fn a_person_is_known_by_sub_and_an_address_elsewhere_proves_nothing() {
    let site = Site::new(google(client()), ISSUER);
    site.says(json!({ "sub": "100000000000000000001", "email": "ada@example.com", "email_verified": true }));
    let ada = site.sign_in().await;
    assert_eq!(ada.profile.subject, "100000000000000000001");
    assert!(!ada.email_is_verified());
    site.says(json!({ "email": "ada@example.com", "email_verified": true, "hd": "example.com" }));
    assert!(site.sign_in().await.email_is_verified());
    assert_eq!(site.server.violations(), [""; 0]);
}

#[tokio::test]
async fn only_the_people_of_the_domain_come_in_whatever_the_browser_was_told() {
    let site = Site::new(google(client()).hosted_domain("example.com"), ISSUER);
    let there = site.browser().begin().await;
    assert_eq!(parameter(&there, "hd").as_deref(), Some("example.com"));
    for (hd, is_let_in) in [
        (json!("example.com"), true),
        (json!("Example.COM"), true),
        (json!("evil.example"), false),
        (json!("example.com.evil.example"), false),
        (json!("sub.example.com"), false),
        (json!(["example.com"]), false),
        (json!(true), false),
        (json!(""), false),
        (Value::Null, false),
    ] {
        site.says(json!({ "hd": hd, "email": "ada@example.com", "email_verified": true }));
        if is_let_in {
            site.sign_in().await;
        } else {
            assert_eq!(site.refused().await, "organization_not_allowed", "{hd}");
        }
    }
}

#[tokio::test]
async fn of_several_domains_each_one_counts() {
    let site = Site::new(google(client()).hosted_domain("example.com").hosted_domain("example.org"), ISSUER);
    assert_eq!(parameter(&site.browser().begin().await, "hd").as_deref(), Some("*"));
    for domain in ["example.com", "example.org"] {
        site.says(json!({ "hd": domain }));
        site.sign_in().await;
    }
    site.says(json!({ "hd": "example.net" }));
    assert_eq!(site.refused().await, "organization_not_allowed");
}

#[tokio::test]
async fn a_refresh_token_is_asked_for_where_that_is_said() {
    let plain = Site::new(google(client()), ISSUER);
    let offline = Site::new(google(client()).offline(), ISSUER);
    let (without, with) = (plain.browser().begin().await, offline.browser().begin().await);
    for (name, value) in [("access_type", "offline"), ("prompt", "consent")] {
        assert_eq!(parameter(&without, name), None);
        assert_eq!(parameter(&with, name).as_deref(), Some(value));
    }
}

#[tokio::test]
async fn a_name_of_the_issuer_that_old_libraries_know_is_not_taken() {
    let site = Site::new(google(client()), ISSUER);
    site.says(json!({ "iss": "accounts.google.com" }));
    assert_eq!(site.refused().await, "id_token_invalid");
}

#[test]
fn what_is_no_domain_is_told_before_anybody_signs_in() {
    let found = problems(builder(google(client()).hosted_domain("ada@example.com").hosted_domain("*")));
    insta::assert_snapshot!(found, @r#"
    admit cannot start, 2 problems:
    - google: hosted_domain is "ada@example.com"; give the domain alone, such as "example.com"
    - google: hosted_domain is "*"; give the domain alone, such as "example.com"
    "#);
}
