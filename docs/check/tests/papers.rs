//! What the papers say, compared with the source: lists, names and links.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "these are tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The files below a folder with that ending, as paths from the root.
fn files(folder: &str, ending: &str) -> Vec<String> {
    let (root, mut found, mut open) = (root(), Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "target" && name != "node_modules" {
                open.push(path);
            } else if name.ends_with(ending) {
                found.push(path.strip_prefix(&root).expect("a path below").to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

/// The source of those files, without the tests at their ends.
fn source(paths: &[String]) -> String {
    let text = paths.iter().map(|path| read(path));
    text.map(|text| text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()).collect()
}

/// The part of a page under a heading, up to the next one of the same level.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading:?}"));
    let level = heading.split(' ').next().expect("hashes");
    rest.split(&format!("\n{level} ")).next().expect("a part")
}

/// The words in backticks that stand in the first column of the tables.
fn first_column(section: &str) -> BTreeSet<String> {
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    cells.flat_map(|cell| quoted(&format!("`{cell}"))).collect()
}

fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn difference<'a>(a: &'a BTreeSet<String>, b: &'a BTreeSet<String>) -> Vec<&'a String> {
    a.difference(b).collect()
}

fn assert_same(page: &BTreeSet<String>, code: &BTreeSet<String>) {
    assert!(!code.is_empty(), "nothing was found in the code");
    let (too_many, missing) = (difference(page, code), difference(code, page));
    assert!(too_many.is_empty() && missing.is_empty(), "only on the page: {too_many:?}; only in the code: {missing:?}");
}

#[test]
fn the_rust_on_every_page_is_a_doc_test() {
    let hooks = read("docs/check/src/lib.rs");
    for page in files("", ".md") {
        let has_rust = read(&page).lines().any(|line| line.trim_start().starts_with("```rust"));
        let name = page.rsplit('/').next().expect("a name");
        assert!(!has_rust || hooks.contains(&format!("{name}\")")), "{page} has Rust that nobody compiles");
    }
}

/// rustdoc takes a fence without a language, and an indented block, for Rust.
#[test]
fn every_fence_names_its_language() {
    for page in files("", ".md") {
        let mut inside = false;
        for line in read(&page).lines().map(str::trim_start).filter(|line| line.starts_with("```")) {
            assert!(inside || line != "```", "{page}: a fence without a language");
            inside = !inside;
        }
        assert!(!inside, "{page}: a fence is left open");
    }
}

#[test]
fn the_codes_and_their_statuses_are_those_of_the_engine() {
    let status = |name: &str| match name {
        "BAD_REQUEST" => 400,
        "FORBIDDEN" => 403,
        "NOT_FOUND" => 404,
        "CONFLICT" => 409,
        "INTERNAL_SERVER_ERROR" => 500,
        "SERVICE_UNAVAILABLE" => 503,
        other => panic!("a status that this test does not know: {other}"),
    };
    let table = read("core/src/page/reason.rs");
    let (_, table) = table.split_once("\nreasons! {").expect("the table of reasons");
    let table = table.split("\n}").next().expect("the end of the table");
    let code: BTreeSet<_> = table
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace().skip(1);
            let code = words.next()?.strip_prefix('"')?.strip_suffix('"')?;
            Some(format!("{code} {}", status(words.next()?)))
        })
        .collect();
    let page = read("docs/src/endpoints.md");
    let page: BTreeSet<_> = section(&page, "## The closed list: `code`")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .map(|(code, rest)| format!("{code} {}", rest.split(' ').next().expect("a status")))
        .collect();
    assert_same(&page, &code);
}

#[test]
fn the_error_words_are_those_of_the_engine() {
    let failure = read("core/src/failure.rs");
    let (_, words) = failure.split_once("fn as_str").expect("the words");
    let words = words.split("\n    }").next().expect("the end of the function");
    let code = words.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    assert_same(&first_column(section(&read("docs/src/endpoints.md"), "## The wire's word: `error`")), &code);
}

#[test]
fn the_actions_are_those_of_the_router() {
    let router = read("core/src/route.rs");
    let (_, names) = router.split_once("Some(match name {").expect("the actions");
    let names = names.split("})").next().expect("the end of the match");
    let code = names.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    let page = first_column(section(&read("docs/src/endpoints.md"), "## The nine actions"));
    let page = page.iter().map(|row| row.rsplit("…/").next().expect("a path").replace("/{id}", "")).collect();
    assert_same(&page, &code);
}

#[test]
fn the_environment_variables_are_those_that_are_read() {
    let mut paths = vec!["core/src/env.rs".to_owned(), "core/src/builder.rs".to_owned()];
    paths.extend(files("core/src/builder", ".rs"));
    paths.extend(files("providers/src", ".rs"));
    let page = read("docs/src/configuration.md");
    let page = section(&page, "## Environment variables");
    assert_same(&variables(page), &variables(&source(&paths)));
}

/// What looks like a variable of ours. `_1` to `_3` at the end is the number of a secret.
fn variables(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))
        .filter(|word| ["AUTH_", "NEXTAUTH_", "AZURE_DEVOPS_", "TOKEN_"].iter().any(|start| word.starts_with(start)))
        .map(|word| ["_1", "_2", "_3"].iter().find_map(|number| word.strip_suffix(number)).unwrap_or(word))
        .filter(|word| !word.ends_with('_') && *word != "AUTH_AZURE_DEVOPS")
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_dashboards_variables_are_those_that_it_reads() {
    let settings = read("examples/dashboard/src/settings.rs").replace("//! ", "");
    let page = read("docs/src/start.md");
    assert_same(&first_column(section(&page, "## Run the dashboard")), &first_column(&settings));
}

