//! Pages with everything on them, and with nothing: for the tests of renderers.

use std::sync::LazyLock;

use super::question::{About, QuestionPage};
use super::{ErrorPage, Form, Frame, Link, News, Offer, Page, SignInPage, SignOutPage, VerifyRequestPage, Weight};
use crate::credentials::Field;
use crate::{Catalogue, Theme};

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
    ]
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
