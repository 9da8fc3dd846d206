//! Between the two editions of the crate `http`: actix-web speaks 0.2, admit 1.
//!
//! 1. What the older edition takes and the newer does not makes a request malformed: 400. The tests go through all
//!    bytes, and know of one such.
//! 2. Scheme and host of an address are left behind. The base URL says where the site is.
//! 3. Whoever only asks who is there has nothing converted: the engine takes text for that.

use actix_web::body::BoxBody;
use actix_web::http::header::{ACCEPT, ACCEPT_LANGUAGE, COOKIE, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode, Uri};
use actix_web::{HttpRequest, HttpResponse};
use admit::{Auth, Current, PlainHead};
use bytes::Bytes;

/// Who makes a request.
pub(crate) fn current(auth: &Auth, request: &HttpRequest) -> Current {
    let headers = request.headers();
    auth.current_of(PlainHead {
        method: request.method().as_str(),
        path_and_query: request.uri().path_and_query().map_or("/", |path| path.as_str()),
        accept: headers.get(ACCEPT).map(HeaderValue::as_bytes),
        accept_language: headers.get(&ACCEPT_LANGUAGE).map(HeaderValue::as_bytes),
        sec_fetch_mode: headers.get(&SEC_FETCH_MODE).map(HeaderValue::as_bytes),
        cookies: headers.get_all(COOKIE).map(HeaderValue::as_bytes),
    })
}

/// A request for the engine; nothing if it is malformed.
pub(crate) fn request(request: &HttpRequest, body: Bytes) -> Option<http::Request<Bytes>> {
    let mut converted = http::Request::new(body);
    *converted.method_mut() = method(request.method())?;
    *converted.uri_mut() = uri(request.uri())?;
    for (name, value) in request.headers() {
        let name = http::HeaderName::from_bytes(name.as_ref()).ok()?;
        converted.headers_mut().try_append(name, given(value)?).ok()?;
    }
    Some(converted)
}

/// What admit answers. The body is not copied.
pub(crate) fn response(answer: http::Response<Bytes>) -> HttpResponse {
    let (parts, body) = answer.into_parts();
    let status = StatusCode::from_u16(parts.status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::with_body(status, BoxBody::new(body));
    for (name, value) in &parts.headers {
        if let (Ok(name), Some(value)) = (HeaderName::from_bytes(name.as_ref()), written(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// A header's value that admit wrote.
pub(crate) fn written(value: &http::HeaderValue) -> Option<HeaderValue> {
    HeaderValue::from_bytes(value.as_bytes()).ok()
}

fn given(value: &HeaderValue) -> Option<http::HeaderValue> {
    http::HeaderValue::from_bytes(value.as_bytes()).ok()
}

fn method(method: &Method) -> Option<http::Method> {
    http::Method::from_bytes(method.as_str().as_bytes()).ok()
}

/// The path and query as the browser sent them: actix-web's scopes leave them whole.
fn uri(uri: &Uri) -> Option<http::Uri> {
    match uri.path_and_query() {
        Some(path) => http::uri::PathAndQuery::try_from(path.as_str()).ok().map(http::Uri::from),
        None => Some(http::Uri::default()),
    }
}

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

#[cfg(test)]
mod tests {
    use actix_web::body::MessageBody as _;
    use actix_web::test::TestRequest;

    use super::*;

    /// What the older edition takes, out of texts with each of the bytes in it.
    fn taken<T>(parse: impl Fn(&[u8]) -> Option<T>, before: &str) -> Vec<T> {
        let texts = (0..=u8::MAX).map(|byte| [before.as_bytes(), &[byte], b"x"].concat());
        texts.filter_map(|text| parse(&text)).collect()
    }

    #[test]
    fn every_path_and_query_that_actix_takes_is_converted_as_it_was_sent() {
        for (before, at_least) in [("/", 80), ("/x?", 80), ("https://evil.example/", 80)] {
            let taken = taken(|text| Uri::try_from(text).ok(), before);
            assert!(taken.len() > at_least, "{before}");
            for sent in taken {
                let converted = uri(&sent).unwrap_or_else(|| panic!("{sent}"));
                assert_eq!(Some(converted.to_string().as_str()), sent.path_and_query().map(|path| path.as_str()));
                assert_eq!((converted.path(), converted.query()), (sent.path(), sent.query()));
            }
        }
    }

    #[test]
    fn targets_that_are_no_path_are_converted_too() {
        for (sent, path) in
            [("*", "*"), ("evil.example:443", "/"), ("https://evil.example?x", "/"), ("//a//b", "//a//b")]
        {
            assert_eq!(uri(&sent.parse().unwrap()).unwrap().path(), path, "{sent}");
        }
        let longest = format!("/{}", "x".repeat(65_533));
        assert_eq!(uri(&longest.parse().unwrap()).unwrap().path(), longest);
    }

    #[test]
    fn every_method_and_every_value_of_a_header_that_actix_takes_is_converted() {
        let methods = taken(|text| Method::from_bytes(text).ok(), "P");
        assert!(methods.len() > 60 && methods.iter().all(|sent| method(sent).unwrap().as_str() == sent.as_str()));
        let values = taken(|text| HeaderValue::from_bytes(text).ok(), "x");
        assert!(values.len() > 200 && values.iter().all(|sent| given(sent).unwrap().as_bytes() == sent.as_bytes()));
    }

    // RFC 9110 §5.6.2: a quotation mark is no part of a token. The older edition takes it for one.
    #[test]
    fn only_a_quotation_mark_in_the_name_of_a_header_makes_a_request_malformed() {
        for name in taken(|text| HeaderName::from_bytes(text).ok(), "x") {
            let sent = TestRequest::default().append_header((name.clone(), "y")).to_http_request();
            assert_eq!(request(&sent, Bytes::new()).is_none(), name.as_str().contains('"'), "{name}");
        }
    }

    #[test]
    fn every_value_that_admit_can_write_reaches_actix() {
        for byte in 0..=u8::MAX {
            let Ok(value) = http::HeaderValue::from_bytes(&[byte]) else { continue };
            assert_eq!(written(&value).unwrap().as_bytes(), [byte]);
        }
    }

    #[test]
    fn more_headers_than_fit_are_a_malformed_request_and_no_panic() {
        let mut sent = TestRequest::default();
        for _ in 0..40_000 {
            sent = sent.append_header(("cookie", "a=b"));
        }
        assert!(request(&sent.to_http_request(), Bytes::new()).is_some());
        let mut sent = TestRequest::default();
        for number in 0..40_000 {
            sent = sent.append_header((format!("x-{number}"), "y"));
        }
        assert!(request(&sent.to_http_request(), Bytes::new()).is_none());
    }

    #[test]
    fn an_answer_keeps_each_of_its_cookies_and_its_body_is_not_copied() {
        let body = Bytes::from(vec![b'x'; 64]);
        let answer = http::Response::builder()
            .status(302)
            .header("set-cookie", "a=1")
            .header("set-cookie", "b=2")
            .header("location", "/")
            .body(body.clone())
            .unwrap();
        let response = response(answer);
        let cookies: Vec<_> = response.headers().get_all("set-cookie").collect();
        assert_eq!(
            (response.status().as_u16(), cookies),
            (302, vec![&HeaderValue::from_static("a=1"), &HeaderValue::from_static("b=2")])
        );
        let sent = response.into_body().try_into_bytes().unwrap();
        assert_eq!((sent.as_ptr(), sent.len()), (body.as_ptr(), body.len()));
    }
}
