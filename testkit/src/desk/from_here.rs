//! Whether a form comes from a page of this server. Whoever merely visits another site turns nothing on by it.
//!
//! Every browser of today says so by `Sec-Fetch-Site`; one that does not has `Origin`. A request with neither comes
//! from no form on a page.

use admit::http::HttpRequest;
use http::HeaderName;
use http::header::{HOST, ORIGIN};

pub(super) fn is_from_here(request: &HttpRequest) -> bool {
    let header = |name: HeaderName| {
        let mut values = request.headers().get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().ok(),
            _ => None,
        }
    };
    match header(SEC_FETCH_SITE) {
        Some(site) => site == "same-origin",
        None => match (header(ORIGIN), header(HOST)) {
            (Some(origin), Some(host)) => origin.strip_prefix("http://") == Some(host),
            _ => false,
        },
    }
}

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn only_a_page_of_the_same_origin_counts() {
        let host = ("host", "127.0.0.1:9009");
        for (headers, expected) in [
            (vec![host, ("sec-fetch-site", "same-origin")], true),
            (vec![host, ("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (vec![host, ("origin", "http://127.0.0.1:9009")], true),
            // Other ports of this machine are the same site, and another origin.
            (vec![host, ("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:9009")], false),
            (vec![host, ("sec-fetch-site", "cross-site")], false),
            (vec![host, ("sec-fetch-site", "none")], false),
            (vec![host, ("origin", "http://127.0.0.1:9010")], false),
            (vec![host, ("origin", "http://evil.example")], false),
            (vec![host, ("origin", "null")], false),
            (vec![host, ("origin", "http://127.0.0.1:9009"), ("origin", "http://evil.example")], false),
            (vec![("origin", "http://127.0.0.1:9009")], false),
            (vec![host], false),
        ] {
            let request =
                headers.iter().fold(http::Request::post("/"), |request, (name, value)| request.header(*name, *value));
            assert_eq!(is_from_here(&request.body(Bytes::new()).unwrap()), expected, "{headers:?}");
        }
    }
}
