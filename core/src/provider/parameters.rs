//! The parameters of a request to a provider.

use std::fmt;

use crate::oauth;

/// Names and values in order, each name once.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Sets a value, in the place of an earlier one of that name.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some(entry) => entry.1 = value,
            None => self.0.push((name, value)),
        }
    }

    /// Takes a value out.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// The value under a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// As a query or form body. A space is `%20`, which every server reads alike.
    pub fn encode(&self) -> String {
        oauth::form_encode(self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

impl fmt::Debug for Parameters {
    /// The names: among the values may be a client's secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}
