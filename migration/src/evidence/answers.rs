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

#[cfg(test)]
mod tests {
    use super::super::AzureEvidence;
    use super::*;

    const PROFILE: &str = "d6245f20-2af8-44f4-9451-8107cb2767db";
    const OBJECT: &str = "55c8c7b6-7ace-43bc-918f-304dfa2b6317";
    const HOME: &str = "7a394543-62fd-4274-a7d2-8fac775942b6";
    const HOST: &str = "c4f1e0d2-5b3a-4e69-9d07-21b8a6f3e5c4";
    const THERE: &str = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9";

    fn connection(user: &str) -> Option<Said> {
        let text = format!(
            r#"{{"$id":"1","authenticatedUser":{{{user}}},"authorizedUser":{{"$ref":"2"}},"instanceId":"x",
               "deploymentType":"hosted","lastUserAccess":"2026-01-05T10:00:00Z","locationServiceData":{{"$id":"3"}}}}"#
        );
        connection_data(&object(text.as_bytes()).unwrap())
    }

    fn own(members: &str) -> Option<Said> {
        identity_self(
            &object(format!(r#"{{"$id":"1",{members},"tenants":[{{"homeTenant":true}}]}}"#).as_bytes()).unwrap(),
        )
    }

    fn legacy(identifier: &str) -> String {
        format!(r#""descriptor":"Microsoft.IdentityModel.Claims.ClaimsIdentity;{identifier}""#)
    }

    /// Origin, origin id and home tenant; and how many further identities.
    fn evidence(connection: Option<&Said>, own: Option<&Said>) -> (Origin, Option<String>, Option<String>, usize) {
        let known = AzureEvidence::of(PROFILE, connection, own);
        (known.origin, known.origin_id, known.home_tenant, known.exported.len())
    }

    #[test]
    fn an_answer_that_is_no_object_is_none_and_a_byte_order_mark_is_passed_over() {
        assert!(object("\u{feff}{}".as_bytes()).is_some());
        for none in ["", "[]", "null", "<html>", "{", "\u{feff}\u{feff}{}"] {
            assert_eq!(object(none.as_bytes()), None, "{none}");
        }
        for (body, id) in [
            (r#"{"id":"D6245F20-2AF8-44F4-9451-8107CB2767DB"}"#, Some(PROFILE)),
            (r#"{"id":"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"}"#, None),
            (r#"{"id":7}"#, None),
            (r#"{"publicAlias":"d6245f20-2af8-44f4-9451-8107cb2767db"}"#, None),
        ] {
            let said = profile(&object(body.as_bytes()).unwrap()).and_then(|said| said.id);
            assert_eq!(said.as_deref(), id, "{body}");
        }
    }

    #[test]
    fn the_tenant_is_known_by_the_legacy_descriptor_alone() {
        let said = connection(&legacy(&format!("{}\\\\ada@example.com", HOME.to_uppercase()))).unwrap();
        assert_eq!(evidence(Some(&said), None), (Origin::EntraId, None, Some(HOME.to_owned()), 0));
        let said = connection(&legacy("0003BFFD8A9E4C21@Live.com")).unwrap();
        assert_eq!(evidence(Some(&said), None), (Origin::Unknown, None, None, 0));
        let personal = format!(r#"{},"subjectDescriptor":"msa.QUJD""#, legacy("0003BFFD8A9E4C21@Live.com"));
        let said = connection(&personal).unwrap();
        assert_eq!(evidence(Some(&said), None), (Origin::Personal, None, None, 0));
    }

    #[test]
    fn an_object_id_is_never_joined_with_the_tenant_of_another_answer() {
        // azure.md §2.3: a guest's descriptor names the host's tenant, their own identity the home.
        let said = connection(&legacy(&format!("{HOST}\\\\gus@example.com"))).unwrap();
        let whole = own(&format!(r#""origin":"aad","originId":"{OBJECT}","domain":"{HOME}""#)).unwrap();
        let at_home = (Origin::EntraId, Some(OBJECT.to_owned()), Some(HOME.to_owned()), 0);
        assert_eq!(evidence(Some(&said), Some(&whole)), at_home);
        let without_domain = own(&format!(r#""origin":"aad","originId":"{OBJECT}""#)).unwrap();
        assert_eq!(evidence(Some(&said), Some(&without_domain)), (Origin::EntraId, None, Some(HOST.to_owned()), 0));
    }

    #[test]
    fn the_identity_services_properties_name_the_object_id_too() {
        let properties = format!(
            r#""properties":{{"Domain":{{"$type":"System.String","$value":"{HOST}"}},
               "{OBJECT_ID}":{{"$type":"System.String","$value":"{THERE}"}},"Account":{{"$value":"ada@example.com"}}}}"#
        );
        let said = connection(&properties).unwrap();
        assert_eq!(evidence(Some(&said), None), (Origin::EntraId, Some(THERE.to_owned()), Some(HOST.to_owned()), 0));
        // Another one beside that of the home tenant is the same person as a guest.
        let home = own(&format!(r#""origin":"aad","originId":"{OBJECT}","domain":"{HOME}""#)).unwrap();
        let known = (Origin::EntraId, Some(OBJECT.to_owned()), Some(HOME.to_owned()), 1);
        assert_eq!(evidence(Some(&said), Some(&home)), known);
    }

    #[test]
    fn a_personal_accounts_number_is_no_object_id() {
        // azure.md T102
        let said = own(r#""origin":"msa","originId":"0003BFFD8A9E4C21","domain":"Windows Live ID""#).unwrap();
        let personal = (Origin::Personal, Some("0003BFFD8A9E4C21".to_owned()), None, 0);
        assert_eq!(evidence(None, Some(&said)), personal);
        assert_eq!(AzureEvidence::of(PROFILE, None, Some(&said)).marks(), [format!("profile:{PROFILE}")]);
        for strange in
            [r#""origin":"aad","originId":"0003BFFD8A9E4C21","domain":"Windows Live ID""#, r#""origin":"vsts""#]
        {
            let (_, origin_id, tenant, _) = evidence(None, own(strange).as_ref());
            assert_eq!((origin_id, tenant), (None, None), "{strange}");
        }
    }
}
