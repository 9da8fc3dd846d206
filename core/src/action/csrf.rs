//! `GET …/csrf`: the token that forms repeat.

use http::StatusCode;
use serde_json::json;

use super::Visit;
use crate::answer::{self, Answer};

pub(super) fn token(visit: &Visit) -> Answer {
    answer::json_no_store(StatusCode::OK, &json!({ "csrfToken": visit.csrf.token }))
}
