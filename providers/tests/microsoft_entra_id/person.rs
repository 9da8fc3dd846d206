//! Who the person is, as the application's callbacks see it.

use admit::Email;
use admit_providers::microsoft_entra_id::{EntraIdentity, Groups};
use admit_testkit::oidc::Stage;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::{ADA, CONTOSO, FABRIKAM, Site, ada_in};

const AT_HOME: &str = "aaaaaaaa-1111-4222-8333-444444444444";

fn client_info(uid: &str, utid: &str) -> String {
    URL_SAFE_NO_PAD.encode(json!({ "uid": uid, "utid": utid }).to_string())
}

#[tokio::test]
async fn a_guest_is_a_person_of_their_own_and_known_at_home() {
    // azure.md T99
    let site = Site::new();
    site.entra.says_beside(json!({ "client_info": client_info(AT_HOME, FABRIKAM) }));
    assert_eq!(site.sign_in().await, format!("{ADA}.{CONTOSO}"));
    let person = EntraIdentity::read(&site.seen.last().claims).unwrap();
    let home = person.home.clone().unwrap();
    assert_eq!((home.object_id.as_str(), home.tenant_id.as_str()), (AT_HOME, FABRIKAM));
    assert_eq!((person.is_guest, person.subject()), (Some(true), format!("{ADA}.{CONTOSO}")));

    site.entra.says_beside(json!({ "client_info": client_info(ADA, CONTOSO) }));
    site.sign_in().await;
    assert_eq!(EntraIdentity::read(&site.seen.last().claims).unwrap().is_guest, Some(false));
}

#[tokio::test]
async fn what_the_browser_brings_of_somebodys_home_is_not_believed() {
    // azure.md T100
    let site = Site::new();
    let mut browser = site.browser();
    let back = browser.consent().await;
    browser.get(&format!("{back}&client_info={}", client_info(AT_HOME, FABRIKAM))).await;
    assert_eq!(EntraIdentity::read(&site.seen.last().claims).unwrap().home, None);
}

#[tokio::test]
async fn without_oid_and_tid_nobody_signs_in_and_sub_does_not_stand_in() {
    for (name, expected) in [("oid", "profile_invalid"), ("tid", "id_token_invalid")] {
        let site = Site::new();
        let mut claims = ada_in(CONTOSO);
        claims[name] = Value::Null;
        site.entra.says(claims);
        assert_eq!(site.refused().await, expected, "{name}");
    }
}

#[tokio::test]
async fn an_address_is_none_unless_told_and_unverified_unless_vouched_for() {
    // ENT-019, ENT-021, azure.md T75, T77
    for (more, expected) in [
        (json!({ "upn": "ada@contoso.example", "preferred_username": "ada@contoso.example" }), None),
        (json!({ "upn": "ada_x.example#EXT#@contoso.onmicrosoft.com", "acct": "1" }), None),
        (json!({ "preferred_username": "ada_x.example#EXT#@contoso.onmicrosoft.com", "acct": 1 }), None),
        (json!({ "email": "ada_x.example#EXT#@contoso.onmicrosoft.com" }), None),
        (json!({ "email": "ada@contoso.example" }), Some(Email::unverified("ada@contoso.example"))),
        (
            json!({ "email": "ada@contoso.example", "email_verified": true, "xms_edov": ["odd"] }),
            Some(Email::unverified("ada@contoso.example")),
        ),
        (json!({ "email": "ada@contoso.example", "xms_edov": "1" }), Some(Email::verified("ada@contoso.example"))),
    ] {
        let site = Site::new();
        let mut claims = ada_in(CONTOSO);
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        site.entra.says(claims);
        let mut browser = site.browser();
        browser.sign_in().await;
        assert_eq!(site.seen.last().email, expected, "{more}");
        assert_eq!(site.seen.last().subject, format!("{ADA}.{CONTOSO}"));
        let address = expected.as_ref().map_or(Value::Null, |email| email.address().into());
        assert_eq!(browser.session().await["user"]["email"], address, "{more}");
    }
}

#[tokio::test]
async fn groups_that_do_not_fit_are_said_not_to_and_nothing_is_fetched_for_them() {
    // ENT-010, azure.md T78
    let site = Site::new();
    let mut claims = ada_in(CONTOSO);
    claims["_claim_names"] = json!({ "groups": "src1" });
    claims["_claim_sources"] =
        json!({ "src1": { "endpoint": "https://graph.windows.net/x/users/y/getMemberObjects" } });
    site.entra.says(claims);
    site.sign_in().await;
    let person = EntraIdentity::read(&site.seen.last().claims).unwrap();
    assert_eq!((person.groups.contains("any"), &person.groups), (None, &Groups::Overage));
    // The pretend authority takes down every request that is not its own.
    assert_eq!(site.entra.oidc.violations(), [""; 0]);
    assert_eq!(site.entra.oidc.count(Stage::Userinfo), 0);
}
