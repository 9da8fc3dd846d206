//! The person's account: the providers they come by, and where they are signed in.
//!
//! Its forms post to admit's own endpoints, which do the work and send the browser back here.

use admit::{AccessTokenError, Timestamp};
use bytes::Bytes;
use http::Response;
use maud::{Markup, html};

use super::layout::Page;
use super::table::{row, table};
use super::{View, paths, show};

/// What there is to show of a person.
#[derive(Debug)]
pub struct Accounts {
    /// What forms repeat.
    pub csrf_token: String,
    /// Their accounts.
    pub connected: Vec<Connected>,
    /// The providers that they could connect, by id and name.
    pub offers: Vec<(String, String)>,
    /// Where they are signed in.
    pub sessions: Vec<SignedIn>,
}

/// An account.
#[derive(Debug)]
pub struct Connected {
    /// The provider's id.
    pub provider: String,
    /// The provider's name.
    pub name: String,
    /// What came of asking for an access token.
    pub token: Result<(), AccessTokenError>,
    /// Where the person takes back what they granted there.
    pub authorizations_page: Option<String>,
}

/// A session.
#[derive(Debug)]
pub struct SignedIn {
    /// The id by which it is ended.
    pub id: String,
    /// Whether it is this one.
    pub is_current: bool,
    /// On what device, as far as it is known.
    pub device: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// When it was last used.
    pub used: Timestamp,
}

/// The accounts of the person who is signed in, and their sessions.
pub fn accounts(view: View<'_>, found: &Accounts) -> Response<Bytes> {
    let Accounts { connected, offers, sessions, .. } = found;
    let is_last = connected.len() == 1;
    let rows = connected.iter().map(|account| {
        let action = match is_last {
            true => html! { "It is your only way in" },
            false => {
                button(found, &format!("/api/auth/unlink/{}", account.provider), "Disconnect", Some(&account.name))
            }
        };
        let action = html! {
            (action)
            @if let Some(page) = account.authorizations_page.as_deref().filter(|page| page.starts_with("https://")) {
                p { a href=(page) rel="noreferrer" { "Withdraw your consent at " (account.name) } }
            }
        };
        row(&html! { (account.name) }, &[state(view, account), action], ACCOUNTS)
    });
    let content = html! {
        p.lead { "What this dashboard may use in your name. Opening this page renews an access token that is about to end." }
        (table("Your accounts", ACCOUNTS, rows))
        @if !offers.is_empty() {
            h2.part { "Connect another" }
            p.lead { "You can then sign in by either. Whoever asks must have signed in within the last minutes." }
            div.actions {
                @for (id, name) in offers {
                    (button(found, &format!("/api/auth/link/{id}"), &format!("Connect {name}"), None))
                }
            }
        }
        h2.part { "Where you are signed in" }
        p.lead { @match sessions.len() { 1 => { "1 session" } n => { (n) " sessions" } } }
        (table("Your sessions", SESSIONS, sessions.iter().map(|session| session_row(view, found, session))))
        @if sessions.len() > 1 {
            div.actions.part { (button(found, "/api/auth/sessions/others/end", "Sign out everywhere else", None)) }
        }
    };
    Page { heading: "Your accounts", crumbs: &[] }.ok(view, &content)
}

fn state(view: View<'_>, account: &Connected) -> Markup {
    html! {
        @match &account.token {
            Ok(()) => { "Its access token is fresh" }
            Err(AccessTokenError::NeedsReauthentication { .. }) => {
                a href=(paths::sign_in(view.path)) { "Sign in there again" }
            }
            Err(AccessTokenError::Unavailable { .. }) => { "It does not answer at the moment" }
            Err(AccessTokenError::NotConnected { .. }) => { "Sign in by it to use it here" }
            Err(_) => { "It cannot be used; the log says why" }
        }
    }
}

fn session_row(view: View<'_>, found: &Accounts, session: &SignedIn) -> Markup {
    let device = session.device.as_deref().unwrap_or("A browser");
    let action = match session.is_current {
        true => html! { "This one" },
        false => button(found, &format!("/api/auth/sessions/{}/end", session.id), "End", Some(device)),
    };
    let cells = [show::instant(Some(session.since), view.now), show::instant(Some(session.used), view.now), action];
    row(&html! { (device) }, &cells, SESSIONS)
}

/// A form of one button. Of several with the same words, each says to those who only hear it what it is about.
fn button(found: &Accounts, action: &str, words: &str, about: Option<&str>) -> Markup {
    html! {
        form action=(action) method="post" {
            input type="hidden" name="csrfToken" value=(found.csrf_token);
            input type="hidden" name="callbackUrl" value=(paths::routes::ACCOUNTS);
            button.button type="submit" { (words) @if let Some(about) = about { span.hidden { " " (about) } } }
        }
    }
}

const ACCOUNTS: &[&str] = &["Account at", "State", "Change"];
const SESSIONS: &[&str] = &["Device", "Since", "Last used", "Change"];
