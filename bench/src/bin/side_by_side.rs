//! Three programs in one, since they take minutes to link: `side_by_side pairs …`, `side_by_side instructions …`, and
//! `side_by_side serve FRAMEWORK APP`, which the other two start.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it reports to whoever started it")]

use std::error::Error;
use std::fs;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use bench::instructions::{self, Counted, count};
use bench::server::{App, Framework, serve};
use bench::side_by_side::machine::{Cores, load_average};
use bench::side_by_side::{self, Measured, Plan, Report};
use tokio::runtime::{Builder, Runtime};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ended = match words.split_first() {
        Some((&"serve", words)) => serving(words),
        Some((&"pairs", words)) => pairs(words),
        Some((&"instructions", words)) => instructions(words),
        _ => Err(USAGE.into()),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("side-by-side: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serving(words: &[&str]) -> Result<bool, Box<dyn Error>> {
    let [framework, app] = words else { return Err(USAGE.into()) };
    let app = App::ALL.into_iter().find(|known| known.name() == *app).ok_or(USAGE)?;
    serve(framework_of(framework)?, app)?;
    Ok(true)
}

/// Whether every answer was right. A goal that is missed is reported, and no failure: the times depend on the machine.
fn pairs(words: &[&str]) -> Result<bool, Box<dyn Error>> {
    let mut plan = Plan { frameworks: Framework::ALL.to_vec(), pairs: 9, half: Duration::from_secs(1) };
    let mut record = None;
    for pair in words.chunks(2) {
        let [option, value] = pair else { return Err(USAGE.into()) };
        match *option {
            "--on" => plan.frameworks = vec![framework_of(value)?],
            "--pairs" => plan.pairs = value.parse::<usize>()?.clamp(1, 100),
            "--half" => plan.half = Duration::from_millis(value.parse::<u64>()?.clamp(50, 10_000)),
            "--record" => record = Some(value),
            _ => return Err(USAGE.into()),
        }
    }
    let cores = Cores::choose()?;
    cores.take_ours()?;
    let load_before = load_average();
    println!("{}", side_by_side::HEADING);
    let measured = runtime()?.block_on(plan.measure(cores, |measured| println!("{measured}")))?;
    let report = Report { plan: &plan, measured: &measured, load_before: &load_before };
    println!("\n{}", report.circumstances());
    if let Some(file) = record {
        fs::write(file, format!("{report}\n"))?;
    }
    Ok(measured.iter().map(Measured::wrong).sum::<usize>() == 0)
}

/// Whether no row takes more than was agreed.
fn instructions(words: &[&str]) -> Result<bool, Box<dyn Error>> {
    let named: Result<Vec<_>, _> = words.iter().map(|word| framework_of(word)).collect();
    let frameworks = if words.is_empty() { Framework::ALL.to_vec() } else { named? };
    println!("{}", instructions::HEADING);
    let mut within = true;
    for framework in frameworks {
        let counted = runtime()?.block_on(count(framework, |counted| println!("{counted}")))?;
        within &= counted.iter().all(Counted::is_within);
    }
    Ok(within)
}

fn framework_of(name: &str) -> Result<Framework, Box<dyn Error>> {
    Framework::ALL.into_iter().find(|framework| framework.name() == name).ok_or_else(|| USAGE.into())
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

const USAGE: &str = "\
use: side_by_side pairs [--on axum|actix] [--pairs 9] [--half MILLISECONDS] [--record FILE]
     side_by_side instructions [axum] [actix]
     side_by_side serve axum|actix bare|admit|forgetful";
