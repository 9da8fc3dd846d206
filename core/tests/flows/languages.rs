//! The languages of the built-in pages, and why somebody is on the one to sign in.

use admit::{AccessTokenError, Auth, AuthBuilder, BoxError, Callbacks, Catalogue, Decision, SignInAttempt};
use async_trait::async_trait;
use http::header::{ACCEPT, ACCEPT_LANGUAGE, CACHE_CONTROL, COOKIE, VARY};

use crate::support::{Browser, ORIGIN, SECRET, Site, location};

fn asking<'a>(site: &'a Site, language: &str) -> Browser<'a> {
    let mut browser = site.browser();
    browser.headers.insert(ACCEPT, "text/html".parse().unwrap());
    browser.headers.insert(ACCEPT_LANGUAGE, language.parse().unwrap());
    browser
}

async fn page(browser: &mut Browser<'_>, address: &str) -> String {
    let page = browser.get(address.strip_prefix(ORIGIN).unwrap_or(address)).await;
    String::from_utf8(page.body().to_vec()).unwrap()
}

#[tokio::test]
async fn every_page_is_in_the_language_that_is_asked_for() {
    // UIX-005
    let site = Site::new();
    for (wanted, root, sign_in, button, error) in [
        ("de-AT,en;q=0.5", r#"<html lang="de">"#, "Anmelden", "Mit Azure DevOps anmelden", "hat zu lange gedauert"),
        ("fr", r#"<html lang="fr">"#, "Se connecter", "Se connecter avec Azure DevOps", "a pris trop de temps"),
        ("es-MX", r#"<html lang="es">"#, "Iniciar sesión", "Iniciar sesión con Azure DevOps", "tardó demasiado"),
        ("ja", r#"<html lang="ja">"#, "サインイン", "Azure DevOps でサインイン", "時間がかかりすぎました"),
        (
            "ar-EG",
            r#"<html lang="ar" dir="rtl">"#,
            "تسجيل الدخول",
            "تسجيل الدخول عبر \u{2068}Azure DevOps\u{2069}",
            "وقتًا طويلًا",
        ),
        ("tlh, x;q=0.1", r#"<html lang="en">"#, "Sign in", "Sign in with Azure DevOps", "took too long"),
    ] {
        let mut browser = asking(&site, wanted);
        let html = page(&mut browser, "/api/auth/signin").await;
        assert!(html.contains(root), "{wanted}: {html}");
        assert!(html.contains(&format!("<h1>{sign_in}</h1>")), "{wanted}: {html}");
        assert!(html.contains(&format!("<span>{button}</span>")), "{wanted}: {html}");
        let failed = page(&mut browser, "/api/auth/error?error=Configuration&code=state_expired").await;
        assert!(failed.contains(root) && failed.contains(error), "{wanted}: {failed}");
    }
}

#[tokio::test]
async fn a_cache_is_told_that_the_language_counts() {
    // UIX-005
    let site = Site::new();
    for path in ["signin", "signout", "error", "verify-request"] {
        for browser in [&mut site.browser(), &mut asking(&site, "de")] {
            let page = browser.get(&format!("/api/auth/{path}")).await;
            assert_eq!(page.headers()[VARY], "accept-language", "{path}");
        }
    }
}

#[tokio::test]
async fn a_site_has_a_language_for_everybody_else_and_words_of_its_own() {
    let own = Catalogue::new("nl", "sign_in.title = Aanmelden");
    let site = Site::with(|builder: AuthBuilder| {
        builder.catalogue(own).default_language("de").danger_single_process_refresh()
    });
    for (wanted, heading) in [("nl", "Aanmelden"), ("pt-BR", "Anmelden"), ("en", "Sign in")] {
        let html = page(&mut asking(&site, wanted), "/api/auth/signin").await;
        assert!(html.contains(&format!("<h1>{heading}</h1>")), "{wanted}: {html}");
    }
}

#[tokio::test]
async fn whoever_is_sent_to_sign_in_is_told_why_in_their_language() {
    let site = Site::new();
    let mut browser = asking(&site, "de");
    browser.sign_in().await;
    site.clock.advance(std::time::Duration::from_secs(4_000));
    site.azure.revoke_grants("norma");
    let current = browser.current("/projects");
    let error = current.access_token("azure-devops").await.unwrap_err();
    let there = location(&current.without_token(&error));
    assert_eq!(there, format!("{ORIGIN}/api/auth/signin?callbackUrl=%2Fprojects&why=expired&provider=azure-devops"));
    let html = page(&mut browser, &there).await;
    let why = "Ihre Verbindung zu Azure DevOps ist abgelaufen. Melden Sie sich wieder mit Azure DevOps an, um weiterzumachen.";
    assert!(html.contains(&format!(r#"<div class="note" role="alert" tabindex="-1" autofocus>{why}</div>"#)), "{html}");

    let again = page(&mut browser, &current.sign_in_again().url()).await;
    assert!(again.contains("um zu bestätigen, dass Sie es sind"), "{again}");

    // A session that does not count any more is a reason; to come for the first time is none.
    let mut spent = asking(&site, "de");
    spent.headers.insert(COOKIE, "__Secure-authjs.session-token=spent".parse().unwrap());
    let there = location(&spent.current("/projects").unauthenticated());
    assert!(there.ends_with("callbackUrl=%2Fprojects&why=ended"), "{there}");
    assert!(page(&mut browser, &there).await.contains("Ihre Sitzung ist beendet."));
    let there = location(&asking(&site, "de").current("/projects").unauthenticated());
    assert!(there.ends_with("callbackUrl=%2Fprojects"), "{there}");
    assert!(!page(&mut asking(&site, "de"), &there).await.contains("role=\"alert\""));
}

#[tokio::test]
async fn what_an_address_says_of_the_reason_is_looked_up_and_never_shown() {
    // ERR-001
    let site = Site::new();
    for query in ["why=zebra", "why=expired", "why=expired&provider=zebra", "why=%3Cscript%3Ezebra&provider=zebra"] {
        let html = page(&mut site.browser(), &format!("/api/auth/signin?{query}")).await;
        assert!(!html.contains("zebra") && !html.contains("role=\"alert\""), "{query}: {html}");
    }
    // An error says more than a reason does.
    let html =
        page(&mut site.browser(), "/api/auth/signin?why=ended&error=OAuthCallbackError&code=access_denied").await;
    assert!(html.contains("The sign-in was cancelled") && !html.contains("Your session has ended"), "{html}");
    assert!(html.contains(r#"class="note""#), "to cancel is no error: {html}");
}

#[tokio::test]
async fn a_cache_is_told_so_of_the_pages_of_somebody_who_is_signed_in_too() {
    // UIX-005, SES-012
    let site = Site::new();
    let mut browser = asking(&site, "de");
    browser.sign_in().await;
    let account = browser.get("/api/auth/account").await;
    let current = browser.current("/in");
    let retired = AccessTokenError::UnknownProvider("acme".to_owned());
    for page in [account, current.forbidden(), current.without_token(&retired)] {
        assert!(String::from_utf8_lossy(page.body()).contains(r#"<html lang="de">"#), "{}", page.status());
        assert_eq!(page.headers()[VARY], "accept-language");
        assert_eq!(page.headers()[CACHE_CONTROL], "private, no-cache, no-store");
    }
    // What is a page or JSON by the same address is kept by no cache either.
    for answer in [site.browser().current("/in").forbidden(), site.browser().current("/in").unauthenticated()] {
        assert!(answer.headers()[CACHE_CONTROL].to_str().unwrap().contains("no-store"), "{}", answer.status());
    }
}

#[test]
fn what_is_wrong_with_a_language_is_told_by_build() {
    let wrong = Catalogue::new("nl", "sign_in.with = Aanmelden\n\u{202e}{");
    let builder = Auth::builder(ORIGIN).secret(SECRET).for_jobs().catalogue(wrong).default_language("tlh");
    let problems = builder.build().unwrap_err().to_string();
    for problem in [
        "language nl: sign_in.with has to have {provider} in it",
        "language nl: line 2 is no text",
        "default_language is \"tlh\", which is none of en, ar, de, es, fr, ja, nl",
    ] {
        assert!(problems.contains(problem), "{problems}");
    }
}

#[tokio::test]
async fn an_application_that_says_no_is_told_from_a_person_who_does() {
    #[derive(Debug)]
    struct Nobody;
    #[async_trait]
    impl Callbacks for Nobody {
        async fn sign_in(&self, _: &SignInAttempt<'_>) -> Result<Decision, BoxError> {
            Ok(Decision::Deny)
        }
    }
    let site = Site::with(|builder: AuthBuilder| builder.callbacks(Nobody).danger_single_process_refresh());
    let mut browser = site.browser();
    let callback = browser.consent("/dashboard").await;
    let refused = location(&browser.get(&callback).await);
    assert!(refused.contains("error=AccessDenied&code=access_denied"), "{refused}");
    assert!(page(&mut browser, &refused).await.contains("<h1>You do not have access</h1>"));
}
