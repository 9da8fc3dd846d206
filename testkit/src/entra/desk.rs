//! What the pages for developers say of this server.

use super::client::SecretState;
use super::offered::CHOICES;
use super::{PretendEntra, pages};
use crate::desk::{self, Active, Choice, Desk, Developed, Front, Offer, Scope};
use crate::page::{ENTRA, Look};

impl PretendEntra {
    /// Links another pretend server, which runs beside this one, from the overview.
    pub fn neighbour(&self, name: impl Into<String>, url: impl Into<String>) {
        self.state().desk.neighbours.push((name.into(), url.into()));
    }
}

impl Developed for PretendEntra {
    fn look(&self) -> &'static Look {
        &ENTRA
    }

    fn front(&self, base: &str) -> Front<'_> {
        let config = &self.config;
        let site = config.redirect_uris.first().and_then(|uri| desk::site(uri));
        let secret = {
            let state = self.state();
            let valid = state.secrets.iter().find(|(_, state)| *state == SecretState::Valid);
            valid.map(|(text, _)| text.clone())
        };
        let authority = config.single_tenant.as_deref().unwrap_or("organizations");
        let variables = [
            ("AUTH_URL", site),
            ("AUTH_MICROSOFT_ENTRA_ID_ID", Some(config.client_id.clone())),
            ("AUTH_MICROSOFT_ENTRA_ID_SECRET", secret),
            ("AUTH_MICROSOFT_ENTRA_ID_ISSUER", Some(format!("{base}/{authority}/v2.0"))),
        ];
        let tenants = config.tenants.iter().map(|tenant| format!("{}: {}", tenant.name, tenant.id)).collect();
        Front {
            what: "A stand-in for sign-in by Microsoft Entra ID, with several tenants, and for the slice of Microsoft \
                   Graph that sign-in touches."
                .to_owned(),
            variables: desk::given(variables),
            code: "microsoft_entra_id(Client::env())".to_owned(),
            registered: vec![
                ("Answers go to", config.redirect_uris.clone()),
                ("Tenants", tenants),
                ("Who is let in", vec![admitted(config.single_tenant.as_deref()).to_owned()]),
            ],
            people: pages::portraits(config).collect(),
            all_people: config.accounts.len(),
            consenting: self.state().auto_consent.clone(),
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
        Choice::active(CHOICES, self.state().faults.on())
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

fn admitted(single_tenant: Option<&str>) -> &'static str {
    match single_tenant {
        Some(_) => "People of one tenant",
        None => "People of every tenant; personal accounts at the authorities common and consumers",
    }
}
