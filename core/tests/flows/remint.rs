//! Minting anew: what a replaced secret would take with it is brought under the newest one.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use admit::store::{AccountKey, TokenStore};
use admit::{
    AccessTokenError, Auth, Client, Clock as _, Environment, Event, Events, MemoryStore, ReauthenticationReason,
    Remint, RemintCounts, RemintError, Reminted,
};
use admit_providers::azure_devops;
use admit_testkit::azure_devops::{Fault, Person, Stage};
use admit_testkit::{CookieJar, Faulty, FixedRandom};
use async_trait::async_trait;
use http::StatusCode;

use crate::support::log::Heard;
use crate::support::{CLIENT_SECRET, ORIGIN, SECRET, Site};

const AZURE: &str = "azure-devops";
const OLD: &str = CLIENT_SECRET;
const NEW: &str = "newer.payload.signature";

/// A site whose people signed in under the old secret, and that was then given a newer one.
struct Rotated {
    site: Site,
    store: Faulty<MemoryStore>,
    auth: Auth,
    /// Of the one who signed in last.
    jar: CookieJar,
}

impl Rotated {
    async fn of(people: usize) -> Self {
        let store = Faulty::new(MemoryStore::new());
        let kept = store.clone();
        let logins: Vec<_> = (0..people).map(|n| format!("person{n:03}")).collect();
        let site = Site::with_azure(
            |azure| logins.iter().fold(azure, |azure, login| azure.person(Person::new(login, login))),
            |builder| builder.store(kept),
        );
        let mut jar = CookieJar::default();
        for login in &logins {
            let mut browser = site.browser();
            let start = browser.start("/").await;
            let callback = site.azure.authorize_as(login, &start).await.unwrap().path_and_query();
            browser.get(&callback).await;
            jar = browser.jar;
        }
        site.azure.add_secret(NEW);
        site.azure.reset_log();
        let auth = configured(&site, &store, Client::new("app-id", NEW).secret(OLD));
        Self { site, store, auth, jar }
    }

    fn job(&self) -> Remint {
        self.auth.remint(AZURE).unwrap()
    }

    /// Runs to the end, and moves the clock where the job would wait.
    async fn run(&self, mut job: Remint) -> (RemintCounts, Result<(), RemintError>) {
        loop {
            self.site.clock.advance(job.pause());
            match job.next().await {
                Ok(Some(_)) => {}
                Ok(None) => return (job.counts(), Ok(())),
                Err(error) => return (job.counts(), Err(error)),
            }
        }
    }

    /// The refresh tokens that came to the provider, and with which secret.
    fn presented(&self) -> Vec<(String, String)> {
        let tokens = self.site.azure.requests().into_iter().filter(|request| request.stage == Stage::Token);
        let field = |name| {
            move |request: &admit_testkit::azure_devops::RecordedRequest| request.parameter(name).unwrap().to_owned()
        };
        tokens.map(|request| (field("assertion")(&request), field("client_assertion")(&request))).collect()
    }

    async fn accounts(&self) -> Vec<AccountKey> {
        let rows = TokenStore::page(&self.store, AZURE, None, 1000).await.unwrap();
        rows.into_iter().map(|row| row.account).collect()
    }
}

fn configured(site: &Site, store: &Faulty<MemoryStore>, client: Client) -> Auth {
    Auth::builder(ORIGIN)
        .secret(SECRET)
        .environment(Environment::default())
        .clock(site.clock.clone())
        .random(FixedRandom::new(9))
        .http_client(site.azure.clone())
        .store(store.clone())
        .provider(azure_devops(client).scopes(["vso.profile", "vso.project"]))
        .build()
        .expect("the configuration is in order")
}

