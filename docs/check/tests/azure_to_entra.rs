//! The pages about the move from Azure DevOps OAuth to Entra ID, compared with what does it.

#![allow(clippy::expect_used, clippy::panic, reason = "these are tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use admit_migration::{Method, Stage, scopes};
use admit_providers::azure_devops::Scope;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn page(name: &str) -> String {
    read(&format!("docs/src/azure-to-entra/{name}"))
}

/// The rows of the table that begins with this head, as cells.
fn table<'a>(page: &'a str, head: &str) -> Vec<Vec<&'a str>> {
    let (_, rest) = page.split_once(&format!("\n{head}\n")).unwrap_or_else(|| panic!("no table {head:?}"));
    let rows = rest.lines().skip(1).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// What stands in backticks in the first cells of a table.
fn names(page: &str, head: &str) -> BTreeSet<String> {
    let rows = table(page, head);
    let cells = rows.iter().filter_map(|row| row.first());
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// The fields of a struct that counts.
fn fields(path: &str, name: &str) -> BTreeSet<String> {
    let source = read(path);
    let (_, rest) = source.split_once(&format!("pub struct {name} {{")).expect("the struct");
    let body = rest.split("\n}").next().expect("its end");
    body.lines()
        .filter_map(|line| line.trim().strip_prefix("pub ")?.split_once(':'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// What stands between the two markers.
fn generated(page: &str) -> &str {
    let (_, rest) = page.split_once("<!-- scopes: begin -->\n").expect("where the table begins");
    rest.split_once("<!-- scopes: end -->").expect("where it ends").0
}

#[test]
fn the_table_of_scopes_is_the_mappers() {
    let (page, mapper) = (page("scopes.md"), scopes::markdown());
    if generated(&page) != mapper {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scopes.md");
        fs::write(&path, &mapper).expect("a folder to write to");
        panic!("docs/src/azure-to-entra/scopes.md has another table than the mapper; put in {}", path.display());
    }
}

#[test]
fn the_table_of_scopes_has_each_of_the_85_once() {
    assert_eq!(Scope::ALL.len(), 85);
    let page = page("scopes.md");
    for scope in Scope::ALL {
        let rows = generated(&page).lines().filter(|line| line.split(" | ").nth(1) == Some(&format!("`{scope}`")));
        assert_eq!(rows.count(), 1, "{scope}");
    }
}

#[test]
fn the_stages_are_those_of_the_move_in_their_order() {
    let page = page("roll-out.md");
    let told = table(&page, "| stage | who comes by Azure DevOps |");
    let told: Vec<_> = told.iter().filter_map(|row| Some(row.first()?.trim_matches('`'))).collect();
    assert_eq!(told, Stage::ALL.map(Stage::name));
}

#[test]
fn the_rules_are_numbered_and_trusted_as_the_move_does() {
    let page = page("identity.md");
    let rules = table(&page, "| # | what is compared | it is | then |");
    assert_eq!(rules.len(), 7, "and the seventh is none");
    for method in Method::ALL {
        let number = method.number().to_string();
        let row = rules.iter().find(|row| row.first() == Some(&number.as_str())).expect("the rule");
        let confidence = match method.confidence().name() {
            "none" => "a hint",
            name => name,
        };
        assert_eq!(row.get(2), Some(&confidence), "{method}");
    }
}

#[test]
fn the_counts_of_the_jobs_are_all_explained() {
    let (identity, roll_out) = (page("identity.md"), page("roll-out.md"));
    let head = "| count | what became of the account | what to do |";
    assert_eq!(names(&identity, head), fields("migration/src/enrich/counts.rs", "EnrichCounts"));
    let head = "| count | what became of the tokens | what to do |";
    assert_eq!(names(&roll_out, head), fields("migration/src/purge.rs", "PurgeCounts"));
}

#[test]
fn the_pages_that_people_see_are_quoted_as_they_are() {
    let reasons = read("core/src/page/reason.rs");
    let troubleshooting = page("troubleshooting.md");
    let rows = table(&troubleshooting, "| what the person sees | code | why | what to do |");
    assert!(rows.len() > 5, "{rows:?}");
    for row in &rows {
        let [seen, code, ..] = row.as_slice() else { panic!("{row:?}") };
        let code = code.trim_matches('`');
        let (_, rest) = reasons.split_once(&format!(" \"{code}\" ")).unwrap_or_else(|| panic!("there is no {code}"));
        if let Some(quoted) = seen.strip_prefix('"').and_then(|seen| seen.strip_suffix('"')) {
            let title = rest.split('"').nth(1).expect("a title");
            assert_eq!(title, quoted, "{code}");
        }
    }
    let questions = read("core/src/language/text.rs");
    for words in ["Have you used this site with ", "Not now"] {
        assert!(questions.contains(words) && page("roll-out.md").contains(words), "{words}");
    }
}

/// Those that people search for.
#[test]
fn every_message_has_a_heading_and_every_number_is_known_to_the_provider() {
    let page = page("troubleshooting.md");
    let headings: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let all = headings.join("\n").to_lowercase();
    for message in [
        "aadsts50011",
        "`invalid_grant`",
        "`invalid_client`",
        "not authorized for the requested scope",
        "denied consent",
        "aadsts65001",
        "aadsts90094",
        "aadsts700016",
        "aadsts650057",
        "aadsts50020",
        "203 with html",
        "tf400813",
        "vs403463",
        "empty lists",
    ] {
        assert!(all.contains(message), "{message} has no heading");
    }
    let known = read("providers/src/microsoft_entra_id/refusal.rs");
    let known: BTreeSet<_> = known.split(|c: char| !c.is_ascii_digit()).collect();
    for number in
        page.split("AADSTS").skip(1).map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().expect("digits"))
    {
        assert!(number.is_empty() || known.contains(number), "AADSTS{number} is not known to the provider");
    }
}
