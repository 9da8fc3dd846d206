//! The whole way in and out, as a browser and as the official client go it.

use http::StatusCode;

use super::Row;
use crate::adapter::message::Message;
use crate::adapter::stage::{ORIGIN, SESSION, Stage};
use crate::adapter::transcript::{Transcript, assert_alike};
use crate::adapter::visitor::{location, media_type, text};
use crate::adapter::wire::Answer;

pub(super) async fn a_person_signs_in_is_known_and_signs_out(row: &mut Row) {
    let served = travel(&row.stage(), &mut row.told).await;
    let direct = travel(&Stage::direct(), &mut Transcript::default()).await;
    for (place, (ours, engines)) in served.iter().zip(&direct).enumerate() {
        assert_alike(ours, engines, &format!("answer {place}"));
    }
    assert_eq!(served.len(), direct.len());

    // Between the two the application knows her.
    let stage = row.stage();
    let mut norma = stage.stranger();
    assert_eq!(norma.get("/me").await.status(), StatusCode::UNAUTHORIZED);
    norma.sign_in("/api/auth", "norma").await;
    assert_eq!(text(&norma.get("/me").await), "Norma Paulk");
    let csrf = norma.csrf("/api/auth").await;
    norma.post("/api/auth/signout", &[("csrfToken", &csrf)]).await;
    assert_eq!(norma.get("/me").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(norma.jar.get(SESSION), None);
    assert_eq!(stage.azure.violations(), [""; 0]);
}

pub(super) async fn the_official_client_is_answered_in_json(row: &mut Row) {
    let stage = row.stage();
    let mut client = stage.stranger().with("x-auth-return-redirect", "1");
    let csrf = client.csrf("/api/auth").await;
    let form = |fields: &str| format!("csrfToken={csrf}&{fields}");
    let start = Message::post("/api/auth/signin/azure-devops", form("callbackUrl=%2Fprojects")).form();
    let away: serde_json::Value = serde_json::from_slice(client.send(start).await.body()).expect("JSON");
    let callback = stage.azure.authorize_as("norma", away["url"].as_str().expect("an address")).await;
    // The browser comes back by itself, without the client's header.
    client.headers.clear();
    client.get(&callback.expect("a way back").path_and_query()).await;
    assert_eq!(text(&client.get("/me").await), "Norma Paulk");
    let mut client = client.with("x-auth-return-redirect", "1");
    client.tell(&mut row.told, Message::post("/api/auth/signout", form("callbackUrl=%2F")).form()).await;
    assert_eq!(client.get("/me").await.status(), StatusCode::UNAUTHORIZED);
}

pub(super) async fn whoever_says_no_at_the_provider_is_told_so(row: &mut Row) {
    let stage = row.stage();
    let mut norma = stage.stranger().browsing();
    let csrf = norma.csrf("/api/auth").await;
    let away = norma.post("/api/auth/signin/azure-devops", &[("csrfToken", &csrf)]).await;
    let callback = stage.azure.deny(&location(&away)).await.expect("a way back").path_and_query();
    let back = norma.tell(&mut row.told, Message::get(&callback)).await;
    let told = location(&back);
    let told = told.strip_prefix(ORIGIN).expect("an address of the site");
    norma.tell(&mut row.told, Message::get(told)).await;
    assert_eq!(norma.jar.get(SESSION), None);
}

pub(super) async fn an_answer_that_the_browser_posts_and_a_sign_out_at_the_provider_make_the_trip(row: &mut Row) {
    let stage = row.with_company();
    let served = travel_by_post(&stage, &mut row.told).await;
    let direct = travel_by_post(&Stage::with_company(None), &mut Transcript::default()).await;
    for (place, (ours, engines)) in served.iter().zip(&direct).enumerate() {
        assert_alike(ours, engines, &format!("answer {place}"));
    }
    assert_eq!(served.len(), direct.len());
    assert_eq!(stage.company.violations(), [""; 0]);
}

pub(super) async fn a_person_ends_a_session_elsewhere_on_the_page_of_their_account(row: &mut Row) {
    let stage = row.stored();
    let (mut here, mut there) = (stage.norma().await.browsing(), stage.norma().await);
    let page = here.get("/api/auth/account").await;
    assert_eq!((page.status(), media_type(&page).as_str()), (StatusCode::OK, "text/html; charset=utf-8"));
    let page = text(&page);
    let mut forms =
        page.split("<form action=\"").skip(1).filter_map(|form| form.split('"').next()?.strip_prefix(ORIGIN));
    let is_one = |path: &&str| path.ends_with("/end") && !path.contains("/others/") && !path.contains("/all/");
    let action = forms.find(is_one).expect("a form that ends the other session");
    let csrf = here.csrf("/api/auth").await;
    let form = [("csrfToken", csrf.as_str()), ("callbackUrl", "/api/auth/account?ended=one")];
    let back = location(&here.post(action, &form).await);
    let page = text(&here.get(back.strip_prefix(ORIGIN).expect("an address of the site")).await);
    assert!(page.contains("That device is signed out."), "{page}");
    assert_eq!(there.get("/me").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(text(&here.get("/me").await), "Norma Paulk");
}

/// Every request to the engine on the way in by a post, and out by way of the provider.
async fn travel_by_post(stage: &Stage, told: &mut Transcript) -> Vec<Answer> {
    let mut ada = stage.stranger().browsing();
    let csrf = ada.csrf("/api/auth").await;
    let form = format!("csrfToken={csrf}&callbackUrl=%2Fme");
    let mut answers = vec![ada.tell(told, Message::post("/api/auth/signin/company", form).form()).await];
    let back = stage.company.authorize_as("ada", &location(&answers[0])).await.expect("a way back");
    // The post is another site's, so the browser keeps to itself what is not `SameSite=None`.
    let mut posting = ada.clone().with("origin", "https://id.example").with("sec-fetch-site", "cross-site");
    for name in ada.jar.names().into_iter().filter(|name| !name.contains("pending")) {
        posting.jar.remove(name);
    }
    answers.push(posting.tell(told, Message::post(back.path(), back.form().as_bytes().to_vec()).form()).await);
    ada.jar.apply(answers[1].headers());
    answers.push(ada.tell(told, Message::get("/api/auth/session")).await);
    let form = format!("csrfToken={csrf}&callbackUrl=%2F");
    answers.push(ada.tell(told, Message::post("/api/auth/signout", form).form()).await);
    let back = stage.company.end_session(&location(&answers[3])).await.expect("a way back").path_and_query();
    answers.push(ada.tell(told, Message::get(&back)).await);
    answers.push(ada.tell(told, Message::get("/api/auth/session")).await);
    answers
}

/// Every request to the engine on the way in and out.
async fn travel(stage: &Stage, told: &mut Transcript) -> Vec<Answer> {
    let mut norma = stage.stranger().browsing();
    let mut answers = vec![norma.tell(told, Message::get("/api/auth/signin?callbackUrl=%2Fprojects")).await];
    let csrf = norma.csrf("/api/auth").await;
    let form = format!("csrfToken={csrf}&callbackUrl=%2Fprojects%3Fpage%3D2");
    answers.push(norma.tell(told, Message::post("/api/auth/signin/azure-devops", form).form()).await);
    let away = location(&answers[1]);
    let callback = stage.azure.authorize_as("norma", &away).await.expect("a way back").path_and_query();
    answers.push(norma.tell(told, Message::get(&callback)).await);
    answers.push(norma.tell(told, Message::get("/api/auth/session")).await);
    let update = format!(r#"{{"csrfToken":"{csrf}","data":{{"theme":"dark"}}}}"#);
    let update = Message::post("/api/auth/session", update).header("content-type", "application/json");
    answers.push(norma.tell(told, update).await);
    // A callback is good once.
    answers.push(norma.tell(told, Message::get(&callback)).await);
    answers.push(norma.tell(told, Message::get("/api/auth/signout")).await);
    let form = format!("csrfToken={csrf}&callbackUrl=%2F");
    answers.push(norma.tell(told, Message::post("/api/auth/signout", form).form()).await);
    answers.push(norma.tell(told, Message::get("/api/auth/session")).await);
    answers
}
