//! What is remembered between the two halves of a trip, in one sealed cookie per trip.
//!
//! 1. The cookie is named for a digest of the trip's `state`: tabs do not overwrite each other.
//! 2. It binds the trip to this browser, this provider, this client and this redirect URI.
//! 3. It ends after 15 minutes, and counts once.
//! 4. A browser holds at most eight of them, and at most 6 KiB: the oldest goes first.

use std::time::Duration;

use aws_lc_rs::digest::{self, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::cookie::{Cookie, CookieNames, Life};
use crate::csrf::hex;
use crate::live::{Home, Live};
use crate::seal::Sealer;
use crate::{Account, Random, Timestamp};

/// A trip that has begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pending {
    /// The whole `state`, compared with the one that comes back.
    pub(crate) state: String,
    pub(crate) provider: String,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<String>,
    /// Whether the issuer promised to name itself in its answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) sends_iss: bool,
    /// Where the issuer's document said that codes go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token_endpoint: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<String>,
    /// How long ago the person may have been asked who they are, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_age: Option<u64>,
    /// The classes of authentication that were demanded; any, if the list is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) contexts: Option<Vec<String>>,
    /// Who has to come back, where somebody who is signed in proves it once more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) same_person: Option<SamePerson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code_verifier: Option<String>,
    /// To whom the account is to be linked, where somebody who is signed in connects one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<LinkTo>,
    /// What the person wants besides, where one provider follows another.
    #[serde(default, skip_serializing_if = "Wish::is_none")]
    pub(crate) wish: Wish,
    /// Who has come this far by an account of another provider, and connects one of this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proven: Option<Proven>,
    /// Whether it takes the place of one that was not enough to the provider.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_once_more: bool,
    /// What the provider let the browser post, where the session's cookie did not come along and is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) posted: Option<Vec<(String, String)>>,
    pub(crate) scopes: Vec<String>,
    /// The session that the browser had, for a provider whose post will not bring its cookie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<Before>,
    /// Where the browser goes in the end.
    pub(crate) return_to: String,
    pub(crate) begun_at: Timestamp,
}

/// Somebody who is signed in: by the user's id, or by an account, since an application may write another `sub` into its
/// sessions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SamePerson {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    /// Provider and subject.
    accounts: Vec<(String, String)>,
}

impl SamePerson {
    pub(crate) fn of(live: &Live) -> Self {
        let accounts = live.private.accounts.iter();
        let accounts = accounts.map(|account| (account.provider.clone(), account.subject.clone())).collect();
        Self { user: live.token.subject.clone(), accounts }
    }

    /// Whether it is they who come, as that user with that account.
    pub(crate) fn is(&self, user: Option<&str>, account: &Account) -> bool {
        let known = self.accounts.iter();
        let mut known =
            known.filter(|(provider, subject)| *provider == account.provider && *subject == account.subject);
        (user.is_some() && self.user.as_deref() == user) || known.next().is_some()
    }
}

/// Somebody who connects an account, and the session in which they asked for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LinkTo {
    pub(crate) user: String,
    pub(crate) sid: String,
}

/// What a person wants of a sign-in besides, where one provider follows another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Wish {
    /// They have used the site before by this provider, and go on to that one to connect an account there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) then: Option<String>,
    /// They have never used the site before, and were asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_newcomer: bool,
}

impl Wish {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// A user who was proven by an account moments ago, and has no session yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Proven {
    pub(crate) user: String,
    /// The user's epoch at that time.
    pub(crate) epoch: u64,
    /// Provider and subject of the account.
    pub(crate) by: (String, String),
    /// The session that the browser had, if any: nobody else's is taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sid: Option<String>,
}

/// A session that is over once the trip has led to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Before {
    pub(crate) sid: String,
    pub(crate) started_at: Timestamp,
    /// Its key in the store, if it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<[u8; 32]>,
}

impl Before {
    pub(crate) fn of(live: &Live) -> Self {
        let key = match &live.home {
            Home::Store { record, .. } => Some(record.key.0),
            Home::Cookie { .. } => None,
        };
        Self { sid: live.private.sid.clone(), started_at: live.private.started_at, key }
    }
}

