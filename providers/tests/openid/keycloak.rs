//! Keycloak: one realm, told by its address.

use admit::Client;
use admit_providers::keycloak;
use admit_providers::keycloak::{Keycloak, Roles};
use serde_json::json;

use crate::browser::{location, parameter, reason};
use crate::{CLIENT_ID, ORIGIN, SECRET, Site, builder, environment, problems};

const STAFF: &str = "https://id.example/realms/staff";

fn staff() -> Keycloak {
    keycloak(Client::new(CLIENT_ID, SECRET)).issuer(STAFF)
}

#[tokio::test]
async fn a_person_of_the_realm_signs_in_and_brings_their_roles() {
    let site = Site::new(staff().name("Staff"), STAFF);
    site.says(json!({
        "sub": "c0ffee00-0000-4000-8000-000000000001", "preferred_username": "ada", "name": null,
        "realm_access": { "roles": ["staff"] }, "resource_access": { CLIENT_ID: { "roles": ["editor"] } },
    }));
    let ada = site.sign_in().await;
    assert_eq!(ada.profile.subject, "c0ffee00-0000-4000-8000-000000000001");
    assert_eq!(ada.profile.name.as_deref(), Some("ada"));
    let roles = Roles::of(&ada.claims);
    assert!(roles.in_realm("staff") && roles.in_client(CLIENT_ID, "editor") && !roles.in_realm("editor"));
    assert_eq!(site.server.violations(), [""; 0]);
}

#[tokio::test]
async fn the_environment_names_the_realm_unless_the_code_does() {
    let named = || environment(&[("AUTH_KEYCLOAK_ISSUER", STAFF)]);
    let nameless = keycloak(Client::new(CLIENT_ID, SECRET));
    Site::and(nameless, STAFF, |server| server, |builder| builder.environment(named())).sign_in().await;

    let legacy = "https://id.example/auth/realms/guests";
    let guests = keycloak(Client::new(CLIENT_ID, SECRET)).issuer(legacy);
    Site::and(guests, legacy, |server| server, |builder| builder.environment(named())).sign_in().await;
}

#[tokio::test]
async fn a_token_of_another_realm_of_the_same_server_is_not_taken() {
    let site = Site::new(staff(), STAFF);
    site.says(json!({ "iss": "https://id.example/realms/guests" }));
    assert_eq!(site.refused().await, "id_token_invalid");
    site.says(json!({}));
    let mut browser = site.browser();
    let back = browser.consent().await.replace("staff", "guests");
    assert_eq!(reason(&browser.get(&back).await), "provider_mismatch");
}

#[tokio::test]
async fn whoever_signs_out_is_signed_out_of_the_realm_where_that_is_said() {
    let site = Site::new(staff().describe(|realm| realm.sign_out_at_provider()), STAFF);
    let mut browser = site.browser();
    browser.sign_in().await;
    let there = browser.sign_out().await;
    assert!(there.starts_with(STAFF), "{there}");
    assert_eq!(parameter(&there, "client_id").as_deref(), Some(CLIENT_ID));
    let back = format!("{ORIGIN}/api/auth/signout/keycloak");
    assert_eq!(parameter(&there, "post_logout_redirect_uri"), Some(back));

    let plain = Site::new(staff(), STAFF);
    let mut browser = plain.browser();
    browser.sign_in().await;
    assert!(browser.sign_out().await.starts_with(ORIGIN));
    // A sign-in after it goes on as before.
    assert_eq!(location(&browser.trip().await), format!("{ORIGIN}/dashboard"));
}

#[test]
fn an_address_that_is_almost_the_realms_is_told_before_anybody_signs_in() {
    let told = ["https://id.example/realms/staff/", "https://id.example", ""]
        .map(|issuer| problems(builder(keycloak(Client::new(CLIENT_ID, SECRET)).issuer(issuer))));
    insta::assert_snapshot!(told.join("\n"), @r#"
    admit cannot start, 1 problem:
    - keycloak: the issuer is "https://id.example/realms/staff/", and the realm calls itself without the slash at its end; write it as "https://<host>/realms/<realm>", with .issuer(…) or in the environment
    admit cannot start, 1 problem:
    - keycloak: the issuer is "https://id.example", which is no realm's address; write it as "https://<host>/realms/<realm>", with .issuer(…) or in the environment
    admit cannot start, 2 problems:
    - keycloak: the issuer is ""; it must be an https address without query and fragment, as the provider writes it
    - keycloak: nobody says which realm it is; write it as "https://<host>/realms/<realm>", with .issuer(…) or in the environment
    "#);
}
