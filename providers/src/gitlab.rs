//! GitLab, at gitlab.com or on servers of one's own.
//!
//! **Registration:** <https://gitlab.com/-/user_settings/applications>, or of a group, or of the whole instance in its
//! admin area; "Confidential", with the scopes below ticked.
//!
//! **Callback URL:** `https://<your host>/api/auth/callback/gitlab`; `http://localhost:<port>/…` for development.
//!
//! **Environment:** `AUTH_GITLAB_ID`, `AUTH_GITLAB_SECRET`, `AUTH_GITLAB_SCOPE`, and `AUTH_GITLAB_ISSUER` for another
//! instance than gitlab.com: its address as its settings have it (`external_url`), without a slash at its end.
//!
//! **Scopes:** `openid profile email`. Add `read_user` or `read_api` to call the interface.
//!
//! **Quirks**, with where they are written down:
//! 1. The picture is not in the ID token, and in older versions neither is the name, so the userinfo endpoint is read as
//!    well ([claims]).
//! 2. `email` is the person's primary address if the scope `email` is asked for, and else the one they show in public.
//!    `email_verified` is said of the one that comes, and the administrator of an instance decides whether addresses are
//!    checked there at all ([claims], [confirmation]).
//! 3. A refresh token works once, and the access token before it ends with it ([refresh]). So a token store is needed,
//!    or one process only.
//! 4. An access token lives for two hours ([refresh]).
//! 5. `groups` and `groups_direct` are in the claims, for callbacks that decide by them ([claims]).
//! 6. A token is voided by itself, and not what the person granted on another device ([revocation]).
//!
//! [claims]: https://docs.gitlab.com/integration/openid_connect_provider/#shared-information
//! [confirmation]: https://docs.gitlab.com/security/user_email_confirmation/
//! [refresh]: https://docs.gitlab.com/api/oauth2/#authorization-code-flow
//! [revocation]: https://docs.gitlab.com/api/oauth2/#revoke-a-token

use admit::provider::{Mark, Shape};
use admit::{Client, OAuthProvider};

/// Signs people in with their GitLab account.
///
/// ```
/// use admit::Client;
/// use admit_providers::gitlab;
///
/// // gitlab.com, unless AUTH_GITLAB_ISSUER says otherwise.
/// let provider = gitlab(Client::env());
///
/// // A server of one's own.
/// let own = gitlab(Client::env()).issuer("https://gitlab.example.com");
/// # let _ = (provider, own);
/// ```
pub fn gitlab(client: Client) -> OAuthProvider {
    OAuthProvider::oidc("gitlab", "GitLab", "https://gitlab.com", client)
        .mark(MARK)
        .issuer_from_env()
        .userinfo()
        .rotates_refresh_tokens(true)
}

/// From Simple Icons 11.15 (https://simpleicons.org, CC0 1.0), with rounded numbers.
const MARK: Mark = Mark::new(
    [0, 0, 24, 24],
    &[Shape::Colored(
        [0xfc, 0x6d, 0x26],
        "m23.6 9.6-.03-.1L20.3.99a1 1 0 0 0-.34-.4.9.9 0 0 0-1 .05 1 1 0 0 0-.29.44l-2.2 6.75H7.54l-2.2-6.75\
         a1 1 0 0 0-.3-.44.9.9 0 0 0-1-.05 1 1 0 0 0-.33.4L.43 9.5l-.03.1a6.1 6.1 0 0 0 2.01 7\
         l.01.02.03.02 4.98 3.72 2.46 1.87 1.5 1.13a1 1 0 0 0 1.22 0l1.5-1.13 2.46-1.87 5-3.74.02-.01\
         a6.1 6.1 0 0 0 2.01-7",
    )],
);
