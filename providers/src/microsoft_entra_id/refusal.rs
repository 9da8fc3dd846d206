//! What a refusal means, by the words that Microsoft says to go by.
//!
//! 1. `error` and `suberror` decide what happens next. Sentences and numbers are for people and for logs.
//! 2. A number decides one thing: whether the person is told that their administrator has to act.
//! 3. `claims` beside an error are what the next sign-in has to carry. They are kept if they are a JSON object of
//!    reasonable size.
//! 4. The log gets the number, what it stands for, and the identifiers that Microsoft's support asks for. It does not
//!    get the sentence: that may hold a person's address. Nobody else gets any of it.
//!
//! <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>

use admit::provider::{Endpoint, Fault, ProviderError, same_word};
use admit::{Claims, HttpResponse};
use serde_json::Value;

use super::challenge::ClaimsChallenge;
use super::guid::is_guid;

/// What the token endpoint's refusal means.
pub(super) fn of_token_endpoint(error: ProviderError, response: &HttpResponse) -> ProviderError {
    let ProviderError::Refused { endpoint, status, code, .. } = error else { return error };
    let body = Claims::parse(response.body()).unwrap_or_default();
    let numbers = body.value("error_codes").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64);
    let sentence = Sentence::read(body.text("error_description").unwrap_or_default());
    let numbers: Vec<u64> = numbers.chain(sentence.number).take(1).collect();
    let suberror = body.text("suberror");
    let id = |name: &str| body.text(name).filter(|text| is_guid(text)).map(str::to_owned);
    let told = Told {
        number: numbers.first().copied(),
        suberror: suberror.map(word),
        trace_id: id("trace_id").or(sentence.trace_id),
        correlation_id: id("correlation_id").or(sentence.correlation_id),
    };
    if let Some(challenge) = body.text("claims").and_then(ClaimsChallenge::parse) {
        let claims = challenge.to_string();
        return ProviderError::Challenged { endpoint, code, description: told.describe(), claims };
    }
    let fault = fault(&code, suberror, told.number);
    ProviderError::Refused { endpoint, status, code, description: told.describe(), fault }
}

/// What an error means that came with the browser.
pub(super) fn of_authorization_endpoint(parameters: &[(String, String)]) -> Option<ProviderError> {
    let value = |name: &str| parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let code = word(value("error")?);
    let Sentence { number, trace_id, correlation_id } = Sentence::read(value("error_description").unwrap_or_default());
    let subcode = value("error_subcode").or_else(|| value("suberror"));
    let told = Told { number, suberror: subcode.map(word), trace_id, correlation_id };
    let cancelled = subcode == Some("cancel");
    let fault = if cancelled { Fault::Denied } else { fault(&code, subcode, number) };
    let endpoint = Endpoint::Authorization;
    Some(ProviderError::Refused { endpoint, status: 302, code, description: told.describe(), fault })
}

fn fault(code: &str, suberror: Option<&str>, number: Option<u64>) -> Fault {
    let is = |words: &[&str]| words.iter().any(|word| same_word(code, word));
    if is(&["temporarily_unavailable", "server_error"]) {
        return Fault::Temporary;
    }
    if number.is_some_and(|number| ADMINISTRATORS.contains(&number)) {
        return Fault::Administrator;
    }
    if is(&["access_denied"]) {
        Fault::Denied
    } else if is(&["invalid_grant"]) {
        // There is something to be read by the person, and nothing to be done about it.
        if suberror == Some("message_only") { Fault::Denied } else { Fault::Reauthenticate }
    } else if is(&["interaction_required", "login_required", "consent_required", "account_selection_required"]) {
        Fault::Reauthenticate
    } else {
        // Departs from RFC 6749 §5.2, where `invalid_request` is nobody's in particular: here it is a set-up that
        // Microsoft does not take. What is unknown is no different.
        Fault::Configuration
    }
}

/// What the log is told.
struct Told {
    number: Option<u64>,
    suberror: Option<String>,
    trace_id: Option<String>,
    correlation_id: Option<String>,
}

impl Told {
    fn describe(&self) -> Option<String> {
        let number = self.number.map(|number| match meaning(number) {
            Some(meaning) => format!("AADSTS{number} ({meaning})"),
            None => format!("AADSTS{number}"),
        });
        let named = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name} {value}"));
        let parts = [
            number,
            named("suberror", &self.suberror),
            named("trace id", &self.trace_id),
            named("correlation id", &self.correlation_id),
        ];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        (!text.is_empty()).then_some(text)
    }
}

/// What can be used of a sentence such as `AADSTS70011: … Trace ID: … Correlation ID: … Timestamp: …`.
#[derive(Debug, PartialEq, Eq)]
struct Sentence {
    number: Option<u64>,
    trace_id: Option<String>,
    correlation_id: Option<String>,
}

