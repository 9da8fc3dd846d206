//! Somebody at their browser: they sign in, read what a page says, and press its buttons.

use std::sync::Arc;

use admit::{Auth, RequestHead};
use admit_testkit::{CookieJar, FixedClock, PretendAzureDevOps, PretendEntra};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION};
use http::{HeaderMap, Method, Request, Response};
use url::Url;
use url::form_urlencoded::Serializer;

use super::population::{Door, Human};
use super::world::{ORIGIN, Site, World};

/// How a sign-in ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// They are in, as that user.
    In(String),
    /// They were told why not: the page's code.
    Told(String),
    /// The provider showed a page of its own.
    Elsewhere,
}

/// What somebody answers where they are asked.
#[derive(Clone, Copy, Debug)]
pub struct Manner<'a> {
    /// Whom they sign in as at Azure DevOps, if they have anybody there.
    pub azure: Option<&'a str>,
    /// Whether they connect the other account when they are asked to, or put it off.
    pub connects: bool,
    /// Whether they go on by another way where one is closed.
    pub goes_on: bool,
}

impl<'a> Manner<'a> {
    pub fn of(human: &'a Human) -> Self {
        Self { azure: human.azure.first().map(String::as_str), connects: true, goes_on: true }
    }

    pub fn puts_off(self) -> Self {
        Self { connects: false, ..self }
    }

    pub fn as_azure(self, login: &'a str) -> Self {
        Self { azure: Some(login), ..self }
    }
}

/// Signs somebody in by a provider, with a browser that has never been here.
pub async fn sign_in<S>(
    world: &World<S>,
    site: &Site,
    human: &Human,
    door: Door,
    provider: &str,
    manner: Manner<'_>,
) -> Outcome {
    let World { azure, entra, clock, .. } = world;
    let jar = CookieJar::with_clock(Arc::new(clock.clone()));
    Browser { auth: site.by(door), azure, entra, human, manner, jar, csrf: String::new() }.sign_in(provider).await
}

struct Browser<'a> {
    auth: &'a Auth,
    azure: &'a PretendAzureDevOps,
    entra: &'a PretendEntra,
    human: &'a Human,
    manner: Manner<'a>,
    jar: CookieJar,
    csrf: String,
}

impl Browser<'_> {
    async fn sign_in(&mut self, provider: &str) -> Outcome {
        let answer = self.get("/api/auth/csrf").await;
        let token: serde_json::Value = serde_json::from_slice(answer.body()).expect("JSON");
        token["csrfToken"].as_str().expect("a token").clone_into(&mut self.csrf);
        let fields = vec![
            ("csrfToken".to_owned(), self.csrf.clone()),
            ("callbackUrl".to_owned(), format!("{ORIGIN}/dashboard")),
        ];
        let mut at = self.post(&format!("/api/auth/signin/{provider}"), &fields).await;
        for _ in 0..12 {
            at = match self.go(&at).await {
                Ok(next) => next,
                Err(outcome) => return outcome,
            };
        }
        panic!("{} is sent round in circles, and is at {at}", self.human.login);
    }

    /// From one address to the next.
    async fn go(&mut self, at: &str) -> Result<String, Outcome> {
        let url = Url::parse(at).expect("an address");
        let callback = match url.host_str() {
            Some("app.example") => return self.look(&url).await,
            Some("app.vssps.visualstudio.com") => {
                let login = self.manner.azure.unwrap_or("nobody");
                self.azure.authorize_as(login, at).await
            }
            Some("login.microsoftonline.com") => self.entra.authorize_as(&self.human.login, at).await,
            _ => panic!("nobody sends a browser to {at}"),
        };
        let callback = callback.map_err(|_| Outcome::Elsewhere)?;
        let answer = self.get(&callback.path_and_query()).await;
        Ok(location(&answer))
    }

    /// Reads the page at an address of the site's.
    async fn look(&mut self, url: &Url) -> Result<String, Outcome> {
        if url.path() == "/dashboard" {
            return Err(self.who().await);
        }
        let value =
            |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
        let page = self.get(&url[url::Position::BeforePath..]).await;
        let forms = forms(&String::from_utf8_lossy(page.body()));
        let with = |name: &str| forms.iter().find(|form| form.has(name));
        let pressed = match value("ask").as_deref() {
            // Those who have an account there say so; whoever has none is new.
            Some("used_before") if self.manner.azure.is_some() => with("connect"),
            Some("used_before") => with("newcomer"),
            Some("connect") if self.manner.connects => forms.first(),
            Some("connect") => return Ok(value("callbackUrl").expect("a way on")),
            _ if self.manner.goes_on && value("code").as_deref() == Some("provider_closed") => {
                self.manner.goes_on = false;
                forms.first()
            }
            _ => None,
        };
        match pressed {
            Some(form) => {
                let (path, fields) = (form.path(), form.fields.clone());
                Ok(self.post(&path, &fields).await)
            }
            None => Err(Outcome::Told(value("code").or_else(|| value("ask")).unwrap_or_else(|| url.to_string()))),
        }
    }

    async fn who(&self) -> Outcome {
        let mut headers = HeaderMap::new();
        if let Some(cookies) = self.jar.header(true) {
            headers.insert(COOKIE, cookies.parse().expect("cookies"));
        }
        let uri = "/dashboard".parse().expect("a path");
        let current = self.auth.current(&RequestHead::new(&Method::GET, &uri, &headers));
        match current.session().await {
            Ok(Some(session)) => Outcome::In(session.user.id),
            other => panic!("{} arrived, and is not signed in: {other:?}", self.human.login),
        }
    }

    async fn get(&mut self, path: &str) -> Response<Bytes> {
        self.send(Request::get(path), Bytes::new()).await
    }

    async fn post(&mut self, path: &str, fields: &[(String, String)]) -> String {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = self.send(request, body.into()).await;
        location(&answer)
    }

    async fn send(&mut self, mut request: http::request::Builder, body: Bytes) -> Response<Bytes> {
        if let Some(cookies) = self.jar.header(true) {
            request = request.header(COOKIE, cookies);
        }
        let answer = self.auth.handle(request.body(body).expect("a request")).await;
        self.jar.apply(answer.headers());
        answer
    }
}

fn location(answer: &Response<Bytes>) -> String {
    let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    location.unwrap_or_else(|| panic!("status {} leads nowhere", answer.status())).to_owned()
}

/// A form of a page.
struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name)
    }

    fn path(&self) -> String {
        self.action.strip_prefix(ORIGIN).unwrap_or(&self.action).to_owned()
    }
}

/// The forms of a page of admit's, which are written in one way only.
fn forms(html: &str) -> Vec<Form> {
    html.split("<form ").skip(1).map(form).collect()
}

fn form(html: &str) -> Form {
    let html = html.split("</form>").next().unwrap_or_default();
    let inputs = html.split("<input ").skip(1);
    let fields = inputs.filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)));
    Form { action: attribute(html, "action").expect("a form leads somewhere"), fields: fields.collect() }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}
