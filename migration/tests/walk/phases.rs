//! The move, phase by phase. Every phase goes on after a process was killed in it, from what the stores hold.

use std::num::NonZeroU32;

use admit_migration::{EnrichCounts, EnrichError, LinkCounts, PlanCounts, PurgeCounts, Stage, UnlinkCounts, enrich};

use super::browser::{Manner, Outcome, sign_in};
use super::oracle::{self, Before, Figures};
use super::population::{ADVENTURE, Door, FABRIKAM, Human, Kind, Truth};
use super::world::{FROM, Site, Store, TO, World};

/// A move that is under way.
pub struct Move<S> {
    pub world: World<S>,
    pub before: Before,
    /// Whether processes are killed, at calls of the store that nobody chose.
    pub kills: bool,
    /// Of how many people with proof one comes while the move goes on. Of the others all do.
    pub one_in: usize,
}

/// Somebody who signs in, and what has to come of it.
#[derive(Clone, Debug)]
pub struct Visit {
    human: Human,
    door: Door,
    provider: &'static str,
    /// Whom they are at Azure DevOps, for those who are two.
    azure: Option<String>,
    connects: bool,
    expected: Option<Outcome>,
}

impl Visit {
    fn new(human: &Human, provider: &'static str) -> Self {
        let door = human.doors.first().copied().unwrap_or(Door::Work);
        let (human, azure) = (human.clone(), human.azure.first().cloned());
        Self { human, door, provider, azure, connects: true, expected: None }
    }

    async fn sign_in<S>(&self, world: &World<S>, site: &Site) -> Outcome {
        let Self { human, door, provider, azure, connects, .. } = self;
        let manner = Manner { azure: azure.as_deref(), connects: *connects, goes_on: true };
        sign_in(world, site, human, *door, provider, manner).await
    }
}

impl<S: Store> Move<S> {
    pub fn new(count: usize, store: S) -> Self {
        Self { world: World::new(count, store), before: Before::default(), kills: false, one_in: 1 }
    }

    /// Phase 0: everybody uses the site by Azure DevOps, and nobody has heard of a move.
    pub fn begin(&mut self) {
        let visits: Vec<_> = self.azure_visits(|_| true).into_iter().map(|(visit, _)| visit).collect();
        for (visit, outcome) in visits.iter().zip(self.sign_in(&visits)) {
            match (&visit.azure, outcome) {
                (Some(login), Outcome::In(user)) => self.before.users.insert(login.clone(), user),
                other => panic!("somebody cannot begin: {other:?}"),
            };
        }
        for human in self.world.people.iter().filter(|human| human.kind.has_no_grant()) {
            human.azure.iter().for_each(|login| self.world.azure.revoke_grants(login));
        }
        self.world.days_pass(1);
    }

    /// Phase 2: both providers are there, and what is known of the accounts is captured.
    pub fn capture(&mut self) -> EnrichCounts {
        self.world.config.has_entra = true;
        let counts = self.job(async |site, world| {
            let mut job = enrich(site.auth(), FROM)?.rate(NonZeroU32::MAX);
            while world.patiently(job.next()).await?.is_some() {}
            Ok::<_, EnrichError>(job.counts())
        });
        self.world.days_pass(1);
        counts.expect("all are asked about")
    }

    /// Phase 3: people are asked to go on with Microsoft. Some do, some put it off, and some do not come.
    pub fn prefer(&mut self) {
        self.world.config.stage = Stage::Prefer;
        let here: Vec<_> = self.world.people.iter().filter(|human| self.comes(human)).cloned().collect();
        let mut visits = Vec::new();
        for human in &here {
            let is_new = human.azure.is_empty();
            match human.place % 4 {
                _ if human.kind == Kind::TwoUsers => {
                    visits.extend(self.by_azure(human).map(|visit| Visit { connects: false, ..visit }));
                    visits.extend(self.by_microsoft(human));
                }
                0 => visits.extend(self.by_microsoft(human)),
                _ if is_new => visits.extend(self.by_microsoft(human)),
                1 => visits.extend(self.by_azure(human)),
                2 => visits.extend(self.by_azure(human).map(|visit| Visit { connects: false, ..visit })),
                _ => {}
            }
        }
        self.check(&visits);
        self.world.days_pass(1);
    }

