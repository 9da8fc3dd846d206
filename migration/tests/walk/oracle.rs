//! What became of everybody, held against what is true of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use admit::store::{AccountKey, UserStore as _};

use super::population::{Human, Kind, Truth};
use super::world::{FROM, Store, TO, World};

/// Whose users are whose.
#[derive(Clone, Debug, Default)]
pub struct Before {
    /// Those who were there when the move began, by login at Azure DevOps.
    pub users: BTreeMap<String, String>,
    /// Those who came by Microsoft since, by login there.
    pub newcomers: BTreeMap<String, String>,
    /// Whether everybody came by Azure DevOps once more, those too of whom nothing was captured.
    pub all_came_back: bool,
}

/// What became of everybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub people: usize,
    /// Users who were there before.
    pub users: usize,
    /// People of whom there is proof who they are, as far as they gave it.
    pub with_proof: usize,
    /// Of these, all of whose accounts of Entra ID that they have come by are their user's.
    pub linked: usize,
    /// Accounts of Entra ID that are linked to somebody else than the person whose they are.
    pub wrong: usize,
    /// Users who were there before and are not there any more, or have none of their accounts.
    pub lost: usize,
    /// People whom two users claim to be.
    pub conflicts: usize,
    /// People whom nothing proves, by kind.
    pub stranded: BTreeMap<Kind, usize>,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { people, users, with_proof, linked, wrong, lost, conflicts, stranded } = self;
        let percent = 100.0 * *linked as f64 / (*with_proof).max(1) as f64;
        let count: usize = stranded.values().sum();
        let why: Vec<_> = stranded.iter().map(|(kind, count)| format!("{count} {}", reason(*kind))).collect();
        write!(f, "people={people} users={users} linked={linked} of {with_proof} with proof ({percent:.0} %) ")?;
        write!(f, "wrong={wrong} lost={lost} conflicts={conflicts} stranded={count} ({})", why.join(", "))
    }
}

fn reason(kind: Kind) -> &'static str {
    match kind {
        Kind::PersonalAway => "personal accounts that never signed in to both",
        Kind::NoGrantAway => "with no evidence, since their grant was dead, who never signed in to both",
        _ => "for no reason",
    }
}

impl Before {
    pub fn user_of(&self, human: &Human) -> Option<&String> {
        self.users.get(human.azure.first()?)
    }

    /// What has to become of somebody, with all that they have done.
    pub fn truth(&self, human: &Human) -> Truth {
        match human.kind {
            Kind::NoGrantAway if self.all_came_back => Truth::Proven,
            kind => kind.truth(),
        }
    }
}

/// Looks at the store as it is.
pub async fn figures<S: Store>(world: &World<S>, before: &Before) -> Figures {
    let store = world.store.inner();
    let mut figures = Figures { people: world.people.len(), users: before.users.len(), ..Figures::default() };
    for user in before.users.values() {
        let is_there = store.user(user).await.unwrap().is_some();
        let has_a_way = !store.accounts(user).await.unwrap().is_empty();
        figures.lost += usize::from(!(is_there && has_a_way));
    }
    let all_old: BTreeSet<_> = before.users.values().collect();
    for human in &world.people {
        let own = before.user_of(human);
        let mut is_linked = !human.tenants().is_empty() || human.kind == Kind::Left;
        for account in accounts(world, human) {
            let owner = store.user_by_account(&account).await.unwrap().map(|user| user.id);
            figures.wrong += usize::from(match (before.truth(human), &owner) {
                (_, None) => false,
                (Truth::Contested, Some(_)) => true,
                (Truth::New | Truth::Refused, Some(owner)) => all_old.contains(owner),
                (_, Some(owner)) => own != Some(owner),
            });
            is_linked &= owner.is_some() && owner.as_ref() == own;
        }
        match before.truth(human) {
            Truth::Proven | Truth::ProvenByBoth => {
                figures.with_proof += 1;
                figures.linked += usize::from(is_linked);
            }
            Truth::Stranded => *figures.stranded.entry(human.kind).or_default() += 1,
            Truth::Contested => figures.conflicts += 1,
            Truth::New | Truth::Refused => {}
        }
    }
    figures
}

/// The accounts of Entra ID that are somebody's.
pub fn accounts<S>(world: &World<S>, human: &Human) -> Vec<AccountKey> {
    let tenants = human.tenants();
    let object = |tenant: &&str| {
        let object = world.entra.object_id(&human.login, tenant)?;
        Some(AccountKey { provider: TO.to_owned(), subject: format!("{object}.{tenant}") })
    };
    tenants.iter().filter_map(object).collect()
}

/// The accounts of Azure DevOps that are somebody's.
pub fn azure_accounts<S: Store>(human: &Human) -> Vec<AccountKey> {
    let key = |login: &String| {
        let person = admit_testkit::azure_devops::Person::new(login, login);
        AccountKey { provider: FROM.to_owned(), subject: person.id }
    };
    human.azure.iter().map(key).collect()
}
