//! Who there is: people of all kinds, the same ones each time, and what is true of them.
//!
//! The truth is known from how they were made, and from nothing that a matcher says.

use std::collections::BTreeMap;

use admit_testkit::azure_devops::Person;
use admit_testkit::entra::{Account, Tenant};
use admit_testkit::{PretendAzureDevOps, PretendEntra};

/// Somebody, with what they have at both providers.
#[derive(Clone, Debug)]
pub struct Human {
    pub login: String,
    pub kind: Kind,
    /// Their place among the people of their kind, by which they differ in what they do.
    pub place: usize,
    /// Whom they sign in as at Azure DevOps: two of the same person's, for one who has two users here.
    pub azure: Vec<String>,
    /// By which doors they come in with Microsoft, each a person of its own in Entra ID; none for those who have left.
    pub doors: Vec<Door>,
    /// The tenant that vouches for them at Azure DevOps, if one does.
    pub tenant: Option<&'static str>,
}

/// What is different about somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A member of one tenant.
    Member,
    /// Belongs to one tenant, and works as a guest in another.
    Guest,
    /// Comes in by their home tenant, and by another where they are a guest.
    TwoTenants,
    /// Has a personal account that an organisation has invited, and which its tenant vouches for.
    InvitedPersonal,
    /// Was given another user name since.
    Renamed,
    /// Has an address at Entra ID that nobody vouches for.
    UnverifiedAddress,
    /// Has an address at Entra ID that another user has here.
    SameAddress,
    /// Does not come while the move goes on, and is known by what a job captured.
    Dormant,
    /// Has left; their user name is somebody else's now.
    Left,
    /// Has a personal account, and connects both.
    Personal,
    /// Has a personal account, and does not come while the move goes on.
    PersonalAway,
    /// Took back what they granted before anything was captured, and connects both.
    NoGrant,
    /// The same, and does not come while the move goes on.
    NoGrantAway,
    /// Has two users here, both of whom Azure DevOps vouches for as one person.
    TwoUsers,
    /// Comes by Microsoft for the first time.
    Newcomer,
    /// The same, with a user name that was somebody else's.
    Heir,
    /// The same, with the address of a user.
    Namesake,
    /// Has a tenant of their own, where they wrote a victim's address and user name.
    Attacker,
}

/// Where somebody comes in: applications that share one store, each with an authority of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Door {
    /// People of any organisation, at home.
    Work,
    /// Members and guests of one tenant.
    Lamplight,
    /// Everybody, personal accounts too.
    Everybody,
}

/// What has to become of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// What Azure DevOps says proves who they are.
    Proven,
    /// Nothing but signing in to both proves it, and they do.
    ProvenByBoth,
    /// Nothing proves it, and they are not there to do so.
    Stranded,
    /// Two users are them.
    Contested,
    /// Nobody who is known: they are a user of their own.
    New,
    /// Nobody who is known, with a user's address: they are told that.
    Refused,
}

impl Kind {
    pub const ALL: [(Self, usize); 18] = [
        (Self::Member, 44),
        (Self::Guest, 7),
        (Self::TwoTenants, 5),
        (Self::InvitedPersonal, 3),
        (Self::Renamed, 5),
        (Self::UnverifiedAddress, 4),
        (Self::SameAddress, 3),
        (Self::Dormant, 6),
        (Self::Left, 2),
        (Self::Personal, 5),
        (Self::PersonalAway, 2),
        (Self::NoGrant, 2),
        (Self::NoGrantAway, 1),
        (Self::TwoUsers, 2),
        (Self::Newcomer, 3),
        (Self::Heir, 2),
        (Self::Namesake, 2),
        (Self::Attacker, 2),
    ];

    pub fn truth(self) -> Truth {
        match self {
            Self::Member | Self::Guest | Self::TwoTenants | Self::InvitedPersonal | Self::Renamed => Truth::Proven,
            Self::UnverifiedAddress | Self::SameAddress | Self::Dormant | Self::Left => Truth::Proven,
            Self::Personal | Self::NoGrant => Truth::ProvenByBoth,
            Self::PersonalAway | Self::NoGrantAway => Truth::Stranded,
            Self::TwoUsers => Truth::Contested,
            Self::Newcomer | Self::Heir => Truth::New,
            Self::Namesake | Self::Attacker => Truth::Refused,
        }
    }

    fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    /// Whether they use the site while the move goes on.
    pub fn is_away(self) -> bool {
        matches!(self, Self::Dormant | Self::Left | Self::PersonalAway | Self::NoGrantAway)
    }

    /// Whether they granted something that is dead before it was used.
    pub fn has_no_grant(self) -> bool {
        matches!(self, Self::NoGrant | Self::NoGrantAway)
    }
}

/// So many of them, and one of each kind at least.
pub fn people(count: usize) -> Vec<Human> {
    let mut places: BTreeMap<Kind, usize> = BTreeMap::new();
    let parts: Vec<_> = Kind::ALL.iter().flat_map(|(kind, parts)| std::iter::repeat_n(*kind, *parts)).collect();
    // Each kind comes once, then all of them by their parts, spread so that no kind comes in a row.
    let once = Kind::ALL.iter().map(|(kind, _)| *kind);
    let spread = (0..).map(|n: usize| parts[n * 37 % parts.len()]);
    once.chain(spread)
        .take(count)
        .map(|kind| {
            let place = places.entry(kind).or_default();
            let human = Human::new(kind, *place);
            *place += 1;
            human
        })
        .collect()
}

