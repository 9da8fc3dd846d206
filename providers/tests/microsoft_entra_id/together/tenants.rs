//! Whose people sign in, and who is sent away: at each kind of authority.

use admit::Client;
use admit_providers::microsoft_entra_id;
use admit_providers::microsoft_entra_id::EntraIdentity;
use admit_testkit::azure_devops::NoCallback;
use admit_testkit::entra::{CONSUMERS, FABRIKAM, LAMPLIGHT, Stage};

use super::{Meeting, meet, meeting};
use crate::browser::{location, parameter};
use crate::{CLIENT_ID, ORIGIN, SECRET, Site};

fn at(tenant: &str) -> Meeting {
    meet(|entra| entra, |provider| provider.tenant(tenant))
}

/// Who somebody is by the server's own account of it.
fn known(site: &Meeting, login: &str, tenant: &str) -> String {
    format!("{}.{tenant}", site.entra.object_id(login, tenant).unwrap())
}

/// Entra ID shows this person a page in place of sending them back.
async fn turned_away(site: &Meeting, login: &str) -> String {
    let there = site.browser().begin().await;
    match site.entra.authorize_as(login, &there).await {
        Err(NoCallback::Page { page, .. }) => page,
        other => panic!("{login}: {other:?}"),
    }
}

#[tokio::test]
async fn common_lets_everybody_in_and_knows_each_by_their_own_tenant() {
    // azure.md T59, T64
    let site = meeting();
    for (login, tenant) in [("norma", FABRIKAM), ("bo", FABRIKAM), ("vera", LAMPLIGHT), ("pia", CONSUMERS)] {
        assert_eq!(site.subject_of(login).await, known(&site, login, tenant));
    }
    assert_eq!((site.entra.count(Stage::Discovery), site.entra.count(Stage::Keys)), (1, 1));
    assert_eq!(site.entra.violations(), [""; 0]);
}

#[tokio::test]
async fn organizations_lets_every_tenants_people_in_and_no_personal_account() {
    let site = at("organizations");
    assert_eq!(site.subject_of("norma").await, known(&site, "norma", FABRIKAM));
    assert_eq!(site.subject_of("vera").await, known(&site, "vera", LAMPLIGHT));
    assert!(turned_away(&site, "pia").await.contains("AADSTS50020"));
    assert_eq!(site.entra.violations(), [""; 0]);
}

#[tokio::test]
async fn consumers_lets_personal_accounts_in_by_either_name_of_their_tenant() {
    for tenant in ["consumers", CONSUMERS] {
        let site = at(tenant);
        assert_eq!(site.subject_of("pia").await, known(&site, "pia", CONSUMERS), "{tenant}");
        assert!(turned_away(&site, "norma").await.contains("AADSTS50020"));
        assert_eq!(site.entra.violations(), [""; 0]);
    }
}

#[tokio::test]
async fn one_tenant_lets_its_members_and_guests_in_by_identifier_and_by_domain() {
    // azure.md T71; a guest is a person of their own in the tenant that they visit.
    for tenant in [LAMPLIGHT, &LAMPLIGHT.to_uppercase(), "lamplight.example", "Lamplight.Example"] {
        let site = at(tenant);
        for (login, home) in [("vera", LAMPLIGHT), ("norma", FABRIKAM), ("pia", CONSUMERS)] {
            assert_eq!(site.subject_of(login).await, known(&site, login, LAMPLIGHT), "{login} at {tenant}");
            let person = EntraIdentity::read(&site.seen.last().claims).unwrap();
            assert_eq!((person.tenant_id.as_str(), person.is_guest), (LAMPLIGHT, Some(home != LAMPLIGHT)), "{login}");
            let at_home = person.home.unwrap();
            assert_eq!(at_home.tenant_id, home, "{login}");
            assert_eq!(Some(at_home.object_id), site.entra.object_id(login, home), "{login}");
        }
        assert!(turned_away(&site, "bo").await.contains("AADSTS50020"), "{tenant}");
        assert_eq!(site.entra.violations(), [""; 0]);
    }
}

