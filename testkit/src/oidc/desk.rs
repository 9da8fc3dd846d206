//! What the pages for developers say of this server.

use super::offered::CHOICES;
use super::{ClientAuth, PretendOidc, pages};
use crate::desk::{self, Active, Choice, Desk, Developed, Front, Offer, Scope};
use crate::page::{Look, OPENID};

impl PretendOidc {
    /// Links another pretend server, which runs beside this one, from the overview.
    pub fn neighbour(&self, name: impl Into<String>, url: impl Into<String>) {
        self.state().desk.neighbours.push((name.into(), url.into()));
    }
}

impl Developed for PretendOidc {
    fn look(&self) -> &'static Look {
        &OPENID
    }

    fn front(&self, _base: &str) -> Front<'_> {
        let config = &self.config;
        let redirect_uri = config.redirect_uris.first();
        let id = redirect_uri.and_then(|uri| desk::callback_id(uri)).unwrap_or_else(|| "openid".to_owned());
        let prefix = format!("AUTH_{}", id.to_ascii_uppercase().replace('-', "_"));
        // What proves the client otherwise is no text to be copied.
        let by_secret = matches!(self.state().client_auth, ClientAuth::Secret | ClientAuth::Basic | ClientAuth::Post);
        let variables = [
            ("AUTH_URL", redirect_uri.and_then(|uri| desk::site(uri))),
            (&*format!("{prefix}_ID"), Some(config.client_id.clone())),
            (&*format!("{prefix}_SECRET"), by_secret.then(|| config.client_secret.clone())),
            (&*format!("{prefix}_ISSUER"), Some(config.issuer.clone())),
        ];
        let mut registered = vec![("Answers go to", config.redirect_uris.clone())];
        if !config.post_logout_redirect_uris.is_empty() {
            registered.push(("After signing out", config.post_logout_redirect_uris.clone()));
        }
        registered.push(("Signs by", vec![config.algorithm.name().to_owned()]));
        Front {
            what: "A stand-in for any provider that speaks OpenID Connect.".to_owned(),
            variables: desk::given(variables),
            code: format!("OAuthProvider::oidc(\"{id}\", \"Our company\", \"{}\", Client::env())", config.issuer),
            registered,
            people: pages::portraits(config).collect(),
            all_people: config.people.len(),
            consenting: None,
        }
    }

    fn with_desk<R>(&self, what: impl FnOnce(&mut Desk) -> R) -> R {
        what(&mut self.state().desk)
    }

    fn mistakes(&self) -> Vec<String> {
        self.violations()
    }

    fn offers(&self) -> Vec<Offer> {
        Choice::offers(CHOICES)
    }

    fn active(&self) -> Vec<Active> {
        let state = self.state();
        let once = state.once.iter().map(|entry| (entry, Scope::Next));
        Choice::active(CHOICES, once.chain(state.always.iter().map(|entry| (entry, Scope::All))))
    }

    fn turn_on(&self, id: &str, scope: Scope) -> bool {
        let Some(choice) = Choice::find(CHOICES, id) else { return false };
        match scope {
            Scope::Next => self.fail_once(choice.stage, (choice.fault)()),
            Scope::All => self.fail_always(choice.stage, (choice.fault)()),
        }
        true
    }

    fn turn_off(&self) {
        self.clear_faults();
    }
}
