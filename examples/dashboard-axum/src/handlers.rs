//! The pages' handlers: each reads one thing from Azure DevOps and shows it.

use axum::extract::State;
use axum::response::Response;
use dashboard::pages;

use crate::Dashboard;
use crate::visit::{Organisation, Page, Project, Visitor};

pub(crate) async fn home(page: Page) -> Response {
    page.show(pages::home)
}

pub(crate) async fn not_found(page: Page) -> Response {
    page.show(pages::not_found)
}

pub(crate) async fn organisations(State(dashboard): State<Dashboard>, Visitor { page, token }: Visitor) -> Response {
    let found = match dashboard.azure.profile(&token).await {
        Ok(profile) => dashboard.azure.organisations(&token, &profile.id).await,
        Err(error) => Err(error),
    };
    page.show_found(found, pages::organisations)
}

pub(crate) async fn projects(
    State(dashboard): State<Dashboard>,
    Organisation(organisation): Organisation,
    Visitor { page, token }: Visitor,
) -> Response {
    let found = dashboard.azure.projects(&token, &organisation).await;
    page.show_found(found, |view, found| pages::projects(view, &organisation, found))
}

pub(crate) async fn work_items(
    State(dashboard): State<Dashboard>,
    Project(organisation, project): Project,
    Visitor { page, token }: Visitor,
) -> Response {
    let found = dashboard.azure.work_items(&token, &organisation, &project).await;
    page.show_found(found, |view, found| pages::work_items(view, &organisation, &project, found))
}

pub(crate) async fn builds(
    State(dashboard): State<Dashboard>,
    Project(organisation, project): Project,
    Visitor { page, token }: Visitor,
) -> Response {
    let found = dashboard.azure.builds(&token, &organisation, &project).await;
    page.show_found(found, |view, found| pages::builds(view, &organisation, &project, found))
}

pub(crate) async fn repositories(
    State(dashboard): State<Dashboard>,
    Project(organisation, project): Project,
    Visitor { page, token }: Visitor,
) -> Response {
    let found = dashboard.azure.repositories(&token, &organisation, &project).await;
    page.show_found(found, |view, found| pages::repositories(view, &organisation, &project, found))
}
