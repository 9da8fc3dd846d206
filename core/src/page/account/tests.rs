use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::*;
use crate::page::Page;
use crate::page::tests::{content, frame, frame_in, html};
use crate::provider::{Mark, Shape};
use crate::{Catalogue, SessionOrigin, Theme, Timestamp, UserSession};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_795_300_000);
const DAY: Duration = Duration::from_secs(86_400);
const ACME: Connected<'_> =
    Connected { id: "acme", name: "Acme", mark: None, subject: "1", is_one_of_several: false, is_last: false };
const GLOBEX: Connectable<'_> = Connectable { id: "globex", name: "Globex", mark: None };

fn session(id: &str, device: &str, days: u32) -> UserSession {
    UserSession {
        id: id.to_owned(),
        created_at: NOW.before(DAY * days),
        last_used_at: NOW.before(DAY * (days / 2)),
        expires_at: NOW + DAY,
        origin: SessionOrigin::default().device(device).place("Utrecht, Netherlands"),
        is_current: id == "own",
    }
}

fn page<'a>(sessions: &'a [UserSession], ways: Option<Ways<'a>>) -> AccountFacts<'a> {
    AccountFacts {
        address: "https://app.example.com/api/auth/account",
        csrf_token: "csrf-token",
        now: NOW,
        name: Some("Ada Lovelace"),
        email: Some("ada@example.com"),
        picture: None,
        note: None,
        wish: None,
        ways,
        sessions,
        others: OtherSessions::Listed,
    }
}

/// The page with something of everything.
pub(crate) fn example(frame: &Frame<'_>) -> Response<Bytes> {
    let sessions = [session("own", "Firefox on Linux", 3), session("b7Q", "Safari on iPhone", 40)];
    let ways = Ways { connected: vec![ACME], offers: vec![GLOBEX] };
    account(frame, &page(&sessions, Some(ways)))
}

fn account(frame: &Frame<'_>, facts: &AccountFacts<'_>) -> Response<Bytes> {
    frame.answer(&Page::Account(AccountPage::new(frame, facts)))
}

fn shown(page: &AccountFacts<'_>) -> String {
    html(&account(&frame(&Theme::default()), page))
}

// UIX-001: every change is a plain form.
#[test]
fn the_page_says_who_how_and_where_and_every_change_is_a_form() {
    insta::assert_snapshot!(content(&example(&frame(&Theme::default()))));
}

#[test]
fn without_a_user_store_there_is_nothing_to_connect() {
    let html = shown(&page(&[session("own", "Firefox", 0)], None));
    assert!(!html.contains("How you sign in") && !html.contains("/link/") && !html.contains("/unlink/"));
}

#[test]
fn of_other_sessions_it_offers_what_can_be_done() {
    let own = [session("own", "Firefox", 0)];
    let two = [session("own", "Firefox", 0), session("b7Q", "Safari", 1)];
    for (sessions, others, can_be_ended, told) in [
        (&own[..], OtherSessions::Listed, false, ""),
        (&two[..], OtherSessions::Listed, true, ""),
        (&own[..], OtherSessions::Unlisted, true, "you can sign out on all of them at once"),
        (&own[..], OtherSessions::Unknown, false, "To sign out on one of them, use that device."),
    ] {
        let html = shown(&AccountFacts { others, ..page(sessions, None) });
        for path in ["/sessions/others/end", "/sessions/all/end"] {
            assert_eq!(html.contains(path), can_be_ended, "{others:?} {path}");
        }
        assert!(html.contains(told), "{others:?}");
        assert_eq!(html.matches("/api/auth/signout\"").count(), 1, "the session at hand can always be ended");
    }
}

#[test]
fn the_last_way_in_has_no_button_and_says_why() {
    let ways = Ways { connected: vec![Connected { is_last: true, ..ACME }], offers: vec![] };
    let html = shown(&page(&[session("own", "Firefox", 0)], Some(ways)));
    assert!(html.contains("Your only way in") && !html.contains("/unlink/") && !html.contains("Disconnecting"));
    let html = shown(&page(&[], Some(Ways { connected: vec![], offers: vec![GLOBEX] })));
    assert!(html.contains("No account is connected.") && html.contains("Connect: Globex"));
}

