//! Where the servers' programs are.

use std::fs;
use std::path::{Path, PathBuf};

use super::ServerError;

/// A program that may be installed.
pub(super) struct Program {
    pub(super) name: &'static str,
    pub(super) package: &'static str,
    /// The environment variable that may name it, or the folder that holds it.
    pub(super) variable: &'static str,
}

impl Program {
    pub(super) fn find(&self) -> Result<PathBuf, ServerError> {
        // Only tests run this, and none of them sets a variable.
        #[allow(
            clippy::disallowed_methods,
            reason = "where programs are is the machine's matter, not the application's"
        )]
        let (said, path) = (std::env::var_os(self.variable), std::env::var_os("PATH").unwrap_or_default());
        let found = match said {
            Some(said) => [PathBuf::from(&said), Path::new(&said).join(self.name)].into_iter().find(|at| at.is_file()),
            None => std::env::split_paths(&path)
                .chain(debian())
                .map(|folder| folder.join(self.name))
                .find(|at| at.is_file()),
        };
        let Self { name, package, variable } = *self;
        found.ok_or(ServerError::Missing { program: name, package, variable })
    }
}

/// `/usr/lib/postgresql/15/bin`, the newest release first. Debian keeps the servers off the path.
fn debian() -> Vec<PathBuf> {
    let releases = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut releases: Vec<_> = releases
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .collect();
    releases.sort_by(|one, other| other.cmp(one));
    releases.into_iter().map(|(_, folder)| folder).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_not_there_is_told_with_the_package_that_brings_it() {
        let program =
            Program { name: "admit-no-such-server", package: "no-such-package", variable: "ADMIT_NO_SUCH_SERVER" };
        assert_eq!(
            program.find().unwrap_err().to_string(),
            "admit-no-such-server is not installed — on Debian: apt-get install no-such-package — or say in \
             ADMIT_NO_SUCH_SERVER where it is"
        );
    }
}
