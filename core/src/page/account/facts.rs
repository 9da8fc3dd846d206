//! What the page of an account is made of, as the action has found it out.

use crate::provider::Mark;
use crate::{Timestamp, UserSession};

/// What is known.
#[derive(Clone, Debug)]
pub(crate) struct AccountFacts<'a> {
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

/// The accounts of a person, and what else they could connect.
#[derive(Clone, Debug)]
pub(crate) struct Ways<'a> {
    pub(crate) connected: Vec<Connected<'a>>,
    pub(crate) offers: Vec<Connectable<'a>>,
}

/// An account that is connected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connected<'a> {
    /// The provider's id.
    pub(crate) id: &'a str,
    /// The provider's name.
    pub(crate) name: &'a str,
    pub(crate) mark: Option<Mark>,
    /// The provider's identifier of the person.
    pub(crate) subject: &'a str,
    /// Whether they have another at the same provider, so that the name does not say which it is.
    pub(crate) is_one_of_several: bool,
    /// Whether it is the last way in.
    pub(crate) is_last: bool,
}

/// A provider of which an account could be connected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connectable<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) mark: Option<Mark>,
}

/// What can be said and done about the sessions beside the one at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OtherSessions {
    /// All are in the list.
    Listed,
    /// None is in the list, and they can be ended together.
    Unlisted,
    /// They are not known, and cannot be ended from here.
    Unknown,
}

/// The words by which the page's address says what has happened.
pub(crate) const ENDED: &str = "ended";
pub(crate) const ENDED_ONE: &str = "one";
pub(crate) const ENDED_OTHERS: &str = "others";
pub(crate) const LINKED: &str = "linked";
pub(crate) const UNLINKED: &str = "unlinked";
