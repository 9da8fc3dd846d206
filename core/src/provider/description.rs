//! The description of an OAuth 2 provider: what most providers are, and all that most of them need.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::openid::OpenIdRules;
use super::revocation::RevocationRules;
use super::sign_out::SignOutRules;
use super::{
    Client, ClientAuthMethod, Finding, Flow, Mark, OAuthFlow, Pkce, ProfileError, Provider, PushedRequests, Review,
    Settings,
};
use crate::{Claims, Profile, Timestamp};

/// A provider that keeps to RFC 6749, described by its endpoints, scopes and profile.
///
/// ```
/// use admit::{Client, Email, OAuthProvider, Profile};
///
/// /// Signs people in with their Acme account.
/// pub fn acme(client: Client) -> OAuthProvider {
///     OAuthProvider::oauth2("acme", "Acme", client)
///         .authorization_endpoint("https://acme.example/oauth/authorize")
///         .token_endpoint("https://acme.example/oauth/token")
///         .userinfo_endpoint("https://acme.example/api/me")
///         .scopes(["profile", "email"])
///         .profile(|source| {
///             Ok(Profile::new(source.id("id")?)
///                 .name(source.text("login"))
///                 .email(source.text("mail").map(Email::unverified)))
///         })
/// }
/// # let _ = acme(Client::env());
/// ```
#[derive(Clone)]
pub struct OAuthProvider {
    pub(crate) id: Cow<'static, str>,
    pub(crate) name: Cow<'static, str>,
    pub(crate) mark: Option<Mark>,
    pub(crate) client: Client,
    pub(crate) authorization_endpoint: Option<String>,
    pub(crate) token_endpoint: Option<String>,
    pub(crate) userinfo_endpoint: Option<String>,
    pub(crate) pushed_authorization_request_endpoint: Option<String>,
    pub(crate) pushed_requests: PushedRequests,
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) default_scopes: Vec<String>,
    pub(crate) scope_separator: &'static str,
    pub(crate) granted_scope_separator: Option<&'static str>,
    pub(crate) response_type: &'static str,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) allowed_parameters: Option<Vec<String>>,
    pub(crate) optional_scopes: Vec<String>,
    pub(crate) pkce: Pkce,
    pub(crate) client_auth: Option<ClientAuthMethod>,
    pub(crate) rotates_refresh_tokens: bool,
    pub(crate) secret_lifetime: Option<Duration>,
    pub(crate) form_post: bool,
    pub(crate) sign_out: SignOutRules,
    pub(crate) revocation: RevocationRules,
    pub(crate) issuer: Option<String>,
    /// Whether the environment may name another one.
    pub(crate) issuer_from_env: bool,
    pub(crate) openid: Option<Arc<OpenIdRules>>,
    pub(crate) retires_on: Option<Timestamp>,
    pub(crate) id_variables: Vec<&'static str>,
    pub(crate) secret_variables: Vec<&'static str>,
    pub(crate) scope_variables: Vec<&'static str>,
    pub(crate) profile: ProfileMapper,
}

type ProfileMapper = Arc<dyn Fn(&Claims) -> Result<Profile, ProfileError> + Send + Sync>;

