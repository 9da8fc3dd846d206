//! Who the caller is, in the words of the identity service: connection data, and the caller's own identity.
//!
//! Azure DevOps documents the shapes. What is not written down, and decided here: that connection data takes a token of
//! any scope; that `identities/me` takes `vso.profile`, unless [`identity_scope`] says otherwise; that both are answered
//! at the account's host for tokens of either kind. The id of `identities/me` is that of the home tenant's profile.
//!
//! [`identity_scope`]: crate::azure_devops::Builder::identity_scope

use serde_json::{Value, json};

use crate::azure_devops::data::Person;
use crate::azure_devops::identity::{Identity, Known};
use crate::guid::guid_of;

pub(super) fn connection_data(person: &Person, known: &Known<'_>) -> Value {
    let user = json!({
        "id": person.id,
        "descriptor": known.legacy_descriptor,
        "subjectDescriptor": known.subject_descriptor,
        "providerDisplayName": person.display_name,
        "isActive": true,
        "properties": { "Account": { "$type": "System.String", "$value": known.user_name } },
        "resourceVersion": 2,
        "metaTypeId": 0,
    });
    json!({
        "$id": "1",
        "authenticatedUser": user,
        "authorizedUser": user,
        "instanceId": guid_of("instance", "app.vssps"),
        "deploymentId": guid_of("deployment", "app.vssps"),
        "deploymentType": "hosted",
        "locationServiceData": {
            "serviceOwner": guid_of("service", "vssps"),
            "defaultAccessMappingMoniker": "PublicAccessMapping",
            "lastChangeId": 1,
            "lastChangeId64": 1,
        },
    })
}

/// `home` is the person as their home tenant sees them.
pub(super) fn identity_self(home: &Person, known: &Known<'_>) -> Value {
    let (origin, origin_id, domain) = match &*known.identity {
        Identity::EntraId { tenant, object_id } => ("aad", object_id.as_str(), tenant.as_str()),
        Identity::Personal { puid } => ("msa", puid.as_str(), "Windows Live ID"),
    };
    let tenant =
        |id: &String| json!({ "homeTenant": id == domain, "tenantId": id, "tenantName": "", "verifiedDomains": [] });
    let own = matches!(&*known.identity, Identity::EntraId { .. }).then(|| domain.to_owned());
    let tenants: Vec<_> = own.iter().chain(&home.other_tenants).map(tenant).collect();
    json!({
        "$id": "1",
        "id": home.id,
        "accountName": known.user_name,
        "displayName": home.display_name,
        "origin": origin,
        "originId": origin_id,
        "domain": domain,
        "tenants": tenants,
    })
}
