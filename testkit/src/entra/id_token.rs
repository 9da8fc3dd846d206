//! Making an ID token, and making it wrong.

use admit::provider::SigningAlgorithm;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::authority::TEMPLATE;
use super::codes::Grant;
use super::{Account, CONSUMERS, Fault, PretendEntra};
use crate::keys::SigningKey;
use crate::signed::{Forgery, compact, set};

impl PretendEntra {
    /// The token for a grant. One that comes with a refresh repeats no `nonce` (OpenID Connect Core §12.2).
    pub(super) fn id_token(
        &self,
        grant: &Grant,
        account: &Account,
        nonce: Option<&str>,
        fault: Option<&Fault>,
    ) -> String {
        let mut claims = self.claims(grant, account, nonce);
        if let Some(fault) = fault {
            set(&mut claims, &self.wrong_claims(grant, fault));
        }
        let state = self.state();
        let key = match fault {
            Some(Fault::KeyOfTheOthers) => &state.keys.of_the_others(&grant.tenant).signing,
            _ => &state.keys.of(&grant.tenant).signing,
        };
        let mut header = Map::new();
        set(&mut header, &json!({ "typ": "JWT", "alg": "RS256", "kid": key.kid }));
        match fault {
            Some(Fault::Header(members)) => set(&mut header, members),
            Some(Fault::AlgNone) => set(&mut header, &json!({ "alg": "none" })),
            Some(Fault::HmacWithPublicKey) => set(&mut header, &json!({ "alg": "HS256" })),
            Some(Fault::UnknownKey) => set(&mut header, &json!({ "kid": "nobody" })),
            _ => {}
        }
        let forgery = match fault {
            Some(Fault::AlgNone) => Some(Forgery::Unsigned),
            Some(Fault::HmacWithPublicKey) => Some(Forgery::HmacWithPublicKey),
            // A key of the other pretend provider, which is published nowhere here.
            Some(Fault::UnknownKey | Fault::Forged) => {
                Some(Forgery::AnotherKey(SigningKey::new(SigningAlgorithm::Rs256, 1)))
            }
            _ => None,
        };
        compact(&header, &claims, key, forgery.as_ref())
    }

    fn claims(&self, grant: &Grant, account: &Account, nonce: Option<&str>) -> Map<String, Value> {
        // Real ones begin five minutes before they are given out, for clocks that are slow.
        let issued = self.now().unix_seconds() - 300;
        let object_id = account.object_id(&grant.tenant);
        let optional = |name: &str, value: Value| {
            if self.config.optional_claims.contains(name) { value } else { Value::Null }
        };
        let is_guest = account.home != grant.tenant;
        let (profile, email) = (grant.scopes.has_openid("profile"), grant.scopes.has_openid("email"));
        let mut claims = Map::new();
        set(
            &mut claims,
            &json!({
                "aud": self.config.client_id,
                "iss": self.config.issuer(&grant.tenant),
                "iat": issued,
                "nbf": issued,
                "exp": issued + 3900,
                "nonce": nonce,
                "sub": self.subject(&grant.tenant, &object_id),
                "tid": grant.tenant,
                "uti": self.fresh_guid(),
                "ver": "2.0",
                "email": account.email.as_ref().filter(|_| email),
                "idp": is_guest.then(|| home_of(account)),
                "acct": optional("acct", json!(u8::from(is_guest))),
                "login_hint": optional("login_hint", json!(hint(account))),
                "sid": optional("sid", json!(self.session_id(account))),
                "xms_edov": optional("xms_edov", if email && account.email.is_some() {
                    json!(account.email_is_verified)
                } else {
                    Value::Null
                }),
            }),
        );
        if profile {
            let username = &account.username;
            set(
                &mut claims,
                &json!({
                    "name": account.name,
                    "oid": object_id,
                    "preferred_username": username,
                    "upn": optional("upn", json!(self.principal_name(account, &grant.tenant))),
                }),
            );
        }
        for (name, values) in [("groups", &account.groups), ("roles", &account.roles)] {
            if !values.is_empty() {
                claims.insert(name.to_owned(), json!(values));
            }
        }
        claims
    }

    fn wrong_claims(&self, grant: &Grant, fault: &Fault) -> Value {
        let issued = self.now().unix_seconds();
        match fault {
            Fault::Claims(members) => members.clone(),
            Fault::WrongNonce => json!({ "nonce": "another" }),
            Fault::WrongAudience => json!({ "aud": "another-client" }),
            Fault::WrongIssuer => json!({ "iss": self.config.issuer(&self.another_tenant(&grant.tenant)) }),
            Fault::OfTenant(tenant) => json!({ "iss": self.config.issuer(tenant), "tid": tenant }),
            Fault::TemplateInIssuer => json!({ "iss": self.config.issuer(TEMPLATE) }),
            Fault::FirstVersion => {
                json!({ "iss": format!("https://sts.windows.net/{}/", grant.tenant), "ver": "1.0" })
            }
            Fault::TooManyGroups => json!({
                "groups": null,
                "_claim_names": { "groups": "src1" },
                "_claim_sources": { "src1": {
                    "endpoint": format!("https://graph.windows.net/{}/users/me/getMemberObjects", grant.tenant),
                } },
            }),
            Fault::Expired => json!({ "iat": issued - 7200, "nbf": issued - 7200, "exp": issued - 3600 }),
            _ => Value::Null,
        }
    }

    /// Pairwise: another application, or another tenant, sees another one.
    pub(super) fn subject(&self, tenant: &str, object_id: &str) -> String {
        let text = format!("{}/{tenant}/{object_id}", self.config.client_id);
        URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
    }

    /// Who the person is at home: base64url of JSON that nobody signs.
    pub(super) fn client_info(account: &Account) -> String {
        let info = json!({ "uid": account.object_id(&account.home), "utid": account.home });
        URL_SAFE_NO_PAD.encode(info.to_string())
    }

    /// A guest has one that is no address.
    pub(super) fn principal_name(&self, account: &Account, tenant: &str) -> String {
        if account.home == tenant {
            return account.username.clone();
        }
        let host = self.config.tenants.iter().find(|known| known.id == tenant);
        let domain = host.and_then(|host| host.domains.first()).map_or("guests.example", String::as_str);
        format!("{}#EXT#@{domain}", account.username.replace('@', "_"))
    }

    pub(super) fn session_id(&self, account: &Account) -> String {
        crate::guid::guid_of("session", &account.login)
    }

    fn another_tenant(&self, tenant: &str) -> String {
        let another = self.config.tenants.iter().find(|known| known.id != tenant);
        another.map_or_else(|| CONSUMERS.to_owned(), |another| another.id.clone())
    }
}

/// Who vouches for a guest.
fn home_of(account: &Account) -> String {
    if account.is_personal() { "live.com".to_owned() } else { format!("https://sts.windows.net/{}/", account.home) }
}

/// What `login_hint` and `logout_hint` take.
pub(super) fn hint(account: &Account) -> String {
    format!("O.{}", URL_SAFE_NO_PAD.encode(&account.login))
}
