//! Errors as Entra writes them: an OAuth code, an `AADSTS` number, and ids for whoever asks Microsoft about it.

use admit::http::HttpResponse;
use http::StatusCode;
use serde_json::{Map, Value, json};

use super::PretendEntra;
use crate::answer;
use crate::signed::set;

/// What Entra says when it says no.
///
/// ```
/// use admit_testkit::entra::Refusal;
///
/// let multi_factor = Refusal::aadsts(50076).claims(r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#);
/// assert_eq!((multi_factor.error(), multi_factor.suberror()), ("interaction_required", Some("basic_action")));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    error: String,
    code: u32,
    suberror: Option<String>,
    text: String,
    claims: Option<String>,
}

impl Refusal {
    /// The refusal of that number. For one that is not known here, it is an `invalid_grant`.
    pub fn aadsts(code: u32) -> Self {
        let known = KNOWN.iter().find(|(known, ..)| *known == code);
        let (_, error, suberror, text) = known.unwrap_or(&(0, "invalid_grant", "", "The request was refused."));
        Self {
            error: (*error).to_owned(),
            code,
            suberror: (!suberror.is_empty()).then(|| (*suberror).to_owned()),
            text: (*text).to_owned(),
            claims: None,
        }
    }

    /// With another OAuth error code.
    #[must_use]
    pub fn with_error(mut self, error: impl Into<String>) -> Self {
        self.error = error.into();
        self
    }

    /// With another `suberror`; none if it is empty.
    #[must_use]
    pub fn with_suberror(mut self, suberror: &str) -> Self {
        self.suberror = (!suberror.is_empty()).then(|| suberror.to_owned());
        self
    }

    /// With another text.
    #[must_use]
    pub fn with_text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// With the claims that the next authorization has to ask for, as JSON in a text.
    #[must_use]
    pub fn claims(mut self, claims: impl Into<String>) -> Self {
        self.claims = Some(claims.into());
        self
    }

    /// The OAuth error code.
    pub fn error(&self) -> &str {
        &self.error
    }

    /// The `AADSTS` number.
    pub fn code(&self) -> u32 {
        self.code
    }

    /// What Microsoft's own libraries react to, beside the error code.
    pub fn suberror(&self) -> Option<&str> {
        self.suberror.as_deref()
    }

    /// Says what it is about.
    pub(super) fn about(mut self, what: &str) -> Self {
        self.text = format!("{} ({what})", self.text);
        self
    }

    pub(super) fn message(&self) -> String {
        format!("AADSTS{}: {}", self.code, self.text)
    }