    /// What would be linked.
    pub fn plan(&mut self) -> PlanCounts {
        let counts = self.job(async |site, world| {
            let mut plan = world.to_entra().plan(site.auth())?;
            while plan.next().await?.is_some() {}
            Ok::<_, admit_migration::MoveError>(plan.counts())
        });
        counts.expect("all are looked at")
    }

    /// Whoever is named is linked beforehand.
    pub fn link(&mut self) -> LinkCounts {
        let counts = self.job(async |site, world| {
            let mut job = world.to_entra().link(site.auth())?;
            while job.next().await?.is_some() {}
            Ok::<_, admit_migration::MoveError>(job.counts())
        });
        self.world.days_pass(1);
        counts.expect("all are linked who are named")
    }

    /// Phase 4: one tenant after the other has to go on with Microsoft, and then Azure DevOps signs nobody in. Each comes
    /// at two of three steps.
    pub fn require(&mut self) {
        let (half, all) = (vec![(FABRIKAM, Stage::Require)], Vec::new());
        let closed = vec![(FABRIKAM, Stage::LinkOnly), (ADVENTURE, Stage::LinkOnly)];
        let steps = [(Stage::Prefer, half), (Stage::Require, all), (Stage::Require, closed)];
        for (number, (stage, stages)) in steps.into_iter().enumerate() {
            (self.world.config.stage, self.world.config.stages) = (stage, stages);
            let comes = |human: &&Human| self.comes(human) && (number == 1 || human.place % 2 == number / 2);
            let here: Vec<_> = self.world.people.iter().filter(comes).cloned().collect();
            let visits: Vec<_> = here.iter().flat_map(|human| self.by_azure(human).collect::<Vec<_>>()).collect();
            self.check(&visits);
        }
        self.world.days_pass(1);
    }

    /// Phase 5: the tokens of Azure DevOps are deleted.
    pub fn purge(&mut self) -> PurgeCounts {
        let counts = self.job(async |site, world| {
            let mut job = world.to_entra().purge(site.auth())?.in_use_too();
            while world.patiently(job.next()).await?.is_some() {}
            Ok::<_, admit_migration::MoveError>(job.counts())
        });
        self.world.days_pass(1);
        counts.expect("all are purged")
    }

    /// Phase 6: Azure DevOps is no provider any more, and everybody comes by Microsoft, those too who were away.
    pub fn end(&mut self) -> Figures {
        self.world.config.has_azure = false;
        let people = self.world.people.clone();
        let visits: Vec<_> = people.iter().flat_map(|human| self.by_microsoft(human)).collect();
        self.check(&visits);
        self.figures()
    }

    /// The way back: links are undone, and Azure DevOps signs everybody in as it did.
    pub fn roll_back(&mut self) -> UnlinkCounts {
        self.world.config.has_azure = true;
        self.world.config.stage = Stage::Invite;
        self.world.config.stages = Vec::new();
        let counts = self.job(async |site, world| {
            let mut job = world.to_entra().unlink(site.auth())?;
            while world.patiently(job.next()).await?.is_some() {}
            Ok::<_, admit_migration::MoveError>(job.counts())
        });
        self.world.days_pass(1);
        // All who were there before, as themselves; and whoever came by Microsoft first, as whom they are.
        let everybody = self.azure_visits(|_| true).into_iter().map(|(visit, user)| Visit {
            connects: false,
            expected: user.map(Outcome::In),
            ..visit
        });
        let visits: Vec<_> = everybody.collect();
        self.check(&visits);
        self.before.all_came_back = true;
        let came = |human: &&Human| self.before.newcomers.contains_key(&human.login);
        let newcomers: Vec<_> = self.world.people.iter().filter(came).cloned().collect();
        let visits: Vec<_> = newcomers.iter().flat_map(|human| self.by_microsoft(human)).collect();
        self.check(&visits);
        counts.expect("all links are undone")
    }

    /// Everybody by Azure DevOps, and everybody by Microsoft, come of it what may.
    pub fn try_both_ways(&mut self) -> Vec<Outcome> {
        let mut visits: Vec<_> = self.azure_visits(|_| true).into_iter().map(|(visit, _)| visit).collect();
        visits.extend(self.world.people.iter().flat_map(|human| self.by_microsoft(human)));
        let outcomes = self.sign_in(&visits);
        self.world.days_pass(1);
        outcomes
    }

    pub fn figures(&self) -> Figures {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(oracle::figures(&self.world, &self.before))
    }

    /// Whether somebody comes while the move goes on.
    fn comes(&self, human: &Human) -> bool {
        let is_chosen = human.kind.truth() != Truth::Proven || human.place / 4 % self.one_in == 0;
        !human.kind.is_away() && is_chosen
    }

