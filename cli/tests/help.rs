//! The help of every command is the one that the book shows.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

mod support;

use support::{Ran, on_the_page, shown_on_the_page};

#[tokio::test]
async fn the_book_shows_the_help_of_every_command_to_the_letter() {
    let mut open = vec![String::new()];
    let mut shown = Vec::new();
    while let Some(command) = open.pop() {
        let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
        let ran = Ran::of(&arguments, &[]).await;
        assert_eq!(ran.code, Some(0), "{command}: {}", ran.err);
        let line = format!("admit {}", arguments.join(" "));
        let (_, commands) = ran.out.split_once("\nCommands:\n").unwrap_or_default();
        let commands = commands.lines().take_while(|line| line.starts_with("  "));
        let names = commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
        let below: Vec<String> = names.map(|name| format!("{command} {name}")).collect();
        // Of those with commands below them only the first is shown: the others just list.
        if below.is_empty() || command.is_empty() {
            assert_eq!(on_the_page(&line).trim_end(), ran.out.trim_end(), "{line}");
            shown.push(line);
        }
        open.extend(below);
    }
    let on_the_page = shown_on_the_page().into_iter().filter(|line| line.ends_with("--help"));
    assert!(on_the_page.into_iter().all(|line| shown.contains(&line)), "the book shows a command that is not there");
    assert!(shown.len() >= 6, "{shown:?}");
}

#[tokio::test]
async fn a_secret_does_for_a_site_and_its_advice_goes_elsewhere() {
    let ran = Ran::of(&["secret", "--count", "2"], &[]).await;
    let secrets: Vec<_> = ran.out.lines().map(|line| line.strip_prefix("AUTH_SECRET=").unwrap()).collect();
    assert_eq!((ran.code, secrets.len()), (Some(0), 2), "{}", ran.err);
    assert!(secrets[0] != secrets[1] && !ran.err.contains(secrets[0]), "{}", ran.err);
    assert!(ran.err.contains("out of the repository"), "{}", ran.err);
    let bare = Ran::of(&["secret", "--bare"], &[]).await;
    assert_eq!((bare.out.trim_end().len(), bare.err.as_str()), (44, ""));
    // Neither is it found weak.
    let doctor = Ran::of(&["doctor", "--offline", "--format", "csv"], &[("AUTH_SECRET", secrets[0])]).await;
    assert!(doctor.out.contains("ok,AUTH_SECRET,it seals\n"), "{}", doctor.out);
    assert_eq!(Ran::of(&["secret", "--count", "0"], &[]).await.code, Some(2));
}
