//! A [`Visit`] as a handler's argument.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, error};
use admit_actix::Current;
use dashboard::{Site, Visit};

/// Who asks for a page, as the dashboard takes it.
pub(crate) struct Visited(pub(crate) Visit);

impl FromRequest for Visited {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let current = Current::from_request(request, payload).into_inner();
        let site = Data::<Site>::from_request(request, payload).into_inner();
        ready(match (current, site) {
            (Ok(current), Ok(site)) => {
                let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
                Ok(Self(Visit::new(&site, current.into_inner(), target)))
            }
            (Err(error), _) => Err(error.into()),
            (_, Err(error)) => Err(error::ErrorInternalServerError(error)),
        })
    }
}
