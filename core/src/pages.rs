//! Pages of the application's own, in the place of the built-in ones.

/// Paths of pages to show in the place of the built-in ones. The query is the wire's: `error`, `callbackUrl`. What the
/// built-in page would say to it is what [`Current::sign_in_page`](crate::Current::sign_in_page) gives, and the methods
/// beside it.
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
    pub(crate) account: Option<String>,
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

    /// Where somebody sees how and where they are signed in, and changes it.
    #[must_use]
    pub fn account(mut self, path: impl Into<String>) -> Self {
        self.account = Some(path.into());
        self
    }

    /// What is wrong with them on a site whose built-in pages lie under `base_path`.
    pub(crate) fn problems(&self, base_path: Option<&str>) -> Vec<String> {
        [
            ("sign_in", &self.sign_in, "/signin"),
            ("sign_out", &self.sign_out, "/signout"),
            ("error", &self.error, "/error"),
            ("verify_request", &self.verify_request, "/verify-request"),
            ("new_user", &self.new_user, "/"),
            ("account", &self.account, "/account"),
        ]
        .into_iter()
        .filter_map(|(name, path, built_in)| {
            let path = path.as_deref()?;
            if !path.starts_with('/') || path.starts_with("//") || path.contains(['\\', '#']) {
                return Some(format!(
                    "pages: {name} is {path:?}, which is no path of this site; begin it with one \"/\""
                ));
            }
            if !path.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Some(format!("pages: {name} is {path:?}, which fits no redirect; percent-encode it"));
            }
            let place = path.split('?').next().unwrap_or_default().trim_end_matches('/');
            let leads_to_itself = base_path.and_then(|base| place.strip_prefix(base)) == Some(built_in);
            leads_to_itself.then(|| {
                format!("pages: {name} is {path:?}, the page it stands in for, so that a browser would go in circles; leave it out")
            })
        })
        .collect()
    }
}
