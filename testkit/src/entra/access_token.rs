//! Access tokens: they look like Entra's own, and are signed by nobody. Whoever verifies one fails here.

use admit::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::codes::Grant;
use super::scope::Resource;
use super::{Account, PretendEntra};
use crate::guid;

/// What an access token stands for.
#[derive(Clone, Debug)]
pub(crate) struct Bearer {
    pub(crate) login: String,
    pub(crate) tenant: String,
    pub(crate) resource: Resource,
    /// Without the resource before them.
    pub(crate) scopes: Vec<String>,
    until: Timestamp,
}

impl PretendEntra {
    /// Gives out a token for one resource.
    pub(super) fn access_token(
        &self,
        grant: &Grant,
        account: &Account,
        resource: Resource,
        scopes: &[String],
    ) -> String {
        let (now, until) = (self.now(), self.now() + self.config.lifetime);
        let random = self.config.random.as_ref();
        let mut signature = [0; 256];
        random.fill(&mut signature);
        let header =
            json!({ "typ": "JWT", "alg": "RS256", "nonce": guid::fresh(random), "kid": "not-for-applications" });
        let payload = json!({
            "aud": resource.id(),
            "iss": format!("https://sts.windows.net/{}/", grant.tenant),
            "iat": now.unix_seconds(),
            "nbf": now.unix_seconds(),
            "exp": until.unix_seconds(),
            "appid": self.config.client_id,
            "oid": account.object_id(&grant.tenant),
            "tid": grant.tenant,
            "scp": scopes.join(" "),
            "ver": "1.0",
        });
        let encode = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!("{}.{}.{}", encode(header), encode(payload), URL_SAFE_NO_PAD.encode(signature));
        let bearer = Bearer {
            login: grant.login.clone(),
            tenant: grant.tenant.clone(),
            resource,
            scopes: scopes.to_vec(),
            until,
        };
        self.state().access_tokens.insert(token.clone(), bearer);
        token
    }

    /// Whose token it is, if it is good. What it may do is for the resource to judge.
    pub(crate) fn bearer(&self, token: &str) -> Option<Bearer> {
        let now = self.now();
        self.state().access_tokens.get(token).filter(|bearer| bearer.until > now).cloned()
    }

    /// Somebody's name and address.
    pub(crate) fn person(&self, login: &str) -> Option<&Account> {
        self.config.account(login)
    }
}
