//! A person at a browser that runs no script: it keeps cookies, follows redirects, and submits the forms that a page has.

use std::net::SocketAddr;
use std::sync::Arc;

use admit_testkit::CookieJar;
use http::HeaderMap;
use http::header::{HeaderName, LOCATION};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::site::{ORIGIN, Site};

pub struct Browser<'a> {
    site: &'a Site,
    address: SocketAddr,
    login: &'a str,
    jar: CookieJar,
    /// The page that is shown, and where it is.
    pub page: String,
    pub status: u16,
    pub place: String,
    /// The hosts that the last steps led to, in order.
    pub way: Vec<String>,
}

impl<'a> Browser<'a> {
    pub fn new(site: &'a Site, address: SocketAddr, login: &'a str) -> Self {
        let jar = CookieJar::with_clock(Arc::new(site.clock.clone()));
        let (page, place) = (String::new(), String::new());
        Self { site, address, login, jar, page, status: 0, place, way: Vec::new() }
    }

    /// Types an address.
    pub async fn opens(&mut self, path: &str) {
        self.way.clear();
        self.goes("GET", path.to_owned(), None).await;
    }

    /// Presses the button of that label, which submits its form with all that the form holds.
    pub async fn presses(&mut self, label: &str) {
        let button = format!(">{label}<");
        let form = self.page.split("<form ").skip(1).find(|form| form.contains(&button));
        let form = form.unwrap_or_else(|| panic!("no button {label:?} at {}: {}", self.place, self.page));
        let form = form.split("</form>").next().unwrap();
        assert!(form.contains(r#"method="post""#) && form.contains(r#"type="submit""#), "{form}");
        let action = attribute(form, "action").unwrap();
        let hidden = form.split("<input ").skip(1).filter(|input| input.contains(r#"type="hidden""#));
        let fields = hidden.map(|input| (attribute(input, "name").unwrap(), attribute(input, "value").unwrap()));
        let fields: Vec<_> = fields.collect();
        assert!(fields.iter().any(|(name, value)| name == "csrfToken" && !value.is_empty()), "{form}");
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let path = action.strip_prefix(ORIGIN).unwrap().to_owned();
        self.way.clear();
        self.goes("POST", path, Some(form)).await;
    }

    /// Whom the site takes them for, by its own page.
    pub async fn is(&mut self) -> String {
        self.opens("/").await;
        assert_eq!(self.status, 200);
        self.page.clone()
    }

    /// One request, and wherever that leads: at a provider they agree to everything.
    async fn goes(&mut self, method: &str, path: String, form: Option<String>) {
        let (mut method, mut path, mut form, mut from) = (method, path, form, "same-origin");
        for _ in 0..8 {
            let there = self.asks(method, &path, form.take(), from).await;
            method = "GET";
            let Some(there) = there else {
                self.place = path;
                return;
            };
            assert_eq!(self.status, 302, "{path} leads to {there}");
            let host = there.parse::<http::Uri>().unwrap().host().unwrap().to_owned();
            path = match host.as_str() {
                "app.vssps.visualstudio.com" => {
                    self.site.azure.authorize_as(self.login, &there).await.unwrap().path_and_query()
                }
                "login.microsoftonline.com" => {
                    self.site.entra.authorize_as(self.login, &there).await.unwrap().path_and_query()
                }
                _ => there.strip_prefix(ORIGIN).unwrap_or_else(|| panic!("{path} leads to {there}")).to_owned(),
            };
            from = if there.starts_with(ORIGIN) { from } else { "cross-site" };
            path = if path.is_empty() { "/".to_owned() } else { path };
            self.way.push(host);
        }
        panic!("it leads nowhere: {path}");
    }

    /// Asks over a socket of its own; where the answer leads, if it leads anywhere.
    async fn asks(&mut self, method: &str, path: &str, form: Option<String>, from: &str) -> Option<String> {
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\nAccept: text/html,*/*;q=0.8\r\n\
             Sec-Fetch-Site: {from}\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\n"
        );
        if let Some(cookies) = self.jar.header_for(path.split('?').next().unwrap(), true) {
            request += &format!("Cookie: {cookies}\r\n");
        }
        if let Some(form) = &form {
            let length = form.len();
            request += &format!(
                "Origin: {ORIGIN}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n"
            );
        }
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(format!("{request}\r\n{}", form.unwrap_or_default()).as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();

        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let mut lines = head.split("\r\n");
        self.status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in lines.map(|line| line.split_once(':').unwrap()) {
            headers.append(name.parse::<HeaderName>().unwrap(), value.trim().parse().unwrap());
        }
        assert!(!headers.contains_key("transfer-encoding"));
        self.jar.apply(&headers);
        assert_eq!(self.jar.refused(), [""; 0]);
        self.page = body.to_owned();
        assert!(!self.page.contains("<script"), "a page with a script");
        headers.get(LOCATION).map(|there| there.to_str().unwrap().to_owned())
    }
}

/// An attribute of the tag that a text begins with.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split('>').next()?.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}
