//! Pages of the application's own, in the place of the built-in ones.

/// Paths of pages to show in the place of the built-in ones. The query is the wire's: `error`, `callbackUrl`.
///
/// ```
/// use admit::Pages;
///
/// let pages = Pages::default().sign_in("/welcome").error("/oops");
/// # let _ = pages;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    pub(crate) sign_in: Option<String>,
    pub(crate) sign_out: Option<String>,
    pub(crate) error: Option<String>,
    pub(crate) verify_request: Option<String>,
    pub(crate) new_user: Option<String>,
}

impl Pages {
    /// Where to sign in.
    #[must_use]
    pub fn sign_in(mut self, path: impl Into<String>) -> Self {
        self.sign_in = Some(path.into());
        self
    }

    /// Where to confirm signing out.
    #[must_use]
    pub fn sign_out(mut self, path: impl Into<String>) -> Self {
        self.sign_out = Some(path.into());
        self
    }

    /// Where errors are explained.
    #[must_use]
    pub fn error(mut self, path: impl Into<String>) -> Self {
        self.error = Some(path.into());
        self
    }

    /// Where somebody waits for an e-mail.
    #[must_use]
    pub fn verify_request(mut self, path: impl Into<String>) -> Self {
        self.verify_request = Some(path.into());
        self
    }

    /// Where somebody goes after their first sign-in.
    #[must_use]
    pub fn new_user(mut self, path: impl Into<String>) -> Self {
        self.new_user = Some(path.into());
        self
    }

    pub(crate) fn problems(&self) -> Vec<String> {
        [
            ("sign_in", &self.sign_in),
            ("sign_out", &self.sign_out),
            ("error", &self.error),
            ("verify_request", &self.verify_request),
            ("new_user", &self.new_user),
        ]
        .into_iter()
        .filter_map(|(name, path)| Some((name, path.as_deref()?)))
        .filter(|(_, path)| !path.starts_with('/') || path.starts_with("//") || path.contains(['\\', '#']))
        .map(|(name, path)| {
            format!("pages: {name} is {path:?}, which is no path of this site; begin it with one \"/\"")
        })
        .collect()
    }
}
