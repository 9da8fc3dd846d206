//! The engine's endpoints: the adapter hands on what it is sent, and what it is answered.

use http::{Method, StatusCode};

use super::Row;
use crate::adapter::message::Message;
use crate::adapter::stage::Stage;
use crate::adapter::transcript::assert_alike;
use crate::adapter::visitor::{cookies, location, media_type, text};
use crate::adapter::wire::Answer;

pub(super) async fn every_path_answers_every_method_as_the_engine_does(row: &mut Row) {
    for path in PATHS {
        let (served, direct) = (row.stage(), Stage::direct());
        let mut told: Vec<(String, Vec<&str>)> = Vec::new();
        for method in METHODS {
            let message = Message::new(method.parse().expect("a method"), path).header("content-length", "0");
            let answer = served.stranger().send(message.clone()).await;
            let mut expected = direct.stranger().send(message).await;
            if method == "HEAD" {
                expected.body_mut().clear();
            }
            assert_alike(&answer, &expected, &format!("{method} {path}"));
            let line = summary(&answer);
            match told.iter_mut().find(|(known, _)| *known == line) {
                Some((_, methods)) => methods.push(method),
                None => told.push((line, vec![method])),
            }
        }
        row.told.line(path);
        for (line, methods) in told {
            row.told.line(&format!("    {}: {line}", methods.join(" ")));
        }
    }
}

pub(super) async fn what_a_browser_says_of_itself_reaches_the_engine(row: &mut Row) {
    const JSON: &str = "application/json";
    const FORM: &str = "application/x-www-form-urlencoded";
    for (headers, what) in [
        (&[("content-type", FORM), ("origin", "https://app.example"), ("sec-fetch-site", "same-origin")][..], "ours"),
        (&[("content-type", FORM), ("origin", "https://evil.example")], "another site's form"),
        (&[("content-type", FORM), ("sec-fetch-site", "cross-site")], "a cross-site form"),
        (&[("content-type", FORM), ("x-auth-return-redirect", "1")], "the official client"),
        (&[("content-type", JSON)], "a form that says it is JSON"),
        (&[("content-type", "text/plain")], "a form that says it is text"),
        (&[("content-type", FORM), ("content-type", JSON)], "a form that says it is two things"),
        (&[("content-type", FORM), ("cookie", "a=1"), ("cookie", "b=2")], "more cookie lines"),
    ] {
        let mut answers = Vec::new();
        for stage in [row.stage(), Stage::direct()] {
            let mut visitor = stage.stranger();
            let form = format!("csrfToken={}&callbackUrl=%2Fprojects", visitor.csrf("/api/auth").await);
            let message = Message::post("/api/auth/signin/azure-devops", form);
            answers.push(
                visitor.send(headers.iter().fold(message, |message, (name, value)| message.header(name, value))).await,
            );
        }
        assert_alike(&answers[0], &answers[1], what);
        row.told.line(&format!("{what}\n    {}", summary(&answers[0])));
    }
}

fn summary(answer: &Answer) -> String {
    let parts = [answer.status().as_u16().to_string(), media_type(answer), location(answer)];
    let parts: Vec<_> = parts.into_iter().chain(cookies(answer)).filter(|part| !part.is_empty()).collect();
    parts.join("  ")
}

pub(super) async fn the_applications_own_paths_stay_its_own(row: &mut Row) {
    let stage = row.stage();
    let mut visitor = stage.stranger();
    assert_eq!(text(&visitor.get("/").await), "for everybody");
    // None of these is below the base path, so they are for the page that is shown in place of none.
    let mut norma = stage.norma().await;
    for path in ["/api", "/api/", "/api/authentic", "/api/auth.json", "/API/AUTH/session", "//api/auth/session"] {
        let answer = norma.get(path).await;
        assert_eq!((answer.status(), text(&answer).as_str()), (StatusCode::NOT_FOUND, "no such page"), "{path}");
        assert_eq!(visitor.get(path).await.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    let posted = visitor.send(Message::post("/echo", "what the application reads is its own")).await;
    assert_eq!(text(&posted), "what the application reads is its own");
    assert_eq!(visitor.send(Message::new(Method::HEAD, "/api/auth/session")).await.status(), StatusCode::BAD_REQUEST);
}

const METHODS: [&str; 8] = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "BREW"];

const PATHS: [&str; 31] = [
    "/api/auth/providers",
    "/api/auth/session",
    "/api/auth/csrf",
    "/api/auth/signin",
    "/api/auth/signin/azure-devops",
    "/api/auth/signin/nobody",
    "/api/auth/signin?callbackUrl=%2Fcaf%C3%A9%3Fx%3D1&error=OAuthCallbackError",
    "/api/auth/callback",
    "/api/auth/callback/azure-devops",
    "/api/auth/callback/azure-devops?state=x&code=y",
    "/api/auth/callback/nobody?state=x&code=y",
    "/api/auth/signout",
    "/api/auth/error",
    "/api/auth/error?error=AccessDenied&code=denied",
    "/api/auth/verify-request",
    "/api/auth/webauthn-options",
    "/api/auth/account",
    "/api/auth/sessions",
    "/api/auth/sessions/abc/end",
    "/api/auth",
    "/api/auth/",
    "/api/auth/nonsense",
    "/api/auth/session/",
    "/api/auth/session//",
    "/api/auth/session?",
    "/api/auth?session",
    "/api/auth/../auth/session",
    "/api/auth//session",
    "/api/auth/%73ession",
    "/api/auth/session/%2e%2e/csrf",
    "/api/auth/signin/azure-devops/more?a=%00",
];
