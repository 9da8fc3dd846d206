//! What a description says of a provider that speaks OpenID Connect.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;
use url::Url;

use super::{Client, OAuthProvider, ProfileError};
use crate::http::is_loopback;
use crate::jws::SigningAlgorithm;
use crate::{Claims, Email, Profile};

/// The part of a description that only OpenID Connect needs.
#[derive(Clone, Debug)]
pub(crate) struct OpenIdRules {
    pub(crate) discovery_url: Option<String>,
    pub(crate) algorithms: Vec<SigningAlgorithm>,
    pub(crate) audiences: Vec<String>,
    pub(crate) userinfo: bool,
}

impl OAuthProvider {
    /// A provider that speaks OpenID Connect: the endpoints come from its discovery document, and who the person is from
    /// a verified ID token.
    ///
    /// The issuer is compared byte for byte with what the document and every token say, so write it as the provider
    /// does, with or without a slash at the end.
    ///
    /// ```
    /// use admit::{Client, OAuthProvider};
    ///
    /// let company = OAuthProvider::oidc("company", "Our company", "https://id.company.example", Client::env());
    /// assert_eq!(company.requested_scopes(), ["openid", "profile", "email"]);
    /// ```
    pub fn oidc(
        id: impl Into<Cow<'static, str>>,
        name: impl Into<Cow<'static, str>>,
        issuer: impl Into<String>,
        client: Client,
    ) -> Self {
        let mut description = Self::oauth2(id, name, client)
            .issuer(issuer)
            .default_scopes(["openid", "profile", "email"])
            .profile(profile);
        description.openid = Some(Arc::new(OpenIdRules {
            discovery_url: None,
            algorithms: vec![SigningAlgorithm::Rs256],
            audiences: Vec::new(),
            userinfo: false,
        }));
        description
    }

    /// The algorithms by which ID tokens may be signed, in place of `RS256`: those that were agreed upon when the
    /// application was registered. What the discovery document or a token says has no say in it.
    #[must_use]
    pub fn id_token_algorithms(self, algorithms: impl IntoIterator<Item = SigningAlgorithm>) -> Self {
        self.openid(|rules| rules.algorithms = algorithms.into_iter().collect())
    }

    /// Further audiences that an ID token may name beside this client. Any other makes it refused.
    #[must_use]
    pub fn trusted_audiences(self, audiences: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.openid(|rules| rules.audiences = audiences.into_iter().map(Into::into).collect())
    }

    /// Reads the userinfo endpoint too, for claims that the ID token does not hold. Those of the token win, and `sub`
    /// must be the same. How the person proved who they are (`auth_time`, `acr`, `amr`) is taken from the token alone.
    ///
    /// An answer that is signed is verified as the token is, by the same algorithms; it has to name the issuer and this
    /// client (`iss`, `aud`).
    #[must_use]
    pub fn userinfo(self) -> Self {
        self.openid(|rules| rules.userinfo = true)
    }

    /// Where the discovery document is, if not at `/.well-known/openid-configuration` below the issuer.
    #[must_use]
    pub fn discovery_url(self, url: impl Into<String>) -> Self {
        self.openid(|rules| rules.discovery_url = Some(url.into()))
    }

    /// Whether it speaks OpenID Connect.
    pub fn speaks_openid(&self) -> bool {
        self.openid.is_some()
    }

    fn openid(mut self, change: impl FnOnce(&mut OpenIdRules)) -> Self {
        if let Some(rules) = &mut self.openid {
            change(Arc::make_mut(rules));
        }
        self
    }
}

/// What is wrong with a description, each with its remedy.
pub(crate) fn problems(config: &OAuthProvider, rules: &OpenIdRules, scopes: &[String]) -> Vec<String> {
    let mut problems = Vec::new();
    let issuer = config.issuer.as_deref().unwrap_or_default();
    if !is_issuer(issuer) {
        problems.push(format!(
            "the issuer is {issuer:?}; it must be an https address without query and fragment, as the provider writes it"
        ));
    }
    if let Some(url) = rules.discovery_url.as_deref().filter(|url| !is_secure(url)) {
        problems
            .push(format!("discovery_url is {url:?}, which is no https address; keys come from there, so give one"));
    }
    if rules.algorithms.is_empty() {
        problems.push("id_token_algorithms is empty, so no ID token can be taken; name one, such as RS256".to_owned());
    }
    if !scopes.iter().any(|scope| scope == "openid") {
        problems.push("the scope \"openid\" is not asked for, so there will be no ID token; add it".to_owned());
    }
    problems
}

