//! Where the browser may be sent after a trip: the rules that no trick with `callbackUrl` escapes.
//!
//! 1. The candidate is resolved against the base URL by the parser browsers use (WHATWG).
//! 2. It must come out http or https, without a user name, at the base URL's origin or a trusted one.
//! 3. Its path holds no backslash, no control character and no `//`, also once it is percent-decoded again and again.
//! 4. What leaves is the parsed address written anew, never the candidate's own text.

use percent_encoding::percent_decode_str;
use url::Url;

/// Reads a candidate. `None` if it is no address that could be gone to at all; other origins are for the `redirect`
/// callback to judge.
pub(crate) fn parse(candidate: &str, base: &Url) -> Option<Url> {
    if candidate.is_empty() || candidate.len() > LONGEST || candidate.chars().any(suspicious) {
        return None;
    }
    // A path, or an absolute address with its slashes: what remains is a trick or a mistake.
    let lower = candidate.to_ascii_lowercase();
    if !candidate.starts_with('/') && !lower.starts_with("http://") && !lower.starts_with("https://") {
        return None;
    }
    if candidate.starts_with("//") {
        return None;
    }
    let url = base.join(candidate).ok()?;
    let clean = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.as_str().len() <= LONGEST
        && path_is_plain(url.path())
        && path_is_plain(raw_path(candidate));
    clean.then_some(url)
}

/// The face of the site that an address is on: the base URL, or a trusted origin. `None` if it is on neither.
pub(crate) fn face(url: &Url, base: &Url, trusted: &[String]) -> Option<Url> {
    if url.origin() == base.origin() {
        return Some(base.clone());
    }
    let origin = url.origin().ascii_serialization();
    trusted.contains(&origin).then(|| Url::parse(&origin).ok())?
}

/// The path part of a candidate as it was sent: behind the authority, before query and fragment.
fn raw_path(candidate: &str) -> &str {
    let rest = match candidate.split_once("://") {
        Some((scheme, rest)) if scheme.len() <= 5 && !scheme.contains('/') => {
            rest.find(['/', '?', '#']).map_or("", |start| rest.get(start..).unwrap_or(""))
        }
        _ => candidate,
    };
    rest.split(['?', '#']).next().unwrap_or("")
}

fn path_is_plain(path: &str) -> bool {
    let mut text = path.to_owned();
    for _ in 0..DECODINGS {
        if text.contains("//") || text.chars().any(suspicious) {
            return false;
        }
        let decoded = percent_decode_str(&text).decode_utf8_lossy().into_owned();
        if decoded == text {
            return true;
        }
        text = decoded;
    }
    false
}

fn suspicious(c: char) -> bool {
    c.is_control() || c == '\\'
}

/// Longer than any address worth coming back to, and short enough for a pending cookie that browsers keep. It bounds
/// what leaves as well, since letters outside ASCII grow when they are percent-encoded.
const LONGEST: usize = 2000;
const DECODINGS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn lands(candidate: &str) -> Option<String> {
        let base = Url::parse("https://app.example").unwrap();
        parse(candidate, &base).filter(|url| face(url, &base, &[]).is_some()).map(|url| url.to_string())
    }

    #[test]
    fn deep_links_arrive_byte_for_byte() {
        // RED-040
        for path in ["/", "/a/b?x=1&y=%2Fz#frag", "/caf%C3%A9", "/@me:7/x", "/q?u=//x&v=https://evil.example"] {
            assert_eq!(lands(path), Some(format!("https://app.example{path}")));
            assert_eq!(lands(&format!("https://app.example{path}")), Some(format!("https://app.example{path}")));
        }
        assert_eq!(lands("https://app.example"), Some("https://app.example/".to_owned()));
        assert_eq!(lands("HTTPS://APP.example:443/x"), Some("https://app.example/x".to_owned()));
    }

    #[test]
    fn no_trick_leaves_the_origin() {
        for trick in [
            "",
            "//evil.example", // RED-001
            "///evil.example",
            "////evil.example",
            "/\\evil.example", // RED-004
            "\\\\evil.example",
            "/%5Cevil.example", // RED-005
            "https:\\\\evil.example",
            "/%2F/evil.example", // RED-006
            "/%2fevil.example/..//x",
            "/\t/evil.example", // RED-008
            "/\n/evil.example",
            "/%09/%5cevil.example",
            "https:evil.example", // RED-009
            "https:/evil.example",
            "HtTpS:evil.example",
            "https://app.example@evil.example", // RED-011
            "https://app.example:443@evil.example",
            "//;@evil.example",
            "https://user@app.example/",
            "https://evil.example#app.example", // RED-013
            "https://evil.example?app.example",
            "https://app.example.evil.example", // RED-015
            "https://evilapp.example",
            "https://app%2eexample.evil.example",
            "https://app.example\u{3002}evil.example",
            "javascript:alert(1)", // RED-019
            "JaVaScRiPt%3Aalert(1)",
            "java\r\nscript:alert(1)",
            "data:text/html,x", // RED-020
            "vbscript:x",
            "file:///etc/passwd",
            "/.//evil.example",                  // RED-021
            "https://app.example//evil.example", // RED-022
            "/x/..//evil.example",               // RED-023
            "http://app.example",                // RED-025
            "https://app.example:8443",          // RED-026
            "https://sub.app.example",           // RED-027
            "/%00/evil.example",                 // RED-029
            "/ok%00//evil.example",
            "/ok%0d%0aSet-Cookie:%20x=y", // RED-030
            "//[::ffff:1.2.3.4]",         // RED-035
            "//0x7f000001",
            "//2130706433",
            "/%252F%252Fevil.example", // RED-036
            "evil.example",
            "?x",
            "/%25252525252f%25252525252fevil",
        ] {
            assert_eq!(lands(trick), None, "{trick:?}");
        }
        assert_eq!(lands(&format!("/{}", "x".repeat(65_536))), None);
        assert_eq!(lands(&format!("/{}", "é".repeat(900))), None);
    }

    #[test]
    fn a_folded_line_break_stays_an_ordinary_character() {
        // RED-031
        assert_eq!(
            lands("/ok%E5%98%8A%E5%98%8DSet-Cookie:x=y").as_deref(),
            Some("https://app.example/ok%E5%98%8A%E5%98%8DSet-Cookie:x=y")
        );
    }

    #[test]
    fn a_trusted_origin_is_trusted_to_the_letter() {
        let base = Url::parse("http://localhost:3000").unwrap();
        let trusted = ["http://localhost:5173".to_owned()];
        let ours = |text: &str| parse(text, &base).is_some_and(|url| face(&url, &base, &trusted).is_some());
        assert!(ours("http://localhost:5173/in"));
        assert!(!ours("https://localhost:5173/in"));
        assert!(!ours("http://localhost:5174/in"));
    }
}
