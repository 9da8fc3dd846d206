//! The walk, as its reader starts it.

use std::path::Path;
use std::process::Command;

#[test]
fn the_walk_ends_with_azure_devops_off_and_everybody_with_proof_still_themselves() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("walk");
    let ended = Command::new("bash").arg(script).output().expect("the script runs");
    let (said, errors) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{said}\n{errors}");
    assert!(said.contains("8 of 8 people with proof are who they were; wrong: 0."), "{said}");
    assert!(!said.contains("SOMEBODY ELSE"), "{said}");
}
