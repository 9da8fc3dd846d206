//! Claims challenges: a resource, or the token endpoint, wants more proof of a person than the token at hand gives.
//!
//! 1. A resource says so by status 401 and a Bearer challenge with `error="insufficient_claims"`. There may be several
//!    headers, several challenges in one, and the parameters come in any order.
//! 2. `claims` is base64 or base64url of a JSON object, with or without padding.
//! 3. What was wanted goes into the next authorization request, joined with the application's own capabilities.
//! 4. What is no such object, or too long for an address, is no challenge.
//!
//! <https://learn.microsoft.com/entra/identity-platform/claims-challenge>

use std::fmt;

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;
use serde_json::{Map, Value, json};

/// The claims that the next sign-in has to ask for.
///
/// ```
/// use admit_providers::microsoft_entra_id::ClaimsChallenge;
///
/// // A resource answered 401.
/// let mut headers = http::HeaderMap::new();
/// let challenge = r#"Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ==""#;
/// headers.insert("www-authenticate", challenge.parse()?);
///
/// let challenge = ClaimsChallenge::from_headers(&headers).expect("a challenge");
/// assert_eq!(challenge.to_string(), r#"{"access_token":{}}"#);
/// // Add these to the sign-in that follows.
/// let parameters = challenge.sign_in_parameters(Some("the login_hint of the person's EntraIdentity"));
/// assert_eq!(parameters[0], ("claims", challenge.to_string()));
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimsChallenge(Map<String, Value>);

impl ClaimsChallenge {
    /// The challenge in a resource's answer, if there is one.
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let lines = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|line| line.to_str().ok());
        lines.filter(|line| line.len() <= LONGEST).flat_map(challenges).find_map(|challenge| {
            let is_bearer = challenge.scheme.eq_ignore_ascii_case("bearer");
            if !is_bearer || challenge.parameter("error") != Some("insufficient_claims") {
                return None;
            }
            let text = challenge.parameter("claims")?;
            let decoded = [&STANDARD, &URL_SAFE]
                .into_iter()
                .find_map(|alphabet| GeneralPurpose::new(alphabet, LENIENT).decode(text).ok())?;
            Self::parse(std::str::from_utf8(&decoded).ok()?)
        })
    }

    /// Reads a challenge as JSON, which is how the token endpoint writes it, and how one is kept.
    pub fn parse(json: &str) -> Option<Self> {
        match serde_json::from_str(json).ok()? {
            Value::Object(members) if !members.is_empty() && json.len() <= LONGEST_CLAIMS => Some(Self(members)),
            _ => None,
        }
    }

    /// What to add to the authorization request of the next sign-in, so that the person is asked for what is missing,
    /// and not who they are.
    pub fn sign_in_parameters(&self, login_hint: Option<&str>) -> Vec<(&'static str, String)> {
        let claims = ("claims", self.to_string());
        std::iter::once(claims).chain(login_hint.map(|hint| ("login_hint", hint.to_owned()))).collect()
    }
}

impl fmt::Display for ClaimsChallenge {
    /// As JSON.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Value::Object(self.0.clone()))
    }
}

/// The value of `claims` for a request: what was wanted, and what the application says that it can do. `None` if
/// neither says anything.
pub(super) fn claims_parameter(wanted: Option<&str>, capabilities: &[String]) -> Option<String> {
    let mut claims = wanted.and_then(ClaimsChallenge::parse).map(|challenge| challenge.0).unwrap_or_default();
    if !capabilities.is_empty() {
        let token = claims.entry("access_token").or_insert_with(|| json!({}));
        // A `null` is how OpenID Connect asks for a claim with no more to say of it.
        if !token.is_object() {
            *token = json!({});
        }
        if let Value::Object(token) = token {
            let mut values: Vec<&str> = Vec::new();
            let known = token.get("xms_cc").and_then(|claim| claim.get("values")).and_then(Value::as_array).cloned();
            let known = known.unwrap_or_default();
            let all = known.iter().filter_map(Value::as_str).chain(capabilities.iter().map(String::as_str));
            for value in all {
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            token.insert("xms_cc".to_owned(), json!({ "values": values }));
        }
    }
    (!claims.is_empty()).then(|| Value::Object(claims).to_string())
}

/// One challenge of a header (RFC 9110 §11.6.1).
#[derive(Debug, Default)]
pub(super) struct Challenge<'a> {
    pub(super) scheme: &'a str,
    parameters: Vec<(&'a str, String)>,
}

impl Challenge<'_> {
    /// A parameter's value. Two of one name are none: nobody can tell which counts.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let mut found = self.parameters.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }
}

/// The challenges of one header.
pub(super) fn challenges(line: &str) -> Vec<Challenge<'_>> {
    let mut found: Vec<Challenge<'_>> = Vec::new();
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = rest.find(|c: char| !is_token(c)).unwrap_or(rest.len());
        let (token, behind) = rest.split_at(end);
        if token.is_empty() {
            // Not to be read: past it, or at the end.
            let mut characters = rest.chars();
            if characters.next().is_none() {
                return found;
            }
            rest = characters.as_str();
            continue;
        }
        match behind.trim_start_matches([' ', '\t']).strip_prefix('=') {
            Some(value) => {
                let (value, behind) = value_of(value.trim_start_matches([' ', '\t']));
                if let Some(challenge) = found.last_mut() {
                    challenge.parameters.push((token, value));
                }
                rest = behind;
            }
            None => {
                found.push(Challenge { scheme: token, parameters: Vec::new() });
                rest = behind;
            }
        }
    }
}

