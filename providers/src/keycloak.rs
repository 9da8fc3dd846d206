//! Keycloak, and Red Hat's build of it: a realm on servers of one's own.
//!
//! **Registration:** in the realm's admin console, "Clients", an OpenID Connect client with "Client authentication" on
//! and "Standard flow" ticked.
//!
//! **Callback URL:** `https://<your host>/api/auth/callback/keycloak`; `http://localhost:<port>/…` for development.
//! To sign people out there too, `…/signout/keycloak` is among the "Valid post logout redirect URIs".
//!
//! **Environment:** `AUTH_KEYCLOAK_ID`, `AUTH_KEYCLOAK_SECRET`, `AUTH_KEYCLOAK_SCOPE`, and `AUTH_KEYCLOAK_ISSUER`: the
//! realm's address, `https://<host>/realms/<realm>`.
//!
//! **Scopes:** `openid profile email`.
//!
//! **Quirks**, with where they are written down:
//! 1. The issuer is the realm's address without a slash at its end, and both are compared byte for byte. With the slash
//!    nobody could sign in, so `build()` refuses it.
//! 2. Before version 17 there was `/auth` before `/realms`, and where `http-relative-path` is set there still is
//!    ([path]). What counts is `issuer` in the document at `<issuer>/.well-known/openid-configuration`.
//! 3. Behind a proxy that hides its own name, the server calls itself by another one, and the issuer does not match; set
//!    its `hostname` ([hostname]).
//! 4. Roles are in the access token, which is the resource server's to read. They are in the ID token only where the
//!    mapper of the client scope `roles` says "Add to ID token" ([roles]): then [`Roles`] reads them.
//! 5. A refresh token works once only where the realm says "Revoke Refresh Token", which is off at first ([tokens]): add
//!    `.describe(|description| description.rotates_refresh_tokens(true))` there.
//! 6. The realm may sign by another algorithm than RS256 ("Default Signature Algorithm", [tokens]): name it with
//!    [`id_token_algorithms`](OAuthProvider::id_token_algorithms).
//! 7. Signing out here leaves the realm's session alone. [`sign_out_at_provider`](OAuthProvider::sign_out_at_provider)
//!    ends it too; without the ID token the realm asks the person whether they want to ([logout]).
//! 8. `kc_idp_hint` in the authorization request skips the choice among the realm's own providers: let pages give it
//!    with [`allowed_parameters`](OAuthProvider::allowed_parameters).
//! 9. Voiding a refresh token ends all that the person granted this client, in their other sessions too ([revocation]).
//!
//! [path]: https://www.keycloak.org/server/all-config
//! [hostname]: https://www.keycloak.org/server/hostname
//! [roles]: https://www.keycloak.org/docs/latest/server_admin/#_client_scopes
//! [tokens]: https://www.keycloak.org/docs/latest/server_admin/#_timeouts
//! [logout]: https://www.keycloak.org/securing-apps/oidc-layers
//! [revocation]: https://github.com/keycloak/keycloak/blob/main/services/src/main/java/org/keycloak/protocol/oidc/endpoints/TokenRevocationEndpoint.java

use std::borrow::Cow;
use std::sync::Arc;

use admit::provider::{Finding, Flow, Mark, OAuthFlow, Review, Settings, Shape};
use admit::{Claims, Client, OAuthProvider, Provider};
use serde_json::Value;

/// Signs people in with their account in a realm.
///
/// ```
/// use admit::Client;
/// use admit_providers::keycloak;
///
/// // AUTH_KEYCLOAK_ISSUER says which realm.
/// let provider = keycloak(Client::env());
///
/// // Or the code does; whoever signs out here is signed out there.
/// let realm = keycloak(Client::env())
///     .issuer("https://id.example.com/realms/staff")
///     .describe(|description| description.sign_out_at_provider());
/// # let _ = (provider, realm);
/// ```
pub fn keycloak(client: Client) -> Keycloak {
    let description = OAuthProvider::oidc("keycloak", "Keycloak", "", client).issuer_from_env();
    Keycloak { description: description.mark(MARK).revocation_ends_all(true) }
}

/// Keycloak as a provider. Made by [`keycloak`].
#[derive(Clone, Debug)]
pub struct Keycloak {
    description: OAuthProvider,
}

impl Keycloak {
    /// The realm's address: `https://<host>/realms/<realm>`.
    #[must_use]
    pub fn issuer(self, issuer: impl Into<String>) -> Self {
        self.describe(|description| description.issuer(issuer))
    }

    /// The scopes to ask for, in place of `openid profile email` and of what the environment says.
    #[must_use]
    pub fn scopes(self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.describe(|description| description.scopes(scopes))
    }

    /// Stands under another id, so that two realms can be there at once.
    #[must_use]
    pub fn id(self, id: impl Into<Cow<'static, str>>) -> Self {
        self.describe(|description| description.id(id))
    }

    /// Goes by another name on pages: people know the company, and not whose software it uses. So the logo goes, too; give
    /// the company's after this.
    #[must_use]
    pub fn name(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.describe(|description| description.name(name).mark(None))
    }

    /// Has another logo on pages; `None` takes it off.
    #[must_use]
    pub fn mark(self, mark: impl Into<Option<Mark>>) -> Self {
        self.describe(|description| description.mark(mark))
    }

    /// Changes the description, for what has no method here.
    #[must_use]
    pub fn describe(mut self, change: impl FnOnce(OAuthProvider) -> OAuthProvider) -> Self {
        self.description = change(self.description);
        self
    }
}

