//! Tokens as they are kept: in a session's own claim, or sealed in a token store.

use serde::{Deserialize, Serialize};

use crate::account::GrantedAccount;
use crate::other_tokens::OtherTokens;
use crate::{GrantRecord, Secret, Timestamp, TokenSet};

/// Tokens and grant as they are kept, in the session or sealed in a token store. Only ever serialized to be sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct KeptTokens {
    #[serde(rename = "a", with = "exposed")]
    access_token: Secret,
    #[serde(rename = "t")]
    token_type: String,
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    refresh_at: Option<Timestamp>,
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none", with = "exposed_option")]
    refresh_token: Option<Secret>,
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none", with = "exposed_option")]
    id_token: Option<Secret>,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(rename = "g")]
    grant: GrantRecord,
    #[serde(rename = "n", default, skip_serializing_if = "std::ops::Not::not")]
    needs_reauthentication: bool,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    wanted_claims: Option<String>,
    #[serde(rename = "u", default, skip_serializing_if = "std::ops::Not::not")]
    is_unanswered: bool,
    #[serde(rename = "o", default, skip_serializing_if = "OtherTokens::is_empty")]
    others: OtherTokens,
    #[serde(rename = "k", default, skip_serializing_if = "std::ops::Not::not")]
    is_parked: bool,
}

impl KeptTokens {
    /// What has to be kept of an account. The ID token and unnamed members of the answer are not: they are large.
    pub(crate) fn of(account: &GrantedAccount) -> Self {
        Self {
            access_token: account.tokens.access_token.clone(),
            token_type: account.tokens.token_type.clone(),
            expires_at: account.tokens.expires_at,
            refresh_at: account.tokens.refresh_at,
            refresh_token: account.tokens.refresh_token.clone(),
            id_token: None,
            scope: account.tokens.scope.clone(),
            grant: account.grant.clone(),
            needs_reauthentication: account.needs_reauthentication,
            wanted_claims: account.wanted_claims.clone(),
            is_unanswered: account.is_unanswered,
            others: account.others.clone(),
            is_parked: account.is_parked,
        }
    }

    /// The same with the ID token, for a store that has room for it.
    pub(crate) fn with_id_token(account: &GrantedAccount) -> Self {
        Self { id_token: account.tokens.id_token.clone(), ..Self::of(account) }
    }

    /// Whether these hold another access token.
    pub(crate) fn is_other_token(&self, other: &Self) -> bool {
        self.access_token != other.access_token
    }

    /// The account again.
    pub(crate) fn account(&self, provider: &str, subject: &str) -> GrantedAccount {
        self.clone().into_account(provider, subject)
    }

    /// The same, of what nobody needs any more.
    pub(crate) fn into_account(self, provider: &str, subject: &str) -> GrantedAccount {
        let mut tokens = TokenSet::new(self.access_token)
            .expires_at(self.expires_at)
            .refresh_at(self.refresh_at)
            .refresh_token(self.refresh_token);
        tokens.token_type = self.token_type;
        tokens.scope = self.scope;
        tokens.id_token = self.id_token;
        let mut account = GrantedAccount::new(provider, subject, tokens, self.grant);
        account.needs_reauthentication = self.needs_reauthentication;
        account.wanted_claims = self.wanted_claims;
        account.is_unanswered = self.is_unanswered;
        account.others = self.others;
        account.is_parked = self.is_parked;
        account
    }

    pub(crate) fn access_token(&self) -> &Secret {
        &self.access_token
    }

    pub(crate) fn refresh_token(&self) -> Option<&Secret> {
        self.refresh_token.as_ref()
    }

    pub(crate) fn granted_at(&self) -> Timestamp {
        self.grant.granted_at
    }

    pub(crate) fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    pub(crate) fn refresh_at(&self) -> Option<Timestamp> {
        self.refresh_at
    }

    pub(crate) fn needs_reauthentication(&self) -> bool {
        self.needs_reauthentication
    }
}

/// A secret on its way into something sealed.
pub(crate) mod exposed {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::Secret;

    pub(crate) fn serialize<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(Secret::new)
    }
}

mod exposed_option {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::Secret;

    pub(super) fn serialize<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
        secret.as_ref().map(Secret::expose).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
        Ok(Option::<String>::deserialize(deserializer)?.map(Secret::new))
    }
}
