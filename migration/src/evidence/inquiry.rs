//! Asking Azure DevOps who one person is, in three requests of which each may fail by itself.
//!
//! 1. The profile comes first: its id has to be the account's. If it cannot be had, another answer has to name that id.
//! 2. An answer counts with status 200 and JSON. 203, a redirect and 401 say that the token is not taken; a refusal that
//!    names the person says that a policy is in the way. No redirect is followed.
//! 3. What was answered stays answered: an inquiry that was told to wait goes on where it was.
//! 4. A wish to slow down that comes with a success concerns the next request for this person, and no other person.

use std::time::Duration;

use admit::http::{BODY_LIMIT, DEADLINE, HttpError, HttpRequest, HttpResponse, pause_asked};
use admit::provider::bearer;
use admit::store::AccountKey;
use admit::{Auth, Secret};
use bytes::Bytes;
use http::StatusCode;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;

use super::AzureEvidence;
use super::answers::{self, Said};
use crate::AzureProfile;
use crate::guid::guid;

/// What is being asked about one account.
#[derive(Debug)]
pub(crate) struct Inquiry<'a> {
    auth: &'a Auth,
    account: &'a AccountKey,
    /// By question; `None` until it was answered, or will not be.
    answers: [Option<Option<Said>>; 3],
    is_confirmed: bool,
    /// How long the next request for this person waits.
    pause: Duration,
}

/// How an inquiry ended, or why it has to wait. Not `non_exhaustive`: each has a meaning of its own.
#[derive(Debug)]
pub(crate) enum Step {
    /// All questions were put.
    Done,
    /// Azure DevOps wants the next request later.
    Busy(Duration),
    /// The token is not taken.
    NotAccepted,
    /// The person is known, and the application is not let in: a policy.
    Refused,
    /// Somebody else's profile.
    Conflict,
}

/// One answer.
enum Word {
    Said(Value),
    NotAccepted,
    Refused,
    Busy,
    Nothing,
}

impl<'a> Inquiry<'a> {
    pub(crate) fn new(auth: &'a Auth, account: &'a AccountKey) -> Self {
        Self { auth, account, answers: [None, None, None], is_confirmed: false, pause: Duration::ZERO }
    }

    /// For somebody whose profile was read just now.
    pub(crate) fn with_profile_read(mut self) -> Self {
        self.answers = [Some(None), None, None];
        self.is_confirmed = true;
        self
    }

    /// Puts the questions that are left.
    pub(crate) async fn go_on(&mut self, token: &Secret) -> Step {
        let Some(base) = base_of(self.auth, &self.account.provider) else { return Step::NotAccepted };
        for (question, answer) in QUESTIONS.iter().zip(0..) {
            if self.answers.get(answer).is_none_or(Option::is_some) {
                continue;
            }
            if !self.pause.is_zero() {
                self.auth.clock().sleep(std::mem::take(&mut self.pause)).await;
            }
            let (word, pause) = self.ask(&format!("{base}{}", question.path), token).await;
            let is_profile = answer == 0;
            let said = match word {
                Word::Busy => return Step::Busy(pause),
                Word::NotAccepted if is_profile => return Step::NotAccepted,
                Word::Refused if is_profile => return Step::Refused,
                Word::NotAccepted | Word::Refused | Word::Nothing => None,
                Word::Said(json) => (question.read)(&json),
            };
            self.pause = pause;
            if let Some(id) = said.as_ref().and_then(|said| said.id.as_deref()) {
                let is_theirs = id.eq_ignore_ascii_case(&self.account.subject);
                if is_profile && !is_theirs {
                    return Step::Conflict;
                }
                self.is_confirmed |= is_theirs;
            }
            if let Some(place) = self.answers.get_mut(answer) {
                *place = Some(said);
            }
        }
        Step::Done
    }