impl Human {
    fn new(kind: Kind, place: usize) -> Self {
        let login = format!("{}-{place}", kind.name());
        let azure = match kind.truth() {
            Truth::New | Truth::Refused => Vec::new(),
            Truth::Contested => vec![format!("{login}-one"), format!("{login}-other")],
            _ => vec![login.clone()],
        };
        let doors = match kind {
            Kind::Guest | Kind::InvitedPersonal => vec![Door::Lamplight],
            Kind::TwoTenants => vec![Door::Work, Door::Lamplight],
            Kind::Personal | Kind::PersonalAway => vec![Door::Everybody],
            Kind::Left => Vec::new(),
            _ => vec![Door::Work],
        };
        let tenant = match kind {
            Kind::Personal | Kind::PersonalAway => None,
            Kind::InvitedPersonal => Some(LAMPLIGHT),
            Kind::Attacker => Some(MALLORY),
            _ => Some(HOMES[place % HOMES.len()]),
        };
        Self { login, kind, place, azure, doors, tenant }
    }

    /// The tenants in which they are somebody, beginning at home.
    pub fn tenants(&self) -> Vec<&str> {
        match self.kind {
            Kind::Guest => vec![LAMPLIGHT],
            Kind::TwoTenants => self.tenant.into_iter().chain([LAMPLIGHT]).collect(),
            Kind::Personal | Kind::PersonalAway => vec![admit_testkit::entra::CONSUMERS],
            Kind::Left => Vec::new(),
            _ => self.tenant.into_iter().collect(),
        }
    }

    fn address(&self) -> String {
        format!("{}@mail.example", self.login)
    }

    fn user_name(&self) -> String {
        format!("{}@{}", self.login, domain(self.tenant.unwrap_or_default()))
    }

    /// At Entra ID.
    fn account(&self) -> Account {
        let Self { login, kind, place, .. } = self;
        let victim = |kind: Kind| Self::new(kind, *place);
        let home = self.tenant.unwrap_or_default();
        let member = |user_name: String| Account::member(login, login, home, user_name);
        let account = match kind {
            Kind::Personal | Kind::PersonalAway | Kind::InvitedPersonal => {
                Account::personal(login, login, self.address()).email(self.address())
            }
            Kind::UnverifiedAddress => member(self.user_name()).email(self.address()),
            Kind::SameAddress | Kind::Namesake => {
                member(self.user_name()).verified_email(victim(Kind::Member).address())
            }
            Kind::Renamed => member(format!("renamed.{}", self.user_name())).verified_email(self.address()),
            Kind::Left => member(format!("gone.{}", self.user_name())),
            Kind::Heir => member(victim(Kind::Left).user_name()).verified_email(self.address()),
            // As sure of it as of anything in their own tenant, every second time.
            Kind::Attacker if place % 2 == 0 => {
                member(victim(Kind::Member).user_name()).verified_email(victim(Kind::Member).address())
            }
            Kind::Attacker => member(victim(Kind::Member).user_name()).email(victim(Kind::Member).address()),
            _ => member(self.user_name()).verified_email(self.address()),
        };
        match kind {
            Kind::Guest | Kind::TwoTenants | Kind::InvitedPersonal => account.guest_in(LAMPLIGHT),
            _ => account,
        }
    }

    /// At Azure DevOps.
    fn persons(&self, entra: &PretendEntra) -> Vec<Person> {
        let object = |tenant: &str| entra.object_id(&self.login, tenant).expect("somebody who is in that tenant");
        let person = |login: &String| {
            let person = Person::new(login, login).email(format!("{login}@mail.example"));
            match self.kind {
                Kind::Renamed | Kind::Left => person.user_name(self.user_name()),
                Kind::InvitedPersonal => person.member_of(LAMPLIGHT, object(LAMPLIGHT)),
                Kind::TwoUsers => person.member_of(self.tenant.unwrap(), object(self.tenant.unwrap())),
                // As some answers write them.
                Kind::Member if self.place % 5 == 0 => {
                    let tenant = self.tenant.unwrap();
                    person.member_of(tenant.to_uppercase(), object(tenant).to_uppercase())
                }
                _ => person,
            }
        };
        self.azure.iter().map(person).collect()
    }
}

/// The pretend Entra ID that knows them all.
pub fn entra(people: &[Human], builder: admit_testkit::entra::Builder) -> PretendEntra {
    let tenants = [(FABRIKAM, "Fabrikam"), (ADVENTURE, "Adventure"), (LAMPLIGHT, "Lamplight"), (MALLORY, "Mallory")];
    let builder =
        tenants.iter().fold(builder, |builder, (id, name)| builder.tenant(Tenant::new(*id, *name).domain(domain(id))));
    builder.accounts(people.iter().map(Human::account)).optional_claims(["xms_edov"]).build()
}

/// The pretend Azure DevOps that knows them all.
pub fn azure(
    people: &[Human],
    entra: &PretendEntra,
    builder: admit_testkit::azure_devops::Builder,
) -> PretendAzureDevOps {
    builder.people(people.iter().flat_map(|human| human.persons(entra))).entra(entra.clone()).build()
}

fn domain(tenant: &str) -> &'static str {
    match tenant {
        FABRIKAM => "fabrikam.example",
        ADVENTURE => "adventure.example",
        LAMPLIGHT => "lamplight.example",
        _ => "mallory.example",
    }
}

pub const FABRIKAM: &str = admit_testkit::entra::FABRIKAM;
pub const LAMPLIGHT: &str = admit_testkit::entra::LAMPLIGHT;
pub const ADVENTURE: &str = "0b6f3a1c-94d2-4e0d-8a57-6c2e41d9f8b3";
const MALLORY: &str = "e51dbb0a-77c4-4f19-b0a6-3d9c4f2a1e88";
const HOMES: [&str; 2] = [FABRIKAM, ADVENTURE];
