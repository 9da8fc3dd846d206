//! Google.
//!
//! **Registration:** <https://console.cloud.google.com/auth/clients>, "Web application".
//!
//! **Callback URL:** `https://<your host>/api/auth/callback/google`; `http://localhost:<port>/…` for development.
//!
//! **Environment:** `AUTH_GOOGLE_ID`, `AUTH_GOOGLE_SECRET`, `AUTH_GOOGLE_SCOPE`.
//!
//! **Scopes:** `openid profile email`.
//!
//! **Quirks**, with where they are written down:
//! 1. `sub` is the person, for ever. Addresses change ([token]).
//! 2. `email_verified` says that the address was checked once. Google answers for it only where the mailbox is its own:
//!    at `gmail.com`, or where `hd` names an organization. Behind any other address may be somebody else by now
//!    ([authority]). So an address counts as verified where both hold, and every other one as unverified.
//! 3. `hd` in the request only chooses what is shown, and anybody can change it. The claim is what counts ([hd]):
//!    [`hosted_domain`](Google::hosted_domain) sends the one and checks the other.
//! 4. There is a refresh token only if `access_type=offline` asks for it, and after the first sign-in only if the person
//!    is asked to agree again ([offline]): see [`offline`](Google::offline). It stays the same at each use.
//! 5. While an application's status is "Testing", its refresh tokens end after seven days ([expiry]).
//! 6. Old libraries may see `accounts.google.com` as the issuer ([token]). This flow gets `https://accounts.google.com`,
//!    and takes nothing else.
//! 7. To void a token, the token alone is sent: nobody asks which client it is. It takes back all that the person granted
//!    the application ([revocation]). People do the same on a page of their account ([connections]).
//!
//! [token]: https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
//! [authority]: https://developers.google.com/identity/gsi/web/guides/verify-google-id-token
//! [hd]: https://developers.google.com/identity/openid-connect/openid-connect#hd-param
//! [offline]: https://developers.google.com/identity/protocols/oauth2/web-server#offline
//! [expiry]: https://developers.google.com/identity/protocols/oauth2#expiration
//! [revocation]: https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke
//! [connections]: https://support.google.com/accounts/answer/13533235

use std::borrow::Cow;

use admit::provider::{
    ClientAuthentication, Finding, Flow, Granted, IdTokenError, Mark, OAuthFlow, Parameters, ProviderContext,
    ProviderError, Review, RevocationRequest, Shape,
};
use admit::{Claims, Client, Email, HttpRequest, OAuthProvider, Profile, ProfileError, Provider};
use async_trait::async_trait;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};

/// Signs people in with their Google account.
///
/// ```
/// use admit::Client;
/// use admit_providers::google;
///
/// // The people of one organization, with tokens that can be refreshed.
/// let provider = google(Client::env()).hosted_domain("example.com").offline();
/// # let _ = provider;
/// ```
pub fn google(client: Client) -> Google {
    let description = OAuthProvider::oidc("google", "Google", "https://accounts.google.com", client)
        .mark(MARK)
        .revocation_ends_all(true)
        .authorizations_page("https://myaccount.google.com/connections")
        .profile(profile);
    Google { description, hosted_domains: Vec::new() }
}

/// Google as a provider. Made by [`google`].
#[derive(Clone, Debug)]
pub struct Google {
    description: OAuthProvider,
    hosted_domains: Vec<String>,
}

impl Google {
    /// Lets in the people of that Google Workspace only, by its primary domain. Anybody else is refused with
    /// `organization_not_allowed`, at each sign-in. Called again, it lets in the people of one more.
    #[must_use]
    pub fn hosted_domain(mut self, domain: impl Into<String>) -> Self {
        self.hosted_domains.push(domain.into());
        // With several, any organization's accounts are shown.
        let shown = if let [only] = self.hosted_domains.as_slice() { only.clone() } else { "*".to_owned() };
        self.describe(|description| description.authorization_parameter("hd", shown))
    }

    /// Has a refresh token come with every sign-in. The person is asked to agree each time, since Google gives none
    /// otherwise.
    #[must_use]
    pub fn offline(self) -> Self {
        self.describe(|description| {
            description.authorization_parameter("access_type", "offline").authorization_parameter("prompt", "consent")
        })
    }

    /// The scopes to ask for, in place of `openid profile email` and of what the environment says.
    #[must_use]
    pub fn scopes(self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.describe(|description| description.scopes(scopes))
    }

    /// Stands under another id, so that two registrations can be there at once.
    #[must_use]
    pub fn id(self, id: impl Into<Cow<'static, str>>) -> Self {
        self.describe(|description| description.id(id))
    }

    /// Changes the description, for what has no method here.
    #[must_use]
    pub fn describe(mut self, change: impl FnOnce(OAuthProvider) -> OAuthProvider) -> Self {
        self.description = change(self.description);
        self
    }
}

impl Provider for Google {
    fn id(&self) -> &str {
        Provider::id(&self.description)
    }

    fn name(&self) -> &str {
        Provider::name(&self.description)
    }