#[tokio::test]
async fn every_grant_is_minted_under_the_newest_secret_and_outlives_the_older_one() {
    let rotated = Rotated::of(120).await;
    let (counts, end) = rotated.run(rotated.job()).await;
    end.unwrap();
    assert_eq!((counts.reminted, counts.total(), counts.left()), (120, 120, 0), "{counts:?}");
    let presented = rotated.presented();
    assert!(presented.iter().all(|(_, secret)| secret == NEW));
    assert_eq!(presented.iter().map(|(token, _)| token).collect::<BTreeSet<_>>().len(), 120);

    // What is done costs a page of reading, and no write.
    rotated.site.azure.reset_log();
    let (pages, all) = (rotated.store.calls("tokens.page"), rotated.store.calls("tokens"));
    let (counts, end) = rotated.run(rotated.job()).await;
    end.unwrap();
    assert_eq!((counts.already, counts.total()), (120, 120));
    assert_eq!((rotated.store.calls("tokens.page") - pages, rotated.store.calls("tokens") - all), (2, 2));
    assert_eq!(rotated.site.azure.refreshes(), 0);

    rotated.site.azure.expire_secret(OLD);
    rotated.site.clock.advance(Duration::from_secs(3600));
    let auth = configured(&rotated.site, &rotated.store, Client::new("app-id", NEW));
    let (counts, _) = rotated.run(auth.remint(AZURE).unwrap()).await;
    assert_eq!(counts.already, 120, "the place of the secret in the list says nothing");
    let after = Site { auth, azure: rotated.site.azure.clone(), clock: rotated.site.clock.clone() };
    let mut browser = after.browser();
    browser.jar = rotated.jar;
    assert!(browser.current("/").access_token(AZURE).await.is_ok());
    assert_eq!(rotated.site.azure.violations(), [""; 0]);
}

#[tokio::test]
async fn a_dry_run_counts_and_neither_asks_nor_writes() {
    let rotated = Rotated::of(7).await;
    let before = TokenStore::page(&rotated.store, AZURE, None, 10).await.unwrap();
    let (counts, end) = rotated.run(rotated.job().dry_run()).await;
    end.unwrap();
    assert_eq!((counts.due, counts.total(), counts.left()), (7, 7, 7));
    assert_eq!(rotated.site.azure.refreshes(), 0);
    assert_eq!(TokenStore::page(&rotated.store, AZURE, None, 10).await.unwrap(), before);
}

#[tokio::test]
async fn a_newest_secret_that_the_provider_does_not_know_stops_the_job_and_costs_nobody_anything() {
    let rotated = Rotated::of(5).await;
    let wrong = configured(&rotated.site, &rotated.store, Client::new("app-id", "wrong.payload.signature").secret(OLD));
    let (counts, end) = rotated.run(wrong.remint(AZURE).unwrap()).await;
    assert!(matches!(end, Err(RemintError::SecretRefused(_))), "{end:?}");
    assert_eq!((counts.failed, counts.total()), (1, 1), "{counts:?}");
    assert_eq!(rotated.presented().len(), 1, "the older secret is not tried");
    let (counts, end) = rotated.run(rotated.job()).await;
    end.unwrap();
    assert_eq!((counts.reminted, counts.total()), (5, 5), "nobody is in doubt: {counts:?}");
}

#[tokio::test]
async fn an_answer_that_is_lost_leaves_the_account_in_doubt_and_no_job_sends_its_token_again() {
    let rotated = Rotated::of(6).await;
    rotated.site.azure.fail_once(Stage::Token, Fault::LostAnswer);
    let (counts, end) = rotated.run(rotated.job()).await;
    end.unwrap();
    assert_eq!((counts.reminted, counts.in_doubt, counts.left(), counts.total()), (5, 1, 1, 6));
    let (counts, end) = rotated.run(rotated.job()).await;
    end.unwrap();
    assert_eq!((counts.already, counts.in_doubt, counts.total()), (5, 1, 6));
    let presented = rotated.presented();
    assert_eq!(presented.iter().map(|(token, _)| token).collect::<BTreeSet<_>>().len(), presented.len());
}

#[tokio::test]
async fn an_account_in_doubt_is_tried_once_by_the_next_ordinary_refresh_which_knows_what_came_of_it() {
    for (fault, lives) in [(Fault::LostAnswer, false), (Fault::Status(StatusCode::BAD_GATEWAY), true)] {
        let rotated = Rotated::of(1).await;
        rotated.site.azure.fail_once(Stage::Token, fault);
        let (counts, _) = rotated.run(rotated.job()).await;
        assert_eq!((counts.in_doubt, counts.total()), (1, 1));
        rotated.site.clock.advance(Duration::from_secs(3600));
        let Rotated { site, store, auth, jar } = rotated;
        let site = Site { auth, ..site };
        let mut browser = site.browser();
        browser.jar = jar.clone();
        let refreshes = site.azure.refreshes();
        let token = browser.current("/").access_token(AZURE).await;
        let lost = matches!(
            token,
            Err(AccessTokenError::NeedsReauthentication { reason: ReauthenticationReason::AnswerLost, .. })
        );
        assert_eq!((token.is_ok(), lost), (lives, !lives), "{token:?}");
        assert_eq!(site.azure.refreshes(), refreshes + 1);
        drop(browser);
        let rotated = Rotated { auth: site.auth.clone(), site, store, jar };
        let (counts, _) = rotated.run(rotated.job()).await;
        assert_eq!((counts.already == 1, counts.needs_reauthentication == 1), (lives, !lives), "{counts:?}");
    }
}