    fn status(&self) -> StatusCode {
        match self.error.as_str() {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl PretendEntra {
    /// `error_description` in full: the text, and the ids that Microsoft's support asks for.
    pub(super) fn description(&self, refusal: &Refusal) -> (String, Ids) {
        let ids = Ids { trace: self.fresh_guid(), correlation: self.fresh_guid(), timestamp: self.timestamp() };
        let text = format!(
            "{}\r\nTrace ID: {}\r\nCorrelation ID: {}\r\nTimestamp: {}",
            refusal.message(),
            ids.trace,
            ids.correlation,
            ids.timestamp
        );
        (text, ids)
    }

    /// The token endpoint's answer.
    pub(super) fn refuse(&self, refusal: &Refusal) -> HttpResponse {
        let (description, ids) = self.description(refusal);
        let mut body = Map::new();
        set(
            &mut body,
            &json!({
                "error": refusal.error,
                "error_description": description,
                "error_codes": [refusal.code],
                "timestamp": ids.timestamp,
                "trace_id": ids.trace,
                "correlation_id": ids.correlation,
                "error_uri": self.error_uri(refusal),
                "suberror": refusal.suberror,
                "claims": refusal.claims,
            }),
        );
        answer::json(refusal.status(), &Value::Object(body))
    }

    pub(super) fn error_uri(&self, refusal: &Refusal) -> String {
        format!("{}/error?code={}", self.config.login_host, refusal.code)
    }

    /// As its errors write the time: no `T`, and no fraction.
    fn timestamp(&self) -> String {
        let now = self.now().to_string();
        format!("{}Z", now.split('.').next().unwrap_or_default().replace('T', " "))
    }
}

/// What finds an error again in Microsoft's logs.
pub(super) struct Ids {
    trace: String,
    correlation: String,
    timestamp: String,
}

/// Number, error, suberror, and the text in our words.
#[rustfmt::skip]
const KNOWN: &[(u32, &str, &str, &str)] = &[
    (16_000, "interaction_required", "", "Several accounts are signed in; one has to be chosen."),
    (50_011, "invalid_request", "", "The redirect URI does not match those registered with the application."),
    (50_020, "invalid_grant", "", "The account does not exist in the tenant and cannot use the application there."),
    (50_034, "invalid_grant", "", "The account does not exist in the directory."),
    (50_058, "login_required", "", "Nobody is signed in, and the request allows no page."),
    (50_074, "interaction_required", "basic_action", "A second factor is required."),
    (50_076, "interaction_required", "basic_action", "The administrator requires a second factor to use the resource."),
    (50_079, "interaction_required", "basic_action", "A second factor has to be set up."),
    (50_105, "access_denied", "", "The administrator has the application open to assigned people only, and this one is not."),
    (50_133, "invalid_grant", "bad_token", "The session is not valid because the password expired or was changed."),
    (50_158, "interaction_required", "basic_action", "A challenge of another service has to be met."),
    (50_173, "invalid_grant", "bad_token", "The grant was revoked; fresh consent and sign-in are needed."),
    (50_194, "unauthorized_client", "", "The application is not registered for several tenants; name its tenant."),
    (50_196, "invalid_grant", "", "The client makes the same request again and again and is stopped."),
    (53_000, "interaction_required", "message_only", "The device does not comply with the rules."),
    (53_001, "interaction_required", "message_only", "The device is not joined to the domain."),
    (53_003, "interaction_required", "message_only", "Conditional Access does not let anybody in this way."),
    (54_005, "invalid_grant", "", "The authorization code was already redeemed."),
    (65_001, "invalid_grant", "consent_required", "The person or the administrator has not consented to the application."),
    (65_004, "access_denied", "", "The person declined to consent."),
    (70_003, "unsupported_grant_type", "", "The grant type is not supported."),
    (70_008, "invalid_grant", "", "The authorization code or refresh token has expired."),
    (70_011, "invalid_scope", "", "The scope is not valid; `.default` stands alone."),
    (70_043, "invalid_grant", "bad_token", "The refresh token has expired or is not valid because of the sign-in frequency."),
    (90_002, "invalid_request", "", "The tenant was not found."),
    (90_014, "invalid_request", "", "A required field is missing."),
    (90_023, "invalid_request", "", "The request is not valid."),
    (90_094, "access_denied", "", "The administrator has to grant what the application asks for."),
    (500_011, "invalid_resource", "", "The resource was not found in the tenant."),
    (500_112, "invalid_client", "", "The redirect URI is not the one of the authorization request."),
    (500_208, "invalid_grant", "", "The account is of a kind that cannot sign in here."),
    (501_481, "invalid_grant", "", "The code verifier does not match the code challenge of the authorization request."),
    (650_053, "invalid_scope", "", "The application asked for a scope that does not exist on the resource."),
    (650_057, "invalid_resource", "", "The resource is not among the application's permissions."),
    (70_000, "invalid_grant", "", "The authorization code or refresh token is malformed or not valid."),
    (700_005, "invalid_grant", "", "The authorization code was issued by another authority."),
    (700_016, "unauthorized_client", "", "The application was not found in the directory."),
    (700_022, "invalid_scope", "", "The scope names several resources; one token is for one of them."),
    (700_027, "invalid_client", "", "The client assertion failed: its signature, its certificate or its claims."),
    (700_082, "invalid_grant", "bad_token", "The refresh token has expired because it was not used."),
    (900_144, "invalid_request", "", "The request body lacks a parameter."),
    (7_000_215, "invalid_client", "", "The client secret is not valid; send its value and not its id."),
    (7_000_218, "invalid_client", "", "The request body lacks `client_assertion` or `client_secret`."),
    (7_000_222, "invalid_client", "", "The client secret has expired."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_number_stands_once_in_the_list() {
        let numbers: BTreeSet<_> = KNOWN.iter().map(|(code, ..)| code).collect();
        assert_eq!(numbers.len(), KNOWN.len());
        assert_eq!(Refusal::aadsts(1).error(), "invalid_grant");
    }
}