    fn flow(&self) -> Flow<'_> {
        Flow::OAuth(self)
    }

    fn review(&self, _: &Review<'_>) -> Vec<Finding> {
        let odd = self.hosted_domains.iter().filter(|domain| !domain.contains('.') || domain.contains(['@', '/', '*']));
        odd.map(|domain| {
            Finding::Problem(format!("hosted_domain is {domain:?}; give the domain alone, such as \"example.com\""))
        })
        .collect()
    }
}

#[async_trait]
impl OAuthFlow for Google {
    fn config(&self) -> &OAuthProvider {
        &self.description
    }

    async fn claims(&self, cx: &ProviderContext<'_>, granted: &Granted<'_>) -> Result<Claims, ProviderError> {
        // The token and not the userinfo endpoint has to say it: it is signed.
        let domain = granted.id_token.and_then(|claims| claims.text("hd"));
        let is_of = |allowed: &String| domain.is_some_and(|domain| domain.eq_ignore_ascii_case(allowed));
        if !self.hosted_domains.is_empty() && !self.hosted_domains.iter().any(is_of) {
            let found =
                domain.map_or("an account of no organization".to_owned(), |domain| format!("`hd` is {domain:?}"));
            return Err(ProviderError::IdToken(IdTokenError::OrganizationNotAllowed(found)));
        }
        self.description.claims(cx, granted).await
    }

    fn revocation_request(
        &self,
        _: &ProviderContext<'_>,
        request: &RevocationRequest<'_>,
        _: &ClientAuthentication,
    ) -> Result<HttpRequest, ProviderError> {
        // Departs from RFC 7009 §2.1: the client does not prove itself.
        let mut form = Parameters::default();
        form.set("token", request.token.expose());
        http::Request::post(request.endpoint)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Bytes::from(form.encode()))
            .map_err(|error| ProviderError::Request(error.to_string()))
    }
}

fn profile(claims: &Claims) -> Result<Profile, ProfileError> {
    let checked = claims.flag("email_verified") == Some(true);
    let email = claims.text("email").map(|address| {
        let is_google_s = is_gmail(address) || claims.text("hd").is_some();
        if checked && is_google_s { Email::verified(address) } else { Email::unverified(address) }
    });
    Ok(Profile::new(claims.id("sub")?).name(claims.text("name")).email(email).image_url(claims.text("picture")))
}

fn is_gmail(address: &str) -> bool {
    address.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.eq_ignore_ascii_case("gmail.com"))
}

/// Drawn for admit: a ring and a bar, in the four colours of Google.
const MARK: Mark = Mark::new(
    [0, 0, 24, 24],
    &[
        Shape::Colored(
            [0x42, 0x85, 0xf4],
            "M12 9.85H23.81A12 12 0 0 1 19.71 21.19L16.72 17.63A7.35 7.35 0 0 0 18.95 14.4H12z",
        ),
        Shape::Colored(
            [0x34, 0xa8, 0x53],
            "M19.71 21.19A12 12 0 0 1 1.31 17.45L5.45 15.34A7.35 7.35 0 0 0 16.72 17.63z",
        ),
        Shape::Colored([0xfb, 0xbc, 0x05], "M1.31 17.45A12 12 0 0 1 1.31 6.55L5.45 8.66A7.35 7.35 0 0 0 5.45 15.34z"),
        Shape::Colored([0xea, 0x43, 0x35], "M1.31 6.55A12 12 0 0 1 20.49 3.51L17.2 6.8A7.35 7.35 0 0 0 5.45 8.66z"),
    ],
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_verified_only_where_the_mailbox_is_googles_too() {
        for (claims, expected) in [
            (r#"{"sub":"1","email":"ada@gmail.com","email_verified":true}"#, true),
            (r#"{"sub":"1","email":"Ada@GMail.com","email_verified":"true"}"#, true),
            (r#"{"sub":"1","email":"ada@example.com","email_verified":true,"hd":"example.com"}"#, true),
            (r#"{"sub":"1","email":"ada@example.com","email_verified":true}"#, false),
            (r#"{"sub":"1","email":"ada@example.com","email_verified":true,"hd":""}"#, false),
            (r#"{"sub":"1","email":"ada@example.com","email_verified":true,"hd":true}"#, false),
            (r#"{"sub":"1","email":"ada@gmail.com"}"#, false),
            (r#"{"sub":"1","email":"ada@gmail.com","email_verified":false}"#, false),
            (r#"{"sub":"1","email":"ada@example.com","email_verified":false,"hd":"example.com"}"#, false),
            (r#"{"sub":"1","email":"ada@notgmail.com","email_verified":true}"#, false),
            (r#"{"sub":"1","email":"ada@evil.example@gmail.com","email_verified":true}"#, false),
            (r#"{"sub":"1","email":"ada@gmail.com.evil.example","email_verified":true}"#, false),
        ] {
            let profile = profile(&Claims::parse(claims.as_bytes()).unwrap()).unwrap();
            assert_eq!(profile.email.unwrap().is_verified(), expected, "{claims}");
        }
    }
}
