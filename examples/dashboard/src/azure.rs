//! The five things the dashboard reads from Azure DevOps, each one method.
//!
//! 1. Every call takes the access token that admit has just made sure is fresh; nothing is kept here.
//! 2. Only status 200 with JSON is an answer; `answer.rs` knows what everything else means.
//! 3. When an organisation does not take the token, the profile is asked before anybody is told to sign in again:
//!    an organisation that refuses the app answers exactly as an expired token would.

mod address;
mod answer;
mod error;
mod model;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use admit::{Clock, HttpClient, HttpRequest, HttpResponse, Secret};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use serde::de::DeserializeOwned;

pub(crate) use address::encode;
pub use address::{Bases, InvalidName, Name};
pub use error::AzureError;
pub use model::{Build, Listing, Organisation, Profile, Project, Repository, WorkItem};

use address::{Address, Host};
use answer::Answer;
use model::{Entries, WorkItemReferences};

/// Azure DevOps' REST interface, as far as the dashboard needs it.
#[derive(Clone, Debug)]
pub struct AzureDevOps {
    http: Arc<dyn HttpClient>,
    clock: Arc<dyn Clock>,
    bases: Bases,
}

impl AzureDevOps {
    /// The real one, unless [`bases`](Self::bases) says otherwise.
    pub fn new(http: Arc<dyn HttpClient>, clock: Arc<dyn Clock>) -> Self {
        Self { http, clock, bases: Bases::default() }
    }

    /// Asks other hosts, such as a pretend Azure DevOps on this machine.
    #[must_use]
    pub fn bases(mut self, bases: Bases) -> Self {
        self.bases = bases;
        self
    }

    /// Who the token belongs to. Needs `vso.profile`.
    ///
    /// # Errors
    /// When the token is not accepted or Azure DevOps does not answer.
    pub async fn profile(&self, token: &Secret) -> Result<Profile, AzureError> {
        self.read(PROFILE, self.profile_address(), token).await.map(|(profile, _)| profile)
    }

    /// The organisations that a person belongs to, by the id from [`profile`](Self::profile). None is an answer, too.
    ///
    /// # Errors
    /// When the token is not accepted or Azure DevOps does not answer.
    pub async fn organisations(&self, token: &Secret, profile_id: &str) -> Result<Listing<Organisation>, AzureError> {
        // Without a member Azure DevOps answers with an AccountException, so the question is not asked.
        if profile_id.is_empty() {
            return Err(AzureError::unexpected(ORGANISATIONS, None, "the profile has no id"));
        }
        let address = Address::new(Host::Account)
            .literal("/_apis/accounts")
            .query("memberId", profile_id)
            .query("api-version", ACCOUNT_VERSION);
        self.list(ORGANISATIONS, address, token).await
    }

    /// The projects of an organisation. Needs `vso.project`.
    ///
    /// # Errors
    /// When the token is not accepted, the organisation refuses, or Azure DevOps does not answer.
    pub async fn projects(&self, token: &Secret, organisation: &Name) -> Result<Listing<Project>, AzureError> {
        let address = Address::new(Host::Organisation)
            .segment(organisation)
            .literal("/_apis/projects")
            .query("$top", &LONGEST_LIST.to_string())
            .query("api-version", VERSION);
        self.of_organisation(token, self.list(PROJECTS, address, token).await).await
    }

    /// The work items of a project that changed last, at most 200. Needs `vso.work`.
    ///
    /// # Errors
    /// When the token is not accepted, the organisation refuses, or Azure DevOps does not answer.
    pub async fn work_items(
        &self,
        token: &Secret,
        organisation: &Name,
        project: &Name,
    ) -> Result<Listing<WorkItem>, AzureError> {
        self.of_organisation(token, self.latest_work_items(token, organisation, project).await).await
    }

    /// The builds of a project that were queued last, at most 50. Needs `vso.build`.
    ///
    /// # Errors
    /// When the token is not accepted, the organisation refuses, or Azure DevOps does not answer.
    pub async fn builds(
        &self,
        token: &Secret,
        organisation: &Name,
        project: &Name,
    ) -> Result<Listing<Build>, AzureError> {
        let address = Address::new(Host::Organisation)
            .segment(organisation)
            .segment(project)
            .literal("/_apis/build/builds")
            .query("$top", "50")
            .query("queryOrder", "queueTimeDescending")
            .query("api-version", VERSION);
        self.of_organisation(token, self.list(BUILDS, address, token).await).await
    }

    /// The Git repositories of a project. Needs `vso.code`.
    ///
    /// # Errors
    /// When the token is not accepted, the organisation refuses, or Azure DevOps does not answer.
    pub async fn repositories(
        &self,
        token: &Secret,
        organisation: &Name,
        project: &Name,
    ) -> Result<Listing<Repository>, AzureError> {
        let address = Address::new(Host::Organisation)
            .segment(organisation)
            .segment(project)
            .literal("/_apis/git/repositories")
            .query("api-version", VERSION);
        self.of_organisation(token, self.list(REPOSITORIES, address, token).await).await
    }

