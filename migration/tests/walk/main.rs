//! The whole move, with people of all kinds: nobody is lost, and nobody becomes somebody else.

mod browser;
mod oracle;
mod phases;
mod population;
mod world;

use admit::MemoryStore;

use phases::Move;
use world::Store;

/// All of it, in order.
fn walk<S: Store>(people: usize, store: S) -> Move<S> {
    let mut moving = Move::new(people, store);
    let mut at = std::time::Instant::now();
    let mut lap = |what: &str| { println!("{what} {:?}", at.elapsed()); at = std::time::Instant::now(); };
    moving.begin();
    lap("begin");
    println!("enrich: {:?}", moving.capture());
    lap("enrich");
    moving.prefer();
    lap("prefer");
    println!("plan: {:?}", moving.plan());
    println!("link: {:?}", moving.link());
    println!("{}", moving.figures());
    lap("link");
    moving.require();
    lap("require");
    println!("purge: {:?}", moving.purge());
    lap("purge");
    println!("{}", moving.end());
    lap("end");
    moving
}

#[test]
fn everybody_with_proof_is_linked_to_themselves_and_nobody_is_lost() {
    walk(500, MemoryStore::new());
}
