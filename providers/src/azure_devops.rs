//! Azure DevOps, by its own OAuth server: `app.vssps.visualstudio.com`.
//!
//! **Registration:** <https://app.vsaex.visualstudio.com/app/register>, closed to new apps since April 2025. Existing
//! apps are listed at <https://aex.dev.azure.com/me>. A new app registers with Microsoft Entra ID instead.
//!
//! **Callback URL:** `https://<your host>/api/auth/callback/azure-devops`, registered letter by letter. It must be
//! https, on localhost too.
//!
//! **Environment:** `AUTH_AZURE_DEVOPS_ID` (the App ID), `AUTH_AZURE_DEVOPS_SECRET` (the Client Secret) and
//! `AUTH_AZURE_DEVOPS_SCOPE`; `AUTH_AZURE_DEVOPS_ENDPOINTS` in place of [`endpoints`](AzureDevOps::endpoints). Older names are read too: `AZURE_DEVOPS_APP_ID`, `AZURE_DEVOPS_CLIENT_SECRET`,
//! `AZURE_DEVOPS_SCOPE`, and the first two with `AUTH_` before them.
//!
//! **Scopes:** [`vso.profile`](Scope::PROFILE) unless you say more; see [`Scope`]. A scope has to be registered with
//! the app, and a registration's scopes cannot be edited.
//!
//! **Quirks**, with where they are written down:
//! 1. The authorization request says `response_type=Assertion`; there is neither PKCE nor nonce, so `state` alone
//!    guards the sign-in ([Microsoft's guide][guide]).
//! 2. The token request is five form fields: the secret is the `client_assertion`, and the code or the refresh token
//!    is the `assertion`. No `client_id`, no Basic header; `redirect_uri` also on a refresh ([guide]).
//! 3. Errors are spelt `Error` and `ErrorDescription` (seen at [azure-devops-docs#8583]), and on the callback
//!    `InvalidScope` (seen at [auth-samples#86]).
//! 4. A dead refresh token is answered with `invalid_request`, "The access token is not valid"
//!    ([azure-devops-docs#8583]).
//! 5. The App Secret is not the Client Secret. It is answered with `invalid_client`, "Failed to deserialize the
//!    JsonWebToken object." (seen at [coder#6886]).
//! 6. `expires_in` is text in the [guide] and a number in [auth-samples]; `token_type` is seldom `Bearer`. Either is
//!    read, and the token is sent as a bearer token all the same.
//! 7. A token that is not accepted is answered with a sign-in page: 203 or 302, or 401 if the request asks for it with
//!    `X-TFS-FedAuthRedirect: Suppress` (seen at [auth-samples#52]).
//! 8. The picture is base64 inside the profile, at `coreAttributes.Avatar.value.value` ([REST specification][specs]).
//!    It can be larger than the rest of the profile by far; a person whose picture is too large signs in without it.
//! 9. `emailAddress` is where the person wants mail. Nobody says that it was checked, so it is unverified ([specs]).
//! 10. The refresh token is replaced at each use ([guide]).
//! 11. There is no revocation endpoint. People withdraw their consent in their profile, under "Authorizations"
//!     ([authorizations]).
//!
//! **Two secrets:** a secret lives 60 days, and the tokens it minted die with it. An app may have two at once: give
//! [`Client`] the newer first, `Client::new(id, newer).secret(older)`, and sign-ins go on while you change them. Say when
//! each was made, by [`Client::made_at`] or `AUTH_AZURE_DEVOPS_SECRET_CREATED`, and you hear of its end 14, 7 and 2 days
//! before. [`Auth::remint`](admit::Auth::remint), or the command `admit azure secrets sweep`, brings the grants that are
//! stored under the newer one.
//!
//! **Retirement:** Microsoft says that the service ends in 2026, and names no day. Set
//! [`retires_on`](AzureDevOps::retires_on) when the day is known to you: from then on new sign-ins are refused.
//!
//! [authorizations]: https://learn.microsoft.com/azure/devops/organizations/settings/manage-authorizations
//! [guide]: https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/azure-devops-oauth
//! [specs]: https://github.com/MicrosoftDocs/vsts-rest-api-specs/tree/master/specification/profile
//! [auth-samples]: https://github.com/microsoft/azure-devops-auth-samples
//! [auth-samples#52]: https://github.com/microsoft/azure-devops-auth-samples/issues/52
//! [auth-samples#86]: https://github.com/microsoft/azure-devops-auth-samples/issues/86
//! [azure-devops-docs#8583]: https://github.com/MicrosoftDocs/azure-devops-docs/issues/8583
//! [coder#6886]: https://github.com/coder/coder/issues/6886

