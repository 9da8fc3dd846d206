//! The layer: whoever asks is told, what has to be written is written, and bodies are nobody's business.

use std::time::Duration;

use admit::RequestHead;
use admit_tower::{AuthLayer, CurrentExt as _, MissingLayer, current, require_session};
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::{Method, Request, Response, Uri};
use tower::{Layer as _, ServiceExt as _, service_fn};

use crate::support::{ORIGIN, SESSION_COOKIE, Site, application, header};

const TWO_DAYS: Duration = Duration::from_secs(2 * 86_400);

/// Not even a body.
struct Opaque;

#[tokio::test]
async fn whoever_asks_is_told_and_any_bodies_will_do() {
    let site = Site::new();
    let service = service_fn(async |request: Request<Opaque>| {
        let current = request.current()?;
        let again = request.into_parts().0.current()?;
        let names = [current.session().await.unwrap(), again.session().await.unwrap()];
        Ok::<_, MissingLayer>(Response::new(names.map(|session| session.map(|session| session.user.name))))
    });
    let app = AuthLayer::new(site.auth.clone()).layer(service);
    let stranger = site.visitor().request(Method::GET, "/", Opaque);
    assert_eq!(app.clone().oneshot(stranger).await.unwrap().into_body(), [None, None]);
    let norma = site.norma().await.request(Method::GET, "/", Opaque);
    let name = Some(Some("Norma Paulk".to_owned()));
    assert_eq!(app.oneshot(norma).await.unwrap().into_body(), [name.clone(), name]);
}

#[tokio::test]
async fn a_session_in_use_is_written_anew_beside_the_applications_own_cookies() {
    let site = Site::new();
    let mut norma = site.norma().await;
    let service = service_fn(application).map_response(|mut response: Response<_>| {
        response.headers_mut().insert(SET_COOKIE, "theme=dark; Path=/".parse().unwrap());
        response
    });
    let app = AuthLayer::new(site.auth.clone()).layer(service);
    let early = norma.get(&app, "/who").await;
    assert_eq!(
        (header(&early, SET_COOKIE).as_str(), header(&early, CACHE_CONTROL).as_str()),
        ("theme=dark; Path=/", "")
    );

    site.clock.advance(TWO_DAYS);
    let late = norma.get(&app, "/who").await;
    let cookies = header(&late, SET_COOKIE);
    assert!(cookies.starts_with(&format!("theme=dark; Path=/ | {SESSION_COOKIE}=")), "{cookies}");
    assert_eq!(header(&late, CACHE_CONTROL), "private, no-cache, no-store");
}

#[tokio::test]
async fn when_nobody_asks_nothing_is_written() {
    let site = Site::new();
    let mut norma = site.norma().await;
    site.clock.advance(TWO_DAYS);
    let app = AuthLayer::new(site.auth.clone()).layer(service_fn(application));
    let answer = norma.get(&app, "/picture").await;
    assert_eq!((header(&answer, SET_COOKIE), header(&answer, CACHE_CONTROL)), (String::new(), String::new()));
}

#[tokio::test]
async fn an_error_of_the_application_passes_as_it_is() {
    let site = Site::new();
    let failing = service_fn(async |request: Request<Opaque>| {
        request.current().unwrap().session().await.unwrap();
        Err::<Response<Opaque>, _>("the wheel came off")
    });
    let app = AuthLayer::new(site.auth.clone()).layer(failing);
    let answer = app.oneshot(site.norma().await.request(Method::GET, "/", Opaque)).await;
    assert_eq!(answer.map(|_| ()), Err("the wheel came off"));
}

#[test]
fn without_the_layer_there_is_an_error_that_says_what_to_do() {
    let error = Request::new(()).current().unwrap_err();
    assert_eq!(error.to_string(), "admit is not set up for this route; put AuthLayer::new(auth) around it");
    assert_eq!(error.response().status(), 500);
}

/// Put into a request's extensions by whoever takes a prefix off.
#[derive(Clone)]
struct Whole(Uri);

/// Takes `/shop` off the path.
fn shop(mut request: Request<Opaque>) -> Request<Opaque> {
    let whole = request.uri().clone();
    *request.uri_mut() = whole.to_string().strip_prefix("/shop").unwrap().parse().unwrap();
    request.extensions_mut().insert(Whole(whole));
    request
}

#[tokio::test]
async fn people_come_back_to_the_whole_address_if_the_layer_knows_where_it_is() {
    let site = Site::new();
    let layer = AuthLayer::new(site.auth.clone()).original_uri(|extensions| extensions.get().map(|Whole(uri)| uri));
    let service = service_fn(async |request: Request<Opaque>| {
        Ok::<_, MissingLayer>(Response::new(request.current()?.sign_in_url()))
    });
    let way_back = |path| format!("{ORIGIN}/api/auth/signin?callbackUrl={path}");
    let ask = || site.visitor().request(Method::GET, "/shop/cart?x=1", Opaque);

    let within = layer.layer(service).map_request(shop);
    assert_eq!(within.oneshot(ask()).await.unwrap().into_body(), way_back("%2Fshop%2Fcart%3Fx%3D1"));
    let around = layer.layer(service.map_request(shop));
    assert_eq!(around.oneshot(ask()).await.unwrap().into_body(), way_back("%2Fshop%2Fcart%3Fx%3D1"));
    // Where nobody took anything off, the request's own address is the whole.
    assert_eq!(layer.layer(service).oneshot(ask()).await.unwrap().into_body(), way_back("%2Fshop%2Fcart%3Fx%3D1"));
    // A layer that is not told cannot know.
    let untold = AuthLayer::new(site.auth.clone()).layer(service.map_request(shop));
    assert_eq!(untold.oneshot(ask()).await.unwrap().into_body(), way_back("%2Fcart%3Fx%3D1"));

    let guarded = layer.layer(require_session().layer(service_fn(application)).map_request(shop));
    let answer = guarded.oneshot(site.visitor().browsing().request(Method::GET, "/shop/cart", Opaque)).await.unwrap();
    assert_eq!(header(&answer, http::header::LOCATION), way_back("%2Fshop%2Fcart"));
}

/// What a framework hands on whose requests are its own: headers and extensions, as tonic does.
#[tokio::test]
async fn who_asks_can_be_told_from_head_and_extensions_alone() {
    let site = Site::new();
    let service = service_fn(async |request: Request<Opaque>| {
        let (parts, _) = request.into_parts();
        let (method, uri) = (Method::POST, Uri::from_static("/"));
        let current = current(&RequestHead::new(&method, &uri, &parts.headers), &parts.extensions)?;
        Ok::<_, MissingLayer>(Response::new(current.session().await.unwrap().map(|session| session.user.name)))
    });
    let app = AuthLayer::new(site.auth.clone()).layer(service);
    let norma = site.norma().await.request(Method::POST, "/harbor.Berths/List", Opaque);
    assert_eq!(app.oneshot(norma).await.unwrap().into_body(), Some(Some("Norma Paulk".to_owned())));
}