#[tokio::test]
async fn an_account_whose_holder_died_is_in_doubt_and_stays_so() {
    let rotated = Rotated::of(2).await;
    let account = rotated.accounts().await.remove(0);
    let now = rotated.site.clock.now();
    TokenStore::claim(&rotated.store, &account, now, Duration::from_secs(10)).await.unwrap().unwrap();
    rotated.site.clock.advance(Duration::from_secs(11));
    for (reminted, already) in [(1, 0), (0, 1)] {
        let (counts, end) = rotated.run(rotated.job()).await;
        end.unwrap();
        assert_eq!((counts.reminted, counts.already, counts.in_doubt, counts.total()), (reminted, already, 1, 2));
    }
    assert_eq!(rotated.site.azure.refreshes(), 1);
}

#[tokio::test]
async fn the_word_that_a_holder_died_outlives_a_store_that_fails_then() {
    let rotated = Rotated::of(2).await;
    let account = rotated.accounts().await.remove(0);
    let now = rotated.site.clock.now();
    TokenStore::claim(&rotated.store, &account, now, Duration::from_secs(10)).await.unwrap().unwrap();
    rotated.site.clock.advance(Duration::from_secs(11));
    rotated.store.fail_next("tokens.load", 1);
    let (_, end) = rotated.run(rotated.job()).await;
    assert!(matches!(end, Err(RemintError::Store(_))), "{end:?}");
    rotated.site.clock.advance(Duration::from_secs(11));
    let (counts, end) = rotated.run(rotated.job()).await;
    end.unwrap();
    assert_eq!((counts.reminted, counts.in_doubt), (1, 1));
}

#[tokio::test]
async fn a_provider_that_is_down_stops_the_job_after_three_accounts() {
    let rotated = Rotated::of(8).await;
    rotated.site.azure.fail_always(Stage::Token, Fault::Status(StatusCode::BAD_GATEWAY));
    let (counts, end) = rotated.run(rotated.job()).await;
    assert!(matches!(end, Err(RemintError::Unavailable(_))), "{end:?}");
    assert_eq!((counts.in_doubt, counts.total(), rotated.site.azure.refreshes()), (3, 3, 3));
}

#[tokio::test]
async fn people_whose_grant_is_dead_are_marked_once_and_passed_by_afterwards() {
    let rotated = Rotated::of(4).await;
    rotated.site.azure.revoke_grants("person002");
    let (counts, end) = rotated.run(rotated.job()).await;
    end.unwrap();
    assert_eq!((counts.reminted, counts.refused, counts.left(), counts.total()), (3, 1, 0, 4));
    let (counts, _) = rotated.run(rotated.job()).await;
    assert_eq!((counts.already, counts.needs_reauthentication, counts.total()), (3, 1, 4));
    assert_eq!(rotated.site.azure.refreshes(), 4);
}

#[tokio::test]
async fn a_sweep_that_dies_half_way_is_taken_up_by_another_process_and_spends_no_token_twice() {
    // azure.md T47
    let rotated = Rotated::of(500).await;
    for login in ["person003", "person249", "person499"] {
        rotated.site.azure.revoke_grants(login);
    }
    let mut dies = rotated.job();
    for _ in 0..250 {
        rotated.site.clock.advance(dies.pause());
        dies.next().await.unwrap();
    }
    let done = dies.counts();
    drop(dies);
    assert_eq!(done.total(), 250);

    let other = configured(&rotated.site, &rotated.store, Client::new("app-id", NEW).secret(OLD));
    rotated.site.azure.fail_once(Stage::Token, Fault::TooManyRequests { retry_after: "9".to_owned() });
    let time = async {
        loop {
            rotated.site.clock.until_sleepers(1).await;
            rotated.site.clock.advance(Duration::from_secs(1));
            tokio::task::yield_now().await;
        }
    };
    let (counts, end) = tokio::select! {
        ended = rotated.run(other.remint(AZURE).unwrap()) => ended,
        () = time => unreachable!(),
    };
    end.unwrap();
    assert_eq!((done.reminted + counts.reminted, done.refused + counts.refused), (497, 3), "{done:?} {counts:?}");
    assert_eq!(counts.already + counts.needs_reauthentication, 250, "what was done is passed by");
    assert_eq!((counts.total(), counts.left()), (500, 0));
    let presented = rotated.presented();
    let different = presented.iter().map(|(token, _)| token).collect::<BTreeSet<_>>().len();
    assert_eq!((presented.len(), different), (501, 500), "one more for the 429, which was not worked on");
    assert_eq!(rotated.site.azure.violations(), [""; 0]);
}