    /// What is known by now; `None` if nothing is, or if nobody said that it is this account's.
    pub(crate) fn evidence(&self) -> Option<AzureEvidence> {
        let [_, connection, own] = self.answers.each_ref().map(|answer| answer.as_ref().and_then(Option::as_ref));
        if !self.is_confirmed {
            return None;
        }
        let mut evidence = AzureEvidence::of(&self.account.subject, connection, own);
        evidence.asked_at = Some(self.auth.clock().now());
        Some(evidence)
    }

    /// Whom Azure DevOps sees who has this token, of whatever kind it is. `None` if it does not say.
    pub(crate) async fn whom(&self, token: &Secret) -> Option<AzureProfile> {
        let base = base_of(self.auth, &self.account.provider)?;
        let [profile, connection, _] = QUESTIONS;
        let (Word::Said(json), _) = self.ask(&format!("{base}{}", profile.path), token).await else { return None };
        let profile_id = (profile.read)(&json)?.id?;
        let subject_descriptor = match self.ask(&format!("{base}{}", connection.path), token).await {
            (Word::Said(json), _) => (connection.read)(&json).and_then(|said| said.subject_descriptor),
            _ => None,
        };
        Some(AzureProfile { profile_id, subject_descriptor })
    }

    async fn ask(&self, url: &str, token: &Secret) -> (Word, Duration) {
        let Some(request) = request(url, token) else { return (Word::Nothing, Duration::ZERO) };
        let answer = tokio::select! {
            answer = self.auth.http_client().send(request) => answer,
            () = self.auth.clock().sleep(DEADLINE) => Err(HttpError::Timeout(DEADLINE)),
        };
        match answer {
            Ok(answer) => {
                let pause = pause_asked(&answer, self.auth.clock().now());
                tracing::debug!(provider = self.account.provider, status = answer.status().as_u16(), "asked who it is");
                (word(&answer), pause)
            }
            Err(error) => {
                tracing::debug!(provider = self.account.provider, %error, "no answer to who it is");
                (Word::Nothing, Duration::ZERO)
            }
        }
    }
}

/// Where a provider's Azure DevOps is: what comes before the profile's path.
pub(crate) fn base_of(auth: &Auth, provider: &str) -> Option<String> {
    let userinfo = auth.description(provider)?.userinfo_url()?;
    userinfo.split_once("/_apis/").map(|(base, _)| base.to_owned())
}

fn request(url: &str, token: &Secret) -> Option<HttpRequest> {
    http::Request::get(url)
        .header(ACCEPT, "application/json")
        .header(AUTHORIZATION, bearer(token).ok()?)
        .header("x-tfs-fedauthredirect", "Suppress")
        .body(Bytes::new())
        .ok()
}

fn word(answer: &HttpResponse) -> Word {
    let is_json = || {
        let media_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        media_type.to_ascii_lowercase().contains("json")
    };
    if answer.body().len() > BODY_LIMIT {
        return Word::Nothing;
    }
    match answer.status() {
        StatusCode::OK if is_json() => answers::object(answer.body()).map_or(Word::Nothing, Word::Said),
        // A sign-in page.
        StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION => Word::NotAccepted,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if names_somebody(answer.body()) => Word::Refused,
        StatusCode::FORBIDDEN => Word::Refused,
        StatusCode::UNAUTHORIZED => Word::NotAccepted,
        StatusCode::TOO_MANY_REQUESTS => Word::Busy,
        status if status.is_redirection() => Word::NotAccepted,
        _ => Word::Nothing,
    }
}

/// `TF400813: The user '…' is not authorized …`. Of a token that is not taken it names the anonymous user.
fn names_somebody(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let user = text.split_once("TF400813").and_then(|(_, message)| message.split('\'').nth(1));
    user.is_some_and(|user| guid(user).is_some() || user.contains('@'))
}

struct Question {
    path: &'static str,
    read: fn(&Value) -> Option<Said>,
}

const QUESTIONS: [Question; 3] = [
    Question { path: "/_apis/profile/profiles/me?api-version=6.0", read: answers::profile },
    Question { path: "/_apis/connectionData?api-version=7.1-preview", read: answers::connection_data },
    Question { path: "/_apis/identities/me?api-version=7.1-preview", read: answers::identity_self },
];
