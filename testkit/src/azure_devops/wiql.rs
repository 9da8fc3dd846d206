//! As much of the Work Item Query Language as an application's list of work items needs.
//!
//! `SELECT … FROM WorkItems [WHERE condition [AND condition]…] [ORDER BY …]`, where a condition compares one of five
//! fields by `=` or `<>`. What is not understood is refused, so that no test passes because a condition was ignored.

use super::data::{Person, Project, WorkItem};

/// The ids that a query finds in a project, or why it is not understood.
pub(super) fn find(query: &str, project: &Project, person: &Person) -> Result<Vec<u32>, String> {
    let words = query.split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = words.to_ascii_lowercase();
    if !lower.starts_with("select ") || !lower.contains(" from workitems") {
        return Err("TF51006: The query statement is missing a FROM clause.".to_owned());
    }
    let end = lower.find(" order by ").unwrap_or(words.len());
    let conditions = match lower.find(" where ") {
        Some(start) => words.get(start + " where ".len()..end).unwrap_or_default(),
        None => "",
    };
    let conditions = split_and(conditions)
        .into_iter()
        .map(|text| Condition::parse(text, project, person))
        .collect::<Result<Vec<_>, _>>()?;
    let found =
        project.work_items.iter().filter(|item| conditions.iter().all(|condition| condition.holds(item, project)));
    Ok(found.map(|item| item.id).collect())
}

struct Condition {
    field: Field,
    equal: bool,
    value: String,
}

#[derive(Clone, Copy)]
enum Field {
    AssignedTo,
    Id,
    State,
    TeamProject,
    WorkItemType,
}

impl Condition {
    fn parse(text: &str, project: &Project, person: &Person) -> Result<Self, String> {
        let not_understood = || format!("the pretend server does not understand the condition `{text}`");
        let (name, rest) = text.strip_prefix('[').and_then(|text| text.split_once(']')).ok_or_else(not_understood)?;
        let field = match name.to_ascii_lowercase().as_str() {
            "system.assignedto" => Field::AssignedTo,
            "system.id" => Field::Id,
            "system.state" => Field::State,
            "system.teamproject" => Field::TeamProject,
            "system.workitemtype" => Field::WorkItemType,
            _ => return Err(not_understood()),
        };
        let rest = rest.trim();
        let (equal, value) = match (rest.strip_prefix("<>"), rest.strip_prefix('=')) {
            (Some(value), _) => (false, value.trim()),
            (None, Some(value)) => (true, value.trim()),
            (None, None) => return Err(not_understood()),
        };
        let value = if value.eq_ignore_ascii_case("@me") {
            person.display_name.clone()
        } else if value.eq_ignore_ascii_case("@project") {
            project.name.clone()
        } else if value.parse::<u32>().is_ok() {
            value.to_owned()
        } else {
            let quoted = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\''));
            quoted.ok_or_else(not_understood)?.replace("''", "'")
        };
        Ok(Self { field, equal, value })
    }

    fn holds(&self, item: &WorkItem, project: &Project) -> bool {
        let id = item.id.to_string();
        let actual = match self.field {
            Field::AssignedTo => item.assigned_to.as_deref().unwrap_or_default(),
            Field::Id => &id,
            Field::State => &item.state,
            Field::TeamProject => &project.name,
            Field::WorkItemType => &item.kind,
        };
        actual.eq_ignore_ascii_case(&self.value) == self.equal
    }
}

/// Splits at every ` AND ` outside of quotes.
fn split_and(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut quoted) = (Vec::new(), 0, false);
    for (place, c) in text.char_indices() {
        quoted ^= c == '\'';
        let here = text.get(place..place + 5).unwrap_or_default();
        if !quoted && here.eq_ignore_ascii_case(" and ") {
            parts.push(text.get(start..place).unwrap_or_default().trim());
            start = place + 5;
        }
    }
    parts.push(text.get(start..).unwrap_or_default().trim());
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(query: &str) -> Result<Vec<u32>, String> {
        let project = Project::new("Sea and Sand", "").work_items([
            WorkItem::new(1, "Bug", "New", "a").assigned_to("Ada"),
            WorkItem::new(2, "Task", "Closed", "b").assigned_to("Ada"),
            WorkItem::new(3, "Bug", "Active", "c"),
        ]);
        find(query, &project, &Person::new("ada", "Ada"))
    }

    #[test]
    fn conditions_are_joined_and_quotes_protect_the_word_and() {
        assert_eq!(found("SELECT [System.Id] FROM WorkItems").unwrap(), [1, 2, 3]);
        assert_eq!(
            found("select [System.Id] from workitems where [System.TeamProject] = 'Sea and Sand' and [System.State] <> 'Closed'")
                .unwrap(),
            [1, 3]
        );
        assert_eq!(
            found("SELECT [System.Id] FROM WorkItems WHERE [System.AssignedTo] = @Me AND [System.TeamProject] = @project ORDER BY [System.Id]")
                .unwrap(),
            [1, 2]
        );
    }

    #[test]
    fn a_condition_that_is_not_understood_is_refused_and_not_ignored() {
        for condition in ["[System.Title] = 'a'", "[System.Id] > 1", "([System.Id] = 1)", "[System.State] = New"] {
            assert!(found(&format!("SELECT [System.Id] FROM WorkItems WHERE {condition}")).is_err(), "{condition}");
        }
        assert!(found("DELETE FROM WorkItems").is_err());
    }
}
