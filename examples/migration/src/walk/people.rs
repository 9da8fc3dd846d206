//! A dozen people with Azure DevOps, and a few who come by Microsoft alone. What becomes of each is known beforehand.

use admit_testkit::azure_devops::Person;
use admit_testkit::entra::{Account, FABRIKAM, LAMPLIGHT};
use admit_testkit::{PretendAzureDevOps, PretendEntra, azure_devops, entra};

/// Somebody.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Human {
    /// Who they are at both providers.
    pub(crate) login: &'static str,
    /// What is different about them.
    pub(crate) about: &'static str,
    /// Whom they sign in as at Azure DevOps.
    pub(crate) azure: &'static [&'static str],
    /// What they do when they are asked to go on with Microsoft.
    pub(crate) does: Does,
    /// What becomes of them when they come by Microsoft at the end.
    pub(crate) end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    /// Comes by Microsoft, and says so where somebody asks whether they were here before.
    ByMicrosoft,
    /// Comes by Azure DevOps, and connects their Microsoft account.
    Connects,
    /// Comes by Azure DevOps, and puts it off.
    PutsOff,
    /// Does not come before all is over.
    StaysAway,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// They are who they were.
    Themselves,
    /// They are a user of their own.
    New,
    /// They are told this.
    Told(&'static str),
    /// They have left.
    Gone,
}

pub(crate) const PEOPLE: [Human; 14] = [
    human("ada", "a member of Fabrikam", Does::ByMicrosoft, End::Themselves),
    human("ben", "a member of Fabrikam", Does::Connects, End::Themselves),
    human("cem", "a member of Lamplight", Does::PutsOff, End::Themselves),
    human("dora", "a member of Lamplight", Does::ByMicrosoft, End::Themselves),
    human("eli", "has another user name now", Does::ByMicrosoft, End::Themselves),
    human("gus", "has left; Hal has his user name now", Does::StaysAway, End::Gone),
    human("ida", "has a personal account", Does::ByMicrosoft, End::Themselves),
    human("jon", "has a personal account, and stays away", Does::StaysAway, End::Told("account_not_linked")),
    Human {
        azure: &["kim", "kim-old"],
        ..human("kim", "is two users", Does::PutsOff, End::Told("identity_contradicted"))
    },
    human("lee", "stays away until all is over", Does::StaysAway, End::Themselves),
    human("mia", "took back what she had granted", Does::ByMicrosoft, End::Themselves),
    newcomer("hal", "is new, with the user name that Gus had", End::New),
    newcomer("nia", "is new, with the address of Ada", End::Told("account_not_linked")),
    newcomer("mallory", "has a tenant, and wrote Ben's address into it", End::Told("account_not_linked")),
];

const fn human(login: &'static str, about: &'static str, does: Does, end: End) -> Human {
    Human { login, about, azure: &[], does, end }
}

const fn newcomer(login: &'static str, about: &'static str, end: End) -> Human {
    Human { azure: &["nobody"], ..human(login, about, Does::ByMicrosoft, end) }
}

impl Human {
    /// Whom they sign in as at Azure DevOps; nobody, if they are new.
    pub(crate) fn logins(&self) -> Vec<&'static str> {
        match self.azure {
            [] => vec![self.login],
            ["nobody"] => Vec::new(),
            two => two.to_vec(),
        }
    }
}

/// Who they are at Entra ID.
pub(crate) fn at_entra(builder: entra::Builder) -> entra::Builder {
    let member = |login: &str, tenant: &str| {
        let domain = if tenant == FABRIKAM { "fabrikam.example" } else { "lamplight.example" };
        Account::member(login, login, tenant, format!("{login}@{domain}")).verified_email(mail(login))
    };
    let accounts = PEOPLE.iter().map(|human| match human.login {
        login @ ("cem" | "dora") => member(login, LAMPLIGHT),
        login @ ("ida" | "jon") => Account::personal(login, login, mail(login)).email(mail(login)),
        "eli" => Account::member("eli", "eli", FABRIKAM, "elias@fabrikam.example").verified_email(mail("eli")),
        "gus" => Account::member("gus", "gus", FABRIKAM, "gone@fabrikam.example"),
        "hal" => Account::member("hal", "hal", FABRIKAM, "gus@fabrikam.example").verified_email(mail("hal")),
        "nia" => Account::member("nia", "nia", FABRIKAM, "nia@fabrikam.example").verified_email(mail("ada")),
        "mallory" => Account::member("mallory", "mallory", MALLORY, "ben@fabrikam.example").verified_email(mail("ben")),
        login => member(login, FABRIKAM),
    });
    let mallory = entra::Tenant::new(MALLORY, "Mallory").domain("mallory.example");
    let tenants = [(FABRIKAM, "Fabrikam", "fabrikam.example"), (LAMPLIGHT, "Lamplight", "lamplight.example")];
    let builder = tenants
        .into_iter()
        .fold(builder, |builder, (id, name, domain)| builder.tenant(entra::Tenant::new(id, name).domain(domain)));
    builder.tenant(mallory).accounts(accounts).optional_claims(["xms_edov"])
}

/// Who they are at Azure DevOps.
pub(crate) fn at_azure_devops(builder: azure_devops::Builder, entra: &PretendEntra) -> PretendAzureDevOps {
    let people = PEOPLE.iter().flat_map(|human| {
        human.logins().into_iter().map(|login| {
            let person = Person::new(login, login).email(mail(login));
            match entra.object_id("kim", FABRIKAM).filter(|_| human.login == "kim") {
                Some(object) => person.member_of(FABRIKAM, object),
                None if ["eli", "gus"].contains(&login) => person.user_name(format!("{login}@fabrikam.example")),
                None => person,
            }
        })
    });
    builder.people(people.collect::<Vec<_>>()).entra(entra.clone()).build()
}

fn mail(login: &str) -> String {
    format!("{login}@mail.example")
}

const MALLORY: &str = "e51dbb0a-77c4-4f19-b0a6-3d9c4f2a1e88";
