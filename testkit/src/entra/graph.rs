//! The slice of Microsoft Graph that sign-in touches: who somebody is, and their picture.

use admit::http::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::StatusCode;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use serde_json::{Map, Value, json};

use super::scope::Resource;
use super::{Account, Bearer, PretendEntra};
use crate::answer;
use crate::signed::set;

impl PretendEntra {
    pub(super) fn graph(&self, request: &HttpRequest) -> HttpResponse {
        let (bearer, account) = match self.caller(request) {
            Ok(caller) => caller,
            Err(refused) => return *refused,
        };
        let path = request.uri().path();
        if path == USERINFO {
            return self.userinfo(&bearer, account);
        }
        if !bearer.scopes.iter().any(|scope| scope == "User.Read") {
            let why = "Insufficient privileges to complete the operation.";
            return error(StatusCode::FORBIDDEN, "Authorization_RequestDenied", why);
        }
        match (path, &account.photo) {
            (ME, _) => self.me(&bearer, account),
            // There are no pictures of personal accounts here, as there often are none there.
            (_, Some(photo)) if !account.is_personal() => picture(photo),
            _ => error(StatusCode::NOT_FOUND, "ImageNotFound", "The photo wasn't found."),
        }
    }

    fn caller(&self, request: &HttpRequest) -> Result<(Bearer, &Account), Box<HttpResponse>> {
        let refuse = |why: &str| {
            let mut response = error(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", why);
            let authorize = format!("{}/common/oauth2/authorize", self.config.login_host);
            let challenge =
                format!("Bearer realm=\"\", authorization_uri=\"{authorize}\", client_id=\"{}\"", super::GRAPH);
            answer::set(&mut response, WWW_AUTHENTICATE, &challenge);
            Box::new(response)
        };
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|header| header.strip_prefix("Bearer "));
        let token = token.ok_or_else(|| refuse("Access token is empty."))?;
        let bearer = self.bearer(token).ok_or_else(|| refuse("Access token has expired or is not yet valid."))?;
        if bearer.resource != Resource::Graph {
            return Err(refuse("Access token validation failure. Invalid audience."));
        }
        let account = self.config.account(&bearer.login).ok_or_else(|| refuse("The person is gone."))?;
        Ok((bearer, account))
    }

    fn me(&self, bearer: &Bearer, account: &Account) -> HttpResponse {
        let (given, family) = account.name.split_once(' ').unwrap_or((&account.name, ""));
        answer::json(
            StatusCode::OK,
            &json!({
                "@odata.context": format!("{}/v1.0/$metadata#users/$entity", self.config.graph_host),
                "id": account.object_id(&bearer.tenant),
                "displayName": account.name,
                "givenName": given,
                "surname": family,
                "mail": account.email,
                "userPrincipalName": self.principal_name(account, &bearer.tenant),
                "businessPhones": [],
                "jobTitle": null,
                "mobilePhone": null,
                "officeLocation": null,
                "preferredLanguage": null,
            }),
        )
    }

    fn userinfo(&self, bearer: &Bearer, account: &Account) -> HttpResponse {
        let mut claims = Map::new();
        let subject = self.subject(&bearer.tenant, &account.object_id(&bearer.tenant));
        let picture = format!("{}/v1.0/me/photo/$value", self.config.graph_host);
        set(&mut claims, &json!({ "sub": subject, "name": account.name, "picture": picture, "email": account.email }));
        answer::json(StatusCode::OK, &Value::Object(claims))
    }
}

/// Whether Graph answers there, and whether it is with a picture.
pub(super) fn is_here(path: &str) -> Option<bool> {
    match path {
        ME | USERINFO => Some(false),
        "/v1.0/me/photo/$value" => Some(true),
        _ => {
            let size = path.strip_prefix("/v1.0/me/photos/")?.strip_suffix("/$value")?;
            SIZES.iter().any(|side| size == format!("{side}x{side}")).then_some(true)
        }
    }
}

/// What asks for more claims (Continuous Access Evaluation).
pub(super) fn challenge(claims: &Value) -> String {
    let claims = STANDARD.encode(claims.to_string());
    format!("Bearer realm=\"\", error=\"insufficient_claims\", claims=\"{claims}\"")
}

fn picture(photo: &Bytes) -> HttpResponse {
    let media_type = match photo.get(..3) {
        Some(b"GIF") => "image/gif",
        Some([0x89, b'P', b'N']) => "image/png",
        _ => "image/jpeg",
    };
    answer::with_body(StatusCode::OK, media_type, photo.clone())
}

fn error(status: StatusCode, code: &str, message: &str) -> HttpResponse {
    answer::json(status, &json!({ "error": { "code": code, "message": message } }))
}

const ME: &str = "/v1.0/me";
const USERINFO: &str = "/oidc/userinfo";
const SIZES: [u16; 9] = [48, 64, 96, 120, 240, 360, 432, 504, 648];
