//! `GET /authorize`: the person agrees, and the browser goes back with a code.

use std::collections::HashMap;

use admit::http::{HttpRequest, HttpResponse};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use maud::{DOCTYPE, html};
use serde_json::Value;
use url::Url;

use super::{Fault, Grant, PretendOidc, Stage, transport};
use crate::azure_devops::{Callback, NoCallback};

impl PretendOidc {
    /// Goes to the authorization URL and agrees, as Ada or whoever is first.
    ///
    /// # Errors
    /// When the provider sends the browser nowhere.
    pub async fn authorize(&self, url: &str) -> Result<Callback, NoCallback> {
        let first = self.config.people.keys().next().cloned().unwrap_or_default();
        self.authorize_as(&first, url).await
    }

    /// Goes to the authorization URL and agrees as that person.
    ///
    /// # Errors
    /// When the provider sends the browser nowhere.
    #[allow(clippy::unused_async, reason = "as the other pretend provider has it")]
    pub async fn authorize_as(&self, login: &str, url: &str) -> Result<Callback, NoCallback> {
        let url = Url::parse(url).map_err(|_| NoCallback::NotAUrl)?;
        let request = http::Request::get(url.as_str()).body(Bytes::new()).map_err(|_| NoCallback::NotAUrl)?;
        self.state().requests.push((Stage::Authorize, request));
        match self.agree(login, &url) {
            Ok((location, _)) => Callback::read(&transport::redirect(&location)),
            Err(why) => {
                self.violation(format!("authorize: {why}"));
                Err(NoCallback::Page { status: StatusCode::BAD_REQUEST, page: why })
            }
        }
    }

    /// A browser that comes by itself: it is asked who it is, and then sent back.
    pub(super) fn authorization(&self, request: &HttpRequest) -> HttpResponse {
        let query = request.uri().query().unwrap_or_default();
        let Ok(url) = Url::parse(&format!("{}/authorize?{query}", self.base())) else {
            return transport::answer(StatusCode::BAD_REQUEST, "the request cannot be read");
        };
        let login = url.query_pairs().find(|(name, _)| name == LOGIN).map(|(_, login)| login.into_owned());
        let Some(login) = login else {
            let name = |claims: &Value| claims.get("name").and_then(Value::as_str).map(str::to_owned);
            let people = self.config.people.iter();
            return page(people.map(|(login, (claims, _))| (login.clone(), name(claims).unwrap_or_default())), query);
        };
        match self.agree(&login, &url) {
            // OAuth 2.0 Form Post Response Mode §2.
            Ok((location, true)) => posting(&location),
            Ok((location, false)) => transport::redirect(&location),
            Err(why) => {
                self.violation(format!("authorize: {why}"));
                transport::answer(StatusCode::BAD_REQUEST, why)
            }
        }
    }

    /// Where the browser goes back to, and whether by a form.
    fn agree(&self, login: &str, url: &Url) -> Result<(String, bool), String> {
        let Asked { grant, state, is_silent, posts } = self.asked(self.brought(url)?)?;
        if !self.config.people.contains_key(login) {
            return Err(format!("nobody is called `{login}`"));
        }
        let fault = self.take_fault(Stage::Authorize);
        let state = match &fault {
            Some(Fault::NoState) => None,
            Some(Fault::WrongState(state)) => Some(state.clone()),
            _ => Some(state),
        };
        let iss = match &fault {
            Some(Fault::NoIss) => None,
            Some(Fault::WrongIss(iss)) => Some(iss.clone()),
            _ => self.config.sends_iss.then(|| self.config.issuer.clone()),
        };
        let mut back = Url::parse(&grant.redirect_uri).map_err(|error| error.to_string())?;
        match &fault {
            Some(Fault::Refused(error)) => drop(back.query_pairs_mut().append_pair("error", error)),
            // OpenID Connect Core §3.1.2.6: nobody stays signed in here, so somebody would have to be asked.
            _ if is_silent => drop(back.query_pairs_mut().append_pair("error", "login_required")),
            _ => {
                let code = self.fresh("code");
                let grant = Grant { login: login.to_owned(), ..grant };
                self.state().codes.insert(code.clone(), grant);
                back.query_pairs_mut().append_pair("code", &code);
            }
        }
        if let Some(state) = state {
            back.query_pairs_mut().append_pair("state", &state);
        }
        if let Some(iss) = iss {
            back.query_pairs_mut().append_pair("iss", &iss);
        }
        Ok((back.into(), posts))
    }

