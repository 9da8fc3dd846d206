//! Work items: queries, which find ids, and the items themselves.

use std::time::Duration;

use admit::Timestamp;
use admit::http::{HttpRequest, HttpResponse};
use http::StatusCode;
use serde_json::{Value, json};

use super::{identity, list, parameter, top};
use crate::azure_devops::data::{Organization, Person, Project, WorkItem};
use crate::azure_devops::{answer, wiql};

pub(super) fn query(
    request: &HttpRequest,
    organization: &Organization,
    project: &Project,
    person: &Person,
    base: &str,
    now: Timestamp,
) -> HttpResponse {
    let accept = request.headers().get(http::header::ACCEPT).and_then(|value| value.to_str().ok());
    if parameter(request, "api-version").is_none() && !accept.is_some_and(|accept| accept.contains("api-version=")) {
        let why = "No api-version was supplied for the \"POST\" request. The version must be supplied either as part \
                   of the Accept header (e.g. \"application/json; api-version=1.0\") or as a query parameter \
                   (e.g. \"?api-version=1.0\").";
        return answer::exception(StatusCode::BAD_REQUEST, "VssVersionNotSpecifiedException", why, 3000);
    }
    let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let Some(text) = body.get("query").and_then(Value::as_str) else {
        let why = "The query text is missing.";
        return answer::exception(StatusCode::BAD_REQUEST, "VssPropertyValidationException", why, 3000);
    };
    let ids = match wiql::find(text, project, person) {
        Ok(ids) => ids,
        Err(why) => {
            return answer::exception(StatusCode::BAD_REQUEST, "SyntaxErrorException", &why, 3000);
        }
    };
    let items = ids.iter().take(top(request)).map(|id| json!({ "id": id, "url": item_url(base, organization, *id) }));
    answer::json(
        StatusCode::OK,
        &json!({
            "queryType": "flat",
            "queryResultType": "workItem",
            "asOf": now.to_string(),
            "columns": [{ "referenceName": "System.Id", "name": "ID" }],
            "workItems": items.collect::<Vec<_>>(),
        }),
    )
}

pub(super) fn work_items(
    request: &HttpRequest,
    organization: &Organization,
    base: &str,
    started: Timestamp,
) -> HttpResponse {
    let ids = parameter(request, "ids").unwrap_or_default();
    let ids: Result<Vec<u32>, _> = ids.split(',').map(|id| id.trim().parse()).collect();
    let ids = match ids {
        Ok(ids) if ids.len() <= 200 => ids,
        _ => {
            let why = "The parameter `ids` holds 1 to 200 numbers.";
            return answer::exception(StatusCode::BAD_REQUEST, "VssPropertyValidationException", why, 3000);
        }
    };
    let fields = parameter(request, "fields");
    let mut found = Vec::new();
    for id in ids {
        let item = organization
            .projects
            .iter()
            .flat_map(|project| project.work_items.iter().map(move |item| (project, item)))
            .find(|(_, item)| item.id == id);
        let Some((project, item)) = item else {
            let why = format!("TF401232: Work item {id} does not exist, or you do not have permissions to read it.");
            return answer::exception(StatusCode::NOT_FOUND, "WorkItemUnauthorizedAccessException", &why, 3200);
        };
        found.push(json!({
            "id": id,
            "rev": 1,
            "fields": item_fields(item, project, started, fields.as_deref()),
            "url": item_url(base, organization, id),
        }));
    }
    list(found.into_iter())
}

fn item_fields(item: &WorkItem, project: &Project, started: Timestamp, wanted: Option<&str>) -> Value {
    let changed = started.before(Duration::from_secs(60 * u64::from(item.changed_minutes_ago)));
    let mut fields = json!({
        "System.Id": item.id,
        "System.TeamProject": project.name,
        "System.WorkItemType": item.kind,
        "System.State": item.state,
        "System.Title": item.title,
        "System.ChangedDate": changed.to_string(),
    });
    if let Value::Object(members) = &mut fields {
        if let Some(name) = &item.assigned_to {
            members.insert("System.AssignedTo".to_owned(), identity(name));
        }
        if let Some(wanted) = wanted {
            members.retain(|name, _| wanted.split(',').any(|field| field.trim().eq_ignore_ascii_case(name)));
        }
    }
    fields
}

fn item_url(base: &str, organization: &Organization, id: u32) -> String {
    format!("{base}/{}/_apis/wit/workItems/{id}", organization.name)
}
