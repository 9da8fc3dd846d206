//! How a pretend Azure DevOps is described before it runs.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use admit::{Clock, Random, SystemClock, SystemRandom};

use super::{Config, Faults, Grants, Log, Person, PretendAzureDevOps, State, sample};
use crate::PretendEntra;
use crate::desk::Desk;

/// Describes a [`PretendAzureDevOps`]. What is not said is as it would be at Azure DevOps.
#[must_use]
pub struct Builder {
    config: Config,
    secrets: Vec<String>,
    auto_consent: Option<String>,
    sample_people: bool,
    revokes_families: bool,
}

impl Builder {
    pub(super) fn new(client_id: String, client_secret: String, redirect_uri: String) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let config = Config {
            app_name: "Your app".to_owned(),
            client_id,
            redirect_uris: vec![redirect_uri],
            scopes: ["vso.profile", "vso.project", "vso.work", "vso.build", "vso.code"].map(str::to_owned).to_vec(),
            http_on_loopback: false,
            lifetime: Duration::from_secs(3599),
            lifetime_as_number: false,
            people: sample::people(),
            places: HashMap::new(),
            identity_scope: "vso.profile".to_owned(),
            entra: None,
            started: clock.now(),
            clock,
            random: Arc::new(SystemRandom),
        };
        Self { config, secrets: vec![client_secret], auto_consent: None, sample_people: true, revokes_families: false }
    }

    /// The application's name on the consent page.
    pub fn app_name(mut self, name: impl Into<String>) -> Self {
        self.config.app_name = name.into();
        self
    }

    /// One more client secret that is valid from the start.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// One more registered callback address.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.config.redirect_uris.push(uri.into());
        self
    }

    /// The scopes that the application is registered with, in place of profile, project, work, build and code.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.config.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Takes `http://` callbacks on loopback addresses, which Azure DevOps does not. For apps on a developer's machine.
    pub fn allow_http_on_loopback(mut self) -> Self {
        self.config.http_on_loopback = true;
        self
    }

    /// How long an access token lives: 3599 seconds unless this is called.
    pub fn access_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.config.lifetime = lifetime;
        self
    }

    /// Writes `expires_in` as a number; Azure DevOps writes a string.
    pub fn expires_in_as_number(mut self) -> Self {
        self.config.lifetime_as_number = true;
        self
    }

    /// A person who can sign in. The first one given takes the place of the two sample people, Norma and Bo.
    pub fn person(mut self, person: Person) -> Self {
        if std::mem::take(&mut self.sample_people) {
            self.config.people.clear();
        }
        self.config.people.push(person);
        self
    }

    /// Many people at once. The pages show the first of them; all can sign in.
    pub fn people(self, people: impl IntoIterator<Item = Person>) -> Self {
        people.into_iter().fold(self, Self::person)
    }

    /// The scope that a token needs for `identities/me`: `vso.profile` unless this is called. Microsoft does not say.
    pub fn identity_scope(mut self, scope: impl Into<String>) -> Self {
        self.config.identity_scope = scope.into();
        self
    }

    /// Lets that person consent without being asked. A login that nobody has is a newcomer's, who works on the first
    /// sample organisation.
    pub fn auto_consent(mut self, login: impl Into<String>) -> Self {
        self.auto_consent = Some(login.into());
        self
    }

    /// Takes access tokens of that Entra ID too, if they are for Azure DevOps. Whoever has no such login here is somebody
    /// without organisations. As a back channel, this then leads to both.
    pub fn entra(mut self, entra: PretendEntra) -> Self {
        self.config.entra = Some(entra);
        self
    }

    /// A refresh token that comes a second time ends every token that descends from the same consent, as RFC 9700 §4.14.2
    /// would have it, and counts as a violation. Azure DevOps refuses just that token.
    pub fn revoke_families_on_reuse(mut self) -> Self {
        self.revokes_families = true;
        self
    }

    /// The clock, in place of the machine's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.config.started = clock.now();
        self.config.clock = clock;
        self
    }

    /// The randomness, in place of the machine's.
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.config.random = random;
        self
    }

    /// Opens its doors.
    #[must_use]
    pub fn build(mut self) -> PretendAzureDevOps {
        let knows = |login: &str| self.config.people.iter().any(|person| person.login == login);
        if let Some(login) = self.auto_consent.as_deref().filter(|login| !knows(login)) {
            let newcomer = sample::newcomer(login);
            self.config.people.push(newcomer);
        }
        for (place, person) in self.config.people.iter().enumerate() {
            self.config.places.entry(person.login.clone()).or_insert(place);
        }
        let state = State {
            grants: Grants::new(&self.secrets, self.revokes_families),
            faults: Faults::default(),
            log: Log::default(),
            desk: Desk::default(),
            auto_consent: self.auto_consent,
        };
        PretendAzureDevOps { config: Arc::new(self.config), state: Arc::new(Mutex::new(state)) }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("client_id", &self.config.client_id).finish_non_exhaustive()
    }
}
