//! Which tenant of Entra ID an organisation belongs to, asked without a token.
//!
//! 1. An anonymous `HEAD` of an organisation is refused, and the refusal names the tenant twice: in the Bearer
//!    challenge, and in `X-VSS-ResourceTenant`. All zeros there are an organisation of personal accounts.
//! 2. Either is enough. Where they contradict each other, neither counts.
//! 3. An authority on a host that is not Microsoft's spoils the answer: nobody is sent there, and nothing else that it
//!    says is believed.
//! 4. Requests go to `https://dev.azure.com` alone. Redirects are not followed.
//! 5. They keep a pace, and `Retry-After` slows it down, whatever the status. A 429 without one means half a minute.
//!
//! That it is said to strangers is seen, and not documented; so what is not said stays unknown.
//! Seen at <https://github.com/git-ecosystem/git-credential-manager>.

mod name;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use admit::http::{DEADLINE, HttpError, is_loopback, retry_after};
use admit::{Clock, HttpClient, HttpRequest, HttpResponse, SystemClock, Timestamp};
use admit_providers::microsoft_entra_id::ChallengedAuthority;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use url::Url;

use crate::guid::guid;

pub use name::{OrganizationName, OrganizationNameError};

/// Asks Azure DevOps which tenants its organisations belong to, one after the other.
///
/// ```
/// use admit_migration::{OrganizationProbe, OrganizationTenant};
///
/// # async fn example(http: impl admit::HttpClient) -> Result<(), Box<dyn std::error::Error>> {
/// let mut probe = OrganizationProbe::new(http);
/// match probe.ask(&"fabrikam".parse()?).await {
///     OrganizationTenant::Tenant(id) => println!("ask for consent at https://login.microsoftonline.com/{id}/adminconsent"),
///     OrganizationTenant::Personal => println!("people there have personal accounts, which Entra ID has no tokens for"),
///     OrganizationTenant::NotFound => println!("there is no such organisation"),
///     OrganizationTenant::Unknown(why) => println!("ask somebody who is there: {why}"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct OrganizationProbe {
    http: Arc<dyn HttpClient>,
    clock: Arc<dyn Clock>,
    base: String,
    interval: Duration,
    next: Option<Timestamp>,
}

/// Where an organisation belongs.
#[derive(Debug)]
pub enum OrganizationTenant {
    /// To a tenant of Entra ID: its identifier, in lower case.
    Tenant(String),
    /// To personal accounts: it is connected to no tenant.
    Personal,
    /// There is no such organisation.
    NotFound,
    /// That could not be told.
    Unknown(UnknownTenant),
}

/// Why the tenant of an organisation could not be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownTenant {
    /// The answer named none.
    #[error("azure devops answered {0} and named no tenant")]
    Unsaid(u16),
    /// The answer named several.
    #[error("azure devops named several tenants")]
    Contradiction,
    /// The answer named an authority that is not Microsoft's.
    #[error("the answer names an authority that is not microsoft's; it is not believed")]
    Foreign,
    /// Azure DevOps wants to be asked later.
    #[error("azure devops wants to be asked again in {} s", .0.as_secs())]
    Busy(Duration),
    /// There was no answer.
    #[error("azure devops could not be asked")]
    Unreachable(#[source] HttpError),
}

impl OrganizationProbe {
    /// Asks through that client, five organisations in a second at most.
    pub fn new(http: impl HttpClient) -> Self {
        Self {
            http: Arc::new(http),
            clock: Arc::new(SystemClock),
            base: SERVICE.to_owned(),
            interval: Duration::from_secs(1) / 5,
            next: None,
        }
    }

    /// The clock, in place of the machine's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Organisations in a second, at most.
    #[must_use]
    pub fn rate(mut self, per_second: NonZeroU32) -> Self {
        self.interval = Duration::from_secs(1) / per_second.get();
        self
    }