impl Provider for Keycloak {
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
        Some(Arc::new(Self { description: self.description.configured_by(settings)? }))
    }

    fn review(&self, _: &Review<'_>) -> Vec<Finding> {
        let issuer = self.description.issuer_url().unwrap_or_default();
        problem(issuer).map(Finding::Problem).into_iter().collect()
    }
}

impl OAuthFlow for Keycloak {
    fn config(&self) -> &OAuthProvider {
        &self.description
    }
}

/// The roles of a person, where the realm puts them into the ID token.
///
/// ```
/// use admit::Claims;
/// use admit_providers::keycloak::Roles;
///
/// // What a callback is shown of a sign-in.
/// let claims = Claims::parse(br#"{"realm_access":{"roles":["staff"]},"resource_access":{"shop":{"roles":["seller"]}}}"#)?;
/// let roles = Roles::of(&claims);
/// assert!(roles.in_realm("staff") && roles.in_client("shop", "seller") && !roles.in_realm("seller"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Roles<'a>(&'a Claims);

impl<'a> Roles<'a> {
    /// Those that the claims name.
    pub fn of(claims: &'a Claims) -> Self {
        Self(claims)
    }

    /// Whether the person has that role in the realm.
    pub fn in_realm(self, role: &str) -> bool {
        is_among(self.0.value("realm_access"), role)
    }

    /// Whether the person has that role in one of the realm's clients.
    pub fn in_client(self, client: &str, role: &str) -> bool {
        is_among(self.0.value("resource_access").and_then(|clients| clients.get(client)), role)
    }
}

fn is_among(access: Option<&Value>, role: &str) -> bool {
    let roles = access.and_then(|access| access.get("roles")).and_then(Value::as_array);
    roles.is_some_and(|roles| roles.iter().any(|known| known == role))
}

/// What is wrong with a realm's address. That it is one at all is checked elsewhere.
fn problem(issuer: &str) -> Option<String> {
    let remedy = "write it as \"https://<host>/realms/<realm>\", with .issuer(…) or in the environment";
    if issuer.is_empty() {
        return Some(format!("nobody says which realm it is; {remedy}"));
    }
    let realm = issuer.split_once("/realms/").map(|(_, realm)| realm);
    match realm {
        Some(realm) if realm.ends_with('/') => {
            Some(format!("the issuer is {issuer:?}, and the realm calls itself without the slash at its end; {remedy}"))
        }
        Some(realm) if !realm.is_empty() && !realm.contains('/') => None,
        _ => Some(format!("the issuer is {issuer:?}, which is no realm's address; {remedy}")),
    }
}

/// From Simple Icons 11.15 (https://simpleicons.org, CC0 1.0), with rounded numbers.
const MARK: Mark = Mark::new(
    [0, 0, 24, 24],
    &[Shape::Plain(
        "M18.74 1.18H6.24L0 12q3.11 5.42 6.25 10.82h12.5l3.08-5.41H24V6.59h-2.17zM8.33 4.8h2.08\
         l1.04 1.8-3.12 5.42 3.11 5.4-1.03 1.8H8.33l-4.17-7.2zm6.24 0h2.08l4.17 7.23-4.17 7.2h-2.08\
         a30 30 0 0 1-1.04-1.81l3.13-5.4-3.13-5.42z",
    )],
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_realms_address_is_told_from_what_is_almost_one() {
        for good in [
            "https://id.example/realms/staff",
            "https://id.example/auth/realms/staff",
            "http://localhost:8080/realms/staff",
            "https://id.example/realms/the%20staff",
        ] {
            assert_eq!(problem(good), None, "{good}");
        }
        for (bad, why) in [
            ("", "which realm it is"),
            ("https://id.example/realms/staff/", "without the slash"),
            ("https://id.example/realms/", "no realm's address"),
            ("https://id.example", "no realm's address"),
            ("https://id.example/staff", "no realm's address"),
            ("https://id.example/realms/staff/protocol/openid-connect/auth", "no realm's address"),
            ("https://id.example/realms/staff/.well-known/openid-configuration", "no realm's address"),
        ] {
            let told = problem(bad).unwrap();
            assert!(told.contains(why) && told.contains("https://<host>/realms/<realm>"), "{bad}: {told}");
        }
    }

    #[test]
    fn a_realm_under_a_name_of_its_own_has_no_logo_but_its_own() {
        let realm = || keycloak(Client::new("id", "secret"));
        assert_eq!(Provider::mark(&realm()), Some(MARK));
        assert_eq!(Provider::mark(&realm().name("Acme")), None);
        const OWN: Mark = Mark::new([0, 0, 8, 8], &[Shape::Plain("M0 0h8v8H0z")]);
        assert_eq!(Provider::mark(&realm().name("Acme").mark(OWN)), Some(OWN));
    }

    #[test]
    fn a_role_counts_where_it_was_given_and_nowhere_else() {
        let claims = Claims::parse(
            br#"{"realm_access":{"roles":["staff",7]},"resource_access":{"a/b":{"roles":["seller"]},"odd":{"roles":"seller"}}}"#,
        );
        let claims = claims.unwrap();
        let roles = Roles::of(&claims);
        assert!(roles.in_realm("staff") && roles.in_client("a/b", "seller"));
        for (client, role) in [("a/b", "staff"), ("odd", "seller"), ("other", "seller"), ("a", "seller"), ("", "")] {
            assert!(!roles.in_client(client, role), "{client} {role}");
        }
        let nobody = Claims::default();
        assert!(!Roles::of(&nobody).in_realm("staff") && !Roles::of(&nobody).in_client("a", "b"));
    }
}
