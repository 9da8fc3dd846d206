//! What somebody is asked, where one provider follows another.

use bytes::Bytes;
use http::Response;
use maud::{Markup, html};
use serde::Serialize;

use super::{Form, Frame, Link, Page, Weight};
use crate::language::text;

/// What somebody is asked, where one provider follows another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct QuestionPage {
    /// What it is about.
    pub about: About,
    /// The heading: the question, or what there is to do.
    pub title: String,
    /// One paragraph each.
    pub texts: Vec<String>,
    /// The answers.
    pub answers: Vec<Form>,
    /// Where it leads not to answer now.
    pub later: Option<Link>,
}

/// What somebody is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum About {
    /// Whether they are known by another provider.
    UsedBefore,
    /// To connect an account of the provider that follows.
    Connect,
}

/// Asks somebody whether they are known by another provider, of that name.
pub(crate) fn used_before(frame: &Frame<'_>, other: &str, yes: Option<Form>, no: Option<Form>) -> Response<Bytes> {
    let (words, names) = (frame.words, &[("provider", other)]);
    let text = if yes.is_some() { text::BEFORE_ONCE_MORE } else { text::BEFORE_OVER };
    frame.answer(&Page::Question(QuestionPage {
        about: About::UsedBefore,
        title: words.with(text::BEFORE_TITLE, names),
        texts: vec![words.with(text, names)],
        // Who has used it must not have to say that they have not.
        later: yes.is_none().then(|| frame.site(Weight::Plain)),
        answers: yes.map(|yes| yes.weighing(Weight::Main)).into_iter().chain(no).collect(),
    }))
}

/// Asks somebody who is signed in to connect an account of the provider of that name.
pub(crate) fn connect(frame: &Frame<'_>, name: &str, go: Form, return_to: &str) -> Response<Bytes> {
    let (words, names) = (frame.words, &[("provider", name)]);
    let later = words.text(text::CONNECT_LATER).to_owned();
    frame.answer(&Page::Question(QuestionPage {
        about: About::Connect,
        title: words.with(text::CONNECT_TITLE, names),
        texts: vec![words.with(text::CONNECT_MOVING, names), words.text(text::CONNECT_STAYS).to_owned()],
        answers: vec![go.weighing(Weight::Main)],
        later: Some(Link { href: return_to.to_owned(), label: later, weight: Weight::Plain }),
    }))
}

impl QuestionPage {
    pub(super) fn content(&self) -> Markup {
        html! {
            h1 { (self.title) }
            @for text in &self.texts { p { (text) } }
            div.actions {
                @for answer in &self.answers { (answer.html()) }
                @if let Some(later) = &self.later { (later.html()) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Theme;
    use crate::page::tests::{content, frame, html};

    fn way(label: &str, field: Option<(&str, &str)>) -> Form {
        let form = Form::new("https://app.example.com/api/auth/signin/acme", "csrf-token", label).returning_to("/");
        field.into_iter().fold(form, |form, (name, value)| form.with(name, value))
    }

    #[test]
    fn somebody_who_may_be_known_is_asked() {
        let (yes, no) = (way("Yes", Some(("connect", "globex"))), way("No", Some(("newcomer", "1"))));
        let page = used_before(&frame(&Theme::default()), "Acme <1>", Some(yes), Some(no));
        assert_eq!(page.status(), 200);
        insta::assert_snapshot!(content(&page));
    }

    #[test]
    fn where_the_earlier_way_has_ended_nobody_is_sent_there() {
        let page = used_before(&frame(&Theme::default()), "Acme", None, Some(way("No", Some(("newcomer", "1")))));
        insta::assert_snapshot!(content(&page));
    }

    #[test]
    fn connecting_can_be_put_off() {
        let page = connect(&frame(&Theme::default()), "Acme <1>", way("Continue", None), "https://app.example.com/\"");
        insta::assert_snapshot!(content(&page));
    }

    #[test]
    fn what_is_put_into_the_forms_stays_text() {
        let odd = "\"><b>";
        let form = || Form::new(odd, odd, odd).returning_to(odd).with("connect", odd);
        let theme = Theme::default();
        let frame = frame(&theme);
        for page in [used_before(&frame, odd, Some(form()), Some(form())), connect(&frame, odd, form(), odd)] {
            assert!(!html(&page).contains("<b>"));
        }
    }
}
