//! How a person signs in: the accounts that are connected, and those that could be.

use maud::{Markup, html};
use serde::Serialize;

use super::facts::{AccountFacts, Connectable, Connected, LINKED, UNLINKED, Ways};
use super::row_form;
use crate::language::text;
use crate::page::form::as_svg;
use crate::page::mark::tile;
use crate::page::{Form, Frame};
use crate::provider::Mark;

/// How a person signs in: the accounts that are connected, and those that could be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Connections {
    /// The heading.
    pub title: String,
    /// Those that are connected.
    pub accounts: Vec<Connection>,
    /// What to say where none is.
    pub nothing: Option<String>,
    /// Those that could be.
    pub offers: Vec<ConnectionOffer>,
    /// What disconnecting one brings with it, where one can be.
    pub hint: Option<String>,
}

/// An account that is connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Connection {
    /// The provider's id.
    pub id: String,
    /// The provider's name, for people.
    pub name: String,
    /// The provider's logo. Serialized it is an SVG element.
    #[serde(serialize_with = "as_svg")]
    pub mark: Option<Mark>,
    /// The provider's identifier of the person, where they have several accounts there.
    pub subject: Option<String>,
    /// The form that disconnects it, if it may be.
    pub disconnect: Option<Form>,
    /// Why it may not be.
    pub stays: Option<String>,
}

/// An account that could be connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConnectionOffer {
    /// The provider's id.
    pub id: String,
    /// The provider's name, for people.
    pub name: String,
    /// The provider's logo. Serialized it is an SVG element.
    #[serde(serialize_with = "as_svg")]
    pub mark: Option<Mark>,
    /// The form that connects one.
    pub connect: Form,
}

impl Connections {
    pub(super) fn new(frame: &Frame<'_>, facts: &AccountFacts<'_>, ways: &Ways<'_>) -> Self {
        let words = frame.words;
        let text = |text| words.text(text).to_owned();
        let connection = |account: &Connected<'_>| Connection {
            id: account.id.to_owned(),
            name: account.name.to_owned(),
            mark: account.mark,
            subject: account.is_one_of_several.then(|| account.subject.to_owned()),
            disconnect: (!account.is_last).then(|| disconnect(frame, facts, account, text(text::ACCOUNT_DISCONNECT))),
            stays: account.is_last.then(|| text(text::ACCOUNT_LAST_WAY)),
        };
        let offer = |offer: &Connectable<'_>| ConnectionOffer {
            id: offer.id.to_owned(),
            name: offer.name.to_owned(),
            mark: offer.mark,
            connect: connect(frame, facts, offer, text(text::ACCOUNT_CONNECT)),
        };
        let can_be_taken_off = ways.connected.iter().any(|account| !account.is_last);
        Self {
            title: text(text::ACCOUNT_WAYS),
            accounts: ways.connected.iter().map(connection).collect(),
            nothing: ways.connected.is_empty().then(|| text(text::ACCOUNT_WAYS_NONE)),
            offers: ways.offers.iter().map(offer).collect(),
            hint: can_be_taken_off.then(|| text(text::ACCOUNT_DISCONNECT_ENDS)),
        }
    }

    pub(super) fn html(&self) -> Markup {
        html! {
            section {
                h2 { (self.title) }
                // WebKit takes a list without bullets for none unless its role says so.
                ul.rows role="list" {
                    @if let Some(nothing) = &self.nothing { li { div.what { (nothing) } } }
                    @for account in &self.accounts {
                        li {
                            (tile(account.mark, &account.name))
                            div.what {
                                strong { (account.name) }
                                @if let Some(subject) = &account.subject { " " code { (subject) } }
                                @if let Some(stays) = &account.stays { br; (stays) }
                            }
                            @if let Some(form) = &account.disconnect { (row_form(form, &account.name)) }
                        }
                    }
                    @for offer in &self.offers {
                        li {
                            (tile(offer.mark, &offer.name))
                            div.what { (offer.name) }
                            (row_form(&offer.connect, &offer.name))
                        }
                    }
                }
                @if let Some(hint) = &self.hint { p.small { (hint) } }
            }
        }
    }
}

/// The form that connects an account.
pub(super) fn connect(frame: &Frame<'_>, facts: &AccountFacts<'_>, offer: &Connectable<'_>, label: String) -> Form {
    facts.form(&format!("{}/link/{}", frame.base, offer.id), (LINKED, offer.id), label)
}

/// The form that takes one off.
pub(super) fn disconnect(frame: &Frame<'_>, facts: &AccountFacts<'_>, account: &Connected<'_>, label: String) -> Form {
    let form = facts.form(&format!("{}/unlink/{}", frame.base, account.id), (UNLINKED, account.id), label);
    form.with("subject", account.subject)
}
