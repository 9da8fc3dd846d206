//! The move as a person sees it: pages, forms and redirects over a socket, with either web framework before the engine.

mod browser;
mod server;

use std::time::Duration;

use admit::{Clock, GrantState};
use admit_migration::{AzureMove, Stage};
use admit_testkit::entra::{FABRIKAM, LAMPLIGHT};

use crate::site::{AZURE, ENTRA, Site};
use browser::Browser;
use server::{FRAMEWORKS, Server};

const BY_ENTRA: &str = "Sign in with Microsoft Entra ID";
const BY_AZURE: &str = "Sign in with Azure DevOps";
const HOSTS: [&str; 3] = ["login.microsoftonline.com", "app.vssps.visualstudio.com", "app.example"];

/// Has a claim looked at with each framework, and a site of its own each time.
async fn with_each(to_entra: fn() -> AzureMove, claim: impl AsyncFn(Site, &dyn Fn(&Site) -> Server)) {
    for serve in FRAMEWORKS {
        claim(Site::new(to_entra()), &|site| Server::start(serve, site.auth.clone())).await;
    }
}

fn quiet() -> AzureMove {
    AzureMove::new().ask_newcomers(false)
}

#[tokio::test]
async fn a_member_continues_with_microsoft_and_is_who_they_were() {
    // azure.md T98, ADO-008
    with_each(quiet, async |site, serve| {
        let norma = site.was_here("norma").await;
        let server = serve(&site);
        let mut browser = Browser::new(&site, server.address, "norma");
        browser.opens("/api/auth/signin").await;
        browser.presses(BY_ENTRA).await;
        assert_eq!((browser.status, browser.place.as_str()), (200, "/"));
        assert_eq!(browser.way, [HOSTS[0], HOSTS[2]], "there, back, and home");
        assert_eq!(browser.page, norma);
        assert_eq!(site.providers_of(&norma).await, [AZURE, ENTRA]);
        let azure = site.azure_account(&norma).await;
        assert_eq!(site.auth.grant_of(&azure).await.unwrap(), GrantState::Parked);
    })
    .await;
}

#[tokio::test]
async fn a_guest_continues_with_microsoft_and_is_who_they_were() {
    // azure.md T99
    with_each(quiet, async |site, serve| {
        let norma = site.was_here("norma").await;
        let lamplight = site.with_entra(|entra| entra.tenant(LAMPLIGHT));
        let server = serve(&lamplight);
        let mut browser = Browser::new(&lamplight, server.address, "norma");
        browser.opens("/api/auth/signin").await;
        browser.presses(BY_ENTRA).await;
        assert_eq!(browser.page, norma);
        assert_eq!(site.owner(&site.entra_account("norma", LAMPLIGHT)).await, Some(norma));
    })
    .await;
}

#[tokio::test]
async fn somebody_with_a_personal_account_is_asked_and_connects_both_in_one_flow() {
    // azure.md T102
    with_each(AzureMove::new, async |site, serve| {
        let pia = site.was_here("pia").await;
        let site = site.with_entra(|entra| entra.scopes(["openid", "profile"]));
        let server = serve(&site);
        let mut browser = Browser::new(&site, server.address, "pia");
        browser.opens("/api/auth/signin").await;
        browser.presses(BY_ENTRA).await;
        assert_eq!(browser.status, 200);
        assert!(browser.page.contains("Have you used this site with Azure DevOps before?"), "{}", browser.page);
        let (asked, question) = (browser.place.clone(), browser.page.clone());
        assert_eq!(browser.is().await, "nobody");

        (browser.place, browser.page) = (asked, question);
        browser.presses("Yes, sign in with Azure DevOps").await;
        assert_eq!(browser.way, [HOSTS[1], HOSTS[0], HOSTS[2]], "one provider, the other, and home");
        assert_eq!(browser.page, pia);
        assert_eq!(site.providers_of(&pia).await, [AZURE, ENTRA]);
    })
    .await;
}

#[tokio::test]
async fn somebody_new_is_asked_and_says_so() {
    with_each(AzureMove::new, async |site, serve| {
        let norma = site.was_here("norma").await;
        let server = serve(&site);
        let mut browser = Browser::new(&site, server.address, "vera");
        browser.opens("/api/auth/signin").await;
        browser.presses(BY_ENTRA).await;
        browser.presses("No, I am new here").await;
        let vera = browser.page.clone();
        assert!(vera != norma && vera != "nobody", "{vera}");
        assert_eq!(site.owner(&site.entra_account("vera", LAMPLIGHT)).await, Some(vera));
    })
    .await;
}

