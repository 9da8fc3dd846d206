//! What Azure DevOps says of an account, kept for the day when it says nothing any more.

pub(crate) mod answers;
pub(crate) mod inquiry;
mod said;

use std::fmt;

use admit::Timestamp;
use serde::{Deserialize, Serialize};

/// What Azure DevOps said of an account. Identifiers that are GUIDs are in lower case.
///
/// All but the profile id is what could be had: the endpoints are asked one by one, and what one does not say stays open.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AzureEvidence {
    /// `id` of `profiles/me`: the subject of the account. It differs by tenant.
    pub profile_id: String,
    /// `subjectDescriptor` of `connectionData`, such as `aad.…`. Never decoded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_descriptor: Option<String>,
    /// `descriptor` of `connectionData`: `Microsoft.IdentityModel.Claims.ClaimsIdentity;<tenant>\<user name>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legacy_descriptor: Option<String>,
    /// Who vouches for the person.
    #[serde(default)]
    pub origin: Origin,
    /// The person there: the object id in Entra ID, or the PUID of a personal account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_id: Option<String>,
    /// The home tenant. `None` for a personal account, and where nobody said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home_tenant: Option<String>,
    /// Further identities that an administrator's export gave: object id and tenant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exported: Vec<ExportedIdentity>,
    /// When Azure DevOps was last asked. `None` if all that is known comes from an export.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
}

/// The person in Entra ID, as `ReadIdentities` or the Graph of Azure DevOps names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportedIdentity {
    /// `objectidentifier`, or `originId`.
    pub object_id: String,
    /// `Domain`.
    pub tenant_id: String,
}

/// Who vouches for a person at Azure DevOps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// Microsoft Entra ID (`aad`).
    EntraId,
    /// A personal account (`msa`).
    Personal,
    /// Another one, or nobody said it.
    #[default]
    Unknown,
}

impl fmt::Debug for AzureEvidence {
    /// Shows ids; the legacy descriptor holds a user name, which is most often an address, and stays out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { profile_id, origin, origin_id, home_tenant, exported, asked_at, .. } = self;
        f.debug_struct("AzureEvidence")
            .field("profile_id", profile_id)
            .field("origin", origin)
            .field("origin_id", origin_id)
            .field("home_tenant", home_tenant)
            .field("exported", exported)
            .field("asked_at", asked_at)
            .finish_non_exhaustive()
    }
}

impl AzureEvidence {
    /// What the account can be found by later. No e-mail address is among it.
    pub fn marks(&self) -> Vec<String> {
        let mut marks = vec![marks::profile(&self.profile_id)];
        if self.origin == Origin::EntraId
            && let (Some(object), Some(tenant)) = (&self.origin_id, &self.home_tenant)
        {
            marks.push(marks::object(tenant, object));
        }
        marks.extend(self.exported.iter().map(|known| marks::object(&known.tenant_id, &known.object_id)));
        marks.extend(self.subject_descriptor.as_deref().map(marks::descriptor));
        marks.extend(self.user_name().map(|(tenant, name)| marks::user_name(&tenant, name)));
        marks
    }

    /// Whether all is known that Azure DevOps could say.
    pub fn is_complete(&self) -> bool {
        let is_somebodys = self.origin_id.is_some() && (self.origin == Origin::Personal || self.home_tenant.is_some());
        let is_described = self.subject_descriptor.is_some() && self.legacy_descriptor.is_some();
        is_described && is_somebodys && self.origin != Origin::Unknown
    }

    /// What is known now, with what was known before where nothing newer was said. An object id and its tenant go
    /// together: what one answer said of the one is never joined with what another said of the other.
    #[must_use]
    pub fn over(mut self, before: Self) -> Self {
        self.subject_descriptor = self.subject_descriptor.or(before.subject_descriptor);
        self.legacy_descriptor = self.legacy_descriptor.or(before.legacy_descriptor);
        if self.origin_id.is_none() && [before.origin, Origin::Unknown].contains(&self.origin) {
            self.origin = before.origin;
            let knows_more = before.origin_id.is_some() || self.home_tenant.is_none();
            self.origin_id = before.origin_id;
            self.home_tenant = if knows_more { before.home_tenant } else { self.home_tenant };
        }
        let more: Vec<_> = before.exported.into_iter().filter(|known| !self.exported.contains(known)).collect();
        self.exported.extend(more);
        self.asked_at = self.asked_at.max(before.asked_at);
        self
    }

