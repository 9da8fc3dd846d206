//! What Azure DevOps tells, reduced to what the pages show.
//!
//! What a person may be without is optional here, and null counts as absent: only ids and names are insisted on.

use admit::Timestamp;
use chrono::DateTime;
use serde::{Deserialize, Deserializer};

/// Things in the order they came, and whether that is all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<T> {
    /// The things.
    pub items: Vec<T>,
    /// Whether Azure DevOps has no more than these.
    pub is_complete: bool,
}

/// A person.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Names the person wherever Azure DevOps asks for a member.
    pub id: String,
    /// The name to show.
    #[serde(default)]
    pub display_name: Option<String>,
}

impl std::fmt::Debug for Profile {
    /// Shows the id; what is personal stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Profile").field("id", &self.id).finish_non_exhaustive()
    }
}

/// An organisation, which Azure DevOps also calls an account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Organisation {
    /// Its name, which is also its address.
    #[serde(rename = "accountName")]
    pub name: String,
}

/// A project.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    /// Its name.
    pub name: String,
    /// What it is for, in its owners' words.
    #[serde(default)]
    pub description: Option<String>,
    /// When its settings last changed.
    #[serde(default, deserialize_with = "instant")]
    pub last_update_time: Option<Timestamp>,
}

/// A work item.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "WorkItemWire")]
pub struct WorkItem {
    /// Its number.
    pub id: u64,
    /// What kind it is: Bug, Task, …
    pub kind: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// How far it is: New, Active, …
    pub state: Option<String>,
    /// Whose it is.
    pub assigned_to: Option<String>,
    /// When it last changed.
    pub changed: Option<Timestamp>,
}

/// A build.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Build {
    /// Its number, as its definition forms it.
    pub build_number: String,
    /// What was built.
    #[serde(default, deserialize_with = "name")]
    pub definition: Option<String>,
    /// `notStarted`, `inProgress`, `cancelling`, `postponed` or `completed`.
    #[serde(default)]
    pub status: Option<String>,
    /// `succeeded`, `partiallySucceeded`, `failed` or `canceled`, once it is completed.
    #[serde(default)]
    pub result: Option<String>,
    /// The Git reference it was built from.
    #[serde(default)]
    pub source_branch: Option<String>,
    /// When it was queued.
    #[serde(default, deserialize_with = "instant")]
    pub queue_time: Option<Timestamp>,
    /// When it ended.
    #[serde(default, deserialize_with = "instant")]
    pub finish_time: Option<Timestamp>,
}

/// A Git repository.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Repository {
    /// Its name.
    pub name: String,
    /// The Git reference of its default branch; an empty repository has none.
    #[serde(default)]
    pub default_branch: Option<String>,
    /// Its size in bytes.
    #[serde(default)]
    pub size: Option<u64>,
    /// Where to clone it from.
    #[serde(default)]
    pub remote_url: Option<String>,
    /// Whether it was switched off.
    #[serde(default)]
    pub is_disabled: Option<bool>,
}

/// The envelope of every list. An entry may be null.
#[derive(Debug, Deserialize)]
pub(super) struct Entries<T> {
    pub(super) value: Vec<Option<T>>,
}

/// The answer to a query for work items.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WorkItemReferences {
    pub(super) work_items: Vec<WorkItemReference>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WorkItemReference {
    pub(super) id: u64,
}

#[derive(Deserialize)]
struct WorkItemWire {
    id: u64,
    #[serde(default)]
    fields: WorkItemFields,
}

#[derive(Default, Deserialize)]
struct WorkItemFields {
    #[serde(default, rename = "System.WorkItemType")]
    kind: Option<String>,
    #[serde(default, rename = "System.Title")]
    title: Option<String>,
    #[serde(default, rename = "System.State")]
    state: Option<String>,
    #[serde(default, rename = "System.AssignedTo")]
    assigned_to: Option<Assignee>,
    #[serde(default, rename = "System.ChangedDate", deserialize_with = "instant")]
    changed: Option<Timestamp>,
}

/// An identity since version 5, before that a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Assignee {
    Identity {
        #[serde(rename = "displayName")]
        display_name: String,
    },
    Text(String),
}

impl From<WorkItemWire> for WorkItem {
    fn from(WorkItemWire { id, fields }: WorkItemWire) -> Self {
        let WorkItemFields { kind, title, state, assigned_to, changed } = fields;
        let assigned_to = assigned_to.map(|assignee| match assignee {
            Assignee::Identity { display_name } => display_name,
            Assignee::Text(text) => text,
        });
        Self { id, kind, title, state, assigned_to, changed }
    }
}

/// An instant that cannot be read is unknown; the rest of the line is still worth showing.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    let parsed = text.and_then(|text| DateTime::parse_from_rfc3339(&text).ok());
    // Azure DevOps writes the first instant of the year 1 where it has none.
    Ok(parsed.map(|instant| Timestamp::from_unix_millis(instant.timestamp_millis())).filter(|at| at.unix_millis() > 0))
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    struct Named {
        #[serde(default)]
        name: Option<String>,
    }
    Ok(Option::<Named>::deserialize(deserializer)?.and_then(|named| named.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_with_seven_digits_and_the_year_one_is_none() {
        let read = |text: &str| {
            let json = format!(r#"{{"name":"p","lastUpdateTime":"{text}"}}"#);
            serde_json::from_str::<Project>(&json).unwrap().last_update_time.map(|at| at.to_string())
        };
        assert_eq!(read("2026-11-20T09:15:30.1234567Z").as_deref(), Some("2026-11-20T09:15:30.123Z"));
        assert_eq!(read("2026-11-20T10:15:30+01:00").as_deref(), Some("2026-11-20T09:15:30.000Z"));
        assert_eq!(read("0001-01-01T00:00:00"), None);
        assert_eq!(read("0001-01-01T00:00:00Z"), None);
        assert_eq!(read("yesterday"), None);
    }

    #[test]
    fn an_assignee_may_be_an_identity_a_text_or_nobody() {
        let read = |assignee: &str| {
            let json = format!(r#"{{"id":7,"rev":3,"fields":{{"System.AssignedTo":{assignee}}}}}"#);
            serde_json::from_str::<WorkItem>(&json).unwrap().assigned_to
        };
        let identity = r#"{"displayName":"Ada Lovelace","uniqueName":"ada@example.org","_links":{}}"#;
        assert_eq!(read(identity).as_deref(), Some("Ada Lovelace"));
        assert_eq!(read(r#""Ada Lovelace <ada@example.org>""#).as_deref(), Some("Ada Lovelace <ada@example.org>"));
        assert_eq!(read("null"), None);
    }

    #[test]
    fn a_persons_name_is_not_in_the_debug_output() {
        let profile = Profile { id: "1".to_owned(), display_name: Some("Ada".to_owned()) };
        assert_eq!(format!("{profile:?}"), r#"Profile { id: "1", .. }"#);
    }
}
