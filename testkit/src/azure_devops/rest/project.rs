//! Projects, their builds and their repositories.

use std::time::Duration;

use admit::Timestamp;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::identity;
use crate::azure_devops::data::{Build, BuildOutcome, Organization, Project, Repository};

pub(super) fn project(project: &Project, organization: &Organization, base: &str) -> Value {
    json!({
        "id": project.id,
        "name": project.name,
        "description": project.description,
        "url": format!("{base}/{}/_apis/projects/{}", organization.name, project.id),
        "state": "wellFormed",
        "revision": 11,
        "visibility": "private",
    })
}

pub(super) fn build(
    build: &Build,
    project: &Project,
    organization: &Organization,
    base: &str,
    started: Timestamp,
) -> Value {
    let minutes = |count: u32| Duration::from_secs(60 * u64::from(count));
    let began = started.before(minutes(build.minutes_ago));
    let mut json = json!({
        "id": build.id,
        "buildNumber": build.id.to_string(),
        "definition": { "name": build.pipeline, "type": "build" },
        "project": { "id": project.id, "name": project.name },
        "sourceBranch": format!("refs/heads/{}", build.branch),
        "requestedFor": identity(&build.requested_for),
        "queueTime": began.to_string(),
        "startTime": began.to_string(),
        "url": format!("{base}/{}/{}/_apis/build/Builds/{}", organization.name, project.id, build.id),
    });
    let (status, result) = match build.outcome {
        BuildOutcome::Failed => ("completed", Some("failed")),
        BuildOutcome::InProgress => ("inProgress", None),
        BuildOutcome::Succeeded => ("completed", Some("succeeded")),
    };
    if let Value::Object(members) = &mut json {
        members.insert("status".to_owned(), json!(status));
        if let Some(result) = result {
            members.insert("result".to_owned(), json!(result));
            members.insert("finishTime".to_owned(), json!((began + minutes(build.minutes_ago.min(6))).to_string()));
        }
    }
    json
}

pub(super) fn repository(repository: &Repository, project: &Project, organization: &Organization, base: &str) -> Value {
    let url = format!("{base}/{}/{}/_git/{}", organization.name, encode(&project.name), encode(&repository.name));
    json!({
        "id": repository.id,
        "name": repository.name,
        "defaultBranch": "refs/heads/main",
        "isDisabled": false,
        "project": { "id": project.id, "name": project.name, "state": "wellFormed" },
        "remoteUrl": url,
        "webUrl": url,
    })
}

fn encode(segment: &str) -> String {
    form_urlencoded::byte_serialize(segment.as_bytes()).collect::<String>().replace('+', "%20")
}