/// A token or a quoted text, and what is behind it. Some servers leave the quotes out of addresses.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        let (value, behind) = text.split_at(end);
        return (value.to_owned(), behind);
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(c) = characters.next() {
        match c {
            '"' => break,
            '\\' => value.extend(characters.next()),
            c => value.push(c),
        }
    }
    (value, characters.as_str())
}

/// RFC 9110 §5.6.2.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
pub(super) const LONGEST: usize = 16 * 1024;
/// It goes into an address.
const LONGEST_CLAIMS: usize = 2048;

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{
        STANDARD as PADDED, STANDARD_NO_PAD, URL_SAFE as URL_PADDED, URL_SAFE_NO_PAD,
    };

    use super::*;

    /// Its base64 differs by alphabet and padding.
    const WANTED: &str = r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"},"x":"~~?>"}}"#;

    fn read(lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(WWW_AUTHENTICATE, line.parse().unwrap());
        }
        ClaimsChallenge::from_headers(&headers).map(|challenge| challenge.to_string())
    }

    fn same(found: Option<String>) -> bool {
        found.is_some_and(|found| {
            serde_json::from_str::<Value>(&found).unwrap() == serde_json::from_str::<Value>(WANTED).unwrap()
        })
    }

    #[test]
    fn a_challenge_is_found_however_it_is_encoded() {
        for engine in [&PADDED, &STANDARD_NO_PAD, &URL_PADDED, &URL_SAFE_NO_PAD] {
            let claims = engine.encode(WANTED);
            assert!(same(read(&[&format!(r#"Bearer error="insufficient_claims", claims="{claims}""#)])), "{claims}");
        }
    }

    #[test]
    fn a_challenge_is_found_among_others_in_any_order() {
        let claims = PADDED.encode(WANTED);
        for lines in [
            vec![format!(
                r#"Bearer claims="{claims}", realm="", error="insufficient_claims", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize""#
            )],
            vec![
                "Basic realm=\"x, Bearer\"".to_owned(),
                format!(r#"bearer ERROR="insufficient_claims",Claims="{claims}""#),
            ],
            vec![format!(
                r#"NTLM, Bearer authorization_uri=https://login.microsoftonline.com/x, Bearer error=insufficient_claims, claims="{claims}", Basic realm="y""#
            )],
            vec![format!(
                r#"Bearer error_description="says \"no\", claims=\"x\"", error="insufficient_claims" , claims = "{claims}""#
            )],
        ] {
            let lines: Vec<_> = lines.iter().map(String::as_str).collect();
            assert!(same(read(&lines)), "{lines:?}");
        }
    }

    #[test]
    fn what_is_no_challenge_is_none() {
        let claims = PADDED.encode(WANTED);
        let long = PADDED.encode(format!(r#"{{"a":"{}"}}"#, "x".repeat(3000)));
        for line in [
            "",
            "Bearer",
            "Bearer error=\"insufficient_claims\"",
            "=,=,\"\",é".trim_end_matches('é'),
            r#"Bearer error="insufficient_claims", claims="!!""#,
            r#"Bearer error="insufficient_claims", claims="W10=""#,
            r#"Bearer error="insufficient_claims", claims="e30=""#,
            &format!(r#"Bearer error="invalid_token", claims="{claims}""#),
            &format!(r#"Basic error="insufficient_claims", claims="{claims}""#),
            &format!(r#"Bearer error="insufficient_claims", claims="{claims}", claims="{claims}""#),
            &format!(r#"Bearer error="insufficient_claims", Basic claims="{claims}""#),
            &format!(r#"Bearer error="insufficient_claims", claims="{long}""#),
        ] {
            assert_eq!(read(&[line]), None, "{line}");
        }
    }

    #[test]
    fn what_was_wanted_and_what_the_application_can_do_are_said_together() {
        let capabilities = ["cp1".to_owned()];
        let joined = |wanted: Option<&str>| -> Option<Value> {
            claims_parameter(wanted, &capabilities).map(|text| serde_json::from_str(&text).unwrap())
        };
        assert_eq!(joined(None).unwrap(), json!({ "access_token": { "xms_cc": { "values": ["cp1"] } } }));
        for (wanted, expected) in [
            (
                json!({ "access_token": { "acrs": { "value": "c1" } }, "id_token": { "sub": null } }),
                json!({
                    "access_token": { "acrs": { "value": "c1" }, "xms_cc": { "values": ["cp1"] } },
                    "id_token": { "sub": null },
                }),
            ),
            (
                json!({ "access_token": { "xms_cc": { "values": ["cp2", "cp1"] } } }),
                json!({ "access_token": { "xms_cc": { "values": ["cp2", "cp1"] } } }),
            ),
            (json!({ "access_token": null }), json!({ "access_token": { "xms_cc": { "values": ["cp1"] } } })),
        ] {
            assert_eq!(joined(Some(&wanted.to_string())), Some(expected));
        }
        assert_eq!(claims_parameter(None, &[]), None);
        assert_eq!(claims_parameter(Some("no json"), &[]), None);
        assert_eq!(claims_parameter(Some(r#"{"a":1}"#), &[]).as_deref(), Some(r#"{"a":1}"#));
    }
}
