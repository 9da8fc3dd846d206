//! The REST API: shapes, scopes, and how a token is turned away.

use std::time::Duration;

use crate::app::{ALL, Answer, App, bearer};
use admit::HttpClient;
use admit_testkit::azure_devops::{BASE_URL, Fault, Person, Stage};
use serde_json::{Value, json};

const ORG: &str = "https://dev.azure.com/fabrikam";

fn me() -> String {
    format!("{BASE_URL}/_apis/profile/profiles/me?details=true&coreAttributes=Avatar&api-version=6.0")
}

/// The names or ids in a list, after a look at its count.
fn each(answer: &Answer, key: &str) -> Vec<Value> {
    let values = answer.json["value"].as_array().unwrap();
    assert_eq!(answer.json["count"], values.len());
    values.iter().map(|value| value[key].clone()).collect()
}

fn wiql(token: &str, project: &str, query: &str) -> http::Request<bytes::Bytes> {
    let mut request = bearer(&format!("{ORG}/{project}/_apis/wit/wiql?api-version=7.1"), token);
    *request.method_mut() = http::Method::POST;
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    *request.body_mut() = json!({ "query": query }).to_string().into();
    request
}

#[tokio::test]
async fn norma_has_an_address_and_a_picture_and_bo_has_neither() {
    // azure.md T48, T50
    let app = App::new();
    let norma = app.call(&me(), &app.access_token("norma", "vso.profile").await).await;
    assert_eq!(norma.text("displayName"), "Norma Paulk");
    assert_eq!(norma.text("emailAddress"), "norma@fabrikam.example");
    assert_eq!(norma.text("publicAlias"), norma.text("id"));
    let picture = norma.json.pointer("/coreAttributes/Avatar/value/value").unwrap().as_str().unwrap();
    assert!(picture.starts_with("iVBORw0KGgo"), "a PNG in base64");

    let bo = app.call(&me(), &app.access_token("bo", "vso.profile").await).await;
    let mut names: Vec<_> = bo.json.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["displayName", "id"]);
    assert_ne!(bo.text("id"), norma.text("id"));
}

#[tokio::test]
async fn the_picture_comes_only_when_it_is_asked_for() {
    let app = App::new();
    let token = app.access_token("norma", "vso.profile").await;
    let profile = app.call(&format!("{BASE_URL}/_apis/profile/profiles/me"), &token).await;
    assert_eq!(profile.json.get("coreAttributes"), None);
}

#[tokio::test]
async fn a_token_that_is_not_taken_gets_a_page_or_for_those_who_decline_it_401() {
    // azure.md T15, T19
    let app = App::new();
    let token = app.access_token("norma", ALL).await;
    app.clock.advance(Duration::from_secs(3599));
    for (url, token) in [(me(), token.as_str()), (me(), "made-up"), (format!("{ORG}/_apis/projects"), &token)] {
        let page = app.call(&url, token).await;
        assert_eq!((page.status, page.is_html()), (203, true), "{url}");

        let mut request = bearer(&url, token);
        request.headers_mut().insert("x-tfs-fedauthredirect", "Suppress".parse().unwrap());
        let refused = Answer::from(app.azure.send(request).await);
        assert_eq!(refused.status, 401);
        assert!(refused.text("message").starts_with("TF400813: "));
        assert_eq!(refused.text("typeKey"), "UnauthorizedRequestException");
    }
}

#[tokio::test]
async fn a_token_lives_until_its_last_second() {
    let app = App::new();
    let token = app.access_token("norma", "vso.profile").await;
    app.clock.advance(Duration::from_secs(3598));
    assert_eq!(app.call(&me(), &token).await.status, 200);
}

#[tokio::test]
async fn only_the_bearer_scheme_counts() {
    let app = App::new();
    let token = app.access_token("norma", "vso.profile").await;
    for header in [token.clone(), format!("Basic {token}"), "Bearer".to_owned(), "Bearer ".to_owned()] {
        let mut request = bearer(&me(), &token);
        request.headers_mut().insert("authorization", header.parse().unwrap());
        assert_eq!(app.azure.send(request).await.unwrap().status(), 203);
    }
}

#[tokio::test]
async fn every_call_needs_its_scope_and_says_which() {
    let app = App::new();
    let token = app.access_token("norma", "vso.profile").await;
    for (path, scope) in [
        ("_apis/projects", "vso.project"),
        ("_apis/wit/workitems?ids=101", "vso.work"),
        ("Harbor/_apis/build/builds", "vso.build"),
        ("Harbor/_apis/git/repositories", "vso.code"),
    ] {
        let refused = app.call(&format!("{ORG}/{path}"), &token).await;
        assert_eq!(refused.status, 403, "{path}");
        assert!(refused.text("message").contains(&format!("lacks the scope {scope}.")), "{path}");
    }
    let of_projects = app.access_token("norma", "vso.project").await;
    assert_eq!(app.call(&me(), &of_projects).await.status, 403);
    let of_work = app.access_token("norma", "vso.work").await;
    assert_eq!(app.call(&me(), &of_work).await.status, 200, "vso.work brings vso.profile along");
}

#[tokio::test]
async fn organisations_are_listed_for_the_member_who_asks() {
    // azure.md T55
    let app = App::new();
    let token = app.access_token("norma", "vso.profile").await;
    let id = app.call(&me(), &token).await.text("id");
    let url = format!("{BASE_URL}/_apis/accounts");
    assert_eq!(
        each(&app.call(&format!("{url}?memberId={id}"), &token).await, "accountName"),
        ["fabrikam", "lamplight"]
    );
    assert!(each(&app.call(&format!("{url}?memberId=somebody"), &token).await, "accountName").is_empty());
    let refused = app.call(&url, &token).await;
    assert_eq!((refused.status, refused.text("typeKey").as_str()), (400, "AccountException"));
    assert_eq!(refused.json["eventId"], 4236);
}

