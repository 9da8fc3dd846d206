//! The slice of the REST API: profile, identity, organisations, projects, work items, builds, repositories.

mod identity;
mod profile;
mod project;
mod work;

use std::borrow::Cow;

use admit::http::{HttpRequest, HttpResponse};
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::data::{Organization, Person, Project};
use super::identity::Known;
use super::{PretendAzureDevOps, answer, pages, scopes};
use crate::PretendEntra;
use crate::entra::Resource;
use crate::form::pairs;
use crate::guid::guid_of;

impl PretendAzureDevOps {
    pub(super) fn rest(&self, request: &HttpRequest, denied_by_policy: bool) -> HttpResponse {
        let Some(caller) = self.caller(request) else {
            return unauthorized(request, ANONYMOUS);
        };
        if denied_by_policy {
            return unauthorized(request, &caller.person.id);
        }
        let call = match Call::read(request, &caller.person) {
            Ok(call) => call,
            Err(nothing) => return nothing.answer(request, &caller.person),
        };
        let needed = call.scope(&self.config.identity_scope);
        if let Some(needed) = needed.filter(|needed| !scopes::allow(&caller.scopes, needed)) {
            return answer::exception(
                StatusCode::FORBIDDEN,
                "UnauthorizedRequestException",
                &format!(
                    "TF400813: The user '{}' is not authorized to access this resource: the token lacks the scope {}.",
                    caller.person.id, needed
                ),
                3000,
            );
        }
        self.answer(&call, request, &caller)
    }

    fn caller(&self, request: &HttpRequest) -> Option<Caller<'_>> {
        let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, token) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        if let Some(caller) = self.config.entra.as_ref().and_then(|entra| self.of_entra(entra, token)) {
            return Some(caller);
        }
        let consent = self.state().grants.bearer(token, self.now())?.clone();
        let person = Cow::Borrowed(self.config.person(&consent.login)?);
        Some(Caller { person, scopes: consent.scopes, tenant: None })
    }

    /// Whoever has that token of Entra ID. One that is for another resource is no token here.
    fn of_entra(&self, entra: &PretendEntra, token: &str) -> Option<Caller<'_>> {
        let bearer = entra.bearer(token).filter(|bearer| bearer.resource == Resource::AzureDevOps)?;
        let account = entra.person(&bearer.login)?;
        let person = match self.config.person(&bearer.login) {
            Some(person) => person.seen_from(&bearer.tenant),
            None => {
                let stranger = Person::new(&bearer.login, &account.name);
                Cow::Owned(account.email.iter().fold(stranger, |stranger, email| stranger.email(email)))
            }
        };
        Some(Caller { person, scopes: bearer.scopes, tenant: Some(bearer.tenant) })
    }

    fn answer(&self, call: &Call<'_>, request: &HttpRequest, caller: &Caller<'_>) -> HttpResponse {
        let (person, base) = (&*caller.person, base_url(request));
        let started = self.config.started;
        match *call {
            Call::Profile => answer::json(StatusCode::OK, &profile::profile(person, request, started)),
            Call::ConnectionData => {
                let known = Known::of(person, self.config.entra.as_ref(), caller.tenant.as_deref());
                answer::json(StatusCode::OK, &identity::connection_data(person, &known))
            }
            Call::IdentitySelf => {
                let home = self.config.person(&person.login).unwrap_or(person);
                let known = Known::of(home, self.config.entra.as_ref(), None);
                answer::json(StatusCode::OK, &identity::identity_self(home, &known))
            }
            Call::Accounts => profile::accounts(person, request),
            Call::Projects(org) => list(org.projects.iter().map(|it| project::project(it, org, &base))),
            Call::Wiql(org, project) => work::query(request, org, project, person, &base, self.now()),
            Call::WorkItems(org) => work::work_items(request, org, &base, started),
            Call::Builds(org, within) => {
                let builds = within.builds.iter().take(top(request));
                list(builds.map(|it| project::build(it, within, org, &base, started)))
            }
            Call::Repositories(org, within) => {
                list(within.repositories.iter().map(|it| project::repository(it, within, org, &base)))
            }
        }
    }
}

struct Caller<'a> {
    person: Cow<'a, Person>,
    scopes: Vec<String>,
    /// The token's tenant, if it is one of Entra ID.
    tenant: Option<String>,
}

