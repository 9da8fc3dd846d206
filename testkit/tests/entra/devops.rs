//! The pretend Azure DevOps takes the pretend Entra ID's tokens.

use std::sync::Arc;

use admit::HttpClient as _;
use admit_testkit::azure_devops::{BASE_URL, Organization, Person, Project};
use admit_testkit::entra::{FABRIKAM, LAMPLIGHT};
use admit_testkit::{FixedRandom, PretendAzureDevOps};
use bytes::Bytes;
use http::Request;

use super::app::{Answer, App, USUAL};

const SCOPE: &str = "openid 499b84ac-1321-427f-aa17-267ca6975798/vso.profile \
                     499b84ac-1321-427f-aa17-267ca6975798/vso.project";

fn azure(
    app: &App,
    describe: impl FnOnce(admit_testkit::azure_devops::Builder) -> admit_testkit::azure_devops::Builder,
) -> PretendAzureDevOps {
    let builder = PretendAzureDevOps::builder("unused", "unused", "https://app.example/unused");
    let builder = builder.clock(Arc::new(app.clock.clone())).random(Arc::new(FixedRandom::new(2)));
    describe(builder.entra(app.entra.clone())).build()
}

async fn call(azure: &PretendAzureDevOps, url: &str, token: &str) -> Answer {
    let request = Request::get(url).header("Authorization", format!("Bearer {token}"));
    Answer::from(azure.send(request.header("X-TFS-FedAuthRedirect", "Suppress").body(Bytes::new()).unwrap()).await)
}

#[tokio::test]
async fn a_token_for_azure_devops_reads_projects() {
    let app = App::new();
    let azure = azure(&app, |builder| builder);
    let token = app.sign_in("norma", FABRIKAM, SCOPE).await.text("access_token");
    let profile = call(&azure, &format!("{BASE_URL}/_apis/profile/profiles/me"), &token).await;
    assert_eq!(profile.text("displayName"), "Norma Paulk");
    let projects = call(&azure, "https://dev.azure.com/fabrikam/_apis/projects", &token).await;
    assert_eq!((projects.status, projects.json["count"].as_u64()), (200, Some(3)));
    // Scopes hold here as they do for its own tokens.
    let builds = call(&azure, "https://dev.azure.com/fabrikam/Harbor/_apis/build/builds", &token).await;
    assert_eq!(builds.status, 403);
    let all = app.sign_in("norma", FABRIKAM, "openid 499b84ac-1321-427f-aa17-267ca6975798/user_impersonation").await;
    let builds =
        call(&azure, "https://dev.azure.com/fabrikam/Harbor/_apis/build/builds", &all.text("access_token")).await;
    assert_eq!(builds.status, 200);
    assert_eq!(azure.violations(), [""; 0]);
}

#[tokio::test]
async fn a_token_for_graph_is_no_token_there() {
    let app = App::new();
    let azure = azure(&app, |builder| builder);
    let token = app.sign_in("norma", FABRIKAM, USUAL).await.text("access_token");
    assert_eq!(call(&azure, "https://dev.azure.com/fabrikam/_apis/projects", &token).await.status, 401);
}

#[tokio::test]
async fn a_token_shows_the_organisations_of_its_tenant() {
    // T54: at home a guest sees nothing of the host's.
    let app = App::new();
    let organisation = Organization::new("lamplight").tenant(LAMPLIGHT).project(Project::new("Lantern", ""));
    let azure = azure(&app, |builder| builder.person(Person::new("norma", "Norma Paulk").organization(organisation)));
    for (authority, count, status) in [("common", 0, 401), (LAMPLIGHT, 1, 200)] {
        let token = app.sign_in("norma", authority, SCOPE).await.text("access_token");
        let profile = call(&azure, &format!("{BASE_URL}/_apis/profile/profiles/me"), &token).await;
        let accounts = format!("{BASE_URL}/_apis/accounts?memberId={}", profile.text("id"));
        assert_eq!(call(&azure, &accounts, &token).await.json["count"], count, "{authority}");
        let projects = call(&azure, "https://dev.azure.com/lamplight/_apis/projects", &token).await;
        assert_eq!(projects.status, status);
    }
    // Somebody whom only Entra ID knows is there, and has nothing.
    let token = app.sign_in("vera", LAMPLIGHT, SCOPE).await.text("access_token");
    let profile = call(&azure, &format!("{BASE_URL}/_apis/profile/profiles/me"), &token).await;
    assert_eq!(
        (profile.text("displayName"), profile.text("emailAddress")),
        ("Vera Okafor".into(), "vera@mail.example".into())
    );
}

#[tokio::test]
async fn its_back_channel_leads_to_both() {
    let app = App::new();
    let azure = azure(&app, |builder| builder);
    let keys = "https://login.microsoftonline.com/common/discovery/v2.0/keys";
    let answer = azure.send(Request::get(keys).body(Bytes::new()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_guest_has_another_profile_where_they_are_a_guest_and_one_home() {
    let app = App::new();
    let other = "77777777-7777-4777-8777-777777777777";
    let azure =
        azure(&app, |builder| builder.person(Person::new("norma", "Norma Paulk").profile_id_in(LAMPLIGHT, other)));
    let mut descriptors = Vec::new();
    for (tenant, id) in [(FABRIKAM, Person::new("norma", "").id.as_str()), (LAMPLIGHT, other)] {
        let token = app.sign_in("norma", tenant, SCOPE).await.text("access_token");
        let profile = call(&azure, &format!("{BASE_URL}/_apis/profile/profiles/me"), &token).await;
        assert_eq!(profile.text("id"), id, "{tenant}");
        let connection = call(&azure, &format!("{BASE_URL}/_apis/connectionData"), &token).await;
        let user = &connection.json["authenticatedUser"];
        assert_eq!(user["id"], id, "{tenant}");
        let legacy = format!("Microsoft.IdentityModel.Claims.ClaimsIdentity;{tenant}\\norma@fabrikam.example");
        assert_eq!(user["descriptor"], legacy);
        descriptors.push(user["subjectDescriptor"].clone());
        let me = call(&azure, &format!("{BASE_URL}/_apis/identities/me"), &token).await;
        assert_eq!(
            (me.text("domain"), Some(me.text("originId"))),
            (FABRIKAM.to_owned(), app.entra.object_id("norma", FABRIKAM))
        );
        assert_eq!(me.text("id"), Person::new("norma", "").id, "that of the home tenant's profile");
    }
    assert_ne!(descriptors[0], descriptors[1]);
}
