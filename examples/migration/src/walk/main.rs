//! Walks the application through the whole move, with pretend providers on this machine: a dozen people who used Azure
//! DevOps, each phase as a deployment, and the command `admit` for what operators do. It ends with Azure DevOps off and
//! everybody still themselves; otherwise with status 1.
//!
//! ```sh
//! examples/migration/walk
//! ```

mod browser;
mod people;
mod site;

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;

use admit_testkit::entra::{FABRIKAM, LAMPLIGHT};
use admit_testkit::{PretendAzureDevOps, PretendEntra, Served};
use tokio::net::TcpListener;

use browser::{Browser, Manner, Outcome};
use people::{Does, End, Human, PEOPLE};
use site::Site;

#[tokio::main]
async fn main() -> ExitCode {
    match walk().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("The walk came to nothing: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn walk() -> Result<(), Box<dyn Error>> {
    let mut walk = Walk::begin().await?;
    walk.everybody_uses_azure_devops().await?;
    walk.evidence_is_captured().await?;
    walk.people_are_asked().await?;
    walk.the_rest_is_linked().await?;
    walk.azure_devops_closes().await?;
    walk.tokens_go().await?;
    let ended = walk.azure_devops_is_off().await;
    walk.site.stop().await?;
    std::fs::remove_dir_all(&walk.folder)?;
    ended
}

struct Walk {
    site: Site,
    base_url: String,
    azure: (PretendAzureDevOps, Served),
    entra: (PretendEntra, Served),
    /// The users as they were when the move began, by login at Azure DevOps.
    users: BTreeMap<&'static str, String>,
    folder: std::path::PathBuf,
}

impl Walk {
    async fn begin() -> Result<Self, Box<dyn Error>> {
        // A port that is free; the application takes it in a moment.
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let base_url = format!("http://localhost:{port}");
        let callback = |provider: &str| format!("{base_url}/api/auth/callback/{provider}");
        let entra = PretendEntra::builder(ID, SECRET, callback("microsoft-entra-id"));
        let entra = people::at_entra(entra).serve_on(0).await?;
        let azure = PretendAzureDevOps::builder(ID, SECRET, callback("azure-devops")).allow_http_on_loopback();
        let azure = people::at_azure_devops(azure, &entra.0);
        let served = azure.clone().serve().await?;
        let folder = std::env::temp_dir().join(format!("admit-migration-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let mut site = Site::new(port, &folder.join("admit.db"))?;
        site.set("AUTH_AZURE_DEVOPS_ID", ID);
        site.set("AUTH_AZURE_DEVOPS_SECRET", SECRET);
        site.set("AUTH_AZURE_DEVOPS_ENDPOINTS", served.base_url());
        Ok(Self { site, base_url, azure: (azure, served), entra, users: BTreeMap::new(), folder })
    }

    async fn everybody_uses_azure_devops(&mut self) -> Result<(), Box<dyn Error>> {
        title("0. Everybody signs in by Azure DevOps, and nobody has heard of a move.");
        self.site.deploy().await?;
        for human in &PEOPLE {
            for login in human.logins() {
                match self.by_azure_devops(human, login, false).await? {
                    Outcome::In(user) => self.users.insert(login, user),
                    Outcome::Told(why) => return Err(format!("{login} is told {why}").into()),
                };
            }
        }
        say(&format!("{} users were made.", self.users.len()));
        self.azure.0.revoke_grants("mia");
        self.site.admit("azure scopes map vso.profile").await
    }

    async fn evidence_is_captured(&mut self) -> Result<(), Box<dyn Error>> {
        title("1. Both providers are deployed, and what Azure DevOps knows of people is kept while it answers.");
        self.site.set("AUTH_MICROSOFT_ENTRA_ID_ID", ID);
        self.site.set("AUTH_MICROSOFT_ENTRA_ID_SECRET", SECRET);
        self.site.set("AUTH_MICROSOFT_ENTRA_ID_ISSUER", format!("{}/common/v2.0", self.entra.1.base_url()));
        self.site.set("MOVE_STAGE", "invite");
        self.site.set("MOVE_PERSONAL", "as-everybody");
        self.site.deploy().await?;
        self.site.admit("azure accounts enrich --rate 100").await?;
        self.site.admit("azure accounts enrich --apply --rate 100").await
    }

    async fn people_are_asked(&mut self) -> Result<(), Box<dyn Error>> {
        title("2. People are asked to go on with Microsoft. Some do, some put it off, and some do not come.");
        self.site.set("MOVE_STAGE", "prefer");
        self.site.deploy().await?;
        for human in PEOPLE.iter().filter(|human| human.does != Does::StaysAway) {
            let outcome = match (human.does, human.logins().first()) {
                (Does::Connects | Does::PutsOff, Some(login)) => {
                    self.by_azure_devops(human, login, human.does == Does::Connects).await?
                }
                _ => self.by_microsoft(human).await?,
            };
            self.tell(human, &outcome);
        }
        Ok(())
    }

    async fn the_rest_is_linked(&mut self) -> Result<(), Box<dyn Error>> {
        title("3. Whoever is named beyond doubt is linked beforehand. First a look, then the deed.");
        self.site.admit("azure accounts plan").await?;
        self.site.admit("azure accounts link --apply").await?;
        say("What was linked by a rule can be undone, here of one tenant, and done again:");
        self.site.admit(&format!("azure accounts unlink --apply --tenant {LAMPLIGHT}")).await?;
        self.site.admit("azure accounts link --apply").await
    }

    async fn azure_devops_closes(&mut self) -> Result<(), Box<dyn Error>> {
        title("4. Fabrikam's people have to go on with Microsoft, then everybody; then Azure DevOps signs nobody in.");
        let stages = [
            ("prefer", format!("{FABRIKAM}=require")),
            ("require", String::new()),
            ("require", format!("{FABRIKAM}=link-only,{LAMPLIGHT}=link-only")),
        ];
        for (stage, tenants) in stages {
            self.site.set("MOVE_STAGE", stage);
            self.site.set("MOVE_TENANTS", tenants);
            self.site.deploy().await?;
            for human in PEOPLE.iter().filter(|human| human.does != Does::StaysAway) {
                let Some(login) = human.logins().first().copied() else { continue };
                let outcome = self.by_azure_devops(human, login, human.logins().len() == 1).await?;
                self.check(human, login, &outcome)?;
            }
        }
        say("Whoever came by Azure DevOps went on to Microsoft, as themselves; Kim, who is two users, is told so.");
        self.site.admit("azure accounts report").await
    }

    async fn tokens_go(&mut self) -> Result<(), Box<dyn Error>> {
        title("5. The tokens of Azure DevOps are deleted, of everybody who is linked.");
        self.site.admit("azure tokens purge --in-use-too").await?;
        self.site.admit("azure tokens purge --in-use-too --apply").await
    }

    async fn azure_devops_is_off(&mut self) -> Result<(), Box<dyn Error>> {
        title("6. Azure DevOps is off. Everybody comes by Microsoft, those too who were away.");
        self.site.unset("AUTH_AZURE_DEVOPS_");
        self.site.deploy().await?;
        let (mut themselves, mut wrong) = (0, Vec::new());
        for human in PEOPLE.iter().filter(|human| human.end != End::Gone) {
            let outcome = self.by_microsoft(human).await?;
            self.tell(human, &outcome);
            let own = human.logins().first().and_then(|login| self.users.get(login));
            let is_right = match (&outcome, human.end) {
                (Outcome::In(user), End::Themselves) => own == Some(user),
                (Outcome::In(user), End::New) => !self.users.values().any(|known| known == user),
                (Outcome::Told(code), End::Told(expected)) => code == expected,
                _ => false,
            };
            themselves += usize::from(is_right && human.end == End::Themselves);
            if !is_right {
                wrong.push(human.login);
            }
        }
        let proven = PEOPLE.iter().filter(|human| human.end == End::Themselves).count();
        say(&format!("{themselves} of {proven} people with proof are who they were; wrong: {}.", wrong.len()));
        if wrong.is_empty() { Ok(()) } else { Err(format!("not what they should be: {}", wrong.join(", ")).into()) }
    }

    async fn by_azure_devops(&self, human: &Human, login: &str, connects: bool) -> Result<Outcome, Box<dyn Error>> {
        let manner = Manner { azure: Some(login), microsoft: human.login, connects };
        Browser::new(&self.base_url, &self.azure.0, &self.entra.0)?.sign_in("azure-devops", manner).await
    }

    async fn by_microsoft(&self, human: &Human) -> Result<Outcome, Box<dyn Error>> {
        let manner = Manner { azure: human.logins().first().copied(), microsoft: human.login, connects: true };
        Browser::new(&self.base_url, &self.azure.0, &self.entra.0)?.sign_in("microsoft-entra-id", manner).await
    }

    /// Whoever came by Azure DevOps while it closes is who they were, or two.
    fn check(&self, human: &Human, login: &str, outcome: &Outcome) -> Result<(), Box<dyn Error>> {
        let is_right = match outcome {
            Outcome::In(user) => self.users.get(login) == Some(user),
            Outcome::Told(code) => human.end == End::Told("identity_contradicted") && code == "identity_contradicted",
        };
        if is_right { Ok(()) } else { Err(format!("{login}: {outcome:?}").into()) }
    }

    fn tell(&self, human: &Human, outcome: &Outcome) {
        let what = match outcome {
            Outcome::In(user) if self.users.values().any(|known| known == user) => {
                let own = human.logins().first().and_then(|login| self.users.get(login)) == Some(user);
                if own { "comes in as who they were".to_owned() } else { "COMES IN AS SOMEBODY ELSE".to_owned() }
            }
            Outcome::In(_) => "comes in as a user of their own".to_owned(),
            Outcome::Told(code) => format!("is told why not: {code}"),
        };
        say(&format!("  {:8} {:46} {what}", human.login, human.about));
    }
}

fn title(text: &str) {
    say(&format!("\n{text}"));
}

#[allow(clippy::print_stdout, reason = "this is what a person reads")]
fn say(text: &str) {
    println!("{text}");
}

const ID: &str = "5d0c3b6e-7a41-4f0e-9f65-2f6d3c1b8a90";
/// Of the form that Azure DevOps' secrets have, and nobody's.
const SECRET: &str = "pretend.migration.secret";
