//! The way in: one function for every request, and the back channel in process.

use admit::http::{HttpClient, HttpError, HttpRequest, HttpResponse};
use async_trait::async_trait;
use http::{Method, StatusCode};

use super::authority::Authority;
use super::{Fault, PretendEntra, Refusal, Stage, asked, graph, offered, pages};
use crate::answer;
use crate::azure_devops::Dropped;
use crate::desk::{self, Heard};
use crate::served::Answers;

/// The back channel of an application under test. It answers for its two hosts, and leaves the addresses of the browser
/// to the browser.
#[async_trait]
impl HttpClient for PretendEntra {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let refusal = match Route::find(&request) {
            Some(Route { stage: Stage::Authorize | Stage::Logout, .. }) => Some("this address is for the browser"),
            Some(route) if self.host_of(route.stage) == host(&request) => None,
            _ => Some("this is not here"),
        };
        if let Some(why) = refusal {
            self.violation(format!("back channel: {why}: {} {}", request.method(), request.uri()));
            return Err(HttpError::Refused(why));
        }
        self.handle(request).await.map_err(|dropped| HttpError::Connection(dropped.into()))
    }
}

/// The same on a socket, for a browser too.
#[async_trait]
impl Answers for PretendEntra {
    async fn answer(&self, request: HttpRequest) -> Result<HttpResponse, Dropped> {
        self.handle(request).await
    }
}

impl PretendEntra {
    /// Answers one request, wherever it came from.
    ///
    /// # Errors
    /// When a fault drops the connection.
    pub async fn handle(&self, request: HttpRequest) -> Result<HttpResponse, Dropped> {
        if let Some(page) = desk::answer(self, &request) {
            return Ok(page);
        }
        let route = Route::find(&request);
        let mut heard = asked::heard(&request, route.as_ref().map(|route| route.stage));
        let answer = match route {
            Some(route) => self.respond(&request, route, &mut heard).await,
            None => Ok(self.own_page(&request)),
        };
        let now = self.now();
        self.state().desk.timeline.answered(heard, now, &answer);
        answer
    }

    async fn respond(&self, request: &HttpRequest, route: Route, heard: &mut Heard) -> Result<HttpResponse, Dropped> {
        let Route { stage, segment } = route;
        let (gate, fault) = {
            let mut state = self.state();
            state.record(stage, request);
            let now = |fault: &Fault| stage != Stage::Authorize || !fault.is_late();
            (state.gates.get(&stage).cloned(), state.faults.take(stage, now))
        };
        if let Some(gate) = gate {
            gate.pass().await;
        }
        if let Some(fault) = &fault {
            heard.goes_wrong_by(offered::in_words(stage, fault));
        }
        match &fault {
            Some(Fault::DroppedConnection) => return Err(Dropped),
            Some(Fault::Slow(duration)) => self.config.clock.sleep(*duration).await,
            Some(fault) => {
                if let Some(answer) = fault.answer() {
                    return Ok(answer);
                }
            }
            None => {}
        }
        let authority = Authority::find(&self.config, &segment);
        let answer = match (stage, &authority) {
            (Stage::Authorize, _) => self.authorization(request),
            (Stage::Graph | Stage::Photo, _) => self.graph(request),
            (_, None) => self.refuse(&Refusal::aadsts(90_002).with_error("invalid_tenant").about(&segment)),
            (Stage::Discovery, Some(authority)) => self.discovery(authority),
            (Stage::Keys, Some(authority)) => self.keys(authority),
            (Stage::Token, Some(authority)) => self.token(request, authority, fault.as_ref()),
            (Stage::Logout, Some(_)) => self.logout(request),
        };
        if fault == Some(Fault::LostAnswer) { Err(Dropped) } else { Ok(answer) }
    }

    /// Whether it answers for that address.
    pub(crate) fn is_at(&self, request: &HttpRequest) -> bool {
        let host = host(request);
        host == self.config.login_host || host == self.config.graph_host
    }

    fn host_of(&self, stage: Stage) -> &str {
        if matches!(stage, Stage::Graph | Stage::Photo) { &self.config.graph_host } else { &self.config.login_host }
    }

    fn own_page(&self, request: &HttpRequest) -> HttpResponse {
        match (request.method(), request.uri().path()) {
            (_, pages::ACCOUNT) => self.account_chosen(request),
            (_, pages::CONSENT) => self.consented(request),
            _ => answer::html(StatusCode::NOT_FOUND, pages::nothing_here()),
        }
    }
}

/// A stage, and the authority that stands first in its path.
struct Route {
    stage: Stage,
    segment: String,
}

impl Route {
    fn find(request: &HttpRequest) -> Option<Self> {
        let (method, path) = (request.method(), request.uri().path());
        if let Some(is_picture) = graph::is_here(path).filter(|_| method == Method::GET) {
            let stage = if is_picture { Stage::Photo } else { Stage::Graph };
            return Some(Self { stage, segment: String::new() });
        }
        let (segment, rest) = path.strip_prefix('/')?.split_once('/')?;
        let stage = match (method, rest) {
            (&Method::GET, "v2.0/.well-known/openid-configuration") => Stage::Discovery,
            (&Method::GET, "discovery/v2.0/keys") => Stage::Keys,
            (&Method::GET, "oauth2/v2.0/authorize") => Stage::Authorize,
            (_, "oauth2/v2.0/token") => Stage::Token,
            (&Method::GET | &Method::POST, "oauth2/v2.0/logout") => Stage::Logout,
            _ => return None,
        };
        Some(Self { stage, segment: segment.to_owned() })
    }
}

/// Scheme and host of a request, as the hosts are written.
fn host(request: &HttpRequest) -> String {
    let uri = request.uri();
    match (uri.scheme_str(), uri.authority()) {
        (Some(scheme), Some(authority)) => format!("{scheme}://{authority}"),
        _ => String::new(),
    }
}
