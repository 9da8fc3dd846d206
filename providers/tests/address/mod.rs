//! Where an answer sends the browser, and what that address says.

use bytes::Bytes;
use http::Response;
use http::header::LOCATION;
use url::Url;

pub(crate) fn location(answer: &Response<Bytes>) -> String {
    answer.headers().get(LOCATION).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// Our code in the address of the page that says what went wrong.
pub(crate) fn reason(answer: &Response<Bytes>) -> String {
    parameter(&location(answer), "code").unwrap_or_else(|| panic!("nothing went wrong: {}", location(answer)))
}

/// The decoded value of a parameter of an address.
pub(crate) fn parameter(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).unwrap();
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}