mod profile;
mod refusal;
mod review;
mod scope;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use admit::provider::{
    ClientAuthentication, Finding, Flow, Grant, Granted, Mark, OAuthFlow, Parameters, Pkce, ProviderContext,
    ProviderError, Review, RevocationRequest, Settings, Shape,
};
use admit::{Claims, Client, HttpRequest, HttpResponse, OAuthProvider, Provider, Secret, Timestamp, TokenSet};
use async_trait::async_trait;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};

pub use scope::Scope;

/// Signs people in with their Azure DevOps account.
///
/// ```
/// use admit::Client;
/// use admit_providers::azure_devops::{Scope, azure_devops};
///
/// let provider = azure_devops(Client::env()).scopes([Scope::PROFILE, Scope::PROJECT]);
/// # let _ = provider;
/// ```
pub fn azure_devops(client: Client) -> AzureDevOps {
    let description = OAuthProvider::oauth2("azure-devops", "Azure DevOps", client)
        .mark(MARK)
        .response_type("Assertion")
        .pkce(Pkce::Unsupported)
        .rotates_refresh_tokens(true)
        .secret_lifetime(SECRET_LIFETIME)
        .default_scopes([Scope::PROFILE])
        .authorizations_page("https://app.vssps.visualstudio.com/Profile/View")
        .env_aliases(ID_VARIABLES, SECRET_VARIABLES, SCOPE_VARIABLES)
        .profile(profile::map);
    AzureDevOps { description }.endpoints(SERVICE)
}

/// Azure DevOps as a provider. Made by [`azure_devops`].
#[derive(Clone, Debug)]
pub struct AzureDevOps {
    description: OAuthProvider,
}

impl AzureDevOps {
    /// The scopes to ask for: [`Scope`]s, or their names. Each has to be registered with the app.
    #[must_use]
    pub fn scopes(self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { description: self.description.scopes(scopes) }
    }

    /// Stands under another id, so that two registrations can be there at once.
    #[must_use]
    pub fn id(self, id: impl Into<Cow<'static, str>>) -> Self {
        Self { description: self.description.id(id) }
    }

    /// Goes by another name on pages.
    #[must_use]
    pub fn name(self, name: impl Into<Cow<'static, str>>) -> Self {
        Self { description: self.description.name(name) }
    }

    /// Has another logo on pages; `None` takes it off.
    #[must_use]
    pub fn mark(self, mark: impl Into<Option<Mark>>) -> Self {
        Self { description: self.description.mark(mark) }
    }

    /// Talks to another server that speaks as Azure DevOps does, such as a pretend one on this machine.
    ///
    /// ```
    /// use admit::{Client, OAuthProvider, provider::OAuthFlow};
    /// use admit_providers::azure_devops;
    ///
    /// let pretend = azure_devops(Client::new("app", "secret")).endpoints("http://127.0.0.1:9009/azure");
    /// assert_eq!(pretend.config().token_url(), Some("http://127.0.0.1:9009/azure/oauth2/token"));
    /// ```
    #[must_use]
    pub fn endpoints(self, base_url: impl AsRef<str>) -> Self {
        let base = base_url.as_ref().trim_end_matches('/');
        let description = self
            .description
            .authorization_endpoint(format!("{base}/oauth2/authorize"))
            .token_endpoint(format!("{base}/oauth2/token"))
            .userinfo_endpoint(profile::endpoint(base));
        Self { description }
    }

    /// Sends tokens that are not needed any more to `/oauth2/revoke`, too. No paper of Microsoft's knows that address, nor
    /// what it takes; so nothing counts as voided by it, and people are told to withdraw their consent themselves all the
    /// same. To be called after [`endpoints`](Self::endpoints).
    ///
    /// ```
    /// use admit::{Client, provider::OAuthFlow};
    /// use admit_providers::azure_devops;
    ///
    /// let provider = azure_devops(Client::env());
    /// assert_eq!(provider.config().revocation_url(), None);
    /// let endpoint = "https://app.vssps.visualstudio.com/oauth2/revoke";
    /// assert_eq!(provider.danger_undocumented_revocation().config().revocation_url(), Some(endpoint));
    /// ```
    #[must_use]
    pub fn danger_undocumented_revocation(self) -> Self {
        let token = self.description.token_url().unwrap_or_default();
        let endpoint = token.strip_suffix("/token").map(|base| format!("{base}/revoke")).unwrap_or_default();
        Self { description: self.description.danger_undocumented_revocation_endpoint(endpoint) }
    }

    /// When the service is switched off. From then on new sign-ins are refused; refreshes are still tried.
    #[must_use]
    pub fn retires_on(self, instant: Timestamp) -> Self {
        Self { description: self.description.retires_on(Some(instant)) }
    }

