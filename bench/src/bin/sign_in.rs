//! Three programs in one: `sign_in measure …`, and `sign_in serve SITE ISSUER PORT` and `sign_in provider PORT…`, which
//! the first one starts.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it reports to whoever started it")]

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use bench::side_by_side::machine::{Cores, load_average};
use bench::trips::{Plan, Report, Site, serve, serve_provider, this};
use tokio::runtime::Builder;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ended = match words.split_first() {
        Some((&"measure", words)) => measure(words),
        Some((&"serve", [site, issuer, port])) => serving(site, issuer, port),
        Some((&"provider", ports)) => provider(ports),
        _ => Err(USAGE.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sign-in: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serving(site: &str, issuer: &str, port: &str) -> Result<(), Box<dyn Error>> {
    Ok(serve(site_of(site)?, issuer, port.parse()?)?)
}

fn provider(ports: &[&str]) -> Result<(), Box<dyn Error>> {
    let ports: Result<Vec<u16>, _> = ports.iter().map(|port| port.parse()).collect();
    Ok(serve_provider(&ports?)?)
}

/// A goal that is missed is reported, and no failure: the times depend on the machine.
fn measure(words: &[&str]) -> Result<(), Box<dyn Error>> {
    let mut plan = Plan { sites: Site::ALL.to_vec(), warm_up: 30, turns: 10, each: 30 };
    let mut only = Vec::new();
    let mut record = None;
    for pair in words.chunks(2) {
        let [option, value] = pair else { return Err(USAGE.into()) };
        match *option {
            "--on" => only.push(site_of(value)?),
            "--turns" => plan.turns = value.parse::<usize>()?.clamp(1, 100),
            "--record" => record = Some(value),
            _ => return Err(USAGE.into()),
        }
    }
    if !only.is_empty() {
        plan.sites = only;
    }
    let cores = Cores::choose()?;
    cores.take_ours()?;
    let load_before = load_average();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let measured = runtime.block_on(plan.measure(&this()?, Some(cores)))?;
    let report = Report { plan: &plan, measured: &measured, load_before: &load_before };
    println!("{report}");
    if let Some(file) = record {
        fs::write(file, format!("{report}\n"))?;
    }
    Ok(())
}

fn site_of(name: &str) -> Result<Site, Box<dyn Error>> {
    Site::ALL.into_iter().find(|site| site.name() == name).ok_or_else(|| USAGE.into())
}

const USAGE: &str = "\
use: sign_in measure [--on admit-axum|admit-actix|by-hand|authjs]… [--turns 10] [--record FILE]
     sign_in serve admit-axum|admit-actix|by-hand ISSUER PORT
     sign_in provider PORT…";