#[tokio::test]
async fn refusals_without_end_and_without_one_success_stop_the_job() {
    let rotated = Rotated::of(15).await;
    for n in 0..15 {
        rotated.site.azure.revoke_grants(&format!("person{n:03}"));
    }
    let (counts, end) = rotated.run(rotated.job()).await;
    assert!(matches!(end, Err(RemintError::NothingTaken { refused: 10 })), "{end:?}");
    assert_eq!((counts.refused, counts.total()), (10, 10));
}

#[tokio::test]
async fn an_account_that_somebody_else_holds_is_left_to_them() {
    let rotated = Rotated::of(3).await;
    let account = rotated.accounts().await.remove(1);
    let now = rotated.site.clock.now();
    TokenStore::claim(&rotated.store, &account, now, Duration::from_secs(10)).await.unwrap().unwrap();
    let (counts, end) = rotated.run(rotated.job()).await;
    end.unwrap();
    assert_eq!((counts.reminted, counts.held, counts.left(), counts.total()), (2, 1, 1, 3));
}

#[tokio::test]
async fn the_pace_is_the_rate_and_the_providers_word_when_it_says_slower_even_with_a_success() {
    // ADO-021; azure.md §2.5
    let rotated = Rotated::of(3).await;
    let mut job = rotated.job().rate(NonZeroU32::new(4).unwrap());
    assert_eq!(job.next().await.unwrap(), Some(Reminted::Done));
    assert_eq!(job.pause(), Duration::from_millis(250));
    rotated.site.clock.advance(job.pause());
    rotated.site.azure.fail_once(Stage::Token, Fault::Headers(vec![("retry-after", "40".to_owned())]));
    assert_eq!(job.next().await.unwrap(), Some(Reminted::Done));
    assert_eq!(job.pause(), Duration::from_secs(40));
    // A 429 was not worked on, so the same token is sent again, once it may be.
    rotated.site.clock.advance(job.pause());
    rotated.site.azure.fail_once(Stage::Token, Fault::TooManyRequests { retry_after: "9".to_owned() });
    let clock = rotated.site.clock.clone();
    let last = tokio::spawn(async move {
        let last = job.next().await;
        (last, job.counts())
    });
    clock.until_sleepers(1).await;
    let refreshes = rotated.site.azure.refreshes();
    clock.advance(Duration::from_secs(8));
    tokio::task::yield_now().await;
    assert_eq!(rotated.site.azure.refreshes(), refreshes, "not before its time");
    clock.advance(Duration::from_secs(1));
    let (last, counts) = last.await.unwrap();
    assert_eq!((last.unwrap(), counts.reminted, counts.total()), (Some(Reminted::Done), 3, 3));
}

#[tokio::test]
async fn what_was_granted_is_written_though_the_store_fails_when_it_is_to_be() {
    let rotated = Rotated::of(1).await;
    // The first swap is the note, the second what was granted.
    rotated.store.break_down_after("tokens.swap", 1);
    let mut job = rotated.job();
    let running = tokio::spawn(async move { (job.next().await, job.counts()) });
    rotated.site.clock.until_sleepers(1).await;
    while rotated.site.azure.refreshes() == 0 || rotated.store.refusals() == 0 {
        tokio::task::yield_now().await;
    }
    rotated.store.mend();
    rotated.site.clock.until_sleepers(1).await;
    rotated.site.clock.advance(Duration::from_secs(1));
    let (became, counts) = running.await.unwrap();
    assert_eq!((became.unwrap(), counts.reminted), (Some(Reminted::Done), 1));
    assert_eq!(rotated.run(rotated.job()).await.0.already, 1);
}

#[tokio::test]
async fn a_job_without_a_store_or_a_provider_or_a_secret_says_so() {
    let site = Site::new();
    assert!(matches!(site.auth.remint(AZURE), Err(RemintError::NoTokenStore)));
    assert!(matches!(site.auth.remint("acme"), Err(RemintError::UnknownProvider(_))));
}

