use super::replay::{Replay, header, html, json, refusal};
use super::*;

fn token() -> Secret {
    Secret::new("at-1")
}

fn name(name: &str) -> Name {
    name.parse().unwrap()
}

const ME: &str = "https://app.vssps.visualstudio.com/_apis/profile/profiles/me?api-version=7.1-preview.3";

#[tokio::test]
async fn every_request_carries_the_token_and_asks_for_json_and_no_sign_in_page() {
    let replay = Replay::new([json(200, r#"{"id":"p-1","displayName":"Ada"}"#)]);
    let profile = replay.azure().profile(&token()).await.unwrap();
    assert_eq!((profile.id.as_str(), profile.display_name.as_deref()), ("p-1", Some("Ada")));
    assert_eq!(replay.lines(), [format!("GET {ME}")]);
    let request = replay.request(0);
    assert_eq!(request.headers()["accept"], "application/json;api-version=7.1");
    assert_eq!(request.headers()["authorization"], "Bearer at-1");
    assert_eq!(request.headers()["x-tfs-fedauthredirect"], "Suppress");
    assert!(!format!("{request:?}").contains("at-1"));
}

#[tokio::test]
async fn a_token_that_fits_no_header_is_not_sent_and_not_told() {
    let replay = Replay::new([]);
    let error = replay.azure().profile(&Secret::new("at\r\nx: y")).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("x: y"));
    assert!(replay.lines().is_empty());
}

// T54
#[tokio::test]
async fn no_organisations_is_an_answer() {
    let replay = Replay::new([json(200, r#"{"count":0,"value":[]}"#)]);
    let found = replay.azure().organisations(&token(), "p 1").await.unwrap();
    assert_eq!(found, Listing { items: Vec::new(), is_complete: true });
    let expected = "GET https://app.vssps.visualstudio.com/_apis/accounts?memberId=p%201&api-version=7.1-preview.1";
    assert_eq!(replay.lines(), [expected]);
}

// T55
#[tokio::test]
async fn organisations_are_not_asked_for_without_a_member() {
    let replay = Replay::new([]);
    assert!(matches!(replay.azure().organisations(&token(), "").await, Err(AzureError::Unexpected { .. })));
    assert!(replay.lines().is_empty());
}

#[tokio::test]
async fn a_list_that_goes_on_says_so() {
    let answer = json(200, r#"{"count":1,"value":[{"id":"1","name":"Shop"}]}"#);
    let replay = Replay::new([header(answer, "x-ms-continuationtoken", "200")]);
    let found = replay.azure().projects(&token(), &name("My Org")).await.unwrap();
    assert!(!found.is_complete);
    assert_eq!(found.items[0].name, "Shop");
    assert_eq!(replay.lines(), ["GET https://dev.azure.com/My%20Org/_apis/projects?$top=200&api-version=7.1"]);
}

#[tokio::test]
async fn work_items_are_found_by_query_and_read_by_id_in_the_querys_order() {
    let replay = Replay::new([
        json(200, r#"{"queryType":"flat","workItems":[{"id":9,"url":"…"},{"id":4,"url":"…"},{"id":5,"url":"…"}]}"#),
        json(
            200,
            r#"{"count":3,"value":[{"id":4,"fields":{"System.Title":"four"}},null,{"id":9,"fields":{"System.Title":"nine"}}]}"#,
        ),
    ]);
    let found = replay.azure().work_items(&token(), &name("org"), &name("a/b")).await.unwrap();
    let titles: Vec<_> = found.items.iter().map(|item| item.title.as_deref().unwrap()).collect();
    assert_eq!(titles, ["nine", "four"]);
    assert!(found.is_complete);
    assert_eq!(
        replay.lines(),
        [
            "POST https://dev.azure.com/org/a%2Fb/_apis/wit/wiql?$top=201&api-version=7.1",
            "GET https://dev.azure.com/org/_apis/wit/workitems?ids=9%2C4%2C5&fields=System.WorkItemType%2CSystem.Title\
             %2CSystem.State%2CSystem.AssignedTo%2CSystem.ChangedDate&errorPolicy=omit&api-version=7.1",
        ]
    );
    assert_eq!(replay.request(0).headers()["content-type"], "application/json");
    let body: serde_json::Value = serde_json::from_slice(replay.request(0).body()).unwrap();
    // The project stands in the path alone, so that its name need not be quoted in the query language.
    assert!(body["query"].as_str().unwrap().contains("@project"));
}

#[tokio::test]
async fn at_most_two_hundred_work_items_are_read_and_the_rest_is_told() {
    let found: Vec<_> = (1..=201).map(|id| serde_json::json!({ "id": id })).collect();
    let found = serde_json::json!({ "workItems": found }).to_string();
    let replay = Replay::new([json(200, &found), json(200, r#"{"value":[]}"#)]);
    let listing = replay.azure().work_items(&token(), &name("org"), &name("p")).await.unwrap();
    assert!(!listing.is_complete);
    let ids = replay.lines()[1].split_once("ids=").unwrap().1.split('&').next().unwrap().split("%2C").count();
    assert_eq!(ids, 200);
}

#[tokio::test]
async fn without_work_items_there_is_no_second_call() {
    let replay = Replay::new([json(200, r#"{"workItems":[]}"#)]);
    let found = replay.azure().work_items(&token(), &name("org"), &name("p")).await.unwrap();
    assert_eq!(found, Listing { items: Vec::new(), is_complete: true });
    assert_eq!(replay.lines().len(), 1);
}

#[tokio::test]
async fn builds_and_repositories_are_read_as_azure_devops_writes_them() {
    let replay = Replay::new([
        json(
            200,
            r#"{"count":2,"value":[
                {"id":7,"buildNumber":"20261120.3","status":"completed","result":"succeeded",
                 "definition":{"id":1,"name":"CI"},"sourceBranch":"refs/heads/main",
                 "queueTime":"2026-11-20T09:15:30.1234567Z","finishTime":"2026-11-20T09:20:00Z"},
                {"id":8,"buildNumber":"20261120.4","status":"notStarted","definition":null}]}"#,
        ),
        json(
            200,
            r#"{"count":2,"value":[
                {"id":"1","name":"web","defaultBranch":"refs/heads/main","size":1536,
                 "remoteUrl":"https://org@dev.azure.com/org/p/_git/web","isDisabled":false},
                {"id":"2","name":"empty","size":0}]}"#,
        ),
    ]);
    let azure = replay.azure().bases(Bases::pretend("http://localhost:4000/"));
    let builds = azure.builds(&token(), &name("org"), &name("p")).await.unwrap().items;
    assert_eq!(builds[0].definition.as_deref(), Some("CI"));
    assert_eq!(builds[0].queue_time.unwrap().to_string(), "2026-11-20T09:15:30.123Z");
    assert_eq!((builds[1].definition.as_deref(), builds[1].result.as_deref()), (None, None));
    let repositories = azure.repositories(&token(), &name("org"), &name("p")).await.unwrap().items;
    assert_eq!((repositories[0].size, repositories[1].default_branch.as_deref()), (Some(1536), None));
    assert_eq!(
        replay.lines(),
        [
            "GET http://localhost:4000/org/p/_apis/build/builds?$top=50&queryOrder=queueTimeDescending&api-version=7.1",
            "GET http://localhost:4000/org/p/_apis/git/repositories?api-version=7.1",
        ]
    );
}

// T18: whichever way the organisation says no, a profile that still answers means that the token is good.
#[tokio::test]
async fn an_organisation_that_refuses_a_good_token_is_not_taken_for_an_expired_sign_in() {
    for refused in [refusal(401, "TF400813: …"), refusal(403, "TF400813: …"), html(203), html(302)] {
        let replay = Replay::new([refused, json(200, r#"{"id":"p-1"}"#)]);
        let error = replay.azure().projects(&token(), &name("org")).await.unwrap_err();
        assert!(matches!(error, AzureError::OrganisationRefuses { .. }), "{error}");
        assert_eq!(replay.lines()[1], format!("GET {ME}"));
        assert_eq!(error.status(), 403);
    }
}

// T19
#[tokio::test]
async fn a_token_that_the_profile_refuses_too_is_expired() {
    for refused in [html(203), html(302), refusal(401, "TF400813: …")] {
        let replay = Replay::new([refusal(401, "TF400813: …"), refused]);
        let error = replay.azure().builds(&token(), &name("org"), &name("p")).await.unwrap_err();
        assert!(matches!(error, AzureError::Expired { call: "builds", .. }), "{error}");
        assert_eq!(error.status(), 401);
    }
}

#[tokio::test]
async fn a_profile_out_of_the_tokens_scope_still_proves_it_alive() {
    let narrow = header(json(403, "{}"), "www-authenticate", "Bearer error=\"insufficient_scope\"");
    let replay = Replay::new([refusal(401, "TF400813: …"), narrow]);
    let error = replay.azure().projects(&token(), &name("org")).await.unwrap_err();
    assert!(matches!(error, AzureError::OrganisationRefuses { .. }), "{error}");
}

#[tokio::test]
async fn nobody_is_told_to_sign_in_again_while_it_cannot_be_known() {
    for (outage, status) in [(html(500), 502), (header(json(429, "{}"), "retry-after", "30"), 503)] {
        let replay = Replay::new([refusal(401, "TF400813: …"), outage]);
        let error = replay.azure().projects(&token(), &name("org")).await.unwrap_err();
        assert_eq!(error.status(), status, "{error}");
    }
}

// T15 and T17: on the account's own calls there is nothing to compare with.
#[tokio::test]
async fn the_profile_is_not_probed_to_judge_the_profile() {
    for refused in [html(203), html(302), html(401)] {
        let replay = Replay::new([refused]);
        assert!(matches!(replay.azure().profile(&token()).await, Err(AzureError::Expired { .. })));
        assert_eq!(replay.lines().len(), 1);
    }
}

// T20
#[tokio::test]
async fn conditional_access_is_told_without_another_call() {
    let replay = Replay::new([refusal(403, "VS403463: …")]);
    let error = replay.azure().repositories(&token(), &name("org"), &name("p")).await.unwrap_err();
    assert!(matches!(error, AzureError::ConditionalAccess { .. }), "{error}");
    assert_eq!((replay.lines().len(), replay.unplayed()), (1, 0));
}

#[tokio::test]
async fn a_refusal_of_the_second_work_item_call_is_probed_too() {
    let replay = Replay::new([
        json(200, r#"{"workItems":[{"id":1}]}"#),
        refusal(401, "TF400813: …"),
        json(200, r#"{"id":"p-1"}"#),
    ]);
    let error = replay.azure().work_items(&token(), &name("org"), &name("p")).await.unwrap_err();
    assert!(matches!(error, AzureError::OrganisationRefuses { .. }), "{error}");
}
