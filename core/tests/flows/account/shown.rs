//! What the page shows, and to whom.

use std::time::Duration;

use admit::credentials::{Credentials, Field, GivenCredentials, Verdict};
use admit::{BoxError, Callbacks, MemoryStore, Pages, Profile, SessionOrigin, SignInRequest, Timestamp, User};
use async_trait::async_trait;
use http::StatusCode;

use super::{PAGE, PATH, has_form, page, said, stored, text};
use crate::linking::{House, ada, key, nameless, provider};
use crate::support::rules::Rules;
use crate::support::{BASE, ORIGIN, Site, location, refusal};

/// Says of every session what the browser said of itself, as an application might.
#[derive(Debug)]
struct Devices;

#[async_trait]
impl Callbacks for Devices {
    async fn origin(&self, request: &SignInRequest<'_>) -> SessionOrigin {
        let said = request.headers.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or_default();
        SessionOrigin::default().device(said).place("<i>Utrecht</i>")
    }
}

#[tokio::test]
async fn each_session_has_device_place_and_times_and_the_one_at_hand_is_marked() {
    // SES-016, ERR-008
    let store = MemoryStore::new();
    let site = Site::with(|builder| builder.store(store).callbacks(Devices));
    let (mut desk, mut phone) = (site.browser(), site.browser());
    phone.headers.insert("user-agent", "<script>alert(1)</script>".parse().unwrap());
    phone.sign_in().await;
    site.clock.advance(Duration::from_secs(40 * 3_600));
    desk.headers.insert("user-agent", "Firefox on Linux".parse().unwrap());
    desk.sign_in().await;
    site.clock.advance(Duration::from_secs(7_200));
    let html = page(&mut desk).await;
    assert!(!html.contains("<script") && !html.contains("<i>"));
    let rows: Vec<_> = html.split("<li>").filter(|row| row.contains("Utrecht")).collect();
    assert!(rows[0].contains("Firefox on Linux") && rows[0].contains("This device"), "{}", rows[0]);
    assert!(
        rows[0].contains(r#"Signed in <time datetime="2026-11-23T14:26:40.000Z">2 hours ago</time>"#),
        "{}",
        rows[0]
    );
    assert!(rows[1].contains("&lt;script&gt;alert(1)") && !rows[1].contains("This device"), "{}", rows[1]);
    assert!(rows[1].contains(">a day ago</time>") && rows[1].contains("last used"), "{}", rows[1]);
    assert_eq!(rows.len(), 2);
}

#[tokio::test]
async fn of_sessions_in_cookies_only_what_is_true_is_said() {
    let alone = Site::new();
    let mut browser = alone.browser();
    browser.sign_in().await;
    let html = page(&mut browser).await;
    assert!(html.contains("To sign out on one of them, use that device.") && html.contains("This device"));
    assert!(!has_form(&html, "/others/end") && !has_form(&html, "/all/end") && !html.contains("How you sign in"));

    let house = House::new(|builder| builder);
    let mut browser = house.signed_in("acme", ada()).await;
    let html = page(&mut browser).await;
    assert!(html.contains("you can sign out on all of them at once"));
    assert!(has_form(&html, "/others/end") && has_form(&html, "/all/end"));
}

#[tokio::test]
async fn only_what_can_be_connected_is_offered() {
    // LNK-015
    let form = Credentials::new("Form", |_: GivenCredentials| async { Ok(Verdict::Accepted(Profile::new("1"))) })
        .field(Field::username("username", "User name"));
    let gone = provider("gone", "Gone").retires_on(Some(Timestamp::from_unix_seconds(1)));
    let house = House::new(|builder| builder.provider(form).provider(gone));
    let mut browser = house.signed_in("acme", ada()).await;
    let html = page(&mut browser).await;
    let offered: Vec<_> = super::forms(&html).into_iter().filter(|form| form.action.contains("/link/")).collect();
    let offered: Vec<_> = offered.iter().map(|form| form.action.rsplit('/').next().unwrap()).collect();
    assert_eq!(offered, ["azure-devops", "globex", "initech", "pigeon"]);

    // An account whose provider has left the configuration is shown, and is no way in.
    let user = house.owner("acme", "1").await.unwrap();
    admit::store::UserStore::link(&house.store, &user, &key("bygone", "7")).await.unwrap();
    let html = page(&mut browser).await;
    assert!(html.contains("Your only way in") && has_form(&html, "/unlink/bygone") && !has_form(&html, "/unlink/acme"));
}

/// An application that knows whether people have a password.
#[derive(Debug)]
struct Passwords(Result<bool, ()>);

#[async_trait]
impl Callbacks for Passwords {
    async fn has_another_way_in(&self, _: &User) -> Result<bool, BoxError> {
        self.0.map_err(|()| "the table of passwords is away".into())
    }
}

#[tokio::test]
async fn the_last_account_can_go_only_if_the_application_knows_of_another_way_in() {
    // LNK-015
    for (answer, can_go) in [(Ok(true), true), (Ok(false), false), (Err(()), false)] {
        let house = House::new(|builder| builder.callbacks(Passwords(answer)));
        let mut browser = house.signed_in("acme", ada()).await;
        let html = page(&mut browser).await;
        assert_eq!((has_form(&html, "/unlink/acme"), html.contains("Your only way in")), (can_go, !can_go));
    }
}

#[tokio::test]
async fn people_are_shown_as_the_application_shows_them() {
    let rules = Rules::default().session(|mut session, _| {
        session.user.name = Some("Dr. <Norma>".to_owned());
        session.user.email = None;
        session.user.image = Some("https://elsewhere.example/norma.png".to_owned());
        Ok(session)
    });
    let site = Site::with(|builder| builder.callbacks(rules).danger_single_process_refresh());
    let mut browser = site.browser();
    browser.sign_in().await;
    let html = page(&mut browser).await;
    assert!(html.contains("<strong>Dr. &lt;Norma&gt;</strong>") && !html.contains("fabrikam.example"), "{html}");
    // UIX-002: the page asks no other site for a picture.
    assert!(!html.contains("elsewhere.example") && !html.contains("<img"));
}

#[tokio::test]
async fn the_page_speaks_the_language_that_is_asked_for() {
    // UIX-005
    let house = House::in_store();
    let mut browser = house.signed_in("acme", ada()).await;
    browser.headers.insert("accept-language", "de-CH,de;q=0.9".parse().unwrap());
    let html = page(&mut browser).await;
    for german in [r#"<html lang="de">"#, "Ihr Konto", "Wo Sie angemeldet sind", "gerade eben", "Verbinden: Globex"] {
        assert!(html.contains(german), "{german}");
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_goes_to_do_so_and_comes_back() {
    for site in [Site::new(), stored()] {
        let mut browser = site.browser();
        let answer = browser.get(PATH).await;
        let there = format!("{BASE}/signin?callbackUrl=https%3A%2F%2Fapp.example%2Fapi%2Fauth%2Faccount");
        assert_eq!((answer.status(), location(&answer)), (StatusCode::FOUND, there));
        let back = browser.consent(PAGE).await;
        assert_eq!(location(&browser.get(&back).await), PAGE);
        assert!(page(&mut browser).await.contains("norma@fabrikam.example"));
    }
}

#[tokio::test]
async fn a_page_of_the_application_stands_in_for_it() {
    let pages = Pages::default().account("/settings?tab=account");
    let site = Site::with(|builder| builder.pages(pages).danger_single_process_refresh());
    let mut browser = site.browser();
    let answer = browser.get("/api/auth/account").await;
    assert_eq!((answer.status(), location(&answer)), (StatusCode::FOUND, "/settings?tab=account".to_owned()));
    assert_eq!(browser.current("/").account_url(), format!("{ORIGIN}/settings?tab=account"));
    assert_eq!(Site::new().browser().current("/inbox").account_url(), PAGE);
}

#[tokio::test]
async fn what_went_wrong_with_an_account_leads_back_to_the_page() {
    let house = House::in_store();
    house.signed_in("globex", nameless(9)).await;
    let mut browser = house.signed_in("acme", ada()).await;
    let html = page(&mut browser).await;
    let there = super::press(&mut browser, &super::form(&html, "/link/globex")).await;
    let back = house.come_back(&mut browser, "globex", &there, nameless(9)).await;
    assert_eq!(refusal(&back).2, "linked_to_other_user");
    let error = text(&browser.get(location(&back).strip_prefix(ORIGIN).unwrap()).await);
    assert!(error.contains(&format!(r#"<a class="button primary" href="{PAGE}">Your account</a>"#)), "{error}");
    assert_eq!(said(&page(&mut browser).await), None);
}
