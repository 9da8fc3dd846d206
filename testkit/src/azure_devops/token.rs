//! `POST /oauth2/token`: exactly five fields, for a code and for a refresh alike.

use admit::http::{HttpRequest, HttpResponse};
use http::header::{ALLOW, AUTHORIZATION};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::grants::Refusal;
use super::{PretendAzureDevOps, answer, jwt};
use crate::desk::Given;
use crate::form::{is_form, pairs};

/// The `grant_type` with which Azure DevOps takes a code.
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// The only `client_assertion_type` that Azure DevOps takes.
pub const CLIENT_ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl PretendAzureDevOps {
    pub(super) fn token(&self, request: &HttpRequest, leave_refresh_token_out: bool) -> HttpResponse {
        if request.method() != Method::POST {
            self.state().log.violation(format!("token: {} in place of POST", request.method()));
            let mut response = answer::empty(StatusCode::METHOD_NOT_ALLOWED);
            answer::set(&mut response, ALLOW, "POST");
            return response;
        }
        if !is_form(request) {
            self.state().log.violation("token: the body is not declared as a form");
            return answer::empty(StatusCode::BAD_REQUEST);
        }
        match TokenRequest::read(request) {
            Ok(read) => self.grant(&read, leave_refresh_token_out),
            Err(what) => {
                self.state().log.violation(format!("token: {what}"));
                error("invalid_request", &what)
            }
        }
    }

    fn grant(&self, request: &TokenRequest, leave_refresh_token_out: bool) -> HttpResponse {
        let now = self.now();
        let mut state = self.state();
        let taken = state.grants.secret(&request.client_assertion).and_then(|secret| {
            let consent = match request.kind {
                GrantKind::Code => state.grants.take_code(&request.assertion, &request.redirect_uri, now),
                GrantKind::Refresh => state.grants.take_refresh_token(&request.assertion, &request.redirect_uri),
            }?;
            Ok((secret, consent))
        });
        let (secret, consent) = match taken {
            Ok(taken) => taken,
            Err(refusal) => {
                if refusal == Refusal::SpentRefreshToken {
                    state.log.violation("token: a refresh token was used a second time");
                }
                return refused(refusal);
            }
        };
        let person = self.config.person(&consent.login).map(|person| person.id.as_str()).unwrap_or_default();
        let until = now + self.config.lifetime;
        let scope = consent.scopes.join(" ");
        let random = self.config.random.as_ref();
        let access_token = jwt::forge(random, person, &scope, now, until);
        let refresh_token = jwt::forge(random, person, &format!("{scope} vso.refresh"), now, until);
        state.grants.put_tokens((access_token.clone(), until), refresh_token.clone(), &consent, secret, now);
        drop(state);

        let because = match request.kind {
            GrantKind::Code => "a code",
            GrantKind::Refresh => "a refresh",
        };
        let seconds = self.config.lifetime.as_secs();
        let mut body = json!({
            "access_token": access_token,
            "token_type": "jwt-bearer",
            "expires_in": if self.config.lifetime_as_number { json!(seconds) } else { json!(seconds.to_string()) },
        });
        if let (false, Value::Object(members)) = (leave_refresh_token_out, &mut body) {
            members.insert("refresh_token".to_owned(), refresh_token.into());
        }
        let name = self.config.person(&consent.login).map_or("nobody", |person| person.display_name.as_str());
        self.state().desk.given_out.remember(Given::new(now, name, because, &body));
        answer::json(StatusCode::OK, &body)
    }
}

enum GrantKind {
    Code,
    Refresh,
}

struct TokenRequest {
    kind: GrantKind,
    client_assertion: String,
    assertion: String,
    redirect_uri: String,
}

impl TokenRequest {
    fn read(request: &HttpRequest) -> Result<Self, String> {
        if request.headers().contains_key(AUTHORIZATION) {
            return Err("an Authorization header is present".to_owned());
        }
        if request.uri().query().is_some() {
            return Err("parameters stand in the query".to_owned());
        }
        let pairs = pairs(request.body());
        if let Some((name, _)) = pairs.iter().find(|(name, _)| !FIELDS.contains(&name.as_str())) {
            return Err(format!("the field `{name}` is not known"));
        }
        let field = |name: &str| {
            let mut values = pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone());
            match (values.next(), values.next()) {
                (Some(value), None) if !value.is_empty() => Ok(value),
                (Some(_), Some(_)) => Err(format!("the field `{name}` stands twice")),
                _ => Err(format!("the field `{name}` is missing")),
            }
        };
        if field("client_assertion_type")? != CLIENT_ASSERTION_TYPE {
            return Err("the field `client_assertion_type` has another value".to_owned());
        }
        let kind = match field("grant_type")?.as_str() {
            JWT_BEARER => GrantKind::Code,
            "refresh_token" => GrantKind::Refresh,
            _ => return Err("the field `grant_type` has another value".to_owned()),
        };
        Ok(Self {
            kind,
            client_assertion: field("client_assertion")?,
            assertion: field("assertion")?,
            redirect_uri: field("redirect_uri")?,
        })
    }
}

fn refused(refusal: Refusal) -> HttpResponse {
    match refusal {
        Refusal::UnknownSecret => error("invalid_client", "Failed to deserialize the JsonWebToken object."),
        Refusal::ExpiredSecret => error("invalid_client", "The client secret has expired."),
        Refusal::InvalidCode => error("invalid_grant", "The authorization grant is not valid or has expired."),
        Refusal::InvalidRefreshToken | Refusal::SpentRefreshToken => {
            error("invalid_request", "The access token is not valid")
        }
    }
}

fn error(code: &str, description: &str) -> HttpResponse {
    answer::json(StatusCode::BAD_REQUEST, &json!({ "Error": code, "ErrorDescription": description }))
}

const FIELDS: [&str; 5] = ["client_assertion_type", "client_assertion", "grant_type", "assertion", "redirect_uri"];
