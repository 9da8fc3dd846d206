//! The application decides who may come in and where they go.

use admit::{AuthBuilder, Decision, MemoryStore, Pages};
use serde_json::Value;
use url::Url;

use crate::support::rules::Rules;
use crate::support::{ORIGIN, Site, location, refusal};

fn site(rules: Rules) -> Site {
    Site::with(|builder: AuthBuilder| builder.callbacks(rules).danger_single_process_refresh())
}

#[tokio::test]
async fn a_person_is_denied_by_a_no_and_by_an_error() {
    for rule in [
        Rules::default().sign_in(|_| Ok(Decision::Deny)),
        Rules::default().sign_in(|_| Err("the directory is down".into())),
    ] {
        let site = site(rule);
        let mut browser = site.browser();
        let callback = browser.consent("/in").await;
        let answer = browser.get(&callback).await;
        assert_eq!(refusal(&answer), ("/api/auth/error".into(), "AccessDenied".into(), "access_denied".into()));
        assert!(!location(&answer).contains("directory"));
        assert_eq!(browser.session().await, Value::Null);
    }
}

#[tokio::test]
async fn the_rule_sees_who_is_at_the_door() {
    let site = site(Rules::default().sign_in(|attempt| {
        assert_eq!(attempt.account.provider, "azure-devops");
        assert_eq!(attempt.account.subject, attempt.profile.subject);
        assert_eq!(attempt.profile.name.as_deref(), Some("Norma Paulk"));
        assert_eq!(attempt.claims.text("displayName"), Some("Norma Paulk"));
        assert!(attempt.user.is_none());
        Ok(Decision::Allow)
    }));
    site.browser().sign_in().await;
}

#[tokio::test]
async fn a_person_can_be_sent_elsewhere_on_this_site() {
    for (target, landed) in [
        ("/join?why=invite", format!("{ORIGIN}/join?why=invite")),
        ("https://app.example/join", format!("{ORIGIN}/join")),
        ("https://evil.example/x", ORIGIN.to_owned()),
        ("//evil.example", ORIGIN.to_owned()),
        ("javascript:alert(1)", ORIGIN.to_owned()),
    ] {
        let site = site(Rules::default().sign_in(move |_| Ok(Decision::Redirect(target.to_owned()))));
        let mut browser = site.browser();
        let callback = browser.consent("/in").await;
        assert_eq!(location(&browser.get(&callback).await), landed);
        assert_eq!(browser.session().await, Value::Null);
        assert_eq!(browser.session_cookies(), [""; 0]);
    }
}

#[tokio::test]
async fn who_is_sent_elsewhere_keeps_the_session_they_had() {
    let site = Site::with(|builder| {
        let turned_away = std::sync::atomic::AtomicBool::new(false);
        let rules = Rules::default().sign_in(move |_| {
            let again = turned_away.swap(true, std::sync::atomic::Ordering::Relaxed);
            Ok(if again { Decision::Redirect("/join".to_owned()) } else { Decision::Allow })
        });
        builder.callbacks(rules).danger_single_process_refresh()
    });
    let mut browser = site.browser();
    browser.sign_in().await;
    let callback = browser.consent("/in").await;
    assert_eq!(location(&browser.get(&callback).await), format!("{ORIGIN}/join"));
    assert_eq!(browser.session().await["user"]["name"], "Norma Paulk");
}

#[tokio::test]
async fn the_redirect_rule_has_the_last_word() {
    let allow = |target: Url, base: &Url| {
        Ok(match target.host_str() {
            Some("docs.example") => target,
            Some("boom.example") => return Err("boom".into()),
            Some("script.example") => Url::parse("javascript:alert(1)")?,
            _ if target.origin() == base.origin() => target,
            _ => base.join("/lost")?,
        })
    };
    let site = site(Rules::default().redirect(allow));
    for (candidate, landed) in [
        ("https://docs.example/start", "https://docs.example/start"),
        ("/in", "https://app.example/in"),
        ("https://evil.example", "https://app.example/lost"),
        ("https://script.example", ORIGIN),
        ("//docs.example", ORIGIN),
    ] {
        let mut browser = site.browser();
        let callback = browser.consent(candidate).await;
        assert_eq!(location(&browser.get(&callback).await), landed, "{candidate}");
    }
    let mut browser = site.browser();
    let failed = browser.begin("azure-devops", "https://boom.example").await;
    assert_eq!(refusal(&failed), ("/api/auth/error".into(), "Configuration".into(), "configuration".into()));
}

#[tokio::test]
async fn who_is_new_is_welcomed_once() {
    let site = Site::with(|builder| {
        builder
            .user_store(MemoryStore::new())
            .pages(Pages::default().new_user("/welcome?from=auth"))
            .danger_single_process_refresh()
    });
    let mut browser = site.browser();
    let callback = browser.consent("/in?a=1").await;
    let answer = browser.get(&callback).await;
    assert_eq!(location(&answer), "/welcome?from=auth&callbackUrl=https%3A%2F%2Fapp.example%2Fin%3Fa%3D1");
    let callback = browser.consent("/in").await;
    assert_eq!(location(&browser.get(&callback).await), format!("{ORIGIN}/in"));
}
