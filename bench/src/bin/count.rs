//! Does one operation a fixed number of times, for a counter of instructions to look on: `count NAME TIMES`.
//! Without arguments it names the operations.

#![allow(clippy::print_stdout, reason = "it is asked for the names")]

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(name) = arguments.next() else {
        bench::operations().for_each(|operation| println!("{}", operation.name));
        return ExitCode::SUCCESS;
    };
    let times = arguments.next().and_then(|times| times.parse::<u32>().ok());
    match (bench::operations().find(|operation| operation.name == name), times) {
        (Some(operation), Some(times)) => {
            (0..times).for_each(|_| operation.run());
            ExitCode::SUCCESS
        }
        _ => ExitCode::FAILURE,
    }
}