    /// Two calls: the query language gives ids only, and the fields are read by id.
    async fn latest_work_items(
        &self,
        token: &Secret,
        organisation: &Name,
        project: &Name,
    ) -> Result<Listing<WorkItem>, AzureError> {
        let question = Address::new(Host::Organisation)
            .segment(organisation)
            .segment(project)
            .literal("/_apis/wit/wiql")
            // One more than is shown, to learn whether there are more.
            .query("$top", &(LONGEST_LIST + 1).to_string())
            .query("api-version", VERSION);
        let body = serde_json::json!({ "query": LATEST_WORK_ITEMS }).to_string();
        let request = self.request(WORK_ITEMS, Method::POST, &question, token, Bytes::from(body))?;
        let (found, _): (WorkItemReferences, _) = self.send(WORK_ITEMS, request).await?;

        let is_complete = found.work_items.len() <= LONGEST_LIST;
        let ids: Vec<u64> = found.work_items.iter().take(LONGEST_LIST).map(|item| item.id).collect();
        if ids.is_empty() {
            return Ok(Listing { items: Vec::new(), is_complete });
        }
        let joined = ids.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        let fields = Address::new(Host::Organisation)
            .segment(organisation)
            .literal("/_apis/wit/workitems")
            .query("ids", &joined)
            .query("fields", WORK_ITEM_FIELDS)
            // One that was deleted in between comes back as null, instead of failing all the others.
            .query("errorPolicy", "omit")
            .query("api-version", VERSION);
        let (answer, _): (Entries<WorkItem>, _) = self.read(WORK_ITEMS, fields, token).await?;
        let mut by_id: HashMap<u64, WorkItem> =
            answer.value.into_iter().flatten().map(|item| (item.id, item)).collect();
        Ok(Listing { items: ids.iter().filter_map(|id| by_id.remove(id)).collect(), is_complete })
    }

    /// Tells an organisation that refuses this app, or this person, from a token that is dead.
    async fn of_organisation<T>(&self, token: &Secret, outcome: Result<T, AzureError>) -> Result<T, AzureError> {
        let Err(AzureError::Expired { call, status }) = outcome else {
            return outcome;
        };
        let refuses = AzureError::OrganisationRefuses { call, status };
        match self.profile(token).await {
            Ok(_) => Err(refuses),
            // The token was understood and found too narrow: it is alive.
            Err(AzureError::MissingScope { .. } | AzureError::NotAllowed { .. }) => Err(refuses),
            Err(AzureError::Expired { .. }) => Err(AzureError::Expired { call, status }),
            // It cannot be told now, and signing in again would not help.
            Err(other) => Err(other),
        }
    }

    async fn list<T: DeserializeOwned>(
        &self,
        call: &'static str,
        address: Address,
        token: &Secret,
    ) -> Result<Listing<T>, AzureError> {
        let (entries, headers): (Entries<T>, _) = self.read(call, address, token).await?;
        let items = entries.value.into_iter().flatten().collect();
        Ok(Listing { items, is_complete: !headers.contains_key(CONTINUATION) })
    }

    async fn read<T: DeserializeOwned>(
        &self,
        call: &'static str,
        address: Address,
        token: &Secret,
    ) -> Result<(T, HeaderMap), AzureError> {
        let request = self.request(call, Method::GET, &address, token, Bytes::new())?;
        self.send(call, request).await
    }

    async fn send<T: DeserializeOwned>(
        &self,
        call: &'static str,
        request: HttpRequest,
    ) -> Result<(T, HeaderMap), AzureError> {
        let response: HttpResponse =
            self.http.send(request).await.map_err(|source| AzureError::no_answer(call, source))?;
        let answer = Answer { call, response: &response, now: self.clock.now() };
        let value = answer.read()?;
        Ok((value, response.into_parts().0.headers))
    }

    fn request(
        &self,
        call: &'static str,
        method: Method,
        address: &Address,
        token: &Secret,
        body: Bytes,
    ) -> Result<HttpRequest, AzureError> {
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose()))
            .map_err(|_| AzureError::unexpected(call, None, "the access token does not fit a header"))?;
        bearer.set_sensitive(true);
        let mut request = http::Request::builder()
            .method(method)
            .uri(address.at(&self.bases))
            .header(header::ACCEPT, ACCEPT)
            .header(header::AUTHORIZATION, bearer)
            // Turns the sign-in page that a bad token gets into an honest 401, on most routes.
            .header("x-tfs-fedauthredirect", "Suppress");
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        request.body(body).map_err(|_| AzureError::unexpected(call, None, "the address is none"))
    }

    fn profile_address(&self) -> Address {
        Address::new(Host::Account).literal("/_apis/profile/profiles/me").query("api-version", PROFILE_VERSION)
    }
}

const PROFILE: &str = "profile";
const ORGANISATIONS: &str = "organisations";
const PROJECTS: &str = "projects";
const WORK_ITEMS: &str = "work items";
const BUILDS: &str = "builds";
const REPOSITORIES: &str = "repositories";

const ACCEPT: &str = "application/json;api-version=7.1";
const VERSION: &str = "7.1";
/// Profile and accounts never left preview: a bare 7.1 may be answered with a demand for the `-preview` flag.
const PROFILE_VERSION: &str = "7.1-preview.3";
const ACCOUNT_VERSION: &str = "7.1-preview.1";
/// Present when Azure DevOps has more than it sent.
const CONTINUATION: &str = "x-ms-continuationtoken";
/// What the work items call takes at once.
const LONGEST_LIST: usize = 200;
const LATEST_WORK_ITEMS: &str =
    "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project ORDER BY [System.ChangedDate] DESC";
const WORK_ITEM_FIELDS: &str = "System.WorkItemType,System.Title,System.State,System.AssignedTo,System.ChangedDate";
