//! Runs that break off, at any point.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use admit_migration::enrich;
use admit_testkit::azure_devops::Stage;

use crate::site::{AZURE, Site, crowd};

#[tokio::test]
async fn a_run_that_is_killed_anywhere_is_begun_anew_and_asks_about_one_account_twice_at_most() {
    let people = crowd(12);
    for steps in (0..120).step_by(7) {
        let site = Site::of(people.clone()).await;
        let mut job = site.job();
        let mut left = steps;
        // Killed between two polls of whatever it is doing.
        {
            let mut work = pin!(async { while site.in_time(job.next()).await.unwrap().is_some() {} });
            poll_fn(|cx| {
                left -= 1;
                if left < 0 || work.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(());
                }
                cx.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
        }
        drop(job);
        let auth = site.restarted();
        let (counts, end) = site.run(enrich(&auth, AZURE).unwrap()).await;
        end.unwrap();
        assert_eq!((counts.complete + counts.fresh, counts.total()), (12, 12), "{steps}: {counts:?}");
        for person in &people {
            assert!(site.evidence(person).await.unwrap().is_complete());
        }
        let mut asked = BTreeMap::<_, usize>::new();
        for request in site.azure.requests().iter().filter(|request| request.stage == Stage::Profile) {
            *asked.entry(request.request().headers()["authorization"].clone().as_bytes().to_vec()).or_default() += 1;
        }
        let twice = asked.values().filter(|times| **times > 1).count();
        assert!(asked.len() == 12 && twice <= 1 && asked.values().all(|times| *times <= 2), "{steps}: {twice}");
        assert_eq!(site.azure.violations(), [""; 0]);
    }
}

#[tokio::test]
async fn a_call_that_is_given_up_passes_over_nobody() {
    let site = Site::of(crowd(3)).await;
    let mut job = site.job();
    let held = site.store.hold("tokens.load");
    {
        let mut next = pin!(job.next());
        tokio::select! {
            biased;
            _ = &mut next => panic!("it waits for the store"),
            () = held.until_waiting(1) => {}
        }
    }
    held.release();
    let (counts, end) = site.run(job).await;
    end.unwrap();
    assert_eq!((counts.complete, counts.total()), (3, 3));
}