    fn is_at_the_service(&self) -> bool {
        self.description.token_url().is_some_and(|url| url.starts_with(SERVICE))
    }
}

impl Provider for AzureDevOps {
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
        let base = settings.get("ENDPOINTS").filter(|_| self.is_at_the_service())?;
        Some(Arc::new(self.clone().endpoints(base)))
    }

    fn review(&self, review: &Review<'_>) -> Vec<Finding> {
        review::findings(&self.description, review)
    }
}

#[async_trait]
impl OAuthFlow for AzureDevOps {
    fn config(&self) -> &OAuthProvider {
        &self.description
    }

    fn token_request(
        &self,
        _: &ProviderContext<'_>,
        grant: &Grant<'_>,
        client: &ClientAuthentication,
    ) -> Result<HttpRequest, ProviderError> {
        let secret = secret_of(client)?;
        // Departs from RFC 6749 §4.1.3 and §6: code and refresh token both go as `assertion`, the redirect URI is sent
        // with either, and the client's secret goes as an assertion of RFC 7521 §4.2, without the client's id.
        let (grant_type, assertion, redirect_uri) = match grant {
            Grant::AuthorizationCode { code, redirect_uri, .. } => (JWT_BEARER_GRANT, code, redirect_uri),
            Grant::RefreshToken { refresh_token, redirect_uri, .. } => ("refresh_token", refresh_token, redirect_uri),
        };
        let mut form = Parameters::default();
        form.set("client_assertion_type", JWT_BEARER_CLIENT);
        form.set("client_assertion", secret.expose());
        form.set("grant_type", grant_type);
        form.set("assertion", assertion.expose());
        form.set("redirect_uri", *redirect_uri);
        post(self.description.token_url().unwrap_or_default(), &form)
    }

    fn token_response(
        &self,
        cx: &ProviderContext<'_>,
        grant: &Grant<'_>,
        response: &HttpResponse,
    ) -> Result<TokenSet, ProviderError> {
        self.description.token_response(cx, grant, response).map_err(|error| refusal::reclass(error, grant))
    }

    async fn claims(&self, cx: &ProviderContext<'_>, granted: &Granted<'_>) -> Result<Claims, ProviderError> {
        profile::read(cx, self.description.userinfo_url().unwrap_or_default(), granted.access_token()).await
    }

    fn revocation_request(
        &self,
        _: &ProviderContext<'_>,
        request: &RevocationRequest<'_>,
        client: &ClientAuthentication,
    ) -> Result<HttpRequest, ProviderError> {
        // Departs from RFC 7009 §2.1: if anything, the client proves itself as at the token endpoint.
        let mut form = Parameters::default();
        form.set("client_assertion_type", JWT_BEARER_CLIENT);
        form.set("client_assertion", secret_of(client)?.expose());
        form.set("token", request.token.expose());
        post(request.endpoint, &form)
    }
}

fn secret_of(client: &ClientAuthentication) -> Result<&Secret, ProviderError> {
    match client {
        ClientAuthentication::Secret(secret) => Ok(secret),
        _ => Err(ProviderError::Request("Azure DevOps knows a client by its secret only".to_owned())),
    }
}

fn post(endpoint: &str, form: &Parameters) -> Result<HttpRequest, ProviderError> {
    http::Request::post(endpoint)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Bytes::from(form.encode()))
        .map_err(|error| ProviderError::Request(error.to_string()))
}

const SERVICE: &str = "https://app.vssps.visualstudio.com";
/// Of a client secret, since March 2025.
const SECRET_LIFETIME: Duration = Duration::from_secs(60 * 86_400);
const JWT_BEARER_CLIENT: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const JWT_BEARER_GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ID_VARIABLES: &[&str] = &["AZURE_DEVOPS_APP_ID", "AUTH_AZURE_DEVOPS_APP_ID"];
const SECRET_VARIABLES: &[&str] = &["AZURE_DEVOPS_CLIENT_SECRET", "AUTH_AZURE_DEVOPS_CLIENT_SECRET"];
const SCOPE_VARIABLES: &[&str] = &["AZURE_DEVOPS_SCOPE"];
/// From Simple Icons 11.15 (https://simpleicons.org, CC0 1.0), with rounded numbers.
const MARK: Mark = Mark::new(
    [0, 0, 24, 24],
    &[Shape::Colored(
        [0x00, 0x78, 0xd7],
        "M0 8.88 2.25 5.9l8.4-3.42V.02l7.37 5.4L2.97 8.33v8.22L0 15.71zm24-4.45v14.65l-5.75 4.9-9.3-3.06v3.06\
         l-5.98-7.42 15.05 1.8V5.42z",
    )],
);
