//! Everything that the pretend Entra ID can do wrong, each once: who gets in, and what the others are told.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use admit::provider::ProviderContext;
use admit::{HttpClient as _, Secret};
use admit_providers::microsoft_entra_id::{ClaimsChallenge, Cloud, EntraIdentity, Groups, PhotoSize, photo};
use admit_testkit::entra::{CONSUMERS, FABRIKAM, Fault, LAMPLIGHT, Refusal, Stage};
use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use super::{Meeting, meet, meeting};
use crate::browser::{location, parameter};
use crate::{CLIENT_ID, HOST};

/// What a transport does, at whichever stop.
fn of_transport() -> Vec<Fault> {
    let text = |status, media_type: &str, body: &'static str| Fault::Answer {
        status,
        media_type: media_type.to_owned(),
        body: body.into(),
    };
    vec![
        text(StatusCode::OK, "text/html", "<h1>Welcome</h1>"),
        text(StatusCode::OK, "application/json", "{}"),
        Fault::Status(StatusCode::BAD_GATEWAY),
        Fault::Status(StatusCode::NOT_FOUND),
        Fault::TooManyRequests { retry_after: "120".to_owned() },
        Fault::RedirectTo("https://evil.example/".to_owned()),
        Fault::HugeBody(2_000_000),
        Fault::Slow(Duration::from_secs(1)),
        Fault::Slow(Duration::from_secs(600)),
        Fault::DroppedConnection,
        Fault::LostAnswer,
    ]
}

/// What the authorization endpoint gives the browser to take back.
fn of_the_answer() -> Vec<Fault> {
    let refusal = |code| Fault::Refusal(Refusal::aadsts(code));
    let callback = |name: &str, value: &str| Fault::Callback(vec![(name.to_owned(), value.to_owned())]);
    vec![
        refusal(50_105),
        Fault::Refusal(Refusal::aadsts(65_001).with_error("consent_required")),
        refusal(65_004),
        refusal(90_094),
        callback("state", "another"),
        callback("code", "another"),
        callback("iss", "https://evil.example"),
        callback("unheard_of", "x"),
    ]
}

