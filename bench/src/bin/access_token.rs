//! What an access token costs that is good for a while, beside the session alone and the bare look-up.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it reports to whoever started it")]

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use bench::access_token::{Home, Plan, Report};
use bench::side_by_side::machine::load_average;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match measure(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("access-token: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A goal that is missed is reported, and no failure: the times depend on the machine.
fn measure(words: &[&str]) -> Result<(), Box<dyn Error>> {
    let mut plan = Plan { rounds: 25, each: 10_000 };
    let mut record = None;
    for pair in words.chunks(2) {
        match *pair {
            ["--rounds", rounds] => plan.rounds = rounds.parse::<usize>()?.clamp(1, 1000),
            ["--record", file] => record = Some(file),
            _ => return Err(USAGE.into()),
        }
    }
    let load_before = load_average();
    let measured = Home::ALL.map(|home| plan.measure(home));
    let report = Report { plan: &plan, measured: &measured, load_before: &load_before };
    println!("{report}");
    if let Some(file) = record {
        fs::write(file, format!("{report}\n"))?;
    }
    Ok(())
}

const USAGE: &str = "use: access_token [--rounds 25] [--record FILE]";
