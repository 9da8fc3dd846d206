//! Scopes and the resources that they belong to. One access token is for one resource.
//!
//! 1. `openid`, `profile`, `email` and `offline_access` belong to the sign-in itself.
//! 2. A scope without a resource before it belongs to Microsoft Graph.
//! 3. The authorization request may name scopes of several resources, so that a person consents once. A token request
//!    may name those of one, so each resource takes a request of its own, all with the one refresh token.
//!
//! <https://learn.microsoft.com/entra/identity-platform/scopes-oidc>

use std::fmt;

/// What an access token is for.
///
/// ```
/// use admit_providers::azure_devops::Scope;
/// use admit_providers::microsoft_entra_id::Resource;
///
/// let scope = Resource::AzureDevOps.scope(Scope::CODE);
/// assert_eq!(scope, "499b84ac-1321-427f-aa17-267ca6975798/vso.code");
/// assert_eq!(Resource::of(&scope), Some(Resource::AzureDevOps));
/// assert_eq!(Resource::of("User.Read"), Some(Resource::Graph));
/// assert_eq!(Resource::of("offline_access"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resource {
    /// Microsoft Graph.
    Graph,
    /// Azure DevOps.
    AzureDevOps,
    /// Another, by its identifier, such as `api://…`.
    Other(String),
}

impl Resource {
    /// The resource that a scope belongs to. `None` for those of the sign-in itself.
    pub fn of(scope: &str) -> Option<Self> {
        if is_of_sign_in(scope) {
            return None;
        }
        let Some((resource, _)) = scope.rsplit_once('/') else { return Some(Self::Graph) };
        let known = resource.trim_end_matches('/').to_ascii_lowercase();
        Some(if AZURE_DEVOPS.contains(&known.as_str()) {
            Self::AzureDevOps
        } else if GRAPH.contains(&known.as_str()) {
            Self::Graph
        } else {
            Self::Other(known)
        })
    }

    /// A scope of this resource by its whole name. One of Graph's needs none.
    pub fn scope(&self, name: impl Into<String>) -> String {
        let name = name.into();
        match self {
            Self::Graph => name,
            Self::AzureDevOps => format!("{DEVOPS_RESOURCE}/{name}"),
            Self::Other(id) => format!("{id}/{name}"),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Graph => "Microsoft Graph",
            Self::AzureDevOps => "Azure DevOps",
            Self::Other(id) => id,
        })
    }
}

/// One token request: what the token is for, and the scopes to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenPlan {
    /// The resource.
    pub resource: Resource,
    /// Its scopes, and those of the sign-in, without which no refresh token comes back.
    pub scopes: Vec<String>,
}

/// The token requests that a set of scopes takes, in the order in which it names the resources. The first one is for
/// the code; the others are for the refresh token that comes of it.
///
/// ```
/// use admit_providers::microsoft_entra_id::plan;
///
/// let scopes = ["openid", "499b84ac-1321-427f-aa17-267ca6975798/vso.code", "offline_access", "User.Read"];
/// let plans = plan(&scopes);
/// assert_eq!(plans[0].scopes, ["openid", "499b84ac-1321-427f-aa17-267ca6975798/vso.code", "offline_access"]);
/// assert_eq!(plans[1].scopes, ["openid", "offline_access", "User.Read"]);
/// ```
pub fn plan(scopes: &[impl AsRef<str>]) -> Vec<TokenPlan> {
    let mut resources: Vec<Resource> = Vec::new();
    for resource in scopes.iter().filter_map(|scope| Resource::of(scope.as_ref())) {
        if !resources.contains(&resource) {
            resources.push(resource);
        }
    }
    if resources.is_empty() {
        // The token that a mere sign-in gives is Graph's: it reads the userinfo endpoint.
        resources.push(Resource::Graph);
    }
    let scopes_of = |resource: &Resource| {
        let fits = |scope: &&str| Resource::of(scope).is_none_or(|own| own == *resource);
        scopes.iter().map(AsRef::as_ref).filter(fits).map(str::to_owned).collect()
    };
    resources.into_iter().map(|resource| TokenPlan { scopes: scopes_of(&resource), resource }).collect()
}

/// Whether a scope belongs to the sign-in itself.
pub(super) fn is_of_sign_in(scope: &str) -> bool {
    SIGN_IN.iter().any(|known| known.eq_ignore_ascii_case(scope))
}

/// Azure DevOps' application id, which its scopes begin with.
pub(super) const DEVOPS_RESOURCE: &str = "499b84ac-1321-427f-aa17-267ca6975798";
const AZURE_DEVOPS: &[&str] = &[DEVOPS_RESOURCE, "https://app.vssps.visualstudio.com"];
const GRAPH: &[&str] = &[
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
    "00000003-0000-0000-c000-000000000000",
];
const SIGN_IN: &[&str] = &["openid", "profile", "email", "offline_access"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_has_several_names() {
        for (scope, expected) in [
            ("https://app.vssps.visualstudio.com/vso.code", Resource::AzureDevOps),
            ("499B84AC-1321-427F-AA17-267CA6975798/.default", Resource::AzureDevOps),
            ("https://graph.microsoft.com/User.Read", Resource::Graph),
            ("00000003-0000-0000-c000-000000000000/User.Read", Resource::Graph),
            ("Mail.Read", Resource::Graph),
            ("api://1234/read", Resource::Other("api://1234".to_owned())),
            // Its identifier ends in a slash, so there are two.
            ("https://management.azure.com//.default", Resource::Other("https://management.azure.com".to_owned())),
        ] {
            assert_eq!(Resource::of(scope), Some(expected), "{scope}");
        }
        for scope in ["openid", "PROFILE", "email", "offline_access"] {
            assert_eq!(Resource::of(scope), None, "{scope}");
        }
    }

    #[test]
    fn each_resource_is_asked_for_by_itself() {
        // azure.md T86
        let scopes =
            ["openid", "offline_access", "499b84ac-1321-427f-aa17-267ca6975798/vso.work", "User.Read", "Mail.Read"];
        let plans = plan(&scopes);
        let named: Vec<_> = plans.iter().map(|plan| (&plan.resource, plan.scopes.join(" "))).collect();
        assert_eq!(
            named,
            [
                (
                    &Resource::AzureDevOps,
                    "openid offline_access 499b84ac-1321-427f-aa17-267ca6975798/vso.work".to_owned()
                ),
                (&Resource::Graph, "openid offline_access User.Read Mail.Read".to_owned()),
            ]
        );
    }

    #[test]
    fn a_mere_sign_in_is_one_request() {
        let plans = plan(&["openid", "profile"]);
        assert_eq!(plans.len(), 1);
        assert_eq!(plans[0].scopes, ["openid", "profile"]);
        assert_eq!(plan(&[] as &[&str])[0].scopes, [""; 0]);
    }
}
