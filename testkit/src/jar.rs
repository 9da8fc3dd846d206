//! The cookies of a pretend browser: what it takes, what it refuses, and what it sends back.
//!
//! RFC 6265 §5.2 to §5.4 for one host, with the name prefixes and the `SameSite=None` rule of its successor.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use admit::{Clock, Timestamp};
use http::HeaderMap;
use http::header::SET_COOKIE;

/// Keeps the cookies of one host as a browser does.
///
/// ```
/// use admit_testkit::CookieJar;
/// use http::{HeaderMap, header::SET_COOKIE};
///
/// let mut headers = HeaderMap::new();
/// headers.append(SET_COOKIE, "theme=dark; Path=/".parse().unwrap());
/// headers.append(SET_COOKIE, "__Host-session=abc; Path=/; Secure; HttpOnly".parse().unwrap());
///
/// let mut jar = CookieJar::default();
/// jar.apply(&headers);
/// assert_eq!(jar.header(true).as_deref(), Some("theme=dark; __Host-session=abc"));
/// assert_eq!(jar.header(false).as_deref(), Some("theme=dark"));
/// ```
#[derive(Clone, Default)]
pub struct CookieJar {
    cookies: Vec<Cookie>,
    refused: Vec<String>,
    clock: Option<Arc<dyn Clock>>,
}

impl CookieJar {
    /// A jar whose cookies expire on that clock. Without a clock, time stands at 1970: a cookie goes when it is
    /// deleted, and not before.
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self { clock: Some(clock), ..Self::default() }
    }

    /// Takes in the `Set-Cookie` lines of a response, in their order.
    pub fn apply(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE) {
            match line.to_str().map_err(|_| "a line that is not ASCII").and_then(|line| self.take(line)) {
                Ok(()) => {}
                Err(why) => self.refused.push(format!("{}: {why}", name_of(line.as_bytes()))),
            }
        }
    }

    /// The `Cookie` header for this host, whatever the path; `secure` says whether the request goes over https.
    pub fn header(&self, secure: bool) -> Option<String> {
        self.join(|cookie| secure || !cookie.secure)
    }

    /// The `Cookie` header for a request to that path (RFC 6265 §5.1.4).
    pub fn header_for(&self, path: &str, secure: bool) -> Option<String> {
        self.join(|cookie| (secure || !cookie.secure) && path_matches(path, &cookie.path))
    }

    /// The value of a cookie.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.living().find(|cookie| cookie.name == name).map(|cookie| cookie.value.as_str())
    }

    /// The names of the cookies, oldest first.
    pub fn names(&self) -> Vec<&str> {
        self.living().map(|cookie| cookie.name.as_str()).collect()
    }

    /// Plants a cookie, as an attacker or another tab might.
    pub fn set(&mut self, name: &str, value: &str) {
        self.put(Cookie { name: name.to_owned(), value: value.to_owned(), ..Cookie::default() });
    }

    /// Takes a cookie out, as a person does who clears it.
    pub fn remove(&mut self, name: &str) {
        self.cookies.retain(|cookie| cookie.name != name);
    }

    /// What a browser would have thrown away, with the reason: `__Host-x: the prefix demands Secure`.
    pub fn refused(&self) -> &[String] {
        &self.refused
    }

    fn take(&mut self, line: &str) -> Result<(), &'static str> {
        let cookie = Cookie::parse(line, self.now())?;
        if cookie.expires_at.is_some_and(|at| at <= self.now()) {
            self.cookies.retain(|known| !known.is_same(&cookie));
        } else {
            self.put(cookie);
        }
        Ok(())
    }

    /// A cookie that is set again keeps its place (RFC 6265 §5.3, step 11).
    fn put(&mut self, cookie: Cookie) {
        match self.cookies.iter_mut().find(|known| known.is_same(&cookie)) {
            Some(known) => *known = cookie,
            None => self.cookies.push(cookie),
        }
    }

    fn join(&self, wanted: impl Fn(&Cookie) -> bool) -> Option<String> {
        let mut cookies: Vec<_> = self.living().filter(|cookie| wanted(cookie)).collect();
        // Longer paths go first (RFC 6265 §5.4); the sort is stable, so that age decides among equals.
        cookies.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<_> = cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    fn living(&self) -> impl Iterator<Item = &Cookie> {
        let now = self.now();
        self.cookies.iter().filter(move |cookie| cookie.expires_at.is_none_or(|at| at > now))
    }

    fn now(&self) -> Timestamp {
        self.clock.as_ref().map_or(Timestamp::from_unix_seconds(0), |clock| clock.now())
    }
}

impl fmt::Debug for CookieJar {
    /// Shows names; values may be sessions.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieJar").field("names", &self.names()).field("refused", &self.refused).finish()
    }
}

#[derive(Clone)]
struct Cookie {
    name: String,
    value: String,
    path: String,
    secure: bool,
    expires_at: Option<Timestamp>,
}

