//! What one sign-in may ask of a provider beyond its description: which parameters, and of what kind their values are.
//!
//! 1. What the description's list does not name has no effect, as on the wire.
//! 2. What it names has to be well-formed, or the sign-in does not begin: a `max_age` that was mistyped and passed over
//!    would ask for less than was meant.
//! 3. What the description fixes is not for a page to change, unless the list names it.
//! 4. `claims` is written anew, so that the provider reads what was checked.
//! 5. Scopes come on top of those configured, and only from the description's own list.

use serde_json::{Map, Value};

use super::OAuthProvider;
use crate::json;

/// What is asked in one sign-in.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Asked {
    pub(crate) parameters: Vec<(String, String)>,
    /// All of them: those configured first.
    pub(crate) scopes: Vec<String>,
}

/// A value that is none of its kind.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("the parameter `{name}` of this sign-in {what}")]
pub(crate) struct BadParameter {
    name: String,
    what: &'static str,
}

impl Asked {
    /// Reads the query of a sign-in. An empty value asks for nothing.
    pub(crate) fn read(
        config: &OAuthProvider,
        configured: &[String],
        query: &[(String, String)],
    ) -> Result<Self, BadParameter> {
        let mut asked = Self { parameters: Vec::new(), scopes: configured.to_vec() };
        for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
            if name == "scope" {
                asked.add_scopes(config, value);
            }
            if !is_allowed(config, name) {
                continue;
            }
            let bad = |what| BadParameter { name: name.clone(), what };
            if asked.parameters.iter().any(|(known, _)| known == name) {
                return Err(bad("stands there twice"));
            }
            asked.parameters.push((name.clone(), judge(name, value).map_err(bad)?));
        }
        Ok(asked)
    }

    fn add_scopes(&mut self, config: &OAuthProvider, value: &str) {
        for scope in value.split_whitespace() {
            if self.scopes.iter().any(|known| known == scope) {
                continue;
            }
            match config.optional_scopes.iter().find(|optional| *optional == scope) {
                Some(optional) => self.scopes.push(optional.clone()),
                None => tracing::debug!(provider = %config.id, "a sign-in asks for a scope that optional_scopes lacks"),
            }
        }
    }
}

/// The members of a query that a sign-in would heed: what a page passes on.
pub(crate) fn heeded<'a>(config: &OAuthProvider, query: &'a [(String, String)]) -> Vec<(&'a str, &'a str)> {
    let is_heeded = |name: &str| is_allowed(config, name) || (name == "scope" && !config.optional_scopes.is_empty());
    let members = query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    members.filter(|(name, value)| is_heeded(name) && !value.is_empty() && value.len() <= LONGEST_CLAIMS).collect()
}

/// What is wrong with a description's parameters, each with its remedy.
pub(crate) fn problems(config: &OAuthProvider) -> Vec<String> {
    let fixed = config.parameters.iter().map(|(name, _)| ("authorization_parameter", name));
    let allowed = config.allowed_parameters.iter().flatten().map(|name| ("allowed_parameters", name));
    let reserved = fixed.chain(allowed).filter(|(_, name)| RESERVED.contains(&name.as_str()));
    let reserved = reserved.map(|(method, name)| {
        format!("{method} names {name:?}, which is set by admit alone; take it out{}", remedy(name))
    });
    // What is demanded of each ID token is read from these two, so what cannot be read would demand nothing.
    let demands = config.parameters.iter().filter(|(name, _)| matches!(name.as_str(), "max_age" | "claims"));
    let unreadable = demands.filter_map(|(name, value)| {
        let what = judge(name, value).err()?;
        Some(format!(
            "authorization_parameter gives {name:?} a value that {what}, so nothing would be demanded; mend it"
        ))
    });
    reserved.chain(unreadable).collect()
}

fn remedy(name: &str) -> &'static str {
    match name {
        "scope" => ", and use scopes or optional_scopes",
        "response_type" => ", and use response_type",
        "response_mode" => ", and use form_post",
        _ => "",
    }
}

/// The classes of authentication that a `claims` parameter demands of the ID token (OpenID Connect Core §5.5.1.1):
/// nothing if it demands none, and an empty list if any will do.
pub(crate) fn essential_contexts(claims: &str) -> Option<Vec<String>> {
    let claims: Value = serde_json::from_str(claims).ok()?;
    let acr = claims.pointer("/id_token/acr")?;
    if acr.get("essential") != Some(&Value::Bool(true)) {
        return None;
    }
    let values = acr.get("values").and_then(Value::as_array).into_iter().flatten().chain(acr.get("value"));
    // What is no text is met by no class, and must not pass for a demand that any class meets.
    let named = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Some(values.filter(|value| !value.is_null()).map(named).collect())
}

