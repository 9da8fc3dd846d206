//! `POST /{tenant}/oauth2/v2.0/token`: a code or a refresh token for a token of one resource.

use admit::Timestamp;
use admit::http::{HttpRequest, HttpResponse};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::authority::Authority;
use super::client::missing;
use super::codes::{Grant, REFRESH_TOKEN_LIFETIME, RefreshToken};
use super::scope::{DEFAULT, Resource, Scopes};
use super::{Fault, PretendEntra, Refusal};
use crate::answer;
use crate::desk::Given;
use crate::form::{is_form, pairs};
use crate::signed::set;

impl PretendEntra {
    pub(super) fn token(&self, request: &HttpRequest, authority: &Authority, fault: Option<&Fault>) -> HttpResponse {
        match self.tokens(request, authority, fault) {
            Ok(body) => answer::json(StatusCode::OK, &body),
            Err(refusal) => self.refuse(&refusal),
        }
    }

    fn tokens(&self, request: &HttpRequest, authority: &Authority, fault: Option<&Fault>) -> Result<Value, Refusal> {
        if request.method() != Method::POST || !is_form(request) {
            self.violation("token: the request is no form that was posted");
            return Err(missing("grant_type"));
        }
        let form = Form(pairs(request.body()));
        if let Some(name) = form.twice() {
            self.violation(format!("token: the field `{name}` stands twice"));
            return Err(Refusal::aadsts(90_023).about(name));
        }
        if let Some(Fault::Refusal(refusal)) = fault {
            return Err(refusal.clone());
        }
        self.authenticate(request, &form.0)?;
        let asked = form.optional("scope").map(Scopes::read).transpose()?;
        let (grant, nonce, asked, because) = match form.required("grant_type")? {
            "authorization_code" => {
                if asked.as_ref().is_some_and(|asked| asked.resources().len() > 1) {
                    // T86
                    return Err(Refusal::aadsts(700_022));
                }
                let (grant, nonce) = self.redeem(&form, authority)?;
                (grant, nonce, asked, "a code")
            }
            "refresh_token" => (self.renew(&form, authority)?, None, asked, "a refresh"),
            other => return Err(Refusal::aadsts(70_003).about(other)),
        };
        self.check_claims(&grant)?;
        let (resource, scopes) = self.scopes_for(&grant, asked.as_ref())?;
        let wants_person = asked.is_none_or(|asked| asked.has_openid("openid") || nonce.is_some());
        let person = self.config.account(&grant.login).map_or("nobody", |account| account.name.as_str());
        let answer = Answer { grant, nonce, resource, scopes, wants_person };
        let body = self.give_out(answer, form.optional("client_info") == Some("1"), fault)?;
        self.state().desk.given_out.remember(Given::new(self.now(), person, because, &body));
        Ok(body)
    }

    fn redeem(&self, form: &Form, authority: &Authority) -> Result<(Grant, Option<String>), Refusal> {
        let now = self.now();
        let (presented, redirect_uri) = (form.required("code")?, form.required("redirect_uri")?);
        let Some(verifier) = form.optional("code_verifier") else {
            self.violation("token: the field `code_verifier` is missing");
            return Err(Refusal::aadsts(501_481));
        };
        let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
        let mut state = self.state();
        let code = state.codes.get_mut(presented).ok_or_else(|| Refusal::aadsts(70_000))?;
        let problems = [
            (code.is_spent, 54_005),
            (code.until <= now, 70_008),
            (code.authority != *authority, 700_005),
            (code.redirect_uri != redirect_uri, 500_112),
            (code.code_challenge != challenge, 501_481),
        ];
        if let Some((_, number)) = problems.into_iter().find(|(is_so, _)| *is_so) {
            return Err(Refusal::aadsts(number));
        }
        code.is_spent = true;
        Ok((code.grant.clone(), code.nonce.clone()))
    }

    /// A refresh token is good at every tenant where the person is.
    fn renew(&self, form: &Form, authority: &Authority) -> Result<Grant, Refusal> {
        let now = self.now();
        let presented = form.required("refresh_token")?;
        let mut grant = {
            let state = self.state();
            let token = state.refresh_tokens.get(presented).ok_or_else(|| Refusal::aadsts(70_000))?;
            match token {
                token if token.is_revoked => return Err(Refusal::aadsts(50_173)),
                token if token.until <= now => return Err(Refusal::aadsts(700_082)),
                token => token.grant.clone(),
            }
        };
        if let Authority::Tenant(tenant) = authority {
            let account = self.config.account(&grant.login).filter(|account| account.is_in(tenant));
            account.ok_or_else(|| Refusal::aadsts(50_020))?;
            grant.tenant.clone_from(tenant);
        }
        Ok(grant)
    }

