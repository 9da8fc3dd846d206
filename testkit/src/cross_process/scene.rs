//! What every test of this kind begins with: a provider that listens, people who are signed in, and nodes.

use admit::store::{AccountKey, Once, SessionStore, StoredTokens, TokenStore};

use super::Cast;
use super::clock::WrongClock;
use super::player::Player;
use super::site::{PROVIDER, Site, azure, person};
use super::wire::Wire;
use crate::{PretendAzureDevOps, Served};

pub(super) struct Scene<'a, S> {
    cast: &'a Cast<S>,
    pub(super) azure: PretendAzureDevOps,
    served: Served,
    pub(super) clock: WrongClock,
    /// A node in this process.
    pub(super) site: Site,
    /// Everybody's, by their number.
    pub(super) sessions: Vec<String>,
}

impl<'a, S: SessionStore + TokenStore + Once + Clone> Scene<'a, S> {
    /// So many people are signed in.
    pub(super) async fn new(cast: &'a Cast<S>, people: usize) -> Self {
        let azure = azure(people);
        let served = azure.clone().serve().await.expect("a free port");
        let clock = WrongClock::default();
        let site = Site::new(&served.base_url(), cast.store.clone(), cast.store.clone(), Wire, clock.clone());
        let mut scene = Self { cast, azure, served, clock, site, sessions: Vec::new() };
        for n in 0..people {
            let session = scene.sign_in(n).await;
            scene.sessions.push(session);
        }
        scene
    }

    /// Somebody signs in, for the first time or again.
    pub(super) async fn sign_in(&self, n: usize) -> String {
        self.site.sign_in(&self.azure, &person(n).login).await
    }

    /// Another process, which knows everybody's session.
    pub(super) async fn node(&self) -> Player {
        let mut node = Player::new(self.cast.test, &self.cast.place, &self.served.base_url()).await;
        for (n, session) in self.sessions.iter().enumerate() {
            node.tell(&format!("session {n} {session}"));
        }
        node
    }

    pub(super) async fn nodes(&self, count: usize) -> Vec<Player> {
        let mut nodes = Vec::new();
        for _ in 0..count {
            nodes.push(self.node().await);
        }
        nodes
    }

    /// The tokens of somebody, as the store has them.
    pub(super) async fn row(&self, n: usize) -> StoredTokens {
        let account = AccountKey { provider: PROVIDER.to_owned(), subject: person(n).id };
        TokenStore::load(&self.cast.store, &account).await.expect("the store answers").expect("tokens")
    }

    /// How often somebody's refresh token was replaced.
    pub(super) fn rotations(&self, n: usize) -> usize {
        self.azure.rotations(&person(n).login)
    }

    pub(super) fn provider(&self) -> String {
        self.served.base_url()
    }
}

/// `number answer`, as a node says it.
pub(super) fn answered(line: &str) -> (usize, String) {
    let (n, answer) = line.split_once(' ').expect("two words");
    (n.parse().expect("a number"), answer.to_owned())
}

pub(super) const ACCOUNTS: usize = 64;
/// As long as an access token lives, with a second to spare.
pub(super) const HOUR: i64 = 3_600;
