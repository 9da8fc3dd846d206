//! One request for a page: who asks, what Azure DevOps shows them, and the page it makes.
//!
//! The web framework has found the page by its pattern, and its guard has made sure of a session. From here on it is the same for every framework.

use std::sync::Arc;

use admit::{AccessTokenError, Current, Secret, Timestamp};
use bytes::Bytes;
use http::Response;
use percent_encoding::percent_decode_str;

use crate::azure::Name;
use crate::pages::{Accounts, Connected, SignedIn};
use crate::site::TOKENS;
use crate::{AzureDevOps, AzureError, Site, View, pages};

/// The dashboard's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// What this is, and the way in.
    Home,
    /// The person's accounts, and where they are signed in.
    Accounts,
    /// The person's organisations.
    Organisations,
    /// An organisation's projects.
    Projects,
    /// A project's work items.
    WorkItems,
    /// A project's builds.
    Builds,
    /// A project's repositories.
    Repositories,
    /// For every address that leads nowhere.
    NotFound,
}

/// A request for one of the pages.
#[derive(Clone, Debug)]
pub struct Visit {
    current: Current,
    target: String,
    azure: Arc<AzureDevOps>,
    /// By id and name.
    providers: Arc<[(String, String)]>,
    pretend: bool,
    now: Timestamp,
}

impl Visit {
    /// Somebody asks for the address with that path and query.
    pub fn new(site: &Site, current: Current, target: impl Into<String>) -> Self {
        let (azure, providers) = (Arc::clone(&site.azure), Arc::clone(&site.providers));
        let (pretend, now) = (site.pretend.is_some(), site.clock.now());
        Self { current, target: target.into(), azure, providers, pretend, now }
    }

    /// The page, or what stands in its place: the way to sign in, or why there is nothing to show.
    pub async fn show(self, page: Page) -> Response<Bytes> {
        self.shown(page).await.unwrap_or_else(|instead| *instead)
    }

    async fn shown(&self, page: Page) -> Result<Response<Bytes>, Instead> {
        let frame = self.frame().await?;
        let azure = &self.azure;
        Ok(match page {
            Page::Home => pages::home(frame.view()),
            Page::NotFound => pages::not_found(frame.view()),
            Page::Accounts => pages::accounts(frame.view(), &self.accounts().await?),
            Page::Organisations => {
                let token = self.token(&frame).await?;
                let found = match azure.profile(&token).await {
                    Ok(profile) => azure.organisations(&token, &profile.id).await,
                    Err(error) => Err(error),
                };
                frame.around(found, pages::organisations)
            }
            Page::Projects => {
                let organisation = self.organisation(&frame)?;
                let found = azure.projects(&self.token(&frame).await?, &organisation).await;
                frame.around(found, |view, found| pages::projects(view, &organisation, found))
            }
            Page::WorkItems => {
                let (organisation, project) = self.project(&frame)?;
                let found = azure.work_items(&self.token(&frame).await?, &organisation, &project).await;
                frame.around(found, |view, found| pages::work_items(view, &organisation, &project, found))
            }
            Page::Builds => {
                let (organisation, project) = self.project(&frame)?;
                let found = azure.builds(&self.token(&frame).await?, &organisation, &project).await;
                frame.around(found, |view, found| pages::builds(view, &organisation, &project, found))
            }
            Page::Repositories => {
                let (organisation, project) = self.project(&frame)?;
                let found = azure.repositories(&self.token(&frame).await?, &organisation, &project).await;
                frame.around(found, |view, found| pages::repositories(view, &organisation, &project, found))
            }
        })
    }

