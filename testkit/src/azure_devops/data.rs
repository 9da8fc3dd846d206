//! Who can sign in, and what they have there.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;

use super::identity::{self, Identity};
use crate::guid::guid_of;

/// Somebody with an account.
///
/// ```
/// use admit_testkit::azure_devops::{Organization, Person, Project};
///
/// let ada = Person::new("ada", "Ada Example")
///     .email("ada@example.com")
///     .organization(Organization::new("example").project(Project::new("Engine", "Cogs and cards")));
/// assert_eq!(ada.id.len(), 36);
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Person {
    /// The name by which tests call them.
    pub login: String,
    /// The profile id: a GUID that follows from the login.
    pub id: String,
    /// The name that is shown.
    pub display_name: String,
    /// The contact address, which Azure DevOps does not verify.
    pub email: Option<String>,
    /// The picture: a PNG, JPEG or GIF.
    pub avatar: Option<Bytes>,
    /// The organisations they belong to.
    pub organizations: Vec<Organization>,
    /// Who vouches for them. If it is not said: whoever does in the pretend Entra ID that is configured, where the same
    /// login is known; else the sample tenant Fabrikam.
    pub identity: Option<Identity>,
    /// What they type to sign in, if not what they type at the pretend Entra ID.
    pub user_name: Option<String>,
    /// Their descriptor, if it shall not follow from the profile id.
    pub subject_descriptor: Option<String>,
    /// Tenants beside the home tenant that they belong to.
    pub other_tenants: Vec<String>,
    /// Profile ids as tokens of certain tenants show them, by tenant.
    pub profile_ids: Vec<(String, String)>,
}

impl Person {
    /// Somebody without address, picture or organisation.
    pub fn new(login: impl Into<String>, display_name: impl Into<String>) -> Self {
        let login = login.into();
        Self {
            id: guid_of("person", &login),
            login,
            display_name: display_name.into(),
            email: None,
            avatar: None,
            organizations: Vec::new(),
            identity: None,
            user_name: None,
            subject_descriptor: None,
            other_tenants: Vec::new(),
            profile_ids: Vec::new(),
        }
    }

    /// Sets the profile id, for tests about ids.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = id.into();
        self
    }

    /// Gives them an address.
    #[must_use]
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// Gives them a picture.
    #[must_use]
    pub fn avatar(mut self, image: impl Into<Bytes>) -> Self {
        self.avatar = Some(image.into());
        self
    }

    /// Makes them a member.
    #[must_use]
    pub fn organization(mut self, organization: Organization) -> Self {
        self.organizations.push(organization);
        self
    }

    /// Makes them a member of a tenant, with that object id there.
    #[must_use]
    pub fn member_of(mut self, tenant: impl Into<String>, object_id: impl Into<String>) -> Self {
        self.identity = Some(Identity::EntraId { tenant: tenant.into(), object_id: object_id.into() });
        self
    }

    /// Gives them a personal account, which no tenant vouches for.
    #[must_use]
    pub fn personal(mut self) -> Self {
        self.identity = Some(Identity::Personal { puid: identity::puid(&self.login) });
        self
    }

    /// Sets what they type to sign in, which is given to others when they leave.
    #[must_use]
    pub fn user_name(mut self, name: impl Into<String>) -> Self {
        self.user_name = Some(name.into());
        self
    }

    /// Sets their descriptor, for tests about it.
    #[must_use]
    pub fn subject_descriptor(mut self, descriptor: impl Into<String>) -> Self {
        self.subject_descriptor = Some(descriptor.into());
        self
    }

    /// Makes them belong to a further tenant.
    #[must_use]
    pub fn also_in(mut self, tenant: impl Into<String>) -> Self {
        self.other_tenants.push(tenant.into());
        self
    }

    /// A token of that tenant shows another profile id: profiles belong to tenants, and somebody may have several.
    #[must_use]
    pub fn profile_id_in(mut self, tenant: impl Into<String>, id: impl Into<String>) -> Self {
        self.profile_ids.push((tenant.into(), id.into()));
        self
    }

    /// What a token of Entra ID shows of them: the profile of its tenant, the organisations there, and those that belong
    /// to none.
    pub(super) fn seen_from(&self, tenant: &str) -> Cow<'_, Self> {
        let is_there =
            |organization: &Organization| organization.tenant.as_ref().is_none_or(|of| of.eq_ignore_ascii_case(tenant));
        let profile = self.profile_ids.iter().find(|(of, _)| of.eq_ignore_ascii_case(tenant));
        if profile.is_none() && self.organizations.iter().all(is_there) {
            return Cow::Borrowed(self);
        }
        let mut seen = self.clone();
        if let Some((_, id)) = profile {
            seen.id.clone_from(id);
        }
        seen.organizations.retain(is_there);
        Cow::Owned(seen)
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("login", &self.login).field("id", &self.id).finish_non_exhaustive()
    }
}

