//! Whose documents, keys and tokens count.

use admit_providers::microsoft_entra_id::{Cloud, MicrosoftEntraId};
use admit_testkit::oidc::{Fault, Stage};
use serde_json::{Value, json};

use crate::browser::reason;
use crate::{ADA, CONTOSO, FABRIKAM, HOST, PERSONAL, Site, ada_in, issuer};

#[tokio::test]
async fn a_token_is_its_tenants_own_in_every_part() {
    // azure.md T61, T62, T70, T74, ENT-008
    for (iss, tid) in [
        (issuer(CONTOSO), json!(FABRIKAM)),
        (issuer(CONTOSO), json!(CONTOSO.to_uppercase())),
        (issuer(CONTOSO), Value::Null),
        (issuer("common"), json!("common")),
        (issuer("../x"), json!("../x")),
        (format!("{HOST}/{{tenantid}}/v2.0"), json!(CONTOSO)),
        (format!("https://sts.windows.net/{CONTOSO}/"), json!(CONTOSO)),
        (format!("https://contoso.b2clogin.com/{CONTOSO}/v2.0/"), json!(CONTOSO)),
        (format!("https://login.microsoftonline.us/{CONTOSO}/v2.0"), json!(CONTOSO)),
        (format!("{HOST}/{CONTOSO}/v2.0/"), json!(CONTOSO)),
    ] {
        let site = Site::new();
        let mut claims = ada_in(CONTOSO);
        claims["iss"] = json!(iss);
        claims["tid"] = tid.clone();
        site.entra.says(claims);
        assert_eq!(site.refused().await, "id_token_invalid", "{iss} {tid}");
    }
}

#[tokio::test]
async fn a_key_signs_for_its_own_issuer_only() {
    // ENT-007, azure.md T63
    for (key, tid, lets_in) in [
        (Some(issuer("{tenantid}")), CONTOSO, true),
        (Some(issuer(CONTOSO)), CONTOSO, true),
        (Some(issuer(PERSONAL)), PERSONAL, true),
        (Some(issuer(PERSONAL)), CONTOSO, false),
        (Some(issuer(CONTOSO)), PERSONAL, false),
        (Some("https://login.microsoftonline.us/{tenantid}/v2.0".to_owned()), CONTOSO, false),
        (None, CONTOSO, false),
    ] {
        let site = Site::new();
        site.entra.keys_are_of(key.as_deref());
        site.entra.says(ada_in(tid));
        match lets_in {
            true => drop(site.sign_in().await),
            false => assert_eq!(site.refused().await, "id_token_invalid", "{key:?} {tid}"),
        }
    }
}

#[tokio::test]
async fn no_algorithm_but_rs256_is_taken_though_the_keys_name_none() {
    // azure.md T66
    for fault in [
        Fault::AlgNone,
        Fault::HmacWithPublicKey,
        Fault::Header(json!({ "alg": "RS384" })),
        Fault::UnknownKey,
        Fault::Forged,
    ] {
        // Without a fault of its own the token is good, so it is the fault that counts.
        let site = Site::with(&format!("{HOST}/{CONTOSO}"), |entra| entra.tenant(CONTOSO));
        site.entra.publishes(&issuer(CONTOSO));
        site.entra.oidc.clear_faults();
        site.sign_in().await;
        site.entra.oidc.fail_once(Stage::Token, fault.clone());
        assert_eq!(site.refused().await, "id_token_invalid", "{fault:?}");
    }
}

#[tokio::test]
async fn the_nonce_is_the_trips_own() {
    // azure.md T69
    for nonce in [Value::Null, json!("another")] {
        let site = Site::new();
        let mut claims = ada_in(CONTOSO);
        claims["nonce"] = nonce.clone();
        site.entra.says(claims);
        assert_eq!(site.refused().await, "id_token_invalid", "{nonce}");
    }
}

#[tokio::test]
async fn nobody_is_sent_where_another_authoritys_document_says() {
    // MIX-008, azure.md T59
    for wrong in [
        issuer(CONTOSO),
        "https://evil.example/{tenantid}/v2.0".to_owned(),
        "https://login.microsoftonline.us/{tenantid}/v2.0".to_owned(),
        format!("{HOST}/{{tenantid}}/v2.0/"),
        issuer("common"),
    ] {
        let site = Site::new();
        site.entra.publishes(&wrong);
        let there = site.browser().begin().await;
        assert_eq!(crate::browser::parameter(&there, "code").as_deref(), Some("discovery_invalid"), "{wrong}");
        assert_eq!(site.entra.oidc.count(Stage::Authorize), 0);
    }
}

#[tokio::test]
async fn one_tenant_is_named_by_identifier_or_domain_and_its_document_says_which() {
    // azure.md T71
    for tenant in [CONTOSO, "contoso.onmicrosoft.com"] {
        let site = || {
            let site = Site::with(&format!("{HOST}/{tenant}"), |entra| entra.tenant(tenant));
            site.entra.publishes(&issuer(CONTOSO));
            site
        };
        assert_eq!(site().sign_in().await, format!("{ADA}.{CONTOSO}"), "{tenant}");
        let elsewhere = site();
        elsewhere.entra.says(ada_in(FABRIKAM));
        assert_eq!(elsewhere.refused().await, "id_token_invalid", "{tenant}");
    }
}

