//! A request on its way through an action: what every action starts from, and what every answer carries.

use std::sync::Arc;

use http::StatusCode;

use super::destination;
use crate::Catalogue;
use crate::address::with_query;
use crate::answer::{self, Answer};
use crate::cookie::Cookie;
use crate::csrf::{CsrfToken, Provenance, provenance, same};
use crate::failure::{Code, Failure};
use crate::input::Input;
use crate::page::{Frame, Reason};
use crate::realm::Realm;

/// A request on its way through an action.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) realm: Arc<Realm>,
    pub(super) input: Input,
    pub(super) csrf: CsrfToken,
    /// Where the browser goes in the end.
    pub(super) return_to: String,
    /// Why that is home and not what was asked for, if the `redirect` callback failed. Only a sign-in that begins
    /// fails with it: the session, the error page and the way out do not depend on it.
    pub(super) no_way_back: Option<Failure>,
    /// What the answer will set, whatever the answer is.
    pub(super) cookies: Vec<Cookie>,
}

impl Visit {
    /// What every action starts from.
    pub(super) async fn begin(realm: Arc<Realm>, input: Input) -> Self {
        let csrf = realm.csrf.token(input.cookies.csrf.iter().map(String::as_str), &*realm.random);
        let mut cookies = Vec::new();
        if let Some(value) = &csrf.fresh {
            cookies.push(Cookie::new(&realm.cookies.csrf, value, realm.cookies.secure));
        }
        let candidate = [input.field("callbackUrl"), input.query("callbackUrl")]
            .into_iter()
            .chain([input.cookies.callback_url.as_deref()])
            .flatten()
            .find(|candidate| !candidate.is_empty());
        let (return_to, no_way_back) = match destination::resolve(&realm, candidate).await {
            Ok(return_to) => {
                if input.cookies.callback_url.as_deref() != Some(&return_to) {
                    cookies.push(Cookie::new(&realm.cookies.callback_url, &return_to, realm.cookies.secure));
                }
                (return_to, None)
            }
            Err(failure) => {
                tracing::error!(cause = failure.chain(), "the redirect callback failed; home is where to go");
                (realm.base.origin.clone(), Some(failure))
            }
        };
        Self { realm, input, csrf, return_to, no_way_back, cookies }
    }

    /// Sends whoever is not signed in to do so, and then to where they wanted to go. The words by which a form of the
    /// account's page has it say that something was done are left out: nothing was.
    pub(super) fn to_sign_in(&self) -> Answer {
        let account = format!("{}/account", self.realm.base.auth_url);
        let is_account = self.return_to.strip_prefix(&account).is_some_and(|words| words.starts_with('?'));
        let back = if is_account { &account } else { &self.return_to };
        let there = with_query(&self.realm.sign_in_page(), &[("callbackUrl", back)]);
        answer::redirect(StatusCode::SEE_OTHER, &there)
    }

    /// The frame of the built-in pages, in the language of whoever asks.
    pub(super) fn frame(&self) -> Frame<'_> {
        self.realm.frame(self.words())
    }

    /// The texts, in that language.
    pub(super) fn words(&self) -> &Catalogue {
        self.realm.languages.for_headers(&self.input.headers)
    }

    /// Refuses a request that a page of ours did not make.
    pub(super) fn check_csrf(&self) -> Result<(), Failure> {
        let realm = &self.realm;
        let provenance = provenance(&self.input.headers, &realm.base.origin, &realm.trusted_origins);
        if provenance == Provenance::Foreign {
            return Err(Failure::new(Code::MissingCsrf, Reason::OriginRejected));
        }
        let repeated = self.input.field("csrfToken").is_some_and(|token| same(token, &self.csrf.token));
        let has_cookie = self.csrf.fresh.is_none();
        if (repeated && has_cookie) || (realm.csrf_headers_suffice && provenance == Provenance::Ours) {
            return Ok(());
        }
        Err(Failure::new(Code::MissingCsrf, Reason::Csrf))
    }
}