impl Pending {
    /// The cookie that remembers it. `None` if browsers would throw it away, which they do without a word.
    pub(crate) fn cookie(
        &self,
        names: &CookieNames,
        sealer: &Sealer,
        random: &dyn Random,
        form_post: bool,
    ) -> Option<Cookie> {
        let name = cookie_name(names, &self.state);
        let plain = serde_json::to_vec(self).ok()?;
        let value = sealer.seal_text(&plain, name.as_bytes(), random);
        let life = Life::For(PENDING_SECONDS, self.begun_at + PENDING_LIFE);
        let cookie = Cookie::sealed(name, value, names.secure).life(life).cross_site(form_post);
        (cookie.size() <= LARGEST_COOKIE).then_some(cookie)
    }

    pub(crate) fn open(name: &str, value: &str, sealer: &Sealer) -> Option<Self> {
        if value.len() > LONGEST {
            return None;
        }
        serde_json::from_slice(&sealer.open_text(value, name.as_bytes()).ok()?).ok()
    }

    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.begun_at + PENDING_LIFE <= now
    }
}

/// The name of the cookie for a `state`.
pub(crate) fn cookie_name(names: &CookieNames, state: &str) -> String {
    let digest = digest::digest(&SHA256, state.as_bytes());
    let start = digest.as_ref().get(..8).unwrap_or_default();
    format!("{}{}", names.pending, hex(start))
}

/// The key under which a trip is consumed once, on whichever node.
pub(crate) fn once_key(state: &str) -> String {
    format!("callback:{}", URL_SAFE_NO_PAD.encode(digest::digest(&SHA256, state.as_bytes()).as_ref()))
}

/// Which of the pending cookies a browser sent have to go before one of `room` bytes is added: those that are none of
/// ours or have ended, and then the oldest.
pub(crate) fn to_evict(received: &[(String, String)], sealer: &Sealer, now: Timestamp, room: usize) -> Vec<String> {
    let mut evicted = Vec::new();
    let mut alive = Vec::new();
    for (name, value) in received {
        match Pending::open(name, value, sealer) {
            Some(pending) if !pending.has_expired(now) => {
                alive.push((pending.begun_at, name, name.len() + value.len()));
            }
            _ => evicted.push(name.clone()),
        }
    }
    alive.sort_unstable_by_key(|(begun_at, ..)| *begun_at);
    let mut bytes: usize = room + alive.iter().map(|(.., size)| size).sum::<usize>();
    let mut count = alive.len() + 1;
    for (_, name, size) in alive {
        if count <= MOST && bytes <= MOST_BYTES {
            break;
        }
        evicted.push(name.clone());
        count -= 1;
        bytes -= size;
    }
    evicted
}

pub(crate) const PENDING_SECONDS: u32 = 900;
pub(crate) const PENDING_LIFE: Duration = Duration::from_secs(900);
const MOST: usize = 8;
const MOST_BYTES: usize = 6 * 1024;
const LONGEST: usize = 8 * 1024;
/// Of name and value (RFC 6265 §6.1).
const LARGEST_COOKIE: usize = 4096;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Secret, SystemRandom};

    // FLT-014
    #[test]
    fn a_trip_that_a_newer_release_began_is_finished_by_this_one() {
        let sealer = Sealer::new(&[Secret::new("a secret for tests, thirty-two bytes or more")], "admit pending v1");
        let newer = json!({
            "state": "s", "provider": "acme", "client_id": "c", "redirect_uri": "https://app.example/", "scopes": [],
            "return_to": "/", "begun_at": 1_795_300_000_000_i64, "newer": { "a": [1] },
        });
        let sealed = sealer.seal_text(newer.to_string().as_bytes(), b"name", &SystemRandom);
        assert_eq!(Pending::open("name", &sealed, &sealer).map(|pending| pending.provider).as_deref(), Some("acme"));
        // One that it remembers in another way has to be begun again.
        let sealed = sealer.seal_text(b"{\"v\":2}", b"name", &SystemRandom);
        assert_eq!(Pending::open("name", &sealed, &sealer), None);
    }
}
