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
//!    token is replaced at each use: add `.rotates_refresh_tokens(true)` if you registered one ([refreshing]).
//!
//! [errors]: https://docs.github.com/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
//! [user]: https://docs.github.com/rest/users/users#get-the-authenticated-user
//! [start]: https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api#user-agent
//! [refreshing]: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens

use admit::provider::ClientAuthMethod;
use admit::{Claims, Client, Email, OAuthProvider, Profile, ProfileError};

/// Signs people in with their GitHub account.
///
/// ```
/// use admit::Client;
/// use admit_providers::github;
///
/// let provider = github(Client::env());
/// assert_eq!(provider.requested_scopes(), ["read:user", "user:email"]);
/// ```
pub fn github(client: Client) -> OAuthProvider {
    OAuthProvider::oauth2("github", "GitHub", client)
        .issuer("https://github.com/login/oauth")
        .authorization_endpoint("https://github.com/login/oauth/authorize")
        .token_endpoint("https://github.com/login/oauth/access_token")
        .userinfo_endpoint("https://api.github.com/user")
        .client_auth(ClientAuthMethod::Post)
        .default_scopes(["read:user", "user:email"])
        .granted_scope_separator(",")
        .profile(profile)
}

fn profile(source: &Claims) -> Result<Profile, ProfileError> {
    Ok(Profile::new(source.id("id")?)
        .name(source.text("name").or_else(|| source.text("login")))
        .email(source.text("email").map(Email::unverified))
        .image_url(source.text("avatar_url")))
}

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