#[tokio::test]
async fn projects_builds_and_repositories_have_their_shapes() {
    let app = App::new();
    let token = app.access_token("norma", ALL).await;
    let projects = app.call(&format!("{ORG}/_apis/projects"), &token).await;
    assert_eq!(each(&projects, "name"), ["Harbor", "Field Notes", "Attic"]);

    let builds = app.call(&format!("{ORG}/Harbor/_apis/build/builds?$top=3"), &token).await;
    assert_eq!(each(&builds, "status"), ["inProgress", "completed", "completed"]);
    assert_eq!(each(&builds, "result"), [Value::Null, json!("succeeded"), json!("failed")]);
    assert_eq!(each(&builds, "startTime")[0], "2026-11-21T22:23:40.000Z");

    let repositories = app.call(&format!("{ORG}/Field%20Notes/_apis/git/repositories"), &token).await;
    assert_eq!(each(&repositories, "name"), ["field-notes"]);
    assert_eq!(each(&repositories, "webUrl")[0], format!("{ORG}/Field%20Notes/_git/field-notes"));
}

#[tokio::test]
async fn a_query_gives_ids_and_the_ids_give_the_items() {
    let app = App::new();
    let token = app.access_token("norma", ALL).await;
    let query = "SELECT [System.Id] FROM WorkItems WHERE [System.AssignedTo] = @Me AND [System.State] <> 'Closed'";
    let found = Answer::from(app.azure.send(wiql(&token, "Harbor", query)).await);
    let ids: Vec<_> = found.json["workItems"].as_array().unwrap().iter().map(|item| item["id"].to_string()).collect();
    assert_eq!(ids, ["101", "104"]);
    assert_eq!(found.json["workItems"][0].as_object().unwrap().len(), 2, "an id and an address, no fields");

    let url = format!("{ORG}/_apis/wit/workitems?ids={}&fields=System.Title,System.AssignedTo", ids.join(","));
    let items = each(&app.call(&url, &token).await, "fields");
    assert_eq!(items[1]["System.Title"], "Two pilots can be booked for one ship");
    assert_eq!(items[1]["System.AssignedTo"]["displayName"], "Norma Paulk");
    assert_eq!(items[1].as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn queries_without_version_or_sense_are_refused() {
    let app = App::new();
    let token = app.access_token("norma", ALL).await;
    let mut unversioned = wiql(&token, "Harbor", "SELECT [System.Id] FROM WorkItems");
    *unversioned.uri_mut() = format!("{ORG}/Harbor/_apis/wit/wiql").parse().unwrap();
    let refused = Answer::from(app.azure.send(unversioned).await);
    assert_eq!((refused.status, refused.text("typeKey").as_str()), (400, "VssVersionNotSpecifiedException"));
    let refused = Answer::from(app.azure.send(wiql(&token, "Harbor", "all of them")).await);
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn what_does_not_exist_is_told_as_azure_devops_tells_it() {
    let app = App::new();
    let token = app.access_token("norma", ALL).await;
    let project = app.call(&format!("{ORG}/Nowhere/_apis/build/builds"), &token).await;
    assert_eq!((project.status, &project.text("message")[..9]), (404, "TF200016:"));
    let item = app.call(&format!("{ORG}/_apis/wit/workitems?ids=101,999"), &token).await;
    assert_eq!((item.status, &item.text("message")[..9]), (404, "TF401232:"));
    assert_eq!(app.call(&format!("{ORG}/_apis/wit/workitems?ids=x"), &token).await.status, 400);
    assert_eq!(app.call(&format!("{ORG}/_apis/nothing"), &token).await.status, 404);
    let of_bo = app.access_token("bo", ALL).await;
    assert_eq!(app.call("https://dev.azure.com/lamplight/_apis/projects", &of_bo).await.status, 203);
}

#[tokio::test]
async fn a_policy_closes_one_organisation_and_leaves_the_profile_open() {
    // azure.md T18
    let app = App::new();
    let token = app.access_token("norma", ALL).await;
    app.azure.fail_always(Stage::Rest, Fault::OrganizationDenied("fabrikam".to_owned()));
    let mut request = bearer(&format!("{ORG}/_apis/projects"), &token);
    request.headers_mut().insert("x-tfs-fedauthredirect", "Suppress".parse().unwrap());
    let refused = Answer::from(app.azure.send(request).await);
    let id = app.call(&me(), &token).await.text("id");
    assert_eq!(refused.status, 401);
    assert!(refused.text("message").contains(&id), "{refused:?}");
    assert_eq!(app.call("https://dev.azure.com/lamplight/_apis/projects", &token).await.status, 200);
}

#[tokio::test]
async fn ids_of_ones_own_are_given_back_as_they_are() {
    // azure.md T52, T53: an application meets them only if the provider sends them.
    for id in ["AAAAAAAA-AAAA-AAAA-AAAA-AAAAAAAAAAAA", "00000000-0000-0000-0000-000000000000"] {
        let app = App::with(|builder| builder.person(Person::new("odd", "Odd").id(id)));
        let token = app.access_token("odd", "vso.profile").await;
        assert_eq!(app.call(&me(), &token).await.text("id"), id);
    }
}
