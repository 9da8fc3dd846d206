//! The addresses that browsers are sent to, as text.

use percent_encoding::utf8_percent_encode;

use crate::cookie::COMPONENT;

/// Appends to a query, whether there is one or not.
pub(crate) fn with_query(page: &str, pairs: &[(&str, &str)]) -> String {
    let mut url = page.to_owned();
    for (name, value) in pairs {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.extend(utf8_percent_encode(name, COMPONENT));
        url.push('=');
        url.extend(utf8_percent_encode(value, COMPONENT));
    }
    url
}
