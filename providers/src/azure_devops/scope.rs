//! The scopes that Azure DevOps knows, as data: all 85 of the published table.
//!
//! <https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/oauth>

use std::{fmt, iter};

/// A scope of Azure DevOps.
///
/// Some scopes include another, which then need not be asked for:
///
/// ```
/// use admit_providers::azure_devops::Scope;
///
/// let work = Scope::parse("vso.work").unwrap();
/// assert_eq!(work, Scope::WORK);
/// assert!(work.includes(Scope::PROFILE));
/// assert!(Scope::CODE_FULL.is_high_privilege());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope {
    name: &'static str,
    category: &'static str,
    privilege: Privilege,
    parent: Option<&'static Self>,
}

impl Scope {
    /// The scope of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|scope| scope.name == name).copied()
    }

    /// The name on the wire, such as `vso.profile`.
    pub const fn as_str(self) -> &'static str {
        self.name
    }

    /// What it is about, in Microsoft's words, such as `Work items`.
    pub const fn category(self) -> &'static str {
        self.category
    }

    /// Whether Microsoft marks it as of high privilege.
    pub const fn is_high_privilege(self) -> bool {
        matches!(self.privilege, Privilege::High)
    }

    /// The scopes that come with it, the nearest first, without itself.
    pub fn implied(self) -> impl Iterator<Item = Self> {
        iter::successors(self.parent.copied(), |scope| scope.parent.copied())
    }

    /// Whether it is the other, or the other comes with it.
    pub fn includes(self, other: Self) -> bool {
        self == other || self.implied().any(|scope| scope == other)
    }

    /// The scope whose name is nearest to a misspelt one, if any is near.
    ///
    /// ```
    /// use admit_providers::azure_devops::Scope;
    ///
    /// assert_eq!(Scope::nearest("vso.code_wrte"), Some(Scope::CODE_WRITE));
    /// assert_eq!(Scope::nearest("openid"), None);
    /// ```
    pub fn nearest(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let (steps, scope) =
            Self::ALL.iter().map(|scope| (distance(&name, scope.name), scope)).min_by_key(|near| near.0)?;
        (steps <= name.len() / 4).then_some(*scope)
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.name.to_owned()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Privilege {
    Usual,
    High,
}

/// How many letters to change, add or leave out to get from one word to the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (above, a) in from.chars().enumerate() {
        let mut left = above + 1;
        let mut next = vec![left];
        for (b, pair) in to.chars().zip(row.windows(2)) {
            let [diagonal, up] = pair else { continue };
            left = (diagonal + usize::from(a != b)).min(up + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// One line a scope: privilege, constant, name, and after `<` the scope that it includes.
macro_rules! scopes {
    ($($category:literal { $($privilege:ident $constant:ident = $name:literal $(< $parent:ident)?;)+ })+) => {
        impl Scope {
            $($(
                #[doc = concat!("`", $name, "`, ", $category, $(", with [`", stringify!($parent), "`](Self::", stringify!($parent), ")",)? ".")]
                pub const $constant: Self = Self {
                    name: $name,
                    category: $category,
                    privilege: Privilege::$privilege,
                    parent: parent!($($parent)?),
                };
            )+)+

            /// Every scope, in the order of the published table.
            pub const ALL: &'static [Self] = &[$($(Self::$constant),+),+];
        }
    };
}

macro_rules! parent {
    () => {
        None
    };
    ($parent:ident) => {
        Some(&Self::$parent)
    };
}

scopes! {
    "Advanced Security" {
        High  ADVSEC = "vso.advsec";
        High  ADVSEC_WRITE = "vso.advsec_write" < ADVSEC;
        High  ADVSEC_MANAGE = "vso.advsec_manage" < ADVSEC_WRITE;
    }
    "Agent pools" {
        Usual AGENTPOOLS = "vso.agentpools";
        High  AGENTPOOLS_MANAGE = "vso.agentpools_manage" < AGENTPOOLS;
        High  ENVIRONMENT_MANAGE = "vso.environment_manage" < AGENTPOOLS_MANAGE;
    }
    "Analytics" {
        Usual ANALYTICS = "vso.analytics";
    }
    "Auditing" {
        Usual AUDITLOG = "vso.auditlog";
        High  AUDITSTREAMS_MANAGE = "vso.auditstreams_manage" < AUDITLOG;
    }
    "Build" {
        Usual BUILD = "vso.build" < HOOKS_WRITE;
        High  BUILD_EXECUTE = "vso.build_execute" < BUILD;
    }
    "Code" {
        Usual CODE = "vso.code" < HOOKS_WRITE;
        High  CODE_WRITE = "vso.code_write" < CODE;
        High  CODE_MANAGE = "vso.code_manage" < CODE_WRITE;
        High  CODE_FULL = "vso.code_full" < CODE_MANAGE;
        Usual CODE_STATUS = "vso.code_status";
    }
    "Connected server" {
        Usual CONNECTED_SERVER = "vso.connected_server";
    }
    "Entitlements" {
        Usual ENTITLEMENTS = "vso.entitlements";
        Usual MEMBERENTITLEMENTMANAGEMENT = "vso.memberentitlementmanagement";
        High  MEMBERENTITLEMENTMANAGEMENT_WRITE = "vso.memberentitlementmanagement_write" < MEMBERENTITLEMENTMANAGEMENT;
    }
    "Extensions" {
        Usual EXTENSION = "vso.extension" < PROFILE;
        High  EXTENSION_MANAGE = "vso.extension_manage" < EXTENSION;
        Usual EXTENSION_DATA = "vso.extension.data" < PROFILE;
        Usual EXTENSION_DATA_WRITE = "vso.extension.data_write" < EXTENSION_DATA;
    }
    "GitHub connections" {
        Usual GITHUBCONNECTIONS = "vso.githubconnections";
        High  GITHUBCONNECTIONS_MANAGE = "vso.githubconnections_manage" < GITHUBCONNECTIONS;
    }
    "Graph and identity" {
        Usual GRAPH = "vso.graph";
        High  GRAPH_MANAGE = "vso.graph_manage" < GRAPH;
        Usual IDENTITY = "vso.identity";
        High  IDENTITY_MANAGE = "vso.identity_manage" < IDENTITY;
    }
    "Machine group" {
        High  MACHINEGROUP_MANAGE = "vso.machinegroup_manage" < AGENTPOOLS_MANAGE;
    }
    "Marketplace" {
        Usual GALLERY = "vso.gallery" < PROFILE;
        Usual GALLERY_ACQUIRE = "vso.gallery_acquire" < GALLERY;
        High  GALLERY_PUBLISH = "vso.gallery_publish" < GALLERY;
        High  GALLERY_MANAGE = "vso.gallery_manage" < GALLERY_PUBLISH;
    }
    "Notifications" {
        Usual NOTIFICATION = "vso.notification" < PROFILE;
        Usual NOTIFICATION_WRITE = "vso.notification_write" < NOTIFICATION;
        Usual NOTIFICATION_MANAGE = "vso.notification_manage" < NOTIFICATION_WRITE;
        Usual NOTIFICATION_DIAGNOSTICS = "vso.notification_diagnostics" < NOTIFICATION;
    }
    "Packaging" {
        Usual PACKAGING = "vso.packaging" < PROFILE;
        High  PACKAGING_WRITE = "vso.packaging_write" < PACKAGING;
        High  PACKAGING_MANAGE = "vso.packaging_manage" < PACKAGING_WRITE;
    }
    "Pipeline resources" {
        High  PIPELINERESOURCES_USE = "vso.pipelineresources_use";
        High  PIPELINERESOURCES_MANAGE = "vso.pipelineresources_manage" < PIPELINERESOURCES_USE;
    }
    "Project and team" {
        Usual PROJECT = "vso.project";
        Usual PROJECT_WRITE = "vso.project_write" < PROJECT;
        High  PROJECT_MANAGE = "vso.project_manage" < PROJECT_WRITE;
    }
    "Release" {
        Usual RELEASE = "vso.release" < PROFILE;
        High  RELEASE_EXECUTE = "vso.release_execute" < RELEASE;
        High  RELEASE_MANAGE = "vso.release_manage" < RELEASE_EXECUTE;
    }
    "Secure files" {
        High  SECUREFILES_READ = "vso.securefiles_read";
        High  SECUREFILES_WRITE = "vso.securefiles_write" < SECUREFILES_READ;
        High  SECUREFILES_MANAGE = "vso.securefiles_manage" < SECUREFILES_WRITE;
    }
    "Security" {
        High  SECURITY_MANAGE = "vso.security_manage";
    }
    "Service connections" {
        Usual SERVICEENDPOINT = "vso.serviceendpoint" < PROFILE;
        Usual SERVICEENDPOINT_QUERY = "vso.serviceendpoint_query" < SERVICEENDPOINT;
        High  SERVICEENDPOINT_MANAGE = "vso.serviceendpoint_manage" < SERVICEENDPOINT_QUERY;
    }
    "Service hooks" {
        Usual HOOKS = "vso.hooks" < PROFILE;
        Usual HOOKS_WRITE = "vso.hooks_write" < HOOKS;
        Usual HOOKS_INTERACT = "vso.hooks_interact" < PROFILE;
    }
    "Settings" {
        Usual SETTINGS = "vso.settings";
        Usual SETTINGS_WRITE = "vso.settings_write" < SETTINGS;
    }
    "Symbols" {
        Usual SYMBOLS = "vso.symbols" < PROFILE;
        Usual SYMBOLS_WRITE = "vso.symbols_write" < SYMBOLS;
        Usual SYMBOLS_MANAGE = "vso.symbols_manage" < SYMBOLS_WRITE;
    }
    "Task groups" {
        Usual TASKGROUPS_READ = "vso.taskgroups_read";
        Usual TASKGROUPS_WRITE = "vso.taskgroups_write" < TASKGROUPS_READ;
        High  TASKGROUPS_MANAGE = "vso.taskgroups_manage" < TASKGROUPS_WRITE;
    }
    "Team dashboards" {
        Usual DASHBOARDS = "vso.dashboards";
        Usual DASHBOARDS_MANAGE = "vso.dashboards_manage" < DASHBOARDS;
    }
    "Test" {
        Usual TEST = "vso.test" < PROFILE;
        Usual TEST_WRITE = "vso.test_write" < TEST;
    }
    "Pull request threads" {
        Usual THREADS_FULL = "vso.threads_full";
    }
    "Tokens" {
        High  TOKENS = "vso.tokens";
        High  TOKENADMINISTRATION = "vso.tokenadministration";
    }
    "User profile" {
        Usual PROFILE = "vso.profile";
        Usual PROFILE_WRITE = "vso.profile_write" < PROFILE;
    }
    "Variable groups" {
        Usual VARIABLEGROUPS_READ = "vso.variablegroups_read";
        Usual VARIABLEGROUPS_WRITE = "vso.variablegroups_write" < VARIABLEGROUPS_READ;
        High  VARIABLEGROUPS_MANAGE = "vso.variablegroups_manage" < VARIABLEGROUPS_WRITE;
    }
    "Wiki" {
        Usual WIKI = "vso.wiki";
        Usual WIKI_WRITE = "vso.wiki_write" < WIKI;
    }
    "Work items" {
        Usual WORK = "vso.work" < HOOKS_WRITE;
        Usual WORK_WRITE = "vso.work_write" < WORK;
        Usual WORK_FULL = "vso.work_full" < WORK_WRITE;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_has_the_85_published_scopes_each_once() {
        let names: HashSet<_> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        assert_eq!((names.len(), Scope::ALL.len()), (85, 85));
        assert!(names.iter().all(|name| name.starts_with("vso.")));
    }

    #[test]
    fn what_a_scope_includes_is_in_the_table_and_never_itself() {
        for scope in Scope::ALL {
            for implied in scope.implied().take(85) {
                assert_eq!(Scope::parse(implied.as_str()), Some(implied), "{scope}");
                assert_ne!(implied, *scope);
            }
        }
    }

    #[test]
    fn inclusion_is_followed_to_its_end() {
        let names = |scope: Scope| scope.implied().map(Scope::as_str).collect::<Vec<_>>();
        assert_eq!(names(Scope::WORK), ["vso.hooks_write", "vso.hooks", "vso.profile"]);
        assert_eq!(
            names(Scope::CODE_FULL),
            ["vso.code_manage", "vso.code_write", "vso.code", "vso.hooks_write", "vso.hooks", "vso.profile"]
        );
        assert_eq!(names(Scope::PROJECT), [""; 0]);
        assert_eq!(names(Scope::EXTENSION_DATA_WRITE), ["vso.extension.data", "vso.profile"]);
    }

    #[test]
    fn names_are_read_as_the_wire_has_them() {
        for scope in Scope::ALL {
            assert_eq!(Scope::parse(scope.as_str()), Some(*scope));
        }
        for text in ["", "vso.Profile", " vso.profile", "vso.full_access", "user_impersonation"] {
            assert_eq!(Scope::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_misspelt_scope_finds_its_neighbour_and_a_foreign_one_finds_none() {
        assert_eq!(Scope::nearest("vso.profil"), Some(Scope::PROFILE));
        assert_eq!(Scope::nearest("VSO.Code_Write"), Some(Scope::CODE_WRITE));
        assert_eq!(Scope::nearest("vso.work_ful"), Some(Scope::WORK_FULL));
        for foreign in ["openid", "offline_access", "user_impersonation", "vso.full_access", ""] {
            assert_eq!(Scope::nearest(foreign), None, "{foreign}");
        }
    }
}
