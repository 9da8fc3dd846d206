//! An account: a person at one provider, the grant they gave, and its tokens.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::other_tokens::OtherTokens;
use crate::provider::Fingerprint;
use crate::store::AccountKey;
use crate::{ReauthenticationReason, Secret, Timestamp};

/// A person's account at a provider, with what the provider granted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Account {
    /// The provider's id, such as `azure-devops`.
    pub provider: String,
    /// The provider's identifier of the person. Together with `provider` it identifies the account.
    pub subject: String,
    /// The tokens. `None` where the provider hands out none, such as one that asks the application.
    pub tokens: Option<TokenSet>,
    /// What the tokens were granted with.
    pub grant: Option<GrantRecord>,
    /// Whether the provider refused the refresh token: the person has to sign in there again.
    pub needs_reauthentication: bool,
    /// The `claims` that the next sign-in there has to ask for, if the provider said so when it refused.
    pub wanted_claims: Option<String>,
}

impl Account {
    /// An account whose grant is in order.
    pub fn new(provider: impl Into<String>, subject: impl Into<String>, tokens: TokenSet, grant: GrantRecord) -> Self {
        GrantedAccount::new(provider, subject, tokens, grant).into()
    }

    /// An account at a provider that hands out no tokens.
    pub fn without_tokens(provider: impl Into<String>, subject: impl Into<String>) -> Self {
        let (provider, subject) = (provider.into(), subject.into());
        Self { provider, subject, tokens: None, grant: None, needs_reauthentication: false, wanted_claims: None }
    }

    pub(crate) fn key(&self) -> AccountKey {
        AccountKey { provider: self.provider.clone(), subject: self.subject.clone() }
    }

    /// The account with what it was granted, if it was granted anything.
    pub(crate) fn granted(&self) -> Option<GrantedAccount> {
        let (tokens, grant) = (self.tokens.clone()?, self.grant.clone()?);
        let mut account = GrantedAccount::new(&self.provider, &self.subject, tokens, grant);
        account.needs_reauthentication = self.needs_reauthentication;
        account.wanted_claims.clone_from(&self.wanted_claims);
        Some(account)
    }
}

impl From<GrantedAccount> for Account {
    fn from(account: GrantedAccount) -> Self {
        let GrantedAccount { provider, subject, tokens, grant, needs_reauthentication, wanted_claims, .. } = account;
        Self { provider, subject, tokens: Some(tokens), grant: Some(grant), needs_reauthentication, wanted_claims }
    }
}

/// An account that has tokens: what can be kept, and refreshed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GrantedAccount {
    pub(crate) provider: String,
    pub(crate) subject: String,
    pub(crate) tokens: TokenSet,
    pub(crate) grant: GrantRecord,
    pub(crate) needs_reauthentication: bool,
    pub(crate) wanted_claims: Option<String>,
    /// Whether the refresh token was sent, and no answer came: the provider may have taken it.
    pub(crate) is_unanswered: bool,
    /// Tokens for other scopes, where they are kept in a store. A new grant has none.
    pub(crate) others: OtherTokens,
    /// Whether the grant is kept, and not handed out. A new grant is not.
    pub(crate) is_parked: bool,
}

impl GrantedAccount {
    pub(crate) fn new(
        provider: impl Into<String>,
        subject: impl Into<String>,
        tokens: TokenSet,
        grant: GrantRecord,
    ) -> Self {
        let (provider, subject) = (provider.into(), subject.into());
        let (needs_reauthentication, wanted_claims, is_unanswered) = (false, None, false);
        let (others, is_parked) = (OtherTokens::default(), false);
        Self {
            provider,
            subject,
            tokens,
            grant,
            needs_reauthentication,
            wanted_claims,
            is_unanswered,
            others,
            is_parked,
        }
    }

    /// Whether these are the same tokens.
    pub(crate) fn has_tokens_of(&self, other: &Self) -> bool {
        self.tokens.access_token == other.tokens.access_token
            && self.tokens.refresh_token == other.tokens.refresh_token
            && self.needs_reauthentication == other.needs_reauthentication
            && self.is_unanswered == other.is_unanswered
            && self.others == other.others
            && self.is_parked == other.is_parked
    }