impl Cookie {
    fn parse(line: &str, now: Timestamp) -> Result<Self, &'static str> {
        if line.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
            return Err("a control character");
        }
        let mut parts = line.split(';');
        let (name, value) = parts.next().and_then(|pair| pair.split_once('=')).ok_or("no pair of name and value")?;
        let mut cookie = Self { name: name.trim().to_owned(), value: value.trim().to_owned(), ..Self::default() };
        if cookie.name.is_empty() {
            return Err("no name");
        }
        if cookie.name.len() + cookie.value.len() > LARGEST {
            return Err("longer than 4096 bytes");
        }
        let (mut domain, mut same_site_none, mut max_age) = (false, false, None);
        for attribute in parts {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            match key.as_str() {
                "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
                "secure" => cookie.secure = true,
                "domain" => domain = !value.is_empty(),
                "samesite" => same_site_none = value.eq_ignore_ascii_case("none"),
                "max-age" => max_age = value.parse::<i64>().ok().or(max_age),
                "expires" => {
                    let date = httpdate::parse_http_date(value).ok();
                    cookie.expires_at = date.map(Timestamp::from).or(cookie.expires_at);
                }
                _ => {}
            }
        }
        // Max-Age goes before Expires (RFC 6265 §5.3, step 3).
        if let Some(seconds) = max_age {
            cookie.expires_at = Some(now + Duration::from_secs(u64::try_from(seconds).unwrap_or(0)));
        }
        cookie.check(domain, same_site_none)?;
        Ok(cookie)
    }

    fn check(&self, domain: bool, same_site_none: bool) -> Result<(), &'static str> {
        let name = self.name.to_ascii_lowercase();
        let host = name.starts_with("__host-");
        if (host || name.starts_with("__secure-")) && !self.secure {
            return Err("the prefix demands Secure");
        }
        if host && self.path != "/" {
            return Err("the prefix demands Path=/");
        }
        if host && domain {
            return Err("the prefix forbids Domain");
        }
        if same_site_none && !self.secure {
            return Err("SameSite=None demands Secure");
        }
        Ok(())
    }

    fn is_same(&self, other: &Self) -> bool {
        self.name == other.name && self.path == other.path
    }
}

impl Default for Cookie {
    fn default() -> Self {
        Self { name: String::new(), value: String::new(), path: "/".to_owned(), secure: false, expires_at: None }
    }
}

fn path_matches(path: &str, cookie_path: &str) -> bool {
    path.strip_prefix(cookie_path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || cookie_path.ends_with('/'))
}

fn name_of(line: &[u8]) -> String {
    let name = line.split(|byte| matches!(byte, b'=' | b';')).next().unwrap_or_default();
    String::from_utf8_lossy(name).trim().to_owned()
}

/// What browsers keep of name and value together.
const LARGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FixedClock;

    fn lines(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (SET_COOKIE, line.parse().unwrap())).collect()
    }

    fn jar(set_cookie: &[&str]) -> CookieJar {
        let mut jar = CookieJar::default();
        jar.apply(&lines(set_cookie));
        jar
    }

    #[test]
    fn a_cookie_set_again_is_replaced_and_keeps_its_place() {
        let jar = jar(&["a=1; Path=/", "b=2; Path=/", "a=3; Path=/"]);
        assert_eq!(jar.header(false).as_deref(), Some("a=3; b=2"));
    }

    #[test]
    fn max_age_zero_and_a_past_date_delete() {
        for attribute in ["Max-Age=0", "max-age=-1", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"] {
            let mut jar = jar(&["a=1; Path=/"]);
            jar.apply(&lines(&[&format!("a=; Path=/; {attribute}")]));
            assert_eq!(jar.header(true), None, "{attribute}");
        }
    }

    #[test]
    fn a_deletion_under_another_path_deletes_nothing() {
        let jar = jar(&["a=1; Path=/api", "a=; Path=/; Max-Age=0"]);
        assert_eq!(jar.get("a"), Some("1"));
    }

    #[test]
    fn cookies_expire_on_the_jars_clock_and_max_age_goes_before_expires() {
        let clock = FixedClock::default();
        let mut jar = CookieJar::with_clock(Arc::new(clock.clone()));
        jar.apply(&lines(&["a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "b=2"]));
        clock.advance(Duration::from_secs(59));
        assert_eq!(jar.names(), ["a", "b"]);
        clock.advance(Duration::from_secs(1));
        assert_eq!(jar.names(), ["b"]);
    }

    #[test]
    fn prefixes_demand_what_they_promise() {
        let refused = [
            "__Secure-a=1; Path=/",
            "__Host-b=1; Path=/",
            "__Host-c=1; Path=/api; Secure",
            "__host-d=1; Path=/; Secure; Domain=example.com",
            "e=1; SameSite=None",
        ];
        let jar = jar(&refused);
        assert!(jar.names().is_empty());
        assert_eq!(
            jar.refused(),
            [
                "__Secure-a: the prefix demands Secure",
                "__Host-b: the prefix demands Secure",
                "__Host-c: the prefix demands Path=/",
                "__host-d: the prefix forbids Domain",
                "e: SameSite=None demands Secure",
            ]
        );
    }

    #[test]
    fn secure_cookies_travel_over_https_only() {
        let jar = jar(&["__Secure-a=1; Path=/; Secure", "b=2"]);
        assert_eq!(jar.header(false).as_deref(), Some("b=2"));
        assert_eq!(jar.header(true).as_deref(), Some("__Secure-a=1; b=2"));
    }

    #[test]
    fn a_path_matches_whole_segments_and_the_longer_path_goes_first() {
        let jar = jar(&["root=1; Path=/", "api=2; Path=/api/auth"]);
        assert_eq!(jar.header_for("/api/auth/session", false).as_deref(), Some("api=2; root=1"));
        assert_eq!(jar.header_for("/api/author", false).as_deref(), Some("root=1"));
    }

    #[test]
    fn what_no_browser_keeps_is_refused() {
        let long = format!("long={}", "x".repeat(4096));
        let jar = jar(&[&long, "pairless", "=nameless"]);
        assert_eq!(jar.refused().len(), 3, "{:?}", jar.refused());
        assert_eq!(jar.header(true), None);
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        let text = format!("{:?}", jar(&["session=hush; Path=/"]));
        assert!(text.contains("session") && !text.contains("hush"), "{text}");
    }
}
