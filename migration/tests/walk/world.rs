//! Two pretend providers, a store, and a site whose process comes and goes.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use admit::store::{AuditStore, EvidenceStore, Once, TokenStore, UserStore};
use admit::{Auth, AuthBuilder, Client, Environment, Random};
use admit_migration::scopes::{self, Purpose};
use admit_migration::{AzureMove, PersonalAccounts, Stage};
use admit_providers::{azure_devops, microsoft_entra_id};
use admit_testkit::{Faulty, FixedClock, FixedRandom, PretendAzureDevOps, PretendEntra};

use super::population::{self, Door, Human, LAMPLIGHT};

pub const ORIGIN: &str = "https://app.example";
pub const FROM: &str = "azure-devops";
pub const TO: &str = "microsoft-entra-id";

/// All ports in one.
pub trait Store: TokenStore + UserStore + Once + EvidenceStore + AuditStore + Clone {}
impl<S: TokenStore + UserStore + Once + EvidenceStore + AuditStore + Clone> Store for S {}

/// What outlives the site's processes.
pub struct World<S> {
    pub people: Vec<Human>,
    pub entra: PretendEntra,
    pub azure: PretendAzureDevOps,
    pub clock: FixedClock,
    pub store: Faulty<S>,
    pub config: Config,
    chance: Chance,
    deaths: usize,
}

/// How the site is configured, which changes from one phase to the next.
#[derive(Clone, Debug)]
pub struct Config {
    pub has_azure: bool,
    pub has_entra: bool,
    /// That of all tenants, and of single ones.
    pub stage: Stage,
    pub stages: Vec<(&'static str, Stage)>,
}

/// One process: the site, by each of its doors.
pub struct Site {
    work: Auth,
    lamplight: Auth,
    everybody: Auth,
}

impl Site {
    pub fn by(&self, door: Door) -> &Auth {
        match door {
            Door::Work => &self.work,
            Door::Lamplight => &self.lamplight,
            Door::Everybody => &self.everybody,
        }
    }

    /// The one that jobs run in.
    pub fn auth(&self) -> &Auth {
        &self.work
    }
}

impl<S: Store> World<S> {
    pub fn new(count: usize, store: S) -> Self {
        let clock = FixedClock::default();
        let chance = Chance(Arc::new(FixedRandom::new(8)));
        let people = population::people(count);
        let callback = |provider: &str| format!("{ORIGIN}/api/auth/callback/{provider}");
        let entra = PretendEntra::builder("entra-app", "entra-secret", callback(TO))
            .clock(Arc::new(clock.clone()))
            .random(Arc::new(chance.clone()));
        let entra = population::entra(&people, entra);
        let azure = PretendAzureDevOps::builder("azure-app", "azure-secret", callback(FROM))
            .clock(Arc::new(clock.clone()))
            .random(Arc::new(chance.clone()));
        let azure = population::azure(&people, &entra, azure);
        let config = Config { has_azure: true, has_entra: false, stage: Stage::Invite, stages: Vec::new() };
        Self { people, entra, azure, clock, store: Faulty::new(store), config, chance, deaths: 0 }
    }

    /// How often a process was killed by now.
    pub fn deaths(&self) -> usize {
        self.deaths
    }

    /// A number below another, by chance that repeats.
    pub fn below(&self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.chance.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % end as u64).expect("a number below another")
    }

    /// A process that does some work. `None` if it was killed before it was done; then nothing that it had begun goes on.
    pub fn process<T>(&mut self, work: impl AsyncFnOnce(&Site, &Self) -> T) -> Option<T> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let done = runtime.block_on(async {
            let site = self.site();
            tokio::select! {
                biased;
                done = work(&site, self) => Some(done),
                () = self.store.until_dead() => None,
            }
        });
        // Whatever was spawned ends here, where it waits.
        runtime.shutdown_timeout(Duration::from_secs(10));
        self.deaths += usize::from(self.store.revive());
        done
    }

    /// Several processes that share some work, as behind a load balancer: what came of each piece of it, in order.
    pub fn processes<W: Sync, T: Send>(
        &self,
        work: &[W],
        doing: impl AsyncFn(&Site, &Self, &W) -> T + Send + Sync + Copy,
    ) -> Vec<T> {
        let share = work.len().div_ceil(PROCESSES).max(1);
        std::thread::scope(|scope| {
            let process = |mine: &[W]| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
                runtime.block_on(async {
                    let (site, mut done) = (self.site(), Vec::with_capacity(mine.len()));
                    for piece in mine {
                        done.push(doing(&site, self, piece).await);
                    }
                    done
                })
            };
            let begun: Vec<_> = work.chunks(share).map(|mine| scope.spawn(move || process(mine))).collect();
            begun.into_iter().flat_map(|process| process.join().expect("a process that lives")).collect()
        })
    }

    /// Waits until something is done, and moves the clock on where it sleeps.
    pub async fn patiently<T>(&self, doing: impl Future<Output = T>) -> T {
        tokio::select! {
            biased;
            done = doing => done,
            never = async {
                loop {
                    // Whoever has something to do does it first: a file is slower than memory.
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    self.clock.advance(Duration::from_millis(100));
                }
            } => never,
        }
    }

    pub fn days_pass(&self, days: u32) {
        self.clock.advance(Duration::from_secs(u64::from(days) * 86_400));
    }

    fn site(&self) -> Site {
        let entra = || microsoft_entra_id(Client::new("entra-app", "entra-secret"));
        // What the application does at Azure DevOps in people's names. Personal accounts are refused such a scope.
        let calls = scopes::map(&["vso.profile"], Purpose::Calls).explicit();
        Site {
            work: self.auth(|builder| builder.provider(entra().tenant("organizations").scopes(calls.clone()))),
            lamplight: self.auth(|builder| builder.provider(entra().tenant(LAMPLIGHT).scopes(calls.clone()))),
            everybody: self.auth(|builder| builder.provider(entra())),
        }
    }

    fn auth(&self, with_entra: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Auth {
        let Config { has_azure, has_entra, .. } = &self.config;
        let mut builder = Auth::builder(ORIGIN)
            .environment(Environment::default())
            .secret("a secret for tests, thirty-two bytes or more")
            .clock(self.clock.clone())
            .random(self.chance.clone())
            .http_client(self.azure.clone())
            // Sessions are in the cookie: the move has nothing to do with them.
            .user_store(self.store.clone())
            .token_store(self.store.clone())
            .once(self.store.clone())
            .evidence_store(self.store.clone())
            .audit_store(self.store.clone());
        if *has_azure {
            builder = builder.provider(azure_devops(Client::new("azure-app", "azure-secret")));
        }
        if *has_entra {
            builder = with_entra(builder).succession(self.to_entra());
        }
        builder.build().expect("the configuration is in order")
    }

    /// The move, as far as it has come.
    pub fn to_entra(&self) -> AzureMove {
        let to_entra = AzureMove::new().stage(self.config.stage).personal_accounts(PersonalAccounts::AsEverybody);
        for (tenant, stage) in &self.config.stages {
            to_entra.set_stage(Some(tenant), *stage);
        }
        to_entra
    }
}

/// Chance that repeats, for everybody in the world: no two get the same.
#[derive(Clone, Debug)]
struct Chance(Arc<FixedRandom>);

impl Random for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }
}

const PROCESSES: usize = 2;