#[tokio::test]
async fn another_cloud_has_issuers_of_its_own() {
    // azure.md T72
    let site = || {
        let describe = |entra: MicrosoftEntraId| entra.cloud(Cloud::UsGovernment).tenant("organizations");
        let site = Site::with("https://login.microsoftonline.us/organizations", describe);
        site.entra.publishes("https://login.microsoftonline.us/{tenantid}/v2.0");
        site.entra.keys_are_of(Some("https://login.microsoftonline.us/{tenantid}/v2.0"));
        site
    };
    assert_eq!(site().refused().await, "id_token_invalid", "a token of the public cloud");
    let there = site();
    let mut claims = ada_in(CONTOSO);
    claims["iss"] = json!(format!("https://login.microsoftonline.us/{CONTOSO}/v2.0"));
    there.entra.says(claims);
    assert_eq!(there.sign_in().await, format!("{ADA}.{CONTOSO}"));
}

#[tokio::test]
async fn an_external_tenant_issues_under_its_identifier() {
    // azure.md T73
    let own = |tid: &str| format!("https://{tid}.ciamlogin.com/{tid}/v2.0");
    let site = |document: &str, token: &str, tid: &str| {
        let address = "https://contoso.ciamlogin.com/contoso.onmicrosoft.com";
        let site = Site::with(address, |entra| entra.external_tenant("contoso"));
        site.entra.publishes(document);
        site.entra.keys_are_of(None);
        let mut claims = ada_in(tid);
        claims["iss"] = json!(token);
        site.entra.says(claims);
        site
    };
    assert_eq!(site(&own(CONTOSO), &own(CONTOSO), CONTOSO).sign_in().await, format!("{ADA}.{CONTOSO}"));
    assert_eq!(site(&own(CONTOSO), &own(FABRIKAM), FABRIKAM).refused().await, "id_token_invalid");
    let mixed = format!("https://{CONTOSO}.ciamlogin.com/{FABRIKAM}/v2.0");
    let there = site(&mixed, &mixed, FABRIKAM).browser().begin().await;
    assert_eq!(crate::browser::parameter(&there, "code").as_deref(), Some("discovery_invalid"));
}

#[tokio::test]
async fn personal_accounts_and_organizations_are_kept_apart() {
    // ENT-006, azure.md T64
    let site = Site::with(&format!("{HOST}/organizations"), |entra| entra.tenant("organizations"));
    site.sign_in().await;
    site.entra.says(ada_in(PERSONAL));
    assert_eq!(site.refused().await, "organization_not_allowed");

    let site = Site::with(&format!("{HOST}/consumers"), |entra| entra.tenant("consumers"));
    site.entra.publishes(&issuer(PERSONAL));
    assert_eq!(site.refused().await, "id_token_invalid");
    site.entra.says(ada_in(PERSONAL));
    assert_eq!(site.sign_in().await, format!("{ADA}.{PERSONAL}"));
}

#[tokio::test]
async fn a_tenant_that_is_not_on_the_list_is_refused_with_a_reason_of_its_own() {
    let site = Site::with(&format!("{HOST}/common"), |entra| entra.allowed_tenants([CONTOSO.to_uppercase()]));
    site.sign_in().await;
    site.entra.says(ada_in(FABRIKAM));
    let mut browser = site.browser();
    let answer = browser.trip().await;
    assert_eq!(reason(&answer), "organization_not_allowed");
    let there = crate::browser::location(&answer);
    assert_eq!(crate::browser::parameter(&there, "error").as_deref(), Some("AccessDenied"));
    assert!(!there.contains(FABRIKAM), "{there}");
    assert_eq!(browser.session().await, Value::Null);
}

#[tokio::test]
async fn an_answer_to_the_browser_may_name_the_tenant_that_the_token_then_names() {
    // MIX-001: Microsoft sends no `iss` today; the day it does, nothing breaks and nothing is let through.
    for (named, expected, exchanges) in [
        (issuer(CONTOSO), None, 1),
        (issuer(FABRIKAM), Some("id_token_invalid"), 1),
        (issuer("{tenantid}"), Some("provider_mismatch"), 0),
        (
            "https://login.microsoftonline.us/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0".to_owned(),
            Some("provider_mismatch"),
            0,
        ),
        ("https://evil.example".to_owned(), Some("provider_mismatch"), 0),
    ] {
        let site = Site::new();
        let mut browser = site.browser();
        let back = browser.consent().await;
        let answer = browser.get(&format!("{back}&iss={}", named.replace('{', "%7B").replace('}', "%7D"))).await;
        let there = crate::browser::location(&answer);
        assert_eq!(crate::browser::parameter(&there, "code").as_deref(), expected, "{named}");
        assert_eq!(site.entra.oidc.count(Stage::Token), exchanges, "{named}");
    }
}