fn is_allowed(config: &OAuthProvider, name: &str) -> bool {
    match &config.allowed_parameters {
        // `build()` has refused the reserved ones; that they stay out does not hang on it.
        Some(allowed) => allowed.iter().any(|known| known == name) && !RESERVED.contains(&name),
        None => USUAL.contains(&name) && !config.parameters.iter().any(|(fixed, _)| fixed == name),
    }
}

/// The value as it is sent, or what is wrong with it.
fn judge(name: &str, value: &str) -> Result<String, &'static str> {
    let longest = if name == "claims" { LONGEST_CLAIMS } else { LONGEST };
    if value.len() > longest {
        return Err("is too long");
    }
    if value.chars().any(char::is_control) {
        return Err("holds a control character");
    }
    match name {
        "max_age" => {
            let is_number = value.len() <= MOST_DIGITS && value.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| value.to_owned()).ok_or("is no number of seconds")
        }
        "prompt" => {
            let words: Vec<_> = value.split(' ').collect();
            if !words.iter().all(|word| PROMPTS.contains(word)) {
                return Err("holds a word that OpenID Connect does not know");
            }
            // OpenID Connect Core §3.1.2.1
            if words.len() > 1 && words.contains(&"none") {
                return Err("holds `none` and more");
            }
            Ok(value.to_owned())
        }
        "claims" => match json::read::<Map<String, Value>>(value.as_bytes()) {
            Ok(object) => {
                let anew = Value::Object(object).to_string();
                if anew.len() <= LONGEST_CLAIMS { Ok(anew) } else { Err("is too long") }
            }
            Err(_) => Err("is no JSON object"),
        },
        _ => Ok(value.to_owned()),
    }
}

/// What a page may add where the description has no list of its own.
const USUAL: &[&str] = &["prompt", "login_hint", "domain_hint", "max_age", "acr_values", "ui_locales", "claims"];

/// What the engine sets, or what would let a page set it all the same.
const RESERVED: &[&str] = &[
    "client_id",
    "redirect_uri",
    "state",
    "nonce",
    "response_type",
    "response_mode",
    "code_challenge",
    "code_challenge_method",
    "request",
    "request_uri",
    "scope",
];

