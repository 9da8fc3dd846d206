//! Nodes of one site that differ: in their clocks, and in their secrets.

use std::cell::Cell;
use std::time::Duration;

use admit::store::{NewUser, UserStore};
use admit::{Auth, AuthBuilder, Client, Email, Environment, MemoryStore, Profile, Reseal};
use admit_providers::azure_devops;
use admit_testkit::{Faulty, FixedClock, FixedRandom};
use serde_json::Value;

use crate::support::{Browser, CLIENT_SECRET, ORIGIN, SECRET, Site, location};

/// A further node beside a site, with its own clock.
fn beside(site: &Site, clock: FixedClock, seed: u64, configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Site {
    let builder = Auth::builder(ORIGIN)
        .environment(Environment::default())
        .clock(clock.clone())
        .random(FixedRandom::new(seed))
        .http_client(site.azure.clone())
        .provider(azure_devops(Client::new("app-id", CLIENT_SECRET)).scopes(["vso.profile", "vso.project"]))
        .danger_single_process_refresh();
    Site { auth: configure(builder).build().expect("a node"), azure: site.azure.clone(), clock }
}

/// The jar of a browser, whose next request goes to another node.
fn at<'a>(node: &'a Site, browser: &Browser<'_>) -> Browser<'a> {
    // The browser's own clock is none of the nodes'.
    let mut there = node.browser();
    there.jar = browser.jar.clone();
    there
}

#[tokio::test]
async fn nodes_whose_clocks_differ_by_ninety_seconds_share_trips_and_sessions() {
    // FLT-018
    for in_store in [false, true] {
        let store = MemoryStore::new();
        let home = |builder: AuthBuilder| if in_store { builder.store(store.clone()) } else { builder };
        let behind = Site::with(|builder| home(builder.danger_single_process_refresh()));
        let ahead = FixedClock::default();
        ahead.advance(Duration::from_secs(90));
        let ahead = beside(&behind, ahead, 5, |builder| home(builder.secret(SECRET)));
        for (first, second) in [(&behind, &ahead), (&ahead, &behind)] {
            let mut browser = first.browser();
            let back = browser.consent("/in").await;
            let mut browser = at(second, &browser);
            assert_eq!(location(&browser.get(&back).await), format!("{ORIGIN}/in"));
            for node in [first, second, first] {
                let mut there = at(node, &browser);
                assert_eq!(there.session().await["user"]["name"], "Norma Paulk");
                assert!(there.current("/").is_signed_in().await.unwrap());
                browser.jar = there.jar;
            }
            let mut there = at(first, &browser);
            there.sign_out().await;
            assert_eq!(there.session().await, Value::Null);
        }
    }
}

#[tokio::test]
async fn a_rotation_of_the_secret_signs_nobody_out() {
    // FLT-022
    const OLD: &str = SECRET;
    const NEW: &str = "a newer secret for tests, thirty-two bytes or more";
    for in_store in [false, true] {
        let store = MemoryStore::new();
        let seed = Cell::new(10);
        let node = |site: &Site, secrets: &[&str]| {
            seed.set(seed.get() + 1);
            beside(site, site.clock.clone(), seed.get(), |builder| {
                let builder = secrets.iter().fold(builder, |builder, secret| builder.secret(*secret));
                if in_store { builder.store(store.clone()) } else { builder }
            })
        };
        let site = Site::new();
        let old = node(&site, &[OLD]);
        let mut people = Vec::new();
        for _ in 0..20 {
            let mut browser = old.browser();
            browser.sign_in().await;
            people.push(browser.jar);
        }
        // First every node learns to read the new one, then each seals with it, then the old one goes, once all sessions
        // were written anew. Nodes of two stages run beside each other each time.
        let stages: [&[&str]; 4] = [&[OLD], &[OLD, NEW], &[NEW, OLD], &[NEW]];
        let mut signed_out = 0;
        let mut requests = 0;
        for pair in stages.windows(2) {
            let nodes = [node(&site, pair[0]), node(&site, pair[1])];
            for round in 0..4 {
                for (person, jar) in people.iter_mut().enumerate() {
                    let mut browser = nodes[(person + round) % 2].browser();
                    browser.jar = jar.clone();
                    requests += 1;
                    signed_out += usize::from(browser.session().await == Value::Null);
                    *jar = browser.jar;
                }
            }
            // A trip that was begun at the one is finished at the other.
            for (first, second) in [(0, 1), (1, 0)] {
                let mut browser = nodes[first].browser();
                let back = browser.consent("/in").await;
                assert_eq!(location(&at(&nodes[second], &browser).get(&back).await), format!("{ORIGIN}/in"));
            }
            if pair[1] == [NEW, OLD] {
                // Everybody comes by while both are known, to a node that seals with the new one.
                for jar in &mut people {
                    let mut browser = nodes[1].browser();
                    browser.jar = jar.clone();
                    signed_out += usize::from(browser.session().await == Value::Null);
                    *jar = browser.jar;
                }
                // What lies in a store is written anew by the job that is for it.
                let mut progress = Reseal::default();
                while !progress.is_done() {
                    progress = nodes[1].auth.reseal(progress, 8).await.unwrap();
                }
            }
        }
        assert_eq!((signed_out, requests), (0, 240), "in a store: {in_store}");
    }
}

/// Two first sign-ins of one person: one is between its two look-ups when the other is done.
#[tokio::test]
async fn a_person_who_is_added_between_two_look_ups_is_no_stranger_with_their_address() {
    let store = Faulty::new(MemoryStore::new());
    let users = store.clone();
    let site = Site::with(|builder| builder.user_store(users).danger_single_process_refresh());
    // Who Norma is, from a site of her own.
    let elsewhere = MemoryStore::new();
    let known = elsewhere.clone();
    let other = Site::with(|builder| builder.user_store(known).danger_single_process_refresh());
    other.browser().sign_in().await;
    let norma = elsewhere.user_by_email("norma@fabrikam.example").await.unwrap().unwrap();
    let account = elsewhere.accounts(&norma.id).await.unwrap().remove(0);

    let mut browser = site.browser();
    let back = browser.consent("/in").await;
    let held = store.hold("users.user_by_email");
    let (answer, ()) = tokio::join!(browser.get(&back), async {
        held.until_waiting(1).await;
        let profile = Profile::new(&account.subject).email(Some(Email::unverified("norma@fabrikam.example")));
        UserStore::create(store.inner(), NewUser { id: "n".to_owned(), profile }, &account).await.unwrap();
        held.release();
    });
    assert_eq!(location(&answer), format!("{ORIGIN}/in"));
    assert_eq!(browser.current("/").session().await.unwrap().unwrap().user.id, "n");
}
