//! What is measured is what it is said to be: every row answers everybody as it should, bare and with admit.

#![allow(clippy::expect_used, reason = "these are tests")]

use std::process::Command;

use bench::load::{Body, Exchange, Load, Started, Until};
use bench::rows::ROWS;
use bench::server::{App, Framework};
use tokio::runtime::Builder;

#[test]
fn every_row_answers_everybody_with_their_own_session() {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    for framework in Framework::ALL {
        for row in ROWS {
            let cookies = row.cookies(PEOPLE);
            for (app, path, body) in [(App::Bare, row.bare, Body::Fixed), (row.app, row.path, row.body)] {
                let server = start(framework, app);
                let tally = runtime.block_on(async {
                    let exchanges = Exchange::of_all(path, body, &cookies);
                    let mut load = Load::connect(server.port, 2, exchanges).await.expect("connections");
                    load.drive(Until::Answered(2 * PEOPLE)).await.expect("answers")
                });
                assert_eq!((tally.answered, tally.wrong), (2 * PEOPLE, 0), "{framework:?} {app:?} {path}");
            }
        }
    }
}

#[test]
fn an_answer_that_is_another_persons_is_wrong() {
    let server = start(Framework::Axum, App::Admit);
    let mut cookies = ROWS.iter().find(|row| row.path == "/me").expect("the row").cookies(PEOPLE);
    cookies.swap(0, 1);
    let exchanges = Exchange::of_all("/me", Body::Own, &cookies);
    let tally = Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
        let mut load = Load::connect(server.port, 1, exchanges).await.expect("a connection");
        load.drive(Until::Answered(PEOPLE)).await.expect("answers")
    });
    assert_eq!((tally.answered, tally.wrong), (PEOPLE, 2));
}

#[test]
fn a_server_ends_when_nobody_holds_its_standard_input() {
    let server = start(Framework::Axum, App::Bare);
    assert_eq!(server.end().expect("its end"), "");
}

fn start(framework: Framework, app: App) -> Started {
    Started::server(Command::new(env!("CARGO_BIN_EXE_side_by_side")), framework, app).expect("a server")
}

const PEOPLE: usize = 5;
