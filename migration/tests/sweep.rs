//! What the jobs cost: for each account the same, however many there are, and little memory.
//!
//! One test, and so one process, whose memory is looked at. Run it with `--nocapture` for the figures.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "this is a test, and a person reads its figures"
)]

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use admit::http::{HttpClient, HttpError, HttpRequest, HttpResponse};
use admit::store::{AccountKey, NewUser, UserStore as _};
use admit::{Auth, Client, Clock as _, Environment, MemoryStore, Profile, Timestamp, TokenSet};
use admit_migration::{AzureMove, enrich};
use admit_providers::{azure_devops, microsoft_entra_id};
use admit_testkit::{Faulty, FixedClock, FixedRandom};
use async_trait::async_trait;
use http::header::{AUTHORIZATION, CONTENT_TYPE};

/// An Azure DevOps that remembers nobody, so that it takes no memory: whoever has the token `n` is person `n`.
#[derive(Clone, Debug, Default)]
struct Forgetful(Arc<AtomicUsize>);

#[async_trait]
impl HttpClient for Forgetful {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let body = String::from_utf8_lossy(request.body()).into_owned();
        let bearer = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let person = bearer.trim_start_matches("Bearer ");
        let answer = match request.uri().path() {
            "/oauth2/token" => {
                let grant = body.split('&').find_map(|pair| pair.strip_prefix("assertion=")).unwrap();
                format!(
                    r#"{{"access_token":"{grant}","refresh_token":"{grant}","token_type":"jwt-bearer","expires_in":"3599"}}"#
                )
            }
            "/_apis/profile/profiles/me" => format!(r#"{{"id":"{person}","displayName":"Somebody"}}"#),
            "/_apis/connectionData" => format!(
                r#"{{"authenticatedUser":{{"id":"{person}","subjectDescriptor":"aad.{person}",
                "descriptor":"Microsoft.IdentityModel.Claims.ClaimsIdentity;{TENANT}\\{person}@fabrikam.example"}}}}"#
            ),
            _ => format!(r#"{{"id":"{person}","origin":"aad","originId":"{person}","domain":"{TENANT}"}}"#),
        };
        Ok(http::Response::builder().header(CONTENT_TYPE, "application/json").body(answer.into()).unwrap())
    }
}

/// What one account costs.
#[derive(Clone, Copy, Debug)]
struct Cost {
    requests: f64,
    calls: f64,
}

/// Captures, plans and links so many accounts; what one of them costs.
async fn sweep(people: usize) -> Cost {
    let (clock, http, store) = (FixedClock::default(), Forgetful::default(), Faulty::new(MemoryStore::new()));
    let auth = Auth::builder("https://app.example")
        .environment(Environment::default())
        .secret("a secret for tests, thirty-two bytes or more")
        .clock(clock.clone())
        .random(FixedRandom::new(8))
        .http_client(http.clone())
        .provider(azure_devops(Client::new("azure-app", "header.payload.signature")))
        .provider(microsoft_entra_id(Client::new("entra-app", "secret")))
        .user_store(store.clone())
        .token_store(store.clone())
        .evidence_store(store.clone())
        .audit_store(store.clone())
        .build()
        .unwrap();
    for n in 0..people {
        let id = format!("d6245f20-2af8-44f4-9451-{n:012x}");
        let account = AccountKey { provider: "azure-devops".to_owned(), subject: id.clone() };
        let user = NewUser { id: format!("user-{n}"), profile: Profile::new(&id) };
        store.inner().create(user, &account).await.unwrap();
        let mut tokens = TokenSet::new(id.clone());
        tokens.refresh_token = Some(id.into());
        tokens.expires_at = Some(Timestamp::from_unix_seconds(clock.now().unix_seconds() - 3600));
        auth.import().tokens(&account, tokens).await.unwrap();
    }

    let before = store.calls("");
    let mut captured = enrich(&auth, "azure-devops").unwrap().rate(NonZeroU32::MAX);
    while captured.next().await.unwrap().is_some() {}
    assert_eq!(captured.counts().complete, people as u64);
    let to_entra = AzureMove::new();
    let mut planned = to_entra.plan(&auth).unwrap();
    while planned.next().await.unwrap().is_some() {}
    assert_eq!(planned.counts().exact, people as u64);
    let mut linked = to_entra.link(&auth).unwrap();
    while linked.next().await.unwrap().is_some() {}
    assert_eq!(linked.counts().linked, people as u64);
    let of_one = |count: usize| count as f64 / people as f64;
    Cost { requests: of_one(http.0.load(Ordering::Relaxed)), calls: of_one(store.calls("") - before) }
}

#[tokio::test]
async fn ten_thousand_accounts_cost_each_what_a_hundred_do_within_a_hundred_megabytes() {
    let mut costs = Vec::new();
    for people in [100, 1_000, 10_000] {
        let begun = std::time::Instant::now();
        let cost = sweep(people).await;
        let micros = begun.elapsed().as_micros() / people as u128;
        println!(
            "accounts={people} requests={:.3} store calls={:.3} time={micros}µs, of one account; peak={} MB",
            cost.requests,
            cost.calls,
            peak()
        );
        costs.push(cost);
    }
    for cost in &costs {
        // A refresh, and three questions.
        assert!((cost.requests - 4.0).abs() < f64::EPSILON, "{cost:?}");
        // But for the pages: one question more for a hundred accounts.
        assert!((cost.calls - costs[0].calls).abs() < 0.1, "{cost:?}");
    }
    // All of this process: the stores with all accounts too, which are in memory here.
    assert!(peak() < 100, "{} MB", peak());
}

/// The most memory that this process has had so far, in megabytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

const TENANT: &str = "7a394543-62fd-4274-a7d2-8fac775942b6";
