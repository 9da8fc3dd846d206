//! Somebody at their browser, which goes to the application on its socket and to the pretend providers.

use std::error::Error;

use admit_testkit::{CookieJar, PretendAzureDevOps, PretendEntra};
use http::Method;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION};
use reqwest::{Client, redirect::Policy};
use url::Url;
use url::form_urlencoded::Serializer;

/// How a sign-in ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// In, as that user.
    In(String),
    /// They were told why not.
    Told(String),
}

/// What they answer where they are asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner<'a> {
    /// Whom they sign in as at Azure DevOps, if they have anybody there.
    pub(crate) azure: Option<&'a str>,
    /// Whom they sign in as with Microsoft.
    pub(crate) microsoft: &'a str,
    /// Whether they connect a Microsoft account when they are asked to.
    pub(crate) connects: bool,
}

pub(crate) struct Browser<'a> {
    client: Client,
    site: &'a str,
    azure: &'a PretendAzureDevOps,
    entra: &'a PretendEntra,
    jar: CookieJar,
}

/// Where an answer leads, and what it shows.
struct Page {
    location: Option<String>,
    text: String,
}

impl<'a> Browser<'a> {
    /// One that has never been here.
    pub(crate) fn new(
        site: &'a str,
        azure: &'a PretendAzureDevOps,
        entra: &'a PretendEntra,
    ) -> Result<Self, Box<dyn Error>> {
        let client = Client::builder().redirect(Policy::none()).no_proxy().build()?;
        Ok(Self { client, site, azure, entra, jar: CookieJar::default() })
    }

    /// Signs in by a provider.
    pub(crate) async fn sign_in(mut self, provider: &str, manner: Manner<'_>) -> Result<Outcome, Box<dyn Error>> {
        let page = self.get("/api/auth/signin?callbackUrl=/").await?;
        let way = forms(&page.text).into_iter().find(|form| form.action.ends_with(&format!("/signin/{provider}")));
        let mut page = self.press(&way.ok_or("the sign-in page does not offer that provider")?).await?;
        for _ in 0..12 {
            let Some(at) = page.location.take() else { return Err("a page that leads nowhere".into()) };
            let url = Url::parse(self.site)?.join(&at)?;
            let callback = match url.path() {
                "/" => return self.who().await,
                _ if at.starts_with(self.site) => {
                    match self.read(&url, manner).await? {
                        Ok(next) => page = next,
                        Err(told) => return Ok(told),
                    }
                    continue;
                }
                "/oauth2/authorize" => self.azure.authorize_as(manner.azure.unwrap_or("nobody"), &at).await?,
                _ => self.entra.authorize_as(manner.microsoft, &at).await?,
            };
            page = self.get(&callback.path_and_query()).await?;
        }
        Err("sent round in circles".into())
    }

    /// Reads a page of the site's, and presses what is meant for them; or is told why not.
    async fn read(&mut self, url: &Url, manner: Manner<'_>) -> Result<Result<Page, Outcome>, Box<dyn Error>> {
        let page = self.get(url.as_str().strip_prefix(self.site).unwrap_or_default()).await?;
        let value =
            |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
        let forms = forms(&page.text);
        let with = |name: &str| forms.iter().find(|form| form.fields.iter().any(|(known, _)| known == name));
        let pressed = match value("ask").as_deref() {
            Some("used_before") if manner.azure.is_some() => with("connect"),
            Some("used_before") => with("newcomer"),
            Some(_) if manner.connects => forms.first(),
            Some(_) => return Ok(Ok(Page { location: value("callbackUrl"), text: String::new() })),
            None if value("code").as_deref() == Some("provider_closed") => forms.first(),
            None => None,
        };
        match pressed {
            Some(form) => Ok(Ok(self.press(form).await?)),
            None => Ok(Err(Outcome::Told(value("code").unwrap_or_else(|| url.to_string())))),
        }
    }

    async fn who(&mut self) -> Result<Outcome, Box<dyn Error>> {
        let page = self.get("/").await?;
        let user = page.text.split_once("<code id=\"user\">").and_then(|(_, rest)| rest.split_once('<'));
        Ok(Outcome::In(user.ok_or("the page says that nobody is signed in")?.0.to_owned()))
    }

    async fn press(&mut self, form: &Form) -> Result<Page, Box<dyn Error>> {
        let body = Serializer::new(String::new()).extend_pairs(&form.fields).finish();
        let path = form.action.strip_prefix(self.site).unwrap_or(&form.action).to_owned();
        self.send(Method::POST, &path, body).await
    }

    async fn get(&mut self, path: &str) -> Result<Page, Box<dyn Error>> {
        self.send(Method::GET, path, String::new()).await
    }

    async fn send(&mut self, method: Method, path: &str, body: String) -> Result<Page, Box<dyn Error>> {
        let mut request = self.client.request(method, format!("{}{path}", self.site)).body(body);
        request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(cookies) = self.jar.header(false) {
            request = request.header(COOKIE, cookies);
        }
        let answer = request.send().await?;
        self.jar.apply(answer.headers());
        let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Page { location, text: answer.text().await? })
    }
}

struct Form {
    action: String,
    fields: Vec<(String, String)>,
}

fn forms(html: &str) -> Vec<Form> {
    let forms = html.split("<form ").skip(1).filter_map(|form| form.split("</form>").next());
    let forms = forms.filter_map(|form| {
        let inputs = form.split("<input ").skip(1);
        let fields = inputs.filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)));
        Some(Form { action: attribute(form, "action")?, fields: fields.collect() })
    });
    forms.collect()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
}
