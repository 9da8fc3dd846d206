//! `GET /authorize`: the person says who they are, agrees, and the browser goes back with a code.
//!
//! The pages keep nothing on the server. Each form carries the request, and what was said so far beside it.

use std::collections::HashMap;

use admit::http::{HttpRequest, HttpResponse};
use bytes::Bytes;
use http::StatusCode;
use url::Url;

use super::pushed::Reference;
use super::{Fault, Grant, PretendOidc, Stage, offered, pages, transport};
use crate::azure_devops::{Callback, NoCallback};
use crate::form::pairs;
use crate::{answer, page};

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
    pub async fn authorize_as(&self, login: &str, url: &str) -> Result<Callback, NoCallback> {
        self.visit(login, true, url).await
    }

    /// Goes to the authorization URL and presses "Cancel".
    ///
    /// # Errors
    /// When the provider sends the browser nowhere.
    pub async fn cancel(&self, url: &str) -> Result<Callback, NoCallback> {
        let first = self.config.people.keys().next().cloned().unwrap_or_default();
        self.visit(&first, false, url).await
    }

    #[allow(clippy::unused_async, reason = "as the other pretend provider has it")]
    async fn visit(&self, login: &str, agrees: bool, url: &str) -> Result<Callback, NoCallback> {
        let url = Url::parse(url).map_err(|_| NoCallback::NotAUrl)?;
        let request = http::Request::get(url.as_str()).body(Bytes::new()).map_err(|_| NoCallback::NotAUrl)?;
        self.state().record(Stage::Authorize, &request);
        match self.decide(login, agrees, &url) {
            Ok(Decided { location, .. }) => Callback::read(&transport::redirect(&location)),
            Err(why) => {
                self.violation(format!("authorize: {why}"));
                Err(NoCallback::Page { status: StatusCode::BAD_REQUEST, page: why })
            }
        }
    }

    /// A browser that comes by itself: a person says who they are, then whether they agree, and is sent back.
    pub(super) fn authorization(&self, request: &HttpRequest) -> HttpResponse {
        let query = request.uri().query().unwrap_or_default();
        let Ok(url) = Url::parse(&format!("{}/authorize?{query}", self.base())) else {
            return self.refuse("the request cannot be read");
        };
        let said = |name: &str| url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned());
        let asked = match self.brought(&url, Reference::Stays).and_then(|request| self.asked(request)) {
            Ok(asked) => asked,
            Err(why) => return self.refuse(&why),
        };
        match (said(LOGIN), said(DECISION)) {
            (None, _) if !asked.is_silent => answer::html(StatusCode::OK, pages::who_are_you(&self.config, query)),
            (Some(login), None) if !asked.is_silent => match self.config.people.get(login.trim()) {
                Some((claims, _)) => {
                    let page = pages::consent(&self.config, query, login.trim(), claims, &asked.grant.scope);
                    answer::html(StatusCode::OK, page)
                }
                // A person has mistyped a name; the application is right.
                None => answer::html(StatusCode::BAD_REQUEST, pages::nobody(&login, query)),
            },
            (login, decision) => {
                let agrees = decision.as_deref() == Some(ACCEPT);
                match self.decide(login.unwrap_or_default().trim(), agrees, &url) {
                    Ok(decided) => decided.into_response(),
                    Err(why) => self.refuse(&why),
                }
            }
        }
    }

    /// The provider's own page: nothing goes back to an application that asked like this.
    pub(super) fn refuse(&self, why: &str) -> HttpResponse {
        self.violation(format!("authorize: {why}"));
        answer::html(StatusCode::BAD_REQUEST, pages::refused(&self.config, why))
    }

    /// The person has said all that there is to say.
    fn decide(&self, login: &str, agrees: bool, url: &Url) -> Result<Decided, String> {
        let Asked { grant, state, is_silent, posts } = self.asked(self.brought(url, Reference::IsSpent)?)?;
        if !is_silent && !self.config.people.contains_key(login) {
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
            _ if !agrees => drop(back.query_pairs_mut().append_pair("error", "access_denied")),
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
        let by_fault = fault.map(|fault| offered::in_words(Stage::Authorize, &fault));
        Ok(Decided { location: back.into(), posts, by_fault })
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

/// How the browser goes back.
struct Decided {
    location: String,
    /// Whether by a form.
    posts: bool,
    /// What goes wrong on purpose, in words.
    by_fault: Option<String>,
}

impl Decided {
    fn into_response(self) -> HttpResponse {
        let response = if self.posts {
            let (action, fields) = self.location.split_once('?').unwrap_or((&self.location, ""));
            answer::html(StatusCode::OK, page::go_back(&page::OPENID, action, &pairs(fields.as_bytes())))
        } else {
            transport::redirect(&self.location)
        };
        transport::by(self.by_fault, response)
    }
}

/// What the first page's buttons add to the request: who it is.
pub(super) const LOGIN: &str = "_login";
/// What the second page's buttons add: whether they agree.
pub(super) const DECISION: &str = "_decision";
/// That they do.
pub(super) const ACCEPT: &str = "accept";