#[tokio::test]
async fn a_code_goes_to_the_authority_that_gave_it_though_the_site_names_another_by_then() {
    // azure.md T94
    let before = at(FABRIKAM);
    let mut browser = before.browser();
    let there = browser.begin().await;
    let back = browser.accept_as("norma", &there).await;
    let (entra, clock) = (before.entra.clone(), before.clock.clone());
    let provider = microsoft_entra_id(Client::new(CLIENT_ID, SECRET)).tenant("common");
    let after = Site::at(entra, clock, provider, |builder| builder);
    let mut browser = browser.at(&after);
    assert_eq!(location(&browser.get(&back).await), format!("{ORIGIN}/dashboard"));
    assert_eq!(after.seen.last().subject, known(&after, "norma", FABRIKAM));
    let sent = after.entra.requests(Stage::Token).remove(0);
    assert!(sent.uri().path().starts_with(&format!("/{FABRIKAM}/")), "{}", sent.uri());
    assert_eq!(after.entra.violations(), [""; 0]);
}

#[tokio::test]
async fn an_allow_list_keeps_out_whom_the_authority_lets_in() {
    for mode in ["common", "organizations"] {
        let site = meet(|entra| entra, |provider| provider.tenant(mode).allowed_tenants([LAMPLIGHT]));
        assert_eq!(site.subject_of("vera").await, known(&site, "vera", LAMPLIGHT));
        // Norma is a guest of Lamplight's, and comes as a member of Fabrikam's.
        assert_eq!(site.refusal_of("norma").await, "organization_not_allowed", "{mode}");
    }
    let site = meet(|entra| entra, |provider| provider.tenant("common").allowed_tenants([FABRIKAM]));
    assert_eq!(site.refusal_of("pia").await, "organization_not_allowed");
}

#[tokio::test]
async fn an_application_for_one_tenant_has_to_name_it() {
    let server = |entra: admit_testkit::entra::Builder| entra.single_tenant(FABRIKAM);
    let unnamed = meet(server, |provider| provider);
    let there = unnamed.browser().begin().await;
    let refused = unnamed.entra.authorize_as("norma", &there).await;
    assert!(matches!(refused, Err(NoCallback::Page { ref page, .. }) if page.contains("AADSTS50194")), "{refused:?}");
    let named = meet(server, |provider| provider.tenant("fabrikam.example"));
    assert_eq!(named.subject_of("norma").await, known(&named, "norma", FABRIKAM));
}

#[tokio::test]
async fn a_tenant_that_nobody_has_is_the_set_ups_mistake_and_nobody_is_sent_there() {
    let site = at("nobody.example");
    let there = site.browser().begin().await;
    let value = |name| parameter(&there, name);
    assert_eq!(
        (value("error").as_deref(), value("code").as_deref()),
        (Some("Configuration"), Some("discovery_invalid"))
    );
}

#[tokio::test]
async fn an_address_counts_as_verified_where_the_token_says_so() {
    let site = meet(|entra| entra.optional_claims(["xms_edov", "acct"]), |provider| provider);
    for (login, expected) in
        [("norma", Some(("norma@fabrikam.example", true))), ("vera", Some(("vera@mail.example", false))), ("bo", None)]
    {
        site.browser().sign_in_as(login).await;
        let email = site.seen.last().email;
        let email = email.as_ref().map(|email| (email.address(), email.is_verified()));
        assert_eq!(email, expected, "{login}");
    }
}

#[tokio::test]
async fn a_posted_answer_signs_in_as_well() {
    let site = meet(|entra| entra, |provider| provider.form_post());
    let mut browser = site.browser();
    let there = browser.begin().await;
    let back = site.entra.authorize_as("norma", &there).await.unwrap();
    browser.post(back.path(), back.form()).await;
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
    assert_eq!(site.entra.violations(), [""; 0]);
}

#[tokio::test]
async fn whoever_cancels_is_told_so_and_stays_out() {
    let site = meeting();
    let mut browser = site.browser();
    let there = browser.begin().await;
    let back = site.entra.cancel_as("norma", &there).await.unwrap().path_and_query();
    let answer = browser.get(&back).await;
    assert_eq!(crate::browser::reason(&answer), "access_denied");
    assert_eq!(browser.session().await, serde_json::Value::Null);
}