impl Sentence {
    fn read(text: &str) -> Self {
        let behind = |mark: &str| text.split_once(mark).map(|(_, rest)| rest.trim_start());
        let digits = behind("AADSTS").map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default());
        let id = |mark: &str| behind(mark)?.get(..36).filter(|text| is_guid(text)).map(str::to_owned);
        Self {
            number: digits.filter(|digits| digits.len() <= 9).and_then(|digits| digits.parse().ok()),
            trace_id: id("Trace ID:"),
            correlation_id: id("Correlation ID:"),
        }
    }
}

/// A word of the protocol, and nothing that a log could be forged with.
fn word(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect()
}

/// What a number stands for, for those that people ask about.
fn meaning(number: u64) -> Option<&'static str> {
    KNOWN.iter().find(|(known, _)| known.contains(&number)).map(|(_, meaning)| *meaning)
}

/// Only an administrator of the person's tenant can do something about these.
const ADMINISTRATORS: &[u64] = &[50105, 53000, 53001, 53003, 90094, 90095, 500212, 500213, 650052];

const KNOWN: &[(&[u64], &str)] = &[
    (
        &[16000, 50020, 50034, 51004, 90072],
        "the account is not in this tenant: is it the right tenant, or a guest to be invited?",
    ),
    (&[50011], "the redirect URI is not registered, letter by letter"),
    (&[50058], "nobody is signed in there, and nobody could be asked"),
    (&[50074, 50076, 50079], "a second factor is asked for"),
    (&[50105], "the person is not assigned to the application"),
    (&[50133, 50173], "the grant was revoked, or the password changed"),
    (&[50146], "the application has a signing key of its own"),
    (&[50158], "an external challenge has to be met"),
    (&[50194, 90124, 90130, 9001023], "the application is not for this kind of tenant; set tenant()"),
    (&[50196], "the same request came again and again; it is not repeated"),
    (&[53000, 53001, 53003], "Conditional Access forbids it"),
    (&[54005], "the code was used before"),
    (&[65001], "consent is missing"),
    (&[65004], "the person declined to consent"),
    (&[70000, 70008, 700082], "the refresh token is dead, or was not used for too long"),
    (&[70043], "the tenant's sign-in frequency ended the refresh token"),
    (&[700084], "the refresh token of a single-page application has ended; register the platform \"Web\""),
    (&[28003, 70011, 700022, 700023], "a scope is not valid, or they are of several resources"),
    (&[500011], "the resource is not in this tenant"),
    (&[500208, 9002332], "the application is not for this type of account"),
    (&[500212, 500213], "a policy of one of the tenants forbids access across tenants"),
    (&[650052, 650054, 650056, 650057], "the resource is not enabled, or not among the application's permissions"),
    (&[700005], "the code was issued by another tenant"),
    (&[700016], "the application is not in this tenant; check the client id and tenant()"),
    (&[70002, 7000215], "the secret is wrong; is it the Secret ID in place of the Value?"),
    (&[7000222], "the secret has expired"),
    (&[50013, 700024, 700027], "the client assertion is not valid, or not at this time"),
    (&[700025], "the application is a public client, and sent a secret"),
    (&[7000218], "the application sent no credential"),
    (&[50147, 501481], "the PKCE verifier does not fit"),
    (&[90002], "there is no such tenant"),
    (&[90014, 900144], "a parameter is missing"),
    (&[90094, 90095], "an administrator has to consent"),
    (&[900439], "a tenant of the US government was asked for at the global cloud; set cloud()"),
];

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use serde_json::json;

    use super::*;

    const TRACE: &str = "0000aaaa-11bb-cccc-dd22-eeeeee333333";
    const CORRELATION: &str = "aaaa0000-bb11-2222-33cc-444444dddddd";

    #[allow(clippy::needless_pass_by_value, reason = "calls read better")]
    fn judge(body: Value) -> ProviderError {
        let code = body["error"].as_str().unwrap().to_owned();
        let (endpoint, description) = (Endpoint::Token, Some("AADSTS1: private".to_owned()));
        let refused = ProviderError::Refused { endpoint, status: 400, code, description, fault: Fault::Protocol };
        of_token_endpoint(refused, &http::Response::new(Bytes::from(body.to_string())))
    }

    fn browser(pairs: &[(&str, &str)]) -> ProviderError {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        of_authorization_endpoint(&pairs).unwrap()
    }

    #[test]
    fn error_and_suberror_decide_what_happens_next() {
        // ENT-012
        for (error, suberror, expected) in [
            ("invalid_grant", None, Fault::Reauthenticate),
            ("invalid_grant", Some("basic_action"), Fault::Reauthenticate),
            ("invalid_grant", Some("additional_action"), Fault::Reauthenticate),
            ("invalid_grant", Some("consent_required"), Fault::Reauthenticate),
            ("invalid_grant", Some("user_password_expired"), Fault::Reauthenticate),
            ("invalid_grant", Some("bad_token"), Fault::Reauthenticate),
            ("invalid_grant", Some("token_expired"), Fault::Reauthenticate),
            ("invalid_grant", Some("protection_policy_required"), Fault::Reauthenticate),
            ("invalid_grant", Some("message_only"), Fault::Denied),
            ("interaction_required", None, Fault::Reauthenticate),
            ("login_required", None, Fault::Reauthenticate),
            ("consent_required", None, Fault::Reauthenticate),
            ("invalid_client", None, Fault::Configuration),
            ("unauthorized_client", None, Fault::Configuration),
            ("invalid_scope", None, Fault::Configuration),
            ("invalid_resource", None, Fault::Configuration),
            ("unsupported_grant_type", None, Fault::Configuration),
            ("invalid_request", None, Fault::Configuration),
            ("temporarily_unavailable", None, Fault::Temporary),
            ("server_error", None, Fault::Temporary),
        ] {
            let error = judge(json!({ "error": error, "suberror": suberror }));
            assert_eq!(error.fault(), expected, "{error} {suberror:?}");
        }
    }

    #[test]
    fn a_number_sends_the_person_to_their_administrator_and_decides_nothing_else() {
        // ENT-012, azure.md T82
        let with = |number: u64| judge(json!({ "error": "invalid_grant", "error_codes": [number] })).fault();
        for number in [50173, 70043, 700082, 50076, 65001, 54005, 50196, 999_999] {
            assert_eq!(with(number), Fault::Reauthenticate, "{number}");
        }
        for number in [90094, 50105, 53003] {
            assert_eq!(with(number), Fault::Administrator, "{number}");
        }
        assert_eq!(
            judge(json!({ "error": "temporarily_unavailable", "error_codes": [53003] })).fault(),
            Fault::Temporary
        );
    }

    #[test]
    fn the_log_gets_the_number_and_the_identifiers_and_not_the_sentence() {
        // azure.md T81
        let sentence = format!(
            "AADSTS7000215: Invalid client secret for ada@contoso.example <b>.\r\nTrace ID: {TRACE}\r\n\
             Correlation ID: {CORRELATION}\r\nTimestamp: 2026-11-22 07:30:00Z {}",
            "x".repeat(10_240)
        );
        let expected = format!(
            "token endpoint answered 400 invalid_client: AADSTS7000215 (the secret is wrong; is it the Secret ID in \
             place of the Value?), trace id {TRACE}, correlation id {CORRELATION}"
        );
        let by_members = json!({
            "error": "invalid_client", "error_description": sentence, "error_codes": [7000215],
            "trace_id": TRACE, "correlation_id": CORRELATION,
        });
        assert_eq!(judge(by_members).to_string(), expected);
        assert_eq!(judge(json!({ "error": "invalid_client", "error_description": sentence })).to_string(), expected);
        let odd = json!({
            "error": "invalid_client", "error_codes": "x", "trace_id": "a\r\nb", "correlation_id": 7,
            "error_description": "AADSTS: \u{fffd}Trace ID: é Correlation ID:", "suberror": "a\nb",
        });
        assert_eq!(judge(odd).to_string(), "token endpoint answered 400 invalid_client: suberror ab");
    }

    #[test]
    fn claims_beside_an_error_are_for_the_next_sign_in() {
        // azure.md T79, ENT-011
        let wanted = json!({ "access_token": { "acrs": { "essential": true, "value": "c1" } } });
        let body = json!({ "error": "interaction_required", "suberror": "basic_action", "claims": wanted.to_string() });
        match judge(body) {
            ProviderError::Challenged { code, claims, .. } => {
                assert_eq!(code, "interaction_required");
                assert_eq!(serde_json::from_str::<Value>(&claims).unwrap(), wanted);
            }
            other => panic!("{other:?}"),
        }
        for odd in [json!("x"), json!("[]"), json!(7), json!("{"), json!(format!("{{\"a\":\"{}\"}}", "x".repeat(9000)))]
        {
            let error = judge(json!({ "error": "interaction_required", "claims": odd }));
            assert!(matches!(error, ProviderError::Refused { .. }), "{odd}");
            assert_eq!(error.fault(), Fault::Reauthenticate);
        }
    }

    #[test]
    fn what_came_with_the_browser_is_told_apart() {
        for (pairs, expected) in [
            (&[("error", "access_denied"), ("error_subcode", "cancel")][..], Fault::Denied),
            (&[("error", "access_denied"), ("error_description", "AADSTS65004: declined")], Fault::Denied),
            (&[("error", "access_denied"), ("error_description", "AADSTS90094: admin")], Fault::Administrator),
            (&[("error", "consent_required"), ("error_description", "AADSTS65001: x")], Fault::Reauthenticate),
            (&[("error", "interaction_required")], Fault::Reauthenticate),
            (&[("error", "login_required"), ("error_description", "AADSTS50058: x")], Fault::Reauthenticate),
            (&[("error", "server_error")], Fault::Temporary),
            (&[("error", "invalid_request")], Fault::Configuration),
            (&[("error", "unheard_of")], Fault::Configuration),
        ] {
            assert_eq!(browser(pairs).fault(), expected, "{pairs:?}");
        }
        let error =
            browser(&[("error", "a<b>\r\n"), ("error_description", "AADSTS65004: <script> ada@contoso.example")]);
        assert_eq!(
            error.to_string(),
            "authorization endpoint answered 302 ab: AADSTS65004 (the person declined to consent)"
        );
    }
}
