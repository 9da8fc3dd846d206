//! How a person signs in: the accounts that are connected, and those that could be.

use maud::{Markup, html};

use super::{AccountPage, LINKED, UNLINKED, monogram, row_button};
use crate::language::text;
use crate::page::Frame;

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
}

pub(super) fn section(frame: &Frame<'_>, page: &AccountPage<'_>, ways: &Ways<'_>) -> Markup {
    let words = frame.words;
    let button = |label, name| row_button(words.text(label), name);
    let can_be_taken_off = ways.connected.iter().any(|account| !account.is_last);
    html! {
        section {
            h2 { (words.text(text::ACCOUNT_WAYS)) }
            // WebKit takes a list without bullets for none unless its role says so.
            ul.rows role="list" {
                @if ways.connected.is_empty() { li { div.what { (words.text(text::ACCOUNT_WAYS_NONE)) } } }
                @for account in &ways.connected {
                    li {
                        (mark(account.name))
                        div.what {
                            strong { (account.name) }
                            @if account.is_one_of_several { " " code { (account.subject) } }
                            @if account.is_last { br; (words.text(text::ACCOUNT_LAST_WAY)) }
                        }
                        @if !account.is_last {
                            (disconnect(frame, page, account, &button(text::ACCOUNT_DISCONNECT, account.name)))
                        }
                    }
                }
                @for offer in &ways.offers {
                    li {
                        (mark(offer.name))
                        div.what { (offer.name) }
                        (connect(frame, page, offer, &button(text::ACCOUNT_CONNECT, offer.name)))
                    }
                }
            }
            @if can_be_taken_off { p.small { (words.text(text::ACCOUNT_DISCONNECT_ENDS)) } }
        }
    }
}

/// The form that connects an account.
pub(super) fn connect(frame: &Frame<'_>, page: &AccountPage<'_>, offer: &Connectable<'_>, button: &Markup) -> Markup {
    page.form(&format!("{}/link/{}", frame.base, offer.id), (LINKED, offer.id), button)
}

/// The form that takes one off.
pub(super) fn disconnect(
    frame: &Frame<'_>,
    page: &AccountPage<'_>,
    account: &Connected<'_>,
    button: &Markup,
) -> Markup {
    let which = html! { input type="hidden" name="subject" value=(account.subject); (button) };
    page.form(&format!("{}/unlink/{}", frame.base, account.id), (UNLINKED, account.id), &which)
}

/// Stands before a provider's name, which says what it is.
fn mark(name: &str) -> Markup {
    html! { span.mark aria-hidden="true" { (monogram(name)) } }
}
