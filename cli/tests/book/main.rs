//! The book's pages about the move from Azure DevOps OAuth to Entra ID say what is so.
//!
//! | block | held by |
//! |---|---|
//! | `rust` | a doc test: see `docs/check` |
//! | `console` | here: the command is run, and has to print what the page shows. A comment before it, such as `scene: Norma comes by Microsoft`, says what happened meanwhile |
//! | `json` | here: it is read |
//! | `sh` | here: variables that admit reads |
//! | `text` | nothing, and a comment before it says why |
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod page;
mod pattern;
mod world;

use std::fs;
use std::path::Path;

use page::Block;
use world::World;

#[test]
fn every_block_is_of_a_kind_that_something_holds_to_the_code() {
    let pages = page::all();
    for block in pages.iter().flat_map(|page| page.blocks()) {
        let Block { place, language, text, note, .. } = &block;
        match *language {
            "rust" | "rust,no_run" | "console" => {}
            "json" => {
                serde_json::from_str::<serde_json::Value>(text).unwrap_or_else(|error| panic!("{place}: {error}"));
            }
            "sh" => variables(&block),
            "text" => {
                let reason = note.and_then(|note| note.strip_prefix("text: ")).unwrap_or_default();
                assert!(!reason.is_empty(), "{place}: text that nothing runs, and no comment says why");
            }
            other => panic!("{place}: nothing runs a block of {other:?}"),
        }
    }
}

/// Each line sets a variable of the book's table, or is a remark.
fn variables(block: &Block<'_>) {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/configuration.md");
    let table = fs::read_to_string(table).unwrap();
    for line in block.text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (name, _) = line.split_once('=').unwrap_or_else(|| panic!("{}: {line:?} sets nothing", block.place));
        let bare = ["_2", "_3"].iter().find_map(|number| name.strip_suffix(number)).unwrap_or(name);
        let is_ours = ["AUTH_URL", "DATABASE_URL", "REDIS_URL"].contains(&name);
        assert!(is_ours || table.contains(&format!("`{bare}`")), "{}: nothing reads {name}", block.place);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_prints_what_the_pages_show() {
    let (mut ran, mut wrong) = (0, Vec::new());
    for page in page::all() {
        let blocks = page.blocks();
        if !blocks.iter().any(|block| block.language == "console") {
            continue;
        }
        let mut world = World::new(&page.name).await;
        for block in blocks.iter().filter(|block| block.language == "console") {
            if let Some(scene) = block.note.and_then(|note| note.strip_prefix("scene: ")) {
                world.play(scene).await;
            }
            for (command, shown) in commands(block) {
                ran += 1;
                let printed = world.run(&command).await;
                if !pattern::shows(&shown, &printed) {
                    wrong
                        .push(format!("{}: $ {command}\nthe page shows:\n{shown}\nit prints:\n{printed}", block.place));
                }
            }
            if world.status != 0 {
                wrong.push(format!("{}: it ends with {}, and the page does not say so", block.place, world.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ran > 0, "no page shows a command");
}

/// What stands behind `$`, and what the page shows below it.
fn commands(block: &Block<'_>) -> Vec<(String, String)> {
    let mut commands: Vec<(String, String)> = Vec::new();
    for line in block.text.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), String::new())),
            (None, Some((command, shown))) if command.ends_with('\\') && shown.is_empty() => {
                command.truncate(command.len() - 1);
                command.push_str(line.trim_start());
            }
            (None, Some((_, shown))) => {
                shown.push_str(line);
                shown.push('\n');
            }
            (None, None) => panic!("{}: it does not begin with a command", block.place),
        }
    }
    commands
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_that_a_page_names_is_there() {
    let mut named = std::collections::BTreeSet::new();
    for page in page::all() {
        for words in page.words().into_iter().filter_map(|word| word.strip_prefix("admit ")) {
            let is_command =
                |word: &&str| word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !word.starts_with('-');
            named.insert(words.split(' ').take_while(is_command).collect::<Vec<_>>().join(" "));
        }
    }
    let mut missing = Vec::new();
    for words in &named {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_admit"));
        let output = command.args(words.split(' ')).arg("--help").env_clear().output().await.unwrap();
        if !output.status.success() {
            missing.push(words);
        }
    }
    assert!(!named.is_empty() && missing.is_empty(), "there is no command {missing:?}");
}
