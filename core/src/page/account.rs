//! The page of a person's account: who they are here, how they sign in, and where they are signed in.

mod connections;
mod facts;
mod sessions;
mod when;

use maud::{Markup, html};
use serde::Serialize;

pub use self::connections::{Connection, ConnectionOffer, Connections};
pub(crate) use self::facts::{
    AccountFacts, Connectable, Connected, ENDED, ENDED_ONE, ENDED_OTHERS, LINKED, Note, OtherSessions, UNLINKED, Ways,
    Wish,
};
pub use self::sessions::{Device, Sessions};
pub use self::when::Moment;
use super::form::hidden_fields;
use super::logo::Logo;
use super::mark::initial;
use super::{Form, Frame, Weight};
use crate::address::with_query;
use crate::language::text;

/// The page of a person's account: who they are here, how they sign in, and where they are signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AccountPage {
    /// The heading.
    pub title: String,
    /// What has just happened, or what can be done now.
    pub notice: Option<AccountNotice>,
    /// Who they are.
    pub person: Person,
    /// How they sign in. Nothing at a site without a user store, where nothing can be connected.
    pub connections: Option<Connections>,
    /// Where they are signed in.
    pub sessions: Sessions,
}

/// What has just happened on one's account, or what can be done now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AccountNotice {
    /// It, in words.
    pub text: String,
    /// What somebody wanted before they had to sign in once more.
    pub form: Option<Form>,
}

/// Who is signed in, as the application shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Person {
    /// Their name; else their address; else that they are signed in.
    pub name: String,
    /// Their address, where it is not the name.
    pub email: Option<String>,
    /// The first letter of what they are called, to stand in the place of a picture. Nothing, where there is none.
    pub initial: String,
    /// The address of their picture, if this site has it: another would be told who looks at the page.
    pub picture: Option<String>,
}

impl AccountPage {
    pub(crate) fn new(frame: &Frame<'_>, facts: &AccountFacts<'_>) -> Self {
        Self {
            title: frame.words.text(text::ACCOUNT_TITLE).to_owned(),
            notice: match (facts.wish, facts.note) {
                (Some(wish), _) => Some(AccountNotice::wanted(frame, facts, wish)),
                (None, Some(note)) => Some(AccountNotice::happened(frame, note)),
                (None, None) => None,
            },
            person: Person::new(frame, facts),
            connections: facts.ways.as_ref().map(|ways| Connections::new(frame, facts, ways)),
            sessions: Sessions::new(frame, facts),
        }
    }

    pub(super) fn content(&self, frame: &Frame<'_>) -> Markup {
        html! {
            h1 { (self.title) }
            @if let Some(notice) = &self.notice { (notice.html()) }
            (self.person.html())
            @if let Some(connections) = &self.connections { (connections.html()) }
            (self.sessions.html(frame))
        }
    }
}

impl AccountNotice {
    fn happened(frame: &Frame<'_>, note: Note<'_>) -> Self {
        let words = frame.words;
        let text = match note {
            Note::SessionEnded => words.text(text::ACCOUNT_SESSION_ENDED).to_owned(),
            Note::OthersEnded => words.text(text::ACCOUNT_OTHERS_ENDED).to_owned(),
            Note::Connected(name) => words.with(text::ACCOUNT_CONNECTED, &[("provider", name)]),
            Note::Disconnected(name) => words.with(text::ACCOUNT_DISCONNECTED, &[("provider", name)]),
        };
        Self { text, form: None }
    }

    fn wanted(frame: &Frame<'_>, facts: &AccountFacts<'_>, wish: Wish<'_>) -> Self {
        let say = |text, name: &str| frame.words.with(text, &[("provider", name)]);
        let (text, form) = match wish {
            Wish::Connect(offer) => {
                let label = say(text::ACCOUNT_CONNECT_NOW, offer.name);
                (say(text::ACCOUNT_WISH_CONNECT, offer.name), connections::connect(frame, facts, &offer, label))
            }
            Wish::Disconnect(account) => {
                // Which of several it is, the provider's name does not say.
                let name = match account.is_one_of_several {
                    true => format!("{} ({})", account.name, account.subject),
                    false => account.name.to_owned(),
                };
                let label = say(text::ACCOUNT_DISCONNECT_NOW, &name);
                (say(text::ACCOUNT_WISH_DISCONNECT, &name), connections::disconnect(frame, facts, &account, label))
            }
        };
        Self { text, form: Some(form.weighing(Weight::Main)) }
    }

    fn html(&self) -> Markup {
        html! {
            // The focus goes to what is new on the page, as on the sign-in page.
            div.note role="status" tabindex="-1" autofocus {
                @match &self.form {
                    None => { (self.text) }
                    Some(form) => { p { (self.text) } (post(form, form.weight.class(), None)) }
                }
            }
        }
    }
}

impl Person {
    fn new(frame: &Frame<'_>, facts: &AccountFacts<'_>) -> Self {
        let called = facts.name.or(facts.email);
        Self {
            name: called.unwrap_or_else(|| frame.words.text(text::ACCOUNT_NAMELESS)).to_owned(),
            email: facts.name.and(facts.email).map(str::to_owned),
            initial: initial(called.unwrap_or_default()),
            picture: facts.picture.and_then(|picture| own_picture(picture, frame.home)),
        }
    }

    fn html(&self) -> Markup {
        html! {
            div.person {
                @match &self.picture {
                    Some(picture) => { img.face src=(picture) alt=""; }
                    None => { span.face aria-hidden="true" { (self.initial) } }
                }
                p { strong { (self.name) } @if let Some(email) = &self.email { br; (email) } }
            }
        }
    }
}

/// A picture that the page's policy lets in: one from elsewhere would tell that site who looks at the page.
fn own_picture(picture: &str, origin: &str) -> Option<String> {
    let path = picture.strip_prefix(origin).filter(|path| path.starts_with('/')).unwrap_or(picture);
    Logo::parse(path).filter(|picture| picture.origin.is_none()).map(|picture| picture.src.to_owned())
}

impl AccountFacts<'_> {
    /// A form that comes back to the page, with that word in the address.
    fn form(&self, action: &str, (name, word): (&str, &str), label: String) -> Form {
        Form::new(action, self.csrf_token, label).returning_to(&with_query(self.address, &[(name, word)]))
    }
}

/// The form of a row. What is in the row is in its button's name, since there is one like it in each.
fn row_form(form: &Form, what: &str) -> Markup {
    post(form, "button small", Some(&format!("{}: {what}", form.label)))
}

fn post(form: &Form, class: &str, name: Option<&str>) -> Markup {
    html! {
        form action=(form.action) method="post" {
            (hidden_fields(&form.hidden))
            button class=(class) type="submit" aria-label=[name] { (form.label) }
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
