use admit_testkit::azure_devops::{Fault, Organization, Person, Stage};
use admit_testkit::{FixedClock, PretendAzureDevOps};

use super::*;

const TENANT: &str = "7a394543-62fd-4274-a7d2-8fac775942b6";
const OTHER: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

fn azure(clock: &FixedClock) -> PretendAzureDevOps {
    let ada = Person::new("ada", "Ada")
        .organization(Organization::new("connected").tenant(TENANT))
        .organization(Organization::new("personal"));
    PretendAzureDevOps::builder("app", "a.b.c", "https://app.example/cb")
        .person(ada)
        .clock(Arc::new(clock.clone()))
        .build()
}

fn probe(azure: &PretendAzureDevOps, clock: &FixedClock) -> OrganizationProbe {
    OrganizationProbe::new(azure.clone()).clock(clock.clone())
}

fn name(text: &str) -> OrganizationName {
    text.parse().unwrap()
}

fn told(tenant: &OrganizationTenant) -> String {
    match tenant {
        OrganizationTenant::Tenant(id) => id.clone(),
        OrganizationTenant::Unknown(why) => why.to_string(),
        other => format!("{other:?}"),
    }
}

fn said(status: u16, headers: &[(&str, &str)]) -> String {
    let headers =
        headers.iter().map(|(name, value)| (name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap()));
    told(&read(StatusCode::from_u16(status).unwrap(), &headers.collect()))
}

#[test]
fn an_answer_is_read_for_what_it_says_and_no_more() {
    let (auth, stamp) = ("www-authenticate", "x-vss-resourcetenant");
    let bearer = |authority: &str| format!("Bearer authorization_uri={authority}");
    let login = |tenant: &str| bearer(&format!("https://login.microsoftonline.com/{tenant}"));
    let (tenant, common) = (login(TENANT), login("common"));
    let (evil, consumers) = (bearer(&format!("https://evil.example/{TENANT}")), login(CONSUMERS));
    let upper = TENANT.to_uppercase();
    for (status, headers, expected) in [
        // azure.md T56
        (401, &[(auth, "Bearer"), (auth, tenant.as_str())][..], TENANT),
        (401, &[(auth, tenant.as_str()), (stamp, upper.as_str())], TENANT),
        (401, &[(stamp, TENANT)], TENANT),
        (401, &[(auth, common.as_str()), (stamp, TENANT)], TENANT),
        // It is told on the way to a sign-in page, too.
        (302, &[(stamp, TENANT), ("location", "https://evil.example/")], TENANT),
        // azure.md T57
        (401, &[(stamp, NO_TENANT)], "Personal"),
        (401, &[(auth, common.as_str()), (stamp, NO_TENANT)], "Personal"),
        (401, &[(auth, consumers.as_str()), (stamp, NO_TENANT)], "Personal"),
        // azure.md T58
        (401, &[(auth, evil.as_str())], "the answer names an authority that is not microsoft's; it is not believed"),
        (
            401,
            &[(auth, tenant.as_str()), (auth, evil.as_str()), (stamp, TENANT)],
            "the answer names an authority that is not microsoft's; it is not believed",
        ),
        (401, &[(auth, tenant.as_str()), (stamp, OTHER)], "azure devops named several tenants"),
        (401, &[(auth, tenant.as_str()), (stamp, NO_TENANT)], "azure devops named several tenants"),
        (
            401,
            &[(stamp, "7a394543-62fd-4274-a7d2-8fac775942b6,72f988bf-86f1-41af-91ab-2d7cd011db47")],
            "azure devops named several tenants",
        ),
        (401, &[(auth, "Bearer"), (stamp, "fabrikam")], "azure devops answered 401 and named no tenant"),
        (401, &[(auth, common.as_str())], "azure devops answered 401 and named no tenant"),
        (200, &[], "azure devops answered 200 and named no tenant"),
        (404, &[(stamp, TENANT)], "NotFound"),
    ] {
        assert_eq!(said(status, headers), expected, "{status} {headers:?}");
    }
}

