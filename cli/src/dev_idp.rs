//! `admit dev-idp`: pretend providers on this machine, where a person can click, for an application that is being
//! written.

use std::io::{self, Write};

use admit_testkit::{PretendAzureDevOps, PretendEntra, PretendOidc, Served};
use clap::Args;

use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupts;

/// Serves a pretend Azure DevOps, Microsoft Entra ID and OpenID provider
///
/// Prints what to put into the application's environment, and runs until Ctrl-C. It listens on this machine only, takes
/// any callback on it, knows sample people, and forgets everything when it ends. At the addresses that it prints, a
/// browser finds who can sign in, what was asked, what is in the tokens, and faults to turn on.
#[derive(Debug, Args)]
pub(crate) struct DevIdp {
    /// Where the pretend Azure DevOps listens; the others take the next two ports. 0 is any that are free
    #[arg(long, default_value_t = 9009)]
    port: u16,
    /// Where the application takes answers; {id} stands for the provider's id
    #[arg(long, default_value = "http://localhost:3000/api/auth/callback/{id}", value_name = "URL")]
    callback: String,
    /// Who consents without being asked: norma, bo, or any other name
    #[arg(long, value_name = "LOGIN")]
    auto: Option<String>,
}

/// The three, as they listen. They stop when this is dropped.
struct Running {
    azure: Served,
    entra: Served,
    openid: Served,
}

impl DevIdp {
    pub(crate) async fn run(self) -> Result<Exit, Failure> {
        let mut interrupts = Interrupts::hear().map_err(Failure::Signals)?;
        let running = self.serve().await.map_err(Failure::Listen)?;
        self.tell(&running, &mut io::stdout().lock()).map_err(Failure::Output)?;
        interrupts.next().await;
        Ok(Exit::Done)
    }

    async fn serve(&self) -> io::Result<Running> {
        let entra = PretendEntra::builder(ENTRA_ID, ENTRA_SECRET, self.callback("microsoft-entra-id"));
        let entra = self.auto.iter().fold(entra, |entra, login| entra.auto_consent(login));
        let (pretend_entra, entra) = entra.serve_on(self.port(1)?).await?;
        let azure = PretendAzureDevOps::builder(AZURE_ID, AZURE_SECRET, self.callback("azure-devops"));
        let azure = self.auto.iter().fold(azure, |azure, login| azure.auto_consent(login));
        // The one service takes the tokens of the other, as the real ones do.
        let pretend_azure = azure.allow_http_on_loopback().entra(pretend_entra.clone()).build();
        let azure = pretend_azure.clone().serve_on(self.port(0)?).await?;
        let openid = PretendOidc::builder(OPENID_ID, OPENID_SECRET, self.callback("openid"));
        let (pretend_openid, openid) = openid.serve_on(self.port(2)?).await?;
        // Each of them shows the way to the others.
        let [at_azure, at_entra, at_openid] = [&azure, &entra, &openid].map(Served::base_url);
        pretend_azure.neighbour("Pretend Microsoft Entra ID", &at_entra);
        pretend_azure.neighbour("Pretend OpenID", &at_openid);
        pretend_entra.neighbour("Pretend Azure DevOps", &at_azure);
        pretend_entra.neighbour("Pretend OpenID", &at_openid);
        pretend_openid.neighbour("Pretend Azure DevOps", &at_azure);
        pretend_openid.neighbour("Pretend Microsoft Entra ID", &at_entra);
        Ok(Running { azure, entra, openid })
    }

    fn port(&self, place: u16) -> io::Result<u16> {
        match self.port {
            0 => Ok(0),
            port => port.checked_add(place).ok_or_else(|| io::Error::other("three ports in a row are needed")),
        }
    }

    fn callback(&self, id: &str) -> String {
        self.callback.replace("{id}", id)
    }

    /// Lines for a file of variables, so comments are behind a `#`.
    fn tell(&self, running: &Running, to: &mut impl Write) -> io::Result<()> {
        let Running { azure, entra, openid } = running;
        writeln!(to, "# Pretend providers on this machine, until Ctrl-C. For the application's environment:")?;
        if let Some((site, _)) = self.callback.split_once("/api/auth/callback/") {
            writeln!(to, "AUTH_URL={site}")?;
        }
        writeln!(to, "AUTH_AZURE_DEVOPS_ID={AZURE_ID}")?;
        writeln!(to, "AUTH_AZURE_DEVOPS_SECRET={AZURE_SECRET}")?;
        writeln!(to, "AUTH_AZURE_DEVOPS_ENDPOINTS={}", azure.base_url())?;
        writeln!(to, "AUTH_MICROSOFT_ENTRA_ID_ID={ENTRA_ID}")?;
        writeln!(to, "AUTH_MICROSOFT_ENTRA_ID_SECRET={ENTRA_SECRET}")?;
        writeln!(to, "AUTH_MICROSOFT_ENTRA_ID_ISSUER={}/organizations/v2.0", entra.base_url())?;
        writeln!(to, "AUTH_OPENID_ID={OPENID_ID}")?;
        writeln!(to, "AUTH_OPENID_SECRET={OPENID_SECRET}")?;
        writeln!(to, "AUTH_OPENID_ISSUER={}", openid.base_url())?;
        writeln!(to, "# In a browser, each shows its settings, people, requests, tokens and faults:")?;
        for ((name, people), served) in PEOPLE.into_iter().zip([azure, entra, openid]) {
            writeln!(to, "# {name}, {}: {people}", served.base_url())?;
        }
        to.flush()
    }
}

const AZURE_ID: &str = "5d0c3b6e-7a41-4f0e-9f65-2f6d3c1b8a90";
/// Of the form that Azure DevOps' secrets have, and nobody's.
const AZURE_SECRET: &str = "pretend.azure-devops.secret";
const ENTRA_ID: &str = "b1f6a8d2-3c57-4e9b-8d04-6a7e5c2f1b30";
const ENTRA_SECRET: &str = "pretend-entra-secret";
const OPENID_ID: &str = "pretend-app";
const OPENID_SECRET: &str = "pretend-openid-secret";
/// Who can sign in where. The providers' own pages say so too.
const PEOPLE: [(&str, &str); 3] = [
    ("Azure DevOps", "Norma Paulk, Bo Lindqvist"),
    ("Microsoft Entra ID", "Norma Paulk, Bo Lindqvist, Vera Okafor, Pia Holm"),
    ("OpenID", "Ada Byron, Bo"),
];
