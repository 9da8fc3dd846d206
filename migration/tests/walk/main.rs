//! The whole move, with people of all kinds: nobody is lost, and nobody becomes somebody else.
//!
//! Run it with `--nocapture` for the figures.

mod browser;
mod oracle;
mod phases;
mod population;
mod trouble;
mod world;

use admit::MemoryStore;
use admit_sqlite::SqliteStore;

use oracle::Figures;
use phases::Move;
use world::Store;

/// Everybody who can be proven is linked, and nobody else.
fn assert_done(figures: &Figures) {
    println!("{figures}");
    assert_eq!((figures.linked, figures.wrong, figures.lost), (figures.with_proof, 0, 0));
    let contested = figures.people.div_ceil(200);
    assert!(figures.conflicts >= contested.min(1) && !figures.stranded.is_empty(), "all kinds of people are there");
}

/// All of it, in order.
fn walk<S: Store>(moving: &mut Move<S>) -> Figures {
    moving.begin();
    println!("captured: {:?}", moving.capture());
    moving.prefer();
    println!("planned: {:?}", moving.plan());
    println!("linked beforehand: {:?}", moving.link());
    moving.require();
    println!("purged: {:?}", moving.purge());
    moving.end()
}

// T98, T99, T101, T102, T103, T104, ADO-008, ADO-009, LNK-007, LNK-008, ENT-014
#[test]
fn of_ten_thousand_people_each_with_proof_becomes_themselves_and_nobody_is_lost() {
    let mut moving = Move::new(10_000, MemoryStore::new());
    // All sign in before the move and after it; on the way comes whoever is chosen, since this is not to take all day.
    moving.one_in = 8;
    let figures = walk(&mut moving);
    assert_done(&figures);
}

// ADO-014
#[test]
fn processes_that_are_killed_in_every_phase_lose_nobody() {
    let mut moving = Move::new(500, MemoryStore::new());
    moving.kills = true;
    let figures = walk(&mut moving);
    println!("killed={}", moving.world.deaths());
    assert!(moving.world.deaths() > 50, "{}", moving.world.deaths());
    assert_done(&figures);
}

#[test]
fn processes_over_one_file_that_are_killed_in_every_phase_lose_nobody() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("walk-{}.db", std::process::id()));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let store = runtime.block_on(SqliteStore::open(&file)).expect("a store");
    let mut moving = Move::new(120, store);
    moving.kills = true;
    let figures = walk(&mut moving);
    println!("killed={}", moving.world.deaths());
    assert!(moving.world.deaths() > 20, "{}", moving.world.deaths());
    assert_done(&figures);
    drop(moving);
    std::fs::remove_file(file).expect("a file that is there");
}

// ADO-010, ADO-012
#[test]
fn every_phase_can_be_gone_back_from_and_everybody_is_who_they_were() {
    let mut moving = Move::new(500, MemoryStore::new());
    let back = |moving: &mut Move<_>, from: &str| {
        let undone = moving.roll_back();
        let figures = moving.figures();
        println!("back from {from}: {undone:?}\n{figures}");
        assert_eq!((figures.wrong, figures.lost), (0, 0));
    };
    moving.begin();
    moving.capture();
    back(&mut moving, "the capture");
    moving.prefer();
    moving.link();
    back(&mut moving, "the links");
    moving.prefer();
    moving.link();
    moving.require();
    back(&mut moving, "the cut-over");
    moving.link();
    moving.require();
    moving.purge();
    back(&mut moving, "the purge");
    moving.link();
    moving.require();
    moving.purge();
    assert_done(&moving.end());
    back(&mut moving, "the end");
    moving.link();
    moving.require();
    moving.purge();
    assert_done(&moving.end());
}

#[test]
fn providers_that_answer_nobody_lose_nobody_and_leave_nothing_half_written() {
    let mut moving = Move::new(500, MemoryStore::new());
    moving.begin();
    let before = moving.rows();
    moving.providers_are_busy();
    println!("with both providers at 429: {:?}", moving.nobody_comes_in());
    assert_eq!(moving.rows(), before);
    moving.azure_alone_is_busy();
    moving.nobody_is_captured();
    println!("with Azure DevOps at 429: {:?}", moving.only_newcomers_come_in());
    moving.providers_answer();
    println!("captured: {:?}", moving.capture());
    moving.prefer();
    println!("linked beforehand: {:?}", moving.link());
    moving.require();
    moving.purge();
    assert_done(&moving.end());
}
