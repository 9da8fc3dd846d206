//! What an administrator exported.

use std::fmt::Write as _;

use admit_migration::{AzureEvidence, Enriched, ImportIdentitiesError, import_identities};
use admit_testkit::azure_devops::Person;
use admit_testkit::entra::{FABRIKAM, LAMPLIGHT};
use serde_json::{Value, json};

use crate::site::{AZURE, Site, crowd, key};

const OBJECT: &str = "55c8c7b6-7ace-43bc-918f-304dfa2b6317";

fn identity(id: &str, object: &str, tenant: &str) -> Value {
    let text = |value: &str| json!({ "$type": "System.String", "$value": value });
    json!({
        "id": id,
        "properties": {
            "Domain": text(tenant),
            "Mail": text("ada@example.com"),
            "http://schemas.microsoft.com/identity/claims/objectidentifier": text(object),
        },
    })
}

#[tokio::test]
async fn an_export_adds_to_accounts_of_this_site_and_keeps_nothing_of_others() {
    let people = [Person::new("ada", "Ada"), Person::new("dora", "Dora, who does not come any more")];
    let site = Site::of(people.to_vec()).await;
    site.azure.revoke_grants("dora");
    let stranger = "11111111-2222-4333-8444-555555555555";
    let rows = json!({ "count": 4, "value": [
        identity(&people[1].id.to_uppercase(), OBJECT, FABRIKAM),
        identity(stranger, "66666666-2222-4333-8444-555555555555", FABRIKAM),
        null,
        identity(&people[1].id, OBJECT, FABRIKAM),
    ]});
    let rows = rows.to_string();
    let import = |writes| import_identities(&site.auth, AZURE, rows.as_bytes(), writes);
    let counts = import(false).await.unwrap();
    assert_eq!(
        (counts.added, counts.known, counts.strangers, counts.unusable),
        (2, 0, 1, 1),
        "a dry run writes nothing"
    );
    assert_eq!(site.evidence(&people[1]).await, None);
    let counts = import(true).await.unwrap();
    assert_eq!((counts.added, counts.known, counts.strangers, counts.unusable), (1, 1, 1, 1));
    let counts = import(true).await.unwrap();
    assert_eq!((counts.added, counts.known), (0, 2), "once more changes nothing");

    let dora = site.evidence(&people[1]).await.unwrap();
    assert_eq!((dora.exported.len(), dora.asked_at), (1, None));
    let evidence = site.auth.evidence().unwrap();
    let found = evidence.find::<AzureEvidence>(&[format!("object:{FABRIKAM}/{OBJECT}")], 10).await.unwrap();
    assert_eq!(found.iter().map(|known| known.account.clone()).collect::<Vec<_>>(), [key(&people[1])]);
    assert_eq!(evidence.page::<AzureEvidence>(AZURE, None, 10).await.unwrap().len(), 1);

    // Who was not asked about still is.
    let (counts, end) = site.run(site.job()).await;
    end.unwrap();
    assert_eq!((counts.fresh, counts.complete, counts.not_accepted), (0, 1, 1), "{counts:?}");
    assert_eq!(site.evidence(&people[1]).await.unwrap().exported.len(), 1, "and what was exported stays");
}

#[tokio::test]
async fn a_row_without_a_profile_id_is_found_by_its_descriptor() {
    let ada = Person::new("ada", "Ada").subject_descriptor("aad.QUJD");
    let site = Site::of(vec![ada.clone()]).await;
    assert_eq!(site.in_time(site.job().next()).await.unwrap(), Some(Enriched::Complete));
    let user = |tenant: &str, descriptor: &str| json!({ "origin": "aad", "originId": OBJECT, "domain": tenant, "descriptor": descriptor });
    let lines = format!("\u{feff}{}\n{}\n", user(LAMPLIGHT, "aad.QUJD"), user(LAMPLIGHT, "aad.other"));
    let counts = import_identities(&site.auth, AZURE, lines.as_bytes(), true).await.unwrap();
    assert_eq!((counts.added, counts.strangers), (1, 1));
    let known = site.evidence(&ada).await.unwrap();
    assert_eq!((known.exported[0].object_id.as_str(), known.exported[0].tenant_id.as_str()), (OBJECT, LAMPLIGHT));
    assert_eq!(known.home_tenant.as_deref(), Some(FABRIKAM), "what was asked is as it was");
}

#[tokio::test]
async fn what_is_no_export_changes_nothing() {
    let ada = Person::new("ada", "Ada");
    let site = Site::of(vec![ada.clone()]).await;
    let mut cut = json!([identity(&ada.id, OBJECT, FABRIKAM)]).to_string();
    cut.pop();
    for broken in ["", "<html>", cut.as_str()] {
        let error = import_identities(&site.auth, AZURE, broken.as_bytes(), true).await.unwrap_err();
        assert!(matches!(error, ImportIdentitiesError::Unreadable(_)), "{broken}: {error:?}");
    }
    assert_eq!(site.evidence(&ada).await, None);
}

#[tokio::test]
async fn a_hundred_thousand_rows_are_read_and_those_of_this_site_are_added() {
    let people = crowd(20);
    let site = Site::of(people.clone()).await;
    let mut export = String::from("{\"count\":100000,\"value\":[");
    for n in 0..100_000_u32 {
        let id = match people.get(n as usize / 5000).filter(|_| n % 5000 == 0) {
            Some(person) => person.id.clone(),
            None => format!("{n:08x}-2222-4333-8444-555555555555"),
        };
        let comma = if n == 0 { "" } else { "," };
        let (object, domain) = (format!("{n:08x}-3333-4333-8444-555555555555"), FABRIKAM);
        write!(
            export,
            "{comma}{{\"id\":\"{id}\",\"properties\":{{\"Domain\":{{\"$value\":\"{domain}\"}},\
             \"http://schemas.microsoft.com/identity/claims/objectidentifier\":{{\"$value\":\"{object}\"}}}}}}"
        )
        .unwrap();
    }
    export.push_str("]}");
    let counts = import_identities(&site.auth, AZURE, export.as_bytes(), true).await.unwrap();
    assert_eq!((counts.added, counts.strangers, counts.unusable), (20, 99_980, 0));
}
