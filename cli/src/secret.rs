//! `admit secret`: a secret for sessions, made by the operating system's chance.

use std::io::{self, Write};
use std::num::NonZeroU8;

use admit::{Random, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::Args;

use crate::exit::{Exit, Failure};

/// Makes an AUTH_SECRET
///
/// 33 random bytes in base64, as Auth.js makes them. Each one replaces nothing by itself: put it where the application
/// reads its environment, and keep the one before as AUTH_SECRET_1 until the sessions that it sealed have ended.
#[derive(Debug, Args)]
pub(crate) struct Make {
    /// How many
    #[arg(long, default_value = "1", value_name = "N")]
    count: NonZeroU8,
    /// The value alone, without AUTH_SECRET= before it
    #[arg(long)]
    bare: bool,
}

impl Make {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        self.write(&mut io::stdout().lock(), &SystemRandom).map_err(Failure::Output)?;
        // A program that takes the value alone reads no advice.
        if !self.bare {
            // To nobody, if the stream is closed.
            let _ = writeln!(io::stderr(), "{ADVICE}");
        }
        Ok(Exit::Done)
    }

    fn write(&self, to: &mut impl Write, random: &dyn Random) -> io::Result<()> {
        for _ in 0..self.count.get() {
            let mut bytes = [0; BYTES];
            random.fill(&mut bytes);
            let name = if self.bare { "" } else { "AUTH_SECRET=" };
            writeln!(to, "{name}{}", STANDARD.encode(bytes))?;
        }
        to.flush()
    }
}

/// A multiple of three, so that base64 needs no `=` at the end, which some shells and files mind.
const BYTES: usize = 33;
const ADVICE: &str = "\
Keep it out of the repository. A second secret goes beside the first, with a higher number: AUTH_SECRET_2 seals what is
new, and the others are still read.";

#[cfg(test)]
mod tests {
    use admit_testkit::FixedRandom;

    use super::*;

    fn written(count: u8, bare: bool) -> String {
        let mut to = Vec::new();
        let make = Make { count: NonZeroU8::new(count).unwrap(), bare };
        make.write(&mut to, &FixedRandom::new(1)).unwrap();
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn a_secret_is_44_characters_that_no_shell_minds() {
        for line in written(5, false).lines() {
            let value = line.strip_prefix("AUTH_SECRET=").unwrap();
            assert_eq!(value.len(), 44);
            assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte)), "{value}");
        }
    }

    #[test]
    fn every_one_is_another_and_bare_is_the_value_alone() {
        let bare = written(3, true);
        let mut lines: Vec<_> = bare.lines().collect();
        assert!(lines.iter().all(|line| line.len() == 44), "{bare}");
        lines.dedup();
        assert_eq!(lines.len(), 3);
    }
}
