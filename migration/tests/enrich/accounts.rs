//! Which accounts are looked at: those with tokens, and those of users who have none; readable or not.

use admit::Profile;
use admit::store::{AccountKey, EvidenceStore, NewUser, TokenStore, UserStore};
use admit_migration::enrich;

use crate::site::{AZURE, Site, crowd, key};

async fn user_with(site: &Site, account: &AccountKey) {
    let new = NewUser { id: format!("user-{}", account.subject), profile: Profile::new(&account.subject) };
    site.store.inner().create(new, account).await.unwrap();
}

#[tokio::test]
async fn a_user_whose_tokens_have_gone_is_counted_wherever_they_stand_among_the_others() {
    // More than a page of each.
    let people = crowd(230);
    let site = Site::of(people.clone()).await;
    for (n, person) in people.iter().enumerate() {
        // Each third has no user, and each fifth no tokens: some have neither.
        if n % 3 > 0 {
            user_with(&site, &key(person)).await;
        }
        if n % 5 == 0 {
            TokenStore::delete(&site.store, &key(person)).await.unwrap();
        }
    }
    let (whole, without, neither) = (184, 46 - 16, 16);
    assert_eq!(whole + without + neither, people.len() as u64);
    let auth = site.with_users();
    let (dry, end) = site.run(enrich(&auth, AZURE).unwrap().dry_run()).await;
    end.unwrap();
    assert_eq!((dry.due, dry.no_grant, dry.total()), (whole, without, whole + without), "{dry:?}");
    let (counts, end) = site.run(enrich(&auth, AZURE).unwrap()).await;
    end.unwrap();
    assert_eq!((counts.complete, counts.no_grant, counts.total()), (whole, without, whole + without), "{counts:?}");
    let (again, end) = site.run(enrich(&auth, AZURE).unwrap()).await;
    end.unwrap();
    assert_eq!((again.fresh, again.no_grant), (whole, without), "{again:?}");
}

#[tokio::test]
async fn what_opens_under_no_key_is_counted_and_does_not_stop_the_job() {
    let people = crowd(20);
    let site = Site::of(people.clone()).await;
    site.run(site.job()).await.1.unwrap();
    // More in a row than there may be that Azure DevOps gives no answer for.
    for person in &people[..8] {
        let mut row = EvidenceStore::load(site.store.inner(), &key(person)).await.unwrap().unwrap();
        *row.sealed.last_mut().unwrap() ^= 1;
        EvidenceStore::put(site.store.inner(), row).await.unwrap();
    }
    for person in &people[8..16] {
        let mut stored = TokenStore::load(&site.store, &key(person)).await.unwrap().unwrap();
        *stored.sealed.last_mut().unwrap() ^= 1;
        TokenStore::put(&site.store, stored).await.unwrap();
    }
    let (counts, end) = site.run(site.job().all()).await;
    end.unwrap();
    assert_eq!((counts.failed, counts.complete, counts.total()), (16, 4, 20), "{counts:?}");
}
