//! Microsoft Entra ID, once Azure Active Directory: work, school and personal accounts of Microsoft's, by its v2.0
//! endpoints.
//!
//! **Registration:** <https://entra.microsoft.com>, "App registrations", platform "Web".
//!
//! **Callback URL:** `https://<your host>/api/auth/callback/microsoft-entra-id`; `http://localhost:<port>/…` for
//! development. Case counts, and the port of localhost does not.
//!
//! **Environment:** `AUTH_MICROSOFT_ENTRA_ID_ID` (the Application ID), `AUTH_MICROSOFT_ENTRA_ID_SECRET` (the Value of a
//! secret), `AUTH_MICROSOFT_ENTRA_ID_ISSUER` (`https://login.microsoftonline.com/<tenant>/v2.0`, as Auth.js has it, with
//! or without a slash at its end) and `AUTH_MICROSOFT_ENTRA_ID_SCOPE`.
//!
//! **Scopes:** `openid profile email offline_access`, unless you say more. A scope of anything but Microsoft Graph has
//! its resource before it: see [`Resource`].
//!
//! **Quirks**, with where they are written down:
//! 1. The discovery document of `common` and `organizations` names its issuer as a template, and each tenant's tokens
//!    have their own. The signing keys have issuers, too, and those have to be compared ([issuer]).
//! 2. `sub` differs from application to application. A person is `oid` in `tid`, which come with the scope `profile`
//!    ([claims]). The account's subject is `{oid}.{tid}`.
//! 3. An address is whatever a tenant's administrator wrote, and it is not there for many people. It counts as verified
//!    only where the optional claim `xms_edov` says so ([email]), which comes as a boolean, a number or text.
//! 4. More than 200 groups do not fit: the token names an address in place of them, which is never fetched ([overage]).
//! 5. The keys have no `alg`, so RS256 is agreed upon beforehand ([keys]).
//! 6. An access token is for one resource. The sign-in may name scopes of several, a token request may not ([scopes]);
//!    see [`plan`].
//! 7. Without `scope`, a refresh may answer for another resource, so it is always sent.
//! 8. The refresh token is replaced at each use, and the one before it lives on ([refresh]).
//! 9. `refresh_in` says when to renew an access token that lives on.
//! 10. `client_info=1` makes the token endpoint tell a guest's home tenant, as Microsoft's own libraries ask it to.
//! 11. Refusals have a number, a sentence with it, and sometimes a `suberror` and `claims`; the number and the sentence
//!     are not to be relied on ([errors]).
//! 12. Neither PKCE nor the issuer in the answer to the browser is in the discovery document. PKCE is taken all the same.
//! 13. The issuer of an external tenant is on another host than its pages: that of its identifier (seen at
//!     [msal-js#8592]).
//! 14. Who signs out is told by the value of the claim `login_hint`, and never by a user name ([sign-out]).
//! 15. There is no revocation endpoint. People at work or school take back what they granted in [My Apps].
//!
//! **Default tenant:** `common`, as in Auth.js: everybody whom the registration lets in. Who may come is the
//! registration's choice ("Supported account types"), so the default refuses nobody whom it would let in; one for a
//! single tenant is answered with AADSTS50194 until you name the tenant. Say [`tenant`](MicrosoftEntraId::tenant) or
//! [`allowed_tenants`](MicrosoftEntraId::allowed_tenants) if not everybody is to come.
//!
//! [issuer]: https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-the-issuer
//! [claims]: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
//! [email]: https://learn.microsoft.com/entra/identity-platform/migrate-off-email-claim-authorization
//! [overage]: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference#groups-overage-claim
//! [keys]: https://learn.microsoft.com/entra/identity-platform/signing-key-rollover
//! [scopes]: https://learn.microsoft.com/entra/identity-platform/scopes-oidc
//! [refresh]: https://learn.microsoft.com/entra/identity-platform/refresh-tokens
//! [sign-out]: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#send-a-sign-out-request
//! [My Apps]: https://support.microsoft.com/account-billing/edit-or-revoke-application-permissions-in-the-my-apps-portal-169be2b1-fd10-40ca-9d98-45ddda8f8a9f
//! [errors]: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
//! [msal-js#8592]: https://github.com/AzureAD/microsoft-authentication-library-for-js/issues/8592

mod authority;
mod authority_challenge;
mod challenge;
mod guid;
mod identity;
mod issuer;
mod photo;
mod refusal;
mod resource;
mod review;
mod tenant;

