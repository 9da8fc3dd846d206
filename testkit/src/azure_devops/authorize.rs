//! `GET /oauth2/authorize` and the two pages behind it: who are you, and do you agree.
//!
//! The pages keep nothing on the server. Each form carries the query it belongs to, and the query is checked again.

use admit::http::{HttpRequest, HttpResponse};
use http::{Method, StatusCode};
use url::{Host, Url, form_urlencoded};

use super::grants::{CODE_LIFETIME, Consent};
use super::{Config, Person, PretendAzureDevOps, answer, jwt, pages};
use crate::form::{is_form, pairs};

impl PretendAzureDevOps {
    pub(super) fn authorization(&self, request: &HttpRequest) -> HttpResponse {
        if request.method() != Method::GET {
            return self.stop("the authorization endpoint takes GET only");
        }
        let query = request.uri().query().unwrap_or_default();
        let asked = match AuthorizationRequest::read(query, &self.config) {
            Ok(asked) => asked,
            Err(refusal) => return self.refuse(refusal),
        };
        let consenting = self.state().auto_consent.clone();
        match consenting {
            None => answer::html(StatusCode::OK, pages::who_are_you(&self.config, query)),
            Some(login) => match self.config.person(&login) {
                Some(person) => self.accept(&asked, person),
                None => self.refuse(Refusal::Nobody { login, query: query.to_owned() }),
            },
        }
    }

    /// The form of the first page: somebody was chosen.
    pub(super) fn signed_in(&self, request: &HttpRequest) -> HttpResponse {
        match self.read_form(request) {
            Ok((form, asked, person)) => {
                answer::html(StatusCode::OK, pages::consent(&self.config, &form.query, person, &asked))
            }
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// The form of the second page: they agreed or not.
    pub(super) fn consented(&self, request: &HttpRequest) -> HttpResponse {
        match self.read_form(request) {
            Ok((Form { decision: Some(decision), .. }, asked, person)) => match decision.as_str() {
                "accept" => self.accept(&asked, person),
                _ => back(&asked.redirect_uri, &[("error", "access_denied"), ("state", &asked.state)]),
            },
            Ok(_) => self.stop("the form has no decision"),
            Err(refusal) => self.refuse(refusal),
        }
    }

    fn read_form(&self, request: &HttpRequest) -> Result<(Form, AuthorizationRequest, &Person), Refusal> {
        let form = Form::read(request)?;
        let asked = AuthorizationRequest::read(&form.query, &self.config)?;
        let person = self
            .config
            .person(&form.login)
            .ok_or_else(|| Refusal::Nobody { login: form.login.clone(), query: form.query.clone() })?;
        Ok((form, asked, person))
    }

    fn accept(&self, asked: &AuthorizationRequest, person: &Person) -> HttpResponse {
        let now = self.now();
        let scope = format!("{} vso.authorization_grant", asked.scopes.join(" "));
        let until = now + CODE_LIFETIME;
        let code = jwt::forge(self.config.random.as_ref(), &person.id, &scope, now, until);
        let consent = Consent {
            login: person.login.clone(),
            family: 0,
            scopes: asked.scopes.clone(),
            redirect_uri: asked.redirect_uri.clone(),
        };
        self.state().grants.put_code(code.clone(), consent, now);
        back(&asked.redirect_uri, &[("code", &code), ("state", &asked.state)])
    }

    fn refuse(&self, refusal: Refusal) -> HttpResponse {
        match refusal {
            // Without state, as the real one does: an application must not look anything up by this answer.
            Refusal::Scope { redirect_uri } => back(&redirect_uri, &[("error", "InvalidScope")]),
            Refusal::Page(why) => self.stop(&why),
            // A person has mistyped a name; the application is right.
            Refusal::Nobody { login, query } => answer::html(StatusCode::BAD_REQUEST, pages::nobody(&login, &query)),
        }
    }

    /// The provider's own error page: nothing goes back to an application that asked like this.
    fn stop(&self, why: &str) -> HttpResponse {
        let page = pages::refused(&self.config, why);
        self.state().log.violation(format!("authorize: {why}"));
        answer::html(StatusCode::BAD_REQUEST, page)
    }
}

/// An authorization request that is as it should be.
pub(super) struct AuthorizationRequest {
    redirect_uri: String,
    pub(super) scopes: Vec<String>,
    state: String,
}

enum Refusal {
    Page(String),
    Scope { redirect_uri: String },
    Nobody { login: String, query: String },
}

impl AuthorizationRequest {
    fn read(query: &str, config: &Config) -> Result<Self, Refusal> {
        let pairs = pairs(query.as_bytes());
        let page = |why: String| Err(Refusal::Page(why));
        if let Some((name, _)) = pairs.iter().find(|(name, _)| !PARAMETERS.contains(&name.as_str())) {
            return page(format!("the parameter `{name}` is not known"));
        }
        let parameter = |name: &str| {
            let mut values = pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone());
            match (values.next(), values.next()) {
                (Some(value), None) if !value.is_empty() => Ok(value),
                (Some(_), Some(_)) => Err(Refusal::Page(format!("the parameter `{name}` stands twice"))),
                _ => Err(Refusal::Page(format!("the parameter `{name}` is missing"))),
            }
        };
        if parameter("client_id")? != config.client_id {
            return page("the parameter `client_id` names no registered application".to_owned());
        }
        if parameter("response_type")? != "Assertion" {
            return page("the parameter `response_type` is not `Assertion`".to_owned());
        }
        let redirect_uri = parameter("redirect_uri")?;
        if !config.redirect_uris.contains(&redirect_uri) {
            return page("the parameter `redirect_uri` is not registered with the application".to_owned());
        }
        if !is_secure(&redirect_uri, config.http_on_loopback) {
            return page("the parameter `redirect_uri` is not https".to_owned());
        }
        let state = parameter("state")?;
        let scopes: Vec<_> = parameter("scope")?.split(' ').map(str::to_owned).collect();
        if scopes.iter().any(|scope| !config.scopes.contains(scope)) {
            return Err(Refusal::Scope { redirect_uri });
        }
        Ok(Self { redirect_uri, scopes, state })
    }
}

/// What a form on our pages sends.
pub(super) struct Form {
    query: String,
    login: String,
    decision: Option<String>,
}

impl Form {
    /// The query that a form belongs to.
    pub(super) const REQUEST: &str = "request";
    /// Who was chosen.
    pub(super) const LOGIN: &str = "login";
    /// Whether they agree.
    pub(super) const DECISION: &str = "decision";

    fn read(request: &HttpRequest) -> Result<Self, Refusal> {
        let pairs = pairs(request.body());
        let field = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        match (field(Self::REQUEST), field(Self::LOGIN)) {
            (Some(query), Some(login)) if request.method() == Method::POST && is_form(request) => {
                Ok(Self { query, login: login.trim().to_owned(), decision: field(Self::DECISION) })
            }
            _ => Err(Refusal::Page("this page answers its own forms only".to_owned())),
        }
    }
}

/// Back to the application. The registered address is kept as it was written, and the answer appended.
fn back(redirect_uri: &str, parameters: &[(&str, &str)]) -> HttpResponse {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    answer::redirect(&format!("{redirect_uri}{separator}{query}"))
}

fn is_secure(redirect_uri: &str, http_on_loopback: bool) -> bool {
    let Ok(url) = Url::parse(redirect_uri) else { return false };
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && http_on_loopback && loopback)
}

const PARAMETERS: [&str; 5] = ["client_id", "response_type", "state", "scope", "redirect_uri"];