    /// What a request asks for.
    pub(super) fn asked(&self, request: Vec<(String, String)>) -> Result<Asked, String> {
        let mut parameters = HashMap::new();
        for (name, value) in request {
            if parameters.insert(name.clone(), value).is_some() {
                return Err(format!("the parameter `{name}` stands twice"));
            }
        }
        let parameter = |name: &str| {
            let value = parameters.get(name).filter(|value| !value.is_empty());
            value.cloned().ok_or_else(|| format!("the parameter `{name}` is missing"))
        };
        let exactly = |name: &str, expected: &str| match parameter(name)? {
            value if value == expected => Ok(()),
            _ => Err(format!("the parameter `{name}` is not `{expected}`")),
        };
        let is = |name: &str, expected: &str| parameters.get(name).is_some_and(|value| value == expected);
        exactly("response_type", "code")?;
        if parameters.get("response_mode").is_some_and(|mode| mode != "query" && mode != "form_post") {
            return Err("the parameter `response_mode` is neither `query` nor `form_post`".to_owned());
        }
        exactly("client_id", &self.config.client_id)?;
        let redirect_uri = parameter("redirect_uri")?;
        if !self.config.redirect_uris.contains(&redirect_uri) {
            return Err("the parameter `redirect_uri` is not registered".to_owned());
        }
        exactly("code_challenge_method", "S256")?;
        let scope = parameter("scope")?;
        if !scope.split(' ').any(|one| one == "openid") {
            return Err("the scope `openid` is missing".to_owned());
        }
        let grant = Grant {
            login: String::new(),
            scope,
            nonce: parameter("nonce")?,
            redirect_uri,
            code_challenge: parameter("code_challenge")?,
            authenticated_at: self.now(),
        };
        Ok(Asked {
            grant,
            state: parameter("state")?,
            is_silent: is("prompt", "none"),
            posts: is("response_mode", "form_post"),
        })
    }
}

/// What an authorization request asks for.
pub(super) struct Asked {
    /// Of nobody yet.
    pub(super) grant: Grant,
    state: String,
    /// Whether nobody may be asked.
    is_silent: bool,
    /// Whether the answer is to be posted.
    posts: bool,
}

/// The page that makes the browser post the answer, by itself where it runs scripts.
fn posting(back: &str) -> HttpResponse {
    let (action, answer) = back.split_once('?').unwrap_or((back, ""));
    let parameters: Vec<_> = url::form_urlencoded::parse(answer.as_bytes()).collect();
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "Pretend sign-in" } }
            body onload="document.forms[0].submit()" {
                form method="post" action=(action) {
                    @for (name, value) in &parameters {
                        input type="hidden" name=(name) value=(value);
                    }
                    button { "Go back" }
                }
            }
        }
    };
    html(markup.into_string())
}

/// Who are you? One button for each person, and the whole request again behind it.
fn page(people: impl Iterator<Item = (String, String)>, query: &str) -> HttpResponse {
    let parameters: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "Pretend sign-in" } }
            body {
                h1 { "Who are you?" }
                form method="get" action="authorize" {
                    @for (name, value) in &parameters {
                        input type="hidden" name=(name) value=(value);
                    }
                    @for (login, name) in people {
                        p { button name=(LOGIN) value=(login) { (name) } }
                    }
                }
                p { "Nothing here is real: this provider lets anybody be anyone." }
            }
        }
    };
    html(markup.into_string())
}

fn html(page: String) -> HttpResponse {
    let mut response = HttpResponse::new(Bytes::from(page));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// The parameter that a button of the page adds.
pub(super) const LOGIN: &str = "_login";