    fn check_claims(&self, grant: &Grant) -> Result<(), Refusal> {
        match &self.state().required_claims {
            Some(required) if !grant.claims.as_ref().is_some_and(|claims| holds(claims, required)) => {
                Err(Refusal::aadsts(50_076).claims(required.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// The resource, and all that was agreed to there: it may be more than was asked for.
    fn scopes_for(&self, grant: &Grant, asked: Option<&Scopes>) -> Result<(Resource, Vec<String>), Refusal> {
        let asked = asked.unwrap_or(&grant.scopes);
        let resource = asked.resources().first().copied().unwrap_or(Resource::Graph);
        let state = self.state();
        let agreed = state.consents.get(&(grant.login.clone(), grant.tenant.clone()));
        let has = |scope: &String| agreed.is_some_and(|agreed| agreed.contains(scope));
        let wanted = asked.of(resource).filter(|name| *name != DEFAULT).map(|name| resource.qualified(name));
        if let Some(lacking) = wanted.chain(asked.openid.iter().cloned()).find(|scope| !has(scope)) {
            return Err(Refusal::aadsts(65_001).about(&lacking));
        }
        let prefix = resource.qualified("");
        let names = agreed.into_iter().flatten().filter_map(|scope| scope.strip_prefix(&prefix));
        Ok((resource, names.filter(|name| *name != DEFAULT).map(str::to_owned).collect()))
    }

    fn give_out(&self, answer: Answer, client_info: bool, fault: Option<&Fault>) -> Result<Value, Refusal> {
        let Answer { grant, nonce, resource, mut scopes, wants_person } = answer;
        let account = self.config.account(&grant.login).ok_or_else(|| Refusal::aadsts(50_034))?;
        let mut written: Vec<_> = scopes.iter().map(|name| resource.qualified(name)).collect();
        if resource == Resource::Graph {
            let openid: Vec<_> = grant.scopes.openid.iter().filter(|name| *name != OFFLINE).cloned().collect();
            scopes.splice(0..0, openid.iter().cloned());
            written.splice(0..0, openid);
        }
        let seconds = self.config.lifetime.as_secs();
        let has = |name: &str| grant.scopes.has_openid(name);
        let id_token = (wants_person && has("openid") && fault != Some(&Fault::NoIdToken))
            .then(|| self.id_token(&grant, account, nonce.as_deref(), fault));
        let refresh_token = (has(OFFLINE) && fault != Some(&Fault::NoRefreshToken)).then(|| self.refresh_token(&grant));
        let mut body = Map::new();
        set(
            &mut body,
            &json!({
                "token_type": "Bearer",
                "scope": written.join(" "),
                "expires_in": seconds,
                "ext_expires_in": seconds,
                // Tokens that live for long are to be renewed when half of it is over.
                "refresh_in": (seconds >= 7200).then_some(seconds / 2),
                "access_token": self.access_token(&grant, account, resource, &scopes),
                "refresh_token": refresh_token,
                "id_token": id_token,
                "client_info": client_info.then(|| Self::client_info(account)),
            }),
        );
        Ok(Value::Object(body))
    }

    fn refresh_token(&self, grant: &Grant) -> String {
        let token = self.fresh_code();
        let until: Timestamp = self.now() + REFRESH_TOKEN_LIFETIME;
        let kept = RefreshToken { grant: grant.clone(), until, is_revoked: false };
        self.state().refresh_tokens.insert(token.clone(), kept);
        token
    }

    /// As long as a real one: what has no room for it is found out here.
    pub(super) fn fresh_code(&self) -> String {
        let mut bytes = [0; 600];
        self.config.random.fill(&mut bytes);
        format!("1.A{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// What is given out for a grant.
struct Answer {
    grant: Grant,
    nonce: Option<String>,
    resource: Resource,
    scopes: Vec<String>,
    wants_person: bool,
}

struct Form(Vec<(String, String)>);

impl Form {
    fn optional(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        value.filter(|value| !value.is_empty())
    }

    fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.optional(name).ok_or_else(|| missing(name))
    }

    fn twice(&self) -> Option<&str> {
        let count = |name: &str| self.0.iter().filter(|(known, _)| known == name).count();
        self.0.iter().map(|(name, _)| name.as_str()).find(|name| count(name) > 1)
    }
}

/// Whether one JSON value holds another: objects by their members, arrays by their elements.
fn holds(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(value), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| value.get(name).is_some_and(|value| holds(value, wanted)))
        }
        (Value::Array(value), Value::Array(wanted)) => {
            wanted.iter().all(|wanted| value.iter().any(|value| holds(value, wanted)))
        }
        (value, wanted) => value == wanted,
    }
}

const OFFLINE: &str = "offline_access";
