//! Pages with everything on them, and with nothing: for the tests of renderers.

use std::sync::LazyLock;

use super::question::{About, QuestionPage};
use super::{
    AccountNotice, AccountPage, Connection, ConnectionOffer, Connections, Device, ErrorPage, Form, Frame, Link, Moment,
    News, Offer, Page, Person, Sessions, SignInPage, SignOutPage, VerifyRequestPage, Weight,
};
use crate::credentials::Field;
use crate::{Catalogue, Theme, Timestamp};

/// A frame for them.
pub(super) fn frame() -> Frame<'static> {
    static LOOKS: LazyLock<(Theme, Catalogue)> = LazyLock::new(|| (Theme::default(), Catalogue::new("en", "")));
    let (theme, words) = &*LOOKS;
    Frame { theme, words, app: "Sample", host: "app.example", home: HOME, base: BASE, renderer: None }
}

/// Between them, every part of a page is there and is missing.
pub(super) fn pages() -> Vec<Page> {
    let frame = &frame();
    let fields = [Field::username("username", "User name").placeholder("ada"), Field::text("code", "Code").optional()];
    let members = Offer {
        id: "credentials",
        name: NAME,
        action: ACTION,
        fields: &fields,
        ends: false,
        mark: None,
        is_last_used: false,
    };
    let acme = Offer { id: "acme", fields: &[], ends: true, is_last_used: true, ..members };
    let sign_in = |offers: &[Offer<'_>], news| Page::SignIn(SignInPage::new(frame, offers, TOKEN, HOME, news));
    let required = News { error: "SessionRequired", code: None, text: None };
    let denied = News { error: "AccessDenied", code: Some("access_denied"), text: None };
    let locked = News { error: "CredentialsSignin", code: None, text: Some(NAME) };
    let error = |code, reference, ways| Page::Error(ErrorPage::new(frame, None, code, reference, ways));
    let form = || Form::new(ACTION, TOKEN, NAME).returning_to(HOME).with("connect", "acme");
    let question = |about, later| {
        let (title, texts) = (NAME.to_owned(), vec![NAME.to_owned()]);
        Page::Question(QuestionPage { about, title, texts, answers: vec![form().weighing(Weight::Main)], later })
    };
    let later = Link { href: HOME.to_owned(), label: "Not now".to_owned(), weight: Weight::Plain };
    vec![
        sign_in(&[acme, members], Some(denied)),
        sign_in(&[acme], Some(required)),
        sign_in(&[members], Some(locked)),
        sign_in(&[], None),
        Page::SignOut(SignOutPage::new(frame, ACTION, TOKEN, Some(HOME))),
        Page::VerifyRequest(VerifyRequestPage::new(frame)),
        error(Some("state_expired"), Some("b7Qk2-x_9"), Vec::new()),
        error(Some("not_known_there"), None, vec![form(), form()]),
        error(None, None, Vec::new()),
        question(About::UsedBefore, None),
        question(About::Connect, Some(later)),
        Page::Account(account(&form)),
        Page::Account(nobodys_account(&form)),
    ]
}

/// One with everything.
fn account(form: &dyn Fn() -> Form) -> AccountPage {
    let name = || NAME.to_owned();
    let connection = |subject, disconnect, stays| Connection {
        id: "acme".to_owned(),
        name: name(),
        mark: None,
        subject,
        disconnect,
        stays,
    };
    let moment = || Moment { at: Timestamp::from_unix_seconds(0), text: name() };
    let (own, other) = (device(form, moment()), device(form, moment()));
    AccountPage {
        title: name(),
        notice: Some(AccountNotice { text: name(), form: Some(form().weighing(Weight::Main)) }),
        person: Person {
            name: name(),
            email: Some(name()),
            initial: "A".to_owned(),
            picture: Some("/a.png".to_owned()),
        },
        connections: Some(Connections {
            title: name(),
            accounts: vec![connection(Some(name()), Some(form()), None), connection(None, None, Some(name()))],
            nothing: None,
            offers: vec![ConnectionOffer { id: "acme".to_owned(), name: name(), mark: None, connect: form() }],
            hint: Some(name()),
        }),
        sessions: Sessions {
            title: name(),
            devices: vec![
                Device { this_device: Some(name()), ..own },
                Device { place: Some(name()), last_used: Some(moment()), ..other },
            ],
            hint: None,
            sign_out_others: Some(form()),
            sign_out_everywhere: Some(form()),
        },
    }
}

/// One with as little as there can be.
fn nobodys_account(form: &dyn Fn() -> Form) -> AccountPage {
    let name = || NAME.to_owned();
    let moment = Moment { at: Timestamp::from_unix_seconds(0), text: name() };
    AccountPage {
        title: name(),
        notice: None,
        person: Person { name: name(), email: None, initial: String::new(), picture: None },
        connections: None,
        sessions: Sessions {
            title: name(),
            devices: vec![device(form, moment)],
            hint: Some(name()),
            sign_out_others: None,
            sign_out_everywhere: None,
        },
    }
}

fn device(form: &dyn Fn() -> Form, signed_in: Moment) -> Device {
    let (name, times) = (NAME.to_owned(), NAME.to_owned());
    Device { name, this_device: None, place: None, signed_in, last_used: None, times, sign_out: form() }
}

const HOME: &str = "https://app.example";
const BASE: &str = "https://app.example/api/auth";
const ACTION: &str = "https://app.example/api/auth/signin/a-sample";
const NAME: &str = "Acme <sample>";
/// By which a form is known, where templates escape slashes.
#[cfg(feature = "templates")]
pub(super) const FORM: &str = "a-sample";
/// What never stands in HTML that escapes its texts.
#[cfg(feature = "templates")]
pub(super) const ODD: &str = "<sample>";
/// Stands where a form has its CSRF token.
pub(super) const TOKEN: &str = "a-csrf-token";
