//! What Azure DevOps answers, read leniently: unknown members are passed over, `$id` and `$type` among them.
//!
//! 1. A byte order mark may come first.
//! 2. What is too long, or no GUID where one is due, counts as not said.
//! 3. The anonymous user is nobody: an answer about it says nothing at all.
//! 4. No descriptor is decoded. What is inside looks like an id, and is another one.

use serde_json::Value;

use super::Origin;
pub(crate) use super::said::Said;
use crate::guid::guid;

/// The JSON object in a body.
pub(crate) fn object(body: &[u8]) -> Option<Value> {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    serde_json::from_slice(body).ok().filter(Value::is_object)
}

/// `profiles/me`: the id.
pub(crate) fn profile(answer: &Value) -> Option<Said> {
    Some(Said { id: Some(guid(text(answer.get("id"))?)?), ..Said::default() })
}

/// `connectionData`: who is authenticated.
pub(crate) fn connection_data(answer: &Value) -> Option<Said> {
    identity(answer.get("authenticatedUser")?)
}

/// An identity as the identity service has it: in connection data, and in `ReadIdentities`.
pub(crate) fn identity(identity: &Value) -> Option<Said> {
    let id = match text(identity.get("id")) {
        // Said to be nobody's.
        Some(id) => Some(guid(id)?),
        None => None,
    };
    let property = |name: &str| {
        let property = identity.get("properties")?.get(name)?;
        text(property.get("$value").or(Some(property)))
    };
    let mut said = Said {
        id,
        subject_descriptor: text(identity.get("subjectDescriptor")).map(str::to_owned),
        legacy_descriptor: text(identity.get("descriptor")).map(str::to_owned),
        ..Said::default()
    };
    if let (Some(object), Some(tenant)) = (property(OBJECT_ID).and_then(guid), property("Domain").and_then(guid)) {
        (said.origin, said.origin_id, said.tenant) = (Origin::EntraId, Some(object), Some(tenant));
    }
    Some(said)
}

/// `identities/me`, and users of the Graph of Azure DevOps: origin, origin id and domain.
pub(crate) fn identity_self(answer: &Value) -> Option<Said> {
    let mut said = identity(answer)?;
    let (origin_id, domain) = (text(answer.get("originId")), text(answer.get("domain")));
    match text(answer.get("origin")) {
        Some(origin) if origin.eq_ignore_ascii_case("aad") => {
            said.origin = Origin::EntraId;
            let (object, tenant) = (origin_id.and_then(guid), domain.and_then(guid));
            if object.is_some() || said.origin_id.is_none() {
                (said.origin_id, said.tenant) = (object, tenant);
            }
        }
        Some(origin) if origin.eq_ignore_ascii_case("msa") => {
            let puid = origin_id.filter(|puid| puid.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            (said.origin, said.origin_id, said.tenant) = (Origin::Personal, puid.map(str::to_owned), None);
        }
        _ => {}
    }
    Some(said)
}

/// A text that is one, and not a book.
fn text(value: Option<&Value>) -> Option<&str> {
    value?.as_str().map(str::trim).filter(|text| !text.is_empty() && text.len() <= LONGEST)
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
pub(crate) const OBJECT_ID: &str = "http://schemas.microsoft.com/identity/claims/objectidentifier";
const LONGEST: usize = 1024;
