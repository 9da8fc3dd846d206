//! The parts of the pages on a person's way: whoever they are, whether they agree, and back to the application.

use maud::{Markup, html};
use url::Url;

use super::{Look, Page, Portrait, REQUESTS};

/// A button that says who somebody is.
pub(crate) fn person_button(field: &str, person: &Portrait<'_>) -> Markup {
    html! { button.person name=(field) value=(person.login) { (person.shown()) } }
}

/// The way on for somebody who is not offered. `example` is what could be typed.
pub(crate) fn another_account(field: &str, example: &str, form: impl FnOnce(&Markup) -> Markup) -> Markup {
    let inside = html! {
        label for="another" { "User name" }
        p.hint #another-hint { "Such as " code { (example) } ". Nobody has a password here." }
        input #another name=(field) required autocomplete="off" autocapitalize="none" spellcheck="false"
            aria-describedby="another-hint";
        button.accept { "Next" }
    };
    html! { details.another { summary { "Use another account" } (form(&inside)) } }
}

/// What an application asks for: in words, and as it says it.
pub(crate) fn scopes<'a>(scopes: impl Iterator<Item = (&'a str, &'a str)>) -> Markup {
    html! { ul.scopes { @for (words, scope) in scopes { li { span { (words) } " " code { (scope) } } } } }
}

/// The two buttons at the end of the second page. The first of them agrees.
pub(crate) fn decision(field: &str, buttons: [(&str, &str); 2]) -> Markup {
    let [(accept, yes), (refuse, no)] = buttons;
    html! {
        div.decision {
            button.accept name=(field) value=(accept) { (yes) }
            button name=(field) value=(refuse) { (no) }
        }
    }
}

/// The provider's own page for a request that it does not answer: what was wrong, and what there is to do.
pub(crate) fn refused(look: &Look, heading: &str, why: &str, redirect_uri: Option<&str>) -> Page {
    let content = html! {
        h1 { (heading) }
        p.why role="alert" { (with_code(why)) }
        p { "Nothing was sent back to the app, so it does not know of this." }
        ul.next {
            @if let Some(site) = redirect_uri.and_then(site) { li { a href=(site) { "Begin again at " (site) } } }
            li { a href=(REQUESTS) { "See what the app asked" } }
        }
    };
    Page::step(look, heading, &content).telling(format!("refused with a page: {why}"))
}

/// What stands in backticks, as in a log line, is code on a page.
fn with_code(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 0 { (part) } @else { code { (part) } }
        }
    }
}

/// For a name that is nobody's: `why` says so, and `again` is where another can be chosen.
pub(crate) fn nobody(look: &Look, why: &str, again: &str) -> Page {
    let content = html! {
        h1 { "Nobody is called that" }
        p.why role="alert" { (why) }
        ul.next {
            @if is_path(again) { li { a href=(again) { "Choose somebody else" } } }
            li { a href="/" { "See who can sign in" } }
        }
    };
    Page::step(look, "Nobody is called that", &content).telling(format!("refused with a page: {why}"))
}

/// An answer that the browser posts (OAuth 2.0 Form Post Response Mode). Real pages post it by script; here a person
/// presses the button.
pub(crate) fn go_back(look: &Look, action: &str, parameters: &[(String, String)]) -> Page {
    let content = html! {
        h1 { "Back to the app" }
        p { "The answer is ready, and the app wants it by a form. A real provider sends it without asking." }
        @if let Some(site) = site(action) { p.where { "It goes to " code { (site) } } }
        form method="post" action=(action) {
            @for (name, value) in parameters { input type="hidden" name=(name) value=(value); }
            div.decision { button.accept { "Continue" } }
        }
    };
    let names: Vec<_> = parameters.iter().map(|(name, _)| name.as_str()).collect();
    let told = format!("a form was shown that takes the browser back to the app, with {}", names.join(", "));
    Page::step(look, "Back to the app", &content).telling(told)
}

/// Whether an address stays at this server. It came in a form, so it may be anything.
fn is_path(address: &str) -> bool {
    // A browser drops tabs and ends of lines before it looks for the slashes.
    address.strip_prefix('/').is_some_and(|rest| !rest.starts_with(['/', '\\']) && !rest.contains(char::is_control))
}

/// Where an application is, from where it takes answers. Nothing but the web can be linked.
fn site(redirect_uri: &str) -> Option<String> {
    let url = Url::parse(redirect_uri).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::OPENID;

    #[test]
    fn an_app_is_linked_only_where_a_link_can_run_nothing() {
        assert_eq!(site("http://localhost:3000/api/auth/callback/x?y").as_deref(), Some("http://localhost:3000"));
        for wrong in ["javascript:alert(1)", "data:text/html,x", "com.example.app:/cb", "nonsense"] {
            assert_eq!(site(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_way_to_choose_again_stays_at_this_server() {
        let link = |again: &str| nobody(&OPENID, "no", again).into_string().contains("Choose somebody else");
        assert!(link("/authorize?state=//x"));
        for wrong in ["javascript:alert(1)/common", "https://evil.example/", "//evil.example", "/\\evil.example", ""]
            .into_iter()
            // A browser drops these before it reads the address (WHATWG URL §4.4).
            .chain(["/\t/evil.example", "/\n\\evil.example", "/\r/evil.example", "/x\u{0}"])
        {
            assert!(!link(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_reason_with_markup_in_it_stays_text() {
        let page = refused(&OPENID, "The request was refused", "the parameter `<script>` is not known", None);
        let html = page.into_string();
        assert!(html.contains("<code>&lt;script&gt;</code> is not known") && !html.contains("<script"), "{html}");
    }
}