impl OAuthProvider {
    /// A plain OAuth 2 provider: `code` flow with PKCE, the client's secret in a Basic header.
    pub fn oauth2(id: impl Into<Cow<'static, str>>, name: impl Into<Cow<'static, str>>, client: Client) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            mark: None,
            client,
            authorization_endpoint: None,
            token_endpoint: None,
            userinfo_endpoint: None,
            pushed_authorization_request_endpoint: None,
            pushed_requests: PushedRequests::WhereOffered,
            scopes: None,
            default_scopes: Vec::new(),
            scope_separator: " ",
            granted_scope_separator: None,
            response_type: "code",
            parameters: Vec::new(),
            allowed_parameters: None,
            optional_scopes: Vec::new(),
            pkce: Pkce::S256,
            client_auth: None,
            rotates_refresh_tokens: false,
            secret_lifetime: None,
            form_post: false,
            sign_out: SignOutRules::default(),
            revocation: RevocationRules::default(),
            issuer: None,
            issuer_from_env: false,
            openid: None,
            retires_on: None,
            id_variables: Vec::new(),
            secret_variables: Vec::new(),
            scope_variables: Vec::new(),
            profile: Arc::new(|claims| {
                Ok(Profile::new(claims.id("sub").or_else(|_| claims.id("id"))?)
                    .name(claims.text("name"))
                    .email(claims.text("email").map(crate::Email::unverified))
                    .image_url(claims.text("picture")))
            }),
        }
    }

    /// Stands under another id, so that one kind of provider can be there twice.
    ///
    /// To read the id, write `Provider::id(&description)`: with a dot it is this method.
    #[must_use]
    pub fn id(mut self, id: impl Into<Cow<'static, str>>) -> Self {
        self.id = id.into();
        self
    }

    /// Goes by another name on pages.
    ///
    /// To read the name, write `Provider::name(&description)`: with a dot it is this method.
    #[must_use]
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }

    /// Has a logo on pages, before its name; `None` takes it off. Without one the name's first letter stands there.
    ///
    /// To read the mark, write `Provider::mark(&description)`: with a dot it is this method.
    #[must_use]
    pub fn mark(mut self, mark: impl Into<Option<Mark>>) -> Self {
        self.mark = mark.into();
        self
    }

    /// Where the browser is sent (RFC 6749 §3.1). https, save on loopback.
    #[must_use]
    pub fn authorization_endpoint(mut self, url: impl Into<String>) -> Self {
        self.authorization_endpoint = Some(url.into());
        self
    }

    /// Where codes and refresh tokens are exchanged (RFC 6749 §3.2). https, save on loopback.
    #[must_use]
    pub fn token_endpoint(mut self, url: impl Into<String>) -> Self {
        self.token_endpoint = Some(url.into());
        self
    }

    /// Where the person's profile is read with the access token.
    #[must_use]
    pub fn userinfo_endpoint(mut self, url: impl Into<String>) -> Self {
        self.userinfo_endpoint = Some(url.into());
        self
    }

    /// Where authorization requests are pushed to (RFC 9126). With it they are, so that the browser takes a reference along
    /// and none of the parameters. https, save on loopback.
    #[must_use]
    pub fn pushed_authorization_request_endpoint(mut self, url: impl Into<String>) -> Self {
        self.pushed_authorization_request_endpoint = Some(url.into());
        self
    }

    /// Whether authorization requests are pushed, in place of where the server offers it.
    #[must_use]
    pub fn pushed_requests(mut self, pushed: PushedRequests) -> Self {
        self.pushed_requests = pushed;
        self
    }

    /// The scopes to ask for, in place of the description's own.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes = Some(scopes.into_iter().map(Into::into).collect());
        self
    }

    /// The scopes to ask for where the application and the environment say nothing.
    #[must_use]
    pub fn default_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.default_scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// What stands between two scopes. RFC 6749 §3.3 says a space; some servers want a comma.
    #[must_use]
    pub fn scope_separator(mut self, separator: &'static str) -> Self {
        self.scope_separator = separator;
        self
    }

    /// What stands between two scopes in the server's answers, where it is not a space.
    #[must_use]
    pub fn granted_scope_separator(mut self, separator: &'static str) -> Self {
        self.granted_scope_separator = Some(separator);
        self
    }

    /// The `response_type`, for a server that knows another word than `code`.
    #[must_use]
    pub fn response_type(mut self, response_type: &'static str) -> Self {
        self.response_type = response_type;
        self
    }

    /// A further parameter of every authorization request. A page may not change it, unless
    /// [`allowed_parameters`](Self::allowed_parameters) names it.
    #[must_use]
    pub fn authorization_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// What a page may add to one sign-in, in the query of its `POST …/signin/{id}`, in place of the usual `prompt`,
    /// `login_hint`, `domain_hint`, `max_age`, `acr_values`, `ui_locales` and `claims`. What admit sets itself cannot be
    /// among it.
    #[must_use]
    pub fn allowed_parameters(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed_parameters = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Scopes that a page may ask for in one sign-in, by `scope` in the same query, on top of those configured.
    #[must_use]
    pub fn optional_scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.optional_scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Whether the server knows PKCE. Where it does not, `state` alone guards the sign-in.
    #[must_use]
    pub fn pkce(mut self, pkce: Pkce) -> Self {
        self.pkce = pkce;
        self
    }

    /// Where the client's secret goes. Else where the discovery document says, and where there is none, in a header.
    #[must_use]
    pub fn client_auth(mut self, method: ClientAuthMethod) -> Self {
        self.client_auth = Some(method);
        self
    }

    /// Whether the server replaces the refresh token at each use, so that two refreshes at once would lose the grant.
    #[must_use]
    pub fn rotates_refresh_tokens(mut self, rotates: bool) -> Self {
        self.rotates_refresh_tokens = rotates;
        self
    }

    /// How long a secret of a client lives at this server. From the day when one was made follows the day when it ends.
    #[must_use]
    pub fn secret_lifetime(mut self, lifetime: Duration) -> Self {
        self.secret_lifetime = Some(lifetime);
        self
    }

    /// Whether the server answers with a form that the browser posts (OAuth 2.0 Form Post Response Mode). It is asked to,
    /// and a code that comes in an address is not taken.
    ///
    /// The cookie of such a trip is `SameSite=None; Secure`. On `http://localhost` Chromium and Firefox keep it; Safari
    /// does not.
    #[must_use]
    pub fn form_post(mut self, form_post: bool) -> Self {
        self.form_post = form_post;
        self
    }

    /// The server's issuer identifier. A callback that carries another `iss` is refused (RFC 9207 §2.4).
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self.issuer_from_env = false;
        self
    }

    /// Takes the issuer that `AUTH_<ID>_ISSUER` names, where it is set. An [`issuer`](Self::issuer) given after this
    /// stays.
    #[must_use]
    pub fn issuer_from_env(mut self) -> Self {
        self.issuer_from_env = true;
        self
    }

    /// With another registration of the application than the one it was made with.
    #[must_use]
    pub fn client(mut self, client: Client) -> Self {
        self.client = client;
        self
    }

    /// When the service is switched off. From then on new sign-ins are refused; the tokens there are live on.
    #[must_use]
    pub fn retires_on(mut self, instant: Option<Timestamp>) -> Self {
        self.retires_on = instant;
        self
    }

    /// Older environment variables that are read besides `AUTH_<ID>_ID`, `_SECRET` and `_SCOPE`.
    #[must_use]
    pub fn env_aliases(mut self, id: &[&'static str], secret: &[&'static str], scope: &[&'static str]) -> Self {
        self.id_variables = id.to_vec();
        self.secret_variables = secret.to_vec();
        self.scope_variables = scope.to_vec();
        self
    }

    /// How the provider's claims become a [`Profile`].
    #[must_use]
    pub fn profile(
        mut self,
        mapper: impl Fn(&Claims) -> Result<Profile, ProfileError> + Send + Sync + 'static,
    ) -> Self {
        self.profile = Arc::new(mapper);
        self
    }

    /// Makes a profile of claims. A picture whose address cannot be used, or an e-mail address that is none, is left
    /// out: it never stops a sign-in.
    ///
    /// # Errors
    /// When they lack what a sign-in needs, an identifier above all.
    pub fn to_profile(&self, claims: &Claims) -> Result<Profile, ProfileError> {
        (self.profile)(claims)?.checked()
    }

    /// Where the browser is sent, if the description says.
    pub fn authorization_url(&self) -> Option<&str> {
        self.authorization_endpoint.as_deref()
    }

    /// Where tokens are exchanged, if the description says.
    pub fn token_url(&self) -> Option<&str> {
        self.token_endpoint.as_deref()
    }

    /// Where the person's profile is read, if the description says.
    pub fn userinfo_url(&self) -> Option<&str> {
        self.userinfo_endpoint.as_deref()
    }

    /// The server's issuer identifier, if the description says.
    pub fn issuer_url(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The description as the environment would have it, for the [`Provider::configured`] of a type that holds one;
    /// `None` if that changes nothing.
    #[must_use]
    pub fn configured_by(&self, settings: &Settings<'_>) -> Option<Self> {
        let issuer = settings.get("ISSUER").filter(|_| self.issuer_from_env)?;
        Some(self.clone().issuer(issuer))
    }

    /// Whether PKCE guards the sign-in.
    pub fn uses_pkce(&self) -> bool {
        self.pkce == Pkce::S256
    }

    /// When the service is switched off, if that is known.
    pub fn retirement(&self) -> Option<Timestamp> {
        self.retires_on
    }

    /// The scopes that are asked for: the application's choice, else the description's.
    pub fn requested_scopes(&self) -> &[String] {
        self.scopes.as_deref().unwrap_or(&self.default_scopes)
    }
}

impl fmt::Debug for OAuthProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthProvider")
            .field("id", &self.id)
            .field("client", &self.client)
            .field("authorization_endpoint", &self.authorization_endpoint)
            .field("token_endpoint", &self.token_endpoint)
            .field("userinfo_endpoint", &self.userinfo_endpoint)
            .field("scopes", &self.requested_scopes())
            .finish_non_exhaustive()
    }
}

