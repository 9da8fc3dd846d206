//! The page of a person's account: who they are here, how they sign in, and where they are signed in.

mod sessions;
mod ways;
mod when;

use bytes::Bytes;
use http::Response;
use maud::{Markup, html};

pub(crate) use self::sessions::OtherSessions;
pub(crate) use self::ways::{Connectable, Connected, Ways};
use super::Frame;
use super::logo::Logo;
use crate::address::with_query;
use crate::language::text;
use crate::{Timestamp, UserSession};

/// What the page shows.
#[derive(Clone, Debug)]
pub(crate) struct AccountPage<'a> {
    /// Where the page is: every form leads back to it.
    pub(crate) address: &'a str,
    pub(crate) csrf_token: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) name: Option<&'a str>,
    pub(crate) email: Option<&'a str>,
    /// The address of a picture. It is shown if it is on this site or in the address itself.
    pub(crate) picture: Option<&'a str>,
    pub(crate) note: Option<Note<'a>>,
    pub(crate) wish: Option<Wish<'a>>,
    /// How they sign in; `None` at a site without a user store.
    pub(crate) ways: Option<Ways<'a>>,
    /// Where they are signed in: the session at hand first, the others newest first.
    pub(crate) sessions: &'a [UserSession],
    pub(crate) others: OtherSessions,
}

/// What has just happened. Providers are called by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Note<'a> {
    SessionEnded,
    OthersEnded,
    Connected(&'a str),
    Disconnected(&'a str),
}

/// What somebody wanted before they had to sign in anew.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wish<'a> {
    Connect(Connectable<'a>),
    Disconnect(Connected<'a>),
}

/// The page.
pub(crate) fn account(frame: &Frame<'_>, page: &AccountPage<'_>) -> Response<Bytes> {
    let words = frame.words;
    let content = html! {
        h1 { (words.text(text::ACCOUNT_TITLE)) }
        @match (page.wish, page.note) {
            (Some(wish), _) => { (wanted(frame, page, wish)) }
            (None, Some(note)) => { (happened(frame, note)) }
            (None, None) => {}
        }
        (person(frame, page))
        @if let Some(ways) = &page.ways { (ways::section(frame, page, ways)) }
        (sessions::section(frame, page))
    };
    frame.own(words.text(text::ACCOUNT_TITLE), "wide", &content)
}

fn person(frame: &Frame<'_>, page: &AccountPage<'_>) -> Markup {
    let title = page.name.or(page.email).unwrap_or_else(|| frame.words.text(text::ACCOUNT_NAMELESS));
    html! {
        div.person {
            @match page.picture.and_then(|picture| own_picture(picture, frame.home)) {
                Some(picture) => { img.face src=(picture) alt=""; }
                None => { span.face aria-hidden="true" { (monogram(page.name.or(page.email).unwrap_or_default())) } }
            }
            p { strong { (title) } @if let (Some(_), Some(email)) = (page.name, page.email) { br; (email) } }
        }
    }
}

/// A picture that the page's policy lets in: one from elsewhere would tell that site who looks at the page.
fn own_picture<'a>(picture: &'a str, origin: &str) -> Option<&'a str> {
    let path = picture.strip_prefix(origin).filter(|path| path.starts_with('/')).unwrap_or(picture);
    Logo::parse(path).filter(|picture| picture.origin.is_none()).map(|picture| picture.src)
}

/// The first letter of a name, if there is one.
fn monogram(name: &str) -> String {
    name.chars().find(|char| char.is_alphanumeric()).map(|char| char.to_uppercase().collect()).unwrap_or_default()
}

fn happened(frame: &Frame<'_>, note: Note<'_>) -> Markup {
    let words = frame.words;
    html! {
        // The focus goes to what is new on the page, as on the sign-in page.
        div.note role="status" tabindex="-1" autofocus {
            @match note {
                Note::SessionEnded => { (words.text(text::ACCOUNT_SESSION_ENDED)) }
                Note::OthersEnded => { (words.text(text::ACCOUNT_OTHERS_ENDED)) }
                Note::Connected(name) => { (words.with(text::ACCOUNT_CONNECTED, &[("provider", name)])) }
                Note::Disconnected(name) => { (words.with(text::ACCOUNT_DISCONNECTED, &[("provider", name)])) }
            }
        }
    }
}

fn wanted(frame: &Frame<'_>, page: &AccountPage<'_>, wish: Wish<'_>) -> Markup {
    let words = frame.words;
    let (name, question, button) = match wish {
        Wish::Connect(Connectable { name, .. }) => (name, text::ACCOUNT_WISH_CONNECT, text::ACCOUNT_CONNECT_NOW),
        Wish::Disconnect(Connected { name, .. }) => (name, text::ACCOUNT_WISH_DISCONNECT, text::ACCOUNT_DISCONNECT_NOW),
    };
    let names = &[("provider", name)];
    let button = html! { button.button.primary type="submit" { (words.with(button, names)) } };
    html! {
        div.note role="status" tabindex="-1" autofocus {
            p { (words.with(question, names)) }
            @match wish {
                Wish::Connect(offer) => { (ways::connect(frame, page, &offer, &button)) }
                Wish::Disconnect(account) => { (ways::disconnect(frame, page, &account, &button)) }
            }
        }
    }
}

impl AccountPage<'_> {
    /// A form that comes back here, with that word in the address.
    fn form(&self, action: &str, (name, word): (&str, &str), content: &Markup) -> Markup {
        self.form_to(action, &with_query(self.address, &[(name, word)]), content)
    }

    fn form_to(&self, action: &str, return_to: &str, content: &Markup) -> Markup {
        html! {
            form action=(action) method="post" {
                input type="hidden" name="csrfToken" value=(self.csrf_token);
                input type="hidden" name="callbackUrl" value=(return_to);
                (content)
            }
        }
    }
}

/// The button of a row. What is in the row is in its name, since there is one like it in each.
fn row_button(label: &str, what: &str) -> Markup {
    html! { button.button.small type="submit" aria-label={ (label) ": " (what) } { (label) } }
}

/// The words by which the page's address says what has happened.
pub(crate) const ENDED: &str = "ended";
pub(crate) const ENDED_ONE: &str = "one";
pub(crate) const ENDED_OTHERS: &str = "others";
pub(crate) const LINKED: &str = "linked";
pub(crate) const UNLINKED: &str = "unlinked";

#[cfg(test)]
pub(super) mod tests;
