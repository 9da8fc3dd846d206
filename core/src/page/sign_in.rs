//! The page that offers the ways to sign in.

mod input;
mod notice;

use maud::{Markup, html};
use serde::Serialize;

pub use self::input::Input;
use self::notice::NOTICE;
pub(crate) use self::notice::News;
pub use self::notice::Notice;
use super::form::hidden_fields;
use super::mark::mark;
use super::{Form, Frame, Weight};
use crate::credentials::Field;
use crate::language::text;
use crate::provider::Mark;

/// The page that offers the ways to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SignInPage {
    /// The heading.
    pub title: String,
    /// What it is that people sign in to, in words.
    pub lead: String,
    /// Why they are here, or what went wrong.
    pub notice: Option<Notice>,
    /// The ways to sign in, in the order in which they are offered.
    pub ways: Vec<Way>,
    /// What stands between a form with inputs and the way next to it.
    pub or: String,
    /// What to say where there is no way.
    pub nothing: Option<String>,
}

/// One way to sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Way {
    /// The provider's id.
    pub id: String,
    /// The provider's name, for people.
    pub name: String,
    /// The form that begins the sign-in.
    pub form: Form,
    /// What a person types into it. Nothing where a button is all it takes.
    pub inputs: Vec<Input>,
    /// Whether its provider is to end, and another has followed it.
    pub ends: bool,
    /// What to say of the one by which somebody signed in last in this browser, where there are others.
    pub last_used: Option<String>,
}

/// What the configuration has of one way to sign in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) mark: Option<Mark>,
    /// The absolute address that its form posts to.
    pub(crate) action: &'a str,
    /// What a person types. Nothing where a button is all it takes.
    pub(crate) fields: &'a [Field],
    /// Whether its provider is to end, and another has followed it.
    pub(crate) ends: bool,
    /// Whether somebody signed in by it last in this browser.
    pub(crate) is_last_used: bool,
}

impl SignInPage {
    pub(crate) fn new(
        frame: &Frame<'_>,
        offers: &[Offer<'_>],
        csrf_token: &str,
        return_to: &str,
        news: Option<News<'_>>,
    ) -> Self {
        let words = frame.words;
        // One way is the thing to do here; several are equals, but for those that end.
        let has_main = offers.len() == 1 || offers.iter().filter(|offer| !offer.ends).count() == 1;
        let weight = |offer: &Offer<'_>| match offer.ends {
            _ if offers.len() == 1 => Weight::Main,
            true => Weight::Quiet,
            false if has_main => Weight::Main,
            false => Weight::Plain,
        };
        let notice = news.map(|news| Notice::new(words, news, offers));
        let about = |offer: &Offer<'_>| notice.as_ref().is_some_and(|notice| notice.about.as_deref() == Some(offer.id));
        let is_mismatch = news.is_some_and(News::is_mismatch);
        let way = |offer: &Offer<'_>| {
            let label = words.with(text::SIGN_IN_WITH, &[("provider", offer.name)]);
            let form = Form::new(offer.action, csrf_token, label).returning_to(return_to).marked(offer.mark);
            let is_told = offer.is_last_used && offers.len() > 1;
            Way {
                id: offer.id.to_owned(),
                name: offer.name.to_owned(),
                form: form.weighing(weight(offer)),
                inputs: offer
                    .fields
                    .iter()
                    .map(|field| Input {
                        is_invalid: is_mismatch && about(offer),
                        ..Input::new(words, offer.id, field)
                    })
                    .collect(),
                ends: offer.ends,
                last_used: is_told.then(|| words.text(text::SIGN_IN_LAST_USED).to_owned()),
            }
        };
        Self {
            title: words.text(text::SIGN_IN_TITLE).to_owned(),
            lead: words.with(text::SIGN_IN_TO_CONTINUE, &[("app", frame.app)]),
            ways: {
                let (first, rest): (Vec<_>, Vec<_>) = offers.iter().partition(|offer| about(offer));
                first.into_iter().chain(rest).map(way).collect()
            },
            notice,
            or: words.text(text::SIGN_IN_OR).to_owned(),
            nothing: offers.is_empty().then(|| words.text(text::SIGN_IN_NOTHING).to_owned()),
        }
    }

    pub(super) fn content(&self, frame: &Frame<'_>) -> Markup {
        let is_alone = self.ways.len() == 1;
        html! {
            h1 { (self.title) }
            p { (frame.words.markup(text::SIGN_IN_TO_CONTINUE, &[("app", html! { strong { (frame.app) } })])) }
            @if let Some(notice) = &self.notice { (notice.html()) }
            @if let Some(nothing) = &self.nothing { p { (nothing) } }
            @if !self.ways.is_empty() {
                div class=(if is_alone { "actions" } else { "actions ways" }) {
                    @for (place, way) in self.ways.iter().enumerate() {
                        @if takes_room(&self.ways, place) { p.or { (self.or) } }
                        form action=(way.form.action) method="post" data-provider=(way.id) {
                            (hidden_fields(&way.form.hidden))
                            @for input in &way.inputs { (input.html(self.notice_about(way))) }
                            button class=(way.form.weight.class()) type="submit" { (way.label(is_alone)) }
                        }
                    }
                }
            }
        }
    }
}

impl SignInPage {
    /// The id of the notice, if it is about that way.
    fn notice_about(&self, way: &Way) -> Option<&'static str> {
        let about = self.notice.as_ref()?.about.as_ref()?;
        (*about == way.id).then_some(NOTICE)
    }
}

/// Between a form and what stands before it, or behind it.
fn takes_room(ways: &[Way], place: usize) -> bool {
    place > 0 && ways.iter().skip(place - 1).take(2).any(Way::has_inputs)
}

impl Way {
    fn has_inputs(&self) -> bool {
        !self.inputs.is_empty()
    }

    /// Alone, or below inputs, it needs no mark to line up with others, and no telling apart from them.
    fn label(&self, is_alone: bool) -> Markup {
        html! {
            @if self.form.mark.is_some() || !(is_alone || self.has_inputs()) { (mark(self.form.mark, &self.name)) }
            span.label {
                span { (self.form.label) }
                // The space is for those who hear it.
                @if let Some(last_used) = &self.last_used { " " span.last { (last_used) } }
            }
        }
    }
}

#[cfg(test)]
mod tests;
