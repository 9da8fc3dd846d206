//! The mapping as a table for the book: each row is what [`map`] says of one scope by itself.

use admit_providers::azure_devops::Scope;

use super::name::ONLY_IN_ENTRA;
use super::{Note, Outcome, Purpose, ScopePlan, map};

/// A row for each of the 85 published scopes, and then those that are in one of the two systems only. Markdown.
pub fn markdown() -> String {
    let mut text = String::from(HEAD);
    for scope in Scope::ALL {
        row(&mut text, scope.category(), scope.as_str(), scope.implied().next());
    }
    for name in ONLY_IN_ENTRA.iter().copied().chain(["user_impersonation"]) {
        row(&mut text, "Microsoft Entra ID only", name, None);
    }
    for name in ["vso.full_access", "preview_api_all"] {
        row(&mut text, "Azure DevOps OAuth only", name, None);
    }
    text
}

fn row(text: &mut String, category: &str, name: &str, brings: Option<Scope>) {
    let plan = map(&[name], Purpose::Calls);
    let permission = if plan.permissions().is_empty() { "none".to_owned() } else { format!("`{name}`") };
    let brings = brings.map(|scope| format!("`{scope}`")).unwrap_or_default();
    text.push_str(&format!("| {category} | `{name}` | {permission} | {brings} | {} |\n", remarks(&plan, name)));
}

fn remarks(plan: &ScopePlan, name: &str) -> String {
    let mut remarks: Vec<&str> = plan.notes().iter().map(remark).collect();
    let sign_in = map(&[name], Purpose::SignIn);
    if sign_in.mapped().iter().any(|mapped| mapped.outcome == Outcome::SignIn) {
        remarks.push("if it only signs people in: `openid profile email`, and no permission");
    }
    remarks.join("; ")
}

/// Shorter than the note's own words, which name the scope.
fn remark(note: &Note) -> &'static str {
    match note {
        Note::HighPrivilege { .. } => "high privilege",
        Note::Everything => "high privilege: all that the person may do; name scopes in its place",
        Note::ChangesSecrets => "changes secrets of Azure DevOps OAuth by its API",
        Note::OnlyInEntra { .. } => "for personal access tokens",
        Note::HooksNeedCarrier { scope: Scope::HOOKS_INTERACT } => {
            "not to be asked for; with work items, code or builds it may come along"
        }
        Note::HooksNeedCarrier { .. } => "not to be asked for; comes with work items, code and builds",
        Note::NoEquivalent { .. } => "no equivalent: decide what is needed",
        _ => "",
    }
}

const HEAD: &str = "\
| Category | Azure DevOps OAuth | Permission in Entra ID | Comes with it | Remarks |
|---|---|---|---|---|
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_scope_and_every_exception_is_mapped_as_the_table_says() {
        // azure.md §1.12 and §4.3
        let table = markdown();
        assert_eq!(table.lines().count(), 2 + 85 + 5);
        insta::assert_snapshot!(table);
    }
}
