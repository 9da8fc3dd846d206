//! Guards: who is let through, and what the others are told.

use admit::{BoxError, Callbacks, Session, SessionCause};
use admit_tower::{AnswerBody, AuthLayer, require_session};
use async_trait::async_trait;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{Method, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use tower::{Layer as _, Service as _, ServiceExt as _, service_fn};

use crate::support::{Said, Site, Strict, application, header};

#[tokio::test]
async fn a_stranger_with_a_browser_goes_to_sign_in_and_a_program_gets_401() {
    let site = Site::new();
    let app =
        AuthLayer::new(site.auth.clone()).with_endpoints().layer(require_session().layer(service_fn(application)));
    let page = site.visitor().browsing().get(&app, "/who?page=2").await;
    let sign_in = "https://app.example/api/auth/signin?callbackUrl=%2Fwho%3Fpage%3D2";
    assert_eq!((page.status().as_u16(), header(&page, LOCATION).as_str()), (303, sign_in));
    let data = site.visitor().get(&app, "/who").await;
    assert_eq!((data.status().as_u16(), data.body().0.as_str()), (401, r#"{"error":"unauthenticated"}"#));
    // The endpoints are outside of the guard: one has to get in.
    assert_eq!(site.visitor().get(&app, "/api/auth/session").await.status(), 200);
    assert_eq!(site.norma().await.get(&app, "/who").await.into_body(), Said("Norma Paulk".to_owned()));
}

#[tokio::test]
async fn without_the_layer_a_guard_lets_nobody_through() {
    let site = Site::new();
    let guarded = require_session().layer(service_fn(application));
    let answer = site.norma().await.get(&guarded, "/picture").await;
    let told = "Sign-in is not set up for this address; the log says what to call.";
    assert_eq!((answer.status().as_u16(), answer.body().0.as_str()), (500, told));
    assert_eq!(header(&answer, CONTENT_TYPE), "text/plain; charset=utf-8");
}

/// Norma's roles, as the application knows them.
#[derive(Debug)]
struct Roles(&'static [&'static str]);

#[async_trait]
impl Callbacks for Roles {
    async fn session(&self, mut session: Session, _: SessionCause<'_>) -> Result<Session, BoxError> {
        session.user.extra.insert("roles".to_owned(), self.0.into());
        Ok(session)
    }
}

#[tokio::test]
async fn every_role_that_is_asked_for_is_needed() {
    for (roles, status) in [(&["admin", "auditor"][..], 200), (&["admin"], 403), (&["auditor"], 403), (&[], 403)] {
        let site = Site::at(crate::support::ORIGIN, |builder| builder.callbacks(Roles(roles)));
        let guard = require_session().role("admin").role("auditor").fresh_token("azure-devops");
        let app = AuthLayer::new(site.auth.clone()).layer(guard.layer(service_fn(application)));
        let answer = site.norma().await.get(&app, "/picture").await;
        assert_eq!(answer.status(), status, "{roles:?}");
    }
}

#[tokio::test]
async fn a_guard_passes_on_the_service_that_was_ready() {
    let site = Site::new();
    let norma = site.norma().await;
    let mut app = AuthLayer::new(site.auth.clone()).layer(require_session().layer(Strict::new()));
    for _ in 0..2 {
        let answer = app.ready().await.unwrap().call(norma.request(Method::GET, "/", Full::default())).await.unwrap();
        assert_eq!(answer.into_body(), Said("strict".to_owned()));
    }
}

/// A box says nothing of what is in it, so bytes cannot become one without help.
#[tokio::test]
async fn a_boxed_body_is_guarded_inside_a_body_that_may_be_admits() {
    type Boxed = UnsyncBoxBody<Bytes, BoxError>;

    let site = Site::new();
    let boxed = service_fn(application).map_response(|response: Response<Said>| {
        response.map(|Said(said)| Boxed::new(Full::from(said).map_err(|never| match never {})))
    });
    let guarded = require_session().layer(boxed.map_response(|response| response.map(AnswerBody::new)));
    let app = AuthLayer::new(site.auth.clone()).with_endpoints().layer(guarded);
    let mut norma = site.norma().await;
    for (path, said) in [("/who", "Norma Paulk"), ("/api/auth/verify-request", "Check your email")] {
        let answer: Response<AnswerBody<Boxed>> = norma.get(&app, path).await;
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&body).contains(said), "{path}");
    }
    let refusal = site.visitor().get(&app, "/who").await;
    assert_eq!(refusal.status(), 401);
    assert_eq!(refusal.into_body().collect().await.unwrap().to_bytes(), r#"{"error":"unauthenticated"}"#);
}