#[test]
fn of_two_accounts_at_one_provider_each_is_named() {
    let two = ["1", "2"].map(|subject| Connected { subject, is_one_of_several: true, ..ACME });
    let html = shown(&page(&[], Some(Ways { connected: two.to_vec(), offers: vec![] })));
    for subject in ["1", "2"] {
        assert!(html.contains(&format!("<code>{subject}</code>")), "{html}");
        assert!(html.contains(&format!(r#"name="subject" value="{subject}""#)), "{html}");
    }
}

#[test]
fn a_provider_is_known_by_its_mark_and_without_one_by_a_letter() {
    let mark = Some(Mark::new([0, 0, 8, 8], &[Shape::Plain("M0 0h8v8H0z")]));
    let ways =
        Ways { connected: vec![Connected { mark, ..ACME }], offers: vec![Connectable { mark, ..GLOBEX }, GLOBEX] };
    let html = shown(&page(&[], Some(ways)));
    assert_eq!(html.matches(r#"<span class="tile" aria-hidden="true"><svg class="mark""#).count(), 2);
    assert_eq!(html.matches(r#"<span class="tile" aria-hidden="true">G</span>"#).count(), 1);
}

#[test]
fn what_happened_is_a_status_with_the_focus() {
    for (note, text) in [
        (Note::SessionEnded, "That device is signed out."),
        (Note::OthersEnded, "All other devices are signed out."),
        (Note::Connected("Acme <1>"), "Acme &lt;1&gt; is connected. You can sign in with it from now on."),
        (Note::Disconnected("Acme"), "Acme is disconnected, and all other devices are signed out."),
    ] {
        let html = shown(&AccountFacts { note: Some(note), ..page(&[], None) });
        let said = format!(r#"<div class="note" role="status" tabindex="-1" autofocus>{text}</div>"#);
        assert!(html.contains(&said), "{html}");
    }
    assert!(!shown(&page(&[], None)).contains("role=\"status\""));
}

#[test]
fn what_was_wanted_is_one_button_before_everything_else() {
    let page = page(&[], Some(Ways { connected: vec![ACME], offers: vec![GLOBEX] }));
    for (wish, action, button) in [
        (Wish::Connect(GLOBEX), "/api/auth/link/globex", "Connect Globex now"),
        (Wish::Disconnect(ACME), "/api/auth/unlink/acme", "Disconnect Acme now"),
    ] {
        let html = shown(&AccountFacts { wish: Some(wish), note: Some(Note::SessionEnded), ..page.clone() });
        let note = html.split("role=\"status\"").nth(1).unwrap().split("</form>").next().unwrap();
        assert!(note.contains(action) && note.contains(button) && note.contains("csrf-token"), "{note}");
        assert_eq!(html.matches("class=\"button primary\"").count(), 1);
        assert!(!html.contains("That device is signed out."));
    }
}

// UIX-002
#[test]
fn a_picture_is_shown_only_if_nobody_else_is_asked_for_it() {
    for (picture, shown_as) in [
        ("data:image/png;base64,AAAA", Some("data:image/png;base64,AAAA")),
        ("/me.png", Some("/me.png")),
        ("https://app.example.com/me.png?a=1", Some("/me.png?a=1")),
        ("https://app.example.com.evil.example/me.png", None),
        ("https://lh3.example/me.png", None),
        ("//evil.example/me.png", None),
        ("https://app.example.com//evil.example/me.png", None),
        ("javascript:alert(1)", None),
        ("", None),
    ] {
        let html = shown(&AccountFacts { picture: Some(picture), ..page(&[], None) });
        let img = shown_as.map(|src| format!(r#"<img class="face" src="{src}" alt="">"#));
        match img {
            Some(img) => assert!(html.contains(&img), "{picture}"),
            None => assert!(!html.contains("<img") && html.contains(r#"aria-hidden="true">A</span>"#), "{picture}"),
        }
    }
}

#[test]
fn whoever_has_no_name_is_shown_by_their_address_and_else_as_signed_in() {
    let page = page(&[], None);
    assert!(shown(&AccountFacts { name: None, ..page.clone() }).contains("<strong>ada@example.com</strong>"));
    let nobody = shown(&AccountFacts { name: None, email: None, ..page.clone() });
    assert!(nobody.contains("<strong>You are signed in</strong>"), "{nobody}");
    assert!(nobody.contains(r#"aria-hidden="true"></span>"#));
}

// ERR-008: names come from providers, devices from `User-Agent`.
#[test]
fn what_is_put_into_the_page_stays_text() {
    let odd = "\"><b>x</b>";
    let sessions = [UserSession { id: odd.to_owned(), ..session("own", odd, 0) }, session(odd, odd, 1)];
    let connected = Connected { id: odd, name: odd, mark: None, subject: odd, is_one_of_several: true, is_last: false };
    let offer = Connectable { id: odd, name: odd, mark: None };
    let page = AccountFacts {
        address: odd,
        csrf_token: odd,
        name: Some(odd),
        email: Some(odd),
        picture: Some("/\"><b>"),
        wish: Some(Wish::Connect(offer)),
        ..page(&sessions, Some(Ways { connected: vec![connected], offers: vec![offer] }))
    };
    assert!(!shown(&page).contains("<b>"));
    let note = AccountFacts { wish: None, note: Some(Note::Connected(odd)), ..page };
    assert!(!shown(&note).contains("<b>"));
}

#[test]
fn each_button_says_what_it_is_for_and_begins_with_what_is_seen() {
    let sessions = [session("own", "Firefox", 0), session("b7Q", "Safari", 1)];
    let html = shown(&page(&sessions, Some(Ways { connected: vec![ACME], offers: vec![] })));
    for label in ["Sign out: Firefox", "Sign out: Safari", "Disconnect: Acme"] {
        assert_eq!(html.matches(&format!(r#"aria-label="{label}""#)).count(), 1, "{label}");
    }
}

// UIX-005
#[test]
fn times_are_told_in_the_language_of_the_page() {
    let german = Catalogue::new("de", "account.since = Seit {since}\naccount.time.days = vor {days} Tagen");
    let theme = Theme::default();
    let html = html(&account(&frame_in(&theme, &german), &page(&[session("own", "Firefox", 3)], None)));
    let told = r#"Seit <time datetime="2026-11-18T22:26:40.000Z">vor 3 Tagen</time>"#;
    assert!(html.contains(told), "{html}");
}