use std::borrow::Cow;
use std::sync::Arc;

use admit::provider::{
    AuthorizationRequest, ClientAuthMethod, ClientAuthentication, Finding, Flow, Grant, Granted, IdTokenError,
    IssuerError, Mark, OAuthFlow, Parameters, ProviderContext, ProviderError, Review, Settings, Shape,
};
use admit::{Claims, Client, HttpRequest, HttpResponse, OAuthProvider, Provider, TokenSet};
use async_trait::async_trait;
use bytes::Bytes;

use authority::{Authority, Place};

pub use authority::Cloud;
pub use authority_challenge::ChallengedAuthority;
pub use challenge::ClaimsChallenge;
pub use identity::{EntraIdentity, EntraIdentityError, Groups, HomeIdentity};
pub use photo::{PhotoSize, photo};
pub use resource::{Resource, TokenPlan, plan};

/// Signs people in with their Microsoft account.
///
/// ```
/// use admit::Client;
/// use admit_providers::azure_devops::Scope;
/// use admit_providers::microsoft_entra_id::{Resource, microsoft_entra_id};
///
/// // One company, and its projects at Azure DevOps.
/// let provider = microsoft_entra_id(Client::env())
///     .tenant("contoso.onmicrosoft.com")
///     .more_scopes([Resource::AzureDevOps.scope(Scope::PROJECT)]);
/// # let _ = provider;
/// ```
pub fn microsoft_entra_id(client: Client) -> MicrosoftEntraId {
    let authority = Authority::common();
    let description = OAuthProvider::oidc("microsoft-entra-id", "Microsoft Entra ID", authority.address(), client)
        .mark(MARK)
        .client_auth(ClientAuthMethod::Post)
        .default_scopes(DEFAULT_SCOPES)
        .logout_hint_claim("login_hint")
        .authorizations_page(authority.authorizations_page())
        .profile(identity::profile);
    MicrosoftEntraId {
        description,
        authority,
        authority_given: false,
        allowed_tenants: None,
        capabilities: Vec::new(),
        problems: Vec::new(),
    }
}

/// Microsoft Entra ID as a provider. Made by [`microsoft_entra_id`].
#[derive(Clone, Debug)]
pub struct MicrosoftEntraId {
    description: OAuthProvider,
    authority: Authority,
    /// Whether it was given in code, so that the environment has no say in it.
    authority_given: bool,
    /// In lower case.
    allowed_tenants: Option<Vec<String>>,
    capabilities: Vec<String>,
    /// What the setters could not read.
    problems: Vec<String>,
}

impl MicrosoftEntraId {
    /// Whose people sign in: a tenant's identifier or one of its domains, `organizations`, `consumers` or `common`.
    #[must_use]
    pub fn tenant(mut self, tenant: impl AsRef<str>) -> Self {
        match tenant.as_ref().parse() {
            Ok(tenant) => self.authority.tenant = tenant,
            Err(problem) => self.problems.push(problem),
        }
        self.settled()
    }

    /// Of all who could sign in, only the people of these tenants may: their identifiers. Anybody else is refused with
    /// `organization_not_allowed`.
    #[must_use]
    pub fn allowed_tenants(mut self, tenants: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut allowed = Vec::new();
        let tenants: Vec<String> = tenants.into_iter().map(Into::into).collect();
        for tenant in &tenants {
            match guid::guid(tenant.trim()) {
                Some(id) => allowed.push(id),
                None => self.problems.push(format!(
                    "allowed_tenants: {tenant:?} is no identifier of a tenant; give the GUID from its overview page"
                )),
            }
        }
        // One that could not be read is told already.
        self.allowed_tenants = (tenants.is_empty() || !allowed.is_empty()).then_some(allowed);
        self
    }

    /// The authority by its whole address, as Auth.js has it: `https://login.microsoftonline.com/<tenant>/v2.0`.
    #[must_use]
    pub fn issuer(mut self, issuer: impl AsRef<str>) -> Self {
        match Authority::parse(issuer.as_ref()) {
            Ok(authority) => self.authority = authority,
            Err(problem) => self.problems.push(problem),
        }
        self.settled()
    }