#[derive(Clone, Debug, Default)]
struct Ends(Arc<Mutex<Vec<(usize, String)>>>);

#[async_trait]
impl Events for Ends {
    async fn record(&self, event: &Event<'_>) {
        if let Event::ClientSecretEnds { credential, ends_at, .. } = event {
            self.0.lock().unwrap().push((*credential, ends_at.to_string()));
        }
    }
}

#[tokio::test]
async fn the_newest_secret_by_date_is_shown_first_and_an_end_that_comes_near_is_told_once_for_each_step() {
    // azure.md §1.9
    let ends = Ends::default();
    let hears = ends.clone();
    let site = Site::with_azure(|azure| azure.secret(NEW), |builder| builder.danger_single_process_refresh());
    let environment: Environment = [
        ("AUTH_AZURE_DEVOPS_ID", "app-id"),
        ("AUTH_AZURE_DEVOPS_SECRET", NEW),
        ("AUTH_AZURE_DEVOPS_SECRET_CREATED", "2026-11-20"),
        ("AUTH_AZURE_DEVOPS_SECRET_2", OLD),
        ("AUTH_AZURE_DEVOPS_SECRET_2_ENDS", "2026-12-10T00:00:00Z"),
    ]
    .into_iter()
    .collect();
    let auth = Auth::builder(ORIGIN)
        .secret(SECRET)
        .environment(environment)
        .clock(site.clock.clone())
        .http_client(site.azure.clone())
        .events(hears)
        .danger_single_process_refresh()
        .provider(azure_devops(Client::env()))
        .build()
        .unwrap();
    let site = Site { auth, ..site };
    let days = |days: u64| site.clock.advance(Duration::from_secs(days * 86_400));
    let told = || std::mem::take(&mut *ends.0.lock().unwrap());
    site.browser().sign_in().await;
    let token = site.azure.requests().into_iter().find(|request| request.stage == Stage::Token).unwrap();
    assert_eq!(token.parameter("client_assertion"), Some(NEW), "the number says 2, the date says older");
    assert_eq!(told(), [], "18 days are left");
    days(5);
    for _ in 0..3 {
        site.browser().sign_in().await;
    }
    let older = (1, "2026-12-10T00:00:00.000Z".to_owned());
    assert_eq!(told(), vec![older.clone()]);
    days(12);
    site.browser().sign_in().await;
    assert_eq!(told(), vec![older.clone()], "two steps at once are one word");
    days(40);
    site.browser().sign_in().await;
    assert_eq!(told(), [(0, "2027-01-19T00:00:00.000Z".to_owned()), older], "sixty days after it was made");
}

#[tokio::test]
async fn an_end_that_is_near_is_in_the_log_at_the_start_and_says_what_to_do() {
    let heard = Heard::default();
    let _listening = heard.listen();
    let site = Site::new();
    let day = |days: u64| site.clock.now() + Duration::from_secs(days * 86_400);
    let client =
        Client::new("app-id", NEW).ends_at(day(1)).secret(OLD).made_at(day(0).before(Duration::from_secs(61 * 86_400)));
    Auth::builder(ORIGIN)
        .secret(SECRET)
        .environment(Environment::default())
        .clock(site.clock.clone())
        .danger_single_process_refresh()
        .provider(azure_devops(client))
        .build()
        .unwrap();
    let text = heard.text();
    assert!(text.contains("the client secret ends within a day; make the next one, and give both"), "{text}");
    assert!(text.contains("an older client secret has ended; take it out"), "{text}");
    assert!(!text.contains(NEW) && !text.contains(OLD));
}

#[tokio::test]
async fn a_date_that_is_none_is_a_problem_of_the_configuration() {
    let environment: Environment = [
        ("AUTH_AZURE_DEVOPS_ID", "app-id"),
        ("AUTH_AZURE_DEVOPS_SECRET", OLD),
        ("AUTH_AZURE_DEVOPS_SECRET_CREATED", "last week"),
    ]
    .into_iter()
    .collect();
    let auth = Auth::builder(ORIGIN)
        .secret(SECRET)
        .environment(environment)
        .danger_single_process_refresh()
        .provider(azure_devops(Client::env()))
        .build();
    let problems = auth.unwrap_err().to_string();
    assert!(problems.contains("AUTH_AZURE_DEVOPS_SECRET_CREATED is \"last week\", which is no date"), "{problems}");
}