    async fn frame(&self) -> Result<Frame<'_>, Instead> {
        let session = self.current.session().await.map_err(|error| self.current.unavailable(&error))?;
        let user_name = session.map(|session| session.user.display_name().to_owned());
        Ok(Frame { user_name, target: &self.target, pretend: self.pretend, now: self.now })
    }

    /// The person's accounts, each with what came of asking for an access token, and their sessions.
    async fn accounts(&self) -> Result<Accounts, Instead> {
        let unavailable = |error| self.current.unavailable(&error);
        let accounts = self.current.accounts().await.map_err(unavailable)?;
        let mut connected = Vec::with_capacity(accounts.len());
        for account in &accounts {
            let token = self.current.access_token(&account.provider).await.map(drop);
            let name = self.providers.iter().find(|(id, _)| *id == account.provider).map(|(_, name)| name);
            let name = name.unwrap_or(&account.provider).clone();
            let (provider, authorizations_page) = (account.provider.clone(), account.authorizations_page.clone());
            connected.push(Connected { provider, name, token, authorizations_page });
        }
        let is_new = |(id, _): &&(String, String)| accounts.iter().all(|account| account.provider != *id);
        let sessions = self.current.sessions().await.map_err(unavailable)?.into_iter().map(|session| SignedIn {
            device: session.origin.shown_device().map(str::to_owned),
            id: session.id,
            is_current: session.is_current,
            since: session.created_at,
            used: session.last_used_at,
        });
        Ok(Accounts {
            csrf_token: self.current.csrf_token().to_owned(),
            offers: self.providers.iter().filter(is_new).cloned().collect(),
            connected,
            sessions: sessions.collect(),
        })
    }

    /// An access token for Azure DevOps that is good for the next minutes: of whichever provider the person came by.
    async fn token(&self, frame: &Frame<'_>) -> Result<Secret, Instead> {
        let accounts = self.current.accounts().await.map_err(|error| self.current.unavailable(&error))?;
        let account = accounts.iter().find(|account| TOKENS.contains(&account.provider.as_str()));
        let account = account.ok_or_else(|| Box::new(pages::no_access(frame.view())))?;
        let token = self.current.access_token(&account.provider).await;
        token.map_err(|error| match error {
            AccessTokenError::Unavailable { retry_after, .. } => {
                let retry_after = Some(retry_after);
                let error = AzureError::Unavailable { call: "token", status: None, retry_after, source: None };
                Box::new(pages::problem(frame.view(), &error))
            }
            error => Box::new(self.current.without_token(&error)),
        })
    }

    /// The organisation that the address names.
    fn organisation(&self, frame: &Frame<'_>) -> Result<Name, Instead> {
        self.name(ORGANISATION).ok_or_else(|| Box::new(pages::not_found(frame.view())))
    }

    /// The organisation and the project that the address names.
    fn project(&self, frame: &Frame<'_>) -> Result<(Name, Name), Instead> {
        let names = self.name(ORGANISATION).zip(self.name(PROJECT));
        names.ok_or_else(|| Box::new(pages::not_found(frame.view())))
    }

    fn name(&self, segment: usize) -> Option<Name> {
        let path = self.target.split('?').next()?;
        percent_decode_str(path.split('/').nth(segment)?).decode_utf8().ok()?.parse().ok()
    }
}

/// What is answered in a page's place.
type Instead = Box<Response<Bytes>>;

/// What is around every page.
struct Frame<'a> {
    user_name: Option<String>,
    target: &'a str,
    pretend: bool,
    now: Timestamp,
}

impl Frame<'_> {
    fn view(&self) -> View<'_> {
        View { user_name: self.user_name.as_deref(), path: self.target, pretend: self.pretend, now: self.now }
    }

    /// The page of what was found, or the one that says why nothing was.
    fn around<T>(
        &self,
        found: Result<T, AzureError>,
        page: impl FnOnce(View<'_>, &T) -> Response<Bytes>,
    ) -> Response<Bytes> {
        match found {
            Ok(found) => page(self.view(), &found),
            Err(error) => pages::problem(self.view(), &error),
        }
    }
}

/// Where the names stand in the patterns: `/org/{org}/project/{project}/…`.
const ORGANISATION: usize = 2;
const PROJECT: usize = 4;