/// What the token endpoint says and gives out.
fn of_tokens() -> Vec<Fault> {
    let refusal = |code| Fault::Refusal(Refusal::aadsts(code));
    vec![
        refusal(50_020),
        refusal(50_076),
        refusal(53_003),
        refusal(54_005),
        refusal(65_001),
        refusal(70_008),
        refusal(700_016),
        refusal(7_000_222),
        Fault::Refusal(Refusal::aadsts(50_076).claims(r#"{"access_token":{"acrs":{"value":"c1"}}}"#)),
        Fault::Refusal(Refusal::aadsts(1).with_error("temporarily_unavailable")),
        Fault::NoIdToken,
        Fault::NoRefreshToken,
        Fault::Claims(json!({ "name": "Another Name" })),
        Fault::Claims(json!({ "oid": null })),
        Fault::Claims(json!({ "tid": null })),
        Fault::WrongNonce,
        Fault::WrongAudience,
        Fault::WrongIssuer,
        Fault::OfTenant(LAMPLIGHT.to_owned()),
        Fault::OfTenant(CONSUMERS.to_owned()),
        Fault::TemplateInIssuer,
        Fault::FirstVersion,
        Fault::TooManyGroups,
        Fault::Expired,
        Fault::Header(json!({ "alg": "PS256" })),
        Fault::Header(json!({ "crit": ["b64"] })),
        Fault::AlgNone,
        Fault::HmacWithPublicKey,
        Fault::KeyOfTheOthers,
        Fault::UnknownKey,
        Fault::Forged,
    ]
}

/// Signs Norma in while that goes wrong; `None` if she gets in all the same, else what she is told.
async fn outcome(site: &Meeting, stage: Stage, fault: Fault) -> Option<String> {
    let mut browser = site.browser();
    site.entra.fail_always(stage, fault);
    let answer = {
        let trip = async {
            let answer = browser.trip_as("norma").await;
            // Who is wanted once more goes there once more.
            let there = location(&answer);
            if !there.starts_with(HOST) {
                return answer;
            }
            let back = browser.accept_as("norma", &there).await;
            browser.get(&back).await
        };
        let time = async {
            loop {
                site.clock.until_sleepers(1).await;
                site.clock.advance(Duration::from_secs(1));
                tokio::task::yield_now().await;
            }
        };
        tokio::select! { biased; answer = trip => answer, () = time => unreachable!() }
    };
    site.entra.clear_faults();
    let told = parameter(&location(&answer), "code");
    assert_eq!(browser.session().await.is_null(), told.is_some(), "{told:?}");
    told
}

/// The variant's name.
fn kind(fault: &Fault) -> String {
    format!("{fault:?}").split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned()
}

/// A fault in a line.
fn shown(fault: &Fault) -> String {
    match fault {
        Fault::Refusal(refusal) => {
            let words = [refusal.error(), refusal.suberror().unwrap_or_default()].join(" ");
            let claims = if format!("{refusal:?}").contains("claims: Some") { ", with claims" } else { "" };
            format!("AADSTS{}, {}{claims}", refusal.code(), words.trim_end())
        }
        Fault::Answer { status, media_type, .. } => format!("Answer({status}, {media_type})"),
        Fault::Claims(members) => format!("Claims({members})"),
        Fault::Header(members) => format!("Header({members})"),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn of_each_fault_somebody_is_told_or_it_does_no_harm() {
    // azure.md §3.3, §3.5; T61 to T70, ENT-007, ENT-008
    let (mut table, mut kinds) = (String::new(), BTreeSet::new());
    let stages = [
        (Stage::Discovery, of_transport()),
        (Stage::Keys, of_transport()),
        (Stage::Token, of_transport()),
        (Stage::Authorize, of_the_answer()),
        (Stage::Token, of_tokens()),
    ];
    for (stage, faults) in stages {
        for fault in faults {
            // One tenant, and so one whose own the token has to be.
            let site = meet(|entra| entra, |provider| provider.tenant(FABRIKAM));
            let told = outcome(&site, stage, fault.clone()).await;
            let told = told.unwrap_or_else(|| "signed in".to_owned());
            kinds.insert(kind(&fault));
            writeln!(table, "{stage:?}: {} → {told}", shown(&fault)).unwrap();
            // What went wrong has left nothing behind: the next sign-in works, once every pause is over.
            site.clock.advance(Duration::from_secs(600));
            site.browser().sign_in_as("norma").await;
        }
    }
    // All that there are, but for the one that is Graph's alone.
    assert_eq!(kinds.len(), 27, "{kinds:?}");
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn at_an_authority_for_many_a_token_is_its_tenants_and_its_keys_own() {
    // ENT-007, ENT-008. Work keys have the template for their issuer, so they sign for every tenant, and for personal
    // accounts too, as Microsoft has the rule; the key of personal accounts signs for nobody else.
    for (fault, login, expected) in [
        (Fault::OfTenant(LAMPLIGHT.to_owned()), "norma", None),
        (Fault::OfTenant(FABRIKAM.to_owned()), "pia", Some("id_token_invalid")),
        (Fault::KeyOfTheOthers, "norma", Some("id_token_invalid")),
        (Fault::KeyOfTheOthers, "pia", None),
        (Fault::WrongIssuer, "norma", Some("id_token_invalid")),
        (Fault::TemplateInIssuer, "norma", Some("id_token_invalid")),
        (Fault::FirstVersion, "vera", Some("id_token_invalid")),
    ] {
        let site = meeting();
        site.entra.fail_once(Stage::Token, fault.clone());
        match expected {
            Some(expected) => assert_eq!(site.refusal_of(login).await, expected, "{fault:?} of {login}"),
            None => drop(site.subject_of(login).await),
        }
    }
}

#[tokio::test]
async fn groups_that_do_not_fit_are_told_from_none_and_fetched_from_nowhere() {
    let site = meeting();
    site.entra.fail_once(Stage::Token, Fault::TooManyGroups);
    site.subject_of("norma").await;
    let person = EntraIdentity::read(&site.seen.last().claims).unwrap();
    assert_eq!(person.groups, Groups::Overage);
    assert_eq!((site.entra.count(Stage::Graph), site.entra.violations()), (0, vec![]));
}

#[tokio::test]
async fn graph_may_want_more_of_a_person_and_the_challenge_is_understood() {
    // azure.md §3.8
    let site = meet(|entra| entra, |provider| provider.more_scopes(["User.Read"]).client_capabilities(["cp1"]));
    let mut browser = site.browser();
    browser.sign_in_as("norma").await;
    let wanted = json!({ "access_token": { "nbf": { "essential": true, "value": "1795300000" } } });
    site.entra.fail_always(Stage::Photo, Fault::InsufficientClaims(wanted.clone()));
    let token = Secret::new(browser.access_token().await.unwrap());
    let cx = ProviderContext::new("microsoft-entra-id", CLIENT_ID, &site.clock, &site.entra);
    let error = photo(&cx, Cloud::Global.graph(), &token, PhotoSize::P48).await.unwrap_err();
    assert_eq!(error.fault(), admit::provider::Fault::Reauthenticate);

    // An application that calls Graph itself has the whole answer.
    let request = Request::get(format!("{}/v1.0/me/photo/$value", Cloud::Global.graph()));
    let answer = site.entra.send(request.body(Bytes::new()).unwrap()).await.unwrap();
    let challenge = ClaimsChallenge::from_headers(answer.headers()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&challenge.to_string()).unwrap(), wanted);
}