/// OpenID Connect Core §3.1.2.1, and Initiating User Registration §4.1.
const PROMPTS: &[&str] = &["none", "login", "consent", "select_account", "create"];
const LONGEST: usize = 512;
const LONGEST_CLAIMS: usize = 2048;
/// Three hundred years.
const MOST_DIGITS: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Client;

    fn acme() -> OAuthProvider {
        OAuthProvider::oidc("acme", "Acme", "https://acme.example", Client::env())
    }

    fn asked(config: &OAuthProvider, query: &[(&str, &str)]) -> Result<Asked, String> {
        let query: Vec<_> = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Asked::read(config, &["openid".to_owned()], &query).map_err(|error| error.to_string())
    }

    fn sent(config: &OAuthProvider, name: &str, value: &str) -> Result<Option<String>, String> {
        asked(config, &[(name, value)]).map(|asked| asked.parameters.into_iter().next().map(|(_, value)| value))
    }

    #[test]
    fn a_value_of_its_kind_is_sent_and_another_stops_the_sign_in() {
        for (name, value) in [
            ("prompt", "login"),
            ("prompt", "consent select_account"),
            ("prompt", "none"),
            ("prompt", "create"),
            ("max_age", "0"),
            ("max_age", "86400"),
            ("login_hint", "ada@acme.example"),
            ("login_hint", "Ada Bÿron"),
            ("acr_values", "urn:mace:silver phr"),
            ("ui_locales", "de-CH de en"),
            ("claims", r#"{"id_token":{"acr":{"essential":true}}}"#),
        ] {
            assert_eq!(sent(&acme(), name, value), Ok(Some(value.to_owned())), "{name} {value}");
        }
        let long = "x".repeat(513);
        for (name, value, what) in [
            ("prompt", "log-in", "holds a word that OpenID Connect does not know"),
            ("prompt", "login  consent", "holds a word that OpenID Connect does not know"),
            ("prompt", "none login", "holds `none` and more"),
            ("max_age", "-1", "is no number of seconds"),
            ("max_age", "5m", "is no number of seconds"),
            ("max_age", "1.5", "is no number of seconds"),
            ("max_age", "99999999999", "is no number of seconds"),
            ("max_age", "٣", "is no number of seconds"),
            ("login_hint", "a\r\nb", "holds a control character"),
            ("login_hint", "a\u{0}", "holds a control character"),
            ("login_hint", &long, "is too long"),
            ("claims", "[]", "is no JSON object"),
            ("claims", "null", "is no JSON object"),
            ("claims", "{", "is no JSON object"),
        ] {
            let expected = format!("the parameter `{name}` of this sign-in {what}");
            assert_eq!(sent(&acme(), name, value), Err(expected), "{value}");
        }
        // A number is written in full, and then there is more of it.
        let grows = format!("{{\"a\":[{}]}}", ["1e15"; 400].join(","));
        assert!(grows.len() < 2048);
        assert_eq!(
            sent(&acme(), "claims", &grows),
            Err("the parameter `claims` of this sign-in is too long".to_owned())
        );
        let twice = asked(&acme(), &[("max_age", "60"), ("max_age", "86400")]);
        assert_eq!(twice, Err("the parameter `max_age` of this sign-in stands there twice".to_owned()));
        assert_eq!(sent(&acme(), "max_age", ""), Ok(None));
    }

    #[test]
    fn the_provider_reads_the_claims_that_were_checked() {
        let twice = r#"{ "id_token": {"acr":{"essential":true,"value":"high"}}, "id_token": {} }"#;
        assert_eq!(sent(&acme(), "claims", twice), Ok(Some(r#"{"id_token":{}}"#.to_owned())));
    }

    #[test]
    fn the_description_has_the_last_word_on_what_may_be_asked() {
        let usual = acme();
        let own = acme().allowed_parameters(["prompt", "kc_idp_hint"]);
        let fixed = acme().authorization_parameter("max_age", "300");
        let both = acme().authorization_parameter("max_age", "300").allowed_parameters(["max_age"]);
        for (config, name, is_sent) in [
            (&usual, "login_hint", true),
            (&usual, "kc_idp_hint", false),
            (&usual, "callbackUrl", false),
            (&own, "kc_idp_hint", true),
            (&own, "login_hint", false),
            (&fixed, "max_age", false),
            (&fixed, "login_hint", true),
            (&both, "max_age", true),
        ] {
            assert_eq!(sent(config, name, "7").unwrap().is_some(), is_sent, "{name}");
        }
        for name in RESERVED {
            let careless = acme().allowed_parameters([*name]).authorization_parameter(*name, "x");
            assert_eq!(sent(&careless, name, "x"), Ok(None));
            assert_eq!(problems(&careless).len(), 2, "{name}");
        }
        assert_eq!(problems(&both), [""; 0]);
    }

    #[test]
    fn what_a_description_demands_of_each_sign_in_has_to_be_readable() {
        let found = |name: &str, value: &str| problems(&acme().authorization_parameter(name, value)).join("\n");
        assert_eq!(found("max_age", "300"), "");
        assert_eq!(found("claims", r#"{"id_token":{"acr":{"essential":true}}}"#), "");
        assert_eq!(found("prompt", "a-word-of-the-provider's"), "");
        for (name, value, what) in
            [("max_age", "5m", "is no number of seconds"), ("claims", "{'id_token'}", "is no JSON object")]
        {
            let expected = format!(
                "authorization_parameter gives {name:?} a value that {what}, so nothing would be demanded; mend it"
            );
            assert_eq!(found(name, value), expected);
        }
    }

    #[test]
    fn scopes_come_on_top_and_only_from_the_list() {
        let config = acme().optional_scopes(["files", "offline_access"]);
        let scopes = |query: &[(&str, &str)]| asked(&config, query).unwrap().scopes.join(" ");
        assert_eq!(scopes(&[]), "openid");
        assert_eq!(scopes(&[("scope", "files")]), "openid files");
        assert_eq!(scopes(&[("scope", "openid admin files FILES"), ("scope", "files")]), "openid files");
        assert_eq!(asked(&acme(), &[("scope", "files")]).unwrap().scopes, ["openid"]);
        assert_eq!(asked(&config, &[("scope", "files")]).unwrap().parameters, []);
    }

    #[test]
    fn only_what_is_essential_is_demanded() {
        let contexts = |claims: &str| essential_contexts(claims);
        let strings = |values: &[&str]| Some(values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>());
        assert_eq!(contexts(r#"{"id_token":{"acr":{"essential":true,"values":["a","b"]}}}"#), strings(&["a", "b"]));
        assert_eq!(contexts(r#"{"id_token":{"acr":{"essential":true,"value":"a"}}}"#), strings(&["a"]));
        assert_eq!(contexts(r#"{"id_token":{"acr":{"essential":true}}}"#), strings(&[]));
        assert_eq!(contexts(r#"{"id_token":{"acr":{"essential":true,"values":[7],"value":null}}}"#), strings(&["7"]));
        for voluntary in [
            "{}",
            r#"{"id_token":{"acr":null}}"#,
            r#"{"id_token":{"acr":{"values":["a"]}}}"#,
            r#"{"id_token":{"acr":{"essential":"true","values":["a"]}}}"#,
            r#"{"userinfo":{"acr":{"essential":true,"values":["a"]}}}"#,
        ] {
            assert_eq!(contexts(voluntary), None, "{voluntary}");
        }
    }
}
