//! What one answer says of somebody, and what several make together.

use super::{AzureEvidence, ExportedIdentity, Origin};

/// What one answer of Azure DevOps says of an identity. What is no GUID of somebody's is left out already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// The profile's or the identity's id.
    pub(crate) id: Option<String>,
    pub(crate) subject_descriptor: Option<String>,
    pub(crate) legacy_descriptor: Option<String>,
    pub(crate) origin: Origin,
    /// The object id of Entra ID, or the PUID.
    pub(crate) origin_id: Option<String>,
    /// The tenant that the object id is of.
    pub(crate) tenant: Option<String>,
}

impl Said {
    /// The person in Entra ID: an object id with its tenant, from one answer.
    fn in_entra(&self) -> Option<ExportedIdentity> {
        let (object_id, tenant_id) = (self.origin_id.clone()?, self.tenant.clone()?);
        (self.origin == Origin::EntraId).then_some(ExportedIdentity { object_id, tenant_id })
    }
}

impl AzureEvidence {
    /// What connection data and the person's own identity make together; each may be missing.
    pub(super) fn of(profile_id: &str, connection: Option<&Said>, own: Option<&Said>) -> Self {
        let (nothing, unsaid) = (Said::default(), Said::default());
        let (connection, own) = (connection.unwrap_or(&nothing), own.unwrap_or(&unsaid));
        let mut evidence = Self {
            profile_id: profile_id.to_owned(),
            subject_descriptor: connection.subject_descriptor.clone().or_else(|| own.subject_descriptor.clone()),
            legacy_descriptor: connection.legacy_descriptor.clone().or_else(|| own.legacy_descriptor.clone()),
            ..Self::default()
        };
        let in_tenant = evidence.user_name().map(|(tenant, _)| tenant).and_then(|tenant| crate::guid::guid(&tenant));
        evidence.origin = match (own.origin, connection.origin) {
            (Origin::Unknown, Origin::Unknown) => evidence.origin_by_descriptors(in_tenant.is_some()),
            (Origin::Unknown, origin) | (origin, _) => origin,
        };
        match evidence.origin {
            Origin::EntraId => {
                let mut known = [own.in_entra(), connection.in_entra()].into_iter().flatten();
                match known.next() {
                    Some(ExportedIdentity { object_id, tenant_id }) => {
                        // A tenant where they are a guest knows them by another object id.
                        evidence.exported = known.filter(|other| *other.object_id != object_id).collect();
                        (evidence.origin_id, evidence.home_tenant) = (Some(object_id), Some(tenant_id));
                    }
                    None => {
                        evidence.home_tenant = own.tenant.clone().or_else(|| connection.tenant.clone()).or(in_tenant)
                    }
                }
            }
            Origin::Personal => {
                let puid = [own, connection].into_iter().find(|said| said.origin == Origin::Personal);
                evidence.origin_id = puid.and_then(|said| said.origin_id.clone());
            }
            Origin::Unknown => {}
        }
        evidence
    }

    /// The form of the descriptors tells who vouches; what is in them beyond that is not read.
    fn origin_by_descriptors(&self, in_tenant: bool) -> Origin {
        let kind = self.subject_descriptor.as_deref().and_then(|descriptor| descriptor.split_once('.'));
        match kind.map(|(kind, _)| kind) {
            Some("aad") => Origin::EntraId,
            Some("msa") => Origin::Personal,
            _ if in_tenant => Origin::EntraId,
            _ => Origin::Unknown,
        }
    }
}
