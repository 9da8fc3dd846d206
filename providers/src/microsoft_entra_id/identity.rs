//! Who the person is: `oid` and `tid`, and what else the claims tell an application.
//!
//! 1. A person is `oid` in `tid`. `sub` differs from application to application; addresses and user names change hands.
//! 2. The same person has another `oid` in each tenant. A guest is a person of their own; who they are at home is told
//!    by `client_info`, which counts only as our own call of the token endpoint brought it.
//! 3. An address is an address only if the token says so, and verified only if `xms_edov` says so. An encoding of it
//!    that nobody knows means no, and never stops a sign-in.
//! 4. Groups are listed, too many to be listed, or not sent. The second is never mistaken for the third, and nothing is
//!    fetched from the address that such a token names.

use admit::{Claims, ClaimsError, Email, Profile, ProfileError};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::guid::guid;

/// What Microsoft Entra ID says of a person, in types.
///
/// ```
/// use admit::{BoxError, Callbacks, Decision, SignInAttempt};
/// use admit_providers::microsoft_entra_id::EntraIdentity;
///
/// #[derive(Debug)]
/// struct MembersOnly;
///
/// #[async_trait::async_trait]
/// impl Callbacks for MembersOnly {
///     async fn sign_in(&self, attempt: &SignInAttempt<'_>) -> Result<Decision, BoxError> {
///         let person = EntraIdentity::read(attempt.claims)?;
///         // Unknown is no, here and below.
///         let is_member = person.is_guest == Some(false);
///         let may = person.groups.contains("6ecc1a2b-2ddf-4a22-a44c-cd5a4b1b2f0c") == Some(true);
///         Ok(if is_member && may { Decision::Allow } else { Decision::Deny })
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EntraIdentity {
    /// The tenant that the person signed in to (`tid`), in lower case.
    pub tenant_id: String,
    /// The person in that tenant (`oid`), in lower case.
    pub object_id: String,
    /// Who they are in their home tenant, which may be this one. `None` where it was not said.
    pub home: Option<HomeIdentity>,
    /// Whether they are a guest in the tenant. `None` where nothing says so: neither the optional claim `acct` nor
    /// [`home`](Self::home).
    pub is_guest: Option<bool>,
    /// The groups that they belong to.
    pub groups: Groups,
    /// The application's own roles that they were given.
    pub roles: Vec<String>,
    /// What they type to sign in. It changes, and can be given to somebody else: for display only.
    pub preferred_username: Option<String>,
    /// What to hand back as `login_hint`, and as `logout_hint`. An optional claim.
    pub login_hint: Option<String>,
}

impl EntraIdentity {
    /// Reads the claims that callbacks see.
    ///
    /// # Errors
    /// When they do not say who the person is.
    pub fn read(claims: &Claims) -> Result<Self, EntraIdentityError> {
        let (tenant_id, object_id) = (identifier(claims, "tid")?, identifier(claims, "oid")?);
        let home = HomeIdentity::read(claims);
        let is_guest = match text_of(claims.value("acct")).as_deref() {
            Some("0") => Some(false),
            Some("1") => Some(true),
            _ => home.as_ref().map(|home| home.tenant_id != tenant_id),
        };
        let text = |name: &str| claims.text(name).map(str::to_owned);
        Ok(Self {
            groups: Groups::read(claims),
            roles: texts(claims.value("roles")),
            preferred_username: text("preferred_username"),
            login_hint: text("login_hint"),
            tenant_id,
            object_id,
            home,
            is_guest,
        })
    }

    /// The identifier of the account: `oid` and `tid`, joined as Microsoft's own libraries join them.
    pub fn subject(&self) -> String {
        format!("{}.{}", self.object_id, self.tenant_id)
    }
}

/// A person in their home tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HomeIdentity {
    /// The home tenant, in lower case.
    pub tenant_id: String,
    /// The person there, in lower case.
    pub object_id: String,
}

impl HomeIdentity {
    fn read(claims: &Claims) -> Option<Self> {
        let part = |name: &str| claims.text(&format!("/{CLIENT_INFO}/{name}")).and_then(guid);
        Some(Self { tenant_id: part("utid")?, object_id: part("uid")? })
    }
}

/// The groups that a person belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Groups {
    /// These, and no others.
    Listed(Vec<String>),
    /// More than a token can hold. Ask Microsoft Graph for them (`POST /me/getMemberObjects`).
    Overage,
    /// The token says nothing of groups: the application is not registered for the claim.
    NotSent,
}

impl Groups {
    /// Whether the person belongs to a group; `None` if that cannot be told.
    pub fn contains(&self, group: &str) -> Option<bool> {
        match self {
            Self::Listed(groups) => Some(groups.iter().any(|known| known.eq_ignore_ascii_case(group))),
            Self::Overage | Self::NotSent => None,
        }
    }

