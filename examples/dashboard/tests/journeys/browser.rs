//! A browser as far as these tests need one: it keeps cookies per host, follows redirects, clicks links, sends forms.

use std::collections::HashMap;
use std::sync::Arc;

use admit::Clock;
use admit_testkit::CookieJar;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, RETRY_AFTER};
use reqwest::{Client, Method, Request};
use url::{Url, form_urlencoded};

#[derive(Clone)]
pub(crate) struct Browser {
    client: Client,
    /// By host: a port makes no difference to cookies.
    jars: HashMap<String, CookieJar>,
    clock: Arc<dyn Clock>,
    /// From which port of the dashboard to which other one requests go in truth, as through a load balancer.
    pub(crate) detour: Option<(u16, u16)>,
    pub(crate) page: Page,
}

/// What the browser shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub(crate) url: String,
    pub(crate) status: u16,
    pub(crate) html: String,
    pub(crate) retry_after: Option<String>,
}

impl Page {
    /// The text of the page's heading.
    pub(crate) fn heading(&self) -> &str {
        between(&self.html, "<h1>", "</h1>").unwrap_or_default()
    }

    pub(crate) fn shows(&self, text: &str) -> bool {
        self.html.contains(text)
    }
}

impl Browser {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let policy = reqwest::redirect::Policy::none();
        let client = Client::builder().redirect(policy).no_proxy().tls_danger_accept_invalid_certs(true);
        Self { client: client.build().unwrap(), jars: HashMap::new(), clock, detour: None, page: Page::default() }
    }

    pub(crate) async fn open(&mut self, url: &str) -> &Page {
        self.go(Method::GET, url.parse().unwrap(), None).await
    }

    /// Follows the link with that text.
    pub(crate) async fn click(&mut self, text: &str) -> &Page {
        let links = self.page.html.split("<a ").skip(1);
        let link = links.filter_map(|rest| rest.split_once("</a>")).map(|(link, _)| link);
        let link = link.filter_map(|link| link.rsplit_once('>')).find(|(_, words)| *words == text);
        let (attributes, _) = link.unwrap_or_else(|| panic!("no link {text:?} on {:?}", self.page));
        let target = self.resolve(&attribute(attributes, "href").unwrap());
        self.go(Method::GET, target, None).await
    }

    /// Sends the form that has that text somewhere in it, by the button that has it or the first.
    pub(crate) async fn press(&mut self, text: &str) -> &Page {
        let form = self.page.html.split("<form ").skip(1).filter_map(|rest| rest.split("</form>").next());
        let form = form.into_iter().find(|form| form.contains(text)).map(str::to_owned);
        let form = form.unwrap_or_else(|| panic!("no form with {text:?} on {:?}", self.page));
        let inputs = form.split("<input ").skip(1).filter_map(|input| input.split('>').next());
        let buttons = || form.split("<button").skip(1);
        let button = buttons().find(|button| button.contains(text)).or_else(|| buttons().next()).unwrap();
        let fields = inputs.chain(button.split('>').next());
        let fields: Vec<_> =
            fields.filter_map(|tag| Some((attribute(tag, "name")?, attribute(tag, "value")?))).collect();
        let mut target = self.resolve(&attribute(&form, "action").unwrap());
        let data = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        if attribute(&form, "method").as_deref() == Some("post") {
            return self.go(Method::POST, target, Some(data)).await;
        }
        target.set_query(Some(&data));
        self.go(Method::GET, target, None).await
    }

    /// From a page of the dashboard that asks for it, through all the pages on the way.
    pub(crate) async fn sign_in_as(&mut self, login: &str) {
        self.press("Sign in with Azure DevOps").await;
        assert_eq!(self.page.heading(), "Who are you today?");
        self.press(&format!("value=\"{login}\"")).await;
        assert_eq!(self.page.heading(), "Let Dashboard in?");
        self.press("Accept").await;
    }

    async fn go(&mut self, mut method: Method, mut url: Url, mut form: Option<String>) -> &Page {
        for _ in 0..10 {
            let mut request = Request::new(method, self.in_truth(&url));
            let jar = self.jar(&url);
            request.headers_mut().insert(ACCEPT, "text/html".parse().unwrap());
            if let Some(cookies) = jar.header(url.scheme() == "https") {
                request.headers_mut().insert(COOKIE, cookies.parse().unwrap());
            }
            if let Some(form) = form.take() {
                request.headers_mut().insert(CONTENT_TYPE, "application/x-www-form-urlencoded".parse().unwrap());
                *request.body_mut() = Some(form.into());
            }
            let answer = self.client.execute(request).await.unwrap();
            self.jar(&url).apply(answer.headers());
            assert_eq!(self.jar(&url).refused(), [""; 0]);
            let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            let (status, location, retry_after) = (answer.status(), header(LOCATION), header(RETRY_AFTER));
            match location.filter(|_| status.is_redirection()) {
                Some(location) => url = url.join(&location).unwrap(),
                None => {
                    let html = answer.text().await.unwrap();
                    self.page = Page { url: url.into(), status: status.as_u16(), html, retry_after };
                    return &self.page;
                }
            }
            method = Method::GET;
        }
        panic!("redirected in a circle: {url}");
    }

    fn in_truth(&self, url: &Url) -> Url {
        let mut url = url.clone();
        if let Some((_, port)) = self.detour.filter(|(from, _)| url.port() == Some(*from)) {
            url.set_port(Some(port)).unwrap();
        }
        url
    }

    fn jar(&mut self, url: &Url) -> &mut CookieJar {
        let clock = Arc::clone(&self.clock);
        self.jars.entry(url.host_str().unwrap().to_owned()).or_insert_with(|| CookieJar::with_clock(clock))
    }

    fn resolve(&self, target: &str) -> Url {
        self.page.url.parse::<Url>().unwrap().join(target).unwrap()
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = between(tag, &format!("{name}=\""), "\"")?;
    Some(value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(found, _)| found)
}
