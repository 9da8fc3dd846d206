//! Providers that say 429 to everybody.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use admit::store::{AccountKey, EvidenceStore as _, TokenStore, UserStore as _};
use admit_migration::{EnrichError, Stage, enrich};
use admit_testkit::{azure_devops, entra};

use super::browser::Outcome;
use super::phases::Move;
use super::population::Truth;
use super::world::{FROM, Store, TO};

/// What is written: whose each account is, and the versions of what is kept for it.
pub type Rows = (BTreeMap<AccountKey, String>, BTreeMap<AccountKey, u64>, usize);

impl<S: Store> Move<S> {
    /// Both providers say 429, at everything that a server asks them.
    pub fn providers_are_busy(&mut self) {
        self.azure_alone_is_busy();
        let busy = entra::Fault::TooManyRequests { retry_after: "1".to_owned() };
        self.world.entra.fail_always(entra::Stage::Token, busy);
    }

    /// Azure DevOps says 429, and Microsoft Entra ID answers.
    pub fn azure_alone_is_busy(&mut self) {
        self.providers_answer();
        self.world.config.has_entra = true;
        self.world.config.stage = Stage::Prefer;
        use azure_devops::Stage::{ConnectionData, Identity, Profile, Token};
        for stage in [Token, Profile, ConnectionData, Identity] {
            let busy = azure_devops::Fault::TooManyRequests { retry_after: "1".to_owned() };
            self.world.azure.fail_always(stage, busy);
        }
    }

    pub fn providers_answer(&mut self) {
        self.world.azure.clear_faults();
        self.world.entra.clear_faults();
    }

    /// Everybody tries both ways, and is told that it does not work just now.
    pub fn nobody_comes_in(&mut self) -> BTreeMap<String, usize> {
        let told = self.everybody_tries();
        assert!(told.keys().all(|outcome| !outcome.starts_with("in")), "{told:?}");
        told
    }

    /// Who was there before has to wait; who was not is a user of their own.
    pub fn only_newcomers_come_in(&mut self) -> BTreeMap<String, usize> {
        let newcomers = self.world.people.iter().filter(|human| human.kind.truth() == Truth::New).count();
        let told = self.everybody_tries();
        assert_eq!(told.get("in"), Some(&newcomers), "{told:?}");
        assert_eq!(self.figures().wrong, 0);
        told
    }

    fn everybody_tries(&mut self) -> BTreeMap<String, usize> {
        let mut told = BTreeMap::new();
        for outcome in self.try_both_ways() {
            *told
                .entry(match outcome {
                    Outcome::In(_) => "in".to_owned(),
                    Outcome::Told(code) => code,
                    Outcome::Elsewhere => "elsewhere".to_owned(),
                })
                .or_default() += 1;
        }
        told
    }

    /// The job gives up, whenever it is begun, and nothing is written that nobody said.
    pub fn nobody_is_captured(&mut self) {
        for _ in 0..3 {
            let gave_up = self.job(async |site, world| {
                let mut job = enrich(site.auth(), FROM)?.rate(NonZeroU32::MAX);
                while world.patiently(job.next()).await?.is_some() {}
                Ok::<_, EnrichError>(job.counts())
            });
            assert!(matches!(gave_up, Err(EnrichError::Throttled { .. })), "{gave_up:?}");
        }
        assert_eq!(self.rows().2, 0);
    }

    pub fn rows(&self) -> Rows {
        let store = self.world.store.inner();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let mut accounts = BTreeMap::new();
            for provider in [FROM, TO] {
                accounts.extend(store.accounts_of(provider, None, usize::MAX).await.unwrap());
            }
            let tokens = TokenStore::page(store, FROM, None, usize::MAX).await.unwrap();
            let tokens = tokens.into_iter().map(|stored| (stored.account, stored.version)).collect();
            let evidence = store.page_all(None, usize::MAX).await.unwrap().len();
            (accounts, tokens, evidence)
        })
    }
}
