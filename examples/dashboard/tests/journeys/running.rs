//! A dashboard that listens, with a clock that a test can move.

use std::sync::Arc;
use std::time::Duration;

use admit_testkit::{FixedClock, PretendAzureDevOps, PretendEntra, PretendOidc};
use dashboard::{Settings, Site, Sockets};
use tokio::task::JoinHandle;

use super::browser::Browser;

pub(crate) struct Running {
    pub(crate) url: String,
    pub(crate) clock: FixedClock,
    pretend: (PretendAzureDevOps, PretendEntra, PretendOidc),
    server: JoinHandle<std::io::Result<()>>,
}

impl Running {
    pub(crate) async fn start(variables: &[(&str, &str)]) -> Self {
        // What stands first counts.
        let variables = [variables, &[("PORT", "0"), ("DATABASE_URL", "memory:")]].concat();
        let settings = Settings::from_variables(&variables).unwrap();
        let sockets = Sockets::open(&settings).unwrap();
        let url = settings.base_url(sockets.port());
        let clock = FixedClock::default();
        let site = Site::open(&settings, &url, clock.clone()).await.unwrap();
        let pretend = site.pretend.as_ref().unwrap();
        let pretend = (pretend.azure.clone(), pretend.entra.0.clone(), pretend.openid.0.clone());
        let server = tokio::spawn(crate::serve(site, sockets, Box::pin(std::future::pending())));
        Self { url, clock, pretend, server }
    }

    pub(crate) fn azure(&self) -> &PretendAzureDevOps {
        &self.pretend.0
    }

    pub(crate) fn entra(&self) -> &PretendEntra {
        &self.pretend.1
    }

    pub(crate) fn openid(&self) -> &PretendOidc {
        &self.pretend.2
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(Arc::new(self.clock.clone()))
    }

    /// A browser that has signed in by clicking, and is on its way's last page.
    pub(crate) async fn norma(&self, path: &str) -> Browser {
        let mut browser = self.browser();
        browser.open(&format!("{}{path}", self.url)).await;
        browser.sign_in_as("norma").await;
        browser
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
    }
}