impl Provider for OAuthProvider {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn flow(&self) -> Flow<'_> {
        Flow::OAuth(self)
    }

    fn configured(&self, settings: &Settings<'_>) -> Option<Arc<dyn Provider>> {
        Some(Arc::new(self.configured_by(settings)?))
    }

    // Here and not in the builder: a type with a description may read the person elsewhere.
    fn review(&self, _: &Review<'_>) -> Vec<Finding> {
        let missing = "no userinfo_endpoint, so nobody can be recognised; set it on the provider's description, \
                       or override OAuthFlow::claims";
        let nobody = self.userinfo_endpoint.is_none() && self.openid.is_none();
        nobody.then(|| Finding::Problem(missing.to_owned())).into_iter().collect()
    }
}

impl OAuthFlow for OAuthProvider {
    fn config(&self) -> &OAuthProvider {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Environment;

    #[test]
    fn the_environment_names_the_issuer_where_the_description_lets_it_and_the_code_does_not() {
        let environment: Environment = [("AUTH_ACME_ISSUER", "https://acme.example/one")].into_iter().collect();
        let settings = Settings::new("acme", &environment);
        let fixed = OAuthProvider::oidc("acme", "Acme", "https://acme.example", Client::env());
        let open = fixed.clone().issuer_from_env();
        let given = open.clone().issuer("https://acme.example/two");
        for (description, expected) in [(&fixed, None), (&open, Some("https://acme.example/one")), (&given, None)] {
            let configured = description.configured_by(&settings);
            assert_eq!(configured.as_ref().and_then(OAuthProvider::issuer_url), expected);
        }
        assert!(open.configured_by(&Settings::new("other", &environment)).is_none());
    }
}
