//! Guards as layers of tower.

use std::convert::Infallible;
use std::future::{self, Ready};
use std::task::{Context, Poll};

use admit_axum::{AuthLayer, AuthRouterExt as _, require_session};
use axum::Router;
use axum::response::Response;
use http::{Method, Request};
use tower::{Layer as _, Service, ServiceExt as _};

use crate::support::Site;

#[tokio::test]
async fn a_guard_passes_on_the_service_that_was_ready() {
    /// Ready once per clone that was asked, as services with a limit are.
    struct Strict(bool);
    impl Clone for Strict {
        fn clone(&self) -> Self {
            Self(false)
        }
    }
    impl Service<Request<()>> for Strict {
        type Response = Response;
        type Error = Infallible;
        type Future = Ready<Result<Response, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            self.0 = true;
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<()>) -> Self::Future {
            assert!(self.0, "called without having been ready");
            future::ready(Ok(Response::default()))
        }
    }

    let site = Site::new();
    let norma = site.norma(Router::new().with_auth(site.auth.clone())).await;
    let layer = AuthLayer::new(site.auth.clone());
    let mut service = layer.layer(require_session().layer(Strict(false)));
    for _ in 0..2 {
        let request = norma.request(Method::GET, "/", "".into()).map(drop);
        let answer = service.ready().await.unwrap().call(request).await.unwrap();
        assert_eq!(answer.status(), 200);
    }
}
