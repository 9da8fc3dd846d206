//! The application's check: what it is asked, and what becomes of its answer.

use admit::credentials::{Credentials, Field, GivenCredentials, Verdict};
use admit::{Auth, Environment, Profile};
use http::StatusCode;
use serde_json::Value;

use super::{HOMES, Members, PASSWORD, PATH, give, in_cookie, site};
use crate::support::log::Heard;
use crate::support::standard::Standard;
use crate::support::{BASE, ORIGIN, SECRET, Site, location, parameter, refusal, rules, shown};

#[tokio::test]
async fn nobody_learns_from_the_answer_who_exists() {
    for home in HOMES {
        let mut answers = Vec::new();
        for name in ["ada", "bo", "a-stranger"] {
            let site = site(&Members::default(), home);
            answers.push(shown(&give(&mut site.browser(), name, "wrong").await));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    }
}

#[tokio::test]
async fn a_check_that_cannot_say_is_no_wrong_password() {
    for (name, why) in [
        ("down", "the directory does not answer"),
        ("typo", "is not declared, so nothing is ever given in it"),
        ("panic", "panic"),
    ] {
        let heard = Heard::default();
        let _guard = heard.listen();
        let events = rules::Heard::default();
        let ears = events.clone();
        let site = site(&Members::default(), |builder| in_cookie(builder.events(ears)));
        let mut browser = site.browser();
        let answer = give(&mut browser, name, PASSWORD).await;
        assert_eq!(refusal(&answer), ("/api/auth/error".into(), "Configuration".into(), "configuration".into()));
        assert_eq!(events.all(), [r#"sign_in_failed Some("credentials") configuration"#]);
        let reference = parameter(&location(&answer), "ref").expect("a reference");
        let text = heard.text();
        let line = text.lines().find(|line| line.contains(&reference)).expect("a line under the reference");
        assert!(line.contains(why), "{line}");
        assert_eq!(browser.session().await, Value::Null);
    }
}

#[tokio::test]
async fn somebody_without_an_identifier_is_nobody() {
    let site = site(&Members::default(), in_cookie);
    let mut browser = site.browser();
    let answer = give(&mut browser, "nobody", PASSWORD).await;
    assert_eq!(refusal(&answer), ("/api/auth/error".into(), "Configuration".into(), "profile_invalid".into()));
    assert_eq!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn a_refusal_is_heard_with_the_code_that_it_was_given() {
    let events = rules::Heard::default();
    let ears = events.clone();
    let site = site(&Members::default(), |builder| in_cookie(builder.events(ears)));
    give(&mut site.browser(), "ada", "wrong").await;
    give(&mut site.browser(), "cy", PASSWORD).await;
    give(&mut site.browser(), "ada", PASSWORD).await;
    let expected = [
        r#"sign_in_failed Some("credentials") credentials"#,
        r#"sign_in_failed Some("credentials") credentials totp_required"#,
        "sign_in 7 new=false",
    ];
    assert_eq!(events.all(), expected);
}

#[tokio::test]
async fn a_check_sees_where_the_request_comes_from_and_can_slow_it_down() {
    // What an application that counts attempts by address would do.
    let door = Credentials::new("Acme", |given: GivenCredentials| async move {
        assert_eq!((given.header("cookie"), given.header("authorization")), (None, None));
        Ok(match given.header("x-real-ip") {
            Some("192.0.2.7") => Verdict::refused_with("rate_limited"),
            _ => Verdict::Accepted(Profile::new(given.text("pin")?)),
        })
    })
    .field(Field::password("pin", "PIN"));
    let site = Site::with(|builder| in_cookie(builder.provider(door)));
    for (address, landed) in [
        ("192.0.2.7", format!("{BASE}/signin?error=CredentialsSignin&code=rate_limited")),
        ("192.0.2.8", ORIGIN.to_owned()),
    ] {
        let mut browser = site.browser();
        let token = browser.csrf_token().await;
        browser.headers.insert("x-real-ip", address.parse().unwrap());
        browser.headers.insert("authorization", "Bearer x".parse().unwrap());
        let answer = browser.post(PATH, &[("csrfToken", &token), ("pin", "1234")]).await;
        assert_eq!((answer.status(), location(&answer)), (StatusCode::FOUND, landed));
    }
}

#[test]
fn what_is_wrong_with_a_declaration_is_told_when_it_is_built() {
    let nothing = |_: GivenCredentials| async { Ok(Verdict::Refused) };
    let many = (0..17).fold(Credentials::new("Many", nothing).id("many"), |many, number| {
        many.field(Field::text(format!("f{number}"), "F"))
    });
    let problems = Auth::builder(ORIGIN)
        .secret(SECRET)
        .environment(Environment::default())
        .http_client(Standard::new())
        .provider(Credentials::new("Empty", nothing).id("empty"))
        .provider(
            Credentials::new("Wrong", nothing)
                .field(Field::text("csrfToken", "Token"))
                .field(Field::text("user name", "Name"))
                .field(Field::password("password", " "))
                .field(Field::password("password", "Password"))
                .text_for("not a code", "…"),
        )
        .provider(many)
        .provider(Credentials::new("Twice", nothing).field(Field::text("a", "A")))
        .build()
        .unwrap_err();
    insta::assert_snapshot!(problems, @r#"
    admit cannot start, 8 problems:
    - empty: no field is declared, so nothing reaches the check; add one with .field(…)
    - credentials: field "csrfToken" has a name that the wire uses itself; choose another
    - credentials: field "user name" has no plain name; use a-z, A-Z, 0-9, hyphens and underscores
    - credentials: field "password" has no label, so nobody can tell what to type; give it one
    - credentials: field "password" is there twice; name one of them otherwise
    - credentials: code "not a code" does not fit an address; use a-z, A-Z, 0-9, hyphens and underscores
    - many: 17 fields are declared; 16 are possible
    - provider credentials is there twice; give one of them another id with .id(…)
    "#);
}