/// An organisation, which holds projects.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Organization {
    /// Its GUID.
    pub id: String,
    /// Its name, which is part of its address.
    pub name: String,
    /// The tenant of Entra ID that it is connected to. What an Entra token shows is of the token's tenant only.
    pub tenant: Option<String>,
    /// Its projects.
    pub projects: Vec<Project>,
}

impl Organization {
    /// One without projects.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { id: guid_of("organization", &name), name, tenant: None, projects: Vec::new() }
    }

    /// Connects it to a tenant of Entra ID.
    #[must_use]
    pub fn tenant(mut self, id: impl Into<String>) -> Self {
        self.tenant = Some(id.into());
        self
    }

    /// Adds a project.
    #[must_use]
    pub fn project(mut self, project: Project) -> Self {
        self.projects.push(project);
        self
    }
}

/// A project: work items, builds and repositories.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Project {
    /// Its GUID.
    pub id: String,
    /// Its name, which is part of its address.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// What is to be done.
    pub work_items: Vec<WorkItem>,
    /// What was built, newest first.
    pub builds: Vec<Build>,
    /// Where the code lies.
    pub repositories: Vec<Repository>,
}

impl Project {
    /// An empty one.
    pub fn new(name: impl Into<String>, description: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            id: guid_of("project", &name),
            name,
            description: description.into(),
            work_items: Vec::new(),
            builds: Vec::new(),
            repositories: Vec::new(),
        }
    }

    /// Adds work items.
    #[must_use]
    pub fn work_items(mut self, items: impl IntoIterator<Item = WorkItem>) -> Self {
        self.work_items.extend(items);
        self
    }

    /// Adds builds.
    #[must_use]
    pub fn builds(mut self, builds: impl IntoIterator<Item = Build>) -> Self {
        self.builds.extend(builds);
        self
    }

    /// Adds repositories, by their names.
    #[must_use]
    pub fn repositories<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.repositories.extend(names.into_iter().map(Repository::new));
        self
    }
}

/// Something to be done.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WorkItem {
    /// Its number, unique in the organisation.
    pub id: u32,
    /// `Bug`, `Task`, `User Story`, …
    pub kind: String,
    /// What it says.
    pub title: String,
    /// `New`, `Active`, `Resolved` or `Closed`.
    pub state: String,
    /// The display name of whoever has it.
    pub assigned_to: Option<String>,
    /// When it was last changed, in minutes before the server was built.
    pub changed_minutes_ago: u32,
}

impl WorkItem {
    /// One that nobody has taken. It was changed some hours ago; how many follows from its number.
    pub fn new(id: u32, kind: &str, state: &str, title: &str) -> Self {
        Self {
            id,
            kind: kind.to_owned(),
            title: title.to_owned(),
            state: state.to_owned(),
            assigned_to: None,
            changed_minutes_ago: (id % 11 + 1) * 173,
        }
    }

    /// When it was last changed, in minutes before the server was built.
    #[must_use]
    pub fn changed(mut self, minutes_ago: u32) -> Self {
        self.changed_minutes_ago = minutes_ago;
        self
    }

    /// Gives it to somebody, by display name.
    #[must_use]
    pub fn assigned_to(mut self, display_name: &str) -> Self {
        self.assigned_to = Some(display_name.to_owned());
        self
    }
}

/// One run of a pipeline.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Build {
    /// Its number.
    pub id: u32,
    /// The pipeline's name.
    pub pipeline: String,
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// How it went.
    pub outcome: BuildOutcome,
    /// The display name of whoever asked for it.
    pub requested_for: String,
    /// How long before the server's start it began.
    pub minutes_ago: u32,
}

impl Build {
    /// A build of `main`.
    pub fn new(id: u32, pipeline: &str, outcome: BuildOutcome, requested_for: &str, minutes_ago: u32) -> Self {
        Self {
            id,
            pipeline: pipeline.to_owned(),
            branch: "main".to_owned(),
            outcome,
            requested_for: requested_for.to_owned(),
            minutes_ago,
        }
    }

    /// Of another branch.
    #[must_use]
    pub fn branch(mut self, branch: &str) -> Self {
        branch.clone_into(&mut self.branch);
        self
    }
}

/// How a build went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildOutcome {
    /// It failed.
    Failed,
    /// It runs.
    InProgress,
    /// It worked.
    Succeeded,
}

/// A Git repository.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Repository {
    /// Its GUID.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl Repository {
    /// A repository whose default branch is `main`.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { id: guid_of("repository", &name), name }
    }
}
