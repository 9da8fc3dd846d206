//! Where a person is signed in.

use maud::{Markup, html};

use super::{AccountPage, ENDED, ENDED_ONE, ENDED_OTHERS, row_button, when};
use crate::UserSession;
use crate::language::text;
use crate::page::Frame;

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

pub(super) fn section(frame: &Frame<'_>, page: &AccountPage<'_>) -> Markup {
    let words = frame.words;
    html! {
        section {
            h2 { (words.text(text::ACCOUNT_SESSIONS)) }
            ul.rows role="list" {
                @for session in page.sessions { (row(frame, page, session)) }
            }
            @match page.others {
                OtherSessions::Listed => {}
                OtherSessions::Unlisted => p.small { (words.text(text::ACCOUNT_SESSIONS_UNLISTED)) }
                OtherSessions::Unknown => p.small { (words.text(text::ACCOUNT_SESSIONS_UNKNOWN)) }
            }
            @if has_others(page) {
                div.actions {
                    (end(frame, page, "others", ENDED_OTHERS, &html! {
                        button.button type="submit" { (words.text(text::ACCOUNT_SIGN_OUT_OTHERS)) }
                    }))
                    (end(frame, page, "all", ENDED_OTHERS, &html! {
                        button.button.leave type="submit" { (words.text(text::ACCOUNT_SIGN_OUT_ALL)) }
                    }))
                }
            }
        }
    }
}

/// Whether there may be any beside the one at hand that can be ended.
fn has_others(page: &AccountPage<'_>) -> bool {
    match page.others {
        OtherSessions::Listed => page.sessions.iter().any(|session| !session.is_current),
        OtherSessions::Unlisted => true,
        OtherSessions::Unknown => false,
    }
}

fn row(frame: &Frame<'_>, page: &AccountPage<'_>, session: &UserSession) -> Markup {
    let words = frame.words;
    let device = session.origin.shown_device().unwrap_or(words.text(text::ACCOUNT_DEVICE_UNKNOWN));
    let button = row_button(words.text(text::ACCOUNT_SIGN_OUT), device);
    let since = when::ago(words, page.now, session.created_at);
    let used = when::ago_to_the_day(words, page.now, session.last_used_at);
    html! {
        li {
            div.what {
                strong { bdi { (device) } }
                @if session.is_current { " " span.here { (words.text(text::ACCOUNT_THIS_DEVICE)) } }
                @if let Some(place) = session.origin.shown_place() { br; bdi { (place) } }
                br;
                span.times {
                    // When the one at hand was used last is plain.
                    @if session.is_current { (words.markup(text::ACCOUNT_SINCE, &[("since", since)])) }
                    @else { (words.markup(text::ACCOUNT_SINCE_AND_USED, &[("since", since), ("used", used)])) }
                }
            }
            @if session.is_current {
                // As everywhere: by way of the provider, where its description says so, and home.
                (page.form_to(&format!("{}/signout", frame.base), frame.home, &button))
            } @else {
                (end(frame, page, &session.id, ENDED_ONE, &button))
            }
        }
    }
}

fn end(frame: &Frame<'_>, page: &AccountPage<'_>, which: &str, word: &str, button: &Markup) -> Markup {
    page.form(&format!("{}/sessions/{which}/end", frame.base), (ENDED, word), button)
}