    fn read(claims: &Claims) -> Self {
        let elsewhere = claims.value("/_claim_names/groups").is_some();
        let many = text_of(claims.value("hasgroups")).is_some_and(|text| is_yes(&text));
        match claims.value("groups") {
            // Whatever is listed beside them, it is not all.
            _ if elsewhere || many => Self::Overage,
            None => Self::NotSent,
            groups => Self::Listed(texts(groups)),
        }
    }
}

/// Why claims do not say who a person is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntraIdentityError {
    /// A claim is not there.
    #[error("the id token has no `{0}`; it comes with the scope \"profile\", so ask for that")]
    Missing(&'static str),
    /// A claim is no GUID, or nobody's.
    #[error("the id token's `{0}` is no identifier of Microsoft Entra ID's")]
    Malformed(&'static str),
}

/// Makes a [`Profile`] of the claims.
pub(super) fn profile(claims: &Claims) -> Result<Profile, ProfileError> {
    let person = EntraIdentity::read(claims).map_err(|error| match error {
        EntraIdentityError::Missing(_) => ProfileError::Other(error.to_string(), None),
        EntraIdentityError::Malformed(key) => {
            ClaimsError::NotAPerson { key: key.to_owned(), why: "it is no GUID of anybody's" }.into()
        }
    })?;
    let checked = text_of(claims.value("xms_edov")).is_some_and(|text| is_yes(&text));
    let email = claims.text("email").filter(|text| is_address(text));
    let name = claims.text("name").or(person.preferred_username.as_deref());
    Ok(Profile::new(person.subject()).name(name).email(email.map(if checked {
        Email::verified
    } else {
        Email::unverified
    })))
}

/// The claims of an ID token with what the token endpoint said beside it of the person's home.
pub(super) fn with_home(proven: &Claims, client_info: Option<&Value>) -> Claims {
    // Nothing that stands in the token itself counts as said beside it.
    let mut members: Map<String, Value> = proven.as_map().clone();
    members.remove(CLIENT_INFO);
    let decoded = client_info.and_then(Value::as_str).filter(|text| text.len() <= LONGEST);
    let decoded = decoded.and_then(|text| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok());
    if let Some(home) = decoded.and_then(|bytes| Claims::parse(&bytes).ok()) {
        members.insert(CLIENT_INFO.to_owned(), json!({ "uid": home.text("uid"), "utid": home.text("utid") }));
    }
    members.into()
}

fn identifier(claims: &Claims, name: &'static str) -> Result<String, EntraIdentityError> {
    match claims.value(name) {
        None | Some(Value::Null) => Err(EntraIdentityError::Missing(name)),
        Some(Value::String(text)) => guid(text).ok_or(EntraIdentityError::Malformed(name)),
        Some(_) => Err(EntraIdentityError::Malformed(name)),
    }
}

/// A claim that comes as text, number or boolean, as text.
fn text_of(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.trim().to_ascii_lowercase()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn is_yes(text: &str) -> bool {
    matches!(text, "true" | "1")
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// One address, and no user name of a guest, which has `#EXT#` in it.
fn is_address(text: &str) -> bool {
    let parts = text.split_once('@');
    let whole = parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    whole && !text.contains('#') && text.chars().all(|c| !c.is_control() && !c.is_whitespace() && c != '\u{fffd}')
}

const CLIENT_INFO: &str = "client_info";
const LONGEST: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    const TID: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
    const OID: &str = "690222be-ff1a-4d56-abd1-7e4f7d38e474";
    const HOME: &str = "11111111-2222-4333-8444-555555555555";

    #[allow(clippy::needless_pass_by_value, reason = "calls read better")]
    fn claims(more: Value) -> Claims {
        let mut members = json!({ "tid": TID, "oid": OID, "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ" });
        for (name, value) in more.as_object().unwrap() {
            members[name] = value.clone();
        }
        members.as_object().unwrap().clone().into()
    }

    fn read(more: Value) -> EntraIdentity {
        EntraIdentity::read(&claims(more)).unwrap()
    }

    fn email(more: Value) -> Option<Email> {
        profile(&claims(more)).unwrap().email
    }

    fn told(home: &Value) -> Option<Value> {
        Some(json!(URL_SAFE_NO_PAD.encode(home.to_string())))
    }

    #[test]
    fn a_person_is_the_object_in_the_tenant_whatever_the_case() {
        // ENT-014
        let subject = |more| profile(&claims(more)).unwrap().subject;
        assert_eq!(subject(json!({})), format!("{OID}.{TID}"));
        assert_eq!(subject(json!({ "oid": OID.to_uppercase(), "tid": TID.to_uppercase() })), format!("{OID}.{TID}"));
        assert_eq!(subject(json!({ "sub": "another", "upn": "b@x.example" })), format!("{OID}.{TID}"));
    }

    #[test]
    fn without_oid_or_tid_nobody_is_told_apart_and_the_remedy_is_said() {
        for name in ["oid", "tid"] {
            let error = profile(&claims(json!({ name: null }))).unwrap_err().to_string();
            assert_eq!(
                error,
                format!("the id token has no `{name}`; it comes with the scope \"profile\", so ask for that")
            );
            for wrong in [json!("x"), json!(7), json!("00000000-0000-0000-0000-000000000000"), json!([OID])] {
                assert!(profile(&claims(json!({ name: wrong.clone() }))).is_err(), "{name} {wrong}");
            }
        }
    }

    #[test]
    fn an_address_is_never_invented() {
        // ENT-019
        let odd = "ada_fabrikam.example#EXT#@contoso.onmicrosoft.com";
        for more in [
            json!({}),
            json!({ "preferred_username": "ada@contoso.example", "upn": "ada@contoso.example", "unique_name": "a@b" }),
            json!({ "email": odd }),
            json!({ "email": "ada" }),
            json!({ "email": "a@b@c" }),
            json!({ "email": ["ada@contoso.example"] }),
        ] {
            assert_eq!(email(more.clone()), None, "{more}");
        }
    }

    #[test]
    fn an_address_is_verified_by_xms_edov_alone_however_it_is_written() {
        // azure.md T75, ENT-021
        for (edov, expected) in [
            (json!(true), true),
            (json!("1"), true),
            (json!(1), true),
            (json!("true"), true),
            (json!("True"), true),
            (json!(false), false),
            (json!("0"), false),
            (json!(0), false),
            (json!("yes"), false),
            (json!(null), false),
            (json!([]), false),
            (json!({ "x": true }), false),
            (json!(2), false),
            (json!(1.5), false),
        ] {
            let found = email(json!({ "email": "ada@contoso.example", "email_verified": true, "xms_edov": edov }));
            assert_eq!(found.unwrap().is_verified(), expected, "{edov}");
        }
        assert!(!email(json!({ "email": "ada@contoso.example" })).unwrap().is_verified());
    }

    #[test]
    fn groups_that_do_not_fit_are_not_taken_for_none() {
        // ENT-010, azure.md T78
        let sources = json!({ "src1": { "endpoint": "https://evil.example/getMemberObjects" } });
        for more in [
            json!({ "_claim_names": { "groups": "src1" }, "_claim_sources": sources }),
            json!({ "_claim_names": { "groups": "src1" }, "groups": ["g1"] }),
            json!({ "hasgroups": true }),
            json!({ "hasgroups": "true" }),
        ] {
            let groups = read(more.clone()).groups;
            assert_eq!(groups, Groups::Overage, "{more}");
            assert_eq!(groups.contains("g1"), None);
        }
        assert_eq!(read(json!({})).groups, Groups::NotSent);
        assert_eq!(read(json!({ "_claim_names": { "wids": "src1" } })).groups, Groups::NotSent);
        let listed = read(json!({ "groups": ["G1", 7], "roles": ["Reader"] }));
        assert_eq!(listed.groups, Groups::Listed(vec!["G1".to_owned()]));
        assert_eq!((listed.groups.contains("g1"), listed.groups.contains("g2")), (Some(true), Some(false)));
        assert_eq!(listed.roles, ["Reader"]);
    }

    #[test]
    fn home_is_what_the_token_endpoint_said_beside_the_token() {
        // azure.md T99
        let home = told(&json!({ "uid": OID.to_uppercase(), "utid": HOME }));
        let person = EntraIdentity::read(&with_home(&claims(json!({})), home.as_ref())).unwrap();
        assert_eq!(person.home, Some(HomeIdentity { tenant_id: HOME.to_owned(), object_id: OID.to_owned() }));
        assert_eq!((person.is_guest, person.tenant_id.as_str()), (Some(true), TID));

        // What a tenant's administrator puts into tokens is not that.
        let forged = claims(json!({ "client_info": { "uid": OID, "utid": HOME } }));
        let person = EntraIdentity::read(&with_home(&forged, None)).unwrap();
        assert_eq!((person.home, person.is_guest), (None, None));
        for odd in [
            json!(7),
            json!("!"),
            json!("e30"),
            json!("W10"),
            json!(null),
            told(&json!({ "uid": "x", "utid": HOME })).unwrap(),
        ] {
            let person = EntraIdentity::read(&with_home(&forged, Some(&odd))).unwrap();
            assert_eq!(person.home, None, "{odd}");
        }
    }

    #[test]
    fn a_guest_is_told_by_acct_however_it_is_written() {
        // ENT-021
        for (acct, expected) in [
            (json!(0), Some(false)),
            (json!("0"), Some(false)),
            (json!(1), Some(true)),
            (json!("1"), Some(true)),
            (json!("x"), None),
            (json!([]), None),
            (json!(null), None),
        ] {
            assert_eq!(read(json!({ "acct": acct })).is_guest, expected, "{acct}");
        }
    }
}