    /// The tenant and the user name that the legacy descriptor holds, if it is of Entra ID. User names are given to others
    /// when people leave, so this proves nothing.
    pub fn user_name(&self) -> Option<(String, &str)> {
        let (kind, identifier) = self.legacy_descriptor.as_deref()?.split_once(';')?;
        let (tenant, name) = identifier.split_once('\\')?;
        let is_entra = kind.eq_ignore_ascii_case("Microsoft.IdentityModel.Claims.ClaimsIdentity");
        (is_entra && !name.is_empty()).then(|| (tenant.to_ascii_lowercase(), name))
    }
}

/// What evidence is found by, in words. One spelling for those who write and those who look.
pub(crate) mod marks {
    /// A profile of Azure DevOps.
    pub(crate) fn profile(id: &str) -> String {
        format!("profile:{}", id.to_ascii_lowercase())
    }

    /// A person in a tenant of Entra ID.
    pub(crate) fn object(tenant: &str, object: &str) -> String {
        format!("object:{}/{}", tenant.to_ascii_lowercase(), object.to_ascii_lowercase())
    }

    /// A subject descriptor.
    pub(crate) fn descriptor(descriptor: &str) -> String {
        format!("descriptor:{descriptor}")
    }

    /// A user name in a tenant. For the list that a person reviews, and for no link.
    pub(crate) fn user_name(tenant: &str, name: &str) -> String {
        format!("user:{}/{}", tenant.to_ascii_lowercase(), name.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_what_microsoft_said_and_never_by_an_address() {
        let evidence = AzureEvidence {
            profile_id: "D6245F20-2AF8-44F4-9451-8107CB2767DB".to_owned(),
            legacy_descriptor: Some(
                "Microsoft.IdentityModel.Claims.ClaimsIdentity;7A394543-62FD-4274-A7D2-8FAC775942B6\\Ada@example.com"
                    .to_owned(),
            ),
            origin: Origin::EntraId,
            origin_id: Some("55C8C7B6-7ACE-43BC-918F-304DFA2B6317".to_owned()),
            home_tenant: Some("7a394543-62fd-4274-a7d2-8fac775942b6".to_owned()),
            ..AzureEvidence::default()
        };
        insta::assert_debug_snapshot!(evidence.marks(), @r#"
        [
            "profile:d6245f20-2af8-44f4-9451-8107cb2767db",
            "object:7a394543-62fd-4274-a7d2-8fac775942b6/55c8c7b6-7ace-43bc-918f-304dfa2b6317",
            "user:7a394543-62fd-4274-a7d2-8fac775942b6/ada@example.com",
        ]
        "#);
    }

    #[test]
    fn a_user_name_stays_out_of_logs() {
        let user_name = "Microsoft.IdentityModel.Claims.ClaimsIdentity;7a394543\\ada@example.com";
        let evidence = AzureEvidence { legacy_descriptor: Some(user_name.to_owned()), ..AzureEvidence::default() };
        let mut sign_in = crate::EntraSignIn::new(crate::EntraPerson::new("7a394543", "55c8c7b6"));
        sign_in.user_name = Some("ada@example.com".to_owned());
        assert!(!format!("{evidence:?} {sign_in:?}").contains("ada@"));
    }

    #[test]
    fn a_personal_account_is_in_no_tenant() {
        let evidence = AzureEvidence {
            profile_id: "a".to_owned(),
            origin: Origin::Personal,
            origin_id: Some("0003BFFD8A9E4C21".to_owned()),
            legacy_descriptor: Some("Windows.Live;0003BFFD8A9E4C21".to_owned()),
            ..AzureEvidence::default()
        };
        assert_eq!(evidence.marks(), ["profile:a"]);
    }
}
