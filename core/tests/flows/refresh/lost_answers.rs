//! A provider that replaces its refresh tokens took one, and the answer with the next never came.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use admit::http::HttpError;
use admit::store::TokenStore;
use admit::{
    AccessTokenError, AuthBuilder, Clock, HttpClient, HttpRequest, HttpResponse, MemoryStore, ReauthenticationReason,
};
use admit_testkit::azure_devops::{Fault, Stage};
use admit_testkit::{Faulty, PretendAzureDevOps};
use async_trait::async_trait;

use super::grants::{at, auth_at, azure};
use super::{AZURE, HOMES, Heard, advance, ask, leave, token, works};
use crate::support::{CLIENT_SECRET, ORIGIN, SECRET, Site};

#[tokio::test]
async fn a_lost_answer_costs_one_more_call_and_then_a_sign_in_that_says_why() {
    // azure.md T32
    for home in HOMES {
        let heard = Heard::default();
        let site = Site::with(|builder| (home.configure)(builder).events(heard.clone()));
        let mut browser = site.browser();
        browser.sign_in().await;
        leave(&site, 60);
        site.azure.fail_once(Stage::Token, Fault::LostAnswer);
        for _ in 0..5 {
            assert_eq!(reason(ask(&browser).await), Some(ReauthenticationReason::AnswerLost), "{}", home.name);
        }
        assert_eq!(site.azure.refreshes(), 2, "{}", home.name);
        assert_eq!(heard.reasons(), [ReauthenticationReason::AnswerLost], "{}", home.name);
        assert!(browser.session().await["user"].is_object(), "{}: the session lives on", home.name);
    }
}

#[tokio::test]
async fn an_answer_that_did_not_come_in_time_is_asked_for_once_more_when_the_pause_is_over() {
    // azure.md T32
    for home in HOMES {
        let heard = Heard::default();
        let site = Site::with(|builder| (home.configure)(builder).events(heard.clone()));
        let mut browser = site.browser();
        browser.sign_in().await;
        let old = token(&browser).await;
        leave(&site, 60);
        site.azure.fail_once(Stage::Token, Fault::Slow(Duration::from_secs(600)));
        let current = browser.current("/");
        let asked = tokio::spawn(async move { current.access_token(AZURE).await.unwrap().expose().to_owned() });
        site.clock.until_sleepers(3).await;
        site.azure.revoke_grants("norma");
        advance(&site, 10);
        assert_eq!(asked.await.unwrap(), old, "{}: what is at hand still lives", home.name);
        assert_eq!(ask(&browser).await.unwrap(), old, "{}", home.name);
        assert_eq!(site.azure.refreshes(), 1, "{}: there was no time for another", home.name);
        advance(&site, 6);
        assert_eq!(reason(ask(&browser).await), Some(ReauthenticationReason::AnswerLost), "{}", home.name);
        assert_eq!(site.azure.refreshes(), 2, "{}", home.name);
        assert_eq!(heard.reasons(), [ReauthenticationReason::AnswerLost], "{}", home.name);
    }
}

#[tokio::test]
async fn an_outage_signs_nobody_out_however_long_it_lasts() {
    // FLT-002, TOK-015, REF-010
    for fault in [Fault::DroppedConnection, Fault::Status(http::StatusCode::BAD_GATEWAY), Fault::HtmlWith200] {
        for home in HOMES {
            let heard = Heard::default();
            let site = Site::with(|builder| (home.configure)(builder).events(heard.clone()));
            let mut browser = site.browser();
            browser.sign_in().await;
            leave(&site, 60);
            site.azure.fail_always(Stage::Token, fault.clone());
            for _ in 0..600 {
                drop(ask(&browser).await);
                advance(&site, 10);
            }
            let calls = site.azure.refreshes();
            assert!(calls < 40, "{}, {fault:?}: {calls} calls in 100 minutes", home.name);
            site.azure.clear_faults();
            advance(&site, 301);
            assert!(works(&site, &token(&browser).await).await, "{}, {fault:?}", home.name);
            assert_eq!((heard.count("needs_reauth"), heard.count("tokens_refreshed")), (0, 1), "{}", home.name);
        }
    }
}

