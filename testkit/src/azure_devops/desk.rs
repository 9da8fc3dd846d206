//! What the pages for developers say of this server.

use super::offered::CHOICES;
use super::{PretendAzureDevOps, pages};
use crate::desk::{self, Active, Choice, Desk, Developed, Front, Offer, Scope};
use crate::page::{AZURE_DEVOPS, Look};

impl PretendAzureDevOps {
    /// Links another pretend server, which runs beside this one, from the overview.
    pub fn neighbour(&self, name: impl Into<String>, url: impl Into<String>) {
        self.state().desk.neighbours.push((name.into(), url.into()));
    }
}

impl Developed for PretendAzureDevOps {
    fn look(&self) -> &'static Look {
        &AZURE_DEVOPS
    }

    fn front(&self, base: &str) -> Front<'_> {
        let config = &self.config;
        let site = config.redirect_uris.first().and_then(|uri| desk::site(uri));
        let secret = self.state().grants.valid_secret().map(str::to_owned);
        let variables = [
            ("AUTH_URL", site),
            ("AUTH_AZURE_DEVOPS_ID", Some(config.client_id.clone())),
            ("AUTH_AZURE_DEVOPS_SECRET", secret),
            ("AUTH_AZURE_DEVOPS_ENDPOINTS", Some(base.to_owned())),
        ];
        let mut what = "A stand-in for sign-in by Azure DevOps and for a slice of its REST API.".to_owned();
        if config.entra.is_some() {
            what.push_str(" It takes access tokens of the pretend Microsoft Entra ID too.");
        }
        Front {
            what,
            variables: desk::given(variables),
            code: "azure_devops(Client::env())".to_owned(),
            registered: vec![
                ("Answers go to", config.redirect_uris.clone()),
                ("Scopes of the registration", vec![config.scopes.join(" ")]),
            ],
            people: pages::portraits(config).collect(),
            all_people: config.people.len(),
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
