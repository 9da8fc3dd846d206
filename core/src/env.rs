//! The environment variables, read in this one file.

use std::collections::BTreeMap;
use std::fmt;

use crate::Secret;

/// The variables that [`build()`](crate::AuthBuilder::build) looks at: the process's, or a set of a test's own.
///
/// A variable that is set but blank counts as absent.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, Secret>);

impl Environment {
    /// The process's variables, as they are now. Those that are no Unicode are passed over.
    pub fn process() -> Self {
        #[allow(clippy::disallowed_methods, reason = "the one place that reads the environment")]
        let variables = std::env::vars_os();
        variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect()
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.expose().trim()).filter(|value| !value.is_empty())
    }

    pub(crate) fn secret(&self, name: &str) -> Option<Secret> {
        self.text(name).map(Secret::new)
    }

    /// `NAME_3`, `NAME_2`, `NAME_1`, `NAME`: the highest number is the newest.
    pub(crate) fn secrets(&self, name: &str) -> Vec<Secret> {
        self.named_secrets(name).map(|(_, secret)| secret).collect()
    }

    /// The same, each with the name it was found under.
    pub(crate) fn named_secrets(&self, name: &str) -> impl Iterator<Item = (String, Secret)> {
        let numbered = (1..=3).rev().map(move |number| format!("{name}_{number}"));
        numbered.chain([name.to_owned()]).filter_map(|name| Some((name.clone(), self.secret(&name)?)))
    }
}

impl<N: Into<String>, V: Into<Secret>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for Environment {
    /// The names that are set; the values may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// How the variable of a provider begins: `azure-devops` gives `AUTH_AZURE_DEVOPS`.
pub(crate) fn provider_prefix(id: &str) -> String {
    format!("AUTH_{}", id.to_ascii_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_number_is_the_newest_and_blank_is_absent() {
        let env: Environment =
            [("AUTH_SECRET", "base"), ("AUTH_SECRET_1", "one"), ("AUTH_SECRET_2", " "), ("AUTH_SECRET_3", "three")]
                .into_iter()
                .collect();
        let order: Vec<_> = env.secrets("AUTH_SECRET").iter().map(|secret| secret.expose().to_owned()).collect();
        assert_eq!(order, ["three", "one", "base"]);
    }

    #[test]
    fn a_variable_is_named_for_the_provider() {
        assert_eq!(provider_prefix("microsoft-entra-id"), "AUTH_MICROSOFT_ENTRA_ID");
    }

    #[test]
    fn printing_the_environment_shows_no_value() {
        let env: Environment = [("AUTH_SECRET", "hush")].into_iter().collect();
        assert_eq!(format!("{env:?}"), r#"{"AUTH_SECRET"}"#);
    }
}
