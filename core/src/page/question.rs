//! What somebody is asked, where one provider follows another.

use bytes::Bytes;
use http::{Response, StatusCode};
use maud::{Markup, html};

use super::Shell;
use crate::language::text;

/// A way on: a form with one button.
#[derive(Clone, Debug)]
pub(crate) struct Door<'a> {
    pub(crate) action: String,
    pub(crate) csrf_token: &'a str,
    pub(crate) return_to: &'a str,
    /// One more field, which nobody sees.
    pub(crate) field: Option<(&'static str, &'a str)>,
    pub(crate) label: String,
}

/// Asks somebody whether they are known by another provider, of that name.
pub(crate) fn used_before(
    shell: &Shell<'_>,
    other: &str,
    yes: Option<&Door<'_>>,
    no: Option<&Door<'_>>,
) -> Response<Bytes> {
    let (words, names) = (shell.words, &[("provider", other)]);
    let content = html! {
        h1 { (words.with(text::BEFORE_TITLE, names)) }
        @if yes.is_some() {
            p { (words.with(text::BEFORE_ONCE_MORE, names)) }
        } @else {
            p { (words.with(text::BEFORE_OVER, names)) }
        }
        div.actions {
            @if let Some(yes) = yes { (door(yes, "button primary")) }
            @if let Some(no) = no { (door(no, "button")) }
        }
    };
    shell.page(StatusCode::OK, words.text(text::SIGN_IN_TITLE), &content)
}

/// Asks somebody who is signed in to connect an account of the provider of that name.
pub(crate) fn connect(shell: &Shell<'_>, name: &str, go: &Door<'_>, return_to: &str) -> Response<Bytes> {
    let (words, names) = (shell.words, &[("provider", name)]);
    let title = words.with(text::CONNECT_TITLE, names);
    let content = html! {
        h1 { (title) }
        p { (words.with(text::CONNECT_MOVING, names)) }
        p { (words.text(text::CONNECT_STAYS)) }
        div.actions {
            (door(go, "button primary"))
            a.button href=(return_to) { (words.text(text::CONNECT_LATER)) }
        }
    };
    shell.page(StatusCode::OK, &title, &content)
}

/// The first is the thing to do.
pub(super) fn doors(doors: &[Door<'_>]) -> Markup {
    html! {
        div.actions {
            @for (place, way) in doors.iter().enumerate() {
                (door(way, if place == 0 { "button primary" } else { "button" }))
            }
        }
    }
}

fn door(door: &Door<'_>, class: &str) -> Markup {
    html! {
        form action=(door.action) method="post" {
            input type="hidden" name="csrfToken" value=(door.csrf_token);
            input type="hidden" name="callbackUrl" value=(door.return_to);
            @if let Some((name, value)) = door.field { input type="hidden" name=(name) value=(value); }
            button class=(class) type="submit" { (door.label) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Theme;
    use crate::page::tests::{content, html, shell};

    fn way<'a>(label: &str, field: Option<(&'static str, &'a str)>) -> Door<'a> {
        let action = "https://app.example.com/api/auth/signin/acme".to_owned();
        Door { action, csrf_token: "csrf-token", return_to: "/", field, label: label.to_owned() }
    }

    #[test]
    fn somebody_who_may_be_known_is_asked() {
        let (yes, no) = (way("Yes", Some(("connect", "globex"))), way("No", Some(("newcomer", "1"))));
        let page = used_before(&shell(&Theme::default()), "Acme <1>", Some(&yes), Some(&no));
        assert_eq!(page.status(), 200);
        insta::assert_snapshot!(content(&page));
    }

    #[test]
    fn where_the_earlier_way_has_ended_nobody_is_sent_there() {
        let page = used_before(&shell(&Theme::default()), "Acme", None, Some(&way("No", Some(("newcomer", "1")))));
        insta::assert_snapshot!(content(&page));
    }

    #[test]
    fn connecting_can_be_put_off() {
        let page = connect(&shell(&Theme::default()), "Acme <1>", &way("Continue", None), "https://app.example.com/\"");
        insta::assert_snapshot!(content(&page));
    }

    #[test]
    fn what_is_put_into_the_forms_stays_text() {
        let odd = "\"><b>";
        let door = Door {
            action: odd.to_owned(),
            csrf_token: odd,
            return_to: odd,
            field: Some(("connect", odd)),
            label: odd.to_owned(),
        };
        let theme = Theme::default();
        for page in
            [used_before(&shell(&theme), odd, Some(&door), Some(&door)), connect(&shell(&theme), odd, &door, odd)]
        {
            assert!(!html(&page).contains("<b>"));
        }
    }
}