/// What is asked for, its organisation and project found.
enum Call<'a> {
    Profile,
    ConnectionData,
    IdentitySelf,
    Accounts,
    Projects(&'a Organization),
    Wiql(&'a Organization, &'a Project),
    WorkItems(&'a Organization),
    Builds(&'a Organization, &'a Project),
    Repositories(&'a Organization, &'a Project),
}

impl<'a> Call<'a> {
    fn read(request: &HttpRequest, person: &'a Person) -> Result<Self, Nothing> {
        let segments: Vec<String> = request.uri().path().split('/').skip(1).map(decode).collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let organization = |name: &str| {
            let found = person.organizations.iter().find(|known| known.name.eq_ignore_ascii_case(name));
            found.ok_or(Nothing::Organization)
        };
        let project = |org: &str, name: &str| {
            let organization = organization(org)?;
            let same = |known: &&Project| known.name.eq_ignore_ascii_case(name) || known.id == name;
            let project = organization.projects.iter().find(same);
            Ok((organization, project.ok_or_else(|| Nothing::Project(name.to_owned()))?))
        };
        let (call, method) = match *segments.as_slice() {
            ["_apis", "profile", "profiles", "me"] => (Self::Profile, Method::GET),
            ["_apis", name] if name.eq_ignore_ascii_case("connectionData") => (Self::ConnectionData, Method::GET),
            ["_apis", "identities", "me"] => (Self::IdentitySelf, Method::GET),
            ["_apis", "accounts"] => (Self::Accounts, Method::GET),
            [org, "_apis", name] if name.eq_ignore_ascii_case("connectionData") => {
                (organization(org).map(|_| Self::ConnectionData)?, Method::GET)
            }
            [org, "_apis", "projects"] => (Self::Projects(organization(org)?), Method::GET),
            [org, "_apis", "wit", "workitems"] => (Self::WorkItems(organization(org)?), Method::GET),
            [org, name, "_apis", "wit", "wiql"] => {
                project(org, name).map(|(org, project)| (Self::Wiql(org, project), Method::POST))?
            }
            [org, name, "_apis", "build", "builds"] => {
                project(org, name).map(|(org, project)| (Self::Builds(org, project), Method::GET))?
            }
            [org, name, "_apis", "git", "repositories"] => {
                project(org, name).map(|(org, project)| (Self::Repositories(org, project), Method::GET))?
            }
            _ => return Err(Nothing::Here),
        };
        if request.method() == method { Ok(call) } else { Err(Nothing::ForThisMethod) }
    }

    fn scope<'s>(&self, of_identity: &'s str) -> Option<&'s str> {
        Some(match self {
            Self::ConnectionData => return None,
            Self::IdentitySelf => of_identity,
            Self::Profile | Self::Accounts => "vso.profile",
            Self::Projects(_) => "vso.project",
            Self::Wiql(..) | Self::WorkItems(_) => "vso.work",
            Self::Builds(..) => "vso.build",
            Self::Repositories(..) => "vso.code",
        })
    }
}

/// Why there is nothing to answer with.
enum Nothing {
    ForThisMethod,
    Here,
    Organization,
    Project(String),
}

impl Nothing {
    fn answer(self, request: &HttpRequest, person: &Person) -> HttpResponse {
        match self {
            Self::ForThisMethod => answer::empty(StatusCode::METHOD_NOT_ALLOWED),
            Self::Here => answer::empty(StatusCode::NOT_FOUND),
            // Whether an organisation exists is not told to those who are not in it.
            Self::Organization => unauthorized(request, &person.id),
            Self::Project(name) => {
                let why = format!("TF200016: The following project does not exist: {name}.");
                answer::exception(StatusCode::NOT_FOUND, "ProjectDoesNotExistWithNameException", &why, 3000)
            }
        }
    }
}

/// A token that is not taken, and an organisation that does not take the application, look alike: a sign-in page with
/// status 203, or 401 for those who ask not to be shown one.
fn unauthorized(request: &HttpRequest, user: &str) -> HttpResponse {
    let suppress = request.headers().get("X-TFS-FedAuthRedirect").is_some_and(|value| value == "Suppress");
    if !suppress {
        return answer::html(StatusCode::NON_AUTHORITATIVE_INFORMATION, pages::sign_in_again());
    }
    let why = format!("TF400813: The user '{user}' is not authorized to access this resource.");
    let mut response = answer::exception(StatusCode::UNAUTHORIZED, "UnauthorizedRequestException", &why, 3000);
    answer::set(&mut response, WWW_AUTHENTICATE, "Bearer");
    response
}

fn identity(display_name: &str) -> Value {
    json!({ "displayName": display_name, "id": guid_of("identity", display_name) })
}

fn list(values: impl Iterator<Item = Value>) -> HttpResponse {
    let values: Vec<_> = values.collect();
    answer::json(StatusCode::OK, &json!({ "count": values.len(), "value": values }))
}

/// A query parameter; Azure DevOps reads their names without regard to case.
fn parameter(request: &HttpRequest, name: &str) -> Option<String> {
    let pairs = pairs(request.uri().query().unwrap_or_default().as_bytes());
    pairs.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// How many are wanted at most.
fn top(request: &HttpRequest) -> usize {
    parameter(request, "$top").and_then(|most| most.parse().ok()).unwrap_or(usize::MAX)
}

fn base_url(request: &HttpRequest) -> String {
    let uri = request.uri();
    match (uri.scheme_str(), uri.authority()) {
        (Some(scheme), Some(authority)) => format!("{scheme}://{authority}"),
        _ => {
            let host = request.headers().get(http::header::HOST).and_then(|host| host.to_str().ok());
            format!("http://{}", host.unwrap_or("localhost"))
        }
    }
}

/// A path segment, decoded. `+` is a plus sign there.
fn decode(segment: &str) -> String {
    let segment = segment.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(segment.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

/// Whom the real messages name when nobody was recognised.
const ANONYMOUS: &str = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";
