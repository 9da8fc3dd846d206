//! The pages about the move from Azure DevOps OAuth to Entra ID, compared with what does it.

#![allow(clippy::expect_used, clippy::panic, reason = "these are tests")]

use std::fs;
use std::path::Path;

use admit_migration::scopes;
use admit_providers::azure_devops::Scope;

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/azure-to-entra").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
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