    /// Whether these are other tokens than before, or the mark that there will be none. Another mark changes nothing.
    pub(crate) fn is_settled_after(&self, before: &Self) -> bool {
        self.tokens.access_token != before.tokens.access_token
            || self.needs_reauthentication != before.needs_reauthentication
    }

    /// Why the person has to sign in there again, if they have to.
    pub(crate) fn reason(&self) -> Option<ReauthenticationReason> {
        if !self.needs_reauthentication {
            return None;
        }
        Some(match &self.tokens.refresh_token {
            _ if self.wanted_claims.is_some() => ReauthenticationReason::MoreProofWanted,
            None => ReauthenticationReason::NoRefreshToken,
            Some(_) if self.is_unanswered => ReauthenticationReason::AnswerLost,
            Some(_) => ReauthenticationReason::Refused,
        })
    }

    pub(crate) fn key(&self) -> AccountKey {
        AccountKey { provider: self.provider.clone(), subject: self.subject.clone() }
    }
}

/// What a token endpoint granted (RFC 6749 §5.1).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TokenSet {
    /// The access token.
    pub access_token: Secret,
    /// Its type as the provider spells it; `Bearer` where it said nothing.
    pub token_type: String,
    /// When the access token ends. `None` where the provider did not say.
    pub expires_at: Option<Timestamp>,
    /// When the provider wants the access token to be renewed, though it lives on. `None` where it did not say.
    pub refresh_at: Option<Timestamp>,
    /// The refresh token.
    pub refresh_token: Option<Secret>,
    /// The ID token.
    pub id_token: Option<Secret>,
    /// The scopes granted, separated by spaces; what was asked for where the provider said nothing.
    pub scope: Option<String>,
    /// Members of the answer beyond RFC 6749's. They may be secret, so they are not printed.
    pub extra: Extra,
}

impl TokenSet {
    /// A bare access token.
    pub fn new(access_token: impl Into<Secret>) -> Self {
        Self {
            access_token: access_token.into(),
            token_type: "Bearer".to_owned(),
            expires_at: None,
            refresh_at: None,
            refresh_token: None,
            id_token: None,
            scope: None,
            extra: Extra::default(),
        }
    }

    /// When the access token ends.
    #[must_use]
    pub fn expires_at(mut self, expires_at: Option<Timestamp>) -> Self {
        self.expires_at = expires_at;
        self
    }

    /// When the provider wants the access token to be renewed, though it lives on.
    #[must_use]
    pub fn refresh_at(mut self, refresh_at: Option<Timestamp>) -> Self {
        self.refresh_at = refresh_at;
        self
    }

    /// The refresh token.
    #[must_use]
    pub fn refresh_token(mut self, refresh_token: Option<Secret>) -> Self {
        self.refresh_token = refresh_token;
        self
    }
}

/// Members of a token answer that admit has no name for.
#[derive(Clone, Default, PartialEq)]
pub struct Extra(pub Map<String, Value>);

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// What a grant was made with. A refresh uses this, not what the configuration says by then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GrantRecord {
    /// The client id.
    pub client_id: String,
    /// Where the provider sent the browser.
    pub redirect_uri: String,
    /// The scopes asked for.
    pub scopes: Vec<String>,
    /// Which of the client's credentials the provider took last, wherever that one stands in the list by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minted_by: Option<Fingerprint>,
    /// When it was made, or last refreshed.
    pub granted_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_that_was_kept_with_the_place_of_its_secret_is_read_as_one_of_an_unknown_secret() {
        let old =
            r#"{"client_id":"app","redirect_uri":"https://app.example/cb","scopes":[],"credential":1,"granted_at":0}"#;
        let grant: GrantRecord = serde_json::from_str(old).unwrap();
        assert_eq!((grant.client_id.as_str(), grant.minted_by), ("app", None));
        let grant = GrantRecord { minted_by: Some(Fingerprint::of(&Secret::new("newer"))), ..grant };
        let kept = serde_json::to_string(&grant).unwrap();
        assert_eq!(serde_json::from_str::<GrantRecord>(&kept).unwrap(), grant);
    }
}
