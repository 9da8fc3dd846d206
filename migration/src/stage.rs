//! How far the move has come, for everybody or for the people of one tenant.

use std::collections::BTreeMap;

use admit::{Onward, Timestamp};

/// How far the move has come. Each stage can be gone back from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// People come in by Azure DevOps as ever, and the application may offer to connect their Microsoft account.
    #[default]
    Invite,
    /// Whoever comes by Azure DevOps is asked to connect their Microsoft account, and may put it off. From here on nobody
    /// new comes in by it: see [`AzureMove::closed_to_newcomers`](crate::AzureMove::closed_to_newcomers).
    Prefer,
    /// Whoever comes by Azure DevOps connects their Microsoft account before they go on.
    Require,
    /// Azure DevOps signs nobody in. It still proves to whom a Microsoft account belongs.
    LinkOnly,
}

impl Stage {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Invite, Self::Prefer, Self::Require, Self::LinkOnly];

    /// As it is written: `invite`, `prefer`, `require`, `link-only`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invite => "invite",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::LinkOnly => "link-only",
        }
    }

    /// The stage with that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// What is next for somebody who came by Azure DevOps.
    pub(crate) fn onward(self, to: &str, is_linked: bool) -> Onward {
        let to = to.to_owned();
        match self {
            Self::LinkOnly => Onward::Closed(to),
            _ if is_linked => Onward::Nothing,
            Self::Invite => Onward::Offer(to),
            Self::Prefer => Onward::Ask(to),
            Self::Require => Onward::Require(to),
        }
    }
}

/// What becomes of people with personal accounts, of whom Microsoft Entra ID says nothing, where the stage would send
/// them there or shut them out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PersonalAccounts {
    /// They come in by Azure DevOps as long as that answers, and may connect a Microsoft account.
    #[default]
    ComeIn,
    /// The same until that instant, and then as everybody else.
    ComeInUntil(Timestamp),
    /// As everybody else.
    AsEverybody,
}

impl PersonalAccounts {
    pub(crate) fn come_in(self, now: Timestamp) -> bool {
        match self {
            Self::ComeIn => true,
            Self::ComeInUntil(instant) => now < instant,
            Self::AsEverybody => false,
        }
    }
}

/// The stage of each tenant, and of all others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stages {
    pub(crate) of_others: Stage,
    pub(crate) of_tenants: BTreeMap<String, Stage>,
}

impl Stages {
    pub(crate) fn of(&self, tenant: Option<&str>) -> Stage {
        let known = tenant.and_then(|tenant| self.of_tenants.get(&tenant.to_ascii_lowercase()));
        known.copied().unwrap_or(self.of_others)
    }

    pub(crate) fn set(&mut self, tenant: Option<&str>, stage: Stage) {
        match tenant {
            Some(tenant) => drop(self.of_tenants.insert(tenant.to_ascii_lowercase(), stage)),
            None => self.of_others = stage,
        }
    }
}
