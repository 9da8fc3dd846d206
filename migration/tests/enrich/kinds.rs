//! People of all kinds: what becomes known of them.

use std::time::Duration;

use admit_migration::{ExportedIdentity, Origin};
use admit_testkit::PretendEntra;
use admit_testkit::azure_devops::{Fault, Person, Stage};
use admit_testkit::entra::{Account, FABRIKAM, LAMPLIGHT};

use crate::site::{Site, crowd, key};

/// What is kept, as it is kept.
async fn shown(site: &Site, person: &Person) -> String {
    serde_json::to_string_pretty(&site.evidence(person).await.unwrap()).unwrap()
}

#[tokio::test]
async fn a_member_is_known_by_object_id_and_tenant_and_a_personal_account_by_its_number() {
    let ada = Person::new("ada", "Ada").email("ada@fabrikam.example").also_in(LAMPLIGHT);
    let pia = Person::new("pia", "Pia").personal();
    let site = Site::of(vec![ada.clone(), pia.clone()]).await;
    let (counts, end) = site.run(site.job()).await;
    end.unwrap();
    assert_eq!((counts.complete, counts.total()), (2, 2), "{counts:?}");
    insta::assert_snapshot!(shown(&site, &ada).await, @r#"
    {
      "profile_id": "a6c6ff5a-742f-42f7-a471-c69504ce14e9",
      "subject_descriptor": "aad.OWU1NzI2ODktNGNmZi00YzJiLWFhYTAtMTNjODg2ZDY2MDI5",
      "legacy_descriptor": "Microsoft.IdentityModel.Claims.ClaimsIdentity;7a394543-62fd-4274-a7d2-8fac775942b6\\ada@fabrikam.example",
      "origin": "entra_id",
      "origin_id": "ac24fb7c-82f4-4d7a-82da-99d713a6e2ad",
      "home_tenant": "7a394543-62fd-4274-a7d2-8fac775942b6",
      "asked_at": 1795300000000
    }
    "#);
    // azure.md T102
    insta::assert_snapshot!(shown(&site, &pia).await, @r#"
    {
      "profile_id": "da706ab3-84f0-42d5-81a6-3d19d3a6ff01",
      "subject_descriptor": "msa.NDM2MDA2ODktNGQwZS00ODVjLTkwZjktMTdhOTc0Mjg5ZTlk",
      "legacy_descriptor": "Microsoft.IdentityModel.Claims.ClaimsIdentity;0003AF59C403B17A@Live.com",
      "origin": "personal",
      "origin_id": "0003AF59C403B17A",
      "asked_at": 1795300000200
    }
    "#);
    assert_eq!(site.azure.violations(), [""; 0]);
}

#[tokio::test]
async fn who_is_at_the_pretend_entra_too_has_the_same_object_id_there() {
    let entra =
        PretendEntra::builder("entra-app", "secret", "https://app.example/api/auth/callback/microsoft-entra-id")
            .account(Account::member("gus", "Gus", LAMPLIGHT, "gus@lamplight.example").guest_in(FABRIKAM))
            .account(Account::personal("pia", "Pia", "pia@mail.example"))
            .build();
    let (gus, pia) = (Person::new("gus", "Gus"), Person::new("pia", "Pia"));
    let site = Site::with(vec![gus.clone(), pia.clone()], |azure| azure.entra(entra.clone())).await;
    site.run(site.job()).await.1.unwrap();
    let known = site.evidence(&gus).await.unwrap();
    assert_eq!((known.origin, known.home_tenant.as_deref()), (Origin::EntraId, Some(LAMPLIGHT)));
    assert_eq!(known.origin_id, entra.object_id("gus", LAMPLIGHT));
    assert_eq!(known.user_name(), Some((LAMPLIGHT.to_owned(), "gus@lamplight.example")));
    assert_eq!(site.evidence(&pia).await.unwrap().origin, Origin::Personal);
}

#[tokio::test]
async fn without_the_scope_for_identities_the_tenant_is_known_and_the_object_id_is_not() {
    let ada = Person::new("ada", "Ada");
    let site = Site::with(vec![ada.clone()], |azure| azure.identity_scope("vso.identity")).await;
    let (counts, end) = site.run(site.job()).await;
    end.unwrap();
    assert_eq!((counts.partial, counts.total()), (1, 1), "{counts:?}");
    let known = site.evidence(&ada).await.unwrap();
    assert_eq!((known.origin, known.origin_id.clone()), (Origin::EntraId, None));
    assert_eq!(known.home_tenant.as_deref(), Some(FABRIKAM));
    assert!(!known.marks().iter().any(|mark| mark.starts_with("object:")), "{:?}", known.marks());
}

#[tokio::test]
async fn what_an_older_run_knew_outlives_a_poorer_answer() {
    let ada = Person::new("ada", "Ada");
    let site = Site::of(vec![ada.clone()]).await;
    site.run(site.job()).await.1.unwrap();
    let mut rich = site.evidence(&ada).await.unwrap();
    rich.exported.push(ExportedIdentity { object_id: "o".to_owned(), tenant_id: "t".to_owned() });
    site.auth.evidence().unwrap().put(&key(&ada), &rich, &rich.marks()).await.unwrap();
    site.azure.fail_always(Stage::Identity, Fault::HtmlWith203);
    site.clock.advance(Duration::from_secs(10));
    let (counts, end) = site.run(site.job().all()).await;
    end.unwrap();
    assert_eq!(counts.complete, 1, "what is known is complete: {counts:?}");
    let after = site.evidence(&ada).await.unwrap();
    assert!(after.asked_at > rich.asked_at);
    rich.asked_at = after.asked_at;
    assert_eq!(after, rich);
    let found = site.auth.evidence().unwrap();
    let found = found.find::<admit_migration::AzureEvidence>(&rich.marks(), 10).await.unwrap();
    assert_eq!(found.len(), 1, "and is found by all of it");
}

#[tokio::test]
async fn who_was_asked_about_is_left_alone_until_that_is_old() {
    let site = Site::of(crowd(3)).await;
    let day = Duration::from_secs(86_400);
    site.run(site.job()).await.1.unwrap();
    site.azure.reset_log();
    let (counts, _) = site.run(site.job()).await;
    assert_eq!((counts.fresh, counts.total(), site.asked().len()), (3, 3, 0));
    site.clock.advance(29 * day);
    let (counts, _) = site.run(site.job()).await;
    assert_eq!((counts.fresh, counts.total()), (3, 3));
    let (counts, _) = site.run(site.job().refresh_after(7 * day)).await;
    assert_eq!((counts.captured(), counts.total()), (3, 3));
    let (counts, _) = site.run(site.job().all()).await;
    assert_eq!((counts.captured(), counts.total()), (3, 3));
}

#[tokio::test]
async fn a_dry_run_counts_and_neither_asks_nor_refreshes_nor_writes() {
    let people = crowd(7);
    let site = Site::of(people.clone()).await;
    site.clock.advance(Duration::from_secs(86_400));
    let (counts, end) = site.run(site.job().dry_run()).await;
    end.unwrap();
    assert_eq!((counts.due, counts.total(), counts.left()), (7, 7, 7));
    assert_eq!(site.azure.requests().len(), 0);
    assert_eq!(site.evidence(&people[0]).await, None);
}
