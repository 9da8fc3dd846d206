//! How leniently the words of the protocol are read.

/// Whether two protocol words are the same but for case and underscores: `AccessDenied` and `access_denied`.
///
/// ```
/// assert!(admit::provider::same_word("AccessDenied", "access_denied"));
/// assert!(!admit::provider::same_word("invalid_grant", "invalid_client"));
/// ```
pub fn same_word(a: &str, b: &str) -> bool {
    let letters = |text: &'_ str| {
        text.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase()).collect::<Vec<_>>()
    };
    letters(a) == letters(b)
}
