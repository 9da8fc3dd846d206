//! Who vouches for a person: connection data, and `identities/me`.

use crate::app::{ALL, App};
use admit_testkit::azure_devops::{BASE_URL, Fault, Person, Stage};
use admit_testkit::entra::{FABRIKAM, LAMPLIGHT};
use serde_json::json;

fn connection_data() -> String {
    format!("{BASE_URL}/_apis/connectionData?api-version=7.1-preview")
}

fn identity() -> String {
    format!("{BASE_URL}/_apis/identities/me")
}

fn people() -> [Person; 3] {
    [
        Person::new("ada", "Ada").member_of(LAMPLIGHT, "55c8c7b6-7ace-43bc-918f-304dfa2b6317").also_in(FABRIKAM),
        Person::new("pia", "Pia").personal().user_name("pia@mail.example"),
        Person::new("gus", "Gus"),
    ]
}

#[tokio::test]
async fn connection_data_names_the_person_by_descriptors() {
    // azure.md §2.3
    let app = App::with(|builder| builder.people(people()));
    let ada = app.call(&connection_data(), &app.access_token("ada", "vso.profile").await).await;
    let user = &ada.json["authenticatedUser"];
    assert_eq!(*user, ada.json["authorizedUser"]);
    assert_eq!(user["id"], Person::new("ada", "").id);
    let legacy = format!("Microsoft.IdentityModel.Claims.ClaimsIdentity;{LAMPLIGHT}\\ada@fabrikam.example");
    assert_eq!(user["descriptor"], legacy);
    assert!(user["subjectDescriptor"].as_str().unwrap().starts_with("aad."));
    let account = json!({ "$type": "System.String", "$value": "ada@fabrikam.example" });
    assert_eq!(user["properties"]["Account"], account);

    let pia = app.call(&connection_data(), &app.access_token("pia", "vso.profile").await).await;
    let user = &pia.json["authenticatedUser"];
    assert!(user["subjectDescriptor"].as_str().unwrap().starts_with("msa."));
    assert!(user["descriptor"].as_str().unwrap().ends_with("@Live.com"));
}

#[tokio::test]
async fn identities_me_names_origin_and_tenant_for_the_scope_that_it_takes() {
    let app = App::with(|builder| builder.people(people()));
    let ada = app.call(&identity(), &app.access_token("ada", "vso.profile").await).await;
    assert_eq!((ada.text("origin"), ada.text("domain")), ("aad".to_owned(), LAMPLIGHT.to_owned()));
    assert_eq!(ada.text("originId"), "55c8c7b6-7ace-43bc-918f-304dfa2b6317");
    let tenants: Vec<_> = ada.json["tenants"].as_array().unwrap().iter().map(|of| &of["tenantId"]).collect();
    assert_eq!(tenants, [LAMPLIGHT, FABRIKAM]);
    let pia = app.call(&identity(), &app.access_token("pia", "vso.profile").await).await;
    assert_eq!((pia.text("origin"), pia.text("domain")), ("msa".to_owned(), "Windows Live ID".to_owned()));
    assert_eq!(pia.text("originId").len(), 16);
    let gus = app.call(&identity(), &app.access_token("gus", "vso.profile").await).await;
    assert_eq!(gus.text("domain"), FABRIKAM);

    let token = app.access_token("gus", "vso.project").await;
    assert_eq!(app.call(&identity(), &token).await.status, 403);
    assert_eq!(app.call(&connection_data(), &token).await.status, 200, "connection data asks for no scope");
    let strict = App::with(|builder| builder.identity_scope("vso.identity"));
    assert_eq!(strict.call(&identity(), &strict.access_token("norma", ALL).await).await.status, 403);
}

#[tokio::test]
async fn an_organisation_tells_its_members_who_they_are_and_nobody_else() {
    let app = App::new();
    let token = app.access_token("norma", "vso.profile").await;
    let of = |organization: &str| format!("https://dev.azure.com/{organization}/_apis/connectionData");
    assert_eq!(app.call(&of("fabrikam"), &token).await.json["authenticatedUser"]["providerDisplayName"], "Norma Paulk");
    assert!(app.call(&of("elsewhere"), &token).await.is_html());
    assert!(app.call(&connection_data(), "no token").await.is_html());
}

#[tokio::test]
async fn each_of_them_fails_by_itself() {
    let app = App::new();
    let token = app.access_token("norma", "vso.profile").await;
    app.azure.fail_always(Stage::ConnectionData, Fault::HtmlWith203);
    app.azure.fail_once(Stage::Identity, Fault::ByteOrderMark);
    assert_eq!(app.call(&connection_data(), &token).await.status, 203);
    let marked = app.call(&identity(), &token).await;
    assert!(marked.response.body().starts_with("\u{feff}{".as_bytes()));
    assert_eq!((app.azure.count(Stage::ConnectionData), app.azure.count(Stage::Identity)), (1, 1));
    assert_eq!(app.azure.count(Stage::Rest), 0);
}

#[tokio::test]
async fn ten_thousand_people_sign_in_each_as_themselves() {
    let people = (0..10_000).map(|n| Person::new(format!("person{n}"), format!("Person {n}")));
    let app = App::with(|builder| builder.people(people));
    for login in ["person0", "person99", "person9999"] {
        let token = app.access_token(login, "vso.profile").await;
        let me = app.call(&format!("{BASE_URL}/_apis/profile/profiles/me"), &token).await;
        assert_eq!(me.text("id"), Person::new(login, "").id);
    }
}