/// The claims of OpenID Connect Core §5.1.
fn profile(claims: &Claims) -> Result<Profile, ProfileError> {
    // The boolean and nothing like it, since whole sites are gone over to whoever vouches for an address.
    let checked = claims.value("email_verified") == Some(&Value::Bool(true));
    let email = claims.text("email").map(if checked { Email::verified } else { Email::unverified });
    let name = claims.text("name").or_else(|| claims.text("preferred_username"));
    Ok(Profile::new(claims.id("sub")?).name(name).email(email).image_url(claims.text("picture")))
}

fn is_issuer(text: &str) -> bool {
    // Dots as a path would have the document fetched from somewhere else than the issuer seems to be.
    let plain = !text.contains(['?', '#', '@', '\\']) && !text.contains("/.") && !text.contains(char::is_whitespace);
    plain && is_secure(text)
}

/// https, or http on this machine.
fn is_secure(text: &str) -> bool {
    let url = Url::parse(text);
    url.is_ok_and(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(issuer: &str, change: impl FnOnce(OAuthProvider) -> OAuthProvider, scopes: &[&str]) -> Vec<String> {
        let config = change(OAuthProvider::oidc("acme", "Acme", issuer, Client::env()));
        let scopes: Vec<_> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        problems(&config, config.openid.as_deref().unwrap(), &scopes)
    }

    #[test]
    fn an_issuer_is_an_https_address_and_nothing_more() {
        // CFG-002, SRF-003, SRF-005
        for good in [
            "https://idp.example",
            "https://idp.example/",
            "https://idp.example/realms/one",
            "http://localhost:8080/realms/one",
            "http://127.0.0.1:8080",
        ] {
            assert_eq!(found(good, |config| config, &["openid"]), [""; 0], "{good}");
        }
        for bad in [
            "",
            "idp.example",
            "http://idp.example",
            "https://idp.example?tenant=1",
            "https://idp.example#x",
            "https://user@idp.example",
            "https://idp.example/../admin",
            "https://idp.example/./x",
            "https://idp.example/a b",
            "file:///etc/passwd",
            "ftp://idp.example",
            "data:,x",
        ] {
            assert_eq!(found(bad, |config| config, &["openid"]).len(), 1, "{bad}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_description_is_told_at_once() {
        let change = |config: OAuthProvider| config.id_token_algorithms([]).discovery_url("http://idp.example/x");
        insta::assert_snapshot!(found("idp", change, &["email"]).join("\n"), @r#"
        the issuer is "idp"; it must be an https address without query and fragment, as the provider writes it
        discovery_url is "http://idp.example/x", which is no https address; keys come from there, so give one
        id_token_algorithms is empty, so no ID token can be taken; name one, such as RS256
        the scope "openid" is not asked for, so there will be no ID token; add it
        "#);
    }

    #[test]
    fn an_address_is_verified_only_if_the_token_says_so() {
        // LNK-006
        for (verified, expected) in [
            (r#"true"#, true),
            (r#""true""#, false),
            (r#"false"#, false),
            (r#""false""#, false),
            (r#"1"#, false),
            (r#""yes""#, false),
            (r#"null"#, false),
        ] {
            let claims = format!(r#"{{"sub":"7","email":"ada@acme.example","email_verified":{verified}}}"#);
            let profile = profile(&Claims::parse(claims.as_bytes()).unwrap()).unwrap();
            assert_eq!(profile.email.unwrap().is_verified(), expected, "{verified}");
        }
        // IDT-036, IDT-037
        let found = |claims: &str| profile(&Claims::parse(claims.as_bytes()).unwrap()).unwrap().checked().unwrap();
        for odd in [
            "a@evil.example@acme.example",
            r#"\"a@acme.example\"@evil.example"#,
            "a",
            "@",
            "a@",
            "@b",
            r"a\u0000@b",
            r"a@b\r\nc",
            "a\u{ff20}b",
            "a@b\u{fe6b}c",
            r"a\ud83d@b",
        ] {
            let claims = format!(r#"{{"sub":"7","email":"{odd}","email_verified":true}}"#);
            assert!(found(&claims).email.is_none(), "{odd}");
        }
        let claims = Claims::parse(br#"{"sub":"7","preferred_username":"ada"}"#).unwrap();
        assert_eq!(profile(&claims).unwrap().name.as_deref(), Some("ada"));
    }
}
