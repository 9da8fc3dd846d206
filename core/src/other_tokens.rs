//! Access tokens for other scopes than the account's own, kept beside it: all of them by its one refresh token.

use serde::{Deserialize, Serialize};

use crate::account::GrantedAccount;
use crate::kept_tokens::exposed;
use crate::{Secret, Timestamp, TokenSet};

/// One token for each set of scopes, the newest last. There are never many: the oldest leaves for a new one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct OtherTokens(Vec<OtherToken>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct OtherToken {
    #[serde(rename = "w")]
    scopes: ScopeSet,
    #[serde(rename = "a", with = "exposed")]
    access_token: Secret,
    #[serde(rename = "t")]
    token_type: String,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    refresh_at: Option<Timestamp>,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(rename = "g")]
    granted_at: Timestamp,
}

/// Scopes, each once, in whichever order they were named.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ScopeSet(Vec<String>);

impl ScopeSet {
    pub(crate) fn of(scopes: &[String]) -> Self {
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl OtherTokens {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The account with the token for these scopes in the place of its own, if there is one.
    pub(crate) fn stand_in(account: &GrantedAccount, scopes: &[String]) -> Option<GrantedAccount> {
        let wanted = ScopeSet::of(scopes);
        let found = account.others.0.iter().find(|other| other.scopes == wanted)?;
        let mut tokens = TokenSet::new(found.access_token.clone())
            .expires_at(found.expires_at)
            .refresh_at(found.refresh_at)
            .refresh_token(account.tokens.refresh_token.clone());
        tokens.token_type.clone_from(&found.token_type);
        tokens.scope.clone_from(&found.scope);
        let mut grant = account.grant.clone();
        grant.scopes = scopes.to_vec();
        grant.granted_at = found.granted_at;
        Some(GrantedAccount::new(&account.provider, &account.subject, tokens, grant))
    }

    /// Takes up the token of an account that was asked for other scopes.
    pub(crate) fn take_up(&mut self, account: &GrantedAccount) {
        let scopes = ScopeSet::of(&account.grant.scopes);
        self.0.retain(|other| other.scopes != scopes);
        let leaving = (self.0.len() + 1).saturating_sub(MOST);
        self.0.drain(..leaving);
        self.0.push(OtherToken {
            scopes,
            access_token: account.tokens.access_token.clone(),
            token_type: account.tokens.token_type.clone(),
            expires_at: account.tokens.expires_at,
            refresh_at: account.tokens.refresh_at,
            scope: account.tokens.scope.clone(),
            granted_at: account.grant.granted_at,
        });
    }
}

/// Of some kilobytes each.
const MOST: usize = 8;