#[test]
fn the_builders_methods_are_all_explained() {
    let builder = read("core/src/builder.rs") + &source(&files("core/src/builder", ".rs"));
    let code = builder
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("pub fn ")?.split_once("(mut self"))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name != "build")
        .collect();
    assert_same(&first_column(section(&read("docs/src/configuration.md"), "## The builder")), &code);
}

#[test]
fn the_readme_names_every_provider() {
    let source = source(&files("providers/src", ".rs"));
    let functions = source.lines().filter_map(|line| line.strip_prefix("pub fn ")?.split_once("(client: Client)"));
    let code = functions.map(|(name, _)| name.to_owned()).collect();
    for page in ["README.md", "docs/src/providers.md"] {
        assert_same(
            &first_column(section(
                &read(page),
                if page == "README.md" { "## Providers" } else { "## Those that come with admit" },
            )),
            &code,
        );
    }
}

#[test]
fn the_code_map_names_what_is_there_and_all_of_core() {
    let page = read("ARCHITECTURE.md");
    assert!(page.lines().count() <= 280, "ARCHITECTURE.md has {} lines, 280 agreed", page.lines().count());
    let mut named = BTreeSet::new();
    let mut folder = "";
    for line in section(&page, "## Code map").lines() {
        if let Some(name) = line.strip_prefix("### `").and_then(|rest| rest.split('`').next()) {
            folder = name;
            continue;
        }
        let Some(line) = line.strip_prefix("  ").filter(|line| !line.starts_with(' ')) else { continue };
        for name in line.split("  ").next().expect("names").split(' ') {
            named.insert(format!("{folder}{name}"));
        }
    }
    for path in &named {
        assert!(root().join(path).exists(), "ARCHITECTURE.md names {path}, which is not there");
    }
    for path in files("core/src", ".rs").iter().chain(&files("providers/src", ".rs")) {
        let is_named = named.iter().any(|name| path == name || path.starts_with(&format!("{name}/")));
        let has_no_room = path.ends_with("/lib.rs") || path.ends_with("/tests.rs");
        assert!(is_named || has_no_room, "ARCHITECTURE.md does not name {path}");
    }
}

#[test]
fn the_official_client_on_the_page_is_the_one_that_is_tested() {
    let (page, locked) = (read("docs/src/official-client.md"), read("e2e/package.json"));
    for package in ["\"next-auth\": \"", "\"next-auth-v4\": \"npm:next-auth@"] {
        let (_, version) = locked.split_once(package).expect("the package");
        let version = version.split('"').next().expect("a version");
        assert!(page.contains(&format!(" {version}")), "the page names another version than {version}");
    }
}

#[test]
fn every_page_of_the_book_is_in_its_summary() {
    let summary = read("docs/src/SUMMARY.md");
    for page in files("docs/src", ".md").iter().filter_map(|page| page.strip_prefix("docs/src/")) {
        assert!(page == "SUMMARY.md" || summary.contains(&format!("({page})")), "{page} is in no summary");
    }
}

#[test]
fn every_link_to_a_file_leads_somewhere() {
    for page in files("", ".md") {
        let folder = root().join(&page).parent().expect("a folder").to_owned();
        let text = prose(&read(&page));
        for target in text.split("](").skip(1).map(|rest| rest.split([')', ' ']).next().expect("a target")) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { root().join(&page) } else { folder.join(file) };
            assert!(path.exists(), "{page} leads to {target}, which is not there");
            if !fragment.is_empty() {
                let there = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{page}: {target}: {error}"));
                assert!(prose(&there).lines().any(|line| slug(line) == fragment), "{page}: no heading for {target}");
            }
        }
    }
}

/// A page without its code blocks.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// The anchor that a heading gets; nothing for other lines.
fn slug(line: &str) -> String {
    let Some(heading) = line.strip_prefix('#') else { return String::new() };
    let letters = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = letters.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