    /// Another cloud than the one that everybody uses.
    #[must_use]
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.authority.place = Place::Cloud(cloud);
        self.settled()
    }

    /// An external tenant (Microsoft Entra External ID), by its name: `contoso` for `contoso.ciamlogin.com`. Its domain
    /// is `contoso.onmicrosoft.com`, unless [`tenant`](Self::tenant) then says otherwise.
    #[must_use]
    pub fn external_tenant(mut self, name: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        match format!("{name}.onmicrosoft.com").parse() {
            Ok(tenant) if authority::is_external_name(name) => {
                self.authority = Authority { place: Place::External(name.to_owned()), tenant };
            }
            _ => self.problems.push(format!(
                "the external tenant is {name:?}; give the name before \".ciamlogin.com\", such as \"contoso\""
            )),
        }
        self.settled()
    }

    /// Talks to another server that speaks as Microsoft's do, such as a pretend one on this machine.
    ///
    /// ```
    /// use admit::{Client, Provider};
    /// use admit_providers::microsoft_entra_id;
    ///
    /// let pretend = microsoft_entra_id(Client::new("app", "secret")).endpoints("http://127.0.0.1:9010").tenant("common");
    /// # let _ = pretend;
    /// ```
    #[must_use]
    pub fn endpoints(mut self, base_url: impl AsRef<str>) -> Self {
        self.authority.place = Place::Elsewhere(base_url.as_ref().trim_end_matches('/').to_owned());
        self.settled()
    }

    /// The scopes to ask for, in place of `openid profile email offline_access` and of what the environment says.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.description = self.description.scopes(scopes);
        self
    }

    /// Scopes to ask for besides `openid profile email offline_access`.
    ///
    /// The first resource that they name is the one whose token `access_token` gives.
    #[must_use]
    pub fn more_scopes(self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let usual = self.description.requested_scopes().to_vec();
        self.scopes(usual.into_iter().chain(scopes.into_iter().map(Into::into)))
    }

    /// What the application can do, told to whoever its tokens are for: `cp1` says that it meets claims challenges.
    ///
    /// Say it only if it does, at every call: tokens then live up to a day, and are refused before that by a
    /// [`ClaimsChallenge`].
    #[must_use]
    pub fn client_capabilities(mut self, capabilities: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.capabilities = capabilities.into_iter().map(Into::into).collect();
        self
    }

    /// A further parameter of every authorization request, such as `domain_hint`.
    #[must_use]
    pub fn authorization_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.description = self.description.authorization_parameter(name, value);
        self
    }

    /// Has the answer posted to the callback in place of putting it into the address.
    #[must_use]
    pub fn form_post(mut self) -> Self {
        self.description = self.description.form_post(true);
        self
    }

    /// Signs people out at Microsoft, too. With the optional claim `login_hint` in ID tokens they need not say who.
    #[must_use]
    pub fn sign_out_at_provider(mut self) -> Self {
        self.description = self.description.sign_out_at_provider();
        self
    }

    /// Where Microsoft sends people afterwards, in place of admit's own address. It has to be among the redirect URIs.
    #[must_use]
    pub fn post_logout_redirect_uri(mut self, url: impl Into<String>) -> Self {
        self.description = self.description.post_logout_redirect_uri(url);
        self
    }

    /// Scopes that a page may ask for in one sign-in, so that a person consents when they first need them.
    #[must_use]
    pub fn optional_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.description = self.description.optional_scopes(scopes);
        self
    }

    /// Stands under another id, so that two registrations can be there at once.
    #[must_use]
    pub fn id(mut self, id: impl Into<Cow<'static, str>>) -> Self {
        self.description = self.description.id(id);
        self
    }

    /// Goes by another name on pages.
    #[must_use]
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.description = self.description.name(name);
        self
    }

    /// Has another logo on pages; `None` takes it off.
    #[must_use]
    pub fn mark(mut self, mark: impl Into<Option<Mark>>) -> Self {
        self.description = self.description.mark(mark);
        self
    }

    /// With the description's address that of the authority.
    fn settled(mut self) -> Self {
        self.authority_given = true;
        let page = self.authority.authorizations_page();
        self.description = self.description.issuer(self.authority.address()).authorizations_page(page);
        self
    }
}

impl Provider for MicrosoftEntraId {
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
        let issuer = settings.get("ISSUER").filter(|_| !self.authority_given)?;
        Some(Arc::new(self.clone().issuer(issuer)))
    }

    fn review(&self, review: &Review<'_>) -> Vec<Finding> {
        review::findings(&self.authority, self.allowed_tenants.as_deref(), &self.problems, review)
    }
}

#[async_trait]
impl OAuthFlow for MicrosoftEntraId {
    fn config(&self) -> &OAuthProvider {
        &self.description
    }