#[tokio::test]
async fn each_organisation_is_asked_about_once_and_without_a_token() {
    let clock = FixedClock::default();
    let azure = azure(&clock);
    let mut probe = probe(&azure, &clock);
    let mut heard = Vec::new();
    for organization in ["Connected", "personal", "nowhere"] {
        clock.advance(Duration::from_secs(1));
        heard.push(told(&probe.ask(&name(organization)).await));
    }
    assert_eq!(heard, [TENANT, "Personal", "NotFound"]);
    let sent: Vec<_> =
        azure.requests().iter().map(|request| admit_testkit::render::request(request.request())).collect();
    insta::assert_snapshot!(sent.join("\n"), @r"
    HEAD https://dev.azure.com/Connected

    HEAD https://dev.azure.com/personal

    HEAD https://dev.azure.com/nowhere
    ");
    assert_eq!(azure.violations(), [""; 0]);
}

#[tokio::test]
async fn several_in_turn_keep_the_pace() {
    let clock = FixedClock::default();
    let azure = azure(&clock);
    let mut probe = probe(&azure, &clock).rate(NonZeroU32::new(2).unwrap());
    assert!(matches!(probe.ask(&name("connected")).await, OrganizationTenant::Tenant(_)));
    let second = tokio::spawn(async move { told(&probe.ask(&name("personal")).await) });
    clock.until_sleepers(1).await;
    clock.advance(Duration::from_millis(499));
    tokio::task::yield_now().await;
    assert_eq!(azure.count(Stage::Rest), 1);
    clock.advance(Duration::from_millis(1));
    assert_eq!((second.await.unwrap().as_str(), azure.count(Stage::Rest)), ("Personal", 2));
}

#[tokio::test]
async fn an_answer_that_asks_for_time_is_given_it() {
    // azure.md T25
    let clock = FixedClock::default();
    for (fault, seconds) in [
        (Fault::TooManyRequests { retry_after: "40".to_owned() }, 40),
        (Fault::TooManyRequests { retry_after: (clock.now() + Duration::from_secs(50)).to_http_date() }, 50),
        (Fault::TooManyRequests { retry_after: "soon".to_owned() }, 30),
        (Fault::Status(StatusCode::SERVICE_UNAVAILABLE), 30),
    ] {
        let azure = azure(&clock);
        azure.fail_once(Stage::Rest, fault.clone());
        let mut probe = probe(&azure, &clock);
        let begun = clock.now();
        let asked = tokio::spawn(async move { told(&probe.ask(&name("connected")).await) });
        clock.until_sleepers(1).await;
        clock.set(begun + Duration::from_secs(seconds).saturating_sub(Duration::from_millis(1)));
        tokio::task::yield_now().await;
        assert_eq!(azure.count(Stage::Rest), 1, "{fault:?}");
        clock.set(begun + Duration::from_secs(seconds));
        assert_eq!((asked.await.unwrap().as_str(), azure.count(Stage::Rest)), (TENANT, 2), "{fault:?}");
        clock.set(begun);
    }
}

#[tokio::test]
async fn a_success_that_asks_for_time_slows_the_next_one_down() {
    // azure.md §2.5
    let clock = FixedClock::default();
    let azure = azure(&clock);
    azure.fail_once(Stage::Rest, Fault::Headers(vec![("retry-after", "90".to_owned())]));
    let mut probe = probe(&azure, &clock);
    assert_eq!(told(&probe.ask(&name("connected")).await), TENANT);
    assert_eq!(probe.pause(), Duration::from_secs(90));
}

#[tokio::test]
async fn nobody_is_kept_waiting_for_an_hour_and_nothing_is_sent_before() {
    let clock = FixedClock::default();
    let azure = azure(&clock);
    azure.fail_once(Stage::Rest, Fault::TooManyRequests { retry_after: "3000".to_owned() });
    let mut probe = probe(&azure, &clock);
    for _ in 0..3 {
        assert_eq!(told(&probe.ask(&name("connected")).await), "azure devops wants to be asked again in 3000 s");
    }
    assert_eq!(azure.count(Stage::Rest), 1);
    clock.advance(Duration::from_secs(3000));
    assert_eq!(told(&probe.ask(&name("connected")).await), TENANT);
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_no_answer_is_told() {
    let clock = FixedClock::default();
    let azure = azure(&clock);
    azure.fail_once(Stage::Rest, Fault::RedirectTo("https://evil.example/_signin".to_owned()));
    let mut probe = probe(&azure, &clock);
    assert_eq!(told(&probe.ask(&name("connected")).await), "azure devops answered 302 and named no tenant");
    clock.advance(Duration::from_secs(1));
    azure.fail_once(Stage::Rest, Fault::DroppedConnection);
    assert_eq!(told(&probe.ask(&name("connected")).await), "azure devops could not be asked");
    assert_eq!(azure.count(Stage::Rest), 2);
}

#[test]
fn only_a_server_on_this_machine_takes_the_place_of_azure_devops() {
    let clock = FixedClock::default();
    let on = |base: &str| probe(&azure(&clock), &clock).on_this_machine(base).map(|probe| probe.base);
    assert_eq!(on("http://127.0.0.1:9009/").as_deref(), Some("http://127.0.0.1:9009"));
    assert_eq!(on("http://localhost:9009/azure/").as_deref(), Some("http://localhost:9009/azure"));
    for base in [
        "https://evil.example",
        "https://dev.azure.com.evil.example",
        "127.0.0.1:9009",
        "",
        "http://localhost.evil.example",
    ] {
        assert_eq!(on(base), None, "{base}");
    }
}
