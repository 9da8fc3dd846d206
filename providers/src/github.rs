//! GitHub.
//!
//! **Registration:** <https://github.com/settings/developers>, "OAuth Apps".
//!
//! **Callback URL:** `https://<your host>/api/auth/callback/github`; `http://localhost:<port>/…` for development.
//!
//! **Environment:** `AUTH_GITHUB_ID`, `AUTH_GITHUB_SECRET`, `AUTH_GITHUB_SCOPE`.
//!
//! **Scopes:** `read:user user:email`.
//!
//! **Quirks**, with where they are written down:
//! 1. The token endpoint answers an error with status 200 ([errors]).
//! 2. `email` is the address that the person shows in public, and often null. It is taken as unverified. The others
//!    are behind a second request, which a description does not make ([user]).
//! 3. The interface refuses requests without a `User-Agent`. admit's own HTTP client sends one ([start]).
//! 4. An OAuth App's tokens do not expire, and there is no refresh token. A GitHub App's may expire, and its refresh
//!    token is replaced at each use: add `.describe(|description| description.rotates_refresh_tokens(true))` if you
//!    registered one ([refreshing]).
//! 5. What a person granted is deleted by a request of GitHub's own kind, which names an access token that still counts,
//!    and takes all tokens of theirs along ([revocation]).
//!
//! [errors]: https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
//! [user]: https://docs.github.com/rest/users/users#get-the-authenticated-user
//! [start]: https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent
//! [revocation]: https://docs.github.com/rest/apps/oauth-applications#delete-an-app-authorization
//! [refreshing]: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens

use std::borrow::Cow;

use admit::provider::{
    ClientAuthMethod, ClientAuthentication, Finding, Flow, Mark, OAuthFlow, ProviderContext, ProviderError, Review,
    RevocationRequest, RevokedTokens, Shape,
};
use admit::{Claims, Client, Email, HttpRequest, OAuthProvider, Profile, ProfileError, Provider};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde_json::json;

/// Signs people in with their GitHub account.
///
/// ```
/// use admit::{Client, provider::OAuthFlow};
/// use admit_providers::github;
///
/// let provider = github(Client::env());
/// assert_eq!(provider.config().requested_scopes(), ["read:user", "user:email"]);
/// ```
pub fn github(client: Client) -> GitHub {
    let description = OAuthProvider::oauth2("github", "GitHub", client)
        .mark(MARK)
        .issuer("https://github.com/login/oauth")
        .authorization_endpoint("https://github.com/login/oauth/authorize")
        .token_endpoint("https://github.com/login/oauth/access_token")
        .userinfo_endpoint("https://api.github.com/user")
        .revocation_endpoint("https://api.github.com/applications")
        .revoked_tokens(RevokedTokens::Access)
        .revocation_ends_all(true)
        .authorizations_page("https://github.com/settings/applications")
        .client_auth(ClientAuthMethod::Post)
        .default_scopes(["read:user", "user:email"])
        .granted_scope_separator(",")
        .profile(profile);
    GitHub { description }
}

/// GitHub as a provider. Made by [`github`].
#[derive(Clone, Debug)]
pub struct GitHub {
    description: OAuthProvider,
}

impl GitHub {
    /// The scopes to ask for, in place of `read:user user:email` and of what the environment says.
    #[must_use]
    pub fn scopes(self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.describe(|description| description.scopes(scopes))
    }

    /// Stands under another id, so that two registrations can be there at once.
    #[must_use]
    pub fn id(self, id: impl Into<Cow<'static, str>>) -> Self {
        self.describe(|description| description.id(id))
    }

    /// Goes by another name on pages.
    #[must_use]
    pub fn name(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.describe(|description| description.name(name))
    }

    /// Changes the description, for what has no method here.
    #[must_use]
    pub fn describe(mut self, change: impl FnOnce(OAuthProvider) -> OAuthProvider) -> Self {
        self.description = change(self.description);
        self
    }
}

impl Provider for GitHub {
    fn id(&self) -> &str {
        Provider::id(&self.description)
    }

    fn name(&self) -> &str {
        Provider::name(&self.description)
    }

    fn flow(&self) -> Flow<'_> {
        Flow::OAuth(self)
    }

    fn review(&self, review: &Review<'_>) -> Vec<Finding> {
        self.description.review(review)
    }
}

impl OAuthFlow for GitHub {
    fn config(&self) -> &OAuthProvider {
        &self.description
    }

    fn revocation_request(
        &self,
        cx: &ProviderContext<'_>,
        request: &RevocationRequest<'_>,
        client: &ClientAuthentication,
    ) -> Result<HttpRequest, ProviderError> {
        let ClientAuthentication::Secret(secret) = client else {
            return Err(ProviderError::Request("GitHub knows a client by its secret only".to_owned()));
        };
        // Departs from RFC 7009 §2.1: the grant is deleted that an access token is of, by GitHub's own interface.
        let unfit = |_| ProviderError::Request("the client does not fit a header".to_owned());
        let pair = STANDARD.encode(format!("{}:{}", cx.client_id, secret.expose()));
        let mut basic = HeaderValue::try_from(format!("Basic {pair}")).map_err(unfit)?;
        basic.set_sensitive(true);
        http::Request::delete(format!("{}/{}/grant", request.endpoint, cx.client_id))
            .header(ACCEPT, "application/vnd.github+json")
            .header(AUTHORIZATION, basic)
            .header(CONTENT_TYPE, "application/json")
            .header("x-github-api-version", "2022-11-28")
            .body(Bytes::from(json!({ "access_token": request.token.expose() }).to_string()))
            .map_err(|error| ProviderError::Request(error.to_string()))
    }
}

fn profile(source: &Claims) -> Result<Profile, ProfileError> {
    Ok(Profile::new(source.id("id")?)
        .name(source.text("name").or_else(|| source.text("login")))
        .email(source.text("email").map(Email::unverified))
        .image_url(source.text("avatar_url")))
}

/// From Simple Icons 11.15 (https://simpleicons.org, CC0 1.0), with rounded numbers.
const MARK: Mark = Mark::new(
    [0, 0, 24, 24],
    &[Shape::Plain(
        "M12 .3a12 12 0 0 0-3.8 23.38c.6.12.83-.26.83-.57L9 21.07\
         c-3.34.72-4.04-1.61-4.04-1.61-.55-1.39-1.34-1.76-1.34-1.76-1.08-.74.09-.73.09\
         -.73 1.2.09 1.84 1.24 1.84 1.24 1.07 1.83 2.8 1.3 3.49 1 .1-.78.42-1.31.76-1.61-2.66-.3-5.47-1.33-5.47\
         -5.93 0-1.31.47-2.38 1.24-3.22-.14-.3-.54-1.52.1-3.18 0 0 1-.32 3.3 1.23a11.5 11.5 0 0 1 6 0\
         c2.28-1.55 3.29-1.23 3.29-1.23.64 1.66.24 2.88.12 3.18a4.7 4.7 0 0 1 1.23 3.22\
         c0 4.61-2.8 5.63-5.48 5.92.42.36.81 1.1.81 2.22l-.01 3.29c0 .31.2.69.82.57A12 12 0 0 0 12 .3",
    )],
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_who_shows_neither_name_nor_address_goes_by_their_login() {
        let source = Claims::parse(br#"{"id":7,"login":"mona","name":null,"email":null}"#).unwrap();
        let profile = profile(&source).unwrap();
        assert_eq!((profile.subject.as_str(), profile.name.as_deref()), ("7", Some("mona")));
        assert_eq!((profile.email, profile.image), (None, None));
    }
}
