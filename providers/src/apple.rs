//! Apple: "Sign in with Apple" on the web.
//!
//! **Registration:** <https://developer.apple.com/account/resources/identifiers/list/serviceId>: a Services ID below an
//! App ID that has Sign in with Apple, and under "Keys" a key for it, which is downloaded once as `AuthKey_<key id>.p8`.
//!
//! **Callback URL:** `https://<your host>/api/auth/callback/apple`, with a domain name. Apple takes neither plain http nor
//! localhost nor an address in numbers ([request]): for development, give this machine a name and a certificate.
//!
//! **Environment:** `AUTH_APPLE_ID` (the Services ID), `AUTH_APPLE_SCOPE`, and for the secret either
//! `AUTH_APPLE_TEAM_ID`, `AUTH_APPLE_KEY_ID` and `AUTH_APPLE_PRIVATE_KEY` (the text of the `.p8` file, line breaks as
//! they are or as `\n`), or `AUTH_APPLE_SECRET`: one that was signed beforehand, as Auth.js has it, and ends after six
//! months at the latest.
//!
//! **Scopes:** `openid name email`.
//!
//! **Quirks**, with where they are written down:
//! 1. The client's secret is a JWT that the team's key signs ([secret]). An [`AppleKey`] signs one for each request, for
//!    five minutes.
//! 2. With the scopes `name` and `email` the answer is a form that the browser posts ([request]).
//! 3. The name comes at the first sign-in only, beside the code, in `user` ([request]). Nobody signed it, and the person
//!    can change it on the way: it is a name to show, and nothing else of `user` is read. Keep it then: Apple says it
//!    again only after the person has removed the application from their account.
//! 4. `email_verified` and `is_private_email` come as text or as booleans ([person]).
//! 5. The address may be Apple's own, at `privaterelay.appleid.com`, one for each team. It reaches the person only from
//!    senders that are registered at Apple ([relay]). `is_private_email` is in the claims.
//! 6. `sub` is the same for all applications of one team, and another for another team ([transfer]).
//! 7. There is no picture, no userinfo endpoint, and nothing that the access token is good for ([tokens]).
//! 8. PKCE is in none of Apple's papers. A code that was asked for with a challenge is refused without its verifier all
//!    the same (seen at [apple-signin-auth#180]), so it is used.
//! 9. Voiding a token takes back all that the person granted the team's application ([revocation]). Apple wants it done
//!    when a person's account is deleted.
//!
//! [request]: https://developer.apple.com/documentation/signinwithapplerestapi/request-an-authorization-to-the-sign-in-with-apple-server.
//! [secret]: https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
//! [person]: https://developer.apple.com/documentation/signinwithapple/authenticating-users-with-sign-in-with-apple
//! [relay]: https://developer.apple.com/documentation/signinwithapple/communicating-using-the-private-email-relay-service
//! [transfer]: https://developer.apple.com/documentation/signinwithapple/transferring-your-apps-and-users-to-another-team
//! [tokens]: https://developer.apple.com/documentation/signinwithapplerestapi/tokenresponse
//! [revocation]: https://developer.apple.com/documentation/signinwithapplerestapi/revoke-tokens
//! [apple-signin-auth#180]: https://github.com/a-tokyo/apple-signin-auth/issues/180

mod key;
mod user;

use std::borrow::Cow;
use std::sync::Arc;

use admit::provider::{
    ClientAuthMethod, Finding, Flow, Granted, IdTokenError, Mark, OAuthFlow, ProviderContext, ProviderError, Review,
    Settings, Shape,
};
use admit::{Claims, Client, Email, OAuthProvider, Profile, ProfileError, Provider, Timestamp};
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::{Host, Url};

pub use key::AppleKey;

/// Signs people in with their Apple account.
///
/// ```no_run
/// use admit::Client;
/// use admit_providers::apple::{AppleKey, apple};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // AUTH_APPLE_ID, and the key or a secret, from the environment.
/// let provider = apple(Client::env());
///
/// // The same in code.
/// let key = AppleKey::new("TEAM123456", "KEY1234567", std::fs::read_to_string("AuthKey_KEY1234567.p8")?)?;
/// let provider = apple(Client::with_credential("com.example.web", key));
/// # let _ = provider;
/// # Ok(())
/// # }
/// ```
pub fn apple(client: Client) -> Apple {
    let description = OAuthProvider::oidc("apple", "Apple", ISSUER, client.clone())
        .mark(MARK)
        .client_auth(ClientAuthMethod::Post)
        .form_post(true)
        .revocation_ends_all(true)
        .default_scopes(["openid", "name", "email"])
        .profile(profile);
    Apple { description, client, problems: Vec::new() }
}

