//! Why somebody is on the sign-in page, or what went wrong.

use maud::{Markup, html};
use serde::Serialize;

use super::Offer;
use crate::Catalogue;
use crate::language::{Text, text};
use crate::page::Reason;

/// Why somebody is on the sign-in page, or what went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Notice {
    /// Whether something went wrong. Else there is only a reason for being here.
    pub is_alarm: bool,
    /// One paragraph each.
    pub texts: Vec<String>,
    /// The id of the way that it is about, if that is one with inputs. It is then the first, so that the two stand together.
    pub about: Option<String>,
}

/// What the page has to tell, besides how to sign in. `error` and `code` are what the address carries; they are looked
/// up, never shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct News<'a> {
    pub(crate) error: &'a str,
    pub(crate) code: Option<&'a str>,
    /// What the application has for the code; or why somebody has to sign in.
    pub(crate) text: Option<&'a str>,
}

impl Notice {
    /// What happened. The application's text says most, a reason that is known more than the wire's error.
    pub(super) fn new(words: &Catalogue, News { error, code, text }: News<'_>, offers: &[Offer<'_>]) -> Self {
        let mut forms = offers.iter().filter(|offer| error == "CredentialsSignin" && !offer.fields.is_empty());
        let about = match (forms.next(), forms.next()) {
            (Some(offer), None) => Some(offer.id.to_owned()),
            // Of several the address does not say which it was.
            _ => None,
        };
        let text = text.filter(|_| matches!(error, "CredentialsSignin" | "SessionRequired"));
        let reason = code.and_then(Reason::parse);
        // Neither having to sign in nor having thought better of it is an error.
        let is_calm = error == "SessionRequired" || reason.is_some_and(Reason::is_calm);
        let texts = match (text, reason.map(Reason::words)) {
            (Some(text), _) => vec![text],
            (None, Some(reason)) => vec![words.text(reason.happened), words.text(reason.next)],
            (None, None) => vec![words.text(message(error))],
        };
        Self { is_alarm: !is_calm, texts: texts.into_iter().map(str::to_owned).collect(), about }
    }

    pub(super) fn html(&self) -> Markup {
        html! {
            // The focus goes to what is new on the page. Without script, `autofocus` is how.
            div id=[self.about.is_some().then_some(NOTICE)] class=(if self.is_alarm { "alert" } else { "note" })
                role="alert" tabindex="-1" autofocus {
                @match self.texts.as_slice() {
                    [text] => { (text) }
                    texts => { @for text in texts { p { (text) } } }
                }
            }
        }
    }
}

impl News<'_> {
    /// Whether what was typed did not match, as far as is known.
    pub(super) fn is_mismatch(self) -> bool {
        let reason = self.code.and_then(Reason::parse);
        self.text.is_none() && reason.is_none_or(|reason| reason == Reason::Credentials)
    }
}

fn message(error: &str) -> Text {
    match error {
        "Signin" | "OAuthSignin" | "OAuthCallbackError" | "OAuthCreateAccount" | "EmailCreateAccount" | "Callback" => {
            text::ERROR_TRY_ANOTHER
        }
        "OAuthAccountNotLinked" => text::ERROR_NOT_LINKED,
        "EmailSignin" => text::ERROR_EMAIL,
        "CredentialsSignin" => text::ERROR_CREDENTIALS,
        "SessionRequired" => text::ERROR_REQUIRED,
        _ => text::ERROR_UNABLE,
    }
}

/// By which the inputs of a form point to it.
pub(super) const NOTICE: &str = "notice";
