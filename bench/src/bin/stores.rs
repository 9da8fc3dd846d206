//! Three programs in one: `stores measure …`, and `stores serve APP STORE ADDRESS` and `stores sign-in HOME ADDRESS…`,
//! which the first one starts.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it reports to whoever started it")]

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs, io};

use bench::side_by_side::machine::{Cores, load_average};
use bench::stores::{App, Home, Plan, Report, Store, keep, serve, sign_in, sign_in_apart};
use tokio::runtime::{Builder, Runtime};

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ended = match words.split_first() {
        Some((&"measure", words)) => Task::of(words).and_then(Task::measure),
        Some((&"serve", [app, store, address])) => serving(app, store, address),
        Some((&"sign-in", [home, least, addresses @ ..])) => signing_in(home, least, addresses),
        _ => Err(USAGE.into()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stores: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serving(app: &str, store: &str, address: &str) -> Result<(), Box<dyn Error>> {
    let app = App::ALL.into_iter().find(|known| known.name() == app).ok_or(USAGE)?;
    Ok(serve(app, store_of(store)?, address)?)
}

fn signing_in(home: &str, least: &str, addresses: &[&str]) -> Result<(), Box<dyn Error>> {
    let home = Home::ALL.into_iter().find(|known| known.name() == home).ok_or(USAGE)?;
    let figures = runtime()?.block_on(sign_in(home, addresses, least.parse()?))?;
    figures.iter().for_each(|figures| println!("{figures}"));
    Ok(())
}

/// What is to be measured.
struct Task {
    plan: Plan,
    /// The parts: reads, sign-ins, million.
    parts: Vec<String>,
    sign_ins: usize,
    many: usize,
    record: Option<String>,
}

impl Task {
    fn of(words: &[&str]) -> Result<Self, Box<dyn Error>> {
        let mut task = Self {
            plan: Plan { stores: Vec::new(), rounds: 9, turn: Duration::from_secs(1), people: 10_000 },
            parts: Vec::new(),
            sign_ins: 300,
            many: 1_000_000,
            record: None,
        };
        for pair in words.chunks(2) {
            let [option, value] = pair else { return Err(USAGE.into()) };
            match *option {
                "--on" => task.plan.stores.push(store_of(value)?),
                "--only" if PARTS.contains(value) => task.parts.push((*value).to_owned()),
                "--rounds" => task.plan.rounds = value.parse::<usize>()?.clamp(1, 100),
                "--turn" => task.plan.turn = Duration::from_millis(value.parse::<u64>()?.clamp(50, 10_000)),
                "--sign-ins" => task.sign_ins = value.parse::<usize>()?.clamp(3, 100_000),
                "--sessions" => task.many = value.parse::<usize>()?.clamp(1_000, 10_000_000),
                "--record" => task.record = Some((*value).to_owned()),
                _ => return Err(USAGE.into()),
            }
        }
        if task.plan.stores.is_empty() {
            task.plan.stores = Store::ALL.to_vec();
        }
        Ok(task)
    }

    /// A goal that is missed is reported, and no failure: the times depend on the machine. A wrong answer is one.
    fn measure(self) -> Result<(), Box<dyn Error>> {
        let cores = Cores::choose()?;
        cores.take_ours()?;
        let load_before = load_average();
        let (runtime, program) = (runtime()?, env::current_exe()?);
        let Self { plan, .. } = &self;
        let mut reads = Vec::new();
        for store in plan.stores.iter().filter(|_| self.wants("reads")) {
            let read = runtime.block_on(plan.read(*store, &program, Some(cores)))?;
            eprintln!("{read}");
            reads.push(read);
        }
        let mut sign_ins = Vec::new();
        let homes = Home::ALL.into_iter().filter(|home| home.stores().iter().all(|store| plan.stores.contains(store)));
        for home in homes.filter(|_| self.wants("sign-ins")) {
            let figures = sign_in_apart(home, self.sign_ins, &program, Some(cores));
            sign_ins.push((home, runtime.block_on(figures)?));
        }
        let wants_million = self.wants("million") && plan.stores.contains(&Store::Sqlite);
        let kept = if wants_million { Some(runtime.block_on(keep(1_000, self.many, 15))?) } else { None };

        let (reads, sign_ins, load_before) = (&*reads, &*sign_ins, &*load_before);
        let report = Report { plan, reads, sign_ins, kept: kept.as_ref(), load_before };
        println!("{report}");
        if let Some(file) = &self.record {
            fs::write(file, format!("{report}\n"))?;
        }
        match reads.iter().map(|read| read.answered().1).sum() {
            0_usize => Ok(()),
            wrong => Err(format!("{wrong} answers were wrong").into()),
        }
    }

    fn wants(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|wanted| wanted == part)
    }
}

fn store_of(name: &str) -> Result<Store, Box<dyn Error>> {
    Store::ALL.into_iter().find(|store| store.name() == name).ok_or_else(|| USAGE.into())
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

const PARTS: [&str; 3] = ["reads", "sign-ins", "million"];
const USAGE: &str = "\
use: stores measure [--on sqlite|postgres|redis]… [--only reads|sign-ins|million]… [--rounds 9] [--turn MILLISECONDS]
                    [--sign-ins 300] [--sessions 1000000] [--record FILE]
     stores serve bare|query|sessions|users sqlite|postgres|redis ADDRESS
     stores sign-in cookie|sqlite|postgres|redis|redis+sqlite NUMBER ADDRESS…";
