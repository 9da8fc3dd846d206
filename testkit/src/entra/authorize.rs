//! `GET /{tenant}/oauth2/v2.0/authorize` and the two pages behind it: which account, and do you agree.
//!
//! The pages keep nothing on the server. Each form carries the request it belongs to, and the request is checked again.

use admit::http::{HttpRequest, HttpResponse};
use http::{Method, StatusCode};

use super::codes::{CODE_LIFETIME, Code, Grant};
use super::reply::Reply;
use super::request::{AuthorizationRequest, Stop, target};
use super::scope::Resource;
use super::{Account, CONSUMERS, Fault, PretendEntra, Refusal, Stage, offered, pages};
use crate::form::{is_form, pairs};

/// What a person has said on the second page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// They have not been asked yet.
    Open,
    Accept,
    Cancel,
}

impl PretendEntra {
    pub(super) fn authorization(&self, request: &HttpRequest) -> HttpResponse {
        let asked = match AuthorizationRequest::again(target(request), &self.config) {
            Ok(asked) => asked,
            Err(stop) => return self.stop(stop).into_response(),
        };
        let signed_in = self.state().auto_consent.clone();
        let reply = match signed_in {
            Some(login) => self.chosen(&asked, &login, Decision::Accept, target(request)),
            None if asked.prompt.as_deref() == Some("none") => {
                self.stop(Stop::back(asked.way, Refusal::aadsts(50_058)))
            }
            None => {
                let offered = self.config.accounts.iter().filter(|account| asked.offers(account, &self.config));
                Reply::Page(StatusCode::OK, pages::which_account(&self.config, target(request), offered))
            }
        };
        reply.into_response()
    }

    /// The form of the first page: somebody was chosen.
    pub(super) fn account_chosen(&self, request: &HttpRequest) -> HttpResponse {
        self.form_of_page(request, |_| Decision::Open).into_response()
    }

    /// The form of the second page: they agreed or not.
    pub(super) fn consented(&self, request: &HttpRequest) -> HttpResponse {
        let decision = |text: Option<&str>| if text == Some("accept") { Decision::Accept } else { Decision::Cancel };
        self.form_of_page(request, decision).into_response()
    }

    fn form_of_page(&self, request: &HttpRequest, decision: impl FnOnce(Option<&str>) -> Decision) -> Reply {
        let pairs = pairs(request.body());
        let field = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let (Some(target), Some(login)) = (field("request"), field("login")) else {
            return self.stop(Stop::Mistake("this page answers its own forms only".to_owned()));
        };
        if request.method() != Method::POST || !is_form(request) {
            return self.stop(Stop::Mistake("this page answers its own forms only".to_owned()));
        }
        match AuthorizationRequest::again(target, &self.config) {
            Ok(asked) => self.chosen(&asked, login.trim(), decision(field("decision")), target),
            Err(stop) => self.stop(stop),
        }
    }

    /// Somebody, by login or by what they type, is there.
    pub(super) fn chosen(&self, asked: &AuthorizationRequest, name: &str, decision: Decision, target: &str) -> Reply {
        let typed = || self.config.accounts.iter().find(|account| account.username.eq_ignore_ascii_case(name));
        let Some(account) = self.config.account(name).or_else(typed) else {
            let why = Refusal::aadsts(50_034).about(name).message();
            return Reply::Page(StatusCode::BAD_REQUEST, pages::nobody(&why, target));
        };
        if !asked.authority.admits(account) {
            return self.stop(Stop::Page(Refusal::aadsts(50_020).about(&account.username)));
        }
        let tenant = asked.authority.tenant_of(account).to_owned();
        // Azure DevOps knows nobody who comes with a personal account, unless an organisation has invited them.
        if tenant == CONSUMERS && asked.scopes.resources().contains(&Resource::AzureDevOps) {
            let refusal = Refusal::aadsts(70_011).with_text("The resource is not for personal accounts.");
            return self.stop(Stop::back(asked.way.clone(), refusal));
        }
        match decision {
            Decision::Cancel => self.stop(Stop::back(asked.way.clone(), Refusal::aadsts(65_004))),
            Decision::Open if self.must_ask(asked, account, &tenant) => {
                let tenant = self.config.tenants.iter().find(|known| known.id == tenant);
                let names: Vec<_> = asked.scopes.qualified().collect();
                Reply::Page(StatusCode::OK, pages::consent(&self.config, target, account, tenant, &names))
            }
            Decision::Open | Decision::Accept => self.accept(asked, account, tenant),
        }
    }

    fn must_ask(&self, asked: &AuthorizationRequest, account: &Account, tenant: &str) -> bool {
        let state = self.state();
        let agreed = state.consents.get(&(account.login.clone(), tenant.to_owned()));
        asked.prompt.as_deref() == Some("consent")
            || asked.scopes.qualified().any(|scope| agreed.is_none_or(|agreed| !agreed.contains(&scope)))
    }

    fn accept(&self, asked: &AuthorizationRequest, account: &Account, tenant: String) -> Reply {
        let fault = self.state().faults.take(Stage::Authorize, Fault::is_late);
        let in_words = fault.as_ref().map(|fault| offered::in_words(Stage::Authorize, fault));
        if let Some(Fault::Refusal(refusal)) = fault {
            return self.stop(Stop::back(asked.way.clone(), refusal)).by(in_words);
        }
        let code = self.fresh_code();
        let grant = Grant {
            login: account.login.clone(),
            tenant: tenant.clone(),
            scopes: asked.scopes.clone(),
            claims: asked.claims.clone(),
        };
        let code_of_it = Code {
            grant,
            authority: asked.authority.clone(),
            redirect_uri: asked.way.redirect_uri.clone(),
            nonce: asked.nonce.clone(),
            code_challenge: asked.code_challenge.clone(),
            until: self.now() + CODE_LIFETIME,
            is_spent: false,
        };
        {
            let mut state = self.state();
            state.consents.entry((account.login.clone(), tenant)).or_default().extend(asked.scopes.qualified());
            state.codes.insert(code.clone(), code_of_it);
        }
        let mut parameters = vec![("code".to_owned(), code)];
        if asked.wants_client_info {
            parameters.push(("client_info".to_owned(), Self::client_info(account)));
        }
        parameters.push(("state".to_owned(), asked.way.state.clone()));
        parameters.push(("session_state".to_owned(), self.session_id(account)));
        if let Some(Fault::Callback(changes)) = fault {
            parameters.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
            parameters.extend(changes);
        }
        Reply::Back(asked.way.clone(), parameters).by(in_words)
    }

    pub(super) fn stop(&self, stop: Stop) -> Reply {
        match stop {
            Stop::Mistake(why) => {
                let page =
                    pages::refused(&self.config, &format!("The app asks in a way that no correct app does: {why}."));
                self.violation(format!("authorize: {why}"));
                Reply::Page(StatusCode::BAD_REQUEST, page)
            }
            Stop::Page(refusal) => {
                Reply::Page(StatusCode::BAD_REQUEST, pages::refused(&self.config, &refusal.message()))
            }
            Stop::Back(way, refusal) => {
                let (description, _) = self.description(&refusal);
                let mut parameters = vec![
                    ("error".to_owned(), refusal.error().to_owned()),
                    ("error_description".to_owned(), description),
                    ("error_uri".to_owned(), self.error_uri(&refusal)),
                    ("state".to_owned(), way.state.clone()),
                ];
                if refusal.code() == 65_004 {
                    parameters.insert(1, ("error_subcode".to_owned(), "cancel".to_owned()));
                }
                Reply::Back(way, parameters)
            }
        }
    }
}