#[tokio::test]
async fn a_request_that_never_left_leaves_no_mark() {
    // FLT-001, FLT-025: a refusal after it is a refusal.
    for home in HOMES {
        let (site, line) = site_on_a_line(home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        let old = token(&browser).await;
        leave(&site, 60);
        line.is_cut.store(true, Ordering::SeqCst);
        assert_eq!(token(&browser).await, old, "{}", home.name);
        assert_eq!(line.requests(), 1, "{}: there is nothing to send again", home.name);
        line.is_cut.store(false, Ordering::SeqCst);
        site.azure.revoke_grants("norma");
        advance(&site, 6);
        assert_eq!(reason(ask(&browser).await), Some(ReauthenticationReason::Refused), "{}", home.name);
    }
}

#[tokio::test]
async fn another_process_and_a_restart_know_of_a_lost_answer() {
    // azure.md T32, REF-002
    for home in HOMES {
        let store = MemoryStore::new();
        let configure = |builder: AuthBuilder| match home.name {
            "session in the cookie, tokens in their store" => builder.token_store(store.clone()),
            "session and tokens in stores" => builder.session_store(store.clone()).token_store(store.clone()),
            "all in the session store" => builder.session_store(store.clone()).danger_single_process_refresh(),
            _ => builder.danger_single_process_refresh(),
        };
        let site = Site::with(configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        leave(&site, 60);
        site.azure.fail_once(Stage::Token, Fault::Status(http::StatusCode::GATEWAY_TIMEOUT));
        let current = browser.current("/");
        current.access_token(AZURE).await.unwrap();
        browser.finish(&current).await;
        site.azure.revoke_grants("norma");
        advance(&site, 10);
        let restarted = auth_at(&site, ORIGIN, azure(CLIENT_SECRET), configure);
        let asked = at(&restarted, &browser).access_token(AZURE).await;
        assert_eq!(reason(asked), Some(ReauthenticationReason::AnswerLost), "{}", home.name);
    }
}

#[tokio::test]
async fn a_refusal_after_a_holder_died_is_a_lost_answer() {
    // REF-020: it may have died between the exchange and the write.
    let store = MemoryStore::new();
    let heard = Heard::default();
    let site = Site::with(|builder| builder.token_store(store.clone()).events(heard.clone()));
    let mut browser = site.browser();
    browser.sign_in().await;
    leave(&site, 60);
    let account = store.page(AZURE, None, 1).await.unwrap().remove(0).account;
    let lease = TokenStore::claim(&store, &account, site.clock.now(), Duration::from_secs(10)).await.unwrap();
    assert!(lease.is_some_and(|lease| !lease.lapsed));
    site.azure.revoke_grants("norma");
    advance(&site, 600);
    assert_eq!(reason(ask(&browser).await), Some(ReauthenticationReason::AnswerLost));
    assert_eq!((site.azure.refreshes(), heard.reasons()), (1, vec![ReauthenticationReason::AnswerLost]));
}

#[tokio::test]
async fn the_word_that_a_holder_died_outlives_a_claim_that_came_to_nothing() {
    // REF-020: a store that fails after it told, and a job that takes the account for another reason.
    for is_resealed in [false, true] {
        let store = Faulty::new(MemoryStore::new());
        let site = Site::with(|builder| builder.token_store(store.clone()));
        let mut browser = site.browser();
        browser.sign_in().await;
        leave(&site, 60);
        let account = store.inner().page(AZURE, None, 1).await.unwrap().remove(0).account;
        let lease =
            TokenStore::claim(store.inner(), &account, site.clock.now(), Duration::from_secs(10)).await.unwrap();
        assert!(lease.is_some());
        site.azure.revoke_grants("norma");
        advance(&site, 600);
        if is_resealed {
            let rotated = auth_at(&site, ORIGIN, azure(CLIENT_SECRET), |builder| {
                builder
                    .token_store(store.inner().clone())
                    .seal_key("another key, of thirty-two bytes or more")
                    .seal_key(SECRET)
            });
            let mut progress = admit::Reseal::default();
            while !progress.is_done() {
                progress = rotated.reseal(progress, 10).await.unwrap();
            }
            assert_eq!((progress.resealed, progress.busy), (1, 0));
            let asked = at(&rotated, &browser).access_token(AZURE).await;
            assert_eq!(reason(asked), Some(ReauthenticationReason::AnswerLost));
            continue;
        }
        store.break_down_after("tokens.load", 1);
        assert_eq!(reason(ask(&browser).await), None);
        store.mend();
        advance(&site, 11);
        assert_eq!(reason(ask(&browser).await), Some(ReauthenticationReason::AnswerLost));
        assert_eq!(site.azure.refreshes(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_came_after_all_heals_the_mark() {
    for home in HOMES {
        let site = Site::with(home.configure);
        let mut browser = site.browser();
        browser.sign_in().await;
        leave(&site, 60);
        site.azure.fail_once(Stage::Token, Fault::DroppedConnection);
        let new = token(&browser).await;
        assert!(works(&site, &new).await, "{}: the second request came through at once", home.name);
        assert_eq!(site.azure.refreshes(), 2, "{}", home.name);
        site.azure.revoke_grants("norma");
        leave(&site, 60);
        assert_eq!(reason(ask(&browser).await), Some(ReauthenticationReason::Refused), "{}", home.name);
    }
}

fn reason<T>(asked: Result<T, AccessTokenError>) -> Option<ReauthenticationReason> {
    match asked.err()? {
        AccessTokenError::NeedsReauthentication { reason, .. } => Some(reason),
        _ => None,
    }
}

/// The way to Azure DevOps, which can be cut before anything is sent.
#[derive(Clone, Debug)]
struct Line {
    azure: Arc<std::sync::OnceLock<PretendAzureDevOps>>,
    is_cut: Arc<AtomicBool>,
    refused: Arc<std::sync::atomic::AtomicUsize>,
}

impl Line {
    fn requests(&self) -> usize {
        self.refused.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl HttpClient for Line {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if self.is_cut.load(Ordering::SeqCst) {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return Err(HttpError::Unreachable("no such host".into()));
        }
        self.azure.get().unwrap().send(request).await
    }
}

fn site_on_a_line(configure: fn(AuthBuilder) -> AuthBuilder) -> (Site, Line) {
    let line = Line { azure: Arc::default(), is_cut: Arc::default(), refused: Arc::default() };
    let site = Site::with(|builder| configure(builder).http_client(line.clone()));
    line.azure.set(site.azure.clone()).unwrap();
    (site, line)
}
