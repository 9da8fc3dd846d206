//! Scopes: those of OpenID Connect, and those of a resource, which has to be named unless it is Graph.

use super::{GRAPH_HOST, Refusal};

/// The resource Microsoft Graph.
pub const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
/// The resource Azure DevOps.
pub const AZURE_DEVOPS: &str = "499b84ac-1321-427f-aa17-267ca6975798";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Resource {
    Graph,
    AzureDevOps,
}

impl Resource {
    /// The claim `aud` of its access tokens.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Graph => GRAPH,
            Self::AzureDevOps => AZURE_DEVOPS,
        }
    }

    /// A scope in full, as answers have it.
    pub(super) fn qualified(self, name: &str) -> String {
        match self {
            Self::Graph => format!("{GRAPH_HOST}/{name}"),
            Self::AzureDevOps => format!("{AZURE_DEVOPS}/{name}"),
        }
    }

    fn find(prefix: &str) -> Option<Self> {
        match prefix {
            GRAPH | GRAPH_HOST => Some(Self::Graph),
            AZURE_DEVOPS | AZURE_DEVOPS_URI => Some(Self::AzureDevOps),
            _ => None,
        }
    }

    /// Whether it has a scope of that name: by the form of it, since nobody needs the whole list here.
    fn has(self, name: &str) -> bool {
        match self {
            _ if name == DEFAULT => true,
            Self::Graph => name.contains('.') && name.starts_with(|first: char| first.is_ascii_uppercase()),
            Self::AzureDevOps => {
                name == "user_impersonation" || name.strip_prefix("vso.").is_some_and(|it| !it.is_empty())
            }
        }
    }
}

/// What was asked for, in its order and without repetition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scopes {
    /// `openid`, `profile`, `email`, `offline_access`.
    pub(super) openid: Vec<String>,
    pub(super) named: Vec<(Resource, String)>,
}

impl Scopes {
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        let mut scopes = Self::default();
        for scope in text.split(' ').filter(|scope| !scope.is_empty()) {
            if OPENID.contains(&scope) {
                if !scopes.has_openid(scope) {
                    scopes.openid.push(scope.to_owned());
                }
                continue;
            }
            // Without a resource it is Graph's, whatever the application meant.
            let (resource, name) = match scope.rsplit_once('/') {
                None => (Resource::Graph, scope),
                Some((prefix, name)) => {
                    let found = Resource::find(prefix);
                    (found.ok_or_else(|| Refusal::aadsts(500_011).about(prefix))?, name)
                }
            };
            if !resource.has(name) {
                return Err(Refusal::aadsts(650_053).about(scope));
            }
            if !scopes.named.contains(&(resource, name.to_owned())) {
                scopes.named.push((resource, name.to_owned()));
            }
        }
        for resource in scopes.resources() {
            let names: Vec<_> = scopes.of(resource).collect();
            if names.contains(&DEFAULT) && names.len() > 1 {
                return Err(Refusal::aadsts(70_011).about(text));
            }
        }
        Ok(scopes)
    }

    pub(super) fn has_openid(&self, name: &str) -> bool {
        self.openid.iter().any(|known| known == name)
    }

    /// In the order in which they were named first.
    pub(super) fn resources(&self) -> Vec<Resource> {
        let mut resources = Vec::new();
        for (resource, _) in &self.named {
            if !resources.contains(resource) {
                resources.push(*resource);
            }
        }
        resources
    }

    pub(super) fn of(&self, wanted: Resource) -> impl Iterator<Item = &str> {
        self.named.iter().filter(move |(resource, _)| *resource == wanted).map(|(_, name)| name.as_str())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.openid.is_empty() && self.named.is_empty()
    }

    /// All in whole names.
    pub(super) fn qualified(&self) -> impl Iterator<Item = String> {
        let named = self.named.iter().map(|(resource, name)| resource.qualified(name));
        self.openid.iter().cloned().chain(named)
    }
}

pub(super) const DEFAULT: &str = ".default";
const OPENID: [&str; 4] = ["openid", "profile", "email", "offline_access"];
const AZURE_DEVOPS_URI: &str = "https://app.vssps.visualstudio.com";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_without_a_resource_is_graphs() {
        let scopes = Scopes::read("openid User.Read 499b84ac-1321-427f-aa17-267ca6975798/vso.code openid").unwrap();
        assert_eq!(scopes.resources(), [Resource::Graph, Resource::AzureDevOps]);
        assert_eq!(
            scopes.qualified().collect::<Vec<_>>(),
            ["openid", "https://graph.microsoft.com/User.Read", "499b84ac-1321-427f-aa17-267ca6975798/vso.code"]
        );
        assert_eq!(Scopes::read("https://app.vssps.visualstudio.com/vso.code").unwrap().resources().len(), 1);
    }

    #[test]
    fn what_no_resource_has_is_refused() {
        // T85
        let code = |text: &str| Scopes::read(text).unwrap_err().code();
        assert_eq!(code("openid vso.code"), 650_053);
        assert_eq!(code("499b84ac-1321-427f-aa17-267ca6975798/User.Read"), 650_053);
        assert_eq!(code("address"), 650_053);
        assert_eq!(code("api://unheard-of/x"), 500_011);
        assert_eq!(code("User.Read .default"), 70_011);
    }
}
