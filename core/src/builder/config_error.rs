//! What `build()` says when a configuration is not in order.

use std::fmt;

/// All that is wrong with a configuration.
///
/// `Debug` says what `Display` says, since `main` shows the error that it returns, and `unwrap` the one it meets, by
/// `Debug`: a list reads better than a list of strings in quotes.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    pub(super) problems: Vec<String>,
}

impl ConfigError {
    /// The problems, each with its remedy.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.problems.len() == 1 { "problem" } else { "problems" };
        write!(f, "admit cannot start, {} {plural}:", self.problems.len())?;
        for problem in &self.problems {
            write!(f, "\n- {problem}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_leaves_main_is_read_as_a_list() {
        let problems = vec!["AUTH_SECRET is not set; try \"openssl rand -base64 33\"".to_owned(), "b".to_owned()];
        let error: Box<dyn std::error::Error> = Box::new(ConfigError { problems });
        assert_eq!(
            format!("Error: {error:?}"),
            "Error: admit cannot start, 2 problems:\n- AUTH_SECRET is not set; try \"openssl rand -base64 33\"\n- b"
        );
    }
}
