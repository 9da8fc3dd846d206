//! The three parts of a project, side by side.

use maud::{Markup, html};

use super::paths;
use crate::azure::Name;

/// Which part of a project is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    WorkItems,
    Builds,
    Repositories,
}

impl Tab {
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::WorkItems => "Work items",
            Self::Builds => "Builds",
            Self::Repositories => "Repositories",
        }
    }

    const fn pattern(self) -> &'static str {
        match self {
            Self::WorkItems => paths::routes::WORK_ITEMS,
            Self::Builds => paths::routes::BUILDS,
            Self::Repositories => paths::routes::REPOSITORIES,
        }
    }

    pub(super) fn address(self, organisation: &Name, project: &Name) -> String {
        paths::project(self.pattern(), organisation, project)
    }

    /// The way from one part to the others.
    pub(super) fn bar(self, organisation: &Name, project: &Name) -> Markup {
        html! {
            nav.tabs aria-label="Parts of the project" {
                ul {
                    @for tab in [Self::WorkItems, Self::Builds, Self::Repositories] {
                        li {
                            a href=(tab.address(organisation, project)) aria-current=[(tab == self).then_some("page")] {
                                (tab.title())
                            }
                        }
                    }
                }
            }
        }
    }

    /// The way from the top to here.
    pub(super) fn crumbs<'a>(organisation: &'a Name, project: &'a Name) -> [(&'a str, String); 3] {
        [
            ("Organisations", paths::routes::ORGANISATIONS.to_owned()),
            (organisation.as_str(), paths::projects(organisation)),
            (project.as_str(), Self::WorkItems.address(organisation, project)),
        ]
    }
}
