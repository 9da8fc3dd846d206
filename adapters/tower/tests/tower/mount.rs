//! One layer for all: admit's endpoints under the base path, and the application everywhere else.

use admit::AuthBuilder;
use admit_tower::{AuthLayer, Endpoints};
use bytes::Bytes;
use http::header::LOCATION;
use http::{Method, Request, Response};
use http_body_util::Full;
use tower::{Layer as _, Service as _, ServiceExt as _, service_fn};

use crate::support::{ORIGIN, Said, Site, Strict, application, header};

#[tokio::test]
async fn what_is_under_the_base_path_is_admits_and_nothing_else_is() {
    let site = Site::new();
    let app = AuthLayer::new(site.auth.clone()).with_endpoints().layer(service_fn(application));
    let mut visitor = site.visitor();
    for (path, status, said) in [
        ("/api/auth/session", 200, "null"),
        ("/api/auth/session?x=/", 200, "null"),
        ("https://evil.example/api/auth/session", 200, "null"),
        ("/api/auth", 400, "\"Bad request.\""),
        ("/api/auth/", 400, "\"Bad request.\""),
        ("/api/auth/nonsense", 400, "\"Bad request.\""),
        ("/api/auth/%73ession", 400, "\"Bad request.\""),
        ("/", 200, "the application, at /"),
        ("/api", 200, "the application, at /api"),
        ("/api/authentic", 200, "the application, at /api/authentic"),
        ("/API/auth/session", 200, "the application, at /API/auth/session"),
        ("/api/%61uth/session", 200, "the application, at /api/%61uth/session"),
        ("//api/auth/session", 200, "the application, at //api/auth/session"),
        ("/x/api/auth/session", 200, "the application, at /x/api/auth/session"),
        ("/x?/api/auth/session", 200, "the application, at /x"),
        ("*", 200, "the application, at *"),
    ] {
        let answer = visitor.get(&app, path).await;
        assert_eq!((answer.status().as_u16(), answer.body().0.as_str()), (status, said), "{path}");
    }
}

#[tokio::test]
async fn a_person_signs_in_is_known_and_signs_out() {
    let site = Site::at("https://app.example/shop/auth", |builder| builder);
    let app = AuthLayer::new(site.auth.clone()).with_endpoints().layer(service_fn(application));
    let mut norma = site.visitor();
    assert_eq!(norma.get(&app, "/who").await.body().0, "nobody");

    let csrf = norma.get(&app, "/shop/auth/csrf").await;
    let csrf: serde_json::Value = serde_json::from_str(&csrf.body().0).unwrap();
    let form = format!("callbackUrl=/cart&csrfToken={}", csrf["csrfToken"].as_str().unwrap());
    let post = |norma: &crate::support::Visitor<'_>, path| {
        app.clone().oneshot(norma.request(Method::POST, path, Full::from(form.clone())))
    };
    let away = post(&norma, "/shop/auth/signin/azure-devops").await.unwrap();
    let away = norma.keep(away);
    let callback = site.azure.authorize_as("norma", &header(&away, LOCATION)).await.unwrap();
    let back = norma.get(&app, &callback.path_and_query()).await;
    assert_eq!(header(&back, LOCATION), format!("{ORIGIN}/cart"));
    assert_eq!(norma.get(&app, "/who").await.body().0, "Norma Paulk");

    let out = post(&norma, "/shop/auth/signout").await.unwrap();
    assert_eq!(norma.keep(out).status(), 302);
    assert_eq!(norma.get(&app, "/who").await.body().0, "nobody");
    assert_eq!(site.azure.violations(), [""; 0]);
}

#[tokio::test]
async fn the_application_is_called_only_when_it_was_ready() {
    let site = Site::new();
    let mut app = AuthLayer::new(site.auth.clone()).with_endpoints().layer(Strict::new());
    for (path, said) in [("/", "strict"), ("/api/auth/session", "null"), ("/", "strict")] {
        let request = site.visitor().request(Method::GET, path, Full::default());
        assert_eq!(app.ready().await.unwrap().call(request).await.unwrap().into_body(), Said(said.to_owned()));
    }
}

#[tokio::test]
async fn endpoints_by_themselves_go_where_a_router_puts_them() {
    /// Where the router keeps what was asked for.
    #[derive(Clone)]
    struct Asked(http::Uri);

    let site = Site::at("https://app.example/shop/auth", AuthBuilder::host_only_cookies);
    let endpoints = Endpoints::new(site.auth.clone()).original_uri(|extensions| extensions.get().map(|Asked(uri)| uri));
    let mut request = site.visitor().request(Method::GET, "/session", Full::<Bytes>::default());
    assert!(!endpoints.are_asked_by(&request));
    request.extensions_mut().insert(Asked("/shop/auth/session".parse().unwrap()));
    assert!(endpoints.are_asked_by(&request));
    let answer: Response<Full<Bytes>> = endpoints.oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    let stripped = Request::get("/session").body(Full::<Bytes>::default()).unwrap();
    assert_eq!(Endpoints::new(site.auth.clone()).oneshot(stripped).await.unwrap().status(), 400);
}
