//! The rows of an export, one by one: what is not needed is never in memory.
//!
//! It is read as it comes from the services: `ReadIdentities` and the users of the Graph wrap their rows in
//! `{"count":…,"value":[…]}`. A bare array, one row a line, and several of these one after another are read, too.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::ExportedIdentity;
use crate::guid::guid;

/// What a row says of somebody in Entra ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The profile's id: the identity's own, or a Graph user's storage key.
    pub(super) profile_id: Option<String>,
    /// For rows without one.
    pub(super) descriptor: Option<String>,
    pub(super) identity: ExportedIdentity,
}

/// Rows as they are taken out of a document.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    /// Of personal accounts, groups and services, or without what is needed.
    pub(super) unusable: u64,
}

impl<'de> Deserialize<'de> for Rows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut rows = Self::default();
        Document(&mut rows).deserialize(deserializer)?;
        Ok(rows)
    }
}

/// Reads one document into rows.
struct Document<'a>(&'a mut Rows);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("identities as JSON")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        // `null` is an identity that was not found.
        while let Some(fields) = seq.next_element::<Option<Fields>>()? {
            self.0.take(fields.unwrap_or_default());
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut fields, mut is_wrapper) = (Fields::default(), false);
        while let Some(name) = map.next_key::<String>()? {
            if name == "value" {
                is_wrapper = true;
                map.next_value_seed(Document(&mut *self.0))?;
            } else {
                fields.read(&name, &mut map)?;
            }
        }
        if !is_wrapper {
            self.0.take(fields);
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

impl Rows {
    pub(super) fn append(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.unusable += other.unusable;
    }

    fn take(&mut self, fields: Fields) {
        match fields.row() {
            Some(row) => self.rows.push(row),
            None => self.unusable += 1,
        }
    }
}

/// Of a row, what matters.
#[derive(Debug, Default)]
struct Fields {
    id: Option<String>,
    storage_key: Option<String>,
    subject_descriptor: Option<String>,
    descriptor: Option<String>,
    origin: Option<String>,
    origin_id: Option<String>,
    domain: Option<String>,
    object_id: Option<String>,
    tenant: Option<String>,
}

impl Fields {
    fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let place = match name {
            "id" => &mut self.id,
            "storageKey" => &mut self.storage_key,
            "subjectDescriptor" => &mut self.subject_descriptor,
            "descriptor" => &mut self.descriptor,
            "origin" => &mut self.origin,
            "originId" => &mut self.origin_id,
            "domain" => &mut self.domain,
            "properties" => {
                let properties = map.next_value::<Value>()?;
                let text = |name: &str| {
                    let property = properties.get(name)?;
                    property.get("$value").unwrap_or(property).as_str().map(str::to_owned)
                };
                (self.object_id, self.tenant) = (text(crate::evidence::answers::OBJECT_ID), text("Domain"));
                return Ok(());
            }
            _ => return map.next_value::<IgnoredAny>().map(|_| ()),
        };
        *place = map.next_value::<Value>()?.as_str().map(str::to_owned);
        Ok(())
    }

    fn row(self) -> Option<Row> {
        let of_graph = self.origin.is_some_and(|origin| origin.eq_ignore_ascii_case("aad"));
        let (object_id, tenant_id) = match of_graph {
            true => (self.origin_id, self.domain),
            false => (self.object_id, self.tenant),
        };
        let identity = ExportedIdentity { object_id: guid(&object_id?)?, tenant_id: guid(&tenant_id?)? };
        let profile_id = self.storage_key.or(self.id).and_then(|id| guid(&id));
        let is_subject = |descriptor: &String| descriptor.starts_with("aad.");
        let descriptor = self.subject_descriptor.or(self.descriptor).filter(is_subject);
        (profile_id.is_some() || descriptor.is_some()).then_some(Row { profile_id, descriptor, identity })
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfRow;

        impl<'de> Visitor<'de> for OfRow {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an identity")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::default();
                while let Some(name) = map.next_key::<String>()? {
                    fields.read(&name, &mut map)?;
                }
                Ok(fields)
            }
        }
        deserializer.deserialize_map(OfRow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECT: &str = "55c8c7b6-7ace-43bc-918f-304dfa2b6317";
    const TENANT: &str = "7a394543-62fd-4274-a7d2-8fac775942b6";
    const PROFILE: &str = "d6245f20-2af8-44f4-9451-8107cb2767db";

    fn read(text: &str) -> Result<Rows, serde_json::Error> {
        serde_json::from_str(text)
    }

    fn read_identity() -> String {
        format!(
            r#"{{"id":"{}","descriptor":"Microsoft.IdentityModel.Claims.ClaimsIdentity;{TENANT}\\ada@example.com",
               "subjectDescriptor":"aad.QQ","isActive":true,"resourceVersion":2,"properties":{{
               "$type":"x","Domain":{{"$type":"System.String","$value":"{TENANT}"}},
               "Account":{{"$type":"System.String","$value":"ada@example.com"}},
               "{}":{{"$type":"System.String","$value":"{OBJECT}"}}}}}}"#,
            PROFILE.to_uppercase(),
            crate::evidence::answers::OBJECT_ID
        )
    }

    #[test]
    fn identities_and_graph_users_are_read_wrapped_bare_or_alone() {
        let one = read_identity();
        let user = format!(
            r#"{{"subjectKind":"user","metaType":"member","origin":"aad","originId":"{OBJECT}","domain":"{TENANT}",
               "mailAddress":"ada@example.com","descriptor":"aad.QQ","_links":{{"self":{{"href":"x"}}}}}}"#
        );
        let identity = || ExportedIdentity { object_id: OBJECT.to_owned(), tenant_id: TENANT.to_owned() };
        let descriptor = Some("aad.QQ".to_owned());
        let of_identity =
            Row { profile_id: Some(PROFILE.to_owned()), descriptor: descriptor.clone(), identity: identity() };
        let of_user = Row { profile_id: None, descriptor, identity: identity() };
        for text in [format!(r#"{{"count":2,"value":[{one},{user}]}}"#), format!("[{one},{user}]")] {
            assert_eq!(read(&text).unwrap().rows, [of_identity.clone(), of_user.clone()]);
        }
        assert_eq!(read(&one).unwrap().rows, [of_identity]);
        assert_eq!(read(&user).unwrap().rows, [of_user]);
    }

    #[test]
    fn personal_accounts_groups_and_nobody_are_counted_and_left_out() {
        let text = format!(
            r#"[null, {{"origin":"msa","originId":"0003BFFD","domain":"Windows Live ID","descriptor":"msa.QQ"}},
               {{"id":"{PROFILE}","properties":{{}}}}, {{"origin":"aad","originId":"{OBJECT}","domain":"{TENANT}"}},
               {{"id":"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa","origin":"aad","originId":"{OBJECT}","domain":"{TENANT}"}}]"#
        );
        let rows = read(&text).unwrap();
        assert_eq!((rows.rows.len(), rows.unusable), (0, 5));
        for broken in ["", "[", "7", "\"x\"", "[7]"] {
            assert!(read(broken).is_err(), "{broken}");
        }
    }
}
