//! A project's builds.

use bytes::Bytes;
use http::Response;
use maud::{Markup, html};

use super::empty::{empty, more};
use super::layout::Page;
use super::tab::Tab;
use super::{View, show, table};
use crate::azure::{Build, Listing, Name};

/// The builds of a project that were queued last.
pub fn builds(view: View<'_>, organisation: &Name, project: &Name, found: &Listing<Build>) -> Response<Bytes> {
    let rows = found.items.iter().map(|build| {
        table::row(
            &html! { (build.build_number) },
            &[
                show::text(build.definition.as_deref()),
                state(build),
                show::branch(build.source_branch.as_deref()),
                show::instant(build.finish_time.or(build.queue_time), view.now),
            ],
            &COLUMNS,
        )
    });
    let content = html! {
        (Tab::Builds.bar(organisation, project))
        @if found.items.is_empty() {
            (empty("No builds yet", "Nothing has been built in this project, or its builds have been cleared away."))
        } @else {
            (table::table("Builds, latest first", &COLUMNS, rows))
            (more(found))
        }
    };
    let crumbs = Tab::crumbs(organisation, project);
    Page { heading: Tab::Builds.title(), crumbs: &crumbs }.ok(view, &content)
}

/// The result of a build that is done, else how far it is.
fn state(build: &Build) -> Markup {
    let word = match build.status.as_deref() {
        Some("completed") => build.result.as_deref().or(Some("completed")),
        other => other,
    };
    let (class, words) = match word {
        Some("succeeded") => ("good", "Succeeded"),
        Some("partiallySucceeded") => ("busy", "Partly succeeded"),
        Some("failed") => ("bad", "Failed"),
        Some("canceled") => ("calm", "Cancelled"),
        Some("completed") => ("calm", "Completed"),
        Some("inProgress") => ("live", "Running"),
        Some("notStarted") => ("calm", "Queued"),
        Some("postponed") => ("calm", "Postponed"),
        Some("cancelling") => ("calm", "Being cancelled"),
        // A word of a later version is shown as it is.
        Some(other) => ("calm", other),
        None => return show::nothing(),
    };
    show::state(class, words)
}

const COLUMNS: [&str; 5] = ["Number", "Definition", "State", "Branch", "When"];

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str) -> String {
        state(&serde_json::from_str(json).unwrap()).into_string()
    }

    #[test]
    fn a_build_that_is_done_shows_its_result_and_another_how_far_it_is() {
        let done = shown(r#"{"buildNumber":"1","status":"completed","result":"partiallySucceeded"}"#);
        assert_eq!(done, r#"<span class="state busy">Partly succeeded</span>"#);
        let running = shown(r#"{"buildNumber":"1","status":"inProgress","result":"none"}"#);
        assert_eq!(running, r#"<span class="state live">Running</span>"#);
        let later = shown(r#"{"buildNumber":"1","status":"<new>"}"#);
        assert_eq!(later, r#"<span class="state calm">&lt;new&gt;</span>"#);
    }
}