    /// Asks a pretend Azure DevOps on this machine. `None` if the address is another machine's: only Azure DevOps itself
    /// can say where its organisations belong.
    pub fn on_this_machine(mut self, base_url: &str) -> Option<Self> {
        let url = Url::parse(base_url).ok().filter(|url| is_loopback(url) && !url.cannot_be_a_base())?;
        self.base = url.as_str().trim_end_matches('/').to_owned();
        Some(self)
    }

    /// Asks about one. It waits for its turn, and up to two minutes if Azure DevOps wants it slower; beyond that it is
    /// [`Busy`](UnknownTenant::Busy), and nothing is sent.
    pub async fn ask(&mut self, organization: &OrganizationName) -> OrganizationTenant {
        for _ in 0..ATTEMPTS {
            let pause = self.pause();
            if pause > PATIENCE {
                break;
            }
            if !pause.is_zero() {
                self.clock.sleep(pause).await;
            }
            self.next = Some(self.clock.now() + self.interval);
            let answer = match self.send(organization).await {
                Ok(answer) => answer,
                Err(error) => return OrganizationTenant::Unknown(UnknownTenant::Unreachable(error)),
            };
            self.heed(&answer);
            if !is_busy(answer.status()) {
                return read(answer.status(), answer.headers());
            }
        }
        OrganizationTenant::Unknown(UnknownTenant::Busy(self.pause()))
    }

    fn pause(&self) -> Duration {
        self.next.map(|next| next.since(self.clock.now())).unwrap_or_default()
    }

    async fn send(&self, organization: &OrganizationName) -> Result<HttpResponse, HttpError> {
        let request: HttpRequest = http::Request::head(format!("{}/{organization}", self.base))
            .body(Bytes::new())
            .map_err(|_| HttpError::Refused("the address is not a URL"))?;
        tokio::select! {
            answer = self.http.send(request) => answer,
            () = self.clock.sleep(DEADLINE) => Err(HttpError::Timeout(DEADLINE)),
        }
    }

    fn heed(&mut self, answer: &HttpResponse) {
        let now = self.clock.now();
        let unsaid = is_busy(answer.status()).then_some(UNSAID);
        if let Some(wait) = retry_after(answer.headers(), now).or(unsaid) {
            self.next = self.next.max(Some(now + wait));
        }
    }
}

/// What an answer says.
fn read(status: StatusCode, headers: &HeaderMap) -> OrganizationTenant {
    if status == StatusCode::NOT_FOUND {
        return OrganizationTenant::NotFound;
    }
    // `None` stands for personal accounts.
    let mut said: Vec<Option<String>> = Vec::new();
    for authority in ChallengedAuthority::from_headers(headers) {
        match authority {
            ChallengedAuthority::Tenant(id) => said.push(Some(id)),
            ChallengedAuthority::Foreign => return OrganizationTenant::Unknown(UnknownTenant::Foreign),
            _ => {}
        }
    }
    let stamps = headers.get_all(STAMP).iter().filter_map(|value| value.to_str().ok());
    for stamp in stamps.flat_map(|value| value.split(',')).map(str::trim) {
        match guid(stamp) {
            Some(id) => said.push(Some(id)),
            None if stamp == NO_TENANT => said.push(None),
            None => {}
        }
    }
    for tenant in &mut said {
        tenant.take_if(|id| id == CONSUMERS);
    }
    said.dedup();
    match said.as_slice() {
        [] => OrganizationTenant::Unknown(UnknownTenant::Unsaid(status.as_u16())),
        [None] => OrganizationTenant::Personal,
        [Some(id)] => OrganizationTenant::Tenant(id.clone()),
        _ => OrganizationTenant::Unknown(UnknownTenant::Contradiction),
    }
}

fn is_busy(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}

const SERVICE: &str = "https://dev.azure.com";
const STAMP: &str = "x-vss-resourcetenant";
const NO_TENANT: &str = "00000000-0000-0000-0000-000000000000";
/// The tenant in which all personal accounts are.
const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
const ATTEMPTS: u32 = 3;
/// The longest wait that nobody minds in a command.
const PATIENCE: Duration = Duration::from_secs(120);
const UNSAID: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests;