/// Apple as a provider. Made by [`apple`].
#[derive(Clone, Debug)]
pub struct Apple {
    description: OAuthProvider,
    client: Client,
    /// What is wrong in the environment.
    problems: Vec<String>,
}

impl Apple {
    /// The scopes to ask for, in place of `openid name email` and of what the environment says.
    #[must_use]
    pub fn scopes(self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.describe(|description| description.scopes(scopes))
    }

    /// Stands under another id, so that two registrations can be there at once.
    #[must_use]
    pub fn id(self, id: impl Into<Cow<'static, str>>) -> Self {
        self.describe(|description| description.id(id))
    }

    /// Changes the description, for what has no method here. A client is given to [`apple`].
    #[must_use]
    pub fn describe(mut self, change: impl FnOnce(OAuthProvider) -> OAuthProvider) -> Self {
        self.description = change(self.description);
        self
    }
}

impl Provider for Apple {
    fn id(&self) -> &str {
        Provider::id(&self.description)
    }

    fn name(&self) -> &str {
        Provider::name(&self.description)
    }

    fn flow(&self) -> Flow<'_> {
        Flow::OAuth(self)
    }

    fn configured(&self, settings: &Settings<'_>) -> Option<Arc<dyn Provider>> {
        if self.client.is_complete() {
            return None;
        }
        let found = KEY_VARIABLES.map(|name| settings.get(name));
        let variable = |name: &str| format!("AUTH_{}_{name}", Provider::id(self).to_uppercase().replace('-', "_"));
        let mut configured = self.clone();
        match found {
            [None, None, None] => return None,
            [Some(team), Some(key), Some(pem)] => match AppleKey::new(team, key, pem) {
                Ok(key) => configured.description = configured.description.client(self.client.clone().credential(key)),
                Err(error) => configured.problems.push(format!("{}: {error}", variable("PRIVATE_KEY"))),
            },
            _ => {
                let missing: Vec<_> = KEY_VARIABLES.iter().zip(found).filter(|(_, value)| value.is_none()).collect();
                let missing: Vec<_> = missing.into_iter().map(|(name, _)| variable(name)).collect();
                configured.problems.push(format!(
                    "the key in the environment is not whole: {} is not set; a team, a key's id and the key itself \
                     belong together",
                    missing.join(" and ")
                ));
            }
        }
        Some(Arc::new(configured))
    }

    fn review(&self, review: &Review<'_>) -> Vec<Finding> {
        let problems = self.problems.iter().cloned().map(Finding::Problem);
        // No more than warnings: the application's other providers work on this machine.
        let warnings = redirect_uri(review.redirect_uri).into_iter().chain(
            review.secrets().filter_map(|secret| signed_beforehand(secret.expose(), review.client_id, review.now)),
        );
        problems.chain(warnings.map(Finding::Warning)).collect()
    }
}

#[async_trait]
impl OAuthFlow for Apple {
    fn config(&self) -> &OAuthProvider {
        &self.description
    }

    async fn claims(&self, _: &ProviderContext<'_>, granted: &Granted<'_>) -> Result<Claims, ProviderError> {
        let proven = granted.id_token.ok_or(ProviderError::IdToken(IdTokenError::Absent))?;
        Ok(user::with_name(proven, granted.callback))
    }
}

fn profile(claims: &Claims) -> Result<Profile, ProfileError> {
    let checked = claims.flag("email_verified") == Some(true);
    let email = claims.text("email").map(if checked { Email::verified } else { Email::unverified });
    Ok(Profile::new(claims.id("sub")?).name(claims.text("name")).email(email))
}

fn redirect_uri(uri: &Url) -> Option<String> {
    let is_taken = uri.scheme() == "https" && matches!(uri.host(), Some(Host::Domain(name)) if name != "localhost");
    (!is_taken).then(|| {
        format!(
            "the callback is {uri}, and Apple takes https with a domain name only, so nobody can sign in with it here; \
             give this machine a name and a certificate to try it"
        )
    })
}

/// What is wrong with a secret that somebody signed beforehand.
fn signed_beforehand(secret: &str, client_id: &str, now: Timestamp) -> Option<String> {
    let payload = secret.split('.').nth(1).and_then(|payload| URL_SAFE_NO_PAD.decode(payload).ok());
    let Some(claims) = payload.and_then(|payload| Claims::parse(&payload).ok()) else {
        return Some("its client secret is no JWT, as Apple's are; give it the key, which signs them".to_owned());
    };
    let end = claims.value("exp").and_then(serde_json::Value::as_i64).map(Timestamp::from_unix_seconds);
    match end {
        Some(end) if end <= now => Some(format!("its client secret ended on {end}; sign another, or give it the key")),
        Some(end) if end <= now + SOON => {
            Some(format!("its client secret ends on {end}; sign another, or give it the key"))
        }
        _ if claims.text("sub") != Some(client_id) => {
            Some("its client secret was signed for another client (`sub`)".to_owned())
        }
        _ => None,
    }
}

