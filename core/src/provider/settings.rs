//! What the environment says of one provider, besides its client and its scopes.

use crate::env::{Environment, provider_prefix};

/// The variables that are named for one provider.
///
/// ```
/// use admit::{Environment, provider::Settings};
///
/// let environment = [("AUTH_COMPANY_ISSUER", "https://id.company.example")].into_iter().collect();
/// let settings = Settings::new("company", &environment);
/// assert_eq!(settings.get("ISSUER"), Some("https://id.company.example"));
/// assert_eq!(settings.get("TENANT"), None);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    id: &'a str,
    environment: &'a Environment,
}

impl<'a> Settings<'a> {
    /// Those of the provider under that id.
    pub fn new(id: &'a str, environment: &'a Environment) -> Self {
        Self { id, environment }
    }

    /// The variable `AUTH_<ID>_<NAME>`, if it is set and not blank.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.environment.text(&format!("{}_{name}", provider_prefix(self.id)))
    }
}
