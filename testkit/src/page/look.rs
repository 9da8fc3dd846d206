//! Which provider a page is of, at a glance: its name, and an accent that is no company's.

/// A provider, as its pages name it.
#[derive(Debug)]
pub(crate) struct Look {
    /// The real one's name: `Azure DevOps`.
    pub(crate) name: &'static str,
    /// The class that its accent hangs on.
    pub(super) class: &'static str,
}

impl Look {
    /// `Pretend Azure DevOps`.
    pub(crate) fn title(&self) -> String {
        format!("Pretend {}", self.name)
    }
}

pub(crate) const AZURE_DEVOPS: Look = Look { name: "Azure DevOps", class: "plum" };
pub(crate) const ENTRA: Look = Look { name: "Microsoft Entra ID", class: "moss" };
pub(crate) const OPENID: Look = Look { name: "OpenID", class: "indigo" };
