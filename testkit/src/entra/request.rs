//! What an authorization request asks for, and whether it may.

use admit::http::HttpRequest;
use serde_json::Value;

use super::authority::Authority;
use super::client::missing;
use super::reply::{Mode, Way};
use super::scope::Scopes;
use super::{Account, Config, Refusal};
use crate::form::pairs;

/// An authorization request that is as it should be.
pub(super) struct AuthorizationRequest {
    pub(super) authority: Authority,
    pub(super) way: Way,
    pub(super) scopes: Scopes,
    pub(super) nonce: Option<String>,
    pub(super) code_challenge: String,
    pub(super) claims: Option<Value>,
    pub(super) wants_client_info: bool,
    pub(super) prompt: Option<String>,
    login_hint: Option<String>,
    domain_hint: Option<String>,
}

/// Why a request goes no further.
pub(super) enum Stop {
    /// A correct application does not ask like this; Entra itself may be more patient.
    Mistake(String),
    /// Entra shows a page of its own.
    Page(Refusal),
    /// The browser takes it back to the application.
    Back(Way, Box<Refusal>),
}

impl Stop {
    pub(super) fn back(way: Way, refusal: Refusal) -> Self {
        Self::Back(way, Box::new(refusal))
    }
}

impl AuthorizationRequest {
    /// From the path and query of an authorization endpoint.
    pub(super) fn read(segment: &str, query: &str, config: &Config) -> Result<Self, Stop> {
        let pairs = pairs(query.as_bytes());
        if let Some((name, _)) =
            pairs.iter().find(|(name, _)| pairs.iter().filter(|(same, _)| same == name).count() > 1)
        {
            return Err(Stop::Mistake(format!("the parameter `{name}` stands twice")));
        }
        let optional = |name: &str| {
            let value = pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            value.filter(|value| !value.is_empty())
        };
        let required = |name: &str| optional(name).ok_or_else(|| Stop::Page(missing(name)));

        let unknown = || Stop::Page(Refusal::aadsts(90_002).with_error("invalid_tenant").about(segment));
        let authority = Authority::find(config, segment).ok_or_else(unknown)?;
        if required("client_id")? != config.client_id {
            return Err(Stop::Page(Refusal::aadsts(700_016)));
        }
        let redirect_uri = required("redirect_uri")?;
        if !config.redirect_uris.contains(&redirect_uri) {
            return Err(Stop::Page(Refusal::aadsts(50_011)));
        }
        match (&config.single_tenant, &authority) {
            (Some(own), Authority::Tenant(asked)) if own == asked => {}
            (Some(_), Authority::Common | Authority::Organizations) => return Err(Stop::Page(Refusal::aadsts(50_194))),
            (Some(_), _) => return Err(Stop::Page(Refusal::aadsts(700_016))),
            (None, _) => {}
        }
        if required("response_type")? != "code" {
            return Err(Stop::Mistake("the parameter `response_type` is not `code`".to_owned()));
        }
        let mistake = |name: &str| Stop::Mistake(format!("the parameter `{name}` is missing"));
        let state = optional("state").ok_or_else(|| mistake("state"))?;
        let mode = match optional("response_mode").as_deref() {
            None | Some("query") => Mode::Query,
            Some("form_post") => Mode::FormPost,
            Some(other) => {
                return Err(Stop::Mistake(format!(
                    "the parameter `response_mode` is `{other}`, which no server reads"
                )));
            }
        };
        let way = Way { redirect_uri, mode, state };

        // Entra takes a request without PKCE or nonce. One that is secure has both.
        let code_challenge = optional("code_challenge").ok_or_else(|| mistake("code_challenge"))?;
        if optional("code_challenge_method").as_deref() != Some("S256") {
            return Err(Stop::Mistake("the parameter `code_challenge_method` is not `S256`".to_owned()));
        }
        let scopes = match Scopes::read(&required("scope")?) {
            Ok(scopes) if scopes.is_empty() => return Err(Stop::Page(missing("scope"))),
            Ok(scopes) => scopes,
            Err(refusal) => return Err(Stop::back(way, refusal)),
        };
        let nonce = optional("nonce");
        if scopes.has_openid("openid") && nonce.is_none() {
            return Err(mistake("nonce"));
        }
        let (prompt, login_hint) = (optional("prompt"), optional("login_hint"));
        match prompt.as_deref() {
            None | Some("login" | "none" | "consent" | "create") => {}
            Some("select_account") if login_hint.is_none() => {}
            Some("select_account") => {
                return Err(Stop::Mistake("`login_hint` makes no choice of `prompt=select_account`".to_owned()));
            }
            Some(other) => return Err(Stop::back(way, Refusal::aadsts(90_023).about(other))),
        }
        let claims = match optional("claims").map(|text| serde_json::from_str::<Value>(&text)) {
            None => None,
            Some(Ok(claims)) if claims.is_object() => Some(claims),
            Some(_) => return Err(Stop::Mistake("the parameter `claims` is no JSON object".to_owned())),
        };
        Ok(Self {
            authority,
            way,
            scopes,
            nonce,
            code_challenge,
            claims,
            wants_client_info: optional("client_info").as_deref() == Some("1"),
            prompt,
            login_hint,
            domain_hint: optional("domain_hint"),
        })
    }

    /// Again, from the form of a page.
    pub(super) fn again(target: &str, config: &Config) -> Result<Self, Stop> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self::read(path.split('/').nth(1).unwrap_or_default(), query, config)
    }

    /// Whether the account page offers somebody: the authority takes them, and no hint is for somebody else.
    pub(super) fn offers(&self, account: &Account, config: &Config) -> bool {
        let hinted = self
            .login_hint
            .as_ref()
            .is_none_or(|hint| hint.eq_ignore_ascii_case(&account.username) || *hint == super::id_token::hint(account));
        let of_domain = match self.domain_hint.as_deref() {
            None => true,
            Some("consumers") => account.is_personal(),
            Some("organizations") => !account.is_personal(),
            Some(domain) => {
                let home = config.tenants.iter().find(|tenant| tenant.id == account.home);
                home.is_some_and(|home| home.domains.iter().any(|known| known.eq_ignore_ascii_case(domain)))
            }
        };
        self.authority.admits(account) && hinted && of_domain
    }
}

/// Path and query of a request.
pub(super) fn target(request: &HttpRequest) -> &str {
    request.uri().path_and_query().map_or("/", |target| target.as_str())
}
