//! Which action a path asks for: one of the wire's, or one of ours beside them.
//!
//! A path is the base path, an action, and for some actions a provider's id; whole segments, in lower case, never
//! percent-decoded. One slash may follow. The text `undefined` counts as no provider, since a client once sent it.

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route<'a> {
    pub(crate) action: Action,
    pub(crate) provider: Option<&'a str>,
}

/// What is asked of a person's sessions: `sessions`, `sessions/{which}`, and `sessions/{which}/end` for forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionsRoute<'a> {
    List,
    Which { which: &'a str, by_form: bool },
}

/// What is asked of the accounts of whoever is signed in: `accounts`, `link/{provider}`, `unlink/{provider}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountsRoute<'a> {
    List,
    Link(&'a str),
    Unlink(&'a str),
}

/// The actions of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Providers,
    Session,
    Csrf,
    SignIn,
    SignOut,
    Callback,
    VerifyRequest,
    Error,
    WebauthnOptions,
}

impl<'a> Route<'a> {
    pub(crate) fn parse(path: &'a str, base: &str) -> Option<Self> {
        let rest = path.strip_prefix(base)?.strip_prefix('/')?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (name, provider) = match rest.split_once('/') {
            None => (rest, None),
            Some((name, provider)) => (name, Some(provider)),
        };
        let action = Action::parse(name)?;
        match provider {
            None => Some(Self { action, provider: None }),
            Some(id) if id.is_empty() || id.contains('/') || !action.takes_a_provider() => None,
            Some("undefined") => Some(Self { action, provider: None }),
            Some(id) => Some(Self { action, provider: Some(id) }),
        }
    }
}

/// Whether it is the page of one's account: `account`.
pub(crate) fn is_account_page(path: &str, base: &str) -> bool {
    let rest = path.strip_prefix(base).and_then(|rest| rest.strip_prefix("/account"));
    matches!(rest, Some("" | "/"))
}

impl<'a> SessionsRoute<'a> {
    pub(crate) fn parse(path: &'a str, base: &str) -> Option<Self> {
        let rest = path.strip_prefix(base)?.strip_prefix("/sessions")?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.is_empty() {
            return Some(Self::List);
        }
        let which = rest.strip_prefix('/')?;
        let (which, by_form) = which.strip_suffix("/end").map_or((which, false), |which| (which, true));
        let plain = !which.is_empty() && which.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        plain.then_some(Self::Which { which, by_form })
    }
}

impl<'a> AccountsRoute<'a> {
    pub(crate) fn parse(path: &'a str, base: &str) -> Option<Self> {
        let rest = path.strip_prefix(base)?.strip_prefix('/')?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        match rest.split_once('/') {
            None => (rest == "accounts").then_some(Self::List),
            Some((_, id)) if id.is_empty() || id.contains('/') => None,
            Some(("link", id)) => Some(Self::Link(id)),
            Some(("unlink", id)) => Some(Self::Unlink(id)),
            Some(_) => None,
        }
    }
}

impl Action {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "providers" => Self::Providers,
            "session" => Self::Session,
            "csrf" => Self::Csrf,
            "signin" => Self::SignIn,
            "signout" => Self::SignOut,
            "callback" => Self::Callback,
            "verify-request" => Self::VerifyRequest,
            "error" => Self::Error,
            "webauthn-options" => Self::WebauthnOptions,
            _ => return None,
        })
    }

    fn takes_a_provider(self) -> bool {
        matches!(self, Self::SignIn | Self::SignOut | Self::Callback | Self::WebauthnOptions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(path: &str) -> Option<(Action, Option<&str>)> {
        Route::parse(path, "/api/auth").map(|route| (route.action, route.provider))
    }

    #[test]
    fn whole_segments_match_and_nothing_else_does() {
        // FLW-047
        assert_eq!(route("/api/auth/session"), Some((Action::Session, None)));
        assert_eq!(route("/api/auth/session/"), Some((Action::Session, None)));
        assert_eq!(route("/api/auth/signin/github"), Some((Action::SignIn, Some("github"))));
        assert_eq!(route("/api/auth/signin/git%68ub"), Some((Action::SignIn, Some("git%68ub"))));
        assert_eq!(route("/api/auth/signout/github"), Some((Action::SignOut, Some("github"))));
        assert_eq!(route("/api/auth/signin/undefined"), Some((Action::SignIn, None)));
        for path in [
            "/api/auth",
            "/api/auth/",
            "/api/authsignin",
            "/api/auth//signin",
            "/api/auth/signin/idp///",
            "/api/auth/signin/a/b",
            "/api/auth/SIGNIN",
            "/api/auth/session/github",
            "/other/api/auth/session",
            "/api/auth/nope",
            "/api/auth/sessions",
        ] {
            assert_eq!(route(path), None, "{path}");
        }
    }

    #[test]
    fn the_page_of_an_account_is_one_address() {
        assert!(
            is_account_page("/api/auth/account", "/api/auth") && is_account_page("/api/auth/account/", "/api/auth")
        );
        for path in
            ["/api/auth/accounts", "/api/auth/account//", "/api/auth/account/1", "/api/auth/Account", "/account"]
        {
            assert!(!is_account_page(path, "/api/auth"), "{path}");
        }
    }

    #[test]
    fn accounts_are_linked_by_their_provider() {
        let route = |path| AccountsRoute::parse(path, "/api/auth");
        assert_eq!(route("/api/auth/accounts/"), Some(AccountsRoute::List));
        assert_eq!(route("/api/auth/link/acme"), Some(AccountsRoute::Link("acme")));
        assert_eq!(route("/api/auth/unlink/acme/"), Some(AccountsRoute::Unlink("acme")));
        for path in ["link", "link/", "unlink", "link/a/b", "accounts/acme", "links/acme", "Link/acme"] {
            assert_eq!(AccountsRoute::parse(&format!("/api/auth/{path}"), "/api/auth"), None, "{path}");
        }
    }

    #[test]
    fn sessions_are_named_one_by_one_or_together() {
        let route = |path| SessionsRoute::parse(path, "/api/auth");
        assert_eq!(route("/api/auth/sessions"), Some(SessionsRoute::List));
        assert_eq!(route("/api/auth/sessions/others"), Some(SessionsRoute::Which { which: "others", by_form: false }));
        assert_eq!(route("/api/auth/sessions/a-b_9/end"), Some(SessionsRoute::Which { which: "a-b_9", by_form: true }));
        for path in ["/api/auth/session", "/api/auth/sessionsx", "/api/auth/sessions/a/b", "/api/auth/sessions//end"] {
            assert_eq!(route(path), None, "{path}");
        }
    }
}