    /// Somebody by Azure DevOps, who comes in as themselves; or goes on to Microsoft, where it is as it is there.
    fn by_azure<'a>(&'a self, human: &'a Human) -> impl Iterator<Item = Visit> + use<'a, S> {
        let goes_on = self.goes_on(human);
        human.azure.iter().map(move |login| {
            let own = self.before.users.get(login).cloned().map(Outcome::In);
            let expected = if goes_on { self.expected(human).or(own) } else { own };
            // Whoever is two users connects neither of them.
            let connects = human.kind != Kind::TwoUsers;
            Visit { azure: Some(login.clone()), connects, expected, ..Visit::new(human, FROM) }
        })
    }

    /// Whether Azure DevOps alone does not let somebody in.
    fn goes_on(&self, human: &Human) -> bool {
        let stages = &self.world.config.stages;
        let own = human.tenant.and_then(|tenant| stages.iter().find(|(known, _)| *known == tenant));
        own.map_or(self.world.config.stage, |(_, stage)| *stage) >= Stage::Require
    }

    /// Somebody by Microsoft, by each of their doors.
    fn by_microsoft(&self, human: &Human) -> Vec<Visit> {
        let expected = self.expected(human);
        let doors = human.doors.iter();
        doors.map(|door| Visit { door: *door, expected: expected.clone(), ..Visit::new(human, TO) }).collect()
    }

    /// What has to become of somebody who comes by Microsoft.
    fn expected(&self, human: &Human) -> Option<Outcome> {
        let told = |code: &str| Some(Outcome::Told(code.to_owned()));
        match self.before.truth(human) {
            Truth::Proven | Truth::ProvenByBoth => self.before.user_of(human).cloned().map(Outcome::In),
            Truth::New => self.before.newcomers.get(&human.login).cloned().map(Outcome::In),
            Truth::Contested => told("identity_contradicted"),
            Truth::Refused | Truth::Stranded => told("account_not_linked"),
        }
    }

    fn azure_visits(&self, which: impl Fn(&Human) -> bool) -> Vec<(Visit, Option<String>)> {
        let people = self.world.people.iter().filter(|human| which(human));
        let visits = people.flat_map(|human| {
            human.azure.iter().map(|login| {
                let visit = Visit { azure: Some(login.clone()), ..Visit::new(human, FROM) };
                (visit, self.before.users.get(login).cloned())
            })
        });
        visits.collect()
    }

    /// They sign in, one after the other, and each comes in as whom they have to.
    fn check(&mut self, visits: &[Visit]) {
        for (visit, outcome) in visits.iter().zip(self.sign_in(visits)) {
            let Visit { human, provider, door, expected, .. } = visit;
            match (expected, outcome) {
                (Some(expected), outcome) => {
                    assert_eq!(&outcome, expected, "{} by {provider} at {door:?}", human.login);
                }
                (None, Outcome::In(user)) if human.kind.truth() == Truth::New => {
                    assert!(self.before.users.values().all(|known| *known != user), "{} is somebody else", human.login);
                    self.before.newcomers.insert(human.login.clone(), user);
                }
                (None, other) => panic!("{} by {provider} at {door:?}: {other:?}", human.login),
            }
        }
    }

    fn sign_in(&mut self, visits: &[Visit]) -> Vec<Outcome> {
        if !self.kills {
            return self.world.processes(visits, async |site, world, visit| visit.sign_in(world, site).await);
        }
        let mut outcomes = Vec::with_capacity(visits.len());
        while outcomes.len() < visits.len() {
            self.may_die(400);
            self.world.process(async |site, world| {
                for visit in visits.iter().skip(outcomes.len()) {
                    outcomes.push(visit.sign_in(world, site).await);
                }
            });
        }
        outcomes
    }

    /// A job that is begun anew until a process lives to its end.
    pub fn job<T, E>(&mut self, job: impl AsyncFn(&Site, &World<S>) -> Result<T, E>) -> Result<T, E> {
        for lives in 1.. {
            self.may_die(300 * lives);
            if let Some(done) = self.world.process(&job) {
                return done;
            }
        }
        unreachable!("a process lives long enough in the end")
    }

    fn may_die(&self, within: usize) {
        if self.kills {
            self.world.store.die_after(self.world.below(within), self.world.below(2) == 0);
        }
    }
}