const ISSUER: &str = "https://appleid.apple.com";
const KEY_VARIABLES: [&str; 3] = ["TEAM_ID", "KEY_ID", "PRIVATE_KEY"];
const SOON: std::time::Duration = std::time::Duration::from_secs(14 * 24 * 60 * 60);
/// From Simple Icons 11.15 (https://simpleicons.org, CC0 1.0), with rounded numbers.
const MARK: Mark = Mark::new(
    [0, 0, 24, 24],
    &[Shape::Plain(
        "M12.15 6.9c-.95 0-2.41-1.08-3.96-1.04a5.9 5.9 0 0 0-4.96 3.01\
         c-2.12 3.68-.55 9.1 1.52 12.09 1.01 1.45 2.2 3.09 3.8 3.04 1.51-.07 2.08-.99 3.93\
         -.99 1.83 0 2.35.99 3.96.95 1.63-.03 2.67-1.48 3.67-2.95\
         a13 13 0 0 0 1.67-3.41 5.3 5.3 0 0 1-.63-9.42 5.6 5.6 0 0 0-4.39-2.37c-2-.16-3.67 1.09-4.6 1.09m3.38-3.07\
         A5.3 5.3 0 0 0 16.78 0a5.4 5.4 0 0 0-3.54 1.82 5 5 0 0 0-1.27 3.71c1.34.1 2.71-.69 3.56-1.7",
    )],
);

#[cfg(test)]
mod tests {
    use admit::provider::{ClientCredential, ClientSecret};

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_295_606);

    #[test]
    fn a_callback_is_taken_on_https_with_a_name_and_a_warning_told_of_any_other() {
        for (uri, is_taken) in [
            ("https://app.example/api/auth/callback/apple", true),
            ("https://app.example:8443/api/auth/callback/apple", true),
            ("http://app.example/api/auth/callback/apple", false),
            ("https://localhost:3000/api/auth/callback/apple", false),
            ("http://localhost:3000/api/auth/callback/apple", false),
            ("https://192.0.2.1/api/auth/callback/apple", false),
            ("https://[2001:db8::1]/api/auth/callback/apple", false),
        ] {
            let uri = Url::parse(uri).unwrap();
            let findings = apple(Client::env()).review(&Review::new("apple", "com.example.web", &uri, &[], NOW, &[]));
            match findings.as_slice() {
                [] => assert!(is_taken, "{uri}"),
                [Finding::Warning(text)] => assert!(!is_taken && text.contains(uri.as_str()), "{uri}: {text}"),
                other => panic!("{uri}: {other:?}"),
            }
        }
    }

    #[test]
    fn a_secret_that_was_signed_beforehand_is_told_from_one_that_has_ended() {
        let uri = Url::parse("https://app.example/api/auth/callback/apple").unwrap();
        let signed = |claims: &str| format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
        for (secret, expected) in [
            (signed(r#"{"sub":"com.example.web","exp":1810000000}"#), None),
            (signed(r#"{"sub":"com.example.web","exp":1795295606}"#), Some("ended on")),
            (signed(r#"{"sub":"com.example.web","exp":1796000000}"#), Some("ends on")),
            (signed(r#"{"sub":"com.example.app","exp":1810000000}"#), Some("another client")),
            ("a-secret".to_owned(), Some("no JWT")),
            ("a.b.c".to_owned(), Some("no JWT")),
        ] {
            let secrets: [Arc<dyn ClientCredential>; 1] = [Arc::new(ClientSecret(secret.clone().into()))];
            let findings =
                apple(Client::env()).review(&Review::new("apple", "com.example.web", &uri, &[], NOW, &secrets));
            match (findings.as_slice(), expected) {
                ([], None) => {}
                ([Finding::Warning(text)], Some(expected)) => assert!(text.contains(expected), "{secret}: {text}"),
                other => panic!("{secret}: {other:?}"),
            }
        }
    }

    #[test]
    fn an_address_counts_as_apple_says_in_text_or_as_a_boolean() {
        for (verified, expected) in
            [("\"true\"", true), ("true", true), ("\"false\"", false), ("false", false), ("1", false)]
        {
            let claims = format!(r#"{{"sub":"1","email":"x@privaterelay.appleid.com","email_verified":{verified}}}"#);
            let profile = profile(&Claims::parse(claims.as_bytes()).unwrap()).unwrap();
            assert_eq!(profile.email.unwrap().is_verified(), expected, "{verified}");
        }
    }
}
