//! The kinds of answers that Azure DevOps gives, its errors among them.

use admit::http::HttpResponse;
use http::StatusCode;
use serde_json::json;

pub(super) use crate::answer::{empty, html, json, redirect, set, with_body};

/// An error in the form of the REST API.
pub(super) fn exception(status: StatusCode, type_key: &str, message: &str, event_id: u32) -> HttpResponse {
    json(
        status,
        &json!({
            "$id": "1",
            "innerException": null,
            "message": message,
            "typeName": format!("Microsoft.VisualStudio.Services.Common.{type_key}, Microsoft.VisualStudio.Services.Common"),
            "typeKey": type_key,
            "errorCode": 0,
            "eventId": event_id,
        }),
    )
}
