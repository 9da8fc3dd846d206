//! What is measured is what it is said to be: with every store, every application answers everybody as it should.

#![allow(clippy::expect_used, reason = "these are tests")]

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bench::load::{Exchange, Load, Started, Until};
use bench::stores::{App, Home, Place, Plan, Report, Store, keep, sign_in_apart};
use tokio::runtime::{Builder, Runtime};

#[test]
fn a_session_is_read_from_every_store_and_everybody_gets_their_own() {
    let plan = Plan { stores: Store::ALL.to_vec(), rounds: 2, turn: Duration::from_millis(50), people: 40 };
    let read = |store| runtime().block_on(plan.read(store, Path::new(PROGRAM), None)).expect("answers");
    let reads: Vec<_> = plan.stores.iter().map(|store| read(*store)).collect();
    for read in &reads {
        let (answered, wrong) = read.answered();
        assert!(answered > 0 && wrong == 0, "{wrong} of {answered}");
    }
    let report = Report { plan: &plan, reads: &reads, sign_ins: &[], kept: None, load_before: "0" }.to_string();
    for row in ["| SQLite | admit, users too | **", "| PostgreSQL | the bare query |", "| Redis | admit, sessions in"] {
        assert!(report.contains(row), "{report}");
    }
    assert!(!report.contains("| Redis | admit, users too"), "it keeps none: {report}");
}

#[test]
fn without_its_session_in_the_store_nobody_is_let_in_by_the_query_or_by_admit() {
    let runtime = runtime();
    let place = runtime.block_on(Place::new(Store::Sqlite)).expect("a place");
    // The first makes the tables.
    for app in [App::Sessions, App::Users, App::Query] {
        let mut command = Command::new(PROGRAM);
        command.args(["serve", app.name(), "sqlite", &place.address]);
        let server = Started::program(command).expect("a server");
        let cookies = vec![format!("__Secure-authjs.session-token={}", "a".repeat(43))];
        let tally = runtime.block_on(async {
            let exchanges = Exchange::of_all("/me", app.body(), &cookies);
            let mut load = Load::connect(server.port, 1, exchanges).await.expect("a connection");
            load.drive(Until::Answered(3)).await.expect("answers")
        });
        assert_eq!((tally.answered, tally.wrong), (3, 3), "{app:?}");
    }
}

#[test]
fn people_sign_in_with_every_home() {
    for home in Home::ALL {
        let figures = runtime().block_on(sign_in_apart(home, 4, Path::new(PROGRAM), None)).expect("everybody is in");
        let at_once: Vec<_> = figures.iter().map(|figures| figures.at_once).collect();
        assert_eq!(at_once, [1, 8, 64], "{home:?}");
        assert!(figures.iter().all(|figures| figures.per_second > 0.0 && figures.median <= figures.slow));
    }
}

#[test]
fn sessions_are_kept_found_and_weighed() {
    let kept = runtime().block_on(keep(10, 200, 1)).expect("all are found").to_string();
    assert!(kept.contains("| 10 | ") && kept.contains("| 200 | "), "{kept}");
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_stores");
