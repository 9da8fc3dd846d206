//! The same application with and without admit, in turns, and how much of the processor either takes.
//!
//! A pair is a second of the one and a second of the other, so that whatever else the machine does falls on both. What is
//! kept of a pair is its ratio.

pub mod machine;
pub(crate) mod pairs;
mod report;
pub(crate) mod spread;

use std::process::Command;
use std::time::Duration;
use std::{env, io};

use self::machine::Cores;
use self::pairs::{Pair, Side};
pub use self::report::{HEADING, Report};
use crate::load::{Body, Started};
use crate::people::PEOPLE;
use crate::rows::{ROWS, Row};
use crate::server::{App, Framework};

/// How much is measured.
#[derive(Clone, Debug)]
pub struct Plan {
    /// On which frameworks.
    pub frameworks: Vec<Framework>,
    /// How many pairs for each row.
    pub pairs: usize,
    /// How long each half of a pair is.
    pub half: Duration,
}

/// What was measured of one row.
#[derive(Clone, Debug)]
pub struct Measured {
    framework: Framework,
    row: Row,
    pairs: Vec<Pair>,
}

impl Plan {
    /// Measures all rows, and hands each over as soon as it is there.
    ///
    /// # Errors
    /// When a server cannot be started, or breaks a connection.
    pub async fn measure(&self, cores: Cores, each: impl Fn(&Measured)) -> io::Result<Vec<Measured>> {
        let mut all = Vec::new();
        for &framework in &self.frameworks {
            for row in ROWS {
                let measured = self.row(framework, row, cores).await?;
                each(&measured);
                all.push(measured);
            }
        }
        Ok(all)
    }

    async fn row(&self, framework: Framework, row: Row, cores: Cores) -> io::Result<Measured> {
        let program = env::current_exe()?;
        let start = |app| {
            let mut taskset = Command::new("taskset");
            taskset.arg("-c").arg(cores.server.to_string()).arg(&program);
            Started::server(taskset, framework, app)
        };
        let (bare, admit) = (start(App::Bare)?, start(row.app)?);
        let cookies = row.cookies(PEOPLE);
        let mut bare = Side::new(&bare, row.bare, Body::Fixed, &cookies).await?;
        let mut admit = Side::new(&admit, row.path, row.body, &cookies).await?;
        let mut pairs = Vec::with_capacity(self.pairs);
        for number in 0..self.pairs {
            pairs.push(Pair::measure(&mut bare, &mut admit, self.half, number).await?);
        }
        Ok(Measured { framework, row, pairs })
    }
}