#[tokio::test]
async fn a_contradiction_is_told_and_signs_nobody_in() {
    // azure.md T101
    with_each(quiet, async |site, serve| {
        let (norma, bo) = (site.was_here("norma").await, site.was_here("bo").await);
        let object = site.entra.object_id("norma", FABRIKAM).unwrap();
        site.told(&site.azure_account(&bo).await, |facts| facts.origin_id = Some(object)).await;
        let server = serve(&site);
        let mut browser = Browser::new(&site, server.address, "norma");
        browser.opens("/api/auth/signin").await;
        browser.presses(BY_ENTRA).await;
        assert_eq!(browser.status, 409, "{}", browser.place);
        assert!(browser.page.contains("We cannot tell which account is yours"), "{}", browser.page);
        assert!(!browser.page.contains("norma"), "{}", browser.page);
        assert_eq!(browser.is().await, "nobody");
        assert_eq!(
            (site.providers_of(&norma).await, site.providers_of(&bo).await),
            (vec![AZURE.to_owned()], vec![AZURE.to_owned()])
        );
    })
    .await;
}

#[tokio::test]
async fn where_azure_devops_is_closed_the_page_leads_to_microsoft() {
    // azure.md §4.7, link-only
    with_each(quiet, async |site, serve| {
        let norma = site.was_here("norma").await;
        site.to_entra.set_stage(Some(FABRIKAM), Stage::LinkOnly);
        let server = serve(&site);
        let mut browser = Browser::new(&site, server.address, "norma");
        browser.opens("/api/auth/signin").await;
        browser.presses(BY_AZURE).await;
        assert_eq!(browser.status, 403, "{}", browser.place);
        assert!(browser.page.contains("this way to sign in is closed for your account"), "{}", browser.page);
        browser.presses(BY_ENTRA).await;
        assert_eq!(browser.page, norma);
    })
    .await;
}

#[tokio::test]
async fn where_microsoft_is_required_one_sign_in_leads_through_both() {
    // azure.md §4.7
    with_each(quiet, async |site, serve| {
        let server = serve(&site);
        let mut browser = Browser::new(&site, server.address, "bo");
        browser.opens("/api/auth/signin").await;
        browser.presses(BY_AZURE).await;
        let bo = browser.page.clone();
        browser.opens("/api/auth/signout").await;
        browser.presses("Sign out").await;
        assert_eq!(browser.is().await, "nobody");
        site.to_entra.set_stage(None, Stage::Require);
        browser.opens("/api/auth/signin").await;
        browser.presses(BY_AZURE).await;
        assert_eq!(browser.way, [HOSTS[1], HOSTS[0], HOSTS[2]]);
        assert_eq!(browser.page, bo);
        assert_eq!(site.providers_of(&bo).await, [AZURE, ENTRA]);
    })
    .await;
}

#[tokio::test]
async fn where_microsoft_is_preferred_the_page_can_be_put_off_or_followed() {
    // azure.md §4.7
    with_each(
        || quiet().stage(Stage::Prefer),
        async |site, serve| {
            site.to_entra.set_stage(None, Stage::Invite);
            let norma = site.was_here("norma").await;
            site.to_entra.set_stage(None, Stage::Prefer);
            let server = serve(&site);
            let mut browser = Browser::new(&site, server.address, "norma");
            browser.opens("/api/auth/signin").await;
            browser.presses(BY_AZURE).await;
            assert!(browser.page.contains(r#"href="https://app.example">Not now"#), "{}", browser.page);
            let page = browser.page.clone();
            assert_eq!(browser.is().await, norma, "they are signed in all the while");
            browser.page = page;
            browser.presses("Continue with Microsoft Entra ID").await;
            assert_eq!(browser.page, norma);
            assert_eq!(site.providers_of(&norma).await, [AZURE, ENTRA]);
        },
    )
    .await;
}

#[tokio::test]
async fn after_the_last_day_the_page_leads_to_microsoft() {
    // azure.md T107
    with_each(quiet, async |site, serve| {
        let norma = site.was_here("norma").await;
        let end = site.clock.now() + Duration::from_secs(3600);
        let site = site.with_azure(|azure| azure.retires_on(end));
        let server = serve(&site);
        let mut browser = Browser::new(&site, server.address, "norma");
        browser.opens("/api/auth/signin").await;
        site.clock.advance(Duration::from_secs(3600));
        browser.presses(BY_AZURE).await;
        assert_eq!(browser.status, 400, "{}", browser.place);
        assert_eq!(browser.way, [HOSTS[2]], "nobody is sent to Azure DevOps");
        assert!(browser.page.contains("This way to sign in has ended"), "{}", browser.page);
        browser.presses(BY_ENTRA).await;
        assert_eq!(browser.page, norma);
        assert_eq!(site.providers_of(&norma).await, [AZURE, ENTRA], "and linking goes on");
    })
    .await;
}
