//! Where a person is signed in.

use maud::{Markup, html};
use serde::Serialize;

use super::facts::{AccountFacts, ENDED, ENDED_ONE, ENDED_OTHERS, OtherSessions};
use super::when::Moment;
use super::{post, row_form};
use crate::UserSession;
use crate::language::text;
use crate::page::{Form, Frame};

/// Where a person is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sessions {
    /// The heading.
    pub title: String,
    /// The one at hand first, the others newest first.
    pub devices: Vec<Device>,
    /// What there is to say of others, where they are not in the list.
    pub hint: Option<String>,
    /// The form that signs out on all devices but the one at hand, if there may be any.
    pub sign_out_others: Option<Form>,
    /// The form that signs out on all devices, if there may be others.
    pub sign_out_everywhere: Option<Form>,
}

/// A device on which a person is signed in, or rather one session on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Device {
    /// What it is, as far as the application has said.
    pub name: String,
    /// What to say of the one at hand. Nothing of the others.
    pub this_device: Option<String>,
    /// Where the person signed in, if the application has said.
    pub place: Option<String>,
    /// When the person signed in.
    pub signed_in: Moment,
    /// When the session was last used. Nothing of the one at hand, where it is plain.
    pub last_used: Option<Moment>,
    /// A line that tells these times.
    pub times: String,
    /// The form that signs out on it.
    pub sign_out: Form,
}

impl Sessions {
    pub(super) fn new(frame: &Frame<'_>, facts: &AccountFacts<'_>) -> Self {
        let text = |text| frame.words.text(text).to_owned();
        let has_others = match facts.others {
            OtherSessions::Listed => facts.sessions.iter().any(|session| !session.is_current),
            OtherSessions::Unlisted => true,
            OtherSessions::Unknown => false,
        };
        let end = |which, label| has_others.then(|| end(frame, facts, which, ENDED_OTHERS, text(label)));
        Self {
            title: text(text::ACCOUNT_SESSIONS),
            devices: facts.sessions.iter().map(|session| Device::new(frame, facts, session)).collect(),
            hint: match facts.others {
                OtherSessions::Listed => None,
                OtherSessions::Unlisted => Some(text(text::ACCOUNT_SESSIONS_UNLISTED)),
                OtherSessions::Unknown => Some(text(text::ACCOUNT_SESSIONS_UNKNOWN)),
            },
            sign_out_others: end("others", text::ACCOUNT_SIGN_OUT_OTHERS),
            sign_out_everywhere: end("all", text::ACCOUNT_SIGN_OUT_ALL),
        }
    }

    pub(super) fn html(&self, frame: &Frame<'_>) -> Markup {
        html! {
            section {
                h2 { (self.title) }
                ul.rows role="list" { @for device in &self.devices { li { (device.html(frame)) } } }
                @if let Some(hint) = &self.hint { p.small { (hint) } }
                @if self.sign_out_others.is_some() || self.sign_out_everywhere.is_some() {
                    div.actions {
                        @if let Some(form) = &self.sign_out_others { (post(form, "button", None)) }
                        @if let Some(form) = &self.sign_out_everywhere { (post(form, "button leave", None)) }
                    }
                }
            }
        }
    }
}

impl Device {
    fn new(frame: &Frame<'_>, facts: &AccountFacts<'_>, session: &UserSession) -> Self {
        let words = frame.words;
        let label = words.text(text::ACCOUNT_SIGN_OUT).to_owned();
        let signed_in = Moment::ago(words, facts.now, session.created_at);
        let last_used = Moment::ago_to_the_day(words, facts.now, session.last_used_at);
        let last_used = (!session.is_current).then_some(last_used);
        Self {
            name: session.origin.shown_device().unwrap_or(words.text(text::ACCOUNT_DEVICE_UNKNOWN)).to_owned(),
            this_device: session.is_current.then(|| words.text(text::ACCOUNT_THIS_DEVICE).to_owned()),
            place: session.origin.shown_place().map(str::to_owned),
            times: match &last_used {
                None => words.with(text::ACCOUNT_SINCE, &[("since", &signed_in.text)]),
                Some(used) => {
                    words.with(text::ACCOUNT_SINCE_AND_USED, &[("since", &signed_in.text), ("used", &used.text)])
                }
            },
            signed_in,
            last_used,
            sign_out: match session.is_current {
                // As everywhere: by way of the provider, where its description says so, and home.
                true => Form::new(format!("{}/signout", frame.base), facts.csrf_token, label).returning_to(frame.home),
                false => end(frame, facts, &session.id, ENDED_ONE, label),
            },
        }
    }

    fn html(&self, frame: &Frame<'_>) -> Markup {
        let since = ("since", self.signed_in.html());
        html! {
            div.what {
                strong { bdi { (self.name) } }
                @if let Some(this_device) = &self.this_device { " " span.here { (this_device) } }
                @if let Some(place) = &self.place { br; bdi { (place) } }
                br;
                span.times {
                    @match &self.last_used {
                        None => (frame.words.markup(text::ACCOUNT_SINCE, &[since])),
                        Some(used) => (frame.words.markup(text::ACCOUNT_SINCE_AND_USED, &[since, ("used", used.html())])),
                    }
                }
            }
            (row_form(&self.sign_out, &self.name))
        }
    }
}

fn end(frame: &Frame<'_>, facts: &AccountFacts<'_>, which: &str, word: &str, label: String) -> Form {
    facts.form(&format!("{}/sessions/{which}/end", frame.base), (ENDED, word), label)
}