    fn authorization(
        &self,
        cx: &ProviderContext<'_>,
        request: &AuthorizationRequest<'_>,
    ) -> Result<Parameters, ProviderError> {
        let mut query = self.description.authorization(cx, request)?;
        query.set("client_info", "1");
        if let Some(claims) = challenge::claims_parameter(query.get("claims"), &self.capabilities) {
            query.set("claims", claims);
        }
        // Whoever is to choose has not been chosen.
        if query.get("prompt") == Some("select_account") {
            query.remove("login_hint");
        }
        Ok(query)
    }

    fn token_request(
        &self,
        cx: &ProviderContext<'_>,
        grant: &Grant<'_>,
        client: &ClientAuthentication,
    ) -> Result<HttpRequest, ProviderError> {
        let (Grant::AuthorizationCode { scopes, .. } | Grant::RefreshToken { scopes, .. }) = grant;
        let mut more = Parameters::default();
        // Departs from RFC 6749 §4.1.3, which has no scope here: a code that was granted for several resources is
        // exchanged for a token of one, and so is a refresh token.
        if let Some(first) = plan(scopes).into_iter().next().filter(|first| !first.scopes.is_empty()) {
            more.set("scope", first.scopes.join(" "));
        }
        more.set("client_info", "1");
        if let Some(claims) = challenge::claims_parameter(None, &self.capabilities) {
            more.set("claims", claims);
        }
        let request = self.description.token_request(cx, grant, client)?;
        Ok(request.map(|form| Bytes::from([&form[..], b"&", more.encode().as_bytes()].concat())))
    }

    fn token_response(
        &self,
        cx: &ProviderContext<'_>,
        grant: &Grant<'_>,
        response: &HttpResponse,
    ) -> Result<TokenSet, ProviderError> {
        let answer = self.description.token_response(cx, grant, response);
        answer.map_err(|error| refusal::of_token_endpoint(error, response))
    }

    fn check_metadata_issuer(&self, _: &ProviderContext<'_>, found: &str) -> Result<(), IssuerError> {
        issuer::check_document(&self.authority, found)
    }

    fn check_token_issuer(
        &self,
        cx: &ProviderContext<'_>,
        key_issuer: Option<&str>,
        claims: &Claims,
    ) -> Result<(), IdTokenError> {
        let Some(metadata) = cx.metadata() else {
            return Err(IdTokenError::Issuer(IssuerError::new("nobody asked the authority who it is")));
        };
        let allowed = self.allowed_tenants.as_deref();
        issuer::check_token(&self.authority, allowed, &metadata.issuer, key_issuer, claims)
    }

    fn check_answer_issuer(&self, expected: &str, found: &str) -> Result<(), IssuerError> {
        issuer::check_answer(&self.authority, expected, found)
    }

    fn authorization_error(&self, parameters: &[(String, String)]) -> Option<ProviderError> {
        refusal::of_authorization_endpoint(parameters)
    }

    async fn claims(&self, _: &ProviderContext<'_>, granted: &Granted<'_>) -> Result<Claims, ProviderError> {
        let proven = granted.id_token.ok_or(ProviderError::IdToken(IdTokenError::Absent))?;
        // RFC 9207: the answer to the browser named a tenant of the template's, and the token has to name the same.
        let answered = granted.callback.iter().find(|(name, _)| name == "iss").map(|(_, iss)| iss.as_str());
        if let Some(answered) = answered.filter(|answered| proven.text("iss") != Some(answered)) {
            let error = IssuerError::mismatch(proven.text("iss").unwrap_or_default(), answered);
            return Err(ProviderError::IdToken(IdTokenError::Issuer(error)));
        }
        // What the browser brought under this name is not looked at.
        Ok(identity::with_home(proven, granted.tokens.extra.0.get("client_info")))
    }
}

const DEFAULT_SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];
/// Drawn for admit: the four squares of Microsoft.
const MARK: Mark = Mark::new(
    [0, 0, 21, 21],
    &[
        Shape::Colored([0xf2, 0x50, 0x22], "M0 0h10v10H0z"),
        Shape::Colored([0x7f, 0xba, 0x00], "M11 0h10v10H11z"),
        Shape::Colored([0x00, 0xa4, 0xef], "M0 11h10v10H0z"),
        Shape::Colored([0xff, 0xb9, 0x00], "M11 11h10v10H11z"),
    ],
);
